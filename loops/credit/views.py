"""What my knowledge did, for me alone; and who stands behind an article."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from articles.models import Article
from articles.views.doors import find, onward
from loops.credit import actions, queries
from loops.credit.lineage import contributors as roles_of
from loops.evolve.improvements import queries as improvements
from people.doors import AgentRequest, agents_only
from people.models import User
from tickets.queries import teams_of


@require_safe
@agents_only
def mine(request: AgentRequest) -> HttpResponse:
    """What others did with what one wrote, mended, reported, merged or translated."""
    user = request.user
    used = queries.credit(user) if user.shows_credit else []
    context = {
        "used": [one for one in used if one.count],
        "unused": [one for one in used if not one.count],
        "improved": improvements.credited_to(user) if user.shows_credit else [],
        "thanks": queries.thanks_to(user),
    }
    return render(request, "credit/mine.html", context)


@require_safe
@agents_only
def tickets(request: AgentRequest, number: str) -> HttpResponse:
    """The tickets that others solved with it since one had a part in it."""
    if not request.user.shows_credit:
        raise Http404
    article = find(request, number)
    rows, hidden = queries.tickets_of(request.user, article)
    context = {"article": article, "tickets": rows, "hidden": hidden}
    part = "#tickets" if request.htmx else ""
    response = render(request, f"credit/tickets.html{part}", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def told(article: Article, user: User) -> dict[str, Any]:
    """What credit/contributors.html shows of an article."""
    roles = roles_of(article)
    thanked = queries.thanked_by(article, user)
    shown: Any
    for shown in roles.contributors:
        shown.thanked = shown.person.pk in thanked
        shown.may_thank = shown.person.pk != user.pk and not shown.thanked
    if (
        roles.owner_team is not None
        and not teams_of(user).filter(pk=roles.owner_team.pk).exists()
    ):
        roles.owner_team = None
    return {"article": article, "roles": roles}


@require_safe
@agents_only
def contributors(request: AgentRequest, number: str) -> HttpResponse:
    """Who stands behind it, with the part of each: for htmx the list, else a page."""
    article = find(request, number, "owner_team")
    part = "#people" if request.htmx else ""
    context = told(article, request.user)
    response = render(request, f"credit/people.html{part}", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_POST
@agents_only
def thank(request: AgentRequest, number: str) -> HttpResponse:
    article = find(request, number, "owner_team")
    asked = request.POST.get("to", "")
    pk = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0
    to = get_object_or_404(User, pk=pk)
    actions.thank(article, to=to, by=request.user, text=request.POST.get("text", ""))
    if request.htmx:
        response = render(request, "credit/people.html#people", told(article, request.user))
        patch_vary_headers(response, ["HX-Request"])
        return response
    messages.success(request, _("%(person)s will read it.") % {"person": to})
    return redirect(onward(request, article.get_absolute_url()))
