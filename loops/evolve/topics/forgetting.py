"""What became private since it was read: words of such tickets and searches go from everything
that people of other teams read. Sets, one transaction, and the second run finds nothing."""

from __future__ import annotations

from django.db import connection, transaction

from loops.evolve.topics import searches
from loops.evolve.topics.figures import PRIVATE
from loops.evolve.topics.reading import INSIDER

SEARCHES = f"""
delete from loops_gapsearch e using loops_search s
left join tickets_ticket t on t.id = s.ticket_id
left join people_team g on g.id = t.team_id
where s.id = e.search_id and (g.private or {INSIDER})
returning e.gap_id
"""
# A gap that opened for a search stands on those that are left.
LOST = """
select p.id from loops_gap p
where p.id = any(%(touched)s) and p.kind in ('empty', 'abandoned')
  and (select count(*) from loops_gapsearch e where e.gap_id = p.id) < %(times)s
"""
# Whatever somebody made of it stays; its words, which are theirs, do not.
NAMELESS = """
update loops_gap p set name = '—', label = '{}', key = 'forgotten:' || p.id,
  state = case when p.state = 'open' then 'closed' else p.state end,
  closed_at = coalesce(p.closed_at, case when p.state = 'open' then now() end)
where p.id = any(%(lost)s)
"""
ALONE = "delete from loops_gapsearch where gap_id = any(%(lost)s)"
UNUSED = """
delete from loops_gap p
where p.id = any(%(lost)s) and p.article_id is null
  and not exists (select from loops_improvement i where i.gap_id = p.id)
"""
MISSED = f"""
update loops_miss m set search_id = null
from loops_search s where s.id = m.search_id and {INSIDER}
"""

# A topic is named after another of its tickets; where none is left, after nothing.
CENTRAL = """
update loops_topic p
set central_id = near.id, name = coalesce(nullif(left(trim(near.subject), 300), ''), '—'),
  label = case when near.id is null then '{}' else p.label end
from loops_topic mine
join tickets_ticket t on t.id = mine.central_id
join people_team g on g.id = t.team_id and g.private
left join lateral (select o.id, o.subject from loops_tickettopic k
  join tickets_ticket o on o.id = k.ticket_id left join people_team h on h.id = o.team_id
  where k.topic_id = mine.id and h.private is not true
  order by k.score desc nulls last, o.id limit 1) near on true
where p.id = mine.id and mine.kind = 'unknown'
"""
# Copies of such a subject: of gaps that nobody counts any more, and of what was proposed.
SUBJECTS = """(select left(trim(t.subject), 300)
  from tickets_ticket t join people_team g on g.id = t.team_id where g.private)"""
GAPS = f"""
update loops_gap p set name = o.name, label = o.label
from loops_topic o
where o.id = p.topic_id and o.kind = 'unknown' and p.kind = 'topic' and p.name <> o.name
  and (o.name = '—' or p.name in {SUBJECTS})
"""
TITLES = f"""
update loops_improvement i set title = named.name
from (select i.id, coalesce(p.name, o.name) as name,
    coalesce(p.key like 'forgotten:%', false) as forgotten
  from loops_improvement i left join loops_gap p on p.id = i.gap_id
  left join loops_topic o on o.id = i.topic_id
  where p.kind in ('topic', 'empty', 'abandoned') or p.id is null and o.kind = 'unknown') named
where named.id = i.id and i.title <> named.name and (
  i.by_id is null and (named.forgotten or named.name = '—')
  or i.title in {SUBJECTS})
"""
# The requester's words; what was taken over already stays as a fact.
DROP_MISSES = """
delete from loops_miss m using tickets_ticket t join people_team g on g.id = t.team_id
where t.id = m.ticket_id and g.private and m.state <> 'taken'
"""
BLANK_MISSES = """
update loops_miss m set words = ''
from tickets_ticket t join people_team g on g.id = t.team_id
where t.id = m.ticket_id and g.private and m.words <> ''
"""


@transaction.atomic
def forget_private() -> None:
    """Nobody outside a private team learns of its tickets, from the night on in which it is."""
    with connection.cursor() as cursor:
        cursor.execute(PRIVATE)
        cursor.execute(SEARCHES)
        touched = sorted({gap for (gap,) in cursor.fetchall()})
        if touched:
            cursor.execute(LOST, {"touched": touched, "times": searches.TIMES})
            lost = {"lost": [gap for (gap,) in cursor.fetchall()]}
            for sql in (ALONE, UNUSED, NAMELESS):
                cursor.execute(sql, lost)
            cursor.execute(searches.COUNT)
        for sql in (CENTRAL, GAPS, TITLES, MISSED, DROP_MISSES, BLANK_MISSES):
            cursor.execute(sql)
