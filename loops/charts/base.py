"""What every chart has: title, data, words for its main figure, legend, table, CSV."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loops.charts.figures import FORMATS, RAW, Format, said
from loops.statistics.rates import ENOUGH

Words = str | Promise
Value = float | None
TONES = 5
WEEK = gettext_lazy("Week")
NOTHING_HERE = gettext_lazy("Nothing to show in this period.")


@dataclass
class Series:
    """One measure over all labels. None is no figure, and not a zero."""

    label: Words
    values: Sequence[Value]
    tone: int | str = 0  # 1 to 5, or "ok", "warn", "bad", "info", "mute"; 0: the next in order
    low: Sequence[Value] = ()  # the 95 % interval, where the measure has one
    high: Sequence[Value] = ()
    n: Sequence[int] = ()  # how many rows stand behind each value
    dashed: bool = False

    @property
    def colour(self) -> str:
        return f"c{self.tone}" if isinstance(self.tone, int) else f"c-{self.tone}"

    def is_small(self, i: int) -> bool:
        return bool(self.n) and self.n[i] < ENOUGH

    def has(self, i: int) -> bool:
        return self.values[i] is not None

    def interval(self, i: int) -> tuple[float, float] | None:
        if not self.low or self.values[i] is None:
            return None
        low, high = self.low[i], self.high[i]
        return None if low is None or high is None else (low, high)


class Cell(NamedTuple):
    said: str
    interval: str
    n: int | None
    small: bool


class Row(NamedTuple):
    """One label of the table that says the same as the drawing."""

    label: Words
    link: str
    cells: list[Cell]


@dataclass(kw_only=True)
class Chart:
    """Something drawn, and the same in words and in a table.

    `key` names it in addresses and is unique on its page. `format` is a name in
    `loops.charts.figures.FORMATS` or a function; shares are given from 0 to 1, times in seconds.
    `n` says how many tickets, reviews or people all of it is about, where that is not the sum
    of the values: below twenty the page says that nothing can be told from it.
    """

    kind: ClassVar[str] = ""
    draws_legend: ClassVar[bool] = True

    key: str
    title: Words
    labels: Sequence[Words]
    series: Sequence[Any]  # Series, or (label, values)
    subtitle: Words = ""
    unit: Words = ""  # what is counted: "tickets"
    format: str | Format = "number"
    head: Words = WEEK  # what the labels are
    figure: Words = ""  # the main figure in words; made from the data where it is empty
    note: Words = ""  # a caveat that belongs under the drawing
    nothing: Words = NOTHING_HERE
    n: int | None = None
    links: Sequence[str] = ()  # the records behind each label
    csv_url: str = ""
    height: int = 232
    labels_shown: int = 12

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", self.key):
            raise ValueError(f"{self.key!r} cannot stand in an address.")
        made = []
        for i, one in enumerate(self.series):
            line = one if isinstance(one, Series) else Series(*one)
            if not line.tone:
                line.tone = i % TONES + 1
            if len(line.values) != len(self.labels):
                raise ValueError(f"{self.key}: {line.label} has not one value for each label.")
            made.append(line)
        self.series = made

    # What it says

    def say(self, value: Value) -> str:
        return said(value, self._form)

    @cached_property
    def _form(self) -> Format:
        return FORMATS[self.format] if isinstance(self.format, str) else self.format

    @property
    def empty(self) -> bool:
        return not any(value for line in self.series for value in line.values)

    @property
    def total(self) -> float:
        """How much all of it is about."""
        if self.n is not None:
            return self.n
        counted = [sum(line.n) for line in self.series if line.n]
        if counted:
            return max(counted)
        return sum(value or 0 for line in self.series for value in line.values)

    @property
    def few(self) -> bool:
        """Too few to tell anything from."""
        return not self.empty and self.total < ENOUGH

    @property
    def caution(self) -> str:
        return _("Too few to tell: n = %(n)s.") % {"n": FORMATS["number"](self.total)}

    @cached_property
    def summary(self) -> str:
        """The main figure in words, for whoever does not see the drawing."""
        if self.empty:
            return str(self.nothing)
        told = str(self.figure) or self.main_figure()
        return f"{told} {self.caution}" if self.few else told

    def main_figure(self) -> str:
        raise NotImplementedError

    # How it looks

    @cached_property
    def drawing(self) -> SafeString:
        raise NotImplementedError

    @property
    def legend(self) -> list[Series]:
        return list(self.series) if self.draws_legend and len(self.series) > 1 else []

    # The same as a table

    @property
    def columns(self) -> list[Series]:
        return list(self.series)

    @property
    def rows(self) -> list[Row]:
        return [
            Row(
                label,
                self.links[i] if self.links else "",
                [self._cell(s, i) for s in self.series],
            )
            for i, label in enumerate(self.labels)
        ]

    def _cell(self, line: Series, i: int) -> Cell:
        between = line.interval(i)
        told = f"{self.say(between[0])} – {self.say(between[1])}" if between else ""
        return Cell(
            self.say(line.values[i]), told, line.n[i] if line.n else None, line.is_small(i)
        )

    @property
    def csv_rows(self) -> list[list[object]]:
        """Heading and rows for a spreadsheet: plain numbers, intervals and n in columns."""
        by_name = self.format if isinstance(self.format, str) else ""
        factor, unit = RAW.get(by_name, (1, ""))

        def plain(value: Value) -> object:
            return "" if value is None else round(value * factor, 4)

        heading: list[object] = [self.head]
        for line in self.series:
            name = f"{line.label} ({unit})" if unit else str(line.label)
            heading.append(name)
            if line.low:
                heading += [_("%(name)s, from") % {"name": name}]
                heading += [_("%(name)s, to") % {"name": name}]
            if line.n:
                heading.append(_("%(name)s, n") % {"name": line.label})
        rows = [heading]
        for i, label in enumerate(self.labels):
            row: list[object] = [label]
            for line in self.series:
                row.append(plain(line.values[i]))
                if line.low:
                    low, high = line.interval(i) or (None, None)
                    row += [plain(low), plain(high)]
                if line.n:
                    row.append(line.n[i])
            rows.append(row)
        return rows
