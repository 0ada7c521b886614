"""How an import says no: to the whole file, or to one row of it."""

from __future__ import annotations

from dataclasses import dataclass


class Unusable(Exception):
    """Nothing of the file can be read. The sentence says what to do."""


class BadRow(Exception):
    """One row cannot land; the others go on. The sentence says why."""


@dataclass(frozen=True)
class Problem:
    """Where a row stood that did not land, and why."""

    place: str
    reason: str

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"
