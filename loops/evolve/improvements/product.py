"""What should be fixed in the product: no article makes these tickets go away.

Two signs, each of topics with enough tickets in the last half year:

- defect: more of its tickets are marked as caused by a defect than chance would mark, given how
  many are elsewhere. The binomial tail, by Bonferroni over all topics that are looked at;
- undiminished: it is answered well and comes back all the same. Nearly all of its solved tickets
  are linked, hardly anything about it is new, and the later half of the time brought as many as
  the first (not fewer, by the exact test of two Poisson counts); and it is among those that cost
  most.

Reading an article helps whoever asks; it does not repair what makes them ask.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from scipy import stats

from articles.models import Article
from loops.evolve.improvements.evidence import WINDOW
from loops.evolve.improvements.found import Candidate
from loops.models import Improvement, Topic

FEWEST, FEWEST_DEFECTS = 6, 3
CHANCE = 0.01  # for all topics together
COVERED, STALE = 0.75, 0.2  # link rate at least; share of novelty at most
MANY, DEAR = 15, 0.9  # tickets at least; the quantile of cost
ASKERS = 8
# Undiminished by chance: most of a list would be. So few of them are proposed, the dearest.
MOST_UNDIMINISHED = 5


@dataclass(frozen=True)
class Asked:
    """How one topic was asked in the window; known ones are articles."""

    article: int | None
    topic: int | None
    tickets: int
    defects: int
    minutes: float
    later: int
    askers: int
    solved: int
    linked: int
    judged: int
    new: int

    @property
    def cost(self) -> float:
        return self.tickets * self.minutes


# A ticket's topic is its resolution link; else what it is like, where that is known.
ASKED = """
with linked as (
  select distinct link.ticket_id as ticket, link.article_id as article
    from loops_link link where link.kind = 'resolution'
), about as (
  select ticket, article, null::bigint as topic from linked
  union all
  select of.ticket_id, topic.article_id,
         case when topic.article_id is null then topic.id end
    from loops_tickettopic of join loops_topic topic on topic.id = of.topic_id
   where not exists (select 1 from linked where linked.ticket = of.ticket_id)
)
select about.article, about.topic, count(*), count(*) filter (where t.is_defect),
       coalesce(percentile_cont(.5) within group (order by t.seconds_worked)
                filter (where t.seconds_worked > 0), 0)::float8 / 60,
       count(*) filter (where t.created_at > %(middle)s), count(distinct t.requester_id),
       count(*) filter (where t.solved_at is not null),
       count(*) filter (where t.solved_at is not null and exists
         (select 1 from linked where linked.ticket = t.id)),
       count(*) filter (where of.novelty <> ''),
       count(*) filter (where of.novelty in ('new', 'known_not_captured'))
  from about join tickets_ticket t on t.id = about.ticket
  left join people_team g on g.id = t.team_id
  left join loops_tickettopic of on of.ticket_id = t.id
 where t.created_at > %(since)s and t.created_at <= %(now)s and g.private is not true
 group by 1, 2
"""
MARKED = """
select count(*), count(*) filter (where t.is_defect)
  from tickets_ticket t left join people_team g on g.id = t.team_id
 where t.created_at > %(since)s and t.created_at <= %(now)s and g.private is not true
"""


def asked(now: datetime) -> tuple[list[Asked], int, int]:
    """Every topic of the window, with how many tickets there were and how many are marked."""
    period = {"since": now - WINDOW, "middle": now - WINDOW / 2, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(ASKED, period)
        rows = [Asked(*row) for row in cursor.fetchall()]
        cursor.execute(MARKED, period)
        tickets, marked = cursor.fetchone()
    return rows, tickets, marked


def candidates(now: datetime) -> Iterator[Candidate]:
    rows, tickets, marked = asked(now)
    chosen: list[tuple[Asked, list[list[Any]]]] = []
    looked = [row for row in rows if row.tickets >= FEWEST]
    for row in looked:
        usual = usual_share(row, tickets, marked)
        if is_defect(row, usual, len(looked)):
            chosen.append((row, [["defects", row.defects, row.tickets, round(usual, 4)]]))
    taken = {(row.article, row.topic) for row, _why in chosen}
    dear = _dear(looked)
    again = [
        row for row in looked if (row.article, row.topic) not in taken and returns(row, dear)
    ]
    again.sort(key=lambda row: -row.cost)
    chosen += [
        (row, [["returns", row.tickets - row.later, row.later, row.linked, row.solved]])
        for row in again[:MOST_UNDIMINISHED]
    ]
    chosen.sort(key=lambda one: (-one[0].cost, one[0].article or 0, one[0].topic or 0))
    yield from _told(chosen)


def usual_share(row: Asked, tickets: int, marked: int) -> float:
    """How many of all other tickets are marked; never nothing, however few there are."""
    return (marked - row.defects + 0.5) / (max(tickets - row.tickets, 0) + 1)


def is_defect(row: Asked, usual: float, topics: int) -> bool:
    if row.defects < FEWEST_DEFECTS:
        return False
    tail = float(stats.binom.sf(row.defects - 1, row.tickets, min(usual, 1.0)))
    return tail * topics < CHANCE


def _dear(rows: list[Asked]) -> float:
    costs = sorted(row.cost for row in rows)
    return costs[min(int(len(costs) * DEAR), len(costs) - 1)] if costs else 0.0


def returns(row: Asked, dear: float) -> bool:
    if row.tickets < MANY or row.askers < ASKERS or row.cost < dear or not row.solved:
        return False
    if row.judged < row.tickets / 2:
        return False  # only the linked ones are known, and those are all linked
    if row.linked < COVERED * row.solved or row.new > STALE * row.judged:
        return False
    # Fewer came lately than chance explains: it is going away.
    return float(stats.binom.cdf(row.later, row.tickets, 0.5)) > 0.05


def _told(chosen: list[tuple[Asked, list[list[Any]]]]) -> Iterator[Candidate]:
    articles = Article.objects.select_related("domain").in_bulk(
        [row.article for row, _why in chosen if row.article]
    )
    topics = Topic.objects.select_related("domain").in_bulk(
        [row.topic for row, _why in chosen if row.topic]
    )
    known = Topic.objects.filter(article__in=articles).in_bulk(field_name="article_id")
    for row, why in chosen:
        article = articles.get(row.article or 0)
        topic = topics.get(row.topic or 0) or known.get(row.article or 0)
        about = article or topic
        if about is None:
            continue
        yield Candidate(
            key=f"defect:article:{article.pk}" if article else f"defect:topic:{about.pk}",
            kind=Improvement.Kind.PRODUCT,
            title=article.title if article else topic.name if topic else "",
            article=article,
            topic=topic,
            domain=about.domain,
            why=why,
            cost=row.cost,
        )
