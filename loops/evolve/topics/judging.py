"""What of all that is asked has an answer, and what does not: the way from texts to heaps.

Two paths, one function: without vectors the texts are placed by their letters and heaped by
linkage; with a model's vectors these are taken and heaped by density.

Questions alone are few words, and two people ask the same in words that have nothing in common.
Where agents answered, their answers tell: tickets are then compared by question and answer, half
and half. Tickets that wait for an answer are compared by their questions.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loops.evolve.topics import clusters, novelty
from loops.evolve.topics.clusters import Labels
from loops.evolve.topics.novelty import Flags, Numbers
from loops.evolve.topics.vectors import Points, Space, one_thread, unit

# Answers are compared where at least half of the tickets have one, and so many linked ones.
ANSWERED = 0.5
LINKED_ANSWERS = 30
# A sentence that belongs to so many articles' tickets is a greeting, a signature or a device.
COMMON = 4
# So many of a heap's tickets lie nearest to one article's, and so near, measured by how near
# linked tickets lie to their next (the 10 % of them that lie farthest).
AGREED, BESIDE = 0.8, 0.8
SENTENCE = re.compile(r"[\n.!?]+")
DIGITS = re.compile(r"\d+")


@dataclass
class Judged:
    """For each ticket its `score` (low is unknown), `rate` (share of linked neighbours), the
    `nearest` linked ticket (−1: none), its `heap` (−1: none) and the `closeness` to that heap's
    middle, and whether it is `unknown` or `missed`. `questions` are the points of the questions
    alone, `space` where they lie."""

    score: Numbers
    rate: Numbers
    similarity: Numbers
    nearest: NDArray[np.int64]
    heap: Labels
    closeness: Numbers
    unknown: Flags
    missed: Flags
    questions: Points
    space: Space | None


def judge(
    texts: Sequence[str],
    articles: NDArray[np.int64],
    *,
    vectors: Points | None = None,
    answers: Sequence[str] | None = None,
    teams: NDArray[np.int64] | None = None,
) -> Judged:
    """Judge each ticket; `articles` names the one that it is linked to, 0 for none. The same
    input gives the same answer."""
    linked = articles > 0
    with one_thread():
        space = Space(texts) if vectors is None else None
        points = space.place(texts) if space is not None else vectors
        assert points is not None
        by = None if vectors is None else clusters.by_density
        scores = novelty.score(points, linked, teams=teams)
        answered = np.asarray([bool(a.strip()) for a in answers or ()], dtype=bool)
        if (
            answers is None
            or answered.mean() < ANSWERED
            or linked[answered].sum() < LINKED_ANSWERS
        ):
            heap = clusters.heaps(points, scores, linked, by=by)
        else:
            heap = _with_answers(points, scores, articles, answers, answered, teams, by)
        heap = clusters.renumbered(heap)
    return Judged(
        score=scores.score,
        rate=scores.rate,
        similarity=scores.similarity,
        nearest=scores.nearest,
        heap=heap,
        closeness=clusters.closeness(points, heap),
        unknown=scores.unknown,
        missed=scores.missed,
        questions=points,
        space=space,
    )


def _with_answers(
    points: Points,
    scores: novelty.Scores,
    articles: NDArray[np.int64],
    answers: Sequence[str],
    answered: Flags,
    teams: NDArray[np.int64] | None,
    by: clusters.Heaping | None,
) -> Labels:
    """Heaps by question and answer; `scores` of answered tickets are put in their place."""
    linked = articles > 0
    rows = np.flatnonzero(answered)
    said = [answers[int(row)] for row in rows]
    both = unit(np.hstack([points[rows], Space(said).place(said)]))
    better = novelty.score(both, linked[rows], teams=teams[rows] if teams is not None else None)
    heap = np.full(len(points), -1, dtype=np.int64)
    heap[rows] = clusters.heaps(both, better, linked[rows], by=by)
    for name in ("score", "rate", "similarity", "unknown", "missed"):
        getattr(scores, name)[rows] = getattr(better, name)
    found = better.nearest >= 0
    scores.nearest[rows] = np.where(found, rows[better.nearest], -1)
    _give_back(heap, scores, articles)
    # Those that wait: into the heaps that are there, and what is left into heaps of its own.
    waiting = ~answered & ~linked
    clusters.join(heap, scores, linked, only=waiting)
    scores.unknown &= answered | (heap < 0)
    rest = np.flatnonzero(waiting & scores.unknown)
    own = (by or clusters.by_linkage)(points[rest[: clusters.MATRIX]])
    first = heap.max() + 1
    for label in range(own.max() + 1 if len(own) else 0):
        members = rest[: clusters.MATRIX][own == label]
        if len(members) >= clusters.SMALLEST:
            heap[members] = first + label
    return heap


def _give_back(heap: Labels, scores: novelty.Scores, articles: NDArray[np.int64]) -> None:
    """A heap that lies beside one article's tickets, about as near as these lie to each other,
    is not unknown: its article is there and nobody links it. Only answers are telling enough
    to say so: questions alone are alike across topics."""
    linked = articles > 0
    near = BESIDE * np.quantile(scores.similarity[linked], novelty.QUANTILE)
    for label in range(int(heap.max()) + 1):
        members = np.flatnonzero(heap == label)
        if not len(members):
            continue
        beside = articles[scores.nearest[members]]
        article, count = max(
            Counter(beside.tolist()).items(), key=lambda one: (one[1], -one[0])
        )
        if count >= AGREED * len(members) and scores.similarity[members].mean() >= near:
            heap[members] = -1
            scores.unknown[members] = False
            # All of them, also those that lie beside another one's ticket by chance.
            stray = members[beside != article]
            scores.nearest[stray] = scores.nearest[members[beside == article][0]]


def without_common(texts: Sequence[str], articles: Sequence[int]) -> list[str]:
    """The texts without the sentences that people say whatever they ask."""
    of: dict[str, set[int]] = defaultdict(set)
    for text, article in zip(texts, articles, strict=True):
        if article:
            for sentence in SENTENCE.split(text):
                of[_same(sentence)].add(article)
    return [
        "\n".join(
            sentence.strip()
            for sentence in SENTENCE.split(text)
            if sentence.strip() and len(of.get(_same(sentence), ())) < COMMON
        )
        for text in texts
    ]


def _same(sentence: str) -> str:
    return DIGITS.sub("0", sentence.casefold()).strip(" ,;:-–")
