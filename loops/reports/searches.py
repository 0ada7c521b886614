"""What was searched, inside and outside, and what each search led to.

Outside, a session is a visit to the help centre: it ends with half an hour of silence. Inside it
is one person's work on a ticket, or, without a ticket, the half hour after the search.

A search is

- empty when nothing came;
- clicked when an article was opened out of its list;
- escalated when its session went on to ask somebody: a ticket outside, a colleague inside;
- abandoned when its session is over and after it nothing was opened, nothing linked, and nobody
  asked. What was put in other words and found then is not abandoned, and neither are suggestions
  that came without being asked for.

It belongs to the article that it led to first, else to the one on top of its list; its branch is
the one that it was narrowed to, else its ticket's, else that article's. Searches on tickets of
private teams are left out: their words are nobody else's.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, Coalesce, Lower
from django.utils.translation import gettext_lazy

from articles.models import Article
from loops.models import Link, Opening, Question, Search
from loops.reports.asked import NONE, Asked
from people.models import Domain
from tickets.models import TicketEvent

SILENCE = timedelta(minutes=30)
HELP = "help"

OUTSIDE, INSIDE, SUGGESTED = "outside", "inside", "suggested"
WHERE: dict[str, Any] = {
    OUTSIDE: gettext_lazy("Outside"),
    INSIDE: gettext_lazy("Inside, typed"),
    SUGGESTED: gettext_lazy("Inside, suggested"),
}
EMPTY, CLICKED, UNCLICKED, ESCALATED, ABANDONED = (
    "empty", "clicked", "unclicked", "escalated", "abandoned",
)  # fmt: skip
RESULTS: dict[str, Any] = {
    EMPTY: gettext_lazy("Nothing found"),
    CLICKED: gettext_lazy("Clicked"),
    UNCLICKED: gettext_lazy("Found, and not clicked"),
    ESCALATED: gettext_lazy("Escalated"),
    ABANDONED: gettext_lazy("Abandoned"),
}
IS: dict[str, Q] = {
    EMPTY: Q(count=0, clicked=False),
    CLICKED: Q(clicked=True),
    UNCLICKED: Q(count__gt=0, clicked=False),
    ESCALATED: Q(escalated=True),
    ABANDONED: Q(abandoned=True),
}
# A colleague who looks something up in the help centre is no reader outside.
READERS: dict[str, Q] = {
    "visitor": Q(by=None),
    "customer": Q(by__competency="", by__is_superuser=False)
    & (Q(by__organisation=None) | Q(by__organisation__is_partner=False)),
    "partner": Q(by__competency="", by__is_superuser=False, by__organisation__is_partner=True),
}
READER = Q(by=None) | Q(by__competency="", by__is_superuser=False)
ROLES: dict[str, Any] = {
    "visitor": gettext_lazy("Visitor"),
    "customer": gettext_lazy("Customer"),
    "partner": gettext_lazy("Partner"),
}
# The same in `sums`.
SAYS: dict[str, str] = {
    EMPTY: "count = 0 and not clicked",
    CLICKED: "clicked",
    UNCLICKED: "count > 0 and not clicked",
    ESCALATED: "escalated",
    ABANDONED: "abandoned",
}
PLACES: dict[str, Q] = {
    OUTSIDE: Q(channel=HELP) & READER,
    INSIDE: ~Q(channel=HELP) & Q(kind=Search.Kind.ASKED),
    SUGGESTED: ~Q(channel=HELP) & Q(kind=Search.Kind.SUGGESTED),
}


def where_choices() -> list[tuple[str, Any]]:
    return list(WHERE.items())


def role_choices() -> list[tuple[str, Any]]:
    return list(ROLES.items())


def result_choices() -> list[tuple[str, Any]]:
    return list(RESULTS.items())


def tickets_of_visits() -> QuerySet[Any]:
    """The arrivals of tickets that a visit ended with, with `stay`: that visit's name."""
    return TicketEvent.objects.filter(detail__has_key="visit").annotate(
        stay=KeyTextTransform("visit", "detail")
    )


def made(asked: Asked, *places: str) -> QuerySet[Any]:
    """The searches of the period that the question is about, with what became of each:
    `clicked`, `click` (the rank of the first), `led_to`, `escalated`, `abandoned`, `text`."""
    wanted = Q()
    for place in places or tuple(WHERE):
        wanted |= PLACES[place] & (Q() if place == OUTSIDE else _inside(asked))
    rows = told(Search.objects.filter(asked.period(), wanted), now=asked.now)
    rows = _in_domains(rows, asked)
    if asked.tag or asked.owner or asked.creator:
        own = Article.objects.filter(asked.but(q="", domains=None).articles(""))
        rows = rows.filter(led_to__in=own.order_by().values("pk"))
    for word in asked.q.split()[:8]:
        rows = rows.filter(query__icontains=word)
    if string := asked.given.get("string", ""):
        rows = rows.filter(text=string.lower())
    if place := asked.chosen.get("where", ""):
        rows = rows.filter(PLACES[place])
    if role := asked.chosen.get("role"):
        rows = rows.filter(READERS[role])
    if result := asked.chosen.get("result"):
        rows = rows.filter(IS[result])
    return rows


def _inside(asked: Asked) -> Q:
    found = asked.whose("by")
    # Whoever sees every ticket has no condition, and "none or no condition" would be none.
    if seen := asked.tickets():
        found &= Q(ticket=None) | seen
    return found & (Q(ticket=None) | Q(ticket__team=None) | Q(ticket__team__private=False))


def _in_domains(rows: QuerySet[Any], asked: Asked) -> QuerySet[Any]:
    if asked.domains is None:
        return rows
    narrowed = Cast(
        KeyTextTransform("0", KeyTransform("domain", "filters")), output_field=TextField()
    )
    rows = rows.annotate(narrowed=narrowed)
    at_hand = Q(narrowed__isnull=True, ticket__domain=None)
    if asked.domains == NONE:
        placed = Article.objects.exclude(domain=None).order_by().values("pk")
        return rows.filter(at_hand & (Q(led_to=None) | ~Q(led_to__in=placed)))
    below = Domain.objects.filter(pk__in=sorted(asked.domains))  # type: ignore[type-var]
    articles = Article.objects.filter(domain__in=below.values("pk")).order_by()
    return rows.filter(
        Q(narrowed__in=list(below.values_list("path", flat=True)))
        | Q(narrowed__isnull=True, ticket__domain__in=below.values("pk"))
        | at_hand & Q(led_to__in=articles.values("pk"))
    )


def told(searches: QuerySet[Any], *, now: datetime) -> QuerySet[Any]:
    """With what became of each search."""
    own = Opening.objects.filter(search=OuterRef("pk")).order_by("at", "pk")
    top = Cast(
        KeyTextTransform("article", KeyTransform("0", "results")),
        output_field=BigIntegerField(),
    )
    after = {"by": OuterRef("by"), "at__gte": OuterRef("at")}
    asked_somebody = Case(
        When(
            ~Q(visit=""),
            then=Exists(
                tickets_of_visits().filter(stay=OuterRef("visit"), at__gte=OuterRef("at"))
            ),
        ),
        When(
            ticket__isnull=False,
            then=Exists(Question.objects.filter(ticket=OuterRef("ticket"), **after)),
        ),
        default=Exists(
            Question.objects.filter(ticket=None, at__lte=OuterRef("at") + SILENCE, **after)
        ),
        output_field=BooleanField(),
    )
    rows = searches.annotate(
        text=Lower("query", output_field=TextField()),
        clicked=Exists(own),
        click=Subquery(own.filter(rank__isnull=False).values("rank")[:1]),
        led_to=Coalesce(
            Subquery(own.values("article")[:1]), top, output_field=BigIntegerField()
        ),
        escalated=asked_somebody,
    )
    return rows.annotate(abandoned=_abandoned(now))


def _abandoned(now: datetime) -> Case:
    """One branch a kind of session, so that each is answered by its own index."""
    since, silent = {"at__gte": OuterRef("at")}, now - SILENCE
    # Said once more for the indexes, which hold visits alone.
    on_visit = Opening.objects.filter(~Q(visit=""), visit=OuterRef("visit"))
    on_ticket = Opening.objects.filter(ticket=OuterRef("ticket"), by=OuterRef("by"))
    alone = Opening.objects.filter(ticket=None, by=OuterRef("by"), visit="")
    going_on = Search.objects.filter(~Q(visit=""), visit=OuterRef("visit"), at__gt=silent)
    return Case(
        When(at__gt=silent, then=Value(False)),
        When(kind=Search.Kind.SUGGESTED, then=Value(False)),
        When(Q(clicked=True) | Q(escalated=True), then=Value(False)),
        When(~Q(visit=""), then=~Exists(on_visit.filter(**since)) & ~Exists(going_on)),
        When(
            ticket__isnull=False,
            then=~Exists(on_ticket.filter(**since))
            & ~Exists(Link.objects.filter(ticket=OuterRef("ticket"), **since)),
        ),
        default=~Exists(alone.filter(at__lte=OuterRef("at") + SILENCE, **since)),
        output_field=BooleanField(),
    )


def sums(found: QuerySet[Any], named: dict[str, str], by: str = "") -> list[dict[str, Any]]:
    """These sums over the searches, by a column if one is named. What became of each search is
    asked for once, however many sums want to know."""
    inner, params = (
        found.order_by()
        .values("text", "at", "count", "clicked", "click", "escalated", "abandoned", "by")
        .query.sql_with_params()
    )
    told = ", ".join(f"{sql} as {name}" for name, sql in named.items())
    group = f"group by {by}" if by else ""
    head = f"{by}, " if by else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"with said as materialized ({inner}) select {head}{told} from said {group}", params
        )
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def counting(*results: str) -> dict[str, str]:
    """The sums that count searches by what became of them, as `n_empty` and so on."""
    return {f"n_{name}": f"count(*) filter (where {SAYS[name]})" for name in results or SAYS}
