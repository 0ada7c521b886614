"""How long something takes while some of it still goes on.

Kaplan, E. L. and Meier, P. (1958). A median over what has ended flatters every recent period:
what takes long has not ended yet. Here whoever still waits counts as waiting until the day of
looking ("censored"), and not at all beyond. The interval is Greenwood's variance on the scale
of log(−log), which keeps it between nought and one, also with few rows (Kalbfleisch, J. D. and
Prentice, R. L., 1980); that of a quantile is where the band crosses it (Brookmeyer, R. and
Crowley, J., 1982).

The one assumption: that the ones still open are not open because of how long they will take.
Tickets that came yesterday are fine; those set aside because they are hard are not, and then
the curve is still too kind.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import exp, log, sqrt

from loops.statistics.rates import Z


@dataclass(frozen=True)
class Step:
    """At this time so many of those still at risk ended; `share` is what is left after it."""

    time: float
    at_risk: int
    ended: int
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Quantile:
    """By when a share of all has ended; nothing where the rows do not reach that far."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Curve:
    """What is left at each time, from 1 down. `n` rows, of which `ended` have; the others were
    still going on when last seen, the last of them at `seen_until`."""

    n: int
    ended: int
    seen_until: float
    steps: list[Step] = field(default_factory=list)

    @property
    def open(self) -> int:
        return self.n - self.ended

    def at(self, time: float) -> Step | None:
        """What is left at a time; nothing beyond the last row that was seen."""
        if not self.n or time > self.seen_until:
            return None
        last = Step(0.0, self.n, 0, 1.0, 1.0, 1.0)
        for step in self.steps:
            if step.time > time:
                break
            last = step
        return last

    def quantile(self, q: float) -> Quantile:
        """The time by which the share `q` of all has ended."""
        left = 1 - q + 1e-9
        return Quantile(
            next((step.time for step in self.steps if step.share <= left), None),
            next((step.time for step in self.steps if step.low <= left), None),
            next((step.time for step in self.steps if step.high <= left), None),
        )

    @property
    def median(self) -> Quantile:
        return self.quantile(0.5)


def curve(rows: Iterable[tuple[float, bool] | tuple[float, bool, int]]) -> Curve:
    """The curve of (time, whether it ended then[, how many such rows]).

    A row that had not ended at `time` was still at risk at that time, as is the convention.
    """
    ended: dict[float, int] = defaultdict(int)
    left: dict[float, int] = defaultdict(int)
    for time, done, *many in rows:
        (ended if done else left)[max(0.0, time)] += many[0] if many else 1
    times = sorted({*ended, *left})
    n = at_risk = sum(ended.values()) + sum(left.values())
    share, spread, steps = 1.0, 0.0, []
    for time in times:
        deaths = ended.get(time, 0)
        if deaths:
            share *= 1 - deaths / at_risk
            if at_risk > deaths:
                spread += deaths / (at_risk * (at_risk - deaths))
            low, high = _band(share, spread)
            steps.append(Step(time, at_risk, deaths, share, low, high))
        at_risk -= deaths + left.get(time, 0)
    return Curve(n, sum(ended.values()), times[-1] if times else 0.0, steps)


def _band(share: float, spread: float) -> tuple[float, float]:
    """The 95 % interval of what is left."""
    if share <= 0:
        return 0.0, 0.0
    if share >= 1:
        return 1.0, 1.0
    reach = Z * sqrt(spread) / log(share)  # negative
    return exp(log(share) * exp(-reach)), exp(log(share) * exp(reach))
