"""The loops, administered: tickets and their work, duplicates, upkeep, coaching."""

from loops.admin import (
    asking,
    coaching,
    duplicates,
    evolve,
    insights,
    publication,
    rollups,
    solving,
    tickets,
    upkeep,
)

__all__ = [
    "asking",
    "coaching",
    "duplicates",
    "evolve",
    "insights",
    "publication",
    "rollups",
    "solving",
    "tickets",
    "upkeep",
]
