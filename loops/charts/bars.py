"""Bars from the side where reading begins: things compared by one number."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import get_language_bidi, gettext_lazy
from django.utils.translation import gettext as _

from loops.charts.base import Chart, Words
from loops.charts.marks import drawn, group, line, rect, share, text

EACH, THICK = 40, 8  # the height of a row; of its bar
LETTERS = 64
NAME = gettext_lazy("Name")


@dataclass(kw_only=True)
class Bars(Chart):
    """One row a label: its name and value, and a bar beneath. One series, drawn as it comes.

    `top` is the value of a full bar, by default the largest; with an interval a whisker shows
    it. Mirrored where reading begins on the right.
    """

    kind = "bars"
    draws_legend = False
    head: Words = NAME
    top: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.series) != 1:
            raise ValueError("Bars have one series; several are a Stacked.")
        self.height = EACH * len(self.labels)

    @property
    def empty(self) -> bool:
        return not any(value is not None for value in self.series[0].values)

    @property
    def total(self) -> float:
        counts = self.n is not None or self.series[0].n or self.format == "number"
        return super().total if counts else float("inf")

    def main_figure(self) -> str:
        only = self.series[0]
        best = max(range(len(self.labels)), key=lambda i: only.values[i] or 0)
        return _("Most: %(label)s (%(value)s), of %(n)s.") % {
            "label": self.labels[best],
            "value": self.say(only.values[best]),
            "n": len(self.labels),
        }

    @cached_property
    def drawing(self) -> SafeString:
        only, turned = self.series[0], get_language_bidi()
        known = [value for value in (*only.values, *only.high) if value is not None]
        top = (max(known) if self.top is None else self.top) or 1
        near, far = ("100%", "0") if turned else ("0", "100%")
        parts = []
        for i, label in enumerate(self.labels):
            y, value = EACH * i, only.values[i]
            wide = 100 * min(max((value or 0) / top, 0), 1)
            name = Truncator(str(label)).chars(LETTERS)
            pieces = [
                text(near, y + 15, name, "end" if turned else "start", "name"),
                text(far, y + 15, self.say(value), "start" if turned else "end", "value"),
                rect("0", y + 23, "100%", THICK, "track", 4),
            ]
            if value is not None:
                x = share(100 - wide if turned else 0)
                tone = "few" if only.is_small(i) else only.colour
                pieces.append(rect(x, y + 23, share(wide), THICK, tone, 4))
            if between := only.interval(i):
                ends = [100 * min(end / top, 1) for end in between]
                ends = [100 - end for end in ends] if turned else ends
                middle = y + 23 + THICK / 2
                pieces.append(line(share(ends[0]), middle, share(ends[1]), middle, "whisker"))
            parts.append(group(pieces, f"{label}: {self.say(value)}"))
        return drawn(parts)
