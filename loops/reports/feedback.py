"""What readers said of articles, and how long they waited for an answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.models import Feedback as Said
from loops.reports.asked import Asked
from loops.reports.base import COMMON, LINKS, MOST, Column, Report, Row, Summary, Told
from loops.reports.tallies import fewer
from loops.statistics.durations import exact

SAYS = {
    True: gettext_lazy("It helped"),
    False: gettext_lazy("It did not help"),
    None: "",
}


def state_choices() -> list[tuple[str, Any]]:
    return [("waiting", gettext_lazy("Open or taken")), *Said.State.choices]


class Feedback(Report):
    """Comments, and whatever waits for an answer. "It helped" alone stands with self-service."""

    key, row = "feedback", "pa/13"
    title = gettext_lazy("Feedback and its turnaround")
    says = gettext_lazy("What readers said of which article, and how long the answer took.")
    icon = "message-square"
    filters = (*COMMON, "owner", "creator")
    open_people = ("owner", "creator")
    choices: ClassVar[Any] = {"state": state_choices}

    def said(self, asked: Asked) -> QuerySet[Said]:
        """`person`, `team` and `role` are those of whoever has to answer."""
        found = Said.objects.filter(asked.period(), asked.articles()).exclude(
            state=Said.State.NOTED, comment=""
        )
        if asked.person or asked.team or asked.role:
            found = found.filter(asked.whose("owner", scoped=asked.is_within_teams))
        state = asked.chosen.get("state", "")
        if state == "waiting":
            return found.filter(state__in=["open", "taken"])
        return found.filter(state=state) if state else found

    def behind(self, asked: Asked) -> dict[int | None, int]:
        """Turnaround is a figure about whoever answers."""
        by = self.said(asked).order_by().values("owner").annotate(n=Count("pk"))
        return dict(by.values_list("owner", "n"))

    def columns(self, asked: Asked) -> list[Column]:
        return [
            Column("at", _("Created"), "date"),
            Column("article", _("Article"), "link"),
            Column("title", _("Title")),
            Column("comment", _("Comment")),
            Column("helped", _("Rating")),
            Column("state", _("State")),
            Column("owner", _("Who answers")),
            Column("changed", _("State since"), "date"),
            Column("turnaround", _("Turnaround"), "duration"),
            Column("age", _("Open for"), "duration"),
        ]

    def rows(self, asked: Asked) -> Iterator[Row]:
        if self.hides_all(asked):
            return
        found = self.said(asked).select_related("article", "owner")
        found = found.only(
            "at", "comment", "helpful", "state", "taken_at", "answered_at",
            "article__number", "article__title", "owner__name", "owner__email",
        )  # fmt: skip
        for one in found.order_by("-at", "-pk")[: MOST + 1].iterator():
            yield {
                "at": one.at,
                "article": one.article.number,
                "title": one.article.title,
                "comment": one.comment,
                "helped": str(SAYS[one.helpful]),
                "state": str(one.get_state_display()),
                "owner": asked.name_of(one.owner),
                "changed": one.answered_at or one.taken_at or one.at,
                "turnaround": seconds(one.turnaround) if one.turnaround else None,
                "age": seconds(asked.now - one.at) if one.is_open else None,
                LINKS: {
                    "article": one.article.get_absolute_url(),
                    "comment": f"{one.article.get_absolute_url()}#comments",
                },
            }

    def summary(self, asked: Asked) -> Summary:
        if self.hides_all(asked):
            return Summary(hidden=True, note=fewer(asked.least))
        said = self.said(asked)
        waited = sorted(
            seconds((answered or at) - at)
            for at, answered in said.filter(answered_at__isnull=False)
            .order_by()
            .values_list("at", "answered_at")
        )
        waiting = said.filter(Q(state="open") | Q(state="taken")).count()
        n = said.count()
        return Summary(
            n=n,
            told=[
                Told(_("Feedback"), n),
                Told(_("Waiting for an answer"), waiting, url=asked.url(state="waiting")),
                Told(_("Answered"), len(waited)),
                Told(_("Turnaround, median"), _within(waited, 0.5), "duration"),
                Told(_("Turnaround, nine of ten within"), _within(waited, 0.9), "duration"),
            ],
        )


def seconds(span: Any) -> int:
    return round(span.total_seconds())


def _within(ordered: list[int], share: float) -> int | None:
    """The whole seconds that this share of the answers took at most."""
    value = exact(ordered, share)
    return None if value is None else round(value)
