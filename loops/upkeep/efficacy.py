"""Did a version of an article work better than the one before it? Counted, with intervals.

A share of few tickets says little: each stands with its n and its 95 % interval by Wilson, and
a difference is put into words only where the interval of the difference leaves zero out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import Avg, Count, Exists, F, Min, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.models import Article
from loops.models import Link, Outcome
from loops.statistics.rates import Share, differ
from loops.upkeep.recall import SYSTEM as RECALL
from people.models import User
from tickets.models import Ticket, TicketEvent

REPEAT = timedelta(days=14)


@dataclass
class Row:
    """What became of the tickets that one version solved."""

    version: int
    at: datetime | None
    by: str
    note: str
    current: bool
    tickets: int
    reopened: Share
    repeated: Share
    satisfied: Share
    csat: float | None
    said: list[str] = field(default_factory=list)


def by_version(article: Article, *, user: User, now: datetime | None = None) -> list[Row]:
    """Every version that solved a ticket which this person may see, the newest first."""
    now = now or timezone.now()
    seen = Ticket.objects.visible_to(user).order_by()
    solved = Outcome.objects.filter(ticket=OuterRef("ticket")).order_by()
    links = (
        Link.objects.resolutions()
        .filter(article=article, ticket__in=seen)
        .exclude(ticket__external_system=RECALL)
        .annotate(
            # When it was solved first: a ticket that is open again has lost its own date.
            solved=Coalesce(
                Subquery(solved.values("ticket").annotate(first=Min("at")).values("first")),
                F("ticket__solved_at"),
            )
        )
        .filter(solved__isnull=False)
        .annotate(
            reopened=Exists(
                TicketEvent.objects.filter(
                    ticket=OuterRef("ticket"), verb="reopened", at__gte=OuterRef("at")
                )
            ),
            repeated=Exists(
                seen.filter(
                    requester=OuterRef("ticket__requester"),
                    created_at__gt=OuterRef("solved"),
                    created_at__lte=OuterRef("solved") + REPEAT,
                )
                .exclude(pk=OuterRef("ticket"))
                .exclude(external_system=RECALL)  # there it was we who wrote
                .filter(
                    Q(domain=OuterRef("ticket__domain"))
                    | Exists(Link.objects.filter(ticket=OuterRef("pk"), article=article))
                )
            ),
        )
        .order_by()
        .values("delivered")
        .annotate(
            n=Count("pk"),
            opened=Count("pk", filter=Q(reopened=True)),
            # Whoever was answered yesterday has not had two weeks to come back.
            waited=Count("pk", filter=Q(solved__lte=now - REPEAT)),
            again=Count("pk", filter=Q(solved__lte=now - REPEAT, repeated=True)),
            rated=Count("ticket__csat"),
            pleased=Count("pk", filter=Q(ticket__csat__gte=4)),
            mean=Avg("ticket__csat"),
        )
    )
    counted = {row["delivered"]: row for row in links}
    versions = (
        article.versions.filter(pk__in=counted)
        .select_related("by")
        .only("number", "at", "note", "by__name", "by__email")
        .order_by("-number")
    )
    rows = []
    for version in versions:
        found = counted[version.pk]
        rows.append(
            Row(
                version=version.number,
                at=version.at,
                by=str(version.by),
                note=version.note,
                current=version.number == article.version_number,
                tickets=found["n"],
                reopened=Share(found["opened"], found["n"]),
                repeated=Share(found["again"], found["waited"]),
                satisfied=Share(found["pleased"], found["rated"]),
                csat=found["mean"],
            )
        )
    for newer, older in pairwise(rows):
        newer.said = compare(older, newer)
    return rows


def compare(older: Row, newer: Row) -> list[str]:
    """What can be said of the newer version against the one before it; mostly nothing."""
    words: dict[str, tuple[int, dict[int, Any]]] = {
        "reopened": (
            differ(older.reopened, newer.reopened),
            {
                1: _("More of its tickets were reopened than with version %(n)s."),
                -1: _("Fewer of its tickets were reopened than with version %(n)s."),
            },
        ),
        "repeated": (
            differ(older.repeated, newer.repeated),
            {
                1: _("More requesters came back within 14 days than with version %(n)s."),
                -1: _("Fewer requesters came back within 14 days than with version %(n)s."),
            },
        ),
        "satisfied": (
            differ(older.satisfied, newer.satisfied),
            {
                1: _("More requesters were satisfied than with version %(n)s."),
                -1: _("Fewer requesters were satisfied than with version %(n)s."),
            },
        ),
    }
    return [said[way] % {"n": older.version} for way, said in words.values() if way]
