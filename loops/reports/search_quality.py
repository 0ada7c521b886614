"""How well search works, inside and outside apart.

- Null rate: searches that found nothing ÷ searches.
- No-click rate: searches that found something and of which nothing was opened ÷ searches.
- Click place: where in the list the first article stood that was opened; median and p90.
- MRR: the mean over all searches of 1 ÷ the place of the first click, 0 without a click.
- nDCG@10: how near to the top of the list the articles stood that the ticket was linked to later
  as its resolution; over searches of tickets that have such a link. Outside these are the tickets
  that a visit ended with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import log2
from typing import Any, ClassVar

from django.db.models import Count, QuerySet
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loops.models import Link, Search
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
    share_cells,
    share_columns,
)
from loops.reports.searches import OUTSIDE, RESULTS, WHERE, tickets_of_visits
from loops.reports.self_service import search_columns, search_rows
from loops.reports.tallies import fewer
from loops.statistics.rates import Share

PLACE, RANK, SEARCH = "where", "rank", "search"
DEPTH = 10
JUDGED = 5_000  # searches that nDCG looks at, the newest of the period
SHARES = ("empty", "unclicked", "clicked", "escalated", "abandoned")
LABELS = {
    "empty": gettext_lazy("Null rate"),
    "unclicked": gettext_lazy("No-click rate"),
    "clicked": gettext_lazy("Click rate"),
    "escalated": gettext_lazy("Escalated, share"),
    "abandoned": gettext_lazy("Abandoned, share"),
}


class SearchQuality(Report):
    key, row = "search-quality", "pa/24"
    title = gettext_lazy("Search quality")
    says = gettext_lazy(
        "How often search finds nothing or nothing that is opened, and how deep."
    )
    icon = "search-check"
    filters = tuple(name for name in COMMON if name not in ("person", "role"))
    groups: ClassVar[Any] = {
        PLACE: gettext_lazy("Inside and outside"),
        RANK: gettext_lazy("Place of the first click"),
        SEARCH: gettext_lazy("Search"),
    }
    choices: ClassVar[Any] = {
        "where": searches.where_choices,
        "result": searches.result_choices,
    }

    def known(self) -> set[str]:
        return super().known() | {"string", "rank"}

    def found(self, asked: Asked, *places: str) -> QuerySet[Any]:
        if not places:
            return Search.objects.none()
        rows = searches.made(asked, *places)
        rank = asked.given.get("rank", "")
        return rows.filter(click=int(rank)) if rank.isdecimal() and len(rank) < 6 else rows

    def places(self, asked: Asked) -> list[str]:
        """Inside and outside; nobody outside is in a team."""
        wanted = asked.chosen.get("where")
        return [
            one
            for one in WHERE
            if wanted in (None, one) and not (asked.team and one == OUTSIDE)
        ]

    # What is hidden -----------------------------------------------------------------------------

    def _hidden(self, asked: Asked) -> dict[str, int]:
        """{place: searches} where so few of a team searched that it would tell of them. What
        became of a search hides no list: it is some of those that are counted."""
        if "hidden" not in asked.kept:
            asked.kept["hidden"] = found = {}
            if asked.least and asked.is_about_people:
                given = {name: said for name, said in asked.given.items() if name != "rank"}
                chosen = {n: said for n, said in asked.chosen.items() if n != "result"}
                wide = asked.but(given=given, chosen=chosen)
                for place in self.places(asked):
                    by = self.found(wide, place).order_by().values("by").annotate(n=Count("pk"))
                    behind = dict(by.values_list("by", "n"))
                    if hides_people(asked, behind, sum(behind.values())):
                        found[place] = sum(behind.values())
        hidden: dict[str, int] = asked.kept["hidden"]
        return hidden

    def told_places(self, asked: Asked) -> list[str]:
        """Those whose figures are shown: what is hidden is in no list and in no sum."""
        return [one for one in self.places(asked) if one not in self._hidden(asked)]

    def hides_all(self, asked: Asked) -> bool:
        hidden = self._hidden(asked)
        return bool(hidden) and not self.found(asked, *self.told_places(asked)).exists()

    # Columns and rows ---------------------------------------------------------------------------

    def columns(self, asked: Asked) -> list[Column]:
        if asked.by == SEARCH:
            return search_columns()
        if asked.by == RANK:
            return [
                Column("where", _("Where"), "link"),
                Column("rank", _("Place"), "number"),
                Column("clicks", _("First clicks"), "number"),
                *share_columns("share", _("Of all first clicks"), n="of"),
                Column("of", _("All first clicks"), "number", exported=True),
            ]
        figures = [
            Column("where", _("Where"), "link"),
            Column("searches", _("Searches"), "number"),
        ]
        for name in SHARES:
            figures.append(Column(name, RESULTS[name], "number", exported=True))
            figures += share_columns(f"{name}_rate", LABELS[name], n="searches")
        return [
            *figures,
            Column("rank", _("Click place, median"), "number"),
            Column("rank_p90", _("Click place, p90"), "number"),
            Column("mrr_said", _("MRR")),
            Column("mrr", _("MRR, as a number"), "number", exported=True),
            Column("ndcg_said", _("nDCG@10")),
            Column("ndcg", _("nDCG@10, as a number"), "number", exported=True),
            Column("judged", _("Searches with a later link"), "number"),
        ]

    def rows(self, asked: Asked) -> Iterable[Row]:
        if asked.by == SEARCH:
            return search_rows(self.found(asked, *self.told_places(asked)), asked)
        if asked.by == RANK:
            return self._ranks(asked)
        return [self._place(asked, place) for place in self.places(asked)]

    def _place(self, asked: Asked, place: str) -> Row:
        links = {"where": asked.url(by=SEARCH, where=place, result=None)}
        head: Row = {"where": str(WHERE[place]), LINKS: links}
        if place in self._hidden(asked):
            empty = {one.name: None for one in self.columns(asked)[1:]}
            return {**head, **empty, LINKS: {}, HIDDEN: True}
        rows = self.found(asked, place)
        [counted] = searches.sums(
            rows,
            {
                "searches": "count(*)",
                "rank": "percentile_cont(0.5) within group (order by click)",
                "rank_p90": "percentile_cont(0.9) within group (order by click)",
                "mrr": "avg(coalesce(1.0::float8 / click, 0))",
                **searches.counting(*SHARES),
            },
        )
        counted |= {name: counted.pop(f"n_{name}") for name in SHARES}
        n = counted["searches"]
        ndcg, judged = gain(rows, outside=place == OUTSIDE)
        cells: Row = {**counted, "ndcg": ndcg, "judged": judged}
        if n:
            links["searches"] = asked.url(by=SEARCH, where=place, result=None)
        for name in SHARES:
            cells |= share_cells(f"{name}_rate", Share(counted[name], n))
            if counted[name]:
                way = asked.url(by=SEARCH, where=place, result=name)
                links |= {name: way, f"{name}_rate": way}
        if counted["clicked"]:
            links["rank"] = asked.url(by=RANK, where=place, result=None)
        for name in ("rank", "rank_p90", "mrr"):
            if cells[name] is not None:
                cells[name] = round(cells[name], 4)
        for name in ("mrr", "ndcg"):
            known = cells[name] is not None
            cells[f"{name}_said"] = number_format(cells[name], 2) if known else ""
        return {**head, **cells}

    def _ranks(self, asked: Asked) -> Iterator[Row]:
        for place in self.told_places(asked):
            rows = self.found(asked, place).filter(click__isnull=False).order_by()
            counted = list(rows.values("click").annotate(n=Count("pk")).order_by("click"))
            whole = sum(one["n"] for one in counted)
            for one in counted:
                yield {
                    "where": str(WHERE[place]),
                    "rank": one["click"],
                    "clicks": one["n"],
                    **share_cells("share", Share(one["n"], whole)),
                    "of": whole,
                    LINKS: {
                        "where": asked.url(by=SEARCH, where=place),
                        "clicks": asked.url(by=SEARCH, where=place, rank=one["click"]),
                    },
                }

    def summary(self, asked: Asked) -> Summary:
        if self.hides_all(asked):
            return Summary(hidden=True, note=fewer(asked.least))
        found = self.found(asked, *self.told_places(asked))
        counted = found.values("channel").order_by().annotate(n=Count("pk"))
        by_channel = {one["channel"]: one["n"] for one in counted}
        outside = by_channel.pop(searches.HELP, 0)
        inside = sum(by_channel.values())
        return Summary(
            n=outside + inside,
            told=[
                Told(_("Searches outside"), outside),
                Told(_("Searches inside"), inside),
            ],
            note=" ".join(
                [
                    _("Inside and outside are never added up: people ask differently there."),
                    *(f"{WHERE[one]}: {fewer(asked.least)}." for one in self._hidden(asked)),
                ]
            ),
        )

    def chart(self, asked: Asked) -> Any:
        from loops.charts import Series, Stacked

        if asked.by != RANK:
            return None
        rows = list(self._ranks(asked))
        top = min(DEPTH, max((row["rank"] for row in rows), default=0))
        counted = {(row["where"], min(row["rank"], DEPTH + 1)): 0 for row in rows}
        for row in rows:
            counted[row["where"], min(row["rank"], DEPTH + 1)] += row["clicks"]
        deep = any(rank > DEPTH for _where, rank in counted)
        ranks = [*range(1, top + 1), *([DEPTH + 1] if deep else [])]
        labels = [str(rank) if rank <= DEPTH else _("deeper") for rank in ranks]
        return Stacked(
            key="ranks",
            title=_("Where the first click was"),
            labels=labels,
            series=[
                Series(WHERE[one], [counted.get((str(WHERE[one]), rank), 0) for rank in ranks])
                for one in self.told_places(asked)
            ],
            unit=_("first clicks"),
            head=_("Place"),
            labels_shown=DEPTH + 1,
        )


def gain(rows: QuerySet[Any], *, outside: bool) -> tuple[float | None, int]:
    """The mean nDCG@10 of these searches with later links as the truth, and of how many."""
    if outside:
        found = rows.filter(escalated=True).exclude(visit="")
    else:
        found = rows.filter(ticket__isnull=False)
    newest = list(
        found.order_by("-at", "-pk").values_list("at", "visit", "ticket", "results")[:JUDGED]
    )
    tickets: dict[str, int] = {}
    if outside:
        stays = {visit for _at, visit, _ticket, _results in newest}
        came = tickets_of_visits().filter(stay__in=stays).order_by("at")
        tickets = dict(came.values_list("stay", "ticket"))
    wanted = set(tickets.values()) or {ticket for _at, _visit, ticket, _results in newest}
    truth: dict[int, list[tuple[Any, int]]] = {}
    links = Link.objects.resolutions().filter(ticket__in=wanted).order_by()
    for ticket, at, article in links.values_list("ticket", "at", "article"):
        truth.setdefault(ticket, []).append((at, article))
    scores = []
    for at, visit, ticket, results in newest:
        own = truth.get(tickets.get(visit, 0) if outside else ticket, [])
        right = {article for linked, article in own if linked >= at}
        if right:
            scores.append(ndcg([one["article"] for one in results], right))
    return (round(sum(scores) / len(scores), 4) if scores else None), len(scores)


def ndcg(shown: list[int], right: set[int]) -> float:
    """1 when all right ones stand on top, 0 when none is among the first ten."""
    got = sum(
        1 / log2(place + 1)
        for place, article in enumerate(shown[:DEPTH], 1)
        if article in right
    )
    best = sum(1 / log2(place + 1) for place in range(1, min(len(right), DEPTH) + 1))
    return got / best
