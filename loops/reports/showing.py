"""Reports on a page: the bar of filters, and cells as people read them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from loops.charts import figures
from loops.reports.asked import NONE, PERIODS, ROLES, USUAL, Asked
from loops.reports.base import HIDDEN, LINKS, Column, Row
from loops.reports.tallies import fewer
from loops.reports.writing import Answer
from loops.statistics.rates import ENOUGH
from people.models import Domain, User

SPANS: dict[str, Any] = {
    "4w": gettext_lazy("4 weeks"),
    "12w": gettext_lazy("12 weeks"),
    "90d": gettext_lazy("90 days"),
    "26w": gettext_lazy("26 weeks"),
    "1y": gettext_lazy("A year"),
    "all": gettext_lazy("From the beginning"),
}
SHORT = 22  # letters
LABELS: dict[str, Any] = {
    "from": pgettext_lazy("day", "From"),
    "to": pgettext_lazy("day", "To"),
    "period": gettext_lazy("Period"),
    "person": gettext_lazy("Person"),
    "team": gettext_lazy("Team"),
    "domain": gettext_lazy("Branch"),
    "category": gettext_lazy("Category"),
    "tag": gettext_lazy("Tag"),
    "role": gettext_lazy("Role"),
    "owner": gettext_lazy("Owner"),
    "creator": gettext_lazy("First author"),
    "origin": gettext_lazy("Origin"),
    "origin_id": gettext_lazy("Origin id"),
    "q": gettext_lazy("Words or number"),
    "ticket": gettext_lazy("Ticket"),
    "article": gettext_lazy("Article"),
    "by": gettext_lazy("One row for each"),
    "kind": gettext_lazy("Kind"),
    "act": gettext_lazy("Act"),
    "state": gettext_lazy("State"),
    "confidence": gettext_lazy("Confidence"),
    "audience": gettext_lazy("Audience"),
    "governance": gettext_lazy("Governance"),
    "what": gettext_lazy("Which"),
    "axes": gettext_lazy("Axes"),
    "where": gettext_lazy("Where"),
    "result": gettext_lazy("What became of it"),
    "outcome": gettext_lazy("Deflection"),
    "part": gettext_lazy("Part in it"),
    "aspect": gettext_lazy("Aspect"),
}


@dataclass
class Field:
    """One filter: a list to choose from, a day, or words."""

    name: str
    label: Any
    value: str = ""
    kind: str = "text"
    options: list[tuple[str, Any]] = field(default_factory=list)
    wrong: bool = False


@dataclass
class Bar:
    """The filters that are used every day, and those that are not."""

    usual: list[Field]
    more: list[Field]

    @property
    def open(self) -> bool:
        return any(one.value or one.wrong for one in self.more)


USUAL_FIELDS = ("by", "from", "to", "period", "person", "team", "domain")


def bar(asked: Asked, wrong: str = "") -> Bar:
    """The filters of this report with what was asked."""
    report = asked.report
    lists = _lists(asked)
    names = [*(["by"] if report.groups else []), *report.filters, *report.choices]
    found = []
    for name in names:
        value = asked.given.get(name, "")
        one = Field(name, LABELS.get(name, name), value, wrong=name == wrong)
        if name in lists:
            one.kind, one.options = "list", lists[name]
            if value and value not in dict(one.options):
                one.options = [*one.options, (value, value)]
        elif name in ("from", "to"):
            one.kind = "date" if len(value) in (0, 10) else "text"
        found.append(one)
    return Bar(
        [one for one in found if one.name in USUAL_FIELDS],
        [one for one in found if one.name not in USUAL_FIELDS],
    )


def _lists(asked: Asked) -> dict[str, list[tuple[str, Any]]]:
    report = asked.report
    any_ = ("", _("Any"))
    paths = list(Domain.objects.order_by("path").values_list("path", "name", "parent"))
    people = User.objects.filter(pk__in=asked.people, is_active=True).order_by("name")
    none = (NONE, _("None"))
    usual = SPANS[USUAL] if report.has_period else SPANS["all"]
    found: dict[str, list[tuple[str, Any]]] = {
        "by": [(name, str(label)) for name, label in report.groups.items()],
        "period": [("", usual), *((n, SPANS[n]) for n in (*PERIODS, "all"))],
        "team": [
            any_,
            *((str(pk), group.name) for pk, group in asked.teams.groups.items()),
            none,
        ],
        "person": [any_, *((str(one.pk), str(one)) for one in people)],
        "domain": [any_, *((path, path) for path, _name, _parent in paths), none],
        "category": [any_, *((path, name) for path, name, up in paths if up is None)],
        "role": [any_, *ROLES.items()],
        **{name: [any_, *values()] for name, values in report.choices.items()},
    }
    # By whom everybody inside may sort articles is typed as an address.
    for name in ("owner", "creator"):
        if name not in report.open_people:
            found[name] = found["person"]
    return found


@dataclass
class Cell:
    """One cell as it is shown; `more` says the interval of a share and what it is of."""

    said: str
    is_figure: bool
    url: str = ""
    more: str = ""
    few: bool = False
    hidden: str = ""
    ways: list[tuple[str, str]] = field(default_factory=list)
    in_one: bool = False  # a number or a moment, which no line break takes apart


def said(value: Any, kind: str, asked: Asked) -> str:
    """A value as people read it."""
    if value is None or value == "":
        return figures.NOTHING if kind in ("number", "share", "duration") else ""
    if kind == "number":
        return figures.number(value)
    if kind == "share":
        return figures.percent(value)
    if kind == "duration":
        return figures.duration(value)
    if isinstance(value, datetime):
        return date_format(value.astimezone(asked.zone), "SHORT_DATETIME_FORMAT")
    return date_format(value, "SHORT_DATE_FORMAT") if isinstance(value, date) else str(value)


def between(interval: tuple[float, float] | None, n: Any) -> str:
    """The 95 % interval and what the share is of."""
    if interval is None:
        return ""
    low, high = interval
    told = f"{figures.percent(low)} – {figures.percent(high)}"
    return told if n is None else f"{told} · n = {figures.number(n)}"


def shown(told: Answer, rows: list[Row]) -> list[list[Cell]]:
    columns = [one for one in told.columns if not one.exported]
    return [[_cell(column, row, told.asked) for column in columns] for row in rows]


def _cell(column: Column, row: Row, asked: Asked) -> Cell:
    value = column.label_of(row.get(column.name))
    spoken = said(value, column.kind, asked)
    # A link without words has no name for who listens, and nothing to press.
    way = row.get(LINKS, {}).get(column.name, "") if spoken else ""
    cell = Cell(spoken, column.is_figure, "" if isinstance(way, list) else way)
    cell.in_one = column.kind == "date" or (column.kind == "link" and len(spoken) < SHORT)
    if isinstance(way, list):
        cell.ways = list(zip(spoken.split(", "), way, strict=False))
    if row.get(HIDDEN) and column.is_figure:
        cell.hidden = fewer(asked.least)
    elif column.kind == "share" and value is not None:
        n = row.get(column.n) if column.n else None
        low, high = row.get(f"{column.name}_low"), row.get(f"{column.name}_high")
        cell.more = between(None if low is None or high is None else (low, high), n)
        cell.few = n is not None and n < ENOUGH
    return cell


def above(told: Answer) -> list[dict[str, Any]]:
    """The figures above the table. The report's own share comes with its interval."""
    summary, found = told.summary, []
    for one in summary.told:
        share = one.told_share
        if share is None and one.kind == "share" and one.value == summary.value:
            share = summary.share
        more = between(share.interval, share.n) if share and share.n else ""
        spoken = said(one.value, one.kind, told.asked)
        found.append({"label": one.label, "said": spoken, "url": one.url, "more": more})
    return found
