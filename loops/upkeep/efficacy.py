"""Did a version of an article work better than the one before it? Counted, with intervals.

A share of few tickets says little: each stands with its n and its 95 % interval by Wilson, and
a difference is put into words only where the interval of the difference leaves zero out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from math import sqrt
from typing import Any

from django.db.models import Avg, Count, Exists, F, Min, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.models import Article
from loops.models import Link, Outcome
from loops.upkeep.recall import SYSTEM as RECALL
from people.models import User
from tickets.models import Ticket, TicketEvent

Z = 1.96
ENOUGH = 20  # below it a figure is shown in grey
REPEAT = timedelta(days=14)


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share; everything is possible where nothing was seen."""
    if n == 0:
        return 0.0, 1.0
    share, z2 = hits / n, Z * Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z * sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    # At the ends rounding must not step over the share itself.
    return (0.0 if hits == 0 else middle - half, 1.0 if hits == n else middle + half)


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    hits: int
    n: int

    @property
    def value(self) -> float | None:
        return self.hits / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.hits, self.n)

    @property
    def low(self) -> float:
        return self.interval[0]

    @property
    def high(self) -> float:
        return self.interval[1]

    @property
    def enough(self) -> bool:
        return self.n >= ENOUGH


def differ(older: Share, newer: Share) -> int:
    """1 when the newer share is higher, -1 when lower, 0 when nobody can tell.

    Newcombe's interval of the difference, from both shares' Wilson intervals.
    """
    if not (older.enough and newer.enough):
        return 0
    before, after = older.hits / older.n, newer.hits / newer.n
    change = after - before
    low = change - sqrt((after - newer.low) ** 2 + (older.high - before) ** 2)
    high = change + sqrt((newer.high - after) ** 2 + (before - older.low) ** 2)
    return 1 if low > 0 else -1 if high < 0 else 0


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
