"""Shares of counts, always with what stands behind them and how sure that is.

Wilson, E. B. (1927), for one share; Newcombe, R. G. (1998), method 10, for the difference of
two; the beta-binomial by the method of moments where a list of shares has to be ordered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

Z = 1.959964  # 95 %
ENOUGH = 20  # below it a share is shown in grey


def wilson(hits: float, n: float, z: float = Z) -> tuple[float, float]:
    """The 95 % interval of a share, from 0 to 1, honest for few rows and at the ends.

    Everything is possible where nothing was seen: (0, 1).
    """
    if n == 0:
        return 0.0, 1.0
    share, zz = hits / n, z * z
    middle = (share + zz / (2 * n)) / (1 + zz / n)
    reach = z * sqrt(share * (1 - share) / n + zz / (4 * n * n)) / (1 + zz / n)
    # At the ends rounding must not step over the share itself.
    return (
        0.0 if hits == 0 else max(0.0, middle - reach),
        1.0 if hits == n else min(1.0, middle + reach),
    )


def counted(n: float, z: float = Z) -> tuple[float, float]:
    """The 95 % interval of a count, as the square root of a Poisson count goes."""
    root = sqrt(n)
    return max(0.0, root - z / 2) ** 2, (root + z / 2) ** 2


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    hits: float
    n: float

    @property
    def value(self) -> float | None:
        return self.hits / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.hits, self.n)

    @property
    def low(self) -> float:
        return self.interval[0]

    @property
    def high(self) -> float:
        return self.interval[1]

    @property
    def enough(self) -> bool:
        return self.n >= ENOUGH


def difference(before: Share, after: Share) -> tuple[float, float, float] | None:
    """How much larger the later share is: value, low, high; nothing where one is empty."""
    if before.value is None or after.value is None:
        return None
    change = after.value - before.value
    low = sqrt((after.value - after.low) ** 2 + (before.high - before.value) ** 2)
    high = sqrt((after.high - after.value) ** 2 + (before.value - before.low) ** 2)
    return change, change - low, change + high


def differ(before: Share, after: Share) -> int:
    """1 when the later share is higher, -1 when lower, 0 when nobody can tell."""
    if not (before.enough and after.enough):
        return 0
    change = difference(before, after)
    if change is None:
        return 0
    return 1 if change[1] > 0 else -1 if change[2] < 0 else 0


def shrink(shares: Sequence[Share]) -> list[float]:
    """Each share drawn towards the mean of all, the more the fewer rows it has.

    Empirical Bayes: a beta prior fitted to the shares by the method of moments. Where the
    shares differ no more than chance makes them, all become the mean.
    """
    total = sum(one.n for one in shares)
    if not total:
        return [0.0 for _ in shares]
    mean = sum(one.hits for one in shares) / total
    groups = sum(1 for one in shares if one.n)
    spread = sum(one.n * (one.hits / one.n - mean) ** 2 for one in shares if one.n)
    scale = total - sum(one.n**2 for one in shares) / total
    between = (spread - (groups - 1) * mean * (1 - mean)) / scale if scale > 0 else 0.0
    if between <= 0 or mean in (0.0, 1.0):
        return [mean for _ in shares]
    weight = max(0.0, mean * (1 - mean) / between - 1)
    return [(one.hits + weight * mean) / (one.n + weight) for one in shares]
