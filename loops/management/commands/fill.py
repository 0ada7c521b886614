"""`fill`: load-test data at COPY speed."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from loops.demo.filler import Filler


class Command(BaseCommand):
    help = (
        "Add so many made-up articles and tickets, to measure with. The same seed makes the same "
        "texts. Not for a base that people work with: nothing marks these rows."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--articles", type=int, default=0, metavar="N")
        parser.add_argument("--tickets", type=int, default=0, metavar="N")
        parser.add_argument(
            "--events", type=int, default=0, metavar="N", help="further events on tickets"
        )
        parser.add_argument("--seed", type=int, default=1, metavar="S")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = {name: options[name] for name in ("articles", "tickets", "events")}
        if min(wanted.values()) < 0 or not any(wanted.values()):
            raise CommandError("Say how much: --articles N, --tickets N, --events N.")
        started = time.monotonic()
        with tqdm(total=sum(wanted.values()), unit="row", unit_scale=True, disable=None) as bar:
            Filler(**wanted, seed=options["seed"]).write(bar.update)
        self.stdout.write(
            f"Added {wanted['articles']} articles, {wanted['tickets']} tickets and "
            f"{wanted['events']} events in {time.monotonic() - started:.1f} s."
        )
