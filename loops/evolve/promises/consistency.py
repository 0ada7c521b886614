"""Does the same question get the same answer? And which answers contradict each other?

Questions are the articles themselves: the link is the topic. Articles that the search engine
took for one (`Pair`), and that people ask for in the same words, are one question with several
answers. The answer consistency of a question is Σ p² over the articles that were used for it,
p being each one's part of the links: 1 where everybody got the same article. Private teams'
tickets are left out. All of it is computed at night, over the last 180 days.

A pair of answers is a contradiction when they differ in a quantity or a negation
(differing.py), and "other steps" when people ask alike and the answers share hardly a word.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from math import sqrt
from typing import Any

from django.db import connection

from articles.models import Article, Confidence
from articles.search import likeness
from loops.evolve.promises import differing, findings
from loops.evolve.scope import zone
from loops.models import Pair, Topic
from loops.statistics.rates import Z

CONSISTENCY, CONTRADICTIONS = "consistency", "contradictions"
DAYS = Topic.WINDOW
# People ask for both in the same words. Of the demo company's pairs those that answer one
# question have .32 and more, all but one of the others less than .30.
SAME_DEMAND = 0.30
# Or the texts say it, where there are no tickets yet.
SAME_TEXT = 0.60
# Answers that share less than this of their words tell other steps.
OTHER_STEPS = 0.30
KINDS = ("quantity", "negation", "steps")
MOST = 200  # pairs that are kept, and questions
AT_ONCE = 200

USED = """
select k.article_id, date_trunc('month', t.solved_at at time zone %s)::date, count(*)
from loops_link k
  join tickets_ticket t on t.id = k.ticket_id
  left join loops_outcome o on o.ticket_id = t.id and o.ended_at is null
  left join people_team m on m.id = t.team_id
where k.kind = 'resolution' and t.solved_at >= %s and t.solved_at < %s
  and m.private is not true and o.outcome is distinct from 'imported'
group by 1, 2
"""
# Solved without a link, and about what one of these articles answers.
SILENT = """
select p.article_id, count(*)
from loops_tickettopic tt
  join loops_topic p on p.id = tt.topic_id and p.article_id = any(%s)
  join tickets_ticket t on t.id = tt.ticket_id and t.solved_at >= %s and t.solved_at < %s
  left join people_team m on m.id = t.team_id
where tt.source = 'likeness' and m.private is not true
  and not exists (select from loops_link k where k.ticket_id = t.id)
group by 1
"""

Couple = tuple[int, int]


@dataclass(frozen=True)
class Agreement:
    """Σ p² of `n` answers, of which there are `kinds`; the error is Simpson's."""

    n: int
    kinds: int
    value: float
    error: float

    @property
    def interval(self) -> tuple[float, float]:
        """At least as much as when all answers were equally frequent."""
        if self.n < 2:
            return 0.0, 1.0
        reach = Z * self.error
        return max(1 / self.kinds, self.value - reach), min(1.0, self.value + reach)


def agreement(counts: Iterable[int]) -> Agreement | None:
    """How much the answers to one question agree; nothing where there are none.

    The variance is the one that Simpson, E. H. (1949) gives; it is not nought where all
    answers are equally frequent, as that of the delta method is.
    """
    rows = [n for n in counts if n]
    n = sum(rows)
    if not n:
        return None
    parts = [one / n for one in rows]
    squares, cubes = sum(p * p for p in parts), sum(p**3 for p in parts)
    spread = 0.0
    if n > 1:
        spread = 4 * (n - 2) * cubes + 2 * squares - 2 * (2 * n - 3) * squares**2
        spread /= n * (n - 1)
    return Agreement(n, len(rows), squares, sqrt(max(0.0, spread)))


def together(questions: Iterable[Iterable[int]]) -> Agreement | None:
    """Over all questions that were answered twice at least, each as heavy as its answers: of
    one answer alone nobody can say whether it agrees."""
    each = [one for counts in questions if (one := agreement(counts)) and one.n > 1]
    total = sum(one.n for one in each)
    if not total:
        return None
    value = sum(one.n * one.value for one in each) / total
    error = sqrt(sum((one.n * one.error) ** 2 for one in each)) / total
    return Agreement(total, total, value, error)


@dataclass
class Same:
    """Two articles that answer one question, and how alike they are."""

    pair: Pair
    likeness: float
    demand: float
    conflicts: list[differing.Conflict] = field(default_factory=list)
    shared: float = 1.0

    @property
    def kind(self) -> str:
        if self.conflicts:
            return self.conflicts[0].kind
        asked_alike = self.demand >= SAME_DEMAND and self.shared < OTHER_STEPS
        return "steps" if asked_alike else ""


def compute(now: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
    """Look at all pairs and links, and keep both findings."""
    same = list(_same())
    contradictions = {findings.ALL: {"pairs": _contradictions(same)}}
    consistency = {findings.ALL: _consistency(same, now)}
    findings.keep(CONTRADICTIONS, contradictions, now=now)
    findings.keep(CONSISTENCY, consistency, now=now)
    return consistency[findings.ALL], contradictions[findings.ALL]


def _same() -> Iterator[Same]:
    """The open pairs that are asked for alike, in the order of their numbers."""
    pairs = list(
        Pair.objects.filter(state=Pair.State.OPEN)
        .exclude(older__confidence=Confidence.ARCHIVED)
        .exclude(newer__confidence=Confidence.ARCHIVED)
        .order_by("older", "newer")
    )
    for begin in range(0, len(pairs), AT_ONCE):
        some = pairs[begin : begin + AT_ONCE]
        alike = likeness.compare((pair.older_id, pair.newer_id) for pair in some)
        texts = _texts({pk for pair in some for pk in (pair.older_id, pair.newer_id)})
        for pair in some:
            one, other = pair.older_id, pair.newer_id
            like = alike[min(one, other), max(one, other)]
            if like.demand < SAME_DEMAND and like.likeness < SAME_TEXT:
                continue
            found = differing.compare(texts[one], texts[other])
            yield Same(pair, like.likeness, like.demand, found.conflicts, found.shared)


def _texts(ids: set[int]) -> dict[int, differing.Said]:
    rows = Article.objects.filter(pk__in=ids).only("title", "resolution", "parts", "language")
    return {row.pk: differing.read(_answer(row), row.language) for row in rows}


def _answer(article: Article) -> str:
    """What an article answers with: its title often says it in short."""
    own = [text for text in (article.parts or {}).values() if isinstance(text, str)]
    return "\n".join([article.title, article.resolution, *own])


def _contradictions(same: list[Same]) -> list[dict[str, Any]]:
    """Those that contradict each other: the plainest first, then the most used."""
    found = sorted(
        (one for one in same if one.kind),
        key=lambda one: (
            KINDS.index(one.kind),
            -(one.conflicts[0].weight if one.conflicts else one.demand),
            one.pair.pk,
        ),
    )
    return [
        {
            "pair": one.pair.pk,
            "older": one.pair.older_id,
            "newer": one.pair.newer_id,
            "kind": one.kind,
            "likeness": round(one.likeness, 3),
            "shared": round(one.shared, 3),
            "conflicts": [[c.here, c.there] for c in one.conflicts],
        }
        for one in found[:MOST]
    ]


def _groups(couples: Iterable[Couple]) -> dict[int, int]:
    """For each article the smallest of those that answer the same."""
    head: dict[int, int] = {}

    def root(pk: int) -> int:
        while head.setdefault(pk, pk) != pk:
            pk = head[pk]
        return pk

    for one, other in couples:
        low, high = sorted((root(one), root(other)))
        head[high] = low
    return {pk: root(pk) for pk in head}


def _consistency(same: list[Same], now: datetime) -> dict[str, Any]:
    own = zone()
    today = now.astimezone(own).date()
    begins = today - timedelta(days=DAYS - 1)
    since = datetime.combine(begins, time(), tzinfo=own)
    group = _groups((one.pair.older_id, one.pair.newer_id) for one in same)
    with connection.cursor() as cursor:
        cursor.execute(USED, [str(own), since, now])
        used = cursor.fetchall()
        cursor.execute(SILENT, [sorted(group), since, now])
        silent = dict(cursor.fetchall())
    questions: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    months: dict[str, dict[int, dict[int, int]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(int))
    )
    for article, month, n in used:
        question = group.get(article, article)
        questions[question][article] += n
        months[month.isoformat()][question][article] += n
    several = [counts for counts in questions.values() if len(counts) > 1]
    # Where most answers were other ones than the usual comes first.
    several.sort(key=lambda counts: (-_lost(counts), min(counts)))
    return {
        "since": begins.isoformat(),
        "until": today.isoformat(),
        "all": _told(together(counts.values() for counts in questions.values())),
        "questions": sum(sum(counts.values()) > 1 for counts in questions.values()),
        "months": [
            {"month": month, **_told(together(c.values() for c in by_question.values()))}
            for month, by_question in sorted(months.items())
        ],
        "several": [
            {
                "articles": [{"id": pk, "n": n} for pk, n in sorted(counts.items(), key=_most)],
                "silent": sum(silent.get(pk, 0) for pk in counts),
                **_told(agreement(counts.values())),
            }
            for counts in several[:MOST]
        ],
    }


def _most(pair: tuple[int, int]) -> tuple[int, int]:
    return -pair[1], pair[0]


def _lost(counts: Mapping[int, int]) -> float:
    """How many tickets would have to get another answer for all to get one."""
    found = agreement(counts.values())
    return found.n * (1 - found.value) if found else 0.0


def _told(found: Agreement | None) -> dict[str, Any]:
    if found is None:
        return {"n": 0, "value": None, "low": None, "high": None}
    low, high = found.interval
    return {"n": found.n, "value": found.value, "low": low, "high": high}
