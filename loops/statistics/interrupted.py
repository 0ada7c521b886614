"""Interrupted time series: did the weekly tickets of one topic change when something shipped?

The expected tickets are those of the weeks before, carried on by what untouched topics did
meanwhile: a season, more customers or a holiday move both. What is compared is therefore

    ratio = (after ÷ before) of the treated topic ÷ (after ÷ before) of the untouched topics

Given their sum, the later one of two Poisson counts is binomial (Przyborowski & Wilenski 1940),
so the interval is that of a share, by Jeffreys' prior, which stays honest for a handful of
tickets and for none. Tickets come in heaps, and busy weeks follow busy weeks: the counts are
divided by how much more they scatter than a Poisson count would (Pearson's statistic), and by
how long a heap lasts (autocorrelation of the residuals, Bartlett weights, as Newey and West,
1987). Because the scatter is itself estimated, Student's quantile takes the place of the
normal one. Nothing is drawn by chance: the same weeks give the same answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

import numpy as np
from scipy import stats

LEVEL = 0.95
# Below these nothing is said: three weeks prove nothing, and neither do four tickets.
FEWEST_WEEKS_BEFORE, FEWEST_WEEKS_AFTER = 8, 4
FEWEST_BEFORE, FEWEST_EXPECTED = 10, 4.0


@dataclass(frozen=True)
class Effect:
    """What is left of the tickets that were to be expected, and how sure that is.

    `says` is fewer, more or unclear; early or few where there is no figure yet. `line` is what
    each week was expected to bring, before and after.
    """

    says: str
    seen: float
    expected: float
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    scatter: float = 1.0
    line: tuple[float, ...] = ()


def compare(treated: Sequence[float], controls: Sequence[float], weeks_before: int) -> Effect:
    """The effect on weekly counts, of which so many are from before; `controls` are the sums of
    untouched topics in the same weeks, or all zero where there are none."""
    y, shape = np.asarray(treated, float), _shape(controls)
    before, after = y[:weeks_before], y[weeks_before:]
    seen, was = float(after.sum()), float(before.sum())
    there, here = float(shape[:weeks_before].sum()), float(shape[weeks_before:].sum())
    expected = was * here / there if there else 0.0
    line = shape * (was / there) if there else np.zeros_like(y)
    told = tuple(round(float(value), 2) for value in line)
    if len(after) < FEWEST_WEEKS_AFTER:
        return Effect("early", seen, expected, line=told)
    if (
        len(before) < FEWEST_WEEKS_BEFORE
        or was < FEWEST_BEFORE
        or expected < FEWEST_EXPECTED
        or not here
    ):
        return Effect("few", seen, expected, line=told)
    scatter = _scatter(y, shape, weeks_before)
    low, high = _interval(was / scatter, seen / scatter, here / there, len(y) - 2)
    return Effect(
        says="fewer" if high < 1 else "more" if low > 1 else "unclear",
        seen=seen,
        expected=expected,
        ratio=seen / expected,
        low=low,
        high=high,
        scatter=scatter,
        line=told,
    )


def _shape(controls: Sequence[float]) -> np.ndarray:
    """How the weeks differ for everybody, 1 on average. A week without any ticket among the
    untouched says that they are few, and not that nothing was to be expected: it counts half."""
    known = np.asarray(controls, float)
    if not known.sum():
        return np.ones_like(known)
    known = np.maximum(known, 0.5)
    return known / known.mean()


def _scatter(y: np.ndarray, shape: np.ndarray, weeks_before: int) -> float:
    """How many tickets come as one: 1 where they come by themselves."""
    fitted = np.empty_like(y)
    for part in (slice(None, weeks_before), slice(weeks_before, None)):
        fitted[part] = shape[part] * y[part].sum() / shape[part].sum()
    there = fitted > 0
    if there.sum() <= 2:
        return 1.0
    residuals = (y[there] - fitted[there]) / np.sqrt(fitted[there])
    n, power = len(residuals), float((residuals**2).sum())
    if not power:
        return 1.0
    spread, lasting, lags = power / (n - 2), 1.0, floor(4 * (n / 100) ** (2 / 9))
    for lag in range(1, 1 + lags):
        # The sample's autocorrelation is too small by about 1/n.
        alike = float((residuals[lag:] * residuals[:-lag]).sum()) / power + 1 / n
        lasting += 2 * (1 - lag / (1 + lags)) * alike
    return max(1.0, spread) * max(1.0, lasting)


def _interval(was: float, seen: float, exposure: float, freedom: int) -> tuple[float, float]:
    """Of the ratio, from the interval of the share that the later count has in both."""
    wide = 2 * stats.norm.cdf(stats.t.ppf((1 + LEVEL) / 2, freedom)) - 1
    tail = (1 - wide) / 2
    low = 0.0 if not seen else float(stats.beta.ppf(tail, seen + 0.5, was + 0.5))
    high = float(stats.beta.ppf(1 - tail, seen + 0.5, was + 0.5))
    return low / (1 - low) / exposure, high / (1 - high) / exposure
