"""Jobs of publication."""

from __future__ import annotations

from datetime import date

from loops.evolve.jobs import Tick, silent
from loops.evolve.publication import actions


def run(tick: Tick = silent, day: date | None = None) -> int:
    """Publish what the rules name, and write down what went outside by another door."""
    published = actions.run_rules()
    noted = actions.follow()
    tick(published + noted)
    return published
