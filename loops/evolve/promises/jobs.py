"""What is computed at night for the pages that say what KCS promises."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from loops.evolve.jobs import Tick, silent
from loops.evolve.promises import comparing, consistency, expecting, waiting
from loops.evolve.scope import zone


def run(tick: Tick = silent, day: date | None = None) -> int:
    """Compare, draw, and look for contradictions, as of now or of the end of a day. Each part
    is kept whole before the next begins, and again is the same."""
    now = timezone.now()
    if day is not None:
        after = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone())
        now = min(now, after)
    parts = (comparing.compute, waiting.compute, consistency.compute, expecting.compute)
    for done, compute in enumerate(parts, 1):
        compute(now)
        tick(done)
    return len(parts)
