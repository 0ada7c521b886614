"""`evolve`: run the jobs of the evolve loop in the foreground."""

from __future__ import annotations

import time
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from tqdm import tqdm

from kcs.errors import Refused
from loops.evolve.jobs import JOBS, Job
from loops.evolve.rollups import days, jobs


class Command(BaseCommand):
    help = (
        "Run what beat runs, now and here: all jobs of the evolve loop in their order, or one. "
        "Safe beside the workers, and safe to stop: what is done is done once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--job", choices=list(JOBS), metavar="NAME", help=f"only this: {', '.join(JOBS)}"
        )
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--day", metavar="YYYY-MM-DD", help="for this day only")
        which.add_argument(
            "--all", action="store_true", help="count the figures of every day again"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        day = self._day(options["day"])
        if options["all"] and options["job"] not in (None, "rollups"):
            raise CommandError("--all is for the figures of days: --job rollups, or every job.")
        if options["all"]:
            jobs.forget()
        wanted = [JOBS[options["job"]]] if options["job"] else list(JOBS.values())
        for job in wanted:
            self._run(job, day)
        # The other jobs say what tickets are about: their days are counted again.
        if not options["job"] and days.dirty():
            self._run(JOBS["rollups"], day)

    def _run(self, job: Job, day: date | None) -> None:
        started = time.monotonic()
        done = 0

        def tick(n: int) -> None:
            nonlocal done
            done += n
            bar.update(n)

        with (
            translation.override("en"),
            tqdm(desc=job.name, unit="", disable=None, leave=False) as bar,
        ):
            try:
                job.run(tick, day)
            except Refused as error:
                raise CommandError(f"{job.name}: {error}") from error
        counted = f", {done} done" if done else ""
        self.stdout.write(f"{job.name}: {time.monotonic() - started:.1f} s{counted}")

    def _day(self, text: str | None) -> date | None:
        if text is None:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise CommandError("Write the day as 2026-05-31.") from None
