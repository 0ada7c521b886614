"""pa/08: what happened to an article, and who had a part in it.

The four parts are told apart (pa/23): the first author, who changed it last, who owns it today,
and everybody who contributed in the period, as `loops.credit.lineage` reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from django.db.models import Count, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.models import Article, ArticleEvent
from kcs.addresses import numbered
from loops.charts import Stacked
from loops.credit.lineage import LABELS as WAYS
from loops.reports.asked import Asked
from loops.reports.base import COMMON, LINKS, MOST, Column, Report, Row, Summary, Told
from loops.reports.credited import Credits, contributed, fetch
from loops.reports.tallies import GROUPS as EVERY
from loops.reports.tallies import RECORD, Part, Sums, Tallied
from people.models import User

ARTICLE, EVENT = "article", "event"
FIRST, LAST, OWNER, CONTRIBUTOR = "first_author", "last_modifier", "owner", "contributor"
PARTS = {
    FIRST: gettext_lazy("First author"),
    LAST: gettext_lazy("Last modifier"),
    OWNER: gettext_lazy("Owner"),
    CONTRIBUTOR: gettext_lazy("Contributor"),
}
FIELDS = {FIRST: "created_by", LAST: "changed_by", OWNER: "owner"}
CHUNK = 2_000


class ArticleHistory(Tallied):
    key = "article-history"
    row = "pa/08"
    icon = "history"
    title = gettext_lazy("History of articles and their contributors")
    says = gettext_lazy(
        "Articles that somebody contributed to in the period, with first author, last modifier,"
        " owner and all contributors told apart. By person and team: in how many articles they"
        " have which part; a team's figure is the sum of its people's."
    )
    filters = (*COMMON, "owner", "creator", "origin", "origin_id", ARTICLE)
    open_people = ("owner", "creator")
    groups: ClassVar[Any] = {
        ARTICLE: gettext_lazy("Article"),
        EVENT: gettext_lazy("Event"),
        **{name: label for name, label in EVERY.items() if name != RECORD},
        RECORD: gettext_lazy("Contribution"),
    }
    choices: ClassVar[Any] = {"part": lambda: PARTS.items()}
    opens: ClassVar[Any] = {
        **{name: {"by": ARTICLE, "part": name} for name in FIELDS},
        CONTRIBUTOR: {"by": RECORD},
    }

    # Which articles ----------------------------------------------------------------------------

    def everybody(self, asked: Asked) -> Asked:
        """The same question without its person: whoever else contributed is told, too."""
        return asked.but(person=None, team=None, role="")

    def statement(self, asked: Asked) -> tuple[str, list[Any]]:
        """Who contributed to which article in the period."""
        return contributed(
            asked, scoped=asked.is_within_teams, number=asked.given.get(ARTICLE, "")
        )

    def articles(self, asked: Asked) -> QuerySet[Article]:
        """The articles with a contribution in the period in which the person that was asked
        for has the part that was asked for: any contribution, unless a part was named."""
        part = asked.chosen.get("part")
        narrow = asked if part in (None, CONTRIBUTOR) else self.everybody(asked)
        sql, params = self.statement(narrow)
        rows = Article.objects.filter(pk__in=RawSQL(f"select x.article from ({sql}) x", params))
        if part in FIELDS:
            rows = rows.filter(asked.whose(FIELDS[part], scoped=asked.is_within_teams))
        return rows

    # Sums --------------------------------------------------------------------------------------

    def parts(self, asked: Asked) -> list[Any]:
        sql, params = self.statement(self.everybody(asked))
        moved = RawSQL(f"select x.article from ({sql}) x", params)
        found: list[Any] = [
            Part(
                Article.objects.filter(asked.whose(field), pk__in=moved),
                {name: Count("pk")}, person=field, article="", at="changed_at",
            )
            for name, field in FIELDS.items()
        ]  # fmt: skip
        whose = contributed(asked, number=asked.given.get(ARTICLE, ""))
        return [*found, Credits(whose, {CONTRIBUTOR: "count(*)"})]

    def figures(self, asked: Asked) -> list[Column]:
        return [Column(name, label, "number") for name, label in PARTS.items()]

    def cells(self, sums: Sums) -> Row:
        return {name: sums.get(name, 0) for name in PARTS}

    def n(self, sums: Sums) -> int:
        return max((int(sums.get(name, 0)) for name in PARTS), default=0)

    def summary(self, asked: Asked) -> Summary:
        """Over people and groups what they add up to; over articles how many there are."""
        lists = asked.by in (ARTICLE, EVENT, RECORD)
        if lists and not self.hides_all(asked):
            n = self.articles(asked).count()
            told = [Told(_("Articles"), n, "number", asked.url(by=ARTICLE), name="articles")]
            return Summary(n, told=told)
        found = super().summary(asked)
        return found if found.hidden else Summary(self.articles(asked).count(), told=found.told)

    def hides_all(self, asked: Asked) -> bool:
        """Its lists are about articles, unless they were narrowed to people."""
        if asked.by in (ARTICLE, RECORD) and not (asked.authors or asked.is_about_people):
            return False
        if asked.by == EVENT:
            return Report.hides_all(self, asked)
        return super().hides_all(asked)

    def behind(self, asked: Asked) -> dict[int | None, int]:
        """Of events whoever did something, a contribution or not."""
        by = self.recorded(asked).order_by().values("by").annotate(n=Count("pk"))
        return dict(by.values_list("by", "n"))

    def chart(self, asked: Asked) -> Any:
        weeks = self.course(asked, self.parts(asked)[-1:])
        return Stacked(
            key="contributors",
            title=_("First contributions in the period"),
            labels=self.steps(asked, weeks),
            series=[(_("Contributors"), [sums.get(CONTRIBUTOR, 0) for _w, sums in weeks])],
            unit=_("contributors"),
        )

    # Rows --------------------------------------------------------------------------------------

    def columns(self, asked: Asked) -> list[Column]:
        if asked.by == ARTICLE:
            return [
                Column(ARTICLE, _("Article"), "link"),
                Column("title", _("Title")),
                Column("created_at", _("Created"), "date"),
                Column(FIRST, _("First author")),
                Column("changed_at", _("Changed last"), "date"),
                Column(LAST, _("Last modifier")),
                Column(OWNER, _("Owner")),
                Column("contributors", _("Contributors in the period")),
                Column("people", _("People"), "number"),
                Column("origin", _("Origin")),
                Column("origin_id", _("Origin id"), "link"),
            ]
        if asked.by == EVENT:
            return [
                Column("at", _("When"), "date"),
                Column(ARTICLE, _("Article"), "link"),
                Column("title", _("Title")),
                Column("verb", _("What"), labels=dict(ArticleEvent.Verb.choices)),
                Column("person", _("Who")),
                Column("version", _("Version"), "number"),
                Column("from", _("From")),
                Column("to", _("To")),
            ]
        return super().columns(asked)

    def rows(self, asked: Asked) -> Iterable[Row]:
        if asked.by not in (ARTICLE, EVENT):
            return super().rows(asked)
        if self.hides_all(asked):
            return []
        return self.of_articles(asked) if asked.by == ARTICLE else self.events(asked)

    def of_articles(self, asked: Asked) -> Iterator[Row]:
        """Each article with the people who have a part in it, by name."""
        names = dict(User.objects.order_by().values_list("pk", "name"))
        numbers = list(self.articles(asked).order_by("pk").values_list("pk", flat=True))
        sql, params = self.statement(self.everybody(asked))
        whole = f"select x.article, array_agg(x.person) as people from ({sql}) x"
        for begin in range(0, min(len(numbers), MOST + 1), CHUNK):
            chunk = numbers[begin : begin + CHUNK]
            told = f"{whole} where x.article = any(%s) group by 1"
            people = {one["article"]: one["people"] for one in fetch(told, [*params, chunk])}
            rows = (
                Article.objects.filter(pk__in=chunk)
                .select_related("owner_team")
                .defer(
                    "rendered",
                    "outside",
                    "issue",
                    "environment",
                    "resolution",
                    "cause",
                    "parts",
                )
            )
            for one in rows.order_by("pk"):
                who = sorted((names[p] for p in people.get(one.pk, [])), key=str.casefold)
                address = numbered("articles:detail", one.number)
                yield {
                    ARTICLE: one.number,
                    "title": one.title,
                    "created_at": one.created_at,
                    FIRST: names[one.created_by_id],
                    "changed_at": one.changed_at,
                    LAST: names[one.changed_by_id],
                    OWNER: names.get(one.owner_id or 0) or str(one.owner_team or ""),
                    "contributors": ", ".join(who),
                    "people": len(who),
                    "origin": one.origin_type,
                    "origin_id": one.origin_id,
                    LINKS: {
                        ARTICLE: address,
                        "people": asked.url(by=RECORD, article=one.number),
                        "origin_id": address if one.origin_id else "",
                    },
                }

    def recorded(self, asked: Asked) -> QuerySet[ArticleEvent]:
        """Everything that was recorded of these articles in the period."""
        by = asked.whose(scoped=asked.is_within_teams) if asked.is_about_people else Q()
        rows = ArticleEvent.objects.filter(asked.period(), asked.articles(), by)
        if number := asked.given.get(ARTICLE):
            rows = rows.filter(article__number__iexact=number)
        return rows

    def events(self, asked: Asked) -> Iterator[Row]:
        """The same as rows, the newest first."""
        found = self.recorded(asked).order_by("-at", "-pk").values(
            "at", "article__number", "article__title", "verb", "by", "by__name", "version",
            "detail",
        )  # fmt: skip
        for one in found[: MOST + 1].iterator(2000):
            detail = one["detail"] if isinstance(one["detail"], dict) else {}
            yield {
                "at": one["at"],
                ARTICLE: one["article__number"],
                "title": one["article__title"],
                "verb": one["verb"],
                "person": self._who(asked, one["by"], one["by__name"] or ""),
                "version": one["version"],
                "from": plain(detail.get("from")),
                "to": plain(detail.get("to")),
                LINKS: {ARTICLE: numbered("articles:detail", one["article__number"])},
            }

    def _who(self, asked: Asked, person: int | None, name: str) -> str:
        """Of one article all names, as on its own page; of many they would be figures."""
        if person is None or asked.given.get(ARTICLE) or asked.may_name(person):
            return name
        return str(_("Others"))

    def record_columns(self, asked: Asked) -> list[Column]:
        return [
            Column(ARTICLE, _("Article"), "link"),
            Column("title", _("Title")),
            Column("person", _("Contributor")),
            Column("team", _("Team")),
            Column("how", _("Contribution")),
            Column("acts", _("How often"), "number"),
            Column("first", _("First"), "date"),
            Column("last", _("Last"), "date"),
        ]

    def records(self, asked: Asked) -> Iterator[Row]:
        """One row for each contributor of each article; whose figures are not the reader's to see
        are others here: added up, the rows are how much each one did."""
        sql, params = self.statement(asked)
        rows = fetch(f"{sql} order by article, at, person limit {MOST + 1}", params)
        people = User.objects.select_related("team").in_bulk({one["person"] for one in rows})
        for begin in range(0, len(rows), CHUNK):
            chunk = rows[begin : begin + CHUNK]
            articles = Article.objects.only("number", "title").in_bulk(
                {one["article"] for one in chunk}
            )
            for one in chunk:
                article, person = articles[one["article"]], people[one["person"]]
                yield {
                    ARTICLE: article.number,
                    "title": article.title,
                    "person": asked.name_of(person),
                    "team": str(person.team or "") if asked.may_name(person.pk) else "",
                    "how": ", ".join(str(WAYS[kind]) for kind in one["kinds"]),
                    "acts": one["acts"],
                    "first": one["at"],
                    "last": one["last"],
                    LINKS: {ARTICLE: numbered("articles:detail", article.number)},
                }


def plain(value: Any) -> str:
    return "" if value is None else str(value)
