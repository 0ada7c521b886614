"""A difference between two groups of tickets, seen only where they can be compared.

Reused answers are quick partly because easy questions get answered first and written down
first, and because whoever has been here long both knows the articles and types faster. Compared
all at once, they look three times as quick where nothing but a fifth is true. So each ticket is
compared only with those of its own cell (the same topic, the same agent); what differs between
cells says nothing.

That is least squares with one fixed effect a cell (Mundlak, Y., 1978): the differences of the
cells' means, weighted by n₁·n₀/n. Of logarithms it is a ratio; of noughts and ones it is the
Mantel–Haenszel difference of shares. The error is clustered by cell (Liang, K.-Y. and Zeger,
S. L., 1986) with G/(G−1), and Student's t with the number of cells that count for effect
(Satterthwaite). What differs inside a cell, say the hard tickets of a topic, is still in it:
it is an association, and no page may call it more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from math import ceil, exp, inf, log, sqrt

from loops.statistics.rates import Z

# 80 % power at 5 % error: what the number of tickets has to be for a difference to be seen.
POWER = 0.841621
# The differences that would be worth knowing: a fifth of the time; five points of a share.
RATIO = 0.8
POINTS = 0.05

# Student's t, 97.5 %, for 1, 2, … degrees of freedom.
T = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
     2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
     2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042)  # fmt: skip

Row = tuple[Hashable, bool, float]


def student(freedom: float) -> float:
    """How many standard errors an interval of 95 % reaches; exact to a hundredth."""
    if freedom < 1:
        return T[0]
    if freedom < len(T) + 1:
        below = int(freedom)
        here = T[below - 1]
        after = T[below] if below < len(T) else Z + 2.5 / (below + 1)
        return here + (after - here) * (freedom - below)
    return Z + 2.5 / freedom


@dataclass(frozen=True)
class Difference:
    """How much larger the value is with than without, inside cells.

    `naive` is the same all at once, for showing what it would have made us believe. `n_with`
    and `n_without` are the tickets that could be compared, in `cells` cells; `each` is how many
    a side a plain comparison of the same sharpness would have had; `spread` is the standard
    deviation inside cells.
    """

    value: float
    low: float
    high: float
    naive: float
    n_with: int
    n_without: int
    cells: int
    each: float
    spread: float

    @property
    def says(self) -> int:
        """1 more, -1 less, 0 nobody can tell."""
        return 1 if self.low > 0 else -1 if self.high < 0 else 0


@dataclass
class Sums:
    """What one side of one cell adds up to; all that a comparison has to know of it."""

    n: int = 0
    total: float = 0.0
    squares: float = 0.0

    def add(self, n: int, total: float, squares: float) -> None:
        self.n, self.total, self.squares = (
            self.n + n,
            self.total + total,
            self.squares + squares,
        )

    @property
    def mean(self) -> float:
        return self.total / self.n

    @property
    def scatter(self) -> float:
        """The squares around the mean."""
        return max(0.0, self.squares - self.total * self.total / self.n)


Cell = tuple[Sums, Sums]  # without, with


def sums(rows: Iterable[Row]) -> list[Cell]:
    """The rows of (cell, with or without, value), added up."""
    cells: dict[Hashable, Cell] = defaultdict(lambda: (Sums(), Sums()))
    for cell, treated, value in rows:
        cells[cell][treated].add(1, value, value * value)
    return list(cells.values())


def compare(cells: Iterable[Cell]) -> Difference | None:
    """The difference that cells with both sides show; nothing where no cell has both."""
    every = list(cells)
    both = [(one, none) for none, one in every if one.n and none.n]
    if not both:
        return None
    weights = [one.n * none.n / (one.n + none.n) for one, none in both]
    gaps = [one.mean - none.mean for one, none in both]
    total = sum(weights)
    value = sum(w * gap for w, gap in zip(weights, gaps, strict=True)) / total
    squares = sum(one.scatter + none.scatter for one, none in both)
    squares += sum(w * (gap - value) ** 2 for w, gap in zip(weights, gaps, strict=True))
    n_with, n_without = sum(one.n for one, _no in both), sum(none.n for _one, none in both)
    freedom = n_with + n_without - len(both) - 1
    reach = _reach(weights, gaps, value)
    return Difference(
        value=value,
        low=value - reach,
        high=value + reach,
        naive=_mean(one for _none, one in every) - _mean(none for none, _one in every),
        n_with=n_with,
        n_without=n_without,
        cells=len(both),
        each=2 * total,
        spread=sqrt(squares / freedom) if freedom > 0 else inf,
    )


def _mean(sides: Iterable[Sums]) -> float:
    rows = list(sides)
    return sum(side.total for side in rows) / sum(side.n for side in rows)


def _reach(weights: list[float], gaps: list[float], value: float) -> float:
    """Half of the interval. One cell tells nothing about how much cells differ."""
    cells, total = len(weights), sum(weights)
    if cells < 2:
        return inf
    errors = [(w * (gap - value)) ** 2 for w, gap in zip(weights, gaps, strict=True)]
    error = sqrt(sum(errors) * cells / (cells - 1)) / total
    # A few large cells among many small ones are as good as few cells.
    effective = total**2 / sum(w * w for w in weights)
    return student(effective - 1) * error


def needed_for_ratio(spread: float, ratio: float = RATIO) -> int:
    """How many tickets a side it takes to see this ratio, where logarithms scatter so much."""
    if spread == inf:
        return 10**9
    return ceil(2 * ((Z + POWER) * spread / log(ratio)) ** 2)


def needed_for_points(share: float, points: float = POINTS) -> int:
    """How many a side it takes to see this difference of shares: 1,471 for 60 to 65 %."""
    share = min(max(share, 0.0), 1.0)
    other = share + points if share + points <= 1 else share - points
    middle = (share + other) / 2
    apart = sqrt(share * (1 - share) + other * (1 - other))
    return ceil(((Z * sqrt(2 * middle * (1 - middle)) + POWER * apart) / points) ** 2)


@dataclass(frozen=True)
class Ratio:
    """How long with, as a share of how long without; see `Difference`."""

    value: float
    low: float
    high: float
    naive: float
    of: Difference

    @property
    def needed(self) -> int:
        return needed_for_ratio(self.of.spread)

    @property
    def enough(self) -> bool:
        return self.of.each >= self.needed


def ratio(cells: Iterable[Cell]) -> Ratio | None:
    """The ratio of durations, from sums of their natural logarithms."""
    found = compare(cells)
    if found is None:
        return None
    high = exp(found.high) if found.high < 700 else inf
    return Ratio(exp(found.value), exp(max(-700, found.low)), high, exp(found.naive), found)
