"""The loops, administered: tickets and their work, duplicates, upkeep, coaching."""

from loops.admin import coaching, solving, tickets, upkeep

__all__ = ["coaching", "solving", "tickets", "upkeep"]
