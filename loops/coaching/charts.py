"""Lines drawn by the server: where their points lie, for the template that draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from loops.coaching.measures import Figure, Week

LABELS: dict[str, Any] = {
    "link_accuracy": _("Link accuracy"),
    "capture_loss": _("Capture loss"),
    "content_standard": _("Content standard score"),
}
# Down is better only for what is lost.
WIDTH, HEIGHT = 640, 200
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 12, 28


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    text: str = ""


@dataclass(frozen=True)
class Line:
    """One measure over the weeks. A week without reviews is no point, and not a zero."""

    key: str
    label: Any
    dots: list[Dot]

    @property
    def points(self) -> str:
        return " ".join(f"{dot.x:g},{dot.y:g}" for dot in self.dots)

    @property
    def last(self) -> Dot | None:
        return self.dots[-1] if self.dots else None


@dataclass(frozen=True)
class Row:
    """One week of the table that says the same as the lines."""

    begins: date
    figures: list[Figure]


@dataclass(frozen=True)
class Chart:
    lines: list[Line]
    rows: list[Row]
    days: list[tuple[float, date]] = field(default_factory=list)
    levels: list[tuple[float, int]] = field(default_factory=list)
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT

    @property
    def empty(self) -> bool:
        return not any(line.dots for line in self.lines)


def _places(count: int, left: float, right: float) -> list[float]:
    step = (right - left) / max(1, count - 1)
    return [round(left + step * i, 1) for i in range(count)]


def _dots(values: Sequence[Figure], xs: Sequence[float], top: float, floor: float) -> list[Dot]:
    return [
        Dot(x, round(floor - (floor - top) * one.value, 1), f"{one.percent} %")
        for x, one in zip(xs, values, strict=True)
        if one.value is not None
    ]


def chart(weeks: Sequence[Week]) -> Chart:
    """The three measures over these weeks, from nought to a hundred per cent."""
    xs = _places(len(weeks), LEFT + 8, WIDTH - RIGHT - 8)
    floor = HEIGHT - BOTTOM
    rows = [Row(week.begins, list(week.figures)) for week in weeks]
    lines = [
        Line(key, label, _dots([row.figures[i] for row in rows], xs, TOP, floor))
        for i, (key, label) in enumerate(LABELS.items())
    ]
    days = [
        (x, row.begins) for i, (x, row) in enumerate(zip(xs, rows, strict=True)) if i % 3 == 0
    ]
    levels = [(round(floor - (floor - TOP) * n / 100, 1), n) for n in (0, 25, 50, 75, 100)]
    return Chart(lines, rows, days, levels)


def spark(weeks: Sequence[Week], key: str, *, width: int = 88, height: int = 24) -> Line:
    """One measure in the height of a line of text."""
    xs = _places(len(weeks), 3, width - 3)
    values = [getattr(week.figures, key) for week in weeks]
    return Line(key, LABELS[key], _dots(values, xs, 3, height - 3))
