"""`python -m tests.load`: fill a base of its own, measure, and write docs/performance.md.

With DATABASE_URL it makes a database of its own on that server and drops it at the end; else it
starts an embedded server. `--keep NAME` measures in a database of this name and keeps it.
"""

import argparse
import os
import platform
import sys
import time
from pathlib import Path

from kcs import testing

ROOT = Path(__file__).parent.parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--tickets", type=int, default=20_000)
    parser.add_argument("--articles", type=int, default=2_000)
    parser.add_argument("--requests", type=int, default=40)
    parser.add_argument("--keep", default="", metavar="NAME")
    parser.add_argument("--profile", default="", metavar="REQUEST", help="profile one of them")
    parser.add_argument(
        "--figures", action="store_true", help="what the figures cost, not the requests"
    )
    parser.add_argument("--events", type=int, default=0)
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    asked = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    testing.start_servers()
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    name = asked.keep or f"load_{os.getpid()}"
    home = settings.DATABASES["default"]["NAME"]
    fresh = _create(name)
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        call_command("migrate", verbosity=0)
        from loops.models import Search

        seconds = 0.0
        if fresh or not Search.objects.exists():
            started = time.monotonic()
            call_command(
                "fill", articles=asked.articles, tickets=asked.tickets, events=asked.events
            )
            seconds = time.monotonic() - started
        from tests.load import figures, measure

        if asked.figures:
            administrator()
            found = figures.table()
            sys.stdout.write(f"{found}\n")
            if asked.write:
                _put("figures", f"{_machine()}\n\n{found}")
            return 0
        if asked.profile:
            return _profile(measure, asked.profile, asked.requests)
        costs = measure.all_costs(asked.requests)
        found = measure.table(costs)
        sys.stdout.write(f"{found}\n")
        if asked.write:
            _write(found, measure.sizes(), seconds, asked.requests)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = home
        if not asked.keep:
            _drop(name)
    return 0


def administrator() -> None:
    """Somebody who may look at everything; a filled base has agents only."""
    from people.models import User

    if not User.objects.filter(is_superuser=True).exists():
        User.objects.create_superuser(email="root@fill.test", name="Root")


def _create(name: str) -> bool:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select 1 from pg_database where datname = %s", [name])
        if cursor.fetchone():
            return False
        cursor.execute(f'create database "{name}"')
    return True


def _drop(name: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f'drop database if exists "{name}"')


def _profile(measure: object, request: str, count: int) -> int:
    """The hot spots of one request, the most expensive functions first."""
    import pstats
    import tempfile

    from tests.load.measure import WARM, agent, profiled, queries_of, requests

    calls = requests(agent())[request]
    for _ in range(WARM):
        next(calls)()
    for statement in queries_of(next(calls)):
        sys.stdout.write(statement[:400].replace("\n", " ") + "\n\n")
    path = Path(tempfile.mkstemp(suffix=".prof")[1])
    ready = [next(calls) for _ in range(count)]
    with profiled(path):
        for call in ready:
            call()
    for order in ("tottime", "cumulative"):
        pstats.Stats(str(path)).sort_stats(order).print_stats(45)
    path.unlink()
    return 0


def _write(found: str, sizes: dict[str, int], seconds: float, requests: int) -> None:
    filled = f" (filled in {seconds:.0f} s)" if seconds else ""
    block = f"""{_machine()}, medians over {requests} requests, at {sizes["tickets"]:,} tickets,
{sizes["articles"]:,} articles, {sizes["links"]:,} links and {sizes["searches"]:,} searches{filled}.

{found}"""
    _put("measured", block)


def _machine() -> str:
    processor = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    return (
        f"Measured on {time.strftime('%Y-%m-%d')} with Python {platform.python_version()} on one"
        f" core of {processor}, at a load of {os.getloadavg()[0]:.1f}"
    )


def _put(name: str, block: str) -> None:
    """Between the two marks of this name in docs/performance.md."""
    path = ROOT / "docs" / "performance.md"
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    told = path.read_text(encoding="utf-8")
    before, _, rest = told.partition(begin)
    text = f"{before}{begin}\n{block}\n{end}{rest.partition(end)[2]}"
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
