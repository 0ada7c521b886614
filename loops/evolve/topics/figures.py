"""Topics of tickets and figures of topics, written as sets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from loops.evolve.topics.reading import LOOK_BACK, OURS
from loops.intake.copying import analyse
from loops.models import TicketTopic, Topic

# Where nobody's minutes are counted, each ticket costs one: lists still have their order.
# What the trend is said of: fewer tickets in both halves together say nothing.
TREND_LEAST = 5
# An unknown topic of which fewer tickets are left in the window is no longer asked.
FADES = 3
TREND_MOST = 4

# Topics of articles that solved something. Nothing is written where nothing changed.
KNOWN = """
insert into loops_topic as p
  (kind, state, article_id, name, label, domain_id, language, tickets, linked, minutes, trend,
   cost)
select 'known', 'open', a.id, a.title, '{{}}', a.domain_id,
  split_part(lower(a.language), '-', 1), 0, 0, 0, 1, 0
from articles_article a where {wanted}
on conflict (article_id) do update
  set name = excluded.name, domain_id = excluded.domain_id, language = excluded.language
  where (p.name, p.domain_id, p.language)
    is distinct from (excluded.name, excluded.domain_id, excluded.language)
"""
LINKED = KNOWN.format(
    wanted="""exists (select from loops_link l join tickets_ticket t on t.id = l.ticket_id
    left join people_team g on g.id = t.team_id
    where l.article_id = a.id and l.kind = 'resolution' and """
    + OURS
    + ")"
)
NAMED = KNOWN.format(wanted="a.id = any(%s)")

FOLLOW = f"""
insert into loops_tickettopic as k (ticket_id, topic_id, source, novelty)
select distinct on (t.id) t.id, p.id, 'link', ''
from loops_link l
join tickets_ticket t on t.id = l.ticket_id
join loops_topic p on p.article_id = l.article_id
left join people_team g on g.id = t.team_id
where l.kind = 'resolution' and t.created_at >= %(since)s and t.created_at < %(now)s and {OURS}
order by t.id, l.at desc, l.id desc
on conflict (ticket_id) do update
  set topic_id = excluded.topic_id, source = 'link', score = null, neighbours_linked = null,
    answered_by_id = null
  where (k.topic_id, k.source) is distinct from (excluded.topic_id, excluded.source)
"""
UNFOLLOW = """
update loops_tickettopic k set topic_id = null, source = ''
where k.source = 'link' and not exists (
  select from loops_link l where l.ticket_id = k.ticket_id and l.kind = 'resolution')
"""
# Nobody outside a private team learns of its tickets, from the moment on that it is private.
PRIVATE = f"""
delete from loops_tickettopic k using tickets_ticket t
left join people_team g on g.id = t.team_id
where t.id = k.ticket_id and not ({OURS})
"""

PUT = """
insert into loops_tickettopic as k
  (ticket_id, topic_id, source, score, neighbours_linked, novelty, answered_by_id)
select u.ticket, u.topic, u.source, u.score, u.rate, '', a.id
from unnest(%s::bigint[], %s::bigint[], %s::text[], %s::float8[], %s::float8[], %s::bigint[])
  as u(ticket, topic, source, score, rate, article)
join tickets_ticket t on t.id = u.ticket
left join articles_article a on a.id = u.article and a.created_at < t.created_at
on conflict (ticket_id) do update
  set topic_id = excluded.topic_id, source = excluded.source, score = excluded.score,
    neighbours_linked = excluded.neighbours_linked, answered_by_id = excluded.answered_by_id
  -- The space turns a little each night: not every row is written for a hair.
  where (k.topic_id, k.source, k.answered_by_id)
      is distinct from (excluded.topic_id, excluded.source, excluded.answered_by_id)
    or abs(coalesce(k.score, -9) - excluded.score) > 0.05
    or abs(coalesce(k.neighbours_linked, -9) - excluded.neighbours_linked) > 0.10
"""
FORGET = """
insert into loops_tickettopic as k (ticket_id, source, novelty)
select unnest(%s::bigint[]), '', ''
on conflict (ticket_id) do update
  set topic_id = null, source = '', score = null, neighbours_linked = null,
    answered_by_id = null
  where k.topic_id is not null or k.answered_by_id is not null
"""

# A ticket was known when a ticket of its topic had been solved before it came.
CLASSIFY = """
with first as (
  select k.topic_id, min(t.solved_at) as solved_at
  from loops_tickettopic k join tickets_ticket t on t.id = k.ticket_id
  where k.topic_id is not null and t.solved_at is not null group by k.topic_id
), judged as materialized (
  select k.ticket_id, case
    when t.state not in ('solved', 'closed') or o.outcome = 'imported' then ''
    when exists (select from loops_link l join articles_article a on a.id = l.article_id
      where l.ticket_id = t.id and l.kind = 'resolution' and a.created_at < t.created_at)
      then 'known_found'
    when o.outcome = 'no_knowledge' and o.reason <> 'other' then 'no_event'
    when k.answered_by_id is not null then 'known_not_found'
    when f.solved_at < t.created_at then 'known_not_captured'
    else 'new' end as novelty
  from loops_tickettopic k
  join tickets_ticket t on t.id = k.ticket_id
  left join loops_outcome o on o.ticket_id = t.id and o.ended_at is null
  left join first f on f.topic_id = k.topic_id
  where t.created_at >= %(since)s and t.created_at < %(now)s
)
update loops_tickettopic k set novelty = judged.novelty
from judged where judged.ticket_id = k.ticket_id and judged.novelty <> k.novelty
"""

COUNT = """
with counted as (
  select k.topic_id, count(*) as tickets, count(*) filter (where k.source = 'link') as linked,
    percentile_cont(0.5) within group (order by t.seconds_worked / 60.0)
      filter (where t.seconds_worked > 0 and t.solved_at is not null) as minutes,
    count(*) filter (where t.created_at >= %(last)s) as last,
    count(*) filter (where t.created_at >= %(before)s and t.created_at < %(last)s) as before
  from loops_tickettopic k join tickets_ticket t on t.id = k.ticket_id
  where k.topic_id is not null and t.created_at >= %(since)s and t.created_at < %(now)s
  group by k.topic_id
), valued as (
  select p.id, coalesce(c.tickets, 0) as tickets, coalesce(c.linked, 0) as linked,
    round(coalesce(c.minutes, 0)::numeric, 2)::float8 as minutes,
    case when c.before > 0 and c.last + c.before >= %(least)s
      then least(c.last::float8 / c.before, %(most)s) else 1 end as trend
  from loops_topic p left join counted c on c.topic_id = p.id
)
update loops_topic p
set tickets = v.tickets, linked = v.linked, minutes = v.minutes, trend = v.trend,
  cost = v.tickets * coalesce(nullif(v.minutes, 0), 1) * v.trend,
  state = case when p.state = 'covered' then p.state
    when v.tickets = 0 or p.kind = 'unknown' and v.tickets < %(fades)s then 'faded'
    else 'open' end
from valued v
where v.id = p.id and (p.tickets, p.linked, p.minutes, p.trend, p.state) is distinct from
  (v.tickets, v.linked, v.minutes, v.trend, case when p.state = 'covered' then p.state
    when v.tickets = 0 or p.kind = 'unknown' and v.tickets < %(fades)s then 'faded'
    else 'open' end)
"""


@transaction.atomic
def follow_links(now: datetime) -> None:
    """The link is the topic: every linked ticket has its article's, every unlinked one none of
    these any longer."""
    asked = {"since": now - LOOK_BACK, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(LINKED)
        cursor.execute(UNFOLLOW)
        cursor.execute(FOLLOW, asked)


def topics_of(articles: Iterable[int]) -> dict[int, int]:
    """The topic of each of these articles; made where there is none yet."""
    keys = sorted(articles)
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(NAMED, [keys])
    known = Topic.objects.filter(article__in=keys).values_list("article", "pk")
    return {article: pk for article, pk in known if article is not None}


def put(rows: Sequence[tuple[Any, ...]]) -> None:
    """(ticket, topic, source, score, neighbours_linked, article): the article counts where it
    is older than the ticket."""
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(PUT, [list(column) for column in zip(*rows, strict=True)])


def forget(tickets: Sequence[int]) -> None:
    """These tickets are about nothing that could be known."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [list(tickets)])


def classify(now: datetime) -> None:
    """New or known: of every solved ticket that has a row."""
    # A first night writes all of them: without figures the planner takes them for a handful.
    analyse(TicketTopic, Topic)
    with connection.cursor() as cursor:
        cursor.execute(CLASSIFY, {"since": now - LOOK_BACK, "now": now})


def count(now: datetime) -> None:
    """The figures of every topic, of the window up to now."""
    asked: dict[str, Any] = {
        "since": now - timedelta(days=Topic.WINDOW),
        "last": now - timedelta(days=28),
        "before": now - timedelta(days=56),
        "now": now,
        "least": TREND_LEAST,
        "most": TREND_MOST,
        "fades": FADES,
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNT, asked)
