"""What the figures cost: a day counted, all of them, and each page that shows them."""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from loops.evolve.rollups import columns, days, jobs
from loops.models import RollupDay
from people.models import User
from tests.load.measure import Backend, Cost, median, queries_of, signed_in
from tickets.models import Ticket, TicketEvent

DAYS, LOOKS = 12, 3
# The goals: CPU seconds, and queries of a page.
DAY_GOAL, ALL_GOAL, PAGE_GOAL, MOST_QUERIES = 0.1, 60, 0.1, 15
PERIODS = ("12w", "1y")


@dataclass
class Spent:
    """CPU of this process and of the database's, and the time on the wall, in seconds."""

    python: float
    database: float
    wall: float

    @property
    def cpu(self) -> float:
        return self.python + self.database


def spent(call: Callable[[], Any]) -> Spent:
    backend = Backend()
    gc.collect()
    before = (time.process_time(), backend(), time.perf_counter())
    call()
    after = (time.process_time(), backend(), time.perf_counter())
    return Spent(after[0] - before[0], (after[1] - before[1]) / 1000, after[2] - before[2])


def rebuilding() -> Spent:
    """Every day and every month, from the rows."""
    jobs.forget()
    return spent(jobs.run)


def a_day() -> list[Spent]:
    """Days of the middle of the year, drawn at random, as the tasks count them. Each thrice, and
    the least of it: a neighbour on the machine takes half as much again."""
    first, last = days.known(days.Ways.now()) or (days.today(), days.today())
    begins = max(first, last - 300 * days.ONE)
    # What a server does by itself within a minute of counting everything.
    with connection.cursor() as cursor:
        for one in columns.TABLES:
            cursor.execute(f"vacuum analyze {one.name}")
    drawn = random.Random(1).sample([begins + n * days.ONE for n in range(250)], DAYS)
    days.count(drawn[0])
    found = [
        min((spent(lambda day=day: days.count(day)) for _n in range(3)), key=lambda it: it.cpu)  # type: ignore[misc]
        for day in drawn
    ]
    for month in days.stale_months():
        days.add_up(month)
    return found


def pages() -> Iterator[tuple[str, str]]:
    """The insights' pages that need no argument, by their names."""
    for name, pattern in _named(get_resolver().url_patterns, ""):
        if not name.startswith("insights:") or "<" in pattern:
            continue
        try:
            yield name, reverse(name)
        except NoReverseMatch:
            continue


def _named(patterns: list[Any], space: str, path: str = "") -> Iterator[tuple[str, str]]:
    for one in patterns:
        if isinstance(one, URLResolver):
            inside = f"{space}{one.namespace}:" if one.namespace else space
            yield from _named(one.url_patterns, inside, path + str(one.pattern))
        elif isinstance(one, URLPattern) and one.name:
            yield f"{space}{one.name}", path + str(one.pattern)


def looks() -> list[Cost]:
    """Each page in each period, for an administrator, who sees most."""
    client = signed_in(User.objects.filter(is_superuser=True).order_by("pk")[0])
    found = []
    for name, address in pages():
        for period in PERIODS:
            cost = Cost(f"{name.removeprefix('insights:')} {period}")
            response = client.get(address, {"period": period})
            if response.status_code != 200 or "text/html" not in response["Content-Type"]:
                break
            for _n in range(LOOKS):
                took = spent(lambda: client.get(address, {"period": period}))  # noqa: B023
                cost.python.append(took.python * 1000)
                cost.database.append(took.database * 1000)
                cost.wall.append(took.wall * 1000)
            cost.queries.append(
                len(queries_of(lambda: client.get(address, {"period": period})))  # noqa: B023
            )
            found.append(cost)
    return found


def table() -> str:
    """The figures as they stand in docs/performance.md."""
    everything = rebuilding()
    one = a_day()
    tickets, events = Ticket.objects.count(), TicketEvent.objects.count()
    counted = RollupDay.objects.filter(span="d").count()
    day = median([each.cpu for each in one])
    lines = [
        f"At {tickets:,} tickets and {events:,} events of {counted} days:",
        "",
        "| what | CPU s | of these PostgreSQL | on the wall | goal |",
        "|---|---|---|---|---|",
        f"| one day counted, median of {len(one)} | **{day:.3f}** |"
        f" {median([each.database for each in one]):.3f} |"
        f" {median([each.wall for each in one]):.2f} s | ≤ {DAY_GOAL} |",
        f"| every day and month counted | **{everything.cpu:.1f}** | {everything.database:.1f} |"
        f" {everything.wall:.0f} s | ≤ {ALL_GOAL} |",
        "",
        "| page, period | queries | CPU ms, least | of these Python | of these PostgreSQL |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {cost.name} | {max(cost.queries)} | **{min(cost.cpu):.0f}** |"
        f" {min(cost.python):.0f} | {min(cost.database):.0f} |"
        for cost in looks()
    ]
    return "\n".join(lines)
