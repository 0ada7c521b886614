"""The nightly job: who solved what, and what each team was asked. Both tables are written anew
in one transaction; a killed worker leaves the ones of the night before."""

from __future__ import annotations

from datetime import date, datetime, time

from django.db import connection, transaction
from django.utils import timezone

from loops.evolve.jobs import Tick, silent
from loops.evolve.scope import first_day, zone
from loops.models import Topic

LOCK = 4_120_513  # so that two runs come one after the other

HOLDINGS = """
insert into loops_holding (topic_id, person_id, solved, unlinked, total, place)
select topic_id, solved_by_id, solved, unlinked, sum(solved) over (partition by topic_id),
  row_number() over (partition by topic_id order by solved desc, solved_by_id)
from (
  select tt.topic_id, t.solved_by_id, count(*) as solved,
    count(*) filter (where tt.source <> 'link') as unlinked
  from tickets_ticket t
    join loops_tickettopic tt on tt.ticket_id = t.id and tt.topic_id is not null
    join loops_outcome o on o.ticket_id = t.id and o.ended_at is null
    left join people_team m on m.id = t.team_id
  where t.solved_at >= %(since)s and t.solved_by_id is not null and m.private is not true
    and o.outcome <> 'imported'
    and o.reason not in ('spam', 'duplicate_ticket', 'no_reply', 'account_action')
  group by 1, 2
) held
"""

# Arrived: whatever came, but for history and what nothing can be known about. Solved: as above.
TEAMS = """
insert into loops_teamtopic (team_id, topic_id, arrived, solved, unlinked, seconds)
select team_id, topic_id, count(*) filter (where came), count(*) filter (where done),
  count(*) filter (where done and source <> 'link'),
  coalesce(sum(seconds_worked) filter (where done), 0)
from (
  select t.team_id, tt.topic_id, tt.source, t.seconds_worked, t.created_at >= %(since)s as came,
    o.id is not null and t.solved_at >= %(since)s and t.solved_by_id is not null as done
  from tickets_ticket t
    join loops_tickettopic tt on tt.ticket_id = t.id and tt.topic_id is not null
    left join loops_outcome o on o.ticket_id = t.id and o.ended_at is null
    left join people_team m on m.id = t.team_id
  where (t.created_at >= %(since)s or t.solved_at >= %(since)s) and m.private is not true
    and (o.id is null or (o.outcome <> 'imported'
      and o.reason not in ('spam', 'duplicate_ticket', 'no_reply', 'account_action')))
) asked
group by 1, 2
"""


def begins() -> datetime:
    """The window's first moment, as lists of its tickets have it: whole days with today."""
    own = zone()
    first = first_day(f"{Topic.WINDOW}d", timezone.localdate(timezone=own))
    return datetime.combine(first, time(), own)


def run(tick: Tick = silent, day: date | None = None) -> int:
    """Count the window again; how many rows there are."""
    since = begins()
    rows = 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [LOCK])
        for table, counted in (("loops_holding", HOLDINGS), ("loops_teamtopic", TEAMS)):
            cursor.execute(f"delete from {table}")
            cursor.execute(counted, {"since": since})
            rows += cursor.rowcount
            tick(1)
    return rows
