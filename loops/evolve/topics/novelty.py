"""Is what a ticket asks known? Its likeness to answered tickets, and what its neighbours got.

Two signs, added as z-scores: the similarity to the nearest ticket that carries a link, and the
share of its nearest tickets that carry one. Either alone misses what the other sees: a new
product is unlike everything, an unanswered question is like many that nobody answered.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loops.evolve.topics.vectors import Points

NEIGHBOURS = 15
# One linked ticket in ten lies below: an unlinked one that does is called unknown.
QUANTILE = 0.10
# Teams that hardly ever link say nothing about what has an answer.
TEAM_LINKS = 0.20
ROWS = 512  # rows of the matrix of similarities that are held at a time

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass
class Scores:
    """For each ticket: `similarity` to the nearest linked one (and which, `nearest`), `rate`,
    the share of its neighbours that carry a link, their z-sum `score`; `unknown` where there is
    no answer to what an unlinked ticket asks, `missed` where there is one and nobody around
    it found it."""

    similarity: Numbers
    rate: Numbers
    score: Numbers
    nearest: NDArray[np.int64]
    neighbours: NDArray[np.int64]
    unknown: Flags
    missed: Flags
    cut: float


def silent(linked: Flags, teams: NDArray[np.int64]) -> Flags:
    """Which tickets are of a team whose own link rate is below TEAM_LINKS. Team 0 is none."""
    out = np.zeros(len(linked), dtype=bool)
    for team in np.unique(teams):
        if team and linked[teams == team].mean() < TEAM_LINKS:
            out |= teams == team
    return out


def score(
    points: Points,
    linked: Flags,
    *,
    teams: NDArray[np.int64] | None = None,
) -> Scores:
    """How known each ticket is. Nothing is linked, nothing is known: then each is unknown."""
    n = len(points)
    quiet = silent(linked, teams) if teams is not None else np.zeros(n, dtype=bool)
    counted = np.flatnonzero(~quiet)
    answers = points[linked]
    at = np.flatnonzero(linked)
    similarity, rate = np.zeros(n), np.zeros(n)
    nearest = np.full(n, -1, dtype=np.int64)
    wide = min(NEIGHBOURS, max(len(counted) - 1, 0))
    neighbours = np.full((n, wide), -1, dtype=np.int64)
    for begin in range(0, n, ROWS):
        rows = np.arange(begin, min(begin + ROWS, n))
        if len(answers):
            like = points[rows] @ answers.T
            like[at[None, :] == rows[:, None]] = -2  # nobody is like itself
            best = like.argmax(axis=1)
            found = like[np.arange(len(rows)), best]
            similarity[rows] = np.where(found > -2, found, 0)
            nearest[rows] = np.where(found > -2, at[best], -1)
        if wide:
            like = points[rows] @ points[counted].T
            like[counted[None, :] == rows[:, None]] = -2
            near = np.argpartition(-like, wide - 1, axis=1)[:, :wide]
            neighbours[rows] = counted[near]
            rate[rows] = linked[counted[near]].mean(axis=1)
    summed = _z(similarity) + _z(rate)
    free = ~linked
    if not linked.any():
        return Scores(
            similarity, rate, summed, nearest, neighbours, free, np.zeros(n, bool), np.inf
        )
    cut = float(np.quantile(summed[linked], QUANTILE))
    # As like an answered ticket as answered tickets are among themselves: the answer is there.
    alike = similarity >= np.median(similarity[linked])
    rare = rate < rate[linked].mean() / 2
    return Scores(
        similarity,
        rate,
        summed,
        nearest,
        neighbours,
        free & (summed < cut) & ~alike,
        free & rare & alike,
        cut,
    )


def _z(values: Numbers) -> Numbers:
    spread = values.std()
    return (values - values.mean()) / spread if spread > 1e-9 else np.zeros_like(values)
