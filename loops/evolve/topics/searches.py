"""Searches in vain: they found nothing, or nothing that anybody opened.

They are evidence of the gap whose words they use. The same one three times in seven days is a
gap by itself, once.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import numpy as np
from django.db import connection, transaction

from articles.search import analyzer
from loops.evolve.improvements.evidence import HIDDEN, PRIVATE
from loops.evolve.topics.clusters import Labels
from loops.evolve.topics.judging import Judged
from loops.evolve.topics.novelty import NEIGHBOURS, Flags, Numbers
from loops.evolve.topics.reading import INSIDER, OURS, Group
from loops.models import Gap, GapSearch, Topic

# Nothing was opened for so long: whoever searched has gone.
LEFT = timedelta(minutes=30)
TIMES, WITHIN = 3, timedelta(days=7)
# Not repeated for so long: nobody asks any longer.
RECENT = timedelta(days=28)
MOST = 20_000
AT_ONCE = 500  # searches compared with all questions of a group at a time
# Words that are less alike than this have a letter or two in common.
ALIKE = 0.30

VAIN = f"""
select s.id, s.query, s.at, s.count = 0, s.ticket_id, t.domain_id,
  split_part(lower(coalesce(t.language, '')), '-', 1), t.seconds_worked
from loops_search s
left join tickets_ticket t on t.id = s.ticket_id
left join people_team g on g.id = t.team_id
where s.kind = 'asked' and s.query <> '' and s.at >= %(since)s and s.at < %(left)s
  and (t.id is null or ({OURS})) and not {INSIDER}
  and (s.count = 0 or not (
    exists (select from loops_opening o where o.search_id = s.id)
    or s.ticket_id is not null and exists (select from loops_opening o
      where o.ticket_id = s.ticket_id and o.at >= s.at and o.at < s.at + %(gone)s)
    or s.ticket_id is not null and exists (select from loops_link l
      where l.ticket_id = s.ticket_id and l.at >= s.at
        and s.results @> jsonb_build_array(jsonb_build_object('article', l.article_id)))
    or s.visit <> '' and exists (select from loops_opening o
      where o.visit = s.visit and o.visit <> '' and o.at >= s.at
        and o.at < s.at + %(gone)s)))
order by s.at desc, s.id desc limit %(most)s
"""

COUNT = """
update loops_gap g set times_searched = e.count
from (select p.id, count(s.id) from loops_gap p left join loops_gapsearch s on s.gap_id = p.id
  group by p.id) e
where e.id = g.id and g.times_searched <> e.count
"""


@dataclass(eq=False)
class Vain:
    """One search in vain; `topic` is the gap's whose words it uses, once that is known."""

    pk: int
    query: str
    at: datetime
    empty: bool
    ticket: int | None
    domain: int | None
    language: str
    seconds: int | None
    topic: int | None = None


def vain(now: datetime) -> list[Vain]:
    """The newest searches in vain of the window, the newest first."""
    asked: dict[str, Any] = {
        "since": now - timedelta(days=Topic.WINDOW),
        "left": now - LEFT,
        "gone": LEFT,
        "most": MOST,
    }
    with connection.cursor() as cursor:
        cursor.execute(VAIN, asked)
        found = [Vain(*row) for row in cursor.fetchall()]
    for one in found:
        one.language = one.language or analyzer.base_language(analyzer.detect(one.query))
    return found


def join(
    looked: Sequence[Vain],
    group: Group,
    found: Judged,
    heaps: Sequence[Sequence[int]],
    topics: Sequence[int],
) -> None:
    """Say of each search which of a group's unknown topics it is about: its ticket's, else the
    one that most of the like questions are of."""
    heap_of = {group.tickets[at]: heap for heap, members in enumerate(heaps) for at in members}
    rest = []
    for one in looked:
        if one.ticket is not None and one.ticket in heap_of:
            one.topic = topics[heap_of[one.ticket]]
        elif one.topic is None and one.ticket is None and one.language == group.language:
            rest.append(one)
    if not rest or found.space is None or not heaps:
        return
    linked = np.asarray([article > 0 for article in group.articles])
    place = np.asarray([heap_of.get(ticket, -1) for ticket in group.tickets])
    for begin in range(0, len(rest), AT_ONCE):
        some = rest[begin : begin + AT_ONCE]
        like = found.space.place([one.query for one in some]) @ found.questions.T
        for one, row in zip(some, like, strict=True):
            if (heap := _heap(row, place, linked)) is not None:
                one.topic = topics[heap]


def _heap(like: Numbers, place: Labels, linked: Flags) -> int | None:
    """The heap that more of the nearest questions are of than are linked."""
    wide = min(NEIGHBOURS, len(like))
    near = np.argpartition(-like, wide - 1)[:wide]
    close = near[like[near] >= ALIKE]
    counted = Counter(place[close][place[close] >= 0].tolist())
    if not counted:
        return None
    heap, count = max(counted.items(), key=lambda pair: (pair[1], -pair[0]))
    return int(heap) if count > int(linked[close].sum()) else None


def same(query: str) -> str:
    """What makes two searches the same one: their words, whatever their case and marks."""
    return " ".join(word.group().casefold() for word in analyzer.words(query))


@transaction.atomic
def open_repeated(looked: Sequence[Vain], now: datetime) -> None:
    """Keep the evidence, and open a gap for each search that was repeated in vain."""
    gap_of = dict(
        Gap.objects.filter(kind=Gap.Kind.TOPIC, topic__in={one.topic for one in looked} - {None})
        .values_list("topic", "pk")
    )  # fmt: skip
    evidence = [(gap_of[one.topic], one.pk) for one in looked if one.topic in gap_of]
    by_words: dict[str, list[Vain]] = defaultdict(list)
    for one in reversed(looked):
        if words := same(one.query):
            by_words[words].append(one)
    for words, asked in by_words.items():
        if repeated(asked) and asked[-1].at >= now - RECENT:
            evidence += [(_gap(words, asked, now).pk, one.pk) for one in asked]
    GapSearch.objects.bulk_create(
        [GapSearch(gap_id=gap, search_id=search) for gap, search in evidence],
        ignore_conflicts=True,
        batch_size=1000,
    )
    with connection.cursor() as cursor:
        cursor.execute(COUNT)


def repeated(asked: Sequence[Vain]) -> bool:
    """Whether TIMES of these, the oldest first, lie WITHIN seven days."""
    return any(
        later.at - first.at <= WITHIN
        for first, later in zip(asked, asked[TIMES - 1 :], strict=False)
    )


def _gap(words: str, asked: Sequence[Vain], now: datetime) -> Gap:
    """The gap of these words: made once, whatever became of it since."""
    worked = {one.ticket: (one.seconds or 0) / 60 for one in asked if one.ticket is not None}
    minutes = round(median(worked.values()), 2) if worked else 0.0
    empty = sum(one.empty for one in asked) * 2 >= len(asked)
    domains = Counter(one.domain for one in asked if one.domain is not None)
    topics = Counter(one.topic for one in asked if one.topic is not None)
    # Everybody reads its name: whose address or number was looked for is nobody's business.
    name = PRIVATE.sub(HIDDEN, Counter(one.query for one in asked).most_common(1)[0][0])
    figures = {
        "tickets": len(worked),
        "minutes": minutes,
        "cost": len(worked) * (minutes or 1),
        "seen_at": now,
    }
    gap, made = Gap.objects.get_or_create(
        key=f"search:{words}"[:200],
        defaults={
            "kind": Gap.Kind.EMPTY if empty else Gap.Kind.ABANDONED,
            "name": name[:300],
            "label": [word[:80] for word in same(name).split()[:4]],
            "language": asked[-1].language,
            "domain_id": domains.most_common(1)[0][0] if domains else None,
            "topic_id": topics.most_common(1)[0][0] if topics else None,
            "opened_at": now,
            **figures,
        },
    )
    if not made and gap.state in (Gap.State.OPEN, Gap.State.WRITTEN):
        Gap.objects.filter(pk=gap.pk).update(**figures)
    return gap
