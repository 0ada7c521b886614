"""pa/02: how often others solved with the articles that somebody wrote or contributed to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.models import Article
from kcs.addresses import numbered
from loops.charts import Stacked
from loops.credit.lineage import LABELS, Kind
from loops.models import Link
from loops.reports.asked import BEGINNING, Asked
from loops.reports.base import COMMON, LINKS, MOST, Column, Row, share_cells, share_columns
from loops.reports.credited import Credits, cited, contributed, fetch
from loops.reports.tallies import Sums, Tallied
from loops.statistics.rates import Share
from people.models import User

CHUNK = 2_000


class Citations(Tallied):
    key = "citations"
    row = "pa/02"
    icon = "quote"
    title = gettext_lazy("Citations")
    says = gettext_lazy(
        "Resolution links by others to articles that somebody wrote or contributed to before."
        " A link counts once for each contributor; one's own links never do."
    )
    filters = (*COMMON, "owner", "creator", "origin", "origin_id")
    opens: ClassVar[Any] = {"citations": {}}

    def parts(self, asked: Asked) -> list[Any]:
        counted = {"citations": "count(*)", "cited": "count(distinct (c.person, c.article))"}
        return [
            Credits(cited(asked), counted),
            Credits(contributed(asked, begins=BEGINNING), {"articles": "count(*)"}),
        ]

    def figures(self, asked: Asked) -> list[Column]:
        return [
            Column("citations", _("Citations"), "number"),
            Column("articles", _("Articles contributed to"), "number"),
            Column("cited", _("Of these cited"), "number"),
            *share_columns("share", _("Share cited"), "articles"),
        ]

    def cells(self, sums: Sums) -> Row:
        return {
            **{name: sums.get(name, 0) for name in ("citations", "articles", "cited")},
            **share_cells("share", self.share(sums)),
        }

    def n(self, sums: Sums) -> int:
        return int(sums.get("citations", 0))

    def share(self, sums: Sums) -> Share:
        return Share(sums.get("cited", 0), sums.get("articles", 0))

    def chart(self, asked: Asked) -> Any:
        weeks = self.course(asked, self.parts(asked)[:1])
        return Stacked(
            key="citations",
            title=_("Citations over time"),
            labels=self.steps(asked, weeks),
            series=[(_("Citations"), [sums.get("citations", 0) for _when, sums in weeks])],
            unit=_("citations"),
        )

    def record_columns(self, asked: Asked) -> list[Column]:
        return [
            Column("at", _("Linked"), "date"),
            Column("ticket", _("Ticket"), "link"),
            Column("article", _("Article"), "link"),
            Column("title", _("Title")),
            Column("person", _("Credited")),
            Column("how", _("Contribution")),
        ]

    def records(self, asked: Asked) -> Iterator[Row]:
        """One row for each link and person credited for it, the newest first."""
        sql, params = cited(asked)
        rows = fetch(f"{sql} order by at desc, link, person limit {MOST + 1}", params)
        people = {one.pk: str(one) for one in User.objects.filter(pk__in=asked.people)}
        for begin in range(0, len(rows), CHUNK):
            chunk = rows[begin : begin + CHUNK]
            links = (
                Link.objects.select_related("ticket")
                .only("ticket__number")
                .in_bulk({one["link"] for one in chunk})
            )
            articles = Article.objects.only("number", "title").in_bulk(
                {one["article"] for one in chunk}
            )
            for one in chunk:
                article, ticket = articles[one["article"]], links[one["link"]].ticket
                yield {
                    "at": one["at"],
                    "ticket": ticket.number,
                    "article": article.number,
                    "title": article.title,
                    "person": people.get(one["person"], _("Others")),
                    "how": ", ".join(str(LABELS[Kind(kind)]) for kind in one["kinds"]),
                    LINKS: {
                        "ticket": numbered("solve:workspace", ticket.number),
                        "article": numbered("articles:detail", article.number),
                    },
                }
