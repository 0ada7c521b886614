"""pa/07: links between tickets and articles, from both sides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kcs.addresses import numbered
from loops.charts import Stacked
from loops.models import Link
from loops.reports.asked import Asked
from loops.reports.base import COMMON, LINKS, MOST, Column, Row
from loops.reports.tallies import GROUPS as EVERY
from loops.reports.tallies import LABELS, RECORD, Group, Labels, Part, Sums, Tallied

KINDS = dict(Link.Kind.choices)
TICKET, ARTICLE, KIND = "ticket", "article", "kind"
SHOWN = 20  # the other side of one row; its figures open all of them
SIDES = {
    TICKET: ("ticket", "subject", "article__number"),
    ARTICLE: ("article", "title", "ticket__number"),
}


class Links(Tallied):
    key = "links"
    row = "pa/07"
    icon = "share-2"
    title = gettext_lazy("Links between tickets and articles")
    says = gettext_lazy(
        "Links made in the period that still stand, from both sides: tickets with their"
        " articles, articles with their tickets. Resolution and reference are told apart; only"
        " resolution counts as reuse."
    )
    filters = (*COMMON, "owner", "creator", "origin", "origin_id", TICKET, ARTICLE)
    open_people = ("owner", "creator")
    about_people = False
    groups: ClassVar[Any] = {
        RECORD: gettext_lazy("Link"),
        TICKET: gettext_lazy("Ticket"),
        ARTICLE: gettext_lazy("Article"),
        KIND: gettext_lazy("Kind"),
        **{
            name: EVERY[name]
            for name in ("domain", "category", "tag", "role", "origin", "origin_id")
        },
    }
    choices: ClassVar[Any] = {KIND: lambda: Link.Kind.choices}
    opens: ClassVar[Any] = {
        "links": {},
        "resolution": {KIND: "resolution"},
        "reference": {KIND: "reference"},
    }

    def links(self, asked: Asked) -> QuerySet[Link]:
        rows = Link.objects.filter(
            asked.period(),
            asked.articles(),
            asked.tickets(),
            asked.whose(scoped=asked.is_within_teams),
        )
        for name in (TICKET, ARTICLE):
            if number := asked.given.get(name):
                rows = rows.filter(**{f"{name}__number__iexact": number})
        if kind := asked.chosen.get(KIND):
            rows = rows.filter(kind=kind)
        return rows

    def parts(self, asked: Asked) -> list[Any]:
        sums = {
            "resolution": Count("pk", filter=Q(kind="resolution")),
            "reference": Count("pk", filter=Q(kind="reference")),
            "tickets": Count("ticket", distinct=True),
            "articles": Count("article", distinct=True),
        }
        return [ByKind(self.links(asked), sums)]

    def figures(self, asked: Asked) -> list[Column]:
        return [
            Column("resolution", _("Resolutions"), "number"),
            Column("reference", _("References"), "number"),
            Column("links", _("Links"), "number"),
            Column("tickets", _("Tickets"), "number"),
            Column("articles", _("Articles"), "number"),
        ]

    def cells(self, sums: Sums) -> Row:
        names = ("resolution", "reference", "tickets", "articles")
        return {**{name: sums.get(name, 0) for name in names}, "links": self.n(sums)}

    def n(self, sums: Sums) -> int:
        return int(sums.get("resolution", 0) + sums.get("reference", 0))

    def chart(self, asked: Asked) -> Any:
        weeks = self.course(asked)
        return Stacked(
            key="links",
            title=_("Links over time"),
            labels=self.steps(asked, weeks),
            series=[
                (label, [sums.get(kind, 0) for _when, sums in weeks])
                for kind, label in KINDS.items()
            ],
            unit=_("links"),
        )

    def columns(self, asked: Asked) -> list[Column]:
        if asked.by == KIND:
            return [Column(KIND, _("Kind"), labels=KINDS), *self.figures(asked)]
        if asked.by not in SIDES:
            return super().columns(asked)
        other = _("Articles") if asked.by == TICKET else _("Tickets")
        return [
            Column(asked.by, self.groups[asked.by], "link"),
            Column("title", _("Subject") if asked.by == TICKET else _("Title")),
            Column("resolution", _("Resolutions"), "number"),
            Column("reference", _("References"), "number"),
            Column("links", _("Links"), "number"),
            Column("others", other, "link"),
        ]

    def rows(self, asked: Asked) -> Iterable[Row]:
        if asked.by in SIDES:
            return [] if self.hides_all(asked) else self.of_side(asked)
        return super().rows(asked)

    def of_side(self, asked: Asked) -> Iterator[Row]:
        """Each ticket with its articles, or each article with its tickets, by number."""
        side, words, other = SIDES[asked.by]
        view, opposite = ("solve:workspace", "articles:detail")
        if side == ARTICLE:
            view, opposite = opposite, view
        rows = (
            self.links(asked)
            .order_by()
            .values(f"{side}__number", f"{side}__{words}")
            .annotate(
                resolution=Count("pk", filter=Q(kind="resolution")),
                reference=Count("pk", filter=Q(kind="reference")),
                others=ArrayAgg(other, order_by=("at", "pk")),
            )
            .order_by(f"{side}__pk")[: MOST + 1]
        )
        for one in rows.iterator(2000):
            number, others = one[f"{side}__number"], one["others"][:SHOWN]
            told = ", ".join(others)
            if len(one["others"]) > SHOWN:
                told += ", …"
            links: Row = {side: numbered(view, number)}
            for name, more in self.opens.items():
                links[name] = asked.url(**{"by": RECORD, side: number, **more})
            links["others"] = [numbered(opposite, one) for one in others]
            yield {
                side: number,
                "title": one[f"{side}__{words}"],
                "resolution": one["resolution"],
                "reference": one["reference"],
                "links": one["resolution"] + one["reference"],
                "others": told,
                LINKS: links,
            }

    def record_columns(self, asked: Asked) -> list[Column]:
        return [
            Column("at", _("Linked"), "date"),
            Column("ticket", _("Ticket"), "link"),
            Column("subject", _("Subject")),
            Column("article", _("Article"), "link"),
            Column("title", _("Title")),
            Column("kind", _("Kind"), labels=KINDS),
            Column("version", _("Version linked"), "number"),
            Column("delivered", _("Version delivered"), "number"),
            Column("domain", _("Domain")),
            Column("origin", _("Origin")),
            Column("origin_id", _("Origin id")),
            Column("person", _("Linked by")),
        ]

    def records(self, asked: Asked) -> Iterator[Row]:
        rows = (
            self.links(asked)
            .order_by("-at", "-pk")
            .values(
                "at", "ticket__number", "ticket__subject", "article__number", "article__title",
                "kind", "version__number", "delivered__number", "article__domain__path",
                "article__origin_type", "article__origin_id", "by", "by__name",
            )[: MOST + 1]
        )  # fmt: skip
        for one in rows.iterator(2000):
            yield {
                "at": one["at"],
                "ticket": one["ticket__number"],
                "subject": one["ticket__subject"],
                "article": one["article__number"],
                "title": one["article__title"],
                "kind": one["kind"],
                "version": one["version__number"],
                "delivered": one["delivered__number"],
                "domain": one["article__domain__path"] or "",
                "origin": one["article__origin_type"],
                "origin_id": one["article__origin_id"],
                "person": one["by__name"] if asked.may_name(one["by"]) else "",
                LINKS: {
                    "ticket": numbered("solve:workspace", one["ticket__number"]),
                    "article": numbered("articles:detail", one["article__number"]),
                },
            }


class ByKind(Part):
    """Links are told apart by their kind, too."""

    def group(self, by: str) -> Any:
        return F("kind") if by == KIND else super().group(by)


def _kinds(asked: Asked, groups: list[Group]) -> Labels:
    return {group.key: ({KIND: group.key}, {KIND: group.key}) for group in groups}


LABELS[KIND] = _kinds
