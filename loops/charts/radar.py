"""Several shares of one thing, round a middle."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import cos, pi, sin

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loops.charts.base import Chart, Series, Words
from loops.charts.figures import Format
from loops.charts.marks import dot, drawn, line, polygon, text

WIDTH, HEIGHT, REACH = 460, 300, 110
MEASURE = gettext_lazy("Measure")


@dataclass(kw_only=True)
class Radar(Chart):
    """Labels are the axes, values shares from 0 to 1. Three axes at least say anything."""

    kind = "radar"
    box = f"0 0 {WIDTH} {HEIGHT}"
    format: str | Format = "percent"
    head: Words = MEASURE

    @property
    def empty(self) -> bool:
        return not any(value is not None for one in self.series for value in one.values)

    @property
    def total(self) -> float:
        known = self.n is not None or any(one.n for one in self.series)
        return super().total if known else float("inf")

    def main_figure(self) -> str:
        told = []
        for one in self.series:
            known = [i for i in range(len(self.labels)) if one.has(i)]
            if known:
                most = max(known, key=lambda i: one.values[i] or 0)
                least = min(known, key=lambda i: one.values[i] or 0)
                told.append(
                    _("%(name)s: highest %(best)s (%(most)s), lowest %(worst)s (%(least)s).")
                    % {
                        "name": one.label,
                        "best": self.labels[most],
                        "most": self.say(one.values[most]),
                        "worst": self.labels[least],
                        "least": self.say(one.values[least]),
                    }
                )
        return " ".join(told)

    def _at(self, i: int, part: float) -> tuple[float, float]:
        angle = 2 * pi * i / max(len(self.labels), 1) - pi / 2
        return WIDTH / 2 + REACH * part * cos(angle), HEIGHT / 2 + REACH * part * sin(angle)

    def _ring(self, part: float) -> list[tuple[float, float]]:
        return [self._at(i, part) for i in range(len(self.labels))]

    @cached_property
    def drawing(self) -> SafeString:
        middle = self._at(0, 0)
        parts = [polygon(self._ring(part), "ring") for part in (0.25, 0.5, 0.75, 1)]
        for i, label in enumerate(self.labels):
            x, y = self._at(i, 1.1)
            side = "middle" if abs(x - middle[0]) < 9 else "start" if x > middle[0] else "end"
            parts.append(line(*middle, *self._at(i, 1), "grid"))
            parts.append(text(x, y + 4, label, side))
        for one in self.series:
            parts += self._shape(one)
        return drawn(parts)

    def _shape(self, one: Series) -> list[str]:
        """What is not known is left out of the outline, and has no point."""
        known = [i for i in range(len(self.labels)) if one.has(i)]
        corners = [self._at(i, min(max(one.values[i] or 0, 0), 1)) for i in known]
        return [
            polygon(corners, f"shape {one.colour}"),
            *(dot(x, y, f"dot {one.colour}", 3) for x, y in corners),
        ]
