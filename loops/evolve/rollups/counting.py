"""The statements that count days from the rows, and months from the days.

One statement reads a day's tickets once and fills four tables from them. Each is written for a
range of days, so that rebuilding a year is twelve times the same and not three hundred.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import cache
from typing import Any

from django.db import connection

from loops.evolve.rollups.columns import TABLES, Table

# The local day of a moment, and the bucket of a duration: loops/statistics/durations.py.
DAY = "({} at time zone %(zone)s)::date"
BUCKET = "floor(ln(greatest({}::float8, 1)) / ln(1.1::float8))::int"
GRAIN = """case grouping(domain, channel)
  when 3 then 't' when 1 then 'td' when 2 then 'tc' else 'tdc' end"""
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
  where {OUTSIDE_THEN.format(article="a.id", moment="s.created_at", audience="a.audience")}
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
), flow as (
  insert into loops_flow (span, formula, day, grain, team, domain, channel, outcome,
    arrived, defects, in_help, used_first, solved, linked, reused, created, improved, flagged,
    reopened, first_contact, csat_n, csat_good, csat_sum, known_found, known_not_found,
    known_not_captured, new, no_event, self_serviceable, seconds)
  select 'd', %(formula)s, day, {GRAIN}, team, coalesce(domain, 0), coalesce(channel, ''),
    outcome, sum(arrived), sum(defects), sum(in_help), sum(used_first), sum(solved),
    sum(linked), sum(reused), sum(created), sum(improved), sum(flagged), sum(reopened),
    sum(first_contact), sum(csat_n), sum(csat_good), sum(csat_sum), sum(found),
    sum(not_found), sum(not_captured), sum(novel), sum(no_event), sum(outside), sum(seconds)
  from (
    select day, team, domain, channel, outcome, 0 as arrived, 0 as defects, 0 as in_help,
      0 as used_first, 1 as solved, linked, reused, created, improved, flagged, reopened,
      first_contact, csat_n, csat_good, csat_sum,
      (novelty = 'known_found')::int as found, (novelty = 'known_not_found')::int as not_found,
      (novelty = 'known_not_captured')::int as not_captured, (novelty = 'new')::int as novel,
      (novelty = 'no_event')::int as no_event, outside, seconds
    from f
    union all
    select day, team, domain, channel, '', 1, defects, in_help, used_first, 0, 0, 0, 0, 0, 0,
      0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    from a
  ) x
  group by grouping sets ((day, team, outcome), (day, team, outcome, domain),
    (day, team, outcome, channel), (day, team, outcome, domain, channel))
), times as (
  insert into loops_times (span, formula, day, grain, team, domain, channel, kind, outcome,
    buckets, counts)
  select 'd', %(formula)s, day, grain, team, domain, channel,
    (array['first_response', 'resolution', 'worked'])[1 + code / 8], ({CODED})[1 + code %% 8],
    array_agg(bucket order by bucket), array_agg(n order by bucket)
  from (
    -- Bucket, kind and outcome are one number: grouping is what this costs.
    select day, {GRAIN} as grain, team, coalesce(domain, 0) as domain,
      coalesce(channel, '') as channel, key %% 32 as code, key / 32 as bucket,
      count(*)::int as n
    from (
      select day, team, domain, channel,
        {BUCKET.format("lasted")} * 32 + kind * 8 + declared as key
      from (
        select *, array_position({CODED}, outcome) - 1 as declared
        from f where outcome <> 'imported'
      ) f, lateral (values
        (0, extract(epoch from first_response_at - created_at)::float8),
        (1, extract(epoch from solved_at - created_at)::float8),
        (2, nullif(seconds, 0)::float8)) k(kind, lasted)
      where lasted is not null
    ) y
    group by grouping sets ((day, team, key), (day, team, key, domain),
      (day, team, key, channel))
  ) z
  group by day, grain, team, domain, channel, code
), agents as (
  insert into loops_agents (span, formula, day, grain, team, domain, channel, person, solved,
    linked, reused, created, improved, flagged, no_knowledge, reopened, first_contact, csat_n,
    csat_good, seconds)
  select 'd', %(formula)s, day, {GRAIN}, team, coalesce(domain, 0), coalesce(channel, ''),
    person, count(*), sum(linked), sum(reused), sum(created), sum(improved), sum(flagged),
    count(*) filter (where outcome = 'no_knowledge'), sum(reopened), sum(first_contact),
    sum(csat_n), sum(csat_good), sum(seconds)
  from f where person <> 0 and outcome <> 'imported'
  group by grouping sets ((day, team, person), (day, team, person, domain),
    (day, team, person, channel))
), topics as (
  insert into loops_topics (span, formula, day, topic, team, arrived, solved, linked, reused,
    seconds, buckets, counts)
  select 'd', %(formula)s, day, topic, team, sum(arrived), sum(solved), sum(linked),
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
  ) y group by day, topic, team
)
select 1"""

ARTICLES = f"""
insert into loops_articles (span, formula, day, article, resolutions, "references",
  views_inside, views_outside, helped, not_helped, flags, versions)
select 'd', %(formula)s, {DAY.format("at")}, article, sum(a), sum(b), sum(c), sum(d), sum(e),
  sum(f), sum(g), sum(h)
from (
  select k.at, k.article_id as article, (k.kind = 'resolution')::int a,
    (k.kind <> 'resolution')::int b, 0 c, 0 d, 0 e, 0 f, 0 g, 0 h
  from loops_link k join tickets_ticket t on t.id = k.ticket_id
    left join people_team p on p.id = t.team_id
  where k.at >= %(since)s and k.at < %(until)s and p.private is not true
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
group by 3, 4"""

SEARCHES = f"""
with q as materialized (
  select s.id, {DAY.format("s.at")} as day, s.channel, s.kind, s.ticket_id, s.at,
    coalesce(t.team_id, 0)::int as team, s.count
  from loops_search s left join tickets_ticket t on t.id = s.ticket_id
  where s.at >= %(since)s and s.at < %(until)s
), o as materialized (
  select distinct on (q.id) q.id, p.rank,
    p.at <= q.at + make_interval(mins => %(minutes)s) as soon
  from q join loops_opening p on p.search_id = q.id
  order by q.id, p.at, p.id
), truth as materialized (
  select q.id, array_agg(k.article_id) as articles
  from q join loops_link k on k.ticket_id = q.ticket_id and k.kind = 'resolution'
  group by q.id
), j as materialized (
  select truth.id, (
    select min(e.rank) from jsonb_array_elements(s.results) with ordinality e(hit, rank)
    where (e.hit->>'article')::bigint = any(truth.articles)) as rank
  from truth join loops_search s on s.id = truth.id
)
insert into loops_searches (span, formula, day, channel, kind, team, searches, empty, opened,
  abandoned, first, second, third, to_tenth, further, judged, reciprocal, gain)
select 'd', %(formula)s, q.day, q.channel, q.kind, q.team, count(*),
  count(*) filter (where q.count = 0), count(o.id),
  count(*) filter (where q.kind = 'asked' and q.count > 0 and o.soon is not true
    and j.rank is null),
  count(*) filter (where o.rank = 1), count(*) filter (where o.rank = 2),
  count(*) filter (where o.rank = 3), count(*) filter (where o.rank between 4 and 10),
  count(*) filter (where o.rank > 10), count(j.id), coalesce(sum(1.0 / j.rank), 0),
  coalesce(sum(1 / log(2, 1 + j.rank)), 0)
from q left join o on o.id = q.id left join j on j.id = q.id
group by q.day, q.channel, q.kind, q.team"""

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
    select {DAY.format("at")}, visit, true, false, false, false from loops_opening
    where at >= %(since)s and at < %(until)s and visit <> ''
    union all
    select {DAY.format("at")}, visit, false, helpful, not helpful, false from articles_feedback
    where at >= %(since)s and at < %(until)s and visit <> '' and helpful is not null
    union all
    select {DAY.format("at")}, detail->>'visit', false, false, false, true
    from tickets_ticketevent
    where at >= %(since)s and at < %(until)s and verb = 'received' and detail ? 'visit'
      and detail->>'visit' <> ''
  ) x group by 1, 2
)
insert into loops_visits (span, formula, day, visits, confirmed, potential, nothing, asked)
select 'd', %(formula)s, day, count(*),
  count(*) filter (where helped and not asked),
  count(*) filter (where opened and not helped and not asked
    and not (not_helped and %(comments)s)),
  count(*) filter (where asked or not helped and (not opened or not_helped and %(comments)s)),
  count(*) filter (where asked)
from v group by day"""


# A month at once groups half a million durations; a day needs none of it.
PLANNING = """
set local work_mem = '64MB'; set local jit = off; set local random_page_cost = %s"""


LOCAL_DAY = re.compile(r"\([\w.]+ at time zone %\(zone\)s\)::date")


@cache
def _of_one(statement: str) -> str:
    """The same for a single day: which one each row belongs to need not be asked."""
    return LOCAL_DAY.sub("%(begins)s::date", statement)


def bounds(begins: date, ends: date, zone: str) -> tuple[datetime, datetime]:
    """The first moment of the first day and the first after the last, as the database has
    them: a day has 23, 24 or 25 hours, and where midnight is skipped it begins at one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select %(a)s::timestamp at time zone %(zone)s,"
            " (%(b)s::date + 1)::timestamp at time zone %(zone)s",
            {"a": begins, "b": ends, "zone": zone},
        )
        since, until = cursor.fetchone()
    return since, until


def count_days(
    begins: date, ends: date, *, zone: str, formula: int, values: dict[str, dict[str, int]]
) -> None:
    """Throw away what stands for these days and count them from the rows."""
    since, until = bounds(begins, ends, zone)
    given: dict[str, Any] = {
        "begins": begins,
        "since": since,
        "until": until,
        "zone": zone,
        "formula": formula,
        "references": bool(values["linked"]["references"]),
        "replies": values["first_contact"]["replies"],
        "satisfied": values["satisfied"]["least"],
        "minutes": values["abandoned"]["minutes"],
        "comments": bool(values["self_service"]["comments"]),
    }
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(
                f"delete from {table.name} where span = 'd' and day between %s and %s",
                [begins, ends],
            )
        for statement, page in ((TICKETS, 1.1), (SEARCHES, 1.1), (ARTICLES, 4), (VISITS, 4)):
            # What hangs on a day's tickets is looked up by its index, though the planner would
            # rather read whole tables; moments are found by their ranges of blocks.
            cursor.execute(PLANNING, [str(page)])
            cursor.execute(statement if begins < ends else _of_one(statement), given)


def add_month(month: date, after: date, formula: int) -> None:
    """Throw away what stands for the month and add up its days; `after` is the next month."""
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"delete from {table.name} where span = 'm' and day = %s", [month])
            cursor.execute(_sum(table), {"month": month, "after": after, "formula": formula})


def _sum(table: Table) -> str:
    """The statement that adds up a month. Histograms are opened, added and closed again."""
    dims, sums = ", ".join(table.dims), list(table.sums)
    inside = "span = 'd' and day >= %(month)s and day < %(after)s"
    if not table.histogram:
        totals = ", ".join(f"sum({name})" for name in sums)
        grouped = f"group by {dims}" if dims else "having count(*) > 0"
        return (
            f"insert into {table.name} (span, day, formula, {', '.join(table.columns)})"
            f" select 'm', %(month)s, %(formula)s, {dims}{', ' if dims else ''}{totals}"
            f" from {table.name} where {inside} {grouped}"
        )
    totals = "".join(f", t.{name}" for name in sums)
    named = ", ".join(f"t.{dim}" for dim in table.dims)
    same = " and ".join(f"h.{dim} = t.{dim}" for dim in table.dims)
    summed = "".join(f", sum({name}) as {name}" for name in sums)
    return f"""
with t as (select {dims}{summed} from {table.name} where {inside} group by {dims}),
b as (select {dims}, bucket, sum(n)::int as n
  from {table.name}, unnest(buckets, counts) u(bucket, n) where {inside} group by {dims}, bucket),
h as (select {dims}, array_agg(bucket order by bucket) as buckets,
  array_agg(n order by bucket) as counts from b group by {dims})
insert into {table.name} (span, day, formula, {", ".join(table.columns)})
select 'm', %(month)s, %(formula)s, {named}{totals},
  coalesce(h.buckets, '{{}}'), coalesce(h.counts, '{{}}')
from t left join h on {same}"""
