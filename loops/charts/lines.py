"""Lines over time, with intervals, a healthy band or a goal; and the steps of a Kaplan–Meier."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from loops.charts import axes
from loops.charts.base import Chart, Series, Value, Words
from loops.charts.figures import Format
from loops.charts.marks import (
    dot,
    drawn,
    group,
    line,
    polygon,
    polyline,
    rect,
    share,
    stretched,
)
from loops.charts.scales import Heights, Slots, ticks


def runs(values: Sequence[Value]) -> Iterator[list[int]]:
    """The stretches without a hole: a line does not cross what was not measured."""
    run: list[int] = []
    for i, value in enumerate(values):
        if value is None:
            if run:
                yield run
            run = []
        else:
            run.append(i)
    if run:
        yield run


@dataclass(kw_only=True)
class Lines(Chart):
    """Measures over time. `band` is where a healthy value lies, `goal` a line to compare with;
    `marks` are labels at which something happened. Intervals are bands, or whiskers where the
    points are few."""

    kind = "lines"

    band: tuple[float, float] | None = None
    band_label: Words = ""
    goal: float | None = None
    goal_label: Words = ""
    low: float | None = None  # the scale; from the data where empty
    high: float | None = None
    whiskers: bool = False
    marks: Sequence[tuple[int, Words]] = ()  # index of a label, and what happened there
    labels_shown: int = 7

    @property
    def empty(self) -> bool:
        return not any(value is not None for one in self.series for value in one.values)

    @property
    def total(self) -> float:
        if self.n is None and not any(one.n for one in self.series):
            return float("inf")  # nobody said how many; a sum of shares would mean nothing
        return super().total

    def main_figure(self) -> str:
        told = []
        for one in self.series:
            there = [i for i in range(len(self.labels)) if one.has(i)]
            if there:
                told.append(
                    _("%(name)s: %(first)s at first (%(begin)s), %(last)s at last (%(end)s).")
                    % {
                        "name": one.label,
                        "first": self.say(one.values[there[0]]),
                        "begin": self.labels[there[0]],
                        "last": self.say(one.values[there[-1]]),
                        "end": self.labels[there[-1]],
                    }
                )
        return " ".join(told)

    @property
    def _levels(self) -> list[float]:
        known = [value for one in self.series for value in one.values if value is not None]
        for one in self.series:
            for i in range(len(self.labels)):
                known += one.interval(i) or ()
        known += [*(self.band or ()), *([] if self.goal is None else [self.goal])]
        low = min(0.0, *known, 0.0) if self.low is None else self.low
        high = max(known) if self.high is None else self.high
        if self._are_shares:
            high = min(high, 1.0) if max(known) <= 1 else high
        return ticks(low, high if high > low else low + 1, unit=self._unit(high))

    def _unit(self, high: float) -> float:
        """Round times are round in minutes, hours or days, as they are said."""
        of = {"duration": 1, "minutes": 60, "days": 86_400}
        if not isinstance(self.format, str) or self.format not in of:
            return 1
        seconds = high * of[self.format]
        size = 60 if seconds < 5970 else 3600 if seconds < 172_800 else 86_400
        return size / of[self.format]

    @property
    def _are_shares(self) -> bool:
        return isinstance(self.format, str) and self.format.startswith("percent")

    @cached_property
    def drawing(self) -> SafeString:
        slots, levels = Slots(len(self.labels)), self._levels
        y = axes.heights(self, levels)
        parts = []
        if self.band:
            low, high = self.band
            parts.append(rect("0", y(high), "100%", y(low) - y(high), "band"))
        parts += axes.grid(self, levels, y)
        if self.goal is not None:
            parts.append(line("0", y(self.goal), "100%", y(self.goal), "goal"))
        for i, happened in self.marks:
            x = share(slots.middle(i))
            upright = line(x, axes.TOP, x, y.floor, "mark")
            parts.append(group([upright], f"{self.labels[i]}: {happened}"))
        across = "".join(piece for one in self.series for piece in self._line(one, slots, y))
        parts.append(stretched(across, self.height))
        if self.whiskers:
            parts += [piece for one in self.series for piece in self._whiskers(one, slots, y)]
        parts += [self._points(i, slots, y) for i in range(slots.count)]
        return drawn([*parts, *axes.labels(self, slots)])

    def _line(self, one: Series, slots: Slots, y: Heights) -> Iterator[str]:
        for run in runs(one.values):
            around = [(i, one.interval(i)) for i in run]
            if not self.whiskers and len(run) > 1 and all(pair for _i, pair in around):
                over = [(slots.middle(i) * 10, y(pair[1])) for i, pair in around if pair]
                under = [(slots.middle(i) * 10, y(pair[0])) for i, pair in around if pair]
                yield polygon([*over, *reversed(under)], f"interval {one.colour}")
            along = [(slots.middle(i) * 10, y(one.values[i] or 0)) for i in run]
            yield polyline(along, f"ln {one.colour}{' dashed' if one.dashed else ''}")

    def _whiskers(self, one: Series, slots: Slots, y: Heights) -> Iterator[str]:
        for i in range(slots.count):
            if between := one.interval(i):
                x = share(slots.middle(i))
                yield line(x, y(between[0]), x, y(between[1]), f"whisker {one.colour}")

    def _points(self, i: int, slots: Slots, y: Heights) -> str:
        """What stands over one label; a hollow grey point is one with too few rows."""
        there = [one for one in self.series if one.has(i)]
        told = " · ".join(
            f"{one.label} {self.say(one.values[i])}" + (f" (n = {one.n[i]})" if one.n else "")
            for one in there
        )
        hit = rect(
            share(slots.middle(i) - slots.width / 2), 0, share(slots.width), y.floor, "hitbox"
        )
        points = []
        for one in there:
            last = not any(one.has(later) for later in range(i + 1, slots.count))
            tone = "few" if one.is_small(i) else one.colour
            size = 4 if last else 2.5
            points.append(
                dot(share(slots.middle(i)), y(one.values[i] or 0), f"dot {tone}", size)
            )
        return group(
            [hit, *points], f"{self.labels[i]}: {told}" if told else str(self.labels[i])
        )


@dataclass(kw_only=True)
class StepCurve(Lines):
    """The share that has not yet come to something, as time goes on: it falls in steps.

    `times` are the places of the labels along the axis, in any one unit; each series gives the
    share at that time, its interval and how many were still being watched (`n`).
    """

    kind = "steps"
    times: Sequence[float]
    format: str | Format = "percent"
    low: float | None = 0.0
    high: float | None = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.times) != len(self.labels):
            raise ValueError(f"{self.key}: each time has one label.")

    @property
    def total(self) -> float:
        if self.n is None and any(one.n for one in self.series):
            return sum(max(one.n, default=0) for one in self.series)
        return super().total

    def main_figure(self) -> str:
        told = []
        for one in self.series:
            half = next(
                (i for i, value in enumerate(one.values) if value is not None and value <= 0.5),
                None,
            )
            told.append(
                _("%(name)s: half by %(when)s.")
                % {"name": one.label, "when": self.labels[half]}
                if half is not None
                else _("%(name)s: less than half so far.") % {"name": one.label}
            )
        return " ".join(told)

    @property
    def _end(self) -> float:
        return max(self.times) or 1

    def _line(self, one: Series, slots: Slots, y: Heights) -> Iterator[str]:
        for run in runs(one.values):
            around = [(i, one.interval(i)) for i in run]
            if len(run) > 1 and all(pair for _i, pair in around):
                over = self._steps([(i, y(pair[1])) for i, pair in around if pair])
                under = self._steps([(i, y(pair[0])) for i, pair in around if pair])
                yield polygon([*over, *reversed(under)], f"interval {one.colour}")
            along = self._steps([(i, y(one.values[i] or 0)) for i in run])
            yield polyline(along, f"ln {one.colour}{' dashed' if one.dashed else ''}")

    def _steps(self, at: Sequence[tuple[int, float]]) -> list[tuple[float, float]]:
        """Level until the next time, then straight down."""
        along: list[tuple[float, float]] = []
        for i, height in at:
            x = self.times[i] / self._end * 1000
            if along:
                along.append((x, along[-1][1]))
            along.append((x, height))
        return along

    @cached_property
    def drawing(self) -> SafeString:
        levels = self._levels
        y = axes.heights(self, levels)
        parts = axes.grid(self, levels, y)
        across = "".join(piece for one in self.series for piece in self._line(one, Slots(1), y))
        parts.append(stretched(across, self.height))
        for i, when in enumerate(self.times):
            parts.append(self._watched(i, when, y))
        return drawn([*parts, *self._times()])

    def _watched(self, i: int, when: float, y: Heights) -> str:
        told = " · ".join(
            f"{one.label} {self.say(one.values[i])}" + (f" (n = {one.n[i]})" if one.n else "")
            for one in self.series
            if one.has(i)
        )
        x = share(when / self._end * 100)
        return group([line(x, axes.TOP, x, y.floor, "hitbox")], f"{self.labels[i]}: {told}")

    def _times(self) -> list[str]:
        """Labels where the last one before leaves room."""
        told: list[str] = []
        room, last = 100 / self.labels_shown, -100.0
        for i, when in enumerate(self.times):
            at = when / self._end * 100
            if at - last >= room:
                anchor = "start" if at < 3 else "end" if at > 97 else "middle"
                told.append(axes.text(share(at), self.height - 6, self.labels[i], anchor))
                last = at
        return told
