"""Visits to the help centre: what each did, in order, and how it ended.

A visit is over after half an hour of silence. Whether it got by without us is said in three
classes that are never added up:

- confirmed: its reader said that an article helped, and asked nobody;
- potential: it read something, asked nobody, and did not say that it did not help;
- none: it asked us, found or opened nothing, or said that it did not help.

No visit says who it was: a signed-in reader stands here as the role alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from articles.models import Article
from articles.models import Feedback as Said
from loops.evolve import access
from loops.models import Opening, Search
from loops.reports import searches
from loops.reports.asked import Asked
from loops.reports.searches import READER, READERS, SILENCE, tickets_of_visits
from people.doors import AgentRequest, agents_only
from tickets.models import Ticket

CONFIRMED, POTENTIAL, NONE, GOING_ON = "confirmed", "potential", "none", "going_on"
CLASSES: dict[str, Any] = {
    CONFIRMED: gettext_lazy("Confirmed: it helped, and nobody was asked"),
    POTENTIAL: gettext_lazy("Potential: read, and nobody was asked"),
    NONE: gettext_lazy("None: asked us, read nothing, or it did not help"),
    GOING_ON: gettext_lazy("Still going on"),
}
# What began before midnight may end after it; no visit is longer than this.
EDGE = timedelta(hours=12)


@dataclass
class Visit:
    """One stay: when it began, what it did, and how it ended."""

    name: str
    begins: datetime
    last: datetime
    searches: int = 0
    articles: int = 0
    printed: int = 0
    helped: bool | None = None
    asked: bool = False

    def outcome(self, now: datetime) -> str:
        if self.last > now - SILENCE:
            return GOING_ON
        if self.asked or not self.articles:
            return NONE
        if self.helped is None:
            return POTENTIAL
        return CONFIRMED if self.helped else NONE


def visits(asked: Asked) -> list[Visit]:
    """The visits that began in the period and match the filters, newest first."""
    around = Q(at__gte=asked.begins - EDGE, at__lt=asked.ends + EDGE) & ~Q(visit="") & READER
    if role := asked.chosen.get("role"):
        around &= READERS[role]
    found: dict[str, Visit] = {}
    signs: list[tuple[Any, Any]] = [
        (Search, {"searches": Count("pk")}),
        (
            Opening,
            {
                "articles": Count("article", distinct=True),
                "printed": Count("pk", filter=Q(printed_at__isnull=False)),
            },
        ),
    ]
    for model, counts in signs:
        rows = model.objects.filter(around).order_by().values("visit")
        for one in rows.annotate(begins=Min("at"), last=Max("at"), **counts):
            _take(found, one.pop("visit"), one)
    found = {
        name: one for name, one in found.items() if asked.begins <= one.begins < asked.ends
    }
    if (names := _narrowed(asked)) is not None:
        found = {name: one for name, one in found.items() if name in names}
    _ended(found)
    return sorted(found.values(), key=lambda one: (one.begins, one.name), reverse=True)


def _take(found: dict[str, Visit], name: str, signs: Mapping[str, Any]) -> None:
    one = found.setdefault(name, Visit(name, signs["begins"], signs["last"]))
    one.begins, one.last = min(one.begins, signs["begins"]), max(one.last, signs["last"])
    one.searches += signs.get("searches", 0)
    one.articles += signs.get("articles", 0)
    one.printed += signs.get("printed", 0)


def _narrowed(asked: Asked) -> set[str] | None:
    """The visits that searched for or read something of what was asked for."""
    if not (asked.domains is not None or asked.tag or asked.owner or asked.creator or asked.q):
        return None
    wide = asked.but(begins=asked.begins - EDGE, ends=asked.ends + EDGE, chosen={})
    found = searches.made(wide, searches.OUTSIDE).exclude(visit="").order_by()
    read = Opening.objects.filter(wide.period(), wide.articles()).exclude(visit="").order_by()
    return {*found.values_list("visit", flat=True), *read.values_list("visit", flat=True)}


def _ended(found: dict[str, Visit]) -> None:
    """How they ended: what was said last, and whether somebody was asked."""
    names = list(found)
    said = Said.objects.filter(visit__in=names, helpful__isnull=False).order_by("at", "pk")
    for name, helpful in said.values_list("visit", "helpful"):
        found[name].helped = helpful if not found[name].helped else True
    for name in tickets_of_visits().filter(stay__in=names).values_list("stay", flat=True):
        found[name].asked = True


# One visit, step by step ------------------------------------------------------------------------


@dataclass
class Step:
    """One thing that a visit did."""

    at: datetime
    kind: str
    says: str
    icon: str
    url: str = ""
    more: list[str] = field(default_factory=list)


def steps(name: str, user: Any, now: datetime) -> list[Step]:
    """All that a visit did, in order, with its end. Articles and tickets that this person may
    not see have no names."""
    found = [*_searched(name), *_read(name, user), *_said(name, user), *_asked(name, user)]
    found.sort(key=lambda step: step.at)
    if found and (over := found[-1].at + SILENCE) <= now:
        found.append(Step(over, "end", _("The visit ended"), "log-out"))
    return found


def _searched(name: str) -> Iterable[Step]:
    for one in Search.objects.filter(visit=name):
        narrowed = [str(value) for values in one.filters.values() for value in values]
        found = _("%(n)s found") % {"n": one.count} if one.count else _("nothing found")
        yield Step(one.at, "search", one.query, "search", more=[*narrowed, found])


def _read(name: str, user: Any) -> Iterable[Step]:
    opened = list(Opening.objects.filter(visit=name))
    seen: QuerySet[Article] = Article.objects.visible_to(user)
    articles = seen.only("number", "title").in_bulk([one.article_id for one in opened])
    for one in opened:
        article = articles.get(one.article_id)
        told = f"{article.number} {article.title}" if article else _("An article")
        url = article.get_absolute_url() if article else ""
        rank = [_("place %(rank)s in the list") % {"rank": one.rank}] if one.rank else []
        yield Step(one.at, "open", told, "file-text", url, rank)
        if one.printed_at:
            yield Step(one.printed_at, "print", told, "printer", url)


def _said(name: str, user: Any) -> Iterable[Step]:
    seen = Article.objects.visible_to(user)
    for one in Said.objects.filter(visit=name).annotate(
        seen=Exists(seen.filter(pk=OuterRef("article")))
    ).select_related("article"):  # fmt: skip
        told = {True: _("It helped"), False: _("It did not help")}
        says = told[one.helpful] if one.helpful is not None else _("A comment")
        told_of = one.article.number if one.seen else _("An article")
        yield Step(one.at, "feedback", says, "message-square", more=[told_of])


def _asked(name: str, user: Any) -> Iterable[Step]:
    seen = set(
        Ticket.objects.visible_to(user)
        .filter(pk__in=tickets_of_visits().filter(stay=name).values("ticket"))
        .values_list("pk", flat=True)
    )
    for event in tickets_of_visits().filter(stay=name).select_related("ticket"):
        known = event.ticket_id in seen
        says = event.ticket.number if known else _("A ticket")
        url = event.ticket.get_absolute_url() if known else ""
        yield Step(event.at, "ask", says, "life-buoy", url)


KINDS: dict[str, Any] = {
    "search": gettext_lazy("Searched"),
    "open": gettext_lazy("Opened"),
    "print": gettext_lazy("Printed"),
    "feedback": gettext_lazy("Said"),
    "ask": gettext_lazy("Asked for help"),
    "end": gettext_lazy("End"),
}


@require_safe
@agents_only
def visit(request: AgentRequest, name: str) -> HttpResponse:
    """The log of one visit."""
    access.require(request.user)
    if "\x00" in name:
        raise Http404(_("There is no such visit."))
    found = steps(name, request.user, timezone.now())
    if not found:
        raise Http404(_("There is no such visit."))
    who = (
        Search.objects.filter(visit=name).order_by("-at").select_related("by").first()
        or Opening.objects.filter(visit=name).order_by("-at").select_related("by").first()
    )
    by = who.by if who is not None else None
    role = "visitor" if by is None else "colleague" if by.is_agent else by.reads_as
    context = {
        "name": name,
        "steps": [(step, KINDS[step.kind]) for step in found],
        "role": {**searches.ROLES, "colleague": _("Colleague")}[role],
        "nav": "insights",
    }
    return render(request, "reports/visit.html", context)
