"""What happened at Tilia after the tickets: reviews, merges, coaching, questions.

Each module adds its part with the product's own verbs or rows, once the story is loaded.
"""

from collections.abc import Callable
from datetime import datetime

from loops.demo.after import coaching, upkeep

STEPS: list[Callable[[datetime], None]] = [coaching.add, upkeep.add]


def add_all(now: datetime) -> None:
    for step in STEPS:
        step(now)
