"""The figures of all that happened: counted last, by the product's own job."""

from __future__ import annotations

from datetime import datetime

from loops.evolve.rollups import jobs


def add(now: datetime) -> None:
    jobs.run()
