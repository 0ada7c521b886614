"""Columns side by side: what a whole consists of, and what most of it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loops.charts import axes
from loops.charts.base import Cell, Chart, Row, Series, Words
from loops.charts.figures import FORMATS
from loops.charts.marks import dot, drawn, group, polyline, rect, share, stretched, text
from loops.charts.scales import Slots, ticks

WIDE = 0.58  # of a slot
NAME = gettext_lazy("Name")


class Stacked(Chart):
    """One column a label, in as many pieces as there are series: counts only."""

    kind = "stacked"

    def main_figure(self) -> str:
        whole = [
            sum(line.values[i] or 0 for line in self.series) for i in range(len(self.labels))
        ]
        sums = [(sum(value or 0 for value in line.values), line) for line in self.series]
        most, line = max(sums, key=lambda pair: pair[0])
        return _(
            "%(total)s in all; most of it %(most)s (%(part)s). Last (%(label)s): %(last)s."
        ) % {
            "total": self.say(sum(whole)),
            "most": line.label,
            "part": self.say(most),
            "label": self.labels[-1],
            "last": self.say(whole[-1]),
        }

    @cached_property
    def drawing(self) -> SafeString:
        slots = Slots(len(self.labels))
        whole = [sum(line.values[i] or 0 for line in self.series) for i in range(slots.count)]
        levels = ticks(0, max(whole), whole=self.format == "number")
        y = axes.heights(self, levels)
        parts = axes.grid(self, levels, y)
        wide = slots.width * WIDE
        for i, label in enumerate(self.labels):
            parts.append(self._column(i, str(label), slots.middle(i) - wide / 2, wide, y))
        return drawn([*parts, *axes.labels(self, slots)])

    def _column(self, i: int, label: str, x: float, wide: float, y: axes.Heights) -> str:
        pieces: list[str] = []
        there = [line for line in self.series if line.values[i]]
        reached = 0.0
        for line in there:
            below, reached = y(reached), reached + (line.values[i] or 0)
            tall = max(below - y(reached) - 1.5, 1)
            corner = 3 if line is there[-1] else 1.5
            pieces.append(
                rect(share(x), y(reached) + 1, share(wide), tall, line.colour, corner)
            )
        told = " · ".join(
            f"{line.label} {self.say(line.values[i])}" for line in reversed(there)
        )
        return group(pieces, f"{label}: {told}" if told else label)


@dataclass(kw_only=True)
class Pareto(Chart):
    """What most of it comes from: columns by size, and a line of what they add up to.

    One series. Comes in any order and is drawn largest first; `kept` columns at most, the rest
    in one.
    """

    kind = "pareto"
    draws_legend = False
    head: Words = NAME
    kept: int = 20

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.series) != 1:
            raise ValueError("A Pareto chart has one series.")
        only = self.series[0]
        order = sorted(range(len(self.labels)), key=lambda i: -(only.values[i] or 0))
        names = [self.labels[i] for i in order]
        values = [only.values[i] or 0 for i in order]
        links = [self.links[i] for i in order] if self.links else []
        if len(order) > self.kept:
            names = [*names[: self.kept], gettext_lazy("Others")]
            values = [*values[: self.kept], sum(values[self.kept :])]
            links = [*links[: self.kept], ""] if links else []
        self.labels, self.links = names, links
        self.series = [Series(only.label, values, only.tone)]

    @property
    def reached(self) -> list[float]:
        """The share of all that this and the larger ones make."""
        sums = list(accumulate(value or 0 for value in self.series[0].values))
        return [one / (sums[-1] or 1) for one in sums]

    def main_figure(self) -> str:
        most = next((i for i, part in enumerate(self.reached, 1) if part >= 0.8), 1)
        return _("%(k)s of %(n)s make 80%% of %(total)s. Largest: %(label)s (%(value)s).") % {
            "k": FORMATS["number"](most),
            "n": FORMATS["number"](len(self.labels)),
            "total": self.say(sum(value or 0 for value in self.series[0].values)),
            "label": self.labels[0],
            "value": self.say(self.series[0].values[0]),
        }

    @cached_property
    def drawing(self) -> SafeString:
        slots, only = Slots(len(self.labels)), self.series[0]
        levels = ticks(0, max(value or 0 for value in only.values), whole=True)
        y = axes.heights(self, levels)
        up = axes.Heights(0, 1, axes.TOP, self.height - axes.FOOT)
        parts = axes.grid(self, levels, y)
        wide = slots.width * WIDE
        percent = FORMATS["percent"]
        for i, label in enumerate(self.labels):
            value, top = only.values[i] or 0, y(only.values[i] or 0)
            told = f"{label}: {self.say(value)}, {percent(self.reached[i])}"
            x = slots.middle(i) - wide / 2
            one = rect(share(x), top, share(wide), y(0) - top, only.colour, 2)
            parts.append(group([one], told))
        along = [(slots.middle(i) * 10, up(part)) for i, part in enumerate(self.reached)]
        parts.append(stretched(polyline(along, "ln c4"), self.height))
        parts += [
            dot(share(slots.middle(i)), up(part), "c4", 2.5)
            for i, part in enumerate(self.reached)
        ]
        parts += [
            text("100%", up(part) - 4, percent(part), "end", "tick") for part in (0.5, 1.0)
        ]
        return drawn([*parts, *axes.labels(self, slots)])

    @property
    def legend(self) -> list[Series]:
        return [self.series[0], Series(_("Added up, share of all"), self.reached, 4)]

    @property
    def columns(self) -> list[Series]:
        return self.legend

    @property
    def rows(self) -> list[Row]:
        percent = FORMATS["percent"]
        return [
            row._replace(cells=[*row.cells, Cell(percent(part), "", None, False)])
            for row, part in zip(super().rows, self.reached, strict=True)
        ]

    @property
    def csv_rows(self) -> list[list[object]]:
        heading, *rows = super().csv_rows
        added = [round(part * 100, 4) for part in self.reached]
        return [
            [*heading, _("Added up (%)")],
            *([*row, part] for row, part in zip(rows, added, strict=True)),
        ]
