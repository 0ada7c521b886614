"""The loops, administered: tickets and their work, duplicates, upkeep, coaching."""

from loops.admin import solving, tickets

__all__ = ["solving", "tickets"]
