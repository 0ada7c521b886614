"""The queue of flags and feedback, and how they are answered without leaving it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from articles import actions, remarks, rules
from articles.models import Feedback, Flag, Suggestion
from articles.remarks import Remark
from articles.views.doors import onward, visible
from kcs.errors import BadValue
from people.doors import AgentRequest, agents_only
from people.models import Domain, User

PAGE = 50
COLLEAGUES = 1000
MODELS: dict[str, Any] = {"flag": Flag, "feedback": Feedback}
VERBS: dict[tuple[str, str], Any] = {
    ("take", "flag"): actions.take,
    ("take", "feedback"): actions.take_feedback,
    ("resolve", "flag"): actions.resolve,
    ("resolve", "feedback"): actions.resolve_feedback,
    ("reject", "flag"): actions.reject,
    ("reject", "feedback"): actions.reject_feedback,
}


@require_safe
@agents_only
def flags(request: AgentRequest) -> HttpResponse:
    """What waits for an answer of this person, the oldest first, and suggestions to decide."""
    user = request.user
    asked = remarks.Asked.read(request.GET.dict())
    after = request.GET.get("after", "")
    rows, beyond = remarks.page(user, asked, after=after, size=PAGE)
    answerable = _answerable(user, rows) if asked.who == "raised" else set(rows)
    for row in rows:
        row.may_answer = row.is_open and row in answerable  # type: ignore[union-attr]
    path = reverse("articles:flags")
    query = f"{asked.query}&" if asked.query else ""
    context = {
        "remarks": rows,
        "suggestions": _suggestions(request),
        "asked": asked,
        "whos": [(key, label, _address(asked, who=key)) for key, label in remarks.WHO.items()],
        "states": [(key, label) for key, (label, _states) in remarks.STATES.items()],
        "kinds": remarks.KINDS.items(),
        "channels": remarks.CHANNELS.items(),
        "domains": Domain.objects.all(),
        "colleagues": User.objects.agents().order_by("name").only("name", "email")[:COLLEAGUES],
        "newer_url": f"{path}?{query}".rstrip("?&") if after else "",
        "older_url": f"{path}?{query}after={quote(beyond)}" if beyond else "",
        "is_queue": True,
    }
    return render(request, "articles/flags.html", context)


def _address(asked: remarks.Asked, *, who: str) -> str:
    kept = asked.without("who")
    query = "&".join(part for part in (f"who={who}" if who else "", kept) if part)
    return f"{reverse('articles:flags')}?{query}".rstrip("?")


def _answerable(user: User, rows: list[Remark]) -> set[Remark]:
    """Among one's own there are those that only others answer."""
    found: set[Remark] = set()
    for model in MODELS.values():
        shown = [row.pk for row in rows if isinstance(row, model)]
        found |= set(model.objects.filter(pk__in=shown).answerable_by(user).only("pk"))
    return found


def _suggestions(request: AgentRequest) -> list[Suggestion]:
    waiting = (
        Suggestion.objects.open()
        .filter(article__in=visible(request).changeable_by(request.user).values("pk"))
        .exclude(by=request.user)
        .select_related("article", "by")
        .order_by("pk")
    )
    return list(waiting[:PAGE])


# The verbs of a row -------------------------------------------------------------------------


def _remark(request: AgentRequest, what: str, pk: int) -> Any:
    found = (
        MODELS[what]
        .objects.filter(article__in=visible(request))
        .select_related("article__owner", "article__domain", "by", "owner", "version")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404
    return found


def _answered(request: AgentRequest, remark: Any, said: str) -> HttpResponse:
    """The row as it is now; without htmx back to the page that one came from."""
    if not request.htmx:
        messages.success(request, said)
        return redirect(onward(request, reverse("articles:flags")))
    on_page = request.POST.get("next", "").startswith("/articles/")
    remark.may_answer = remark.is_open and rules.may_answer(request.user, remark)
    context = {"remark": remark, "is_page": on_page, "is_queue": not on_page, "said": said}
    response = render(request, "articles/remark.html#remark", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _do(verb: str, request: AgentRequest, what: str, pk: int, **values: str) -> Any:
    remark = _remark(request, what, pk)
    VERBS[verb, what](remark, by=request.user, **values)
    return remark


@require_POST
@agents_only
def take(request: AgentRequest, pk: int, what: str) -> HttpResponse:
    return _answered(request, _do("take", request, what, pk), _("It is yours now."))


@require_POST
@agents_only
def resolve(request: AgentRequest, pk: int, what: str) -> HttpResponse:
    made = _do("resolve", request, what, pk, answer=request.POST.get("answer", ""))
    return _answered(request, made, _("Resolved. Whoever said it reads your answer."))


@require_POST
@agents_only
def reject(request: AgentRequest, pk: int, what: str) -> HttpResponse:
    made = _do("reject", request, what, pk, answer=request.POST.get("answer", ""))
    return _answered(request, made, _("Rejected. Whoever said it reads your answer."))


@require_POST
@agents_only
def hand(request: AgentRequest, pk: int, what: str) -> HttpResponse:
    """Give it to a colleague, named by e-mail as the list of colleagues offers."""
    remark = _remark(request, what, pk)
    named = request.POST.get("to", "").strip().replace("\x00", "")
    to = User.objects.agents().filter(email__iexact=named).first()
    if to is None:
        raise BadValue(_("Choose a colleague from the list."), field="to")
    actions.hand(remark, by=request.user, to=to)
    return _answered(request, remark, _("Handed to %(person)s.") % {"person": to})
