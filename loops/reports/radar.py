"""One person's work on a radar, each axis against what the team calls its average.

Every value is the one that another report tells of this person and period (`Axis.source`), so
that the table beside the chart can be checked. What a person's figures are divided by is the
team's average: a number that the manager set, else what the team really did in the period. On
the axes half the way out is the average, and the rim is twice as much or more. Someone exactly
at average is a ring.

Contribution index = acts done ÷ opportunities offered. Opportunities are solved tickets on which
something was to be known (not imported, not spam, a duplicate or one that nobody answered), flags
and feedback that waited for this person, and questions that colleagues asked them. Acts are those
of the tickets that ended with knowledge reused, improved, flagged or created, and the remarks and
questions that this person answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.models import EXTERNAL, ArticleEvent, Feedback, Flag
from loops.charts import Radar as Drawing
from loops.charts import Series
from loops.charts.figures import number, percent
from loops.evolve import access
from loops.models import Outcome, Question, Sample, TeamAverage
from loops.reports.asked import Asked
from loops.reports.base import HIDDEN, LINKS, Column, Report, Row, Summary, Told
from loops.reports.checklist import Checklist
from loops.reports.citations import Citations
from loops.reports.contributions import Contributions
from loops.reports.link_rate import LinkRate
from loops.reports.process_review import ProcessReview
from loops.reports.tallies import fewer
from people.models import Team, User
from tickets.models import Ticket

NAMES = TeamAverage.Axis
NOTHING_TO_KNOW = (
    Outcome.Reason.SPAM,
    Outcome.Reason.DUPLICATE_TICKET,
    Outcome.Reason.NO_REPLY,
)
WITH_KNOWLEDGE = ("reused", "improved", "flagged", "created")
RIM = 2.0


@dataclass(frozen=True)
class Value:
    """A value and what stands behind it: n rows, and how many people."""

    value: float | None
    n: int
    people: int = 1


Measure = Callable[[Asked], Value]


def _share(hits: float, n: float) -> Value:
    return Value(hits / n if n else None, int(n))


def link_rate(asked: Asked) -> Value:
    group = LinkRate().total(_of(asked, LinkRate()))
    share = LinkRate().share(group.sums)
    return Value(share.value, int(share.n), len(group.people))


def solved(asked: Asked) -> Value:
    group = LinkRate().total(_of(asked, LinkRate()))
    n = LinkRate().n(group.sums)
    return Value(n, n, len(group.people))


def citations(asked: Asked) -> Value:
    group = Citations().total(_of(asked, Citations()))
    n = Citations().n(group.sums)
    return Value(n, n, len(group.people))


def _contributions(act: str) -> Measure:
    def counted(asked: Asked) -> Value:
        group = Contributions().total(_of(asked, Contributions()))
        n = group.sums.get(act, 0)
        return Value(n, n, len(group.people))

    return counted


def checklist(asked: Asked) -> Value:
    return _reviews(asked, Checklist(), "score")


def link_accuracy(asked: Asked) -> Value:
    return _reviews(asked, ProcessReview(), "link_accuracy")


def _reviews(asked: Asked, report: Any, name: str) -> Value:
    """Of one person those that the reader may read; of a team all, for its average alone."""
    if asked.person is not None:
        samples = list(report.samples(_of(asked, report)))
    else:
        assert isinstance(asked.team, Team)
        samples = list(
            Sample.objects.filter(
                asked.period("reviewed_at"), person__team=asked.team, kind=report.kind,
                state="done",
            )
        )  # fmt: skip
    share = report.shares(samples)[name]
    return Value(share.value, int(share.n), len({one.person_id for one in samples}))


def contribution(asked: Asked) -> Value:
    """Acts done ÷ opportunities offered."""
    said = Outcome.objects.filter(ticket=OuterRef("pk"), ended_at=None)
    tickets = Ticket.objects.filter(
        asked.period("solved_at"), asked.tickets(""), asked.whose("solved_by")
    ).exclude(
        Exists(said.filter(Q(outcome="imported") | Q(reason__in=NOTHING_TO_KNOW)))
    )  # fmt: skip
    with_knowledge = tickets.filter(Exists(said.filter(outcome__in=WITH_KNOWLEDGE)))
    offered, done = tickets.count(), with_knowledge.count()
    people = set(tickets.order_by().values_list("solved_by", flat=True).distinct())
    waiting: list[tuple[Any, str]] = [
        (Flag.objects.exclude(owner=None), "owner"),
        (Feedback.objects.exclude(owner=None), "owner"),
        (Question.objects.exclude(state="withdrawn"), "asked"),
    ]
    for rows, owner in waiting:
        found = rows.filter(asked.period(), asked.whose(owner))
        answered = found.filter(answered_at__isnull=False)
        offered += found.count()
        done += answered.count()
        people |= set(found.order_by().values_list(owner, flat=True).distinct())
    return Value(done / offered if offered else None, offered, len(people))


def published(asked: Asked) -> Value:
    """Articles that this person made readable outside."""
    events = ArticleEvent.objects.filter(
        asked.period(), asked.whose("by"), verb=ArticleEvent.Verb.AUDIENCE,
        detail__to__in=[str(one) for one in EXTERNAL], detail__from="internal",
    )  # fmt: skip
    n = events.order_by().values("article").distinct().count()
    return Value(n, n, events.order_by().values("by").distinct().count())


@dataclass(frozen=True)
class Axis:
    """One measure. Of counts the team's average is that of a person, of shares the team's own."""

    name: str
    measure: Measure
    is_share: bool
    source: str  # the report that tells the same
    optional: bool = False

    @property
    def label(self) -> str:
        return str(NAMES(self.name).label)

    def say(self, value: float | None) -> str:
        if value is None:
            return "–"
        return percent(value) if self.is_share else number(value)


AXES = (
    Axis(NAMES.CHECKLIST, checklist, True, "checklist"),
    Axis(NAMES.CITATIONS, citations, False, "citations"),
    Axis(NAMES.LINK_RATE, link_rate, True, "link-rate"),
    Axis(NAMES.CONTRIBUTION, contribution, True, ""),
    Axis(NAMES.LINK_ACCURACY, link_accuracy, True, "process-review"),
    Axis(NAMES.TICKETS, solved, False, "link-rate", optional=True),
    Axis(NAMES.CREATED, _contributions("created"), False, "contributions", optional=True),
    Axis(NAMES.MODIFIED, _contributions("modified"), False, "contributions", optional=True),
    Axis(NAMES.PUBLISHED, published, False, "", optional=True),
)
SHOWN: dict[str, Any] = {
    "core": gettext_lazy("Quality and use"),
    "all": gettext_lazy("With counts of work"),
}
# What only the person, the coach and the manager may know anyhow.
REVIEWED = (NAMES.CHECKLIST, NAMES.LINK_ACCURACY)


def _of(asked: Asked, report: Report) -> Asked:
    return asked.but(report=report, by="", chosen={})


class RadarOfPerson(Report):
    """For the person, the coach and the person's own manager; administrators say why first."""

    key, row = "radar", "pa/11"
    title = gettext_lazy("Radar of one person")
    says = gettext_lazy(
        "One person's period against the team's average: half the way out is it."
    )
    icon = "radar"
    own_readers = True
    filters = ("from", "to", "period", "person")
    choices: ClassVar[Any] = {"axes": lambda: SHOWN.items()}

    def opens_to(self, user: User) -> bool:
        return user.is_authenticated and user.is_agent

    def require(self, user: User) -> None:
        if not self.opens_to(user):
            access.require(user)

    def person(self, asked: Asked) -> User:
        return asked.person or asked.user

    def points(self, asked: Asked) -> list[Point]:
        """One for each axis; asked for once, however many want them."""
        if "points" not in asked.kept:
            asked.kept["points"] = points(asked, self.person(asked))
        return list(asked.kept["points"])

    def columns(self, asked: Asked) -> list[Column]:
        return [
            Column("measure", _("Measure"), "link"),
            Column("said", _("Value")),
            Column("value", _("Value, as a number"), "number", exported=True),
            Column("n", _("n"), "number"),
            Column("average_said", _("Team average"), "link"),
            Column("average", _("Team average, as a number"), "number", exported=True),
            Column("set", _("Average is")),
            Column("ratio", _("Of the average"), "share"),
        ]

    def rows(self, asked: Asked) -> Iterable[Row]:
        person = self.person(asked)
        for one in self.points(asked):
            links = {}
            if one.axis.source:
                period = {n: v for n, v in asked.given.items() if n in ("from", "to", "period")}
                source = asked.but(given={**period, "person": str(person.pk)})
                links["measure"] = source.but(report=SOURCES[one.axis.source]).url()
            if person.team_id and may_set(asked.user, person.team):
                links["average_said"] = reverse("insights:averages", args=[person.team_id])
            yield {
                "measure": one.axis.label,
                "said": fewer(asked.least) if one.hidden else one.axis.say(one.value),
                "value": None if one.value is None else round(one.value, 4),
                "n": one.told_n,
                "average_said": one.axis.say(one.average),
                "average": None if one.average is None else round(one.average, 4),
                "set": one.how,
                "ratio": None if one.ratio is None else round(one.ratio, 4),
                HIDDEN: one.hidden,
                LINKS: links,
            }

    def summary(self, asked: Asked) -> Summary:
        person = self.person(asked)
        told = [
            Told(_("Person"), str(person), "text"),
            Told(_("Team"), str(person.team or _("No team")), "text"),
        ]
        note = _("Not a mark: the shape says where to look, and the reports behind it why.")
        return Summary(
            n=sum(one.told_n or 0 for one in self.points(asked)), told=told, note=note
        )

    def chart(self, asked: Asked) -> Any:
        shown = self.points(asked)
        if not any(one.ratio is not None for one in shown):
            return None
        return Drawing(
            key="radar",
            title=_("%(person)s against the team's average") % {"person": self.person(asked)},
            subtitle=_(
                "Half the way out is the team's average; the rim is twice as much or more."
            ),
            labels=[one.axis.label for one in shown],
            series=[
                Series(str(self.person(asked)), [one.place for one in shown]),
                Series(_("Team average"), [1 / RIM] * len(shown), "mute", dashed=True),
            ],
            format=lambda place: percent(place * RIM),
            n=max((one.told_n or 0 for one in shown), default=0),
        )


SOURCES: dict[str, Report] = {
    report.key: report
    for report in (Checklist(), Citations(), LinkRate(), ProcessReview(), Contributions())
}


@dataclass(frozen=True)
class Point:
    """One axis of one person."""

    axis: Axis
    value: float | None
    n: int
    average: float | None
    how: str
    hidden: bool = False

    @property
    def told_n(self) -> int | None:
        """Of a count n is the value itself."""
        return None if self.hidden and not self.axis.is_share else self.n

    @property
    def ratio(self) -> float | None:
        if self.value is None or not self.average:
            return None
        return self.value / self.average

    @property
    def place(self) -> float | None:
        """How far out, from 0 to 1: half the way is the average."""
        return None if self.ratio is None else min(self.ratio, RIM) / RIM


def points(asked: Asked, person: User) -> list[Point]:
    own = asked.but(person=person, team=None)
    wanted = [axis for axis in AXES if asked.chosen.get("axes") == "all" or not axis.optional]
    averages = averages_of(asked, person.team, [axis.name for axis in wanted])
    found = []
    for axis in wanted:
        told = axis.measure(own)
        average, how = averages[axis.name]
        hidden = _hides(asked, person, axis, told.n)
        value = None if hidden else told.value
        found.append(Point(axis, value, told.n, average, how, hidden))
    return found


def _hides(asked: Asked, person: User, axis: Axis, n: int) -> bool:
    """Too few for a figure about somebody else; coaches see what they reviewed themselves."""
    if not asked.least or person == asked.user or not n or n >= asked.least:
        return False
    return not (axis.name in REVIEWED and person.coach_id == asked.user.pk)


def averages_of(
    asked: Asked, team: Team | None, names: Iterable[str]
) -> dict[str, tuple[float | None, str]]:
    """{axis: (average, what it is)}: what was set, else what the team did in the period. An
    average of fewer than three people, or of fewer rows than the minimum, would tell of them."""
    if team is None:
        return {name: (None, _("without a team there is none")) for name in names}
    kept = dict(TeamAverage.objects.filter(team=team).values_list("axis", "value"))
    # The average is the team's, whoever reads it.
    whole = asked.but(
        person=None, team=team, teams=access.Teams(frozenset({team.pk}), teamless=False)
    )
    members = set(
        User.objects.filter(team=team, is_active=True).exclude(competency="").values_list(
            "pk", flat=True
        )
    )  # fmt: skip
    found: dict[str, tuple[float | None, str]] = {}
    for axis in AXES:
        if axis.name not in names:
            continue
        if axis.name in kept:
            found[axis.name] = (kept[axis.name], _("set by the manager"))
            continue
        told = axis.measure(whole)
        value = told.value
        if value is not None and not axis.is_share:
            value = value / len(members) if members else None
        if access.is_small(told.n, told.people, asked.least) and not members <= asked.people:
            found[axis.name] = (None, _("too few to tell"))
        else:
            found[axis.name] = (value, _("what the team did"))
    return found


def may_set(user: User, team: Team | None) -> bool:
    """The team's manager says what its average is, and administrators."""
    return team is not None and (user.is_superuser or team.manager_id == user.pk)
