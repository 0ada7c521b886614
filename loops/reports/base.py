"""What a report is: a key, columns, the filters it offers, rows, and how many stand behind them.

A report is one class in one file; `catalog.py` puts them in order. Most are made of sums over
groups and extend `loops.reports.tallies.Tallied`; one that is a plain list says `columns` and
`rows` itself:

    class Feedback(Report):
        key, row = "feedback", "pa/13"
        title = _("Feedback and its turnaround")
        filters = (*COMMON, "owner", "creator")
        choices = {"state": state_choices}

        def columns(self, asked): return [Column("comment", _("Comment")), …]
        def rows(self, asked): yield {"comment": …, LINKS: {"comment": "/articles/KB-1/"}}
        def summary(self, asked): return Summary(n=…)

Cells hold plain values by the column's kind: text, number, share (0 to 1), duration (whole
seconds), date (an aware datetime or a date) and link (text that leads somewhere). `LINKS` is
{column: address} of the records behind a cell; a cell of several texts, separated by ", ", has a
list of addresses. `HIDDEN` marks a row whose figures are not
shown, because too few stand behind them; its figures are None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.translation import gettext as _

from loops.evolve import access
from loops.statistics.rates import Share

if TYPE_CHECKING:
    from loops.reports.asked import Asked
    from people.models import User

Row = dict[str, Any]
LINKS = "_links"
HIDDEN = "hidden"

# Nothing that somebody would read is longer, and a spreadsheet takes ten times as much.
MOST = 100_000

# Every report can be narrowed by these. "Domain" is said in four ways, because the source says
# it in four: a node of the tree with what is below it, a root of the tree ("category"), a tag,
# and the role of whoever did it.
COMMON = ("from", "to", "period", "person", "team", "domain", "category", "tag", "role", "q")

KINDS = ("text", "number", "share", "duration", "date", "link")


@dataclass(frozen=True)
class Column:
    """`n` names the column that a share is of; `exported` ones stand in files alone. `labels`
    say a word of the domain to people; programs get the word itself."""

    name: str
    label: Any
    kind: str = "text"
    n: str = ""
    exported: bool = False
    labels: Mapping[str, Any] = field(default_factory=dict)

    def label_of(self, value: Any) -> Any:
        return self.labels.get(value, value) if self.labels else value

    @property
    def is_figure(self) -> bool:
        return self.kind in ("number", "share", "duration")


def share_columns(name: str, label: Any, n: str) -> list[Column]:
    """A share and, for files, the ends of its 95 % interval."""
    return [
        Column(name, label, "share", n=n),
        Column(f"{name}_low", _("%(share)s, low") % {"share": label}, "share", exported=True),
        Column(f"{name}_high", _("%(share)s, high") % {"share": label}, "share", exported=True),
    ]


def share_cells(name: str, share: Share) -> Row:
    """The cells of `share_columns`; empty where nothing was counted."""
    if share.value is None:
        return {name: None, f"{name}_low": None, f"{name}_high": None}
    low, high = share.interval
    rounded = (round(value, 4) for value in (share.value, low, high))
    return dict(zip((name, f"{name}_low", f"{name}_high"), rounded, strict=True))


@dataclass(frozen=True)
class Told:
    """One figure of the summary, by name, with the way to its records."""

    label: Any
    value: Any
    kind: str = "number"
    url: str = ""
    name: str = ""
    share: Share | None = None

    @property
    def told_share(self) -> Share | None:
        return self.share if self.share is not None and self.share.value is not None else None


@dataclass(frozen=True)
class Summary:
    """What all rows are about: `n` records; the share among them, if there is one."""

    n: int = 0
    share: Share | None = None
    told: list[Told] = field(default_factory=list)
    hidden: bool = False
    note: Any = ""

    @property
    def interval(self) -> tuple[float, float] | None:
        if self.share is None or self.share.value is None or self.hidden:
            return None
        low, high = self.share.interval
        return round(low, 4), round(high, 4)

    @property
    def value(self) -> float | None:
        if self.share is None or self.share.value is None or self.hidden:
            return None
        return round(self.share.value, 4)


class Report:
    """One report. Instances hold nothing: `asked` has the person and the filters."""

    key: ClassVar[str]
    row: ClassVar[str]  # of the self-assessment, "pa/01"
    title: ClassVar[Any]
    says: ClassVar[Any]
    icon: ClassVar[str] = "file-text"
    filters: ClassVar[tuple[str, ...]] = COMMON
    # What its rows can be about, the first one unless asked: {"person": _("Person"), …}.
    groups: ClassVar[Mapping[str, Any]] = {}
    # Further filters with few values: {"kind": function that gives [(value, label), …]}.
    choices: ClassVar[Mapping[str, Callable[[], Iterable[tuple[str, Any]]]]] = {}
    # Whether a period is assumed where none is asked for.
    has_period: ClassVar[bool] = True
    # Filters about a person that open nothing but what is written on an article anyhow.
    open_people: ClassVar[tuple[str, ...]] = ()

    # Whether somebody else than the readers of figures may open it: `opens_to` says who.
    own_readers: ClassVar[bool] = False

    def opens_to(self, user: User) -> bool:
        return access.may_read(user)

    def require(self, user: User) -> None:
        """403 for whom this report is not."""
        access.require(user)

    def columns(self, asked: Asked) -> list[Column]:
        raise NotImplementedError

    def rows(self, asked: Asked) -> Iterable[Row]:
        raise NotImplementedError

    def summary(self, asked: Asked) -> Summary:
        raise NotImplementedError

    def chart(self, asked: Asked) -> Any:
        """One of loops.charts, or None."""
        return None

    def behind(self, asked: Asked) -> Mapping[int | None, int]:
        """{person: records} of all that the answer is made of."""
        return {}

    def hides_all(self, asked: Asked) -> bool:
        """Whether nothing is told, because it would be a figure about one person or a few: no
        rows, no figures, no chart. Narrowed by person, team, role, owner or first author a
        report is about people, whatever else it is about."""
        if not asked.least or not (asked.authors or asked.is_about_people):
            return False
        if "hides_all" not in asked.kept:
            behind = self.behind(asked)
            asked.kept["hides_all"] = hides_people(asked, behind, sum(behind.values()))
        return bool(asked.kept["hides_all"])

    def known(self) -> set[str]:
        """The names that a request may use."""
        return {*self.filters, *self.choices} | ({"by"} if self.groups else set())


def hides_people(asked: Asked, behind: Iterable[int | None], n: int) -> bool:
    """Whether these records of these people, narrowed to one or some, are too few to tell."""
    if not asked.least:
        return False
    # Reuse of one author's articles is that author's figure, whoever linked them.
    if any(n < asked.least or not asked.may_name(one.pk) for one in asked.authors):
        return True
    people = {one for one in behind if one is not None}
    if not asked.is_about_people or people == {asked.user.pk}:
        return False
    if asked.person:
        return n < asked.least
    return not people <= asked.people and access.is_small(n, len(people), asked.least)
