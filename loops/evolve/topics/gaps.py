"""Gaps open, are counted anew each night, and close themselves."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from loops.evolve.topics.reading import OURS
from loops.models import Gap, Topic

# So many resolution links, and what was written for a gap is used: it is closed.
LINKS = 3
# So many tickets had their answer and did not find it, and more than did: somebody should look.
NOT_FOUND = 5
# An unlinked ticket whose neighbours mostly carry a link is one colleague's slip, and coaching.
NEIGHBOURS = 0.5
# Below this share of linked tickets nobody can tell a gap from a habit of not linking.
SURE = 0.40

# How many tickets each article of an open gap resolved: its own since the gap was opened, and
# any article those of the gap's own tickets.
EARNED = f"""
select p.id, p.article_id, count(distinct l.ticket_id)
from loops_gap p
join loops_link l on l.article_id = p.article_id and l.kind = 'resolution'
  and l.at >= p.opened_at
join tickets_ticket t on t.id = l.ticket_id
left join people_team g on g.id = t.team_id
where p.state in ('open', 'written') and p.kind <> 'findability' and {OURS}
group by 1, 2 having count(distinct l.ticket_id) >= %(links)s
union
select p.id, l.article_id, count(distinct l.ticket_id)
from loops_gap p
join loops_tickettopic k on k.topic_id = p.topic_id
join loops_link l on l.ticket_id = k.ticket_id and l.kind = 'resolution'
where p.state in ('open', 'written') and p.kind = 'topic'
group by 1, 2 having count(distinct l.ticket_id) >= %(links)s
order by 1, 3 desc, 2
"""
# Written since the gap was opened, and linked to one of its tickets: it waits for links.
WRITTEN = """
select distinct on (p.id) p.id, l.article_id
from loops_gap p
join loops_tickettopic k on k.topic_id = p.topic_id
join loops_link l on l.ticket_id = k.ticket_id and l.kind = 'resolution'
join articles_article a on a.id = l.article_id and a.created_at >= p.opened_at
where p.state = 'open' and p.kind = 'topic' and p.article_id is null
order by p.id, l.at, l.article_id
"""

RATE = f"""
select count(*), count(*) filter (where exists (
  select from loops_link l where l.ticket_id = t.id))
from tickets_ticket t left join people_team g on g.id = t.team_id
where t.solved_at >= %(since)s and t.solved_at < %(now)s and {OURS}
  and not exists (select from loops_outcome o
    where o.ticket_id = t.id and o.ended_at is null and o.outcome = 'imported')
"""

# One gap for each topic without an article. Whoever dismissed it is not asked again.
TOPICS = """
insert into loops_gap as g (key, kind, state, topic_id, name, label, domain_id, language,
  tickets, times_searched, minutes, trend, cost, unsure, opened_at, seen_at, reason)
select 'topic:' || p.id, 'topic', 'open', p.id, p.name, p.label, p.domain_id, p.language,
  p.tickets, 0, p.minutes, p.trend, p.cost, %(unsure)s, %(now)s, %(now)s, ''
from loops_topic p where p.kind = 'unknown' and p.state = 'open' and p.tickets > 0
on conflict (key) do update
  set name = excluded.name, label = excluded.label, domain_id = excluded.domain_id,
    tickets = excluded.tickets, minutes = excluded.minutes, trend = excluded.trend,
    cost = excluded.cost, unsure = excluded.unsure, seen_at = excluded.seen_at
  where g.state in ('open', 'written')
"""
FADED = """
update loops_gap g set state = 'closed', closed_at = %(now)s
from loops_topic p
where p.id = g.topic_id and g.kind = 'topic' and g.state = 'open' and p.state = 'faded'
"""

# The answer is there, and most who needed it did not find it. A gap that closed itself counts
# only what came since.
FINDABILITY = """
with missed as (
  select p.id as topic_id, p.article_id, p.name, p.domain_id, p.language, p.linked, p.trend,
    count(*) as tickets,
    round(coalesce(percentile_cont(0.5) within group (order by t.seconds_worked / 60.0)
      filter (where t.seconds_worked > 0), 0)::numeric, 2)::float8 as minutes
  from loops_topic p
  join loops_tickettopic k on k.topic_id = p.id
  join tickets_ticket t on t.id = k.ticket_id
  left join loops_gap g on g.key = 'findability:' || p.article_id
  where p.kind = 'known' and k.novelty = 'known_not_found' and k.source = 'likeness'
    and k.neighbours_linked < %(neighbours)s
    and t.created_at >= greatest(%(since)s, g.closed_at) and t.created_at < %(now)s
  group by p.id
), found as (
  select * from missed where tickets >= %(least)s and tickets > linked
), closed as (
  update loops_gap g set state = 'closed', closed_at = %(now)s
  where g.kind = 'findability' and g.state = 'open'
    and not exists (select from found where 'findability:' || found.article_id = g.key)
)
insert into loops_gap as g (key, kind, state, topic_id, name, label, domain_id, language,
  article_id, tickets, times_searched, minutes, trend, cost, unsure, opened_at, seen_at, reason)
select 'findability:' || article_id, 'findability', 'open', topic_id, name, '{}', domain_id,
  language, article_id, tickets, 0, minutes, trend,
  tickets * coalesce(nullif(minutes, 0), 1) * trend, %(unsure)s, %(now)s, %(now)s, ''
from found
on conflict (key) do update
  set name = excluded.name, domain_id = excluded.domain_id, tickets = excluded.tickets,
    minutes = excluded.minutes, trend = excluded.trend, cost = excluded.cost,
    unsure = excluded.unsure, seen_at = excluded.seen_at, state = 'open', closed_at = null
  where g.state in ('open', 'closed')
"""


@transaction.atomic
def close_covered(now: datetime) -> int:
    """Close gaps whose article earned its links; how many. Before tonight's topics are looked
    for: then the linked tickets leave the gap's topic for the article's."""
    with connection.cursor() as cursor:
        cursor.execute(EARNED, {"links": LINKS})
        earned: dict[int, int] = {}
        for gap, article, _count in cursor.fetchall():
            earned.setdefault(gap, article)
        cursor.execute(WRITTEN)
        written = {gap: article for gap, article in cursor.fetchall() if gap not in earned}
    held = Gap.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
    for gap in held.filter(pk__in=earned):
        gap.article_id, gap.state, gap.closed_at = earned[gap.pk], Gap.State.CLOSED, now
        gap.save(update_fields=["article", "state", "closed_at"])
        if gap.topic_id is not None:
            Topic.objects.filter(pk=gap.topic_id, kind=Topic.Kind.UNKNOWN).update(
                state=Topic.State.COVERED
            )
    for gap in held.filter(pk__in=written, state=Gap.State.OPEN):
        gap.article_id, gap.state = written[gap.pk], Gap.State.WRITTEN
        gap.save(update_fields=["article", "state"])
    return len(earned)


@transaction.atomic
def refresh(now: datetime) -> None:
    """Open what is new, count what is open, close what is no longer asked."""
    asked: dict[str, Any] = {
        "now": now,
        "since": now - timedelta(days=Topic.WINDOW),
        "neighbours": NEIGHBOURS,
        "least": NOT_FOUND,
    }
    with connection.cursor() as cursor:
        cursor.execute(RATE, asked)
        solved, linked = cursor.fetchone()
        asked["unsure"] = not solved or linked / solved < SURE
        for sql in (TOPICS, FADED, FINDABILITY):
            cursor.execute(sql, asked)
