"""Where a value lies on a drawing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, floor, log10

STEPS = (1, 2, 2.5, 5, 10)


def step(span: float, pieces: int = 4) -> float:
    """A round step that divides the span into about so many pieces."""
    rough = span / pieces or 1
    size = 10 ** floor(log10(rough))
    return next(times * size for times in STEPS if times * size >= rough * 0.999999)


def ticks(
    low: float, high: float, pieces: int = 4, *, whole: bool = False, unit: float = 1
) -> list[float]:
    """Round levels from at most the lowest to at least the highest value; round in units."""
    each = step(max(high - low, 1e-9) / unit, pieces) * unit
    if whole:
        each = max(1.0, each if each >= 10 else ceil(each))
    first, last = floor(low / each + 1e-9), max(ceil(high / each - 1e-9), 1)
    return [round(each * i, 10) for i in range(first, last + 1)]


@dataclass(frozen=True)
class Heights:
    """From values to pixels downwards."""

    low: float
    high: float
    top: float
    floor: float

    def __call__(self, value: float) -> float:
        part = (value - self.low) / ((self.high - self.low) or 1)
        return self.floor - (self.floor - self.top) * min(max(part, 0.0), 1.0)


@dataclass(frozen=True)
class Slots:
    """Equal places side by side, in hundredths of the width."""

    count: int

    @property
    def width(self) -> float:
        return 100 / max(self.count, 1)

    def middle(self, i: int) -> float:
        return self.width * (i + 0.5)


def shown(count: int, most: int) -> Iterable[int]:
    """Which of so many labels have room, the last one among them."""
    every = ceil(count / max(most, 1)) or 1
    return range((count - 1) % every, count, every)
