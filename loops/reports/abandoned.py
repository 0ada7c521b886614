"""Searches that were given up without a word: nothing opened, nobody asked, and gone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loops.reports import searches
from loops.reports.asked import Asked
from loops.reports.base import (
    COMMON,
    HIDDEN,
    LINKS,
    Column,
    Report,
    Row,
    Summary,
    Told,
    hides_people,
)
from loops.reports.searches import INSIDE, OUTSIDE, WHERE
from loops.reports.self_service import search_columns, search_rows, string_rows
from loops.reports.tallies import Group, also_hidden, fewer
from loops.statistics.rates import Share

SEARCH, STRING = "search", "string"


def where_choices() -> list[tuple[str, Any]]:
    return [(name, WHERE[name]) for name in (OUTSIDE, INSIDE)]


class Abandoned(Report):
    """Only sessions that are over count: whoever searched a minute ago may still click."""

    key, row = "abandoned-searches", "pa/25"
    title = gettext_lazy("Abandoned searches")
    says = gettext_lazy(
        "Searches after which nothing was opened and nobody was asked, in sessions that ended."
    )
    icon = "search-x"
    filters = tuple(name for name in COMMON if name not in ("person", "role"))
    groups: ClassVar[Any] = {
        SEARCH: gettext_lazy("Search"),
        STRING: gettext_lazy("Search string"),
    }
    choices: ClassVar[Any] = {"where": where_choices}

    def known(self) -> set[str]:
        return super().known() | {"string"}

    def found(self, asked: Asked) -> QuerySet[Any]:
        return self.all(asked).filter(abandoned=True)

    def all(self, asked: Asked) -> QuerySet[Any]:
        places = (INSIDE,) if asked.team else (OUTSIDE, INSIDE)
        return searches.made(asked, *places)

    def behind(self, asked: Asked) -> dict[int | None, int]:
        """Whose searches the share is of."""
        by = self.all(asked).order_by().values("by").annotate(n=Count("pk"))
        return dict(by.values_list("by", "n"))

    def columns(self, asked: Asked) -> list[Column]:
        if asked.by == STRING:
            return [
                Column("string", _("Search string")),
                Column("searches", _("Abandoned"), "number"),
                Column("empty", _("Nothing found"), "number"),
                Column("last", _("Last"), "date"),
            ]
        return [one for one in search_columns() if one.name not in ("rank", "led_to")]

    def rows(self, asked: Asked) -> Iterable[Row]:
        if self.hides_all(asked):
            return []
        found = self.found(asked)
        if asked.by == STRING:
            return self._strings(found, asked)
        return search_rows(found, asked)

    def _strings(self, found: QuerySet[Any], asked: Asked) -> Iterable[Row]:
        wanted = {one.name for one in self.columns(asked)}
        hidden = self._hidden_strings(asked)
        for row in string_rows(found, asked, SEARCH):
            told = {name: row[name] for name in row if name in wanted}
            if row["string"] in hidden:
                yield {**dict.fromkeys(told), "string": row["string"], HIDDEN: True}
            else:
                yield told | {LINKS: {"searches": row[LINKS]["searches"]}}

    def _hidden_strings(self, asked: Asked) -> set[str]:
        """What so few of a team searched for that it would tell of them."""
        if not asked.least or not asked.is_about_people:
            return set()
        named = {"n": "count(*)", "people": 'array_agg(distinct "by")'}
        # Those that nobody gave up are no rows.
        named |= searches.counting(searches.ABANDONED)
        groups = []
        for one in searches.sums(self.all(asked), named, by="text"):
            if one["n_abandoned"]:
                hidden = hides_people(asked, one["people"], one["n"])
                group = Group(one["text"], people={who for who in one["people"] if who})
                groups.append((group, one["n_abandoned"], hidden))
        found = {group.key for group, _n, hidden in groups if hidden}
        return found | {also_hidden(asked, groups)}

    def summary(self, asked: Asked) -> Summary:
        if self.hides_all(asked):
            return Summary(hidden=True, note=fewer(asked.least))
        [counted] = searches.sums(
            self.all(asked), {"n": "count(*)", **searches.counting(searches.ABANDONED)}
        )
        share = Share(counted["n_abandoned"], counted["n"])
        return Summary(
            n=counted["n_abandoned"],
            share=share,
            told=[
                Told(_("Abandoned searches"), counted["n_abandoned"], url=asked.url(by=SEARCH)),
                Told(_("Of all searches"), share.value, "share"),
            ],
            note=_(
                "Whole sessions are looked at: where something was opened or linked later, or"
                " somebody was asked, nothing was abandoned. What insights add up beforehand"
                " counts each search by itself, and only those that found something."
            ),
        )
