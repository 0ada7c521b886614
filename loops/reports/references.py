"""How often an article served as a reference: linked to a ticket that it did not resolve."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kcs.addresses import numbered
from loops.models import Link
from loops.reports.asked import Asked
from loops.reports.base import COMMON, LINKS, Column, Row
from loops.reports.tallies import GROUPS, RECORD, Part, Sums, Tallied

ARTICLE = "article"


class References(Tallied):
    """Links of the kind "reference" that were made in the period and still stand."""

    key, row = "references", "pa/09"
    title = gettext_lazy("References")
    says = gettext_lazy("How often an article was linked to a ticket as a mere reference.")
    filters = (*COMMON, "owner", "creator")
    open_people = ("owner", "creator")
    groups: ClassVar[Any] = {ARTICLE: gettext_lazy("Article"), **GROUPS}
    opens: ClassVar[Any] = {"references": {}}

    def links(self, asked: Asked) -> QuerySet[Link]:
        made = Link.objects.filter(kind=Link.Kind.REFERENCE)
        return made.filter(asked.period(), asked.articles(), asked.tickets(), asked.whose("by"))

    def parts(self, asked: Asked) -> list[Part]:
        sums = {"references": Count("pk"), "articles": Count("article", distinct=True)}
        return [Part(self.links(asked), sums)]

    def figures(self, asked: Asked) -> list[Column]:
        return [Column("references", _("References"), "number")]

    def cells(self, sums: Sums) -> Row:
        return {"references": sums.get("references", 0)}

    def n(self, sums: Sums) -> int:
        return int(sums.get("references", 0))

    # By article: what is counted is the article's, so nobody has to be hidden unless one person
    # was asked for.

    def columns(self, asked: Asked) -> list[Column]:
        if asked.by != ARTICLE:
            return super().columns(asked)
        head = [
            Column("article", _("Article"), "link"),
            Column("title", _("Title")),
            Column("domain", _("Domain")),
        ]
        return [*head, *self.figures(asked)]

    def rows(self, asked: Asked) -> Iterable[Row]:
        if asked.by != ARTICLE:
            return super().rows(asked)
        return [] if self.hides_all(asked) else self._by_article(asked)

    def _by_article(self, asked: Asked) -> Iterator[Row]:
        counted = (
            self.links(asked)
            .order_by()
            .values("article__number", "article__title", "article__domain__path")
            .annotate(references=Count("pk"))
            .order_by("-references", "article__number")
        )
        for one in counted.iterator():
            number = one["article__number"]
            yield {
                "article": number,
                "title": one["article__title"],
                "domain": one["article__domain__path"] or "",
                "references": one["references"],
                LINKS: {
                    "article": numbered("articles:detail", number),
                    "references": asked.url(by=RECORD, q=number),
                },
            }

    def record_columns(self, asked: Asked) -> list[Column]:
        return [
            Column("at", _("Linked"), "date"),
            Column("article", _("Article"), "link"),
            Column("title", _("Title")),
            Column("ticket", _("Ticket"), "link"),
            Column("subject", _("Subject")),
            Column("person", _("Linked by")),
        ]

    def records(self, asked: Asked) -> Iterator[Row]:
        found = self.links(asked).select_related("article", "ticket", "by")
        for link in found.only(
            "at", "article__number", "article__title", "ticket__number", "ticket__subject",
            "by__name", "by__email",
        ).order_by("-at", "-pk").iterator():  # fmt: skip
            yield {
                "at": link.at,
                "article": link.article.number,
                "title": link.article.title,
                "ticket": link.ticket.number,
                "subject": link.ticket.subject,
                "person": str(link.by) if asked.may_name(link.by_id) else _("Others"),
                LINKS: {
                    "article": link.article.get_absolute_url(),
                    "ticket": link.ticket.get_absolute_url(),
                },
            }
