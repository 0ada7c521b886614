"""The statements that count days from the rows.

One statement reads a day's tickets once and fills four tables from them. Each is written for a
range of days; `of_one` makes the same for a single day of it.
"""

from __future__ import annotations

import re
from functools import cache

from loops.evolve.rollups import columns
from loops.evolve.rollups.columns import Table

# The local day of a moment, and the bucket of a duration: loops/statistics/durations.py.
DAY = "({} at time zone %(zone)s)::date"
BUCKET = "floor(ln(greatest({}::float8, 1)) / ln(1.1::float8))::int"
GRAIN = """case grouping(domain, channel)
  when 3 then 't' when 1 then 'td' when 2 then 'tc' else 'tdc' end"""
# The same by the number that `grouping` gives.
GRAINS = "array['tdc', 'td', 'tc', 't']"
# Outcomes as numbers from 0 to 7.
CODED = "array['', 'reused', 'improved', 'flagged', 'created', 'no_knowledge']"
# Who could read the article at a moment: the last change before it, else what the first one
# after it changed, else what it is.
OUTSIDE_THEN = """coalesce(
  (select e.detail->>'to' from articles_articleevent e where e.article_id = {article}
     and e.verb = 'audience' and e.at <= {moment} order by e.at desc limit 1),
  (select e.detail->>'from' from articles_articleevent e where e.article_id = {article}
     and e.verb = 'audience' and e.at > {moment} order by e.at limit 1),
  {audience}) <> 'internal'"""


def fill(table: Table, rows: str) -> str:
    """Write these rows as a table's days: their day, dimensions and figures, in its order."""
    columns = ", ".join(("day", *table.columns))
    return f"""
  insert into {table.name} (span, formula, {columns})
  select 'd', %(formula)s, rows.* from ({rows}) rows"""


FLOW_ROWS = f"""
  select day, {GRAIN}, team, coalesce(domain, 0), coalesce(channel, ''),
    outcome, sum(arrived), sum(defects), sum(in_help), sum(used_first), sum(solved),
    sum(linked), sum(reused), sum(created), sum(improved), sum(flagged), sum(reopened),
    sum(first_contact), sum(csat_n), sum(csat_good), sum(csat_sum), sum(found),
    sum(not_found), sum(not_captured), sum(novel), sum(no_event), sum(outside), sum(seconds)
  from (
    -- Added up to the finest grain first: the others are sums of a few of these. In small
    -- integers, for sums of big ones are decimals, which are slow.
    select day, team, domain, channel, outcome, 0 as arrived, 0 as defects, 0 as in_help,
      0 as used_first, count(*)::int as solved, sum(linked)::int as linked,
      sum(reused)::int as reused, sum(created)::int as created, sum(improved)::int as improved,
      sum(flagged)::int as flagged, sum(reopened)::int as reopened,
      sum(first_contact)::int as first_contact, sum(csat_n)::int as csat_n,
      sum(csat_good)::int as csat_good, sum(csat_sum)::int as csat_sum,
      (count(*) filter (where novelty = 'known_found'))::int as found,
      (count(*) filter (where novelty = 'known_not_found'))::int as not_found,
      (count(*) filter (where novelty = 'known_not_captured'))::int as not_captured,
      (count(*) filter (where novelty = 'new'))::int as novel,
      (count(*) filter (where novelty = 'no_event'))::int as no_event,
      sum(outside)::int as outside, sum(seconds) as seconds
    from f group by 1, 2, 3, 4, 5
    union all
    select day, team, domain, channel, '', count(*)::int, sum(defects)::int,
      sum(in_help)::int, sum(used_first)::int, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    from a group by 1, 2, 3, 4
  ) x
  group by grouping sets ((day, team, outcome), (day, team, outcome, domain),
    (day, team, outcome, channel), (day, team, outcome, domain, channel))"""

TIMES_ROWS = f"""
  select %(begins)s::date + cell / 8192, ({GRAINS})[1 + cell / 2048 %% 4],
    (place >> 32)::int, (place & 4294967295)::int,
    case when cell / 2048 %% 2 = 1 then '' else names.channels[cell / 32 %% 64] end,
    (array['first_response', 'resolution', 'worked'])[1 + cell / 8 %% 4],
    ({CODED})[1 + cell %% 8], buckets, counts
  from names, (
    select place, cell, array_agg(bucket order by bucket) as buckets,
      array_agg(n order by bucket) as counts
    from (
      -- Sorting is what this costs, so all it sorts is numbers: team and domain are one, and
      -- another is made of the day, the grain, the channel, the kind and the outcome.
      select team::bigint << 32 | coalesce(domain, 0) as place,
        (day - %(begins)s::date) * 8192 + grouping(domain, channel) * 2048
          + coalesce(channel, 0) * 32 + key %% 32 as cell,
        key / 32 as bucket, count(*)::int as n
      from (
        select day, team, domain, channel, code + {BUCKET.format("first_response")} * 32 as key
        from timed where first_response is not null
        union all
        select day, team, domain, channel, code + 8 + {BUCKET.format("resolution")} * 32
        from timed where resolution is not null
        union all
        select day, team, domain, channel, code + 16 + {BUCKET.format("worked")} * 32
        from timed where worked <> 0
      ) y
      group by day, grouping sets ((team, key), (team, key, domain), (team, key, channel))
    ) z
    group by place, cell
  ) histogram"""

AGENTS_ROWS = f"""
  select day, {GRAIN}, team, coalesce(domain, 0), coalesce(channel, ''),
    person, count(*), sum(linked), sum(reused), sum(created), sum(improved), sum(flagged),
    count(*) filter (where outcome = 'no_knowledge'), sum(reopened), sum(first_contact),
    sum(csat_n), sum(csat_good), sum(seconds)
  from f where person <> 0 and outcome <> 'imported'
  group by grouping sets ((day, team, person), (day, team, person, domain),
    (day, team, person, channel))"""

TOPICS_ROWS = f"""
  select day, topic, team, sum(arrived), sum(solved), sum(linked),
    sum(reused), sum(seconds),
    coalesce(array_agg(bucket order by bucket) filter (where bucket is not null), '{{}}'),
    coalesce(array_agg(timed order by bucket) filter (where bucket is not null), '{{}}')
  from (
    select day, topic, team, bucket, sum(arrived) as arrived, sum(solved) as solved,
      sum(linked) as linked, sum(reused) as reused, sum(seconds) as seconds,
      count(*)::int as timed
    from (
      select day, topic, team, case when seconds > 0 then {BUCKET.format("seconds")} end
          as bucket, 0 as arrived, 1 as solved, linked, reused, seconds
      from f where topic is not null and outcome <> 'imported'
      union all select day, topic, team, null, 1, 0, 0, 0, 0 from a where topic is not null
    ) x group by day, topic, team, bucket
  ) y group by day, topic, team"""

TICKETS = f"""
with s as materialized (
  select t.id, {DAY.format("t.solved_at")} as day, coalesce(t.team_id, 0)::int as team,
    coalesce(t.domain_id, 0)::int as domain, t.channel, t.number, t.created_at, t.solved_at,
    t.first_response_at, coalesce(t.solved_by_id, 0)::int as person, t.reply_count,
    t.reopened_count, t.csat, t.seconds_worked as seconds, coalesce(o.outcome, '') as outcome,
    tt.topic_id::int as topic, coalesce(tt.novelty, '') as novelty, tt.answered_by_id
  from tickets_ticket t
  left join loops_outcome o on o.ticket_id = t.id and o.ended_at is null
  left join loops_tickettopic tt on tt.ticket_id = t.id
  where t.solved_at >= %(since)s and t.solved_at < %(until)s
), l as materialized (
  select s.id, bool_or(k.kind = 'resolution' or %(references)s) as linked,
    bool_or(k.kind = 'resolution' and a.created_at < s.created_at) as reused,
    bool_or(k.kind = 'resolution' and {
    OUTSIDE_THEN.format(article="a.id", moment="s.created_at", audience="a.audience")
}) as outside
  from s join loops_link k on k.ticket_id = s.id
    join articles_version v on v.id = k.version_id join articles_article a on a.id = v.article_id
  group by s.id
), answered as materialized (
  select s.id from s join articles_article a on a.id = s.answered_by_id
  where s.answered_by_id is not null and {
    OUTSIDE_THEN.format(article="a.id", moment="s.created_at", audience="a.audience")
}
), created as materialized (
  select distinct s.id from s join articles_article a on a.origin_id = s.number
  where a.origin_type = 'ticket' and a.origin_id <> ''
), improved as materialized (
  select s.id from s join articles_version v on v.origin_id = s.number
  where v.origin_type = 'ticket' and v.origin_id <> '' and v.number > 1
  union select s.id from s join articles_suggestion u on u.origin_id = s.number
  where u.origin_type = 'ticket' and u.origin_id <> ''
), flagged as materialized (
  select distinct s.id from s join articles_flag f on f.origin_id = s.number
  where f.origin_type = 'ticket' and f.origin_id <> ''
), f as materialized (
  select s.day, s.team, s.domain, s.channel, s.outcome, s.person, s.topic, s.seconds,
    s.created_at, s.solved_at, s.first_response_at, s.novelty,
    coalesce(l.linked, false)::int as linked, coalesce(l.reused, false)::int as reused,
    (c.id is not null)::int as created, (i.id is not null)::int as improved,
    (g.id is not null)::int as flagged, (s.reopened_count > 0)::int as reopened,
    (s.reopened_count = 0 and s.reply_count <= %(replies)s)::int as first_contact,
    (s.csat is not null)::int as csat_n, coalesce(s.csat, 0) as csat_sum,
    coalesce(s.csat >= %(satisfied)s, false)::int as csat_good,
    (coalesce(l.outside, false) or w.id is not null)::int as outside
  from s left join l on l.id = s.id left join created c on c.id = s.id
    left join improved i on i.id = s.id left join flagged g on g.id = s.id
    left join answered w on w.id = s.id
), helped as materialized (
  select e.ticket_id, bool_or(
      exists (select from loops_search q where q.visit = e.detail->>'visit' and q.visit <> ''
        and q.at <= e.at)
      or exists (select from loops_opening p where p.visit = e.detail->>'visit'
        and p.visit <> '' and p.at <= e.at)) as used
  from tickets_ticketevent e
  where e.at >= %(since)s and e.at < %(until)s and e.verb = 'received' and e.detail ? 'visit'
  group by 1
), a as materialized (
  select {DAY.format("t.created_at")} as day, coalesce(t.team_id, 0)::int as team,
    coalesce(t.domain_id, 0)::int as domain, t.channel, t.is_defect::int as defects,
    (h.ticket_id is not null)::int as in_help, coalesce(h.used, false)::int as used_first,
    tt.topic_id::int as topic
  from tickets_ticket t left join loops_tickettopic tt on tt.ticket_id = t.id
    left join helped h on h.ticket_id = t.id
  where t.created_at >= %(since)s and t.created_at < %(until)s
), flow as ({fill(columns.FLOW, FLOW_ROWS)}
), names as (
  select array_agg(channel) as channels from (select distinct channel from f) x
), timed as materialized (
  select day, team, domain, array_position(names.channels, channel) as channel,
    array_position({CODED}, outcome) - 1 as code,
    date_part('epoch', first_response_at - created_at) as first_response,
    date_part('epoch', solved_at - created_at) as resolution, seconds as worked
  from f, names where outcome <> 'imported'
), times as ({fill(columns.TIMES, TIMES_ROWS)}
), agents as ({fill(columns.AGENTS, AGENTS_ROWS)}
), topics as ({fill(columns.TOPICS, TOPICS_ROWS)}
)
select 1"""

ARTICLES_ROWS = f"""
select {DAY.format("at")}, article, sum(a), sum(b), sum(c), sum(d), sum(e),
  sum(f), sum(g), sum(h)
from (
  select k.at, k.article_id as article, (k.kind = 'resolution')::int a,
    (k.kind <> 'resolution')::int b, 0 c, 0 d, 0 e, 0 f, 0 g, 0 h
  from loops_link k
  where k.at >= %(since)s and k.at < %(until)s and (
    not %(private)s or not exists (
      select from tickets_ticket t join people_team p on p.id = t.team_id
      where t.id = k.ticket_id and p.private))
  union all
  select at, article_id, 0, 0, inside::int, (not inside)::int, 0, 0, 0, 0 from articles_view
  where at >= %(since)s and at < %(until)s
  union all
  select at, article_id, 0, 0, 0, 0, helpful::int, (not helpful)::int, 0, 0
  from articles_feedback
  where at >= %(since)s and at < %(until)s and helpful is not null
  union all
  select at, article_id, 0, 0, 0, 0, 0, 0, 1, 0 from articles_flag
  where at >= %(since)s and at < %(until)s
  union all
  select at, article_id, 0, 0, 0, 0, 0, 0, 0, 1 from articles_version
  where at >= %(since)s and at < %(until)s and number > 1
) x
group by 1, 2"""

ARTICLES = fill(columns.ARTICLES, ARTICLES_ROWS)

SEARCHES_ROWS = """
select q.day, q.channel, q.kind, q.team, count(*),
  count(*) filter (where q.count = 0), count(o.id),
  count(*) filter (where q.kind = 'asked' and q.count > 0 and o.soon is not true
    and j.rank is null),
  count(*) filter (where o.rank = 1), count(*) filter (where o.rank = 2),
  count(*) filter (where o.rank = 3), count(*) filter (where o.rank between 4 and 10),
  count(*) filter (where o.rank > 10), count(j.id), coalesce(sum(1 / j.rank::float8), 0),
  coalesce(sum(ln(2::float8) / ln(1 + j.rank::float8)), 0)
from q left join o on o.id = q.id left join j on j.id = q.id
group by q.day, q.channel, q.kind, q.team"""

SEARCHES = f"""
with q as materialized (
  select s.id, {DAY.format("s.at")} as day, s.channel, s.kind, s.ticket_id, s.at,
    coalesce(t.team_id, 0)::int as team, s.count,
    case when s.ticket_id is not null then s.results end as results
  from loops_search s left join tickets_ticket t on t.id = s.ticket_id
  where s.at >= %(since)s and s.at < %(until)s
), o as materialized (
  select distinct on (q.id) q.id, p.rank,
    p.at <= q.at + make_interval(mins => %(minutes)s) as soon
  from q join loops_opening p on p.search_id = q.id
  where q.count > 0
  order by q.id, p.at, p.id
), truth as materialized (
  select q.id, array_agg(k.article_id) as articles
  from q join loops_link k on k.ticket_id = q.ticket_id and k.kind = 'resolution'
  group by q.id
), j as materialized (
  select truth.id, (
    select min(e.rank) from jsonb_array_elements(q.results) with ordinality e(hit, rank)
    where (e.hit->>'article')::bigint = any(truth.articles)) as rank
  from truth join q on q.id = truth.id
){fill(columns.SEARCHES, SEARCHES_ROWS)}"""

VISITS_ROWS = """
select day, count(*),
  count(*) filter (where helped and not asked),
  count(*) filter (where opened and not helped and not asked
    and not (not_helped and %(comments)s)),
  count(*) filter (where asked or not helped and (not opened or not_helped and %(comments)s)),
  count(*) filter (where asked)
from v group by day"""

VISITS = f"""
with v as materialized (
  select day, visit, bool_or(opened) as opened, bool_or(helped) as helped,
    bool_or(not_helped) as not_helped, bool_or(asked) as asked
  from (
    select {DAY.format("at")} as day, visit, false as opened, false as helped,
      false as not_helped, false as asked
    from loops_search
    where at >= %(since)s and at < %(until)s and channel = 'help' and visit <> ''
    union all
    -- Not `visit <> ''`, of which the planner would read the whole index, and not the day.
    select {DAY.format("at")}, visit, true, false, false, false from loops_opening
    where at >= %(since)s and at < %(until)s and length(visit) > 0
    union all
    select {DAY.format("at")}, visit, false, helpful, not helpful, false from articles_feedback
    where at >= %(since)s and at < %(until)s and visit <> '' and helpful is not null
    union all
    select {DAY.format("at")}, detail->>'visit', false, false, false, true
    from tickets_ticketevent
    where at >= %(since)s and at < %(until)s and verb = 'received' and detail ? 'visit'
      and detail->>'visit' <> ''
  ) x group by 1, 2
){fill(columns.VISITS, VISITS_ROWS)}"""


LOCAL_DAY = re.compile(r"\([\w.]+ at time zone %\(zone\)s\)::date")


@cache
def of_one(statement: str) -> str:
    """The same for a single day: which one each row belongs to need not be asked."""
    return LOCAL_DAY.sub("%(begins)s::date", statement)
