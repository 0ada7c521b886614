"""The list of improvements, one with its evidence and effect, and a new one by hand."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from articles.models import Article
from kcs.errors import Refused
from kcs.pages import keyset
from loops.charts import Lines, csv_asked
from loops.evolve import access
from loops.evolve.gaps.queries import is_hidden, visible_articles
from loops.evolve.improvements import actions, queries
from loops.evolve.improvements.filters import STATES, ImprovementFilter
from loops.evolve.improvements.forms import ProposeForm
from loops.evolve.improvements.views.acts import Desk
from loops.evolve.improvements.views.showing import chart_of, told
from loops.models import Gap, Improvement, Topic
from loops.upkeep import deciding
from people.doors import AgentRequest, agents_only
from people.models import Domain
from tickets.models import Ticket

SIZE = 25
NAMES = ("kind", "state", "domain", "owner", "article")
OWNERS = [("me", gettext_lazy("Mine")), ("nobody", gettext_lazy("Nobody's"))]


@require_safe
@agents_only
def improvements(request: AgentRequest) -> HttpResponse:
    """What should be done, what costs most first."""
    asked = {name: v for name in NAMES if (v := request.GET.get(name, "").replace("\x00", ""))}
    given = QueryDict(mutable=True)
    given.update(asked)
    filters = ImprovementFilter(
        given, queryset=queries.visible_to(request.user), request=request
    )
    rows = queries.shown(filters.qs.order_by())
    cursor = request.GET.get("cursor", "")
    page = keyset(rows, queries.ORDER, cursor=cursor, size=SIZE)
    context = {
        "rows": [told(row, request.user, request.site_settings) for row in page.rows],
        "asked": asked,
        "kinds": Improvement.Kind.choices,
        "states": STATES[1:],
        "domains": list(Domain.objects.order_by("path").values_list("path", "name")),
        "owners": OWNERS,
        "may_read": access.may_read(request.user),
        **page.addresses(reverse("insights:improvements"), asked),
    }
    return render(request, "evolve/improvements.html", context)


def _find(request: AgentRequest, pk: int) -> Improvement:
    rows = queries.shown(queries.visible_to(request.user)).select_related("gap", "pair__newer")
    return get_object_or_404(rows, pk=pk)


@require_safe
@agents_only
def improvement(request: AgentRequest, pk: int) -> HttpResponse:
    """One of them: evidence, what may be done, what happened, and what came of it."""
    found = _find(request, pk)
    drawn = chart_of(found)
    if drawn is not None and (table := csv_asked(request, [drawn])):
        return table
    return _show(request, found, Desk(found, request.user), drawn=drawn)


@require_POST
@agents_only
def act(request: AgentRequest, pk: int) -> HttpResponse:
    """Accept, decline, answer, ship, change, reopen."""
    found = _find(request, pk)
    desk = Desk(found, request.user)
    try:
        said = desk.act(request.POST)
    except Refused as error:
        found.refresh_from_db()
        desk.error = str(error)
        return _show(request, found, desk, status=error.status)
    messages.success(request, said)
    return redirect("insights:improvement", found.pk)


def _show(
    request: AgentRequest,
    found: Improvement,
    desk: Desk,
    *,
    drawn: Lines | None = None,
    status: int = 200,
) -> HttpResponse:
    tickets, more = queries.tickets_of(found, request.user)
    said = queries.said([found])
    context = {
        "one": told(found, request.user, request.site_settings, said),
        "desk": desk,
        "tickets": tickets,
        "more": more,
        "tickets_url": _records(found, request),
        "articles": queries.articles_of(found, request.user),
        "events": list(found.events.select_related("by").order_by("-at", "-pk")[:50]),
        "chart": drawn or chart_of(found),
        "may_merge": ("change", "merge") in request.user.rights,
        "may_publish": deciding.may_review(request.user),
        "write_url": _write_url(found, said[found.pk])
        if found.kind == "write" and desk.is_open
        else "",
        "may_read": access.may_read(request.user),
        "gap_write": access.may_read(request.user)
        and found.gap is not None
        and found.gap.article_id is None,
    }
    return render(request, "evolve/improvement.html", context, status=status)


def _records(found: Improvement, request: AgentRequest) -> str:
    """The list of the topic's tickets, for whom the figures are."""
    if not access.may_read(request.user):
        return ""
    topic = found.topic_id or (found.gap.topic_id if found.gap else None)
    about = (
        {"topic": topic}
        if topic
        else {"article": found.article.number}
        if found.article
        else {}
    )
    if not about:
        return ""
    try:
        address = reverse("insights:tickets")
    except NoReverseMatch:
        return ""
    what = "arrived" if topic else "linked"
    return f"{address}?{urlencode({'period': f'{Topic.WINDOW}d', 'what': what, **about})}"


def _write_url(found: Improvement, words: list[dict[str, str]]) -> str:
    """A draft in the requesters' words, which names the improvement that it came from."""
    said = [one["text"] for one in words]
    given = {
        "title": found.title,
        "issue": "\n".join(f"- {text}" for text in said) if len(said) > 1 else "".join(said),
        "language": found.gap.language if found.gap else "",
        "domain": found.domain.path if found.domain else "",
        "origin_type": "improvement",
        "origin_id": str(found.pk),
    }
    kept = {name: value for name, value in given.items() if value}
    return f"{reverse('articles:create')}?{urlencode(kept)}"


@require_http_methods(["GET", "HEAD", "POST"])
@agents_only
def propose(request: AgentRequest) -> HttpResponse:
    """Propose by hand, from an article, a ticket, a topic or a gap, or from nothing."""
    about = _about(request)
    if request.method != "POST":
        sources = [one for one in about.values() if one is not None]
        named = next((getattr(one, "domain_id", None) for one in sources), None)
        title = next((_title(one) for one in sources), "")
        form = ProposeForm(
            initial={
                "kind": request.GET.get("kind", "product" if not sources else "fix"),
                "title": title,
                "domain": named,
            }
        )
        return _proposing(request, form, about)
    form = ProposeForm(request.POST)
    if not form.is_valid():
        return _proposing(request, form, about, status=422)
    try:
        made = actions.propose(by=request.user, **form.cleaned_data, **about)
    except Refused as error:
        form.refuse(error)
        return _proposing(request, form, about, status=error.status)
    messages.success(request, _("Proposed. You are told what becomes of it."))
    return redirect("insights:improvement", made.pk)


def _about(request: AgentRequest) -> dict[str, Any]:
    """What the address names, as far as this person may see it."""
    asked = request.GET
    number, ticket = asked.get("article", "")[:20], asked.get("ticket", "")[:20]
    articles = Article.objects.visible_to(request.user).select_related("domain")
    tickets = Ticket.objects.visible_to(request.user).select_related("domain")
    return {
        "article": get_object_or_404(articles, number=number) if number else None,
        "ticket": get_object_or_404(tickets, number=ticket) if ticket else None,
        "topic": _one(Topic, asked.get("topic", ""), request),
        "gap": _one(Gap, asked.get("gap", ""), request),
    }


def _one(model: Any, asked: str, request: AgentRequest) -> Any:
    if not asked:
        return None
    key = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 16 else 0
    found = get_object_or_404(model.objects.select_related("domain"), pk=key)
    if is_hidden(found, visible_articles([found], request.user)):
        raise Http404
    return found


def _title(thing: Any) -> str:
    found = [getattr(thing, name, "") for name in ("title", "name", "subject")]
    return next((said for said in found if said), "")


def _proposing(
    request: AgentRequest, form: ProposeForm, about: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    context = {"form": form, **about, "may_read": access.may_read(request.user)}
    return render(request, "evolve/improvement_new.html", context, status=status)
