"""Texts as points: without any model, in every language.

Character 3- to 5-grams within words, weighted by TF-IDF and brought down to 150 dimensions. It
needs no word list, knows Hebrew prefixes and Russian endings by their letters, and survives
typing errors. Where vectors of a model exist, they take the place of these.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from threadpoolctl import threadpool_limits

Points = NDArray[np.float32]

DIMENSIONS = 150
NGRAMS = (3, 5)
# What stands at the end of a long mail is a signature or another mail.
CHARACTERS = 600
FEATURES = 60_000
SEED = 0
# More dimensions and rounds than needed make the first ones right.
SPARE, POWERS = 30, 2
# The grams are chosen on so many texts at most, evenly drawn; all texts are then placed.
FITTED = 6_000
BATCH = 2_000  # texts that are taken apart at a time


@contextmanager
def one_thread() -> Iterator[None]:
    """Arithmetic in one thread. Several wait for each other in a loop, and on a machine that has
    other work to do they burnt five times the processor's time, and took longer."""
    with threadpool_limits(limits=1):
        yield


class Space:
    """The space that a set of texts spans; other texts can be placed in it."""

    def __init__(self, texts: Sequence[str]) -> None:
        step = max(1, -(-len(texts) // FITTED))
        self.grams: Any = None
        self.axes: Points | None = None
        drawn = [text[:CHARACTERS] for text in texts[::step]]
        if not any(text.strip() for text in drawn):
            return
        grams = TfidfVectorizer(
            analyzer="char_wb",
            ngram_range=NGRAMS,
            sublinear_tf=True,
            # What one text alone says brings it near to no other.
            min_df=2 if len(drawn) > 20 else 1,
            max_features=FEATURES,
            dtype=np.float32,
        )
        try:
            found = grams.fit_transform(drawn)
        except ValueError:  # no gram at all is said twice
            return
        self.grams = grams
        wide = min(DIMENSIONS, min(found.shape) - 1)
        if wide >= 2:
            self.axes = axes(found, wide)

    def place(self, texts: Sequence[str]) -> Points:
        """One row of length 1 (or 0, where nothing is known of a text) for each text."""
        if self.grams is None:
            return np.zeros((len(texts), 2), dtype=np.float32)
        placed = []
        for begin in range(0, len(texts), BATCH):
            some = [text[:CHARACTERS] for text in texts[begin : begin + BATCH]]
            found = self.grams.transform(some)
            placed.append(found.toarray() if self.axes is None else found @ self.axes)
        if not placed:
            return np.zeros((0, 2), dtype=np.float32)
        return unit(np.vstack(placed))


def axes(rows: Any, wide: int) -> Points:
    """The first right singular vectors of a sparse matrix, by a random sketch of its rows.

    What sklearn's TruncatedSVD computes, but orthogonal bases are only made on the side of the
    texts: they are fewer than grams, and that is half of the time.
    """
    drawn = np.random.default_rng(SEED)
    sketch = rows @ drawn.standard_normal((rows.shape[1], wide + SPARE), dtype=np.float32)
    for _ in range(POWERS):
        sketch = rows @ (rows.T @ np.linalg.qr(sketch)[0])
    small = rows.T @ np.linalg.qr(sketch)[0]
    values, turn = np.linalg.eigh((small.T @ small).astype(np.float64))
    best = np.argsort(-values, kind="stable")[:wide]
    lengths = np.sqrt(np.maximum(values[best], 1e-12))
    return np.asarray(small @ (turn[:, best] / lengths), dtype=np.float32)


def unit(points: Any) -> Points:
    """Rows of length 1, so that a product of two is their cosine. Zero rows stay zero."""
    rows = np.asarray(points, dtype=np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 1e-9, lengths, 1), dtype=np.float32)
