"""What Tilia's answers contradict each other in, and how its figures compare: the night's job."""

from __future__ import annotations

from datetime import datetime

from loops.evolve.promises import jobs


def add(now: datetime) -> None:
    jobs.run()
