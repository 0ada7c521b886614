"""The jobs of the evolve loop, in the order in which one needs what another made.

`evolve` runs them in the foreground and beat by tasks. Each may be killed at any moment and
started again, twice at once too: what it leaves is whole, and the same as after one run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Tick = Callable[[int], None]


def silent(done: int) -> None:
    """For whom nobody waits at a progress bar."""


@dataclass(frozen=True)
class Job:
    """One job. `path` is "module:function" of `function(tick, day) -> Any`, imported when it
    runs: a web worker never loads what only jobs need. `tick(n)` says that n more are done;
    without a day it does whatever is due."""

    name: str
    says: str | Promise
    path: str

    def run(self, tick: Tick = silent, day: date | None = None) -> Any:
        module, _colon, function = self.path.partition(":")
        return getattr(import_module(module), function)(tick, day)


JOBS: dict[str, Job] = {
    job.name: job
    for job in (
        Job(
            "rollups",
            _("figures of every day that something happened to"),
            "loops.evolve.rollups.jobs:run",
        ),
        Job(
            "publication",
            _("publication rules, and what went outside by other doors"),
            "loops.evolve.publication.jobs:run",
        ),
        Job(
            "topics",
            _("what every ticket is about, what is known of it, and what is missing"),
            "loops.evolve.topics.night:run",
        ),
        Job(
            "bursts",
            _("topics that are asked far more often than usual"),
            "loops.evolve.topics.bursts:run",
        ),
        Job(
            "misses",
            _("searches that did not find the answer that was there"),
            "loops.evolve.topics.misses:run",
        ),
        Job(
            "expertise",
            _("who solves what, and what each team is asked"),
            "loops.evolve.expertise.jobs:run",
        ),
        Job(
            "promises",
            _("comparisons, curves and contradictions that take too long for a page"),
            "loops.evolve.promises.jobs:run",
        ),
        Job(
            "improvements",
            _("what should be improved, what was, and what came of it"),
            "loops.evolve.improvements.jobs:run",
        ),
        Job(
            "patterns",
            _("what articles, and the tickets of one, have in common"),
            "loops.reports.finding:run",
        ),
        Job(
            "digest",
            _("the week in figures, for everybody who was not told yet"),
            "loops.insights.digest:run",
        ),
        Job(
            "recount",
            _("a random sample of days, counted again"),
            "loops.evolve.rollups.jobs:recount",
        ),
    )
}
