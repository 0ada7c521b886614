"""Which days have to be counted, and counting one so that nothing is lost and nothing twice.

A change leaves a mark in its own transaction. Counting takes the day's lock, removes the day's
marks and then, in later statements of the same transaction (READ COMMITTED: each sees what is
committed when it begins), counts the rows. So every change whose mark was removed is counted, a
change that comes meanwhile leaves its mark for the next time, and a worker that is killed at any
point changes nothing at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection, transaction
from django.utils import timezone

from loops.evolve.rollups import counting, definitions
from loops.evolve.rollups.columns import TABLES
from loops.evolve.scope import zone
from loops.models import RollupDay

ONE = timedelta(days=1)
# Spaces of their own among the advisory locks: the day as a number is the second key.
DAY_LOCK, MONTH_LOCK = 7_401, 7_402


@dataclass(frozen=True)
class Ways:
    """How days are counted now: where they begin, and under which definitions."""

    zone: str
    values: dict[str, dict[str, int]]
    formula: int

    @classmethod
    def now(cls) -> Ways:
        values = definitions.active()
        return cls(str(zone()), values, definitions.formula(values))


def today() -> date:
    return timezone.now().astimezone(zone()).date()


def known(ways: Ways) -> tuple[date, date] | None:
    """The first and the last day of which there are rows; nothing at an empty desk."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select (least(
                (select min(created_at) from tickets_ticket),
                (select at from articles_view order by id limit 1),
                (select min(at) from loops_search)) at time zone %(zone)s)::date,
              (greatest(now(), (select max(created_at) from tickets_ticket))
                at time zone %(zone)s)::date
            """,
            {"zone": ways.zone},
        )
        first, last = cursor.fetchone()
    return (first, last) if first else None


def dirty(ways: Ways | None = None) -> list[date]:
    """The days that have to be counted, newest first: those with a mark, those that were
    counted under other definitions or in another time zone, and those that never were."""
    ways = ways or Ways.now()
    if (span := known(ways)) is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select distinct (moment at time zone %(zone)s)::date from loops_dirty
            union
            select d::date from generate_series(%(first)s::date, %(last)s::date, '1 day') d
            where not exists (
              select from loops_rollupday r where r.span = 'd' and r.day = d::date
                and r.formula = %(formula)s and r.zone = %(zone)s)
            union
            select r.day from loops_rollupday r
            where r.span = 'd' and (r.formula <> %(formula)s or r.zone <> %(zone)s)
            order by 1 desc
            """,
            {
                "zone": ways.zone,
                "formula": ways.formula,
                "first": span[0],
                "last": max(span[1], span[0]),
            },
        )
        return [day for (day,) in cursor.fetchall()]


# What one statement counts at most: more, and reading by indexes is given up for whole tables.
TICKETS_AT_ONCE, DAYS_AT_ONCE = 10_000, 31


def together(wanted: list[date], ways: Ways) -> Iterator[tuple[date, date]]:
    """These days, newest first, as ranges (first, last) that are counted at once: days of few
    tickets cost what a statement costs."""
    if not wanted:
        return
    since, until = counting.bounds(wanted[-1], wanted[0], ways.zone)
    with connection.cursor() as cursor:
        cursor.execute(
            "select (created_at at time zone %s)::date, count(*) from tickets_ticket"
            " where created_at >= %s and created_at < %s group by 1",
            [ways.zone, since, until],
        )
        tickets = dict(cursor.fetchall())
    last = first = wanted[0]
    held = tickets.get(first, 0)
    for day in wanted[1:]:
        held += tickets.get(day, 0)
        if day != first - ONE or held > TICKETS_AT_ONCE or (last - day).days >= DAYS_AT_ONCE:
            yield first, last
            last, held = day, tickets.get(day, 0)
        first = day
    yield first, last


def count(begins: date, ends: date | None = None, *, ways: Ways | None = None) -> None:
    """Count a day, or a range of them, whatever stands there."""
    ends = ends or begins
    ways = ways or Ways.now()
    with transaction.atomic():
        _claim(begins, ends, ways)
        counting.count_days(
            begins, ends, zone=ways.zone, formula=ways.formula, values=ways.values
        )
        _counted(begins, ends, ways)


def _claim(begins: date, ends: date, ways: Ways) -> None:
    """Hold the days, and take their marks. From here on nobody else counts them."""
    since, until = counting.bounds(begins, ends, ways.zone)
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(%s, n)"
            " from (select n from generate_series(%s::int, %s::int) n order by n) x",
            [DAY_LOCK, begins.toordinal(), ends.toordinal()],
        )
        cursor.execute(
            "delete from loops_dirty where moment >= %s and moment < %s", [since, until]
        )


def _counted(begins: date, ends: date, ways: Ways) -> None:
    """Note what the days were counted under, and that their months are no longer their sums.

    The months come last: their rows are held until the commit, and other days wait for them.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            insert into loops_rollupday (span, day, formula, zone, stale, computed_at)
            select 'd', d::date, %(formula)s, %(zone)s, false, now()
            from generate_series(%(begins)s::date, %(ends)s::date, '1 day') d
            on conflict (span, day) do update set formula = excluded.formula,
              zone = excluded.zone, computed_at = excluded.computed_at;
            insert into loops_rollupday (span, day, formula, zone, stale, computed_at)
            select 'm', d::date, %(formula)s, %(zone)s, true, now()
            from generate_series(date_trunc('month', %(begins)s::date),
              %(ends)s::date, '1 month') d order by 2
            on conflict (span, day) do update set stale = true
            """,
            {"formula": ways.formula, "zone": ways.zone, "begins": begins, "ends": ends},
        )


def count_if_dirty(day: date) -> bool:
    """Count the day if anything happened to it since; whether it was counted. A message that
    comes twice, or after somebody else's, finds nothing to do."""
    ways = Ways.now()
    if not _is_dirty(day, ways):
        return False
    count(day, ways=ways)
    return True


def _is_dirty(day: date, ways: Ways) -> bool:
    since, until = counting.bounds(day, day, ways.zone)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select exists (select from loops_dirty where moment >= %s and moment < %s)
              or not exists (select from loops_rollupday where span = 'd' and day = %s
                and formula = %s and zone = %s)
            """,
            [since, until, day, ways.formula, ways.zone],
        )
        return bool(cursor.fetchone()[0])


# -- months ------------------------------------------------------------------------------------


def next_month(month: date) -> date:
    return (month.replace(day=28) + 4 * ONE).replace(day=1)


def stale_months() -> list[date]:
    """Months whose days were counted anew since they were added up, newest first."""
    stale = RollupDay.objects.filter(span="m", stale=True).order_by("-day")
    return list(stale.values_list("day", flat=True))


def add_up(month: date) -> bool:
    """Add up a stale month from its days; whether there was anything to do.

    Its row is held meanwhile: a day that is counted at this moment marks it stale again after.
    """
    with transaction.atomic():
        row = (
            RollupDay.objects.select_for_update(no_key=True)
            .filter(span="m", day=month, stale=True)
            .first()
        )
        if row is None:
            return False
        formula = definitions.formula(definitions.active())
        RollupDay.objects.filter(span="m", day=month).update(
            stale=False, formula=formula, computed_at=timezone.now()
        )
        counting.add_month(month, next_month(month), formula)
    return True


# -- checking ----------------------------------------------------------------------------------


def rows_of(day: date) -> dict[str, list[tuple[object, ...]]]:
    """All figures of a day as they stand, table by table, to compare with."""
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            columns = ", ".join(table.columns)
            cursor.execute(
                f"select {columns} from {table.name} where span = 'd' and day = %s", [day]
            )
            # Sums of fractions differ in their last digit when they are added in another order.
            found[table.name] = sorted(
                (
                    tuple(
                        round(value, 6) if isinstance(value, float) else value for value in row
                    )
                    for row in cursor.fetchall()
                ),
                key=repr,
            )
    return found


def check(day: date) -> dict[str, list[list[object]]]:
    """Count a day again and compare: {table: [[before, after], …]} of what differed, mended.

    Nothing while a mark waits: then the day is known to differ.
    """
    ways = Ways.now()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s, %s)", [DAY_LOCK, day.toordinal()])
        if _is_dirty(day, ways):
            return {}
        before = rows_of(day)
        count(day, ways=ways)
        after = rows_of(day)
    return {
        name: [
            sorted((list(row) for row in set(map(_hashable, before[name]))
                    - set(map(_hashable, after[name]))), key=repr),
            sorted((list(row) for row in set(map(_hashable, after[name]))
                    - set(map(_hashable, before[name]))), key=repr),
        ]
        for name in before
        if before[name] != after[name]
    }  # fmt: skip


def _hashable(row: tuple[object, ...]) -> tuple[object, ...]:
    return tuple(tuple(value) if isinstance(value, list) else value for value in row)
