"""Verbs of duplicates: find pairs, dismiss one, merge two articles into the older, undo it."""

from loops.duplicates.actions.merging import merge, undo_merge
from loops.duplicates.actions.pairing import by_age, dismiss, find_pairs, may_merge

__all__ = ["by_age", "dismiss", "find_pairs", "may_merge", "merge", "undo_merge"]
