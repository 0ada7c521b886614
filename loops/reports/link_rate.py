"""pa/03: how many of the solved tickets carry a link."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    When,
)
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.models import Article
from kcs.addresses import numbered
from loops.charts import Lines, Series
from loops.models import Link, Outcome, Search
from loops.reports.asked import EACH_ONCE, NONE, Asked
from loops.reports.base import COMMON, LINKS, MOST, Column, Row, share_cells, share_columns
from loops.reports.tallies import Part, Sums, Tallied
from loops.statistics.rates import Share
from people.models import Team
from tickets.models import Ticket

LINKED, UNLINKED, IMPORTED = "linked", "unlinked", "imported"
WHICH = {
    "solved": gettext_lazy("Solved"),
    LINKED: gettext_lazy("With a link"),
    UNLINKED: gettext_lazy("Without"),
    IMPORTED: gettext_lazy("Imported"),
}
ASKED_FOR = {
    "solved": Q(is_imported=False),
    LINKED: Q(is_imported=False, is_linked=True),
    UNLINKED: Q(is_imported=False, is_linked=False),
    IMPORTED: Q(is_imported=True),
}


def tags() -> Cast:
    """A ticket's tags: its topic's. That is the linked articles, and without a link the article
    that the last search found first."""
    linked = Link.objects.filter(ticket=OuterRef("pk"))
    tag = Func(F("article__tags"), function="unnest", output_field=TextField())
    first = KeyTextTransform("article", KeyTransform("0", "results"))
    found = (
        Search.objects.filter(ticket=OuterRef(OuterRef("pk")), count__gt=0)
        .order_by("-at", "-pk")
        .annotate(first=Cast(first, BigIntegerField()))
        .values("first")[:1]
    )
    first_found = Article.objects.filter(pk=Subquery(found)).order_by()
    told = Case(
        When(
            Exists(linked),
            then=ArraySubquery(linked.order_by().annotate(tag=tag).values("tag").distinct()),
        ),
        default=Subquery(first_found.values("tags")),
        output_field=ArrayField(TextField()),
    )
    return Cast(told, ArrayField(TextField()))


class LinkRate(Tallied):
    key = "link-rate"
    row = "pa/03"
    icon = "link"
    title = gettext_lazy("Link rate")
    says = gettext_lazy(
        "Solved tickets with at least one link, made before or after, of all solved tickets."
        " Healthy between 60 and 80 %: it is no target. Imported history is no part of it."
    )
    filters = (*COMMON, "origin", "origin_id")
    # A ticket has one branch and one origin.
    each_once = (*EACH_ONCE, "domain", "category", "origin", "origin_id")
    choices: ClassVar[Any] = {"what": lambda: WHICH.items()}
    opens: ClassVar[Any] = {
        "solved": {"what": "solved"},
        LINKED: {"what": LINKED},
        IMPORTED: {"what": IMPORTED},
    }

    def tickets(self, asked: Asked) -> QuerySet[Ticket]:
        """The tickets solved in the period. A ticket's team is the one whose queue it stands
        in; without one, its solver's."""
        imported = Outcome.objects.filter(
            ticket=OuterRef("pk"), ended_at=None, outcome=Outcome.Kind.IMPORTED
        )
        rows = Ticket.objects.filter(
            asked.period("solved_at"), asked.tickets(""), asked.in_domains(),
            asked.who("solved_by"), self._teams(asked),
        ).annotate(
            is_linked=Exists(Link.objects.filter(ticket=OuterRef("pk"))),
            is_imported=Exists(imported),
        )  # fmt: skip
        if asked.q:
            rows = rows.filter(Q(subject__icontains=asked.q) | Q(number__iexact=asked.q))
        if asked.origin:
            system = "" if asked.origin == NONE else asked.origin
            rows = rows.filter(external_system=system)
        if asked.origin_id:
            rows = rows.filter(external_id=asked.origin_id)
        if asked.tag:
            rows = rows.annotate(topic_tags=tags())
            rows = rows.filter(Q(**{"topic_tags__contains": [asked.tag]}))
        if what := asked.chosen.get("what"):
            rows = rows.filter(ASKED_FOR[what])
        return rows

    def _teams(self, asked: Asked) -> Q:
        found = Q()
        if asked.team == NONE:
            found = Q(team=None) & (Q(solved_by=None) | Q(solved_by__team=None))
        elif isinstance(asked.team, Team):
            found = Q(team=asked.team) | Q(team=None, solved_by__team=asked.team)
        if not asked.user.is_superuser:
            own = Q(team=None, solved_by__team__in=sorted(asked.teams.ids))
            found &= asked.teams.tickets() | own | Q(solved_by__in=sorted(asked.people))
        return found

    def parts(self, asked: Asked) -> list[Part]:
        sums = {
            "solved": Count("pk", filter=ASKED_FOR["solved"]),
            LINKED: Count("pk", filter=ASKED_FOR[LINKED]),
            IMPORTED: Count("pk", filter=ASKED_FOR[IMPORTED]),
        }
        return [
            Part(
                self.tickets(asked), sums, person="solved_by", article="", domain="domain",
                tags=tags(), team=Coalesce("team_id", "solved_by__team_id"), at="solved_at",
                origin=("external_system", "external_id"),
            )
        ]  # fmt: skip

    def figures(self, asked: Asked) -> list[Column]:
        return [
            Column("solved", _("Solved"), "number"),
            Column(LINKED, _("With a link"), "number"),
            *share_columns("link_rate", _("Link rate"), "solved"),
            Column(IMPORTED, _("Imported"), "number"),
        ]

    def cells(self, sums: Sums) -> Row:
        return {
            "solved": sums.get("solved", 0),
            LINKED: sums.get(LINKED, 0),
            **share_cells("link_rate", self.share(sums)),
            IMPORTED: sums.get(IMPORTED, 0),
        }

    def n(self, sums: Sums) -> int:
        return int(sums.get("solved", 0))

    def is_empty(self, sums: Sums) -> bool:
        return not (sums.get("solved") or sums.get(IMPORTED))

    def share(self, sums: Sums) -> Share:
        return Share(sums.get(LINKED, 0), sums.get("solved", 0))

    def chart(self, asked: Asked) -> Any:
        told = [(when, self.share(sums)) for when, sums in self.course(asked) if self.n(sums)]
        return Lines(
            key="link-rate",
            title=_("Link rate over time"),
            labels=self.steps(asked, told),
            series=[
                Series(
                    _("Link rate"),
                    [share.value for _when, share in told],
                    low=[share.low for _when, share in told],
                    high=[share.high for _when, share in told],
                    n=[int(share.n) for _when, share in told],
                )
            ],
            format="percent",
        )

    def record_columns(self, asked: Asked) -> list[Column]:
        return [
            Column("solved_at", _("Solved"), "date"),
            Column("ticket", _("Ticket"), "link"),
            Column("subject", _("Subject")),
            Column("person", _("Solved by")),
            Column("team", _("Team")),
            Column("domain", _("Domain")),
            Column("outcome", _("Outcome"), labels=dict(Outcome.Kind.choices)),
            Column("articles", _("Articles"), "link"),
        ]

    def records(self, asked: Asked) -> Iterator[Row]:
        linked = Link.objects.filter(ticket=OuterRef("pk")).order_by("at", "pk")
        said = Outcome.objects.filter(ticket=OuterRef("pk"), ended_at=None).values("outcome")
        rows = (
            self.tickets(asked)
            .annotate(
                articles=ArraySubquery(linked.values("article__number")),
                outcome=Subquery(said[:1]),
            )
            .order_by("-solved_at", "-pk")
            .values(
                "solved_at", "number", "subject", "solved_by", "solved_by__name", "team__name",
                "solved_by__team__name", "domain__path", "outcome", "articles",
            )
        )  # fmt: skip
        for one in rows[: MOST + 1].iterator(2000):
            yield {
                "solved_at": one["solved_at"],
                "ticket": one["number"],
                "subject": one["subject"],
                "person": one["solved_by__name"] if asked.may_name(one["solved_by"]) else "",
                "team": one["team__name"] or one["solved_by__team__name"] or "",
                "domain": one["domain__path"] or "",
                "outcome": one["outcome"] or "",
                "articles": ", ".join(one["articles"]),
                LINKS: {
                    "ticket": numbered("solve:workspace", one["number"]),
                    "articles": [numbered("articles:detail", a) for a in one["articles"]],
                },
            }
