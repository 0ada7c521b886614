"""How reuse is spread over the articles: few carry most of it, and some carry nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Any, ClassVar

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.models import Article
from kcs.addresses import numbered
from loops.models import Link
from loops.reports.asked import Asked
from loops.reports.base import COMMON, LINKS, Column, Report, Row, Summary, Told
from loops.reports.tallies import fewer

ARTICLE, COUNT, RECORD = "article", "count", "record"
MOST_OF_IT = 0.8
BARS = 40


class Distribution(Report):
    """Resolution links made in the period, for each article that could have been reused.

    The link of the ticket that an article was written from is not reuse. Archived articles stand
    here only where they were reused all the same.
    """

    key, row = "reuse-distribution", "pa/10"
    title = gettext_lazy("Distribution of reuse")
    says = gettext_lazy("How often each article was reused, and how few make most of it.")
    filters = (*COMMON, "owner", "creator")
    open_people = ("owner", "creator")
    groups: ClassVar[Any] = {
        ARTICLE: gettext_lazy("Article"),
        COUNT: gettext_lazy("Number of reuses"),
        RECORD: gettext_lazy("Record"),
    }

    def links(self, asked: Asked) -> QuerySet[Link]:
        """The reuse itself."""
        return (
            Link.objects.resolutions()
            .filter(asked.period(), asked.articles(), asked.tickets(), asked.whose("by"))
            .exclude(article__origin_type="ticket", article__origin_id=F("ticket__number"))
            .exclude(
                version__number=1,
                version__origin_type="ticket",
                version__origin_id=F("ticket__number"),
            )
        )

    def counted(self, asked: Asked) -> dict[int, int]:
        """{article: reuses}, of those that were reused."""
        rows = self.links(asked).order_by().values("article").annotate(n=Count("pk"))
        return dict(rows.values_list("article", "n"))

    def articles(self, asked: Asked, reused: Iterable[int]) -> QuerySet[Article]:
        """Those that were there to be reused, and those that were."""
        there = Q(created_at__lt=asked.ends) & ~Q(confidence=Article.Confidence.ARCHIVED)
        return Article.objects.filter(asked.articles("")).filter(there | Q(pk__in=list(reused)))

    def columns(self, asked: Asked) -> list[Column]:
        if asked.by == COUNT:
            return [
                Column("reuses", _("Reuses"), "number"),
                Column("articles", _("Articles"), "number"),
                Column("added", _("Articles so far"), "number"),
                Column("share", _("Share of all articles, added up"), "share", n="of"),
                Column("of", _("All articles"), "number", exported=True),
            ]
        if asked.by == RECORD:
            return [
                Column("at", _("Linked"), "date"),
                Column("article", _("Article"), "link"),
                Column("title", _("Title")),
                Column("ticket", _("Ticket"), "link"),
                Column("subject", _("Subject")),
            ]
        return [
            Column("article", _("Article"), "link"),
            Column("title", _("Title")),
            Column("domain", _("Domain")),
            Column("owner", _("Owner")),
            Column("creator", _("Written by")),
            Column("reuses", _("Reuses"), "number"),
            Column("added", _("Reuses so far"), "number"),
            Column("share", _("Share of all reuse, added up"), "share", n="of"),
            Column("of", _("All reuses"), "number", exported=True),
        ]

    def behind(self, asked: Asked) -> dict[int | None, int]:
        by = self.links(asked).order_by().values("by").annotate(n=Count("pk"))
        return dict(by.values_list("by", "n"))

    def rows(self, asked: Asked) -> Iterable[Row]:
        if self.hides_all(asked):
            return []
        if asked.by == RECORD:
            return self._records(asked)
        counts = self.counted(asked)
        if asked.by == COUNT:
            return self._histogram(asked, counts)
        return self._pareto(asked, counts)

    def _pareto(self, asked: Asked, counts: dict[int, int]) -> Iterator[Row]:
        found = self.articles(asked, counts).select_related(
            "domain", "owner", "owner_team", "created_by"
        )
        names = (
            "pk", "number", "title", "domain__path", "owner__name", "owner_team__name",
            "created_by__name",
        )  # fmt: skip
        rows = sorted(
            found.order_by().values(*names),
            key=lambda one: (-counts.get(one["pk"], 0), one["pk"]),
        )
        whole = sum(counts.values())
        added = accumulate(counts.get(one["pk"], 0) for one in rows)
        for one, sofar in zip(rows, added, strict=True):
            number = one["number"]
            links = {"article": numbered("articles:detail", number)}
            if counts.get(one["pk"]):
                links["reuses"] = asked.url(by=RECORD, q=number)
            yield {
                "article": number,
                "title": one["title"],
                "domain": one["domain__path"] or "",
                "owner": one["owner__name"] or one["owner_team__name"] or "",
                "creator": one["created_by__name"],
                "reuses": counts.get(one["pk"], 0),
                "added": sofar,
                "share": round(sofar / whole, 4) if whole else None,
                "of": whole,
                LINKS: links,
            }

    def _spread(self, asked: Asked, counts: dict[int, int]) -> list[tuple[int, int]]:
        """(reuses, articles with so many), from none upwards."""
        there = self.articles(asked, counts).count()
        spread = Counter(counts.values())
        if there > len(counts):
            spread[0] = there - len(counts)
        return sorted(spread.items())

    def _histogram(self, asked: Asked, counts: dict[int, int]) -> Iterator[Row]:
        spread = self._spread(asked, counts)
        whole = sum(articles for _reuses, articles in spread)
        added = accumulate(articles for _reuses, articles in spread)
        for (reuses, articles), sofar in zip(spread, added, strict=True):
            yield {
                "reuses": reuses,
                "articles": articles,
                "added": sofar,
                "share": round(sofar / whole, 4),
                "of": whole,
                LINKS: {"articles": asked.url(by=ARTICLE)},
            }

    def _records(self, asked: Asked) -> Iterator[Row]:
        found = self.links(asked).select_related("article", "ticket")
        found = found.only(
            "at", "article__number", "article__title", "ticket__number", "ticket__subject"
        )
        for link in found.order_by("-at", "-pk").iterator():
            yield {
                "at": link.at,
                "article": link.article.number,
                "title": link.article.title,
                "ticket": link.ticket.number,
                "subject": link.ticket.subject,
                LINKS: {
                    "article": link.article.get_absolute_url(),
                    "ticket": link.ticket.get_absolute_url(),
                },
            }

    def summary(self, asked: Asked) -> Summary:
        if self.hides_all(asked):
            return Summary(hidden=True, note=fewer(asked.least))
        counts = self.counted(asked)
        there = self.articles(asked, counts).count()
        whole = sum(counts.values())
        told = [
            Told(_("Articles"), there),
            Told(_("Articles reused"), len(counts)),
            Told(_("Reuses"), whole, url=asked.url(by=RECORD)),
            Told(_("Articles that make 80 % of the reuse"), few(counts)),
        ]
        return Summary(n=there, told=told)

    def chart(self, asked: Asked) -> Any:
        from loops.charts import Pareto, Stacked

        if self.hides_all(asked):
            return None
        counts = self.counted(asked)
        if asked.by == COUNT:
            spread = self._spread(asked, counts)
            return Stacked(
                key="reuse-counts",
                title=_("How many articles were reused how often"),
                labels=[str(reuses) for reuses, _articles in spread],
                series=[(_("Articles"), [articles for _reuses, articles in spread])],
                unit=_("articles"),
                head=_("Reuses"),
            )
        ordered = sorted(counts, key=lambda pk: (-counts[pk], pk))
        idle = self.articles(asked, counts).exclude(pk__in=list(counts)).order_by("pk")
        shown = [*ordered, *idle.values_list("pk", flat=True)]
        labels, values, links = bars(shown, counts)
        return Pareto(
            key="reuse",
            title=self.title,
            subtitle=_("Bars: reuses. Line: their share of all reuse, added up."),
            labels=labels,
            series=[(_("Reuses"), values)],
            unit=_("reuses"),
            head=_("Article"),
            kept=BARS,
            links=links,
        )


def bars(shown: list[int], counts: dict[int, int]) -> tuple[list[str], list[int], list[str]]:
    """One bar for each article; of many articles one for each so many, the most reused first."""
    if len(shown) <= BARS:
        names = dict(Article.objects.filter(pk__in=shown).values_list("pk", "number"))
        links = [numbered("articles:detail", names[pk]) for pk in shown]
        return [names[pk] for pk in shown], [counts.get(pk, 0) for pk in shown], links
    step = -(-len(shown) // BARS)
    parts = [(at, shown[at : at + step]) for at in range(0, len(shown), step)]
    labels = [
        _("%(first)s to %(last)s") % {"first": at + 1, "last": at + len(part)}
        for at, part in parts
    ]
    return labels, [sum(counts.get(pk, 0) for pk in part) for _at, part in parts], []


def few(counts: dict[int, int]) -> int:
    """How many articles, the most reused first, make most of the reuse."""
    whole, sofar = sum(counts.values()), 0
    for place, n in enumerate(sorted(counts.values(), reverse=True), 1):
        sofar += n
        if sofar >= MOST_OF_IT * whole:
            return place
    return 0
