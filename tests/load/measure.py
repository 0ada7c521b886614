"""Queries and CPU milliseconds of the requests that agents make all day.

Each request goes through Django's test client and all of the middleware, in this process. The
CPU is the time this process and the database's backend really ran, so that a busy machine
changes it little; the backend's time is read from /proc where it runs on the same machine.
"""

from __future__ import annotations

import cProfile
import gc
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any

from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import Article
from loops.models import Link, Search, Upkeep
from loops.solve import actions
from loops.upkeep import computing, lists
from people.models import User
from portal.addresses import address as help_address
from tickets.models import Ticket

WARM = 6
# What the issue asks for, at 20,000 tickets and 2,000 articles.
# The review lists' goal holds at 100,000 articles as well.
GOALS = {"queue": 25, "workspace": 40, "search": 20, "solve": 30, "review": 40}
MOST_QUERIES = 15
# What a visitor asks of the help centre, through its own connection; at 100,000 articles, too.
HELP_GOALS = {"help home": 25, "help search": 60, "help article": 25}
NOT_A_QUERY = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT", "BEGIN", "COMMIT")


@dataclass
class Cost:
    """What one kind of request took, request by request."""

    name: str
    python: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    queries: list[int] = field(default_factory=list)
    bytes: int = 0

    @property
    def cpu(self) -> list[float]:
        return [a + b for a, b in zip(self.python, self.database, strict=True)]


class Backend:
    """The CPU of our connection's process, in milliseconds; 0 where it can not be read."""

    def __init__(self, alias: str = "default") -> None:
        with connections[alias].cursor() as cursor:
            cursor.execute("select pg_backend_pid(), inet_server_addr() is null")
            pid, here = cursor.fetchone()
        self.path = Path(f"/proc/{pid}/schedstat")
        try:
            self.known = here and "postgres" in Path(f"/proc/{pid}/cmdline").read_text()
        except OSError:
            self.known = False

    def __call__(self) -> float:
        return int(self.path.read_text().split()[0]) / 1e6 if self.known else 0.0


def signed_in(user: User) -> Client:
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    return client


def queries_of(call: Callable[[], Any], *aliases: str) -> list[str]:
    """The statements of a request; savepoints are not counted, they read nothing."""
    with ExitStack() as stack:
        captured = [
            stack.enter_context(CaptureQueriesContext(connections[alias]))
            for alias in aliases or ("default",)
        ]
        call()
    return [
        query["sql"]
        for one in captured
        for query in one.captured_queries
        if not query["sql"].startswith(NOT_A_QUERY)
    ]


def measure(name: str, calls: Iterator[Callable[[], Any]], count: int) -> Cost:
    """Run a request `count` times on different things, after a few that warm up."""
    cost = Cost(name)
    aliases = ("default", "help") if name in HELP_GOALS else ("default",)
    for _ in range(WARM):
        next(calls)()
    backends = [Backend(alias) for alias in aliases]

    def backend() -> float:
        return sum(one() for one in backends)

    for at in range(count):
        call = next(calls)
        if at % 4 == 3:
            cost.queries.append(len(queries_of(call, *aliases)))
            call = next(calls)
        gc.collect()
        before = (time.process_time(), backend(), time.perf_counter())
        response = call()
        after = (time.process_time(), backend(), time.perf_counter())
        if response.status_code >= 400:
            raise AssertionError(f"{name}: {response.status_code} {response.content[:500]!r}")
        cost.python.append((after[0] - before[0]) * 1000)
        cost.database.append(after[1] - before[1])
        cost.wall.append((after[2] - before[2]) * 1000)
        cost.bytes = len(response.content)
    return cost


# The requests ----------------------------------------------------------------------------------


def agent() -> User:
    return User.objects.filter(competency="publisher", is_superuser=False).order_by("pk")[0]


def undone() -> list[Ticket]:
    return list(Ticket.objects.undone().filter(team__private=False).order_by("pk"))


def queue(client: Client) -> Iterator[Callable[[], Any]]:
    while True:
        for address in (
            "/",
            "/?state=open&sort=priority",
            "/?assignee=nobody",
            "/?sort=oldest",
        ):
            yield lambda address=address: client.get(address)


def workspace(client: Client) -> Iterator[Callable[[], Any]]:
    """Each ticket is opened for the first time: the ranked articles are searched and recorded."""
    for ticket in undone():
        yield lambda ticket=ticket: client.get(ticket.get_absolute_url())


def search(client: Client) -> Iterator[Callable[[], Any]]:
    for ticket in undone():
        words = " ".join(ticket.subject.split()[:4])
        yield lambda words=words: client.get("/search/", {"q": words})


def solve(client: Client, by: User) -> Iterator[Callable[[], Any]]:
    """Reply and solve with a linked article, as Ctrl+Enter does."""
    articles = list(Article.objects.filter(confidence="validated").order_by("pk")[:200])
    for at, ticket in enumerate(undone()):
        actions.suggest(ticket, by=by)
        actions.link(ticket, articles[at % len(articles)], by=by)
        yield lambda ticket=ticket: client.post(
            f"{ticket.get_absolute_url()}solve/",
            {"body": "Please try the steps above.", "outcome": "reused"},
            headers={"HX-Request": "true"},
        )


def review(client: Client) -> Iterator[Callable[[], Any]]:
    """Each list in turn, by somebody who may validate."""
    if not Upkeep.objects.exists():
        computing.compute_all()
    while True:
        for name in lists.NAMES:
            yield lambda name=name: client.get("/review/", {"list": name})


def requests(by: User) -> dict[str, Iterator[Callable[[], Any]]]:
    """All of them, in an order in which one does not use up the others' tickets."""
    client = signed_in(by)
    return {
        "queue": queue(client),
        "search": search(client),
        "workspace": workspace(client),
        "solve": solve(client, by),
        "review": review(client),
    }


def help_requests() -> dict[str, Iterator[Callable[[], Any]]]:
    """What a visitor without an account asks, in visits of their own."""
    public = Article.objects.filter(confidence="validated", audience="public")
    found = [(a.number, a.title) for a in public.order_by("pk")[:400]]

    def home() -> Iterator[Callable[[], Any]]:
        while True:
            yield lambda: Client(headers={"host": "localhost"}).get("/help/")

    def search() -> Iterator[Callable[[], Any]]:
        for _number, title in cycle(found):
            words = " ".join(title.split()[:4])
            client = Client(headers={"host": "localhost"})
            yield lambda words=words, client=client: client.get("/help/search/", {"q": words})

    def article() -> Iterator[Callable[[], Any]]:
        for number, title in cycle(found):
            client = Client(headers={"host": "localhost"})
            path = help_address(number, title)
            yield lambda path=path, client=client: client.get(path)

    return {"help home": home(), "help search": search(), "help article": article()}


def all_costs(count: int) -> list[Cost]:
    by = agent()
    if len(undone()) < count * 2 + WARM + 10:
        raise AssertionError("There are too few open tickets. Measure in a filled base.")
    every = requests(by) | help_requests()
    return [measure(name, calls, count) for name, calls in every.items()]


@contextmanager
def profiled(path: Path) -> Iterator[None]:
    profile = cProfile.Profile()
    profile.enable()
    try:
        yield
    finally:
        profile.disable()
        profile.dump_stats(path)


# The answer ------------------------------------------------------------------------------------


def median(values: list[float]) -> float:
    return statistics.median(values)


def p95(values: list[float]) -> float:
    return sorted(values)[max(0, round(len(values) * 0.95) - 1)]


def table(costs: list[Cost]) -> str:
    """The figures as they stand in docs/performance.md."""
    lines = [
        "| request | queries | CPU ms, median | of these Python | of these PostgreSQL | "
        "CPU ms, p95 | goal |",
        "|---|---|---|---|---|---|---|",
    ]
    for cost in costs:
        lines.append(
            f"| {cost.name} | {max(cost.queries)} | **{median(cost.cpu):.1f}** | "
            f"{median(cost.python):.1f} | {median(cost.database):.1f} | {p95(cost.cpu):.1f} | "
            f"≤ {(GOALS | HELP_GOALS)[cost.name]} |"
        )
    return "\n".join(lines)


def sizes() -> dict[str, int]:
    return {
        "tickets": Ticket.objects.count(),
        "articles": Article.objects.count(),
        "links": Link.objects.count(),
        "searches": Search.objects.count(),
    }
