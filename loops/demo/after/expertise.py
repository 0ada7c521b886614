"""Who at Tilia solves what, and what each team is asked: the night's job."""

from __future__ import annotations

from datetime import datetime

from loops.evolve.expertise import jobs


def add(now: datetime) -> None:
    jobs.run()
