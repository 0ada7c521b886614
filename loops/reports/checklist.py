"""pa/05: what reviews by the content standard found, with the article of each."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loops.models import Sample
from loops.reports.asked import Asked
from loops.reports.base import LINKS, Column, Row, share_columns
from loops.reports.reviews import Reviews
from loops.statistics.rates import Share


class Checklist(Reviews):
    key = "checklist"
    row = "pa/05"
    icon = "list-checks"
    kind = Sample.Kind.CONTENT
    title = gettext_lazy("Content standard checklist")
    says = gettext_lazy(
        "Reviews by the content standard. The score of a review is the passed share of the"
        " applicable weight; that of several is their mean. For the author, the coach and the"
        " author's own manager."
    )

    def domains(self, asked: Asked) -> Q:
        return asked.articles() if _narrows(asked) else Q()

    def shares(self, samples: list[Sample]) -> dict[str, Share]:
        scores = [one.score for one in samples if one.score is not None]
        return {"score": Share(sum(scores), len(scores))}

    def figures(self, asked: Asked) -> list[Column]:
        return share_columns("score", _("Content standard score"), "reviews")

    def own_columns(self, asked: Asked) -> list[Column]:
        return [
            Column("article", _("Article"), "link"),
            Column("title", _("Title")),
            Column("version", _("Version"), "number"),
            Column("score", _("Score"), "share"),
            Column("passed", _("Passed")),
            Column("missed", _("Not fulfilled")),
        ]

    def cells(self, sample: Sample) -> Row:
        assert sample.article is not None
        assert sample.version is not None
        answers: dict[str, Any] = sample.answers
        return {
            "article": sample.article.number,
            "title": sample.version.title,
            "version": sample.version.number,
            "score": None if sample.score is None else round(sample.score, 4),
            "passed": "" if sample.passed is None else _("yes") if sample.passed else _("no"),
            "missed": ", ".join(key for key, said in answers.items() if said == "no"),
            LINKS: {"article": sample.article.get_absolute_url()},
        }


def _narrows(asked: Asked) -> bool:
    return bool(asked.domains is not None or asked.tag or asked.q)
