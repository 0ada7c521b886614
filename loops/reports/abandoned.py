"""Searches that were given up without a word: nothing opened, nobody asked, and gone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loops.reports import searches
from loops.reports.asked import Asked
from loops.reports.base import COMMON, LINKS, Column, Report, Row, Summary, Told
from loops.reports.searches import INSIDE, OUTSIDE, WHERE
from loops.reports.self_service import search_columns, search_rows, string_rows
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
        found = self.found(asked)
        if asked.by == STRING:
            return self._strings(found, asked)
        return search_rows(found, asked)

    def _strings(self, found: QuerySet[Any], asked: Asked) -> Iterable[Row]:
        wanted = {one.name for one in self.columns(asked)}
        for row in string_rows(found, asked, SEARCH):
            links = {"searches": row[LINKS]["searches"]}
            yield {name: row[name] for name in row if name in wanted} | {LINKS: links}

    def summary(self, asked: Asked) -> Summary:
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
        )
