"""Counting days from the rows, and months from the days."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import connection

from loops.evolve.rollups.columns import TABLES, Table
from loops.evolve.rollups.statements import ARTICLES, SEARCHES, TICKETS, VISITS, of_one
from people.models import Team

# A month at once groups half a million durations; a day needs none of it.
PLANNING = """
set local work_mem = '64MB'; set local jit = off; set local random_page_cost = %s"""


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
        # Where there is none, nobody asks each link of its ticket's team.
        "private": Team.objects.filter(private=True).exists(),
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
            cursor.execute(statement if begins < ends else of_one(statement), given)


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
