"""Charts in the height of a line: a trend beside a number, and the parts of a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loops.charts.base import Chart, Value, Words
from loops.charts.figures import FORMATS, Format, said
from loops.charts.lines import runs
from loops.charts.marks import dot, drawn, group, polyline, rect, share

PART = gettext_lazy("Part")


@dataclass(kw_only=True)
class Spark:
    """How one number went. `label` says what it is about where nothing beside it does; without
    one it is silent, because the page says the same in words."""

    kind = "spark"
    values: Sequence[Value]
    label: Words = ""
    format: str | Format = "number"
    tone: int = 1
    width: int = 96
    height: int = 28

    @property
    def summary(self) -> str:
        known = [value for value in self.values if value is not None]
        if not self.label:
            return ""
        if len(known) < 2:
            return _("%(name)s: too little for a trend.") % {"name": self.label}
        form = FORMATS[self.format] if isinstance(self.format, str) else self.format
        return _("%(name)s: from %(first)s to %(last)s.") % {
            "name": self.label,
            "first": said(known[0], form),
            "last": said(known[-1], form),
        }

    @property
    def empty(self) -> bool:
        return all(value is None for value in self.values)

    @cached_property
    def drawing(self) -> SafeString:
        known = [value for value in self.values if value is not None]
        low, span = min(known), (max(known) - min(known)) or 1
        across = (self.width - 8) / max(len(self.values) - 1, 1)

        def at(i: int) -> tuple[float, float]:
            part = ((self.values[i] or 0) - low) / span
            return 3 + across * i, 4 + (self.height - 8) * (1 - part)

        tone = f"c{self.tone}"
        lines = [run for run in runs(self.values) if len(run) > 1]
        parts = [polyline([at(i) for i in run], f"ln {tone}") for run in lines]
        last = max(i for i, value in enumerate(self.values) if value is not None)
        return drawn([*parts, dot(*at(last), tone, 2.5)])


@dataclass(kw_only=True)
class Meter(Chart):
    """The parts of a whole as one bar: labels are the parts. One series; `tones` colour the
    parts. Mirrored where reading begins on the right, by the style sheet."""

    kind = "meter"
    head: Words = PART
    tones: Sequence[int | str] = ()
    height: int = 10

    @property
    def pieces(self) -> list[tuple[str, Words, str, str]]:
        """Colour, name, value and link of each part, for the legend."""
        return [
            (self._tone(i), label, self.say(value), self.links[i] if self.links else "")
            for i, (label, value) in enumerate(
                zip(self.labels, self.series[0].values, strict=True)
            )
        ]

    def _tone(self, i: int) -> str:
        tone = self.tones[i] if self.tones else i % 5 + 1
        return f"c{tone}" if isinstance(tone, int) else f"c-{tone}"

    def main_figure(self) -> str:
        told = ", ".join(f"{name} {value}" for _tone, name, value, _link in self.pieces)
        return _("%(total)s in all: %(parts)s.") % {"total": self.whole, "parts": told}

    @property
    def whole(self) -> str:
        return self.say(sum(value or 0 for value in self.series[0].values))

    @cached_property
    def drawing(self) -> SafeString:
        values = [value or 0 for value in self.series[0].values]
        whole, x, parts = sum(values) or 1, 0.0, []
        for i, value in enumerate(values):
            wide = 100 * value / whole
            if value:
                one = rect(
                    share(x + 0.15), 0, share(max(wide - 0.3, 0.4)), self.height,
                    self._tone(i), 3,
                )  # fmt: skip
                parts.append(group([one], f"{self.labels[i]}: {self.say(value)}"))
            x += wide
        return drawn(parts)


def bar(value: float, top: float, tone: str = "c1") -> SafeString:
    """One bar of a list whose rows say the number themselves."""
    wide = 100 * min(max(value / (top or 1), 0), 1)
    return drawn([rect("0", 0, "100%", 8, "track", 4), rect("0", 0, share(wide), 8, tone, 4)])
