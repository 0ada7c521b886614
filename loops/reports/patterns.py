"""Patterns over many tickets and articles, found every night (`loops/reports/finding.py`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.models import Article
from loops.charts.figures import percent
from loops.models import Link, Pattern
from loops.reports.asked import Asked
from loops.reports.base import COMMON, LINKS, MOST, Column, Report, Row, Summary, Told

PATTERN, ARTICLE = "pattern", "article"
KINDS = Pattern.Kind
WORDS = 200


def kind_choices() -> list[tuple[str, Any]]:
    return list(KINDS.choices)


class Patterns(Report):
    """Of those found last night, the ones whose articles solved something in the period. Who may
    not see one of its articles does not see the pattern."""

    key, row = "patterns", "pa/26"
    title = gettext_lazy("Patterns")
    says = gettext_lazy(
        "The same symptom with different causes, the same cause with different symptoms, and"
        " what comes with one environment."
    )
    icon = "waypoints"
    filters = tuple(name for name in COMMON if name not in ("person", "team", "role"))
    groups: ClassVar[Any] = {
        PATTERN: gettext_lazy("Pattern"),
        ARTICLE: gettext_lazy("Article"),
    }
    choices: ClassVar[Any] = {"kind": kind_choices}

    def known(self) -> set[str]:
        return super().known() | {"pattern"}

    def links(self, asked: Asked) -> QuerySet[Link]:
        return Link.objects.resolutions().filter(asked.period(), asked.tickets())

    def found(self, asked: Asked) -> list[tuple[Pattern, list[Article], dict[int, int]]]:
        """Each pattern with its articles and how many tickets each solved in the period."""
        if "patterns" not in asked.kept:
            asked.kept["patterns"] = self._found(asked)
        return list(asked.kept["patterns"])

    def _found(self, asked: Asked) -> list[Any]:
        rows = Pattern.objects.select_related("domain").prefetch_related("articles")
        if kind := asked.chosen.get("kind"):
            rows = rows.filter(kind=kind)
        if (wanted := asked.given.get("pattern", "")).isdecimal() and len(wanted) < 18:
            rows = rows.filter(pk=int(wanted))
        rows = rows.filter(
            articles__in=Article.objects.filter(asked.articles("")).order_by().values("pk")
        ).distinct()
        patterns = list(rows)
        ids = {one.pk for pattern in patterns for one in pattern.articles.all()}
        seen = set(
            Article.objects.visible_to(asked.user)
            .filter(pk__in=ids)
            .values_list("pk", flat=True)
        )
        counted = self.links(asked).filter(article__in=ids).order_by().values("article")
        used: dict[int, int] = dict(counted.annotate(n=Count("pk")).values_list("article", "n"))
        found = []
        for pattern in patterns:
            articles = sorted(pattern.articles.all(), key=lambda one: one.pk)
            own = {one.pk: used.get(one.pk, 0) for one in articles}
            if set(own) <= seen and any(own.values()):
                found.append((pattern, articles, own))
        return found

    def columns(self, asked: Asked) -> list[Column]:
        if asked.by == ARTICLE:
            return [
                Column("kind", _("Kind")),
                Column("pattern", _("Pattern"), "link"),
                Column("article", _("Article"), "link"),
                Column("title", _("Title")),
                Column("symptom", _("Symptom")),
                Column("cause", _("Cause")),
                Column("tickets", _("Tickets solved"), "number"),
            ]
        return [
            Column("kind", _("Kind")),
            Column("pattern", _("Pattern"), "link"),
            Column("numbers", _("Which"), "link"),
            Column("articles", _("Articles"), "number"),
            Column("tickets", _("Tickets solved"), "number"),
            Column("evidence", _("Evidence")),
            Column("found_at", _("Found"), "date"),
        ]

    def rows(self, asked: Asked) -> Iterable[Row]:
        return self._articles(asked) if asked.by == ARTICLE else self._patterns(asked)

    def _patterns(self, asked: Asked) -> Iterator[Row]:
        for pattern, articles, used in self.found(asked)[: MOST + 1]:
            way = asked.url(by=ARTICLE, pattern=pattern.pk)
            yield {
                "kind": str(pattern.get_kind_display()),
                "pattern": pattern.name,
                "numbers": ", ".join(one.number for one in articles),
                "articles": len(articles),
                "tickets": sum(used.values()),
                "evidence": evidence(pattern),
                "found_at": pattern.found_at,
                LINKS: {
                    "pattern": way,
                    "articles": way,
                    "tickets": way,
                    "numbers": [one.get_absolute_url() for one in articles],
                },
            }

    def _articles(self, asked: Asked) -> Iterator[Row]:
        period = {n: v for n, v in asked.given.items() if n in ("from", "to", "period")}
        for pattern, articles, used in self.found(asked)[: MOST + 1]:
            for one in articles:
                links: dict[str, Any] = {
                    "pattern": asked.url(by=ARTICLE, pattern=pattern.pk),
                    "article": one.get_absolute_url(),
                }
                if used[one.pk]:
                    way = {"by": "record", "article": one.number, "kind": "resolution"}
                    query = urlencode({**period, **way})
                    links["tickets"] = f"{reverse('insights:report', args=['links'])}?{query}"
                yield {
                    "kind": str(pattern.get_kind_display()),
                    "pattern": pattern.name,
                    "article": one.number,
                    "title": one.title,
                    "symptom": one.issue[:WORDS],
                    "cause": one.cause[:WORDS],
                    "tickets": used[one.pk],
                    LINKS: links,
                }

    def summary(self, asked: Asked) -> Summary:
        found = self.found(asked)
        told = [
            Told(
                label,
                sum(1 for pattern, _articles, _used in found if pattern.kind == kind),
                url=asked.url(by=PATTERN, kind=kind, pattern=None),
            )
            for kind, label in KINDS.choices
        ]
        last = max((pattern.seen_at for pattern, _articles, _used in found), default=None)
        note = ""
        if last is not None:
            day = date_format(last.astimezone(asked.zone), "DATE_FORMAT")
            note = _("Looked for last on %(day)s.") % {"day": day}
        return Summary(n=len(found), told=told, note=note)


def evidence(pattern: Pattern) -> str:
    """Why it is one, in words."""
    said = pattern.evidence
    if pattern.kind == KINDS.ENVIRONMENT:
        usual = said["elsewhere"] / said["elsewhere_of"] if said["elsewhere_of"] else 0
        return _("%(k)s of its %(n)s tickets (%(share)s), of all others %(usual)s") % {
            "k": said["with"],
            "n": said["of"],
            "share": percent(said["with"] / said["of"]),
            "usual": percent(usual),
        }
    if pattern.kind == KINDS.SYMPTOM:
        words = _("symptoms alike by %(alike)s, causes by %(apart)s")
    else:
        words = _("causes alike by %(alike)s, symptoms by %(apart)s")
    return words % {"alike": percent(said["alike"]), "apart": percent(said["apart"])}
