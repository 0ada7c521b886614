"""pa/01: articles created, modified and flagged, crediting everyone who did any of it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any, ClassVar

from django.db.models import Count, Max, Min, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.models import Flag, Version
from kcs.addresses import numbered
from loops.charts import Stacked
from loops.reports.asked import Asked
from loops.reports.base import COMMON, LINKS, MOST, Column, Row
from loops.reports.tallies import Part, Sums, Tallied, pairs

CREATED, MODIFIED, FLAGGED = "created", "modified", "flagged"
ACTS = {
    CREATED: gettext_lazy("Created"),
    MODIFIED: gettext_lazy("Modified"),
    FLAGGED: gettext_lazy("Flagged"),
}
FIRST = Q(number=1)
AGENT = ~Q(by__competency="") | Q(by__is_superuser=True)


class Contributions(Tallied):
    key = "contributions"
    row = "pa/01"
    icon = "pencil"
    title = gettext_lazy("Contributions to articles")
    says = gettext_lazy(
        "Articles created, modified and flagged. An article counts once for each person and act,"
        " however often that person saved it: everybody who wrote a version is credited."
    )
    filters = (*COMMON, "owner", "creator", "origin", "origin_id")
    choices: ClassVar[Any] = {"act": lambda: ACTS.items()}
    opens: ClassVar[Any] = {act: {"act": act} for act in ACTS}

    def versions(self, asked: Asked) -> QuerySet[Any]:
        return Version.objects.filter(self.narrowed(asked))

    def narrowed(self, asked: Asked) -> Q:
        return asked.period() & asked.whose() & AGENT & asked.articles()

    def acts(self, asked: Asked) -> dict[str, QuerySet[Any]]:
        """The rows of each act that was asked for."""
        found: dict[str, QuerySet[Any]] = {
            CREATED: self.versions(asked).filter(FIRST),
            MODIFIED: self.versions(asked).filter(~FIRST),
            FLAGGED: Flag.objects.filter(self.narrowed(asked)),
        }
        wanted = asked.chosen.get("act")
        return {act: rows for act, rows in found.items() if wanted in (None, act)}

    def parts(self, asked: Asked) -> list[Part]:
        """A version is the first of its article, or it modifies it: read once for both."""
        wanted, different = asked.chosen.get("act"), pairs("by_id", "article_id")
        told = {CREATED: FIRST, MODIFIED: ~FIRST}
        sums = {
            act: Count(different, distinct=True, filter=which)
            for act, which in told.items()
            if wanted in (None, act)
        }
        parts = [Part(self.versions(asked), sums)] if sums else []
        if wanted in (None, FLAGGED):
            flags = Flag.objects.filter(self.narrowed(asked))
            parts.append(Part(flags, {FLAGGED: Count(different, distinct=True)}))
        return parts

    def chart(self, asked: Asked) -> Any:
        weeks = self.course(asked)
        return Stacked(
            key="contributions",
            title=_("Contributions over time"),
            labels=self.steps(asked, weeks),
            series=[
                (label, [sums.get(act, 0) for _when, sums in weeks])
                for act, label in ACTS.items()
            ],
            unit=_("articles"),
        )

    def figures(self, asked: Asked) -> list[Column]:
        return [Column(act, label, "number") for act, label in ACTS.items()]

    def cells(self, sums: Sums) -> Row:
        return {act: sums.get(act, 0) for act in ACTS}

    def n(self, sums: Sums) -> int:
        return sum(sums.get(act, 0) for act in ACTS)

    def record_columns(self, asked: Asked) -> list[Column]:
        return [
            Column("article", _("Article"), "link"),
            Column("title", _("Title")),
            Column("act", _("Act"), labels=ACTS),
            Column("person", _("Person")),
            Column("saves", _("How often"), "number"),
            Column("first", _("First"), "date"),
            Column("last", _("Last"), "date"),
            Column("origin", _("Origin")),
            Column("origin_id", _("Origin id")),
        ]

    def records(self, asked: Asked) -> Iterator[Row]:
        """One row for each article, person and act."""
        names = (
            "article__number", "article__title", "by_id", "by__name",
            "article__origin_type", "article__origin_id",
        )  # fmt: skip
        return chain.from_iterable(
            (
                {
                    "article": one["article__number"],
                    "title": one["article__title"],
                    "act": act,
                    "person": one["by__name"] if asked.may_name(one["by_id"]) else "",
                    "saves": one["saves"],
                    "first": one["first"],
                    "last": one["last"],
                    "origin": one["article__origin_type"],
                    "origin_id": one["article__origin_id"],
                    LINKS: {"article": numbered("articles:detail", one["article__number"])},
                }
                for one in rows.order_by()
                .values(*names)
                .annotate(saves=Count("pk"), first=Min("at"), last=Max("at"))
                .order_by("-last", "article__number", "by_id")[: MOST + 1]
                .iterator(2000)
            )
            for act, rows in self.acts(asked).items()
        )
