"""Durations as histograms: buckets that are a tenth wider than the one before.

So a quantile is off by 5 % at most and by 2 % on average, a month is the sum of its days, and a
year of any desk fits into two hundred numbers. There is no mean: a single ticket that somebody
forgot for a year would move it, and does not move these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp, floor, log

BASE = 1.1
STEP = log(BASE)


def bucket_of(seconds: float) -> int:
    """Which bucket a duration falls into; anything up to a second into the first."""
    return floor(log(max(seconds, 1.0)) / STEP)


def seconds_of(bucket: int, share: float = 0.5) -> float:
    """A duration inside the bucket: the middle of it, as logarithms go."""
    return exp((bucket + share) * STEP)


def exact(ordered: Sequence[float], q: float) -> float | None:
    """The value that this share of a sorted list does not exceed; between two neighbours, as far
    as the share lies between them. Nothing of nothing."""
    if not ordered:
        return None
    place = (len(ordered) - 1) * q
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def quantile(counts: Mapping[int, float], q: float) -> float | None:
    """The duration that this share stays within, as if each bucket were evenly filled."""
    total = sum(counts.values())
    if total <= 0:
        return None
    wanted, seen = q * total, 0.0
    for bucket in sorted(counts):
        n = counts[bucket]
        if n > 0 and seen + n >= wanted:
            return seconds_of(bucket, (wanted - seen) / n)
        seen += n
    return seconds_of(max(counts), 1.0)
