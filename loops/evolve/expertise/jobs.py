"""The nightly job: who solved what, and what each team was asked. Both tables are written anew
in one transaction; a killed worker leaves the ones of the night before."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection, transaction
from django.utils import timezone

from loops.evolve.jobs import Tick, silent
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

TEAMS = """
insert into loops_teamtopic (team_id, topic_id, arrived, solved, unlinked, seconds)
select t.team_id, tt.topic_id, count(*), count(t.solved_at),
  count(t.solved_at) filter (where tt.source <> 'link'),
  coalesce(sum(t.seconds_worked) filter (where t.solved_at is not null), 0)
from tickets_ticket t
  join loops_tickettopic tt on tt.ticket_id = t.id and tt.topic_id is not null
  left join people_team m on m.id = t.team_id
where t.created_at >= %(since)s and m.private is not true
group by 1, 2
"""


def run(tick: Tick = silent, day: date | None = None) -> int:
    """Count the window again; how many rows there are."""
    since = timezone.now() - timedelta(days=Topic.WINDOW)
    rows = 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [LOCK])
        for table, counted in (("loops_holding", HOLDINGS), ("loops_teamtopic", TEAMS)):
            cursor.execute(f"delete from {table}")
            cursor.execute(counted, {"since": since})
            rows += cursor.rowcount
            tick(1)
    return rows
