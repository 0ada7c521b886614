"""How well gaps are found: tickets whose topic is known, some of which nobody ever linked.

A topic is new when none of its tickets carries a link. Nothing is written anywhere.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from articles.search.evaluation import rows_of, text_of
from kcs.errors import BadValue
from loops.evolve.topics.judging import judge
from loops.evolve.topics.vectors import Points, unit

FIRST = 10


@dataclass
class Case:
    """Texts, the article that each was linked to (or none), and the truth. `vectors` are those
    of a model, where somebody has them."""

    texts: list[str]
    articles: list[str | None]
    topics: list[str]
    languages: list[str] = field(default_factory=list)
    vectors: Points | None = None


def read(folder: Path) -> Case:
    """A case from `tickets.jsonl`. Raises BadValue naming file and line."""
    rows = list(rows_of(folder / "tickets.jsonl", ("id", "topic")))
    if not rows:
        raise BadValue(f"{folder / 'tickets.jsonl'} has no tickets.")
    given = [row.get("vector") for row in rows]
    vectors = None
    if all(given):
        try:
            vectors = unit(given)
        except ValueError as error:
            raise BadValue(f"The vectors differ in their length: {error}.") from error
    return Case(
        texts=[text_of(row) for row in rows],
        articles=[
            None if row.get("article") in (None, "") else str(row["article"]) for row in rows
        ],
        topics=[str(row["topic"]) for row in rows],
        languages=[str(row.get("language") or "") for row in rows],
        vectors=vectors,
    )


def hide(
    texts: Sequence[str],
    topics: Sequence[str],
    *,
    seed: int,
    hidden: float = 0.25,
    linked: float = 0.60,
    wrong: float = 0.10,
) -> Case:
    """The protocol: that share of the topics is linked by nobody; of the tickets of the others
    that share is linked, and that share of the links leads to the wrong article."""
    drawn = random.Random(seed)
    names = sorted(set(topics))
    gone = set(drawn.sample(names, round(len(names) * hidden)))
    known = [name for name in names if name not in gone]
    articles: list[str | None] = []
    for topic in topics:
        if topic in gone or drawn.random() >= linked:
            articles.append(None)
        elif drawn.random() < wrong and len(known) > 1:
            articles.append(drawn.choice([name for name in known if name != topic]))
        else:
            articles.append(topic)
    return Case(list(texts), articles, list(topics))


def evaluate(case: Case) -> dict[str, Any]:
    """The figures of `evaluate gaps`.

    A listed gap is right when more than half of its tickets are of one new topic. Precision is
    the share of right ones among the listed, recall the share of new topics that a right one
    stands for. `tickets` counts tickets instead: those listed in some gap, those of new topics.
    """
    if case.vectors is not None and len(case.vectors) != len(case.texts):
        raise BadValue("Some tickets have a vector and some have none.")
    linked = np.asarray([bool(article) for article in case.articles])
    known = {topic for topic, is_linked in zip(case.topics, linked, strict=True) if is_linked}
    new = np.asarray([topic not in known for topic in case.topics])
    key = {name: at for at, name in enumerate(sorted(filter(None, set(case.articles))), 1)}
    articles = np.asarray([key.get(name or "", 0) for name in case.articles])
    found = judge(case.texts, articles, vectors=case.vectors)
    heap = found.heap
    free = ~linked
    both = new[free].any() and not new[free].all()
    listed = heap >= 0
    right, covered = [], set()
    for label in range(heap.max() + 1):
        members = np.flatnonzero(heap == label)
        topic, count = Counter(case.topics[at] for at in members).most_common(1)[0]
        right.append(topic not in known and count * 2 > len(members))
        if right[-1]:
            covered.add(topic)
    unheard = set(case.topics) - known
    precision = sum(right) / len(right) if right else None
    recall = len(covered) / len(unheard) if unheard else None
    by_ticket = (
        float(new[listed].mean()) if listed.any() else None,
        float(listed[new].mean()) if new.any() else None,
    )
    return {
        "n": len(case.texts),
        "linked": int(linked.sum()),
        "topics": len(set(case.topics)),
        "new_topics": len(unheard),
        "path": "letters" if case.vectors is None else "vectors",
        "AUROC": round(float(roc_auc_score(new[free], -found.score[free])), 4)
        if both
        else None,
        "gaps": len(right),
        "gap_precision": _round(precision),
        "gap_recall": _round(recall),
        "F": _round(_f(precision, recall)),
        "precision@10": _round(sum(right[:FIRST]) / len(right[:FIRST]) if right else None),
        "tickets": {
            "precision": _round(by_ticket[0]),
            "recall": _round(by_ticket[1]),
            "F": _round(_f(*by_ticket)),
        },
    }


def mean(figures: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The figures of several draws in one: averages of those that every draw has."""
    out: dict[str, Any] = {}
    for name, first in figures[0].items():
        values = [one[name] for one in figures]
        if isinstance(first, dict):
            out[name] = mean(values)
        elif isinstance(first, str) or first is None or None in values:
            out[name] = first if len(set(values)) == 1 else None
        elif name != "seed":
            out[name] = round(sum(values) / len(values), 4)
    return out


def _f(precision: float | None, recall: float | None) -> float | None:
    if precision is None or recall is None:
        return None
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
