"""Bursts: days on which a topic is asked far more often than it is.

What is usual is the topic's own level over the 56 days before, times what its weekday brings to
the whole desk. How unusual a count is, is the tail of a negative binomial distribution: its
spread is what the level's own uncertainty and the days' own unrest leave open. The sums over
one, three and seven days are tried, for a flood and for a slow leak; the strongest counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import nbinom

HISTORY = 56
SPANS = (1, 3, 7)
STRENGTH = 3.4  # −log10 p
LEAST = 5
QUIET = 7  # days after a burst in which the same topic is not called one again
# As if, before the first ticket, half a ticket had been seen in these 56 days: a new topic has
# no history, and is not a burst with its first question.
PRIOR = 0.5

Counts = NDArray[np.int64]
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Found:
    """Topic `row` on `day` (an index of the counts): `count` in `span` days, where `expected`
    were usual."""

    row: int
    day: int
    span: int
    count: int
    expected: float
    strength: float

    @property
    def excess(self) -> float:
        return max(self.count - self.expected, 0.0)


def weekdays(totals: Numbers, day: int) -> Numbers:
    """For each of the seven days of a week, how many times a usual day it brings: learnt from
    the HISTORY days before `day`; index is (day number) mod 7."""
    begin = max(0, day - HISTORY)
    days = np.arange(begin, day)
    out = np.ones(7)
    if len(days) < 14 or not (usual := totals[begin:day].mean()):
        return out
    for weekday in range(7):
        out[weekday] = totals[days[days % 7 == weekday]].mean() / usual
    # A desk that is closed on Sundays is not surprised by one ticket on a Sunday.
    return np.maximum(out, 0.05)


def strengths(counts: Counts, day: int, factors: Numbers) -> tuple[Numbers, Counts, Numbers]:
    """For each topic at the end of `day`: the greatest −log10 p, over which span, and what was
    expected in it."""
    n = len(counts)
    best, where, usual = np.zeros(n), np.ones(n, dtype=np.int64), np.zeros(n)
    for span in SPANS:
        begin = day - span + 1
        past = np.arange(max(0, begin - HISTORY), begin)
        if begin < 0 or len(past) < 14:
            continue
        seen = counts[:, begin : day + 1].sum(axis=1)
        weight = factors[past % 7]
        ahead = factors[np.arange(begin, day + 1) % 7].sum()
        history = counts[:, past].sum(axis=1) + PRIOR
        level = history / weight.sum()
        expected = level * ahead
        # Pearson's chi-square over its degrees of freedom: how restless the days are.
        day_by_day = level[:, None] * weight[None, :]
        unrest = ((counts[:, past] - day_by_day) ** 2 / day_by_day).sum(axis=1)
        unrest = np.maximum(unrest / (len(past) - 1), 1.0)
        variance = unrest * expected * (1 + ahead / weight.sum()) + 1e-9
        size = expected**2 / np.maximum(variance - expected, 1e-9)
        tail = nbinom.logsf(seen - 1, size, size / (size + expected)) / -np.log(10)
        tail = np.where(seen >= LEAST, tail, 0.0)
        better = tail > best
        best, where = np.where(better, tail, best), np.where(better, span, where)
        usual = np.where(better, expected, usual)
    return best, where, usual


def find(counts: Counts, first: int, last: int, totals: Numbers | None = None) -> list[Found]:
    """The bursts of all topics (rows) on the days `first` to `last`, the oldest first. Each
    topic bursts once in a week. `totals` are the whole desk's tickets a day."""
    whole = counts.sum(axis=0).astype(float) if totals is None else totals
    quiet_until = np.full(len(counts), -1)
    out: list[Found] = []
    for day in range(max(first, 0), last + 1):
        strength, span, expected = strengths(counts, day, weekdays(whole, day))
        for row in np.flatnonzero((strength >= STRENGTH) & (day > quiet_until)):
            wide = int(span[row])
            out.append(
                Found(
                    row=int(row),
                    day=day,
                    span=wide,
                    count=int(counts[row, day - wide + 1 : day + 1].sum()),
                    expected=float(expected[row]),
                    strength=float(strength[row]),
                )
            )
            quiet_until[row] = day + QUIET
    return out
