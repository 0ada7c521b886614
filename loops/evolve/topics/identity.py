"""Which of tonight's heaps is which of yesterday's topics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

# A topic stays itself while this share of its members, those still looked at, stays together.
OVERLAP = 0.5


def match(heaps: Sequence[Sequence[int]], before: Mapping[int, int]) -> dict[int, int]:
    """The topic of each heap (by its place) that is one of yesterday's. `before` is the topic of
    each ticket that is still looked at. The greatest overlap is settled first; of two parts of
    one topic the larger keeps its name, and of two topics in one heap the larger gives it."""
    sizes = Counter(before.values())
    met = [
        (count, topic, at)
        for at, heap in enumerate(heaps)
        for topic, count in Counter(before[t] for t in heap if t in before).items()
        if count >= sizes[topic] * OVERLAP
    ]
    met.sort(key=lambda one: (-one[0], one[1], one[2]))
    out: dict[int, int] = {}
    taken: set[int] = set()
    for _count, topic, at in met:
        if at not in out and topic not in taken:
            out[at] = topic
            taken.add(topic)
    return out
