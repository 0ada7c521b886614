"""What came of it: the weekly tickets of the treated topic before and after it shipped, against
untouched topics of the same branch in the same weeks. Numbers: loops.statistics.interrupted."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, DateTimeField, Exists, F, Func, OuterRef, Q, QuerySet, Value
from django.utils import timezone

from loops.evolve.improvements import actions
from loops.evolve.improvements.evidence import Subject, open_tickets, subject_of
from loops.evolve.improvements.proposing import MEASURED_FOR
from loops.evolve.jobs import Tick, silent
from loops.evolve.scope import zone
from loops.models import Burst, Improvement, ImprovementEvent, Link, TicketTopic
from loops.statistics.interrupted import compare
from people.models import Domain
from tickets.models import Ticket

WEEK = timedelta(days=7)
BEFORE = 26  # weeks
# Fewer untouched topics, or tickets of them, than these: those of all branches are taken.
TOPICS, TICKETS = 3, 100
# The unit is a week: each is measured once in one. What a night has no time for is first in the
# next one.
AGAIN = timedelta(days=6, hours=12)
SECONDS = 240.0
RELATED = ("article", "topic", "pair", "gap__topic", "domain")


def measure_all(now: datetime, tick: Tick = silent, *, seconds: float = SECONDS) -> int:
    """Each that shipped in the last half year, anew once a week; how many. None is begun after
    so many seconds: those that wait longest come first."""
    until = time.monotonic() + seconds
    waits = Q(measured_at=None) | Q(measured_at__lte=now - AGAIN)
    rows = Improvement.objects.filter(state=Improvement.State.SHIPPED).exclude(
        effect__contains={"settled": True}
    )
    order = F("measured_at").asc(nulls_first=True)
    ids = list(rows.filter(waits).order_by(order, "pk").values_list("pk", flat=True))
    touched = _touched(now) if ids else {}
    done = 0
    for pk in ids:
        _measure(pk, touched, now)
        done += 1
        tick(1)
        if time.monotonic() >= until:
            break
    return done


@transaction.atomic
def _measure(pk: int, touched: dict[int, tuple[datetime, Subject]], now: datetime) -> None:
    rows = Improvement.objects.select_related(*RELATED)
    row = rows.select_for_update(no_key=True, of=("self",)).filter(pk=pk)
    improvement = row.filter(state=Improvement.State.SHIPPED).first()
    if improvement is None:
        return
    was = improvement.effect.get("says")
    improvement.effect = effect_of(improvement, touched, now)
    improvement.measured_at = timezone.now()
    improvement.save(update_fields=["effect", "measured_at"])
    says = improvement.effect["says"]
    if says != was:
        # The history tells when the answer changed, and not that it was asked every night.
        told = {n: improvement.effect.get(n) for n in ("says", "ratio", "low", "high", "days")}
        actions.record(improvement, ImprovementEvent.Verb.MEASURED, by=None, **told)


def _touched(now: datetime) -> dict[int, tuple[datetime, Subject]]:
    """What was treated in the time that anything now is compared with."""
    since = now - MEASURED_FOR - BEFORE * WEEK - WEEK
    rows = Improvement.objects.filter(
        state=Improvement.State.SHIPPED, shipped_at__gt=since
    ).select_related(*RELATED)
    return {
        row.pk: (row.shipped_at, subject_of(row)) for row in rows if row.shipped_at is not None
    }


def effect_of(
    improvement: Improvement, touched: dict[int, tuple[datetime, Subject]], now: datetime
) -> dict[str, Any]:
    """As it is kept in `Improvement.effect`, with the weeks that the chart shows."""
    assert improvement.shipped_at is not None
    began = _midnight(improvement.shipped_at)
    after = max(0, min((now - began) // WEEK, BEFORE))
    begin, end = began - BEFORE * WEEK, began + after * WEEK
    subject = subject_of(improvement)
    mine = _by_week(subject.rows(), begin, end) if subject else {}
    controls = _controls(improvement, subject, touched, begin, end)
    theirs = controls.weeks
    first = _first_week(begin)
    weeks = range(first, BEFORE + after)
    treated = [mine.get(week, 0) for week in weeks]
    found = compare(treated, [theirs.get(week, 0) for week in weeks], BEFORE - first)
    told: dict[str, Any] = {
        "says": found.says,
        "seen": int(found.seen),
        "before": sum(treated[: BEFORE - first]),
        "expected": round(found.expected, 1),
        "days": max(0, (now - began).days),
        "controls": controls.topics,
        "control_tickets": sum(theirs.values()),
        "scatter": round(found.scatter, 2),
        "weeks": [
            [(begin + week * WEEK).date().isoformat(), seen, expected]
            for week, seen, expected in zip(weeks, treated, found.line, strict=True)
        ],
        "shipped_week": BEFORE - first,
        "settled": now - began >= MEASURED_FOR,
    }
    if found.ratio is not None and found.low is not None and found.high is not None:
        told |= {
            "ratio": round(found.ratio, 3),
            "low": round(found.low, 3),
            "high": round(found.high, 3),
        }
    return told


def _midnight(at: datetime) -> datetime:
    """Weeks begin with the day on which it shipped, where the organisation is."""
    return at.astimezone(zone()).replace(hour=0, minute=0, second=0, microsecond=0)


def _first_week(begin: datetime) -> int:
    """The first whole week for which there are tickets at all: before it nothing was counted,
    which is not the same as nothing was asked."""
    first = open_tickets().order_by("created_at", "pk").values_list("created_at", flat=True)
    oldest = first.first()
    if oldest is None or oldest <= begin:
        return 0
    return min(-((begin - oldest) // WEEK), BEFORE)


def _by_week(rows: QuerySet[Ticket], begin: datetime, end: datetime) -> Counter[int]:
    bins = Func(
        Value(WEEK), F("created_at"), Value(begin), function="date_bin",
        output_field=DateTimeField(),
    )  # fmt: skip
    counted = (
        rows.filter(created_at__gte=begin, created_at__lt=end)
        .order_by()
        .values(bin=bins)
        .annotate(n=Count("pk"))
    )
    # Seconds are what separates two moments, whatever the clocks were set to in between.
    return Counter({round((row["bin"] - begin) / WEEK): row["n"] for row in counted})


@dataclass(frozen=True)
class Controls:
    weeks: Counter[int]
    topics: int


def _controls(
    improvement: Improvement,
    subject: Subject,
    touched: dict[int, tuple[datetime, Subject]],
    begin: datetime,
    end: datetime,
) -> Controls:
    """The tickets of topics that nobody touched and that did not burst, of the same part of the
    product; of all parts where these are few."""
    others = [
        one for pk, (at, one) in touched.items() if pk != improvement.pk and begin <= at < end
    ]
    left_out = _together([subject, *others, _bursting(begin, end)])
    links = Link.objects.resolutions().filter(ticket=OuterRef("pk"))
    alike = TicketTopic.objects.filter(ticket=OuterRef("pk"), topic__isnull=False)
    known = Exists(links) | Exists(alike)
    rows = open_tickets().filter(known, created_at__gte=begin, created_at__lt=end)
    rows = rows.exclude(left_out.condition())
    if improvement.domain is not None:
        root = improvement.domain.path.split("/")[0]
        branch = list(Domain.objects.branch(root).order_by().values_list("pk", flat=True))
        near = rows.filter(domain__in=branch)
        if found := _enough(near, begin, end):
            return found
    return _enough(rows, begin, end) or Controls(Counter(), 0)


def _enough(rows: QuerySet[Ticket], begin: datetime, end: datetime) -> Controls | None:
    weeks = _by_week(rows, begin, end)
    if weeks.total() < TICKETS:
        return None
    topics = _topics(rows)
    return Controls(weeks, topics) if topics >= TOPICS else None


def _topics(rows: QuerySet[Ticket]) -> int:
    """How many topics these tickets are of; known ones are articles."""
    tickets = rows.values("pk")
    links = Link.objects.resolutions().filter(ticket__in=tickets).order_by()
    alike = TicketTopic.objects.filter(ticket__in=tickets, topic__isnull=False).order_by()
    found: set[tuple[int | None, int | None]] = {
        (article, None) for article in links.values_list("article", flat=True).distinct()
    }
    for article, topic in alike.values_list("topic__article", "topic").distinct():
        found.add((article, None) if article else (None, topic))
    return len(found)


def _bursting(begin: datetime, end: datetime) -> Subject:
    found = Burst.objects.filter(day__gte=begin.date(), day__lte=end.date()).order_by()
    pairs = list(found.values_list("topic", "topic__article").distinct())
    return Subject(
        frozenset(article for _topic, article in pairs if article),
        frozenset(topic for topic, _article in pairs),
    )


def _together(subjects: Iterable[Subject]) -> Subject:
    found = list(subjects)
    return Subject(
        frozenset(pk for one in found for pk in one.articles),
        frozenset(pk for one in found for pk in one.topics),
        frozenset(pk for one in found for pk in one.tickets),
    )
