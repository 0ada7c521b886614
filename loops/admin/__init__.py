"""The loops, administered: tickets and their work, duplicates, upkeep, coaching."""

from loops.admin import coaching, duplicates, solving, tickets, upkeep

__all__ = ["coaching", "duplicates", "solving", "tickets", "upkeep"]
