"""Reports that are sums over groups: by person, team, branch, tag, role, origin.

A report says which rows it sums (`parts`), what it sums in them, and how sums become cells. The
rest is the same for all: the groups, who is named, what is hidden, the total, the way to the
records, the course over time.

A figure about one person with fewer rows than the minimum is hidden, and so is a group's behind
which fewer than three people stand, unless they are all the reader's to see. Where exactly one
row of a table would be hidden the next smallest is hidden with it, or the total would tell. Where
the total itself is hidden no row tells anything. "Others" are a group like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import F, Func, QuerySet, TextField, Value
from django.db.models.functions import Concat, TruncMonth, TruncWeek
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.models import Article
from kcs.addresses import numbered
from loops.charts.figures import step_label
from loops.evolve import access
from loops.reports.asked import EACH_ONCE, NONE, ROLES, Asked
from loops.reports.base import (
    HIDDEN,
    LINKS,
    Column,
    Report,
    Row,
    Summary,
    Told,
    hides_people,
)
from loops.statistics.rates import Share
from people.models import Domain, Team, User

Sums = dict[str, Any]
BETWEEN = "\x1f"
RECORD = "record"
LONG = 400  # days; from there on the course is told in months

GROUPS: dict[str, Any] = {
    "person": gettext_lazy("Person"),
    "team": gettext_lazy("Team"),
    "domain": gettext_lazy("Domain"),
    "category": gettext_lazy("Category"),
    "tag": gettext_lazy("Tag"),
    "role": gettext_lazy("Role"),
    "origin": gettext_lazy("Origin"),
    "origin_id": gettext_lazy("Origin id"),
    RECORD: gettext_lazy("Record"),
}


@dataclass(frozen=True)
class Part:
    """Rows to sum. `person`, `article`, `domain`, `tags` and `origin` say where these stand,
    `at` when it was; `team` overrides the person's."""

    rows: QuerySet[Any]
    sums: Mapping[str, Any]
    person: str = "by"
    article: str = "article"
    domain: str = ""
    tags: Any = None
    team: Any = None
    origin: tuple[str, str] = ("origin_type", "origin_id")
    at: str = "at"

    def group(self, by: str) -> Any:
        """What a group is told by, as an expression."""
        article = f"{self.article}__" if self.article else ""
        domain = self.domain or f"{article}domain"
        if by == "person":
            return F(f"{self.person}_id")
        if by == "team":
            return self.team if self.team is not None else F(f"{self.person}__team_id")
        if by == "role":
            return F(f"{self.person}__competency")
        if by == "domain":
            return F(f"{domain}_id")
        if by == "category":
            return Func(
                F(f"{domain}__path"), Value("/"), Value(1),
                function="split_part", output_field=TextField(),
            )  # fmt: skip
        if by == "tag":
            tags = self.tags if self.tags is not None else F(f"{article}tags")
            return Func(tags, function="unnest", output_field=TextField())
        kind, identity = (f"{article}{name}" for name in self.origin)
        if by == "origin":
            return F(kind)
        return Concat(F(kind), Value(BETWEEN), F(identity), output_field=TextField())

    def read(self, by: str, *, people: bool) -> list[dict[str, Any]]:
        """The sums of each group as rows; `_group` is the key, `_people` who stands behind."""
        sums = dict(self.sums)
        if people:
            sums["_people"] = ArrayAgg(f"{self.person}_id", distinct=True)
        if not by:
            return [self.rows.order_by().aggregate(**sums)]
        told = self.rows.order_by().annotate(_group=self.group(by)).values("_group")
        return list(told.annotate(**sums))

    def course(self, trunc: Any, asked: Asked) -> list[dict[str, Any]]:
        """The sums of each week or month as rows; `_when` is its beginning."""
        rows = self.rows.order_by().annotate(_when=trunc(self.at, tzinfo=asked.zone))
        return list(rows.values("_when").annotate(**self.sums))


def pairs(*names: str) -> Func:
    """Several columns as one value, to count the different ones."""
    return Func(*names, template="(%(expressions)s)", output_field=TextField())


@dataclass
class Group:
    """One row to be: its sums and the people behind them."""

    key: Any
    sums: Sums = field(default_factory=dict)
    people: set[int] = field(default_factory=set)

    def take(self, sums: Sums, people: Iterable[int | None]) -> None:
        for name, value in sums.items():
            self.sums[name] = self.sums.get(name, 0) + (value or 0)
        self.people |= {one for one in people if one is not None}


class Tallied(Report):
    """A report of sums. Subclasses say `parts`, `cells`, `n`, `figures` and the records."""

    groups: ClassVar[Mapping[str, Any]] = GROUPS
    # Which filter opens the records behind a figure: {"created": {"act": "created"}}.
    opens: ClassVar[Mapping[str, Mapping[str, str]]] = {}
    # Whether its figures are about what people did; else only those narrowed to people are.
    about_people: ClassVar[bool] = True
    # By these every record stands in one group.
    each_once: ClassVar[tuple[str, ...]] = EACH_ONCE

    def parts(self, asked: Asked) -> list[Any]:
        raise NotImplementedError

    def figures(self, asked: Asked) -> list[Column]:
        """The columns of the sums."""
        raise NotImplementedError

    def cells(self, sums: Sums) -> Row:
        """The cells of `figures` from the sums, all of which may be missing."""
        raise NotImplementedError

    def n(self, sums: Sums) -> int:
        """How many records stand behind."""
        raise NotImplementedError

    def is_empty(self, sums: Sums) -> bool:
        """Whether a group is no row."""
        return not self.n(sums)

    def share(self, sums: Sums) -> Share | None:
        """The one share that the report is about."""
        return None

    def record_columns(self, asked: Asked) -> list[Column]:
        raise NotImplementedError

    def records(self, asked: Asked) -> Iterator[Row]:
        """The records behind the figures, one row each."""
        raise NotImplementedError

    # What all have in common -------------------------------------------------------------------

    def columns(self, asked: Asked) -> list[Column]:
        if asked.by == RECORD:
            return self.record_columns(asked)
        head = [Column(asked.by, GROUPS[asked.by], "link")]
        if asked.by == "person":
            head.append(Column("team", _("Team")))
        if asked.by == "origin_id":
            head.insert(0, Column("origin", _("Origin")))
        return [*head, *self.figures(asked)]

    def rows(self, asked: Asked) -> Iterable[Row]:
        if asked.by != RECORD:
            return self.grouped(asked)
        return [] if self.hides_all(asked) else self.records(asked)

    def tells_people(self, asked: Asked) -> bool:
        return self.about_people or asked.is_about_people

    def gather(self, asked: Asked, by: str) -> dict[Any, Group]:
        """The sums of every group; without a `by` the one of all."""
        found: dict[Any, Group] = {}
        for part in self.parts(asked):
            for one in part.read(by, people=self.tells_people(asked)):
                key, people = one.pop("_group", None), one.pop("_people", None)
                found.setdefault(key, Group(key)).take(one, people or ())
        return found

    def total(self, asked: Asked) -> Group:
        """The sums of all; asked for once, however many want them. Where each record stands in
        one group, the groups say them."""
        if "total" not in asked.kept:
            whole = Group(None)
            parts = self.groups_of if asked.by in self.each_once else self.whole
            for group in parts(asked):
                whole.take(group.sums, group.people)
            asked.kept["total"] = whole
        found: Group = asked.kept["total"]
        return found

    def whole(self, asked: Asked) -> list[Group]:
        return list(self.gather(asked, "").values())

    def groups_of(self, asked: Asked) -> list[Group]:
        if "groups" not in asked.kept:
            asked.kept["groups"] = list(self.gather(asked, asked.by).values())
        return list(asked.kept["groups"])

    def hides(self, asked: Asked, group: Group, *, person: bool) -> bool:
        if not asked.least or group.people == {asked.user.pk}:
            return False
        n = self.n(group.sums)
        if person:
            return n < asked.least
        if not self.tells_people(asked) or group.people <= asked.people:
            return False
        return access.is_small(n, len(group.people), asked.least)

    def hides_all(self, asked: Asked) -> bool:
        if not asked.least:
            return False
        whole = self.total(asked)
        if asked.authors and hides_people(asked, whole.people, self.n(whole.sums)):
            return True
        return self.hides(asked, whole, person=asked.person is not None)

    def grouped(self, asked: Asked) -> list[Row]:
        by = asked.by
        groups = self.groups_of(asked)
        if by == "person":
            groups = self._with_others(asked, groups)
        nothing = self.hides_all(asked)
        if nothing and by not in EACH_ONCE:
            return []
        told = LABELS[by](asked, groups)
        ready = [
            (group, *told[group.key], nothing or self._hides_row(asked, group))
            for group in groups
            if not self.is_empty(group.sums)
        ]
        ready.sort(key=lambda one: (one[0].key is OTHERS, str(one[1][by]).casefold()))
        also = also_hidden(asked, [(one[0], self.n(one[0].sums), one[3]) for one in ready])
        return [
            self._row(asked, group, head, way, hidden or group.key == also)
            for group, head, way, hidden in ready
        ]

    def _hides_row(self, asked: Asked, group: Group) -> bool:
        """A named person is one; all others together are a group."""
        one = asked.by == "person" and group.key is not OTHERS
        return self.hides(asked, group, person=one)

    def _with_others(self, asked: Asked, groups: list[Group]) -> list[Group]:
        """Those whose figures are not the reader's to see, in one sum without a name."""
        named = [group for group in groups if asked.may_name(group.key)]
        others = Group(OTHERS)
        for group in groups:
            if not asked.may_name(group.key):
                others.take(group.sums, group.people)
        return [*named, others] if others.people else named

    def _row(
        self, asked: Asked, group: Group, head: Row, way: dict[str, Any] | None, hidden: bool
    ) -> Row:
        cells = self.cells(group.sums)
        links = dict(head.pop(LINKS, {}))
        if hidden:
            return {**head, **dict.fromkeys(cells), HIDDEN: True, LINKS: links}
        if way is not None and RECORD in self.groups:
            for column in self.figures(asked):
                if column.name in self.opens and cells.get(column.name):
                    links[column.name] = asked.url(
                        **{"by": RECORD, **way, **self.opens[column.name]}
                    )
        return {**head, **cells, LINKS: links}

    def summary(self, asked: Asked) -> Summary:
        group = self.total(asked)
        if self.hides_all(asked):
            return Summary(hidden=True, note=fewer(asked.least))
        cells = self.cells(group.sums)
        told = [
            Told(
                column.label, cells.get(column.name), column.kind,
                asked.url(**{"by": RECORD, **self.opens[column.name]})
                if column.name in self.opens and RECORD in self.groups
                else "",
                name=column.name,
                share=self.share(group.sums) if column.kind == "share" else None,
            )
            for column in self.figures(asked)
            if not column.exported
        ]  # fmt: skip
        return Summary(self.n(group.sums), self.share(group.sums), told)

    def course(self, asked: Asked, parts: Any = None) -> list[tuple[Any, Sums]]:
        """The sums of each week, or month where there are many, that something happened in."""
        trunc: Any = TruncMonth if _every(asked) == "month" else TruncWeek
        found: dict[Any, Group] = {}
        for part in parts or self.parts(asked):
            for one in part.course(trunc, asked):
                when = one.pop("_when")
                found.setdefault(when, Group(when)).take(one, ())
        return [(when, found[when].sums) for when in sorted(found)]

    def steps(self, asked: Asked, course: Iterable[tuple[Any, Any]]) -> list[str]:
        """What stands under each week or month of a course."""
        return [step_label(when, _every(asked)) for when, _told in course]


def _every(asked: Asked) -> str:
    return "month" if (asked.ends - asked.begins).days > LONG else "week"


def also_hidden(asked: Asked, groups: Iterable[tuple[Group, int, bool]]) -> Any:
    """The group, of so many records each, that has to be hidden with the only hidden one: the
    next smallest, or the total would tell. The name of none where none has to."""
    hidden: list[tuple[Group, int]] = []
    shown: list[tuple[Group, int]] = []
    for group, n, is_hidden in groups:
        (hidden if is_hidden else shown).append((group, n))
    if len(hidden) != 1 or not shown:
        return HIDDEN  # no group's key
    # The reader's own comes last: it is no news.
    mine = {asked.user.pk}
    return min(shown, key=lambda one: (one[0].people == mine, one[1]))[0].key


def fewer(least: int) -> str:
    return _("fewer than %(n)s") % {"n": least}


# What groups are called: {key: (cells at the beginning of the row, the filter that asks for it)}

OTHERS = "\x00others"
Labels = dict[Any, tuple[Row, dict[str, Any] | None]]


def _people(asked: Asked, groups: list[Group]) -> Labels:
    keys = [group.key for group in groups if group.key is not OTHERS]
    people = User.objects.filter(pk__in=keys).select_related("team")
    told: Labels = {
        one.pk: (
            {"person": str(one), "team": str(one.team or "")},
            {"person": one.pk},
        )
        for one in people
    }
    told[OTHERS] = ({"person": _("Others"), "team": ""}, None)
    return told


def _teams(asked: Asked, groups: list[Group]) -> Labels:
    told: Labels = {None: ({"team": _("No team")}, {"team": NONE})}
    for one in Team.objects.filter(pk__in=[g.key for g in groups if g.key]):
        told[one.pk] = ({"team": one.name}, {"team": one.pk})
    return told


def _domains(asked: Asked, groups: list[Group]) -> Labels:
    told: Labels = {None: ({"domain": _("No domain")}, {"domain": NONE, "category": None})}
    for one in Domain.objects.filter(pk__in=[g.key for g in groups if g.key]):
        way = {"domain": one.path, "exact": 1}
        told[one.pk] = ({"domain": one.path}, way)
    return told


def _categories(asked: Asked, groups: list[Group]) -> Labels:
    told: Labels = {None: ({"category": _("No domain")}, {"domain": NONE, "category": None})}
    for path, name in Domain.objects.filter(parent=None).values_list("path", "name"):
        told[path] = ({"category": name}, {"category": path})
    return told


def _tags(asked: Asked, groups: list[Group]) -> Labels:
    return {group.key: ({"tag": group.key}, {"tag": group.key}) for group in groups}


def _roles(asked: Asked, groups: list[Group]) -> Labels:
    return {
        group.key: (
            {"role": str(ROLES.get(group.key, _("No competency")))},
            {"role": group.key or NONE},
        )
        for group in groups
    }


def _systems(asked: Asked, groups: list[Group]) -> Labels:
    return {
        group.key: (
            {"origin": group.key or _("No origin")},
            {"origin": group.key or NONE},
        )
        for group in groups
    }


def _origins(asked: Asked, groups: list[Group]) -> Labels:
    """A record elsewhere leads to the article that was made from it; where there are several,
    to all of them."""
    ids = {str(group.key).partition(BETWEEN)[2] for group in groups} - {""}
    made: dict[str, list[str]] = {}
    seen = Article.objects.visible_to(asked.user).filter(origin_id__in=ids).order_by("pk")
    for kind, identity, number in seen.values_list("origin_type", "origin_id", "number"):
        made.setdefault(f"{kind}{BETWEEN}{identity}", []).append(number)
    told: Labels = {}
    for group in groups:
        kind, _between, identity = str(group.key or BETWEEN).partition(BETWEEN)
        way = {"origin": kind or NONE, "origin_id": identity or None}
        head: Row = {"origin": kind or _("No origin"), "origin_id": identity}
        numbers = made.get(str(group.key), [])
        if len(numbers) == 1:
            head[LINKS] = {"origin_id": numbered("articles:detail", numbers[0])}
        elif numbers:
            head[LINKS] = {"origin_id": asked.url(**{"by": RECORD, **way})}
        told[group.key] = (head, way)
    return told


LABELS: dict[str, Any] = {
    "person": _people,
    "team": _teams,
    "domain": _domains,
    "category": _categories,
    "tag": _tags,
    "role": _roles,
    "origin": _systems,
    "origin_id": _origins,
}
