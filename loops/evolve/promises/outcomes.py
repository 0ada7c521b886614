"""The three outcomes that KCS promises, and the fourth, over time.

Operational efficiency: what is known is answered with what is known, and takes less time.
Self-service success: people who look for an answer themselves find it. Organisational
improvement: what comes in is known, and less of it is the product's fault. The fourth is the
people: that many take part in the knowledge, not a few.

Each is a share or a median of the period, with the period before; neither proves that KCS did
it. Figures of people are of the group: nobody's own stands here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from loops.charts import Chart, Lines
from loops.evolve.promises import figures
from loops.evolve.promises.figures import Told
from loops.evolve.rollups import numbers, spans
from loops.evolve.rollups.numbers import AgentTotals, Durations, Point, Totals, VisitTotals
from loops.evolve.scope import Scope
from loops.models import Improvement
from loops.statistics.rates import Share
from people.models import User


@dataclass
class Outcome:
    """One of the four: its figures, its chart, and what one should know before believing it."""

    key: str
    name: str
    says: str
    figures: list[Told]
    charts: list[Chart]
    caveat: str
    hidden: bool = False


@dataclass
class Numbers:
    """All that the page is made of: this period by steps, and the one before as a whole."""

    days: list[date]
    points: list[Point]
    before: Totals
    times: list[Durations]
    times_before: Durations
    visits: list[VisitTotals]
    visits_before: VisitTotals
    people: list[dict[int, AgentTotals]]
    people_before: dict[int, AgentTotals]

    @property
    def now(self) -> Totals:
        return add_up(point.totals for point in self.points)


def add_up(parts: Iterable[Totals]) -> Totals:
    """The sums of the steps of a period are the period's."""
    found = Totals()
    outcomes: Counter[str] = Counter()
    for one in parts:
        outcomes.update(one.outcomes)
        for name, value in vars(one).items():
            if name != "outcomes":
                setattr(found, name, getattr(found, name) + value)
    found.outcomes = dict(outcomes)
    return found


def all_times(parts: Iterable[Durations]) -> Durations:
    found = Durations()
    for one in parts:
        found.counts.update(one.counts)
    return found


def all_visits(parts: Iterable[VisitTotals]) -> VisitTotals:
    found = VisitTotals()
    for one in parts:
        for name, value in vars(one).items():
            setattr(found, name, getattr(found, name) + value)
    return found


def gather(scope: Scope, every: str) -> Numbers:
    before = scope.before()
    numbers.programme(scope, before)
    points, totals_before = spans.flow(scope, before, every)
    times, times_before = spans.times_series(scope, [numbers.RESOLUTION], every, before)
    visits, visits_before = spans.visits(scope, before, every)
    people, people_before = spans.people(scope, before, every)
    days = [point.day for point in points]
    return Numbers(
        days,
        points,
        totals_before,
        [times[numbers.RESOLUTION][day] for day in days],
        times_before[numbers.RESOLUTION],
        [visits[day] for day in days],
        visits_before,
        [people[day] for day in days],
        people_before,
    )


def outcomes(scope: Scope, user: User, every: str) -> list[Outcome]:
    found = gather(scope, every)
    labels = figures.step_labels(found.days, every)
    head = _("Month") if every == "month" else _("Week")
    told = [
        _efficiency(scope, found),
        _self_service(found),
        _improvement(scope, found),
        _people(found, user),
    ]
    # Who stands behind a small group's figures is known to whoever chose the group.
    behind = {person for step in found.people for person in step}
    if figures.hidden(behind, user):
        for outcome in told:
            outcome.hidden = outcome.key != "self-service"
    for outcome in told:
        for chart in outcome.charts:
            chart.head, chart.labels_shown = head, 7
            chart.labels = labels
    return told


def _lines(key: str, title: str, series: list[Any], days: list[date], **more: Any) -> Lines:
    # The labels are put in for all at once.
    more.setdefault("format", "percent")
    return Lines(key=key, title=title, labels=[str(day) for day in days], series=series, **more)


def _efficiency(scope: Scope, found: Numbers) -> Outcome:
    now, before = found.now, found.before
    totals = [point.totals for point in found.points]
    return Outcome(
        "efficiency",
        _("Operational efficiency"),
        _("What is known is answered with what is known, and takes less time."),
        [
            figures.share(
                _("Solved by reuse"), now.reuse_rate, before.reuse_rate,
                says=_("of the solved tickets have an article that was there before them"),
                url=figures.behind(scope, "reused"),
            ),
            figures.share(
                _("Solved at first contact"), now.first_contact_rate, before.first_contact_rate,
                says=_("of the solved tickets took one answer and were not reopened"),
                url=figures.behind(scope, "first_contact"),
            ),
            figures.time(
                _("Time to resolve"), all_times(found.times), found.times_before,
                says=_("is the median from arrival to solution, nights and weekends included"),
                url=figures.behind(scope, "solved"),
            ),
        ],
        [
            _lines(
                "efficiency",
                _("Reuse and first contact"),
                [
                    figures.rate_series(_("Solved by reuse"), [t.reuse_rate for t in totals]),
                    figures.rate_series(
                        _("Solved at first contact"), [t.first_contact_rate for t in totals]
                    ),
                ],
                found.days,
                subtitle=_("Share of solved tickets, with 95% intervals"),
                low=0.0,
                high=1.0,
            ),
            _lines(
                "resolution",
                _("Time to resolve"),
                [figures.median_series(_("Median"), found.times)],
                found.days,
                subtitle=_("Median from arrival to solution, by when it was solved"),
                format="duration",
                note=_("The last weeks look short: what takes long is not solved yet."),
            ),
        ],
        _("More reuse does not make tickets quick by itself: easy ones are reused more. The"
          " page “Times” compares like with like."),
    )  # fmt: skip


def _self_service(found: Numbers) -> Outcome:
    now, before = all_visits(found.visits), found.visits_before
    tickets, tickets_before = found.now, found.before
    return Outcome(
        "self-service",
        _("Self-service success"),
        _("People who look for an answer in the help centre find it there."),
        [
            figures.share(
                _("Said that it helped"), Share(now.confirmed, now.visits),
                Share(before.confirmed, before.visits),
                says=_("of the visits ended with “this helped” and no request: surely answered"),
            ),
            figures.share(
                _("Read and left"), Share(now.potential, now.visits),
                Share(before.potential, before.visits), better=0,
                says=_("of the visits opened an article and asked nothing: perhaps answered"),
            ),
            figures.share(
                _("Looked first"), tickets.use_first_rate, tickets_before.use_first_rate,
                says=_("of the requests written in the help centre came after a look at it"),
            ),
        ],
        [
            _lines(
                "self-service",
                _("How visits to the help centre ended"),
                [
                    figures.rate_series(
                        _("Said that it helped"), [Share(v.confirmed, v.visits) for v in found.visits]
                    ),
                    figures.rate_series(
                        _("Read and left"), [Share(v.potential, v.visits) for v in found.visits]
                    ),
                    figures.rate_series(
                        _("Ended in a request"), [Share(v.asked, v.visits) for v in found.visits]
                    ),
                ],
                found.days,
                subtitle=_("Share of visits, with 95% intervals"),
                low=0.0,
            )
        ],
        _("Visits are of the whole help centre, whatever team, domain or channel is chosen. What"
          " was perhaps answered is never added to what surely was."),
    )  # fmt: skip


def _known(totals: Totals) -> Share:
    """Of what was asked and could be known, how much somebody had solved before."""
    known = totals.known_found + totals.known_not_found + totals.known_not_captured
    return Share(known, known + totals.new)


def _improvement(scope: Scope, found: Numbers) -> Outcome:
    now, before = found.now, found.before
    totals = [point.totals for point in found.points]
    kinds = dict(Improvement.Kind.choices)
    shipped = Counter(
        Improvement.objects.filter(
            state=Improvement.State.SHIPPED,
            shipped_at__gte=scope.since,
            shipped_at__lt=scope.until,
        ).values_list("kind", flat=True)
    )
    parts = ", ".join(f"{kinds[kind]} {n}" for kind, n in sorted(shipped.items()))
    return Outcome(
        "improvement",
        _("Organisational improvement"),
        _("Demand teaches the organisation: what comes in is known, and its causes are removed."),
        [
            figures.share(
                _("Captured and found"), Share(now.known_found, _known(now).n),
                Share(before.known_found, _known(before).n),
                says=_("of what could be known was solved with an article that was there"),
                url=figures.behind(scope, "known_found"),
            ),
            figures.share(
                _("New"), Share(now.new, _known(now).n), Share(before.new, _known(before).n),
                better=0, says=_("of what could be known had not been solved before"),
                url=figures.behind(scope, "new"),
            ),
            figures.share(
                _("Caused by a defect"), now.defect_rate, before.defect_rate, better=-1,
                says=_("of what arrived was marked as the product's fault"),
                url=figures.behind(scope, "defect"),
            ),
            Told(
                _("Improvements shipped"), str(sum(shipped.values())), "", sum(shipped.values()),
                parts or _("none in this period"),
            ),
        ],
        [
            _lines(
                "improvement",
                _("Known, new, and caused by a defect"),
                [
                    figures.rate_series(
                        _("Captured and found"), [Share(t.known_found, _known(t).n) for t in totals]
                    ),
                    figures.rate_series(_("New"), [Share(t.new, _known(t).n) for t in totals]),
                    figures.rate_series(
                        _("Caused by a defect"), [t.defect_rate for t in totals], tone="bad"
                    ),
                ],
                found.days,
                subtitle=_("Shares of solved tickets, and of arrivals for defects"),
                low=0.0,
            )
        ],
        _("Whether a defect is marked depends on the people who mark it. What each improvement"
          " did is measured on its own page."),
    )  # fmt: skip


def _take_part(people: dict[int, AgentTotals]) -> Share:
    """Of those who solved anything: who also wrote, improved or flagged an article."""
    solvers = [one for one in people.values() if one.solved]
    return Share(sum(bool(o.created + o.improved + o.flagged) for o in solvers), len(solvers))


def _together(steps: Iterable[dict[int, AgentTotals]]) -> dict[int, AgentTotals]:
    found: dict[int, AgentTotals] = {}
    for people in steps:
        for person, one in people.items():
            mine = found.setdefault(person, AgentTotals(person))
            for name in ("solved", "created", "improved", "flagged"):
                setattr(mine, name, getattr(mine, name) + getattr(one, name))
    return found


def _people(found: Numbers, user: User) -> Outcome:
    everybody = _together(found.people)
    now = _take_part(everybody)
    outcome = Outcome(
        "people",
        _("People take part"),
        _("Knowledge is everybody's work: who solves also writes, improves and flags."),
        [
            figures.share(
                _("Take part"), now, _take_part(found.people_before),
                says=_("of the people who solved tickets also wrote, improved or flagged"),
            )
        ],
        [
            _lines(
                "people",
                _("People who take part"),
                [
                    figures.rate_series(
                        _("Take part"), [_take_part(people) for people in found.people]
                    )
                ],
                found.days,
                subtitle=_("Share of the people who solved tickets in the step"),
                low=0.0,
                high=1.0,
            )
        ],
        _("One article a year is taking part: it says who is left out, not who works hard. How"
          " soon newcomers get there is on the page “Onboarding”."),
    )  # fmt: skip
    outcome.hidden = figures.hidden(everybody, user)
    return outcome
