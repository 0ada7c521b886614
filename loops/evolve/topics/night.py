"""The nightly job: what each ticket is about, which topics there are, and which are gaps.

Each step is set-based or bounded and one transaction: a killed job leaves whole steps, and the
next run does the rest. Two at once would only do the same twice: the second goes home.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.utils import timezone

from loops.evolve.jobs import Tick, silent
from loops.evolve.topics import (
    clusters,
    figures,
    forgetting,
    gaps,
    identity,
    reading,
    searches,
)
from loops.evolve.topics.judging import Judged, judge, without_common
from loops.evolve.topics.reading import Group
from loops.models import Finding, TicketTopic, Topic

LOCK = 0x746F7069
# What a group's last look is kept under, and how long it counts as tonight's.
GROUP = "topics"
TONIGHT = timedelta(hours=12)
Source = TicketTopic.Source


def run(tick: Tick = silent, day: date | None = None, *, seconds: float = 0) -> int:
    """Look at the tickets of the last 400 days; how many groups were looked at. What is asked
    is asked now: it has no `day` of its own.

    With `seconds`, groups that tonight's earlier start looked at are left out, and none is begun
    after so long: a large desk takes several starts, each inside a task's limit.
    """
    now, until = timezone.now(), time.monotonic() + seconds
    with alone() as mine:
        if not mine:
            return 0
        forgetting.forget_private()
        waiting = _waiting(now, all_of_them=not seconds)
        if seconds and not waiting:
            return 0
        gaps.close_covered(now)
        figures.follow_links(now)
        tick(1)
        looked, done = searches.vain(now), 0
        for language, root in waiting:
            _group(reading.read(language, root, now), now, looked)
            done += 1
            tick(1)
            if seconds and time.monotonic() > until:
                break
        figures.classify(now)
        figures.count(now)
        gaps.refresh(now)
        searches.open_repeated(looked, now)
        tick(1)
    return done


def _waiting(now: datetime, *, all_of_them: bool) -> list[tuple[str, str | None]]:
    """The groups to look at, those that waited longest first."""
    seen = dict(Finding.objects.filter(key=GROUP).values_list("scope", "computed_at"))
    known = [(seen.get(_scope(*group)), group) for group in reading.groups(now)]
    known.sort(key=lambda one: (one[0] is not None, one[0] or now, str(one[1])))
    return [group for at, group in known if all_of_them or at is None or at < now - TONIGHT]


def _scope(language: str, root: str | None) -> str:
    return f"{language}/{'*' if root is None else root}"[:40]


@contextmanager
def alone() -> Iterator[bool]:
    """Whether this run is the only one. The database lets the lock go however it ends."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", [LOCK])
        mine = bool(cursor.fetchone()[0])
        try:
            yield mine
        finally:
            if mine:
                cursor.execute("select pg_advisory_unlock(%s)", [LOCK])


def _group(group: Group, now: datetime, looked: list[searches.Vain]) -> None:
    """Judge one group and write what was found."""
    if group.idle:
        figures.forget(group.idle)
    if group.tickets:
        _judge(group, now, looked)
    Finding.objects.update_or_create(
        key=GROUP,
        scope=_scope(group.language, group.root),
        defaults={"computed_at": now, "data": {"tickets": len(group.tickets)}},
    )


def _judge(group: Group, now: datetime, looked: list[searches.Vain]) -> None:
    texts = without_common(group.texts, group.articles)
    found = judge(
        texts,
        np.asarray(group.articles),
        answers=without_common(group.answers, group.articles),
        teams=np.asarray(group.teams),
    )
    heaps: list[list[int]] = [[] for _ in range(int(found.heap.max()) + 1)]
    for at, heap in enumerate(found.heap):
        if heap >= 0:
            heaps[heap].append(at)
    labels = clusters.words(texts, found.heap.tolist())
    with transaction.atomic():
        topics = _topics(group, found, heaps, labels, now)
        _write(group, found, topics)
        searches.join(looked, group, found, heaps, topics)


def _topics(
    group: Group,
    found: Judged,
    heaps: list[list[int]],
    labels: dict[int, list[str]],
    now: datetime,
) -> list[int]:
    """The topic of each heap: one of yesterday's, or a new one."""
    free = [ticket for ticket, article in zip(group.tickets, group.articles, strict=True)
            if not article]  # fmt: skip
    open_ones = Topic.objects.filter(kind=Topic.Kind.UNKNOWN, state=Topic.State.OPEN)
    before = dict(
        TicketTopic.objects.filter(ticket__in=free, topic__in=open_ones).values_list(
            "ticket", "topic"
        )
    )
    members = [[group.tickets[at] for at in heap] for heap in heaps]
    known = identity.match(members, before)
    _keep(group, heaps, members, before, known)
    stay = Topic.objects.in_bulk(known.values())
    out = []
    for at, heap in enumerate(heaps):
        topic = stay[known[at]] if at in known else Topic(kind=Topic.Kind.UNKNOWN, found_at=now)
        middle = clusters.central(found.questions, heap)
        topic.central_id = group.tickets[middle]
        topic.name = group.texts[middle].split("\n")[0].strip()[:300] or "—"
        topic.label = labels.get(at, topic.label)
        topic.language = group.language
        topic.domain_id = _most([group.domains[one] for one in heap])
        topic.seen_at = now
        topic.save()
        out.append(topic.pk)
    return out


def _keep(
    group: Group,
    heaps: list[list[int]],
    members: list[list[int]],
    before: dict[int, int],
    known: dict[int, int],
) -> None:
    """A topic that tonight's heaps do not show, and that nobody answered, is still one: it
    keeps those of its tickets that stand in no other heap, while enough are left."""
    place = {ticket: at for at, ticket in enumerate(group.tickets)}
    elsewhere = {ticket for heap in members for ticket in heap}
    left: dict[int, list[int]] = defaultdict(list)
    for ticket, topic in sorted(before.items()):
        if topic not in known.values() and ticket not in elsewhere:
            left[topic].append(ticket)
    for topic, tickets in left.items():
        if len(tickets) >= figures.FADES:
            known[len(heaps)] = topic
            heaps.append([place[ticket] for ticket in tickets])
            members.append(tickets)


def _most(values: list[int | None]) -> int | None:
    """What more than half say; None where nothing is."""
    counted: dict[int, int] = defaultdict(int)
    for value in values:
        if value is not None:
            counted[value] += 1
    best = max(counted.items(), key=lambda one: (one[1], -one[0]), default=(None, 0))
    return best[0] if best[1] * 2 > len(values) else None


def _write(group: Group, found: Judged, topics: list[int]) -> None:
    """A row for each unlinked ticket; linked ones have theirs."""
    heap_of = found.heap.tolist()
    # A topic that was kept has no number among tonight's heaps.
    kept = set(topics[int(found.heap.max()) + 1 :])
    article_of: list[int] = [0] * len(group.tickets)
    for at, article in enumerate(group.articles):
        if not article and heap_of[at] < 0 and not found.unknown[at]:
            nearest = int(found.nearest[at])
            article_of[at] = group.articles[nearest] if nearest >= 0 else 0
    known = figures.topics_of({article for article in article_of if article})
    stays = dict(
        TicketTopic.objects.filter(topic__in=kept).values_list("ticket", "topic")
    ) if kept else {}  # fmt: skip
    rows: list[tuple[Any, ...]] = []
    for at, ticket in enumerate(group.tickets):
        if group.articles[at]:
            continue
        topic, source, answer = None, "", None
        if heap_of[at] >= 0:
            topic, source = topics[heap_of[at]], Source.CLUSTER
        elif ticket in stays:
            topic, source = stays[ticket], Source.CLUSTER
        elif article_of[at]:
            topic, source, answer = known[article_of[at]], Source.LIKENESS, article_of[at]
        close = found.closeness if source == Source.CLUSTER else found.similarity
        row = (ticket, topic, str(source), float(close[at]), float(found.rate[at]), answer)
        rows.append(row)
    figures.put(rows)
