"""Unknown demand in heaps, each with the words that set it apart and the ticket in its middle.

Two implementations of one function: average linkage under a threshold for the vectors of
letters, HDBSCAN for vectors of a model and for more tickets than a matrix of distances holds.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import HDBSCAN, AgglomerativeClustering
from sklearn.decomposition import TruncatedSVD

from loops.evolve.topics.novelty import Flags, Scores
from loops.evolve.topics.vectors import SEED, Points, unit

Labels = NDArray[np.int64]
Heaping = Callable[[Points], Labels]

DISTANCE = 0.55
SMALLEST = 4
# Above this a matrix of all distances takes too much room.
MATRIX = 4_000
DENSE_DIMENSIONS = 20
LABEL_WORDS = 4
# What so many of the other texts say is grammar, in any language.
USUAL = 0.04
WORD = re.compile(r"[^\W\d_][\w'’־-]{2,}")


def by_linkage(points: Points) -> Labels:
    """Average linkage on cosine distance. Every point is in some heap, alone perhaps."""
    if len(points) < 2:
        return np.zeros(len(points), dtype=np.int64)
    # A row of zeros has no direction: give it one of its own, far from all.
    rows = points
    if (empty := ~points.any(axis=1)).any():
        rows = np.hstack([points, np.where(empty, 1.0, 0.0)[:, None].astype(np.float32)])
    found = AgglomerativeClustering(
        n_clusters=None, distance_threshold=DISTANCE, metric="cosine", linkage="average"
    ).fit_predict(rows)
    return np.asarray(found, dtype=np.int64)


def by_density(points: Points) -> Labels:
    """HDBSCAN on twenty dimensions; −1 where there is no heap."""
    if len(points) < SMALLEST + 1:
        return np.full(len(points), -1, dtype=np.int64)
    wide = min(DENSE_DIMENSIONS, points.shape[1] - 1, len(points) - 1)
    rows = points
    if wide >= 2 and points.shape[1] > DENSE_DIMENSIONS:
        rows = unit(TruncatedSVD(wide, random_state=SEED).fit_transform(points))
    found = HDBSCAN(
        min_cluster_size=SMALLEST,
        min_samples=2,
        cluster_selection_method="leaf",
        copy=True,
    ).fit_predict(rows)
    return np.asarray(found, dtype=np.int64)


def heaps(
    points: Points,
    scores: Scores,
    linked: Flags,
    *,
    by: Heaping | None = None,
) -> Labels:
    """The heap of each ticket, −1 for none.

    The unknown ones are heaped first. Then unlinked tickets join that stand among a heap's
    members more than among linked tickets: the cut is a line through a cloud.
    """
    where = np.flatnonzero(scores.unknown)
    by = by or (by_linkage if len(where) <= MATRIX else by_density)
    found = by(points[where])
    sizes = Counter(found.tolist())
    out = np.full(len(points), -1, dtype=np.int64)
    for at, label in zip(where, found, strict=True):
        if label >= 0 and sizes[int(label)] >= SMALLEST:
            out[at] = label
    join(out, scores, linked)
    return out


def join(out: Labels, scores: Scores, linked: Flags, *, only: Flags | None = None) -> None:
    """Give unlinked tickets of no heap the heap that they stand in, in place."""
    first = out.copy()
    free = ~linked & (out < 0) & ~scores.missed
    for at in np.flatnonzero(free if only is None else free & only):
        near = scores.neighbours[at]
        around = Counter(int(label) for label in first[near] if label >= 0)
        if not around:
            continue
        label, count = max(around.items(), key=lambda one: (one[1], -one[0]))
        if count >= 3 and count > linked[near].sum():
            out[at] = label


def renumbered(labels: Labels) -> Labels:
    """The same heaps, 0 the largest."""
    sizes = Counter(int(label) for label in labels if label >= 0)
    # The same input gives the same numbers: size first, then where a heap begins.
    begins = {label: int(np.flatnonzero(labels == label)[0]) for label in sizes}
    order = sorted(sizes, key=lambda label: (-sizes[label], begins[label]))
    name = {label: at for at, label in enumerate(order)} | {-1: -1}
    return np.asarray([name[int(label)] for label in labels], dtype=np.int64)


def central(points: Points, members: Sequence[int]) -> int:
    """The member nearest to the middle of all."""
    rows = points[list(members)]
    return members[int((rows @ rows.mean(axis=0)).argmax())]


def closeness(points: Points, labels: Labels) -> NDArray[np.float64]:
    """How near each point is to the middle of its heap; 0 for those of none."""
    out = np.zeros(len(points))
    for label in range(int(labels.max(initial=-1)) + 1):
        members = np.flatnonzero(labels == label)
        if len(members):
            middle = unit(points[members].mean(axis=0, keepdims=True))[0]
            out[members] = points[members] @ middle
    return out


def words(texts: Sequence[str], classes: Sequence[int]) -> dict[int, list[str]]:
    """The words of each class by c-TF-IDF: said often in it, and seldom by all others.

    A word counts once a text, whatever its repetitions, and has to be said by a quarter of the
    class; classes below 0 only say what all say.
    """
    said: dict[int, Counter[str]] = {}
    overall: Counter[str] = Counter()
    sizes: Counter[int] = Counter()
    for text, label in zip(texts, classes, strict=True):
        found = {word.casefold() for word in WORD.findall(text)}
        overall.update(found)
        sizes[label] += 1
        if label >= 0:
            said.setdefault(label, Counter()).update(found)
    out = {}
    for label, counts in said.items():
        least = max(2, sizes[label] / 4) if sizes[label] > 1 else 1
        weighed = [
            # Squared, because one word in a hundred texts tells more than two in ten.
            (count / sizes[label] * math.log(len(texts) / overall[word]) ** 2, word)
            for word, count in counts.items()
            if count >= least and overall[word] - count <= USUAL * (len(texts) - sizes[label])
        ]
        weighed.sort(key=lambda one: (-one[0], one[1]))
        out[label] = [word[:80] for _weight, word in weighed[:LABEL_WORDS]]
    return out
