"""What happened at Tilia after the tickets: reviews, merges, coaching, questions.

Each module adds its part with the product's own verbs or rows, once the story is loaded.
"""

from collections.abc import Callable
from datetime import datetime

from loops.demo.after import (
    administration,
    asking,
    averages,
    coaching,
    duplicates,
    expertise,
    improvements,
    insights,
    origins,
    outside,
    patterns,
    promises,
    publication,
    remarks,
    rollups,
    templates,
    topics,
    upkeep,
    visits,
)

STEPS: list[Callable[[datetime], None]] = [
    templates.add,
    duplicates.add,
    coaching.add,
    upkeep.add,
    asking.add,
    administration.add,
    remarks.add,
    outside.add,
    visits.add,
    # Searches in vain are evidence of gaps.
    topics.add,
    expertise.add,
    patterns.add,
    averages.add,
    promises.add,
    publication.add,
    # After gaps and contradictions: proposals are made of them.
    improvements.add,
    origins.add,
    # Figures are counted of what is there.
    rollups.add,
    # What was counted is frozen.
    insights.add,
]


def add_all(now: datetime) -> None:
    for step in STEPS:
        step(now)
