"""The grid behind drawings that have a scale at their side and labels beneath."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from loops.charts.base import Chart
from loops.charts.marks import line, share, text
from loops.charts.scales import Heights, Slots, shown

TOP, FOOT = 12, 26
ASIDE = 8  # between the scale and the drawing; the style sheet leaves room for it


def heights(chart: Chart, levels: Sequence[float]) -> Heights:
    return Heights(levels[0], levels[-1], TOP, chart.height - FOOT)


def grid(chart: Chart, levels: Sequence[float], y: Heights) -> list[str]:
    lines = chain.from_iterable(
        (
            line("0", y(level), "100%", y(level), "grid base" if not i else "grid"),
            text(-ASIDE, y(level) + 4, chart.say(level), "end"),
        )
        for i, level in enumerate(levels)
    )
    return list(lines)


def labels(chart: Chart, slots: Slots) -> list[str]:
    """As many labels as have room; a narrow page leaves out every second of them."""
    kept = list(shown(len(chart.labels), chart.labels_shown))
    return [
        text(
            share(slots.middle(i)),
            chart.height - 6,
            chart.labels[i],
            tone="tick" if (len(kept) - place) % 2 else "tick spare",
        )
        for place, i in enumerate(kept)
    ]
