"""The front page: everything that it shows, read once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from loops.charts import Chart, Meter
from loops.evolve.rollups import numbers, spans
from loops.evolve.rollups.numbers import Point
from loops.evolve.scope import Scope
from loops.insights import board, figures, hiding, phases, strip
from loops.insights.figures import Figures
from loops.insights.filters import dates
from loops.insights.phases import Phase, Where
from loops.models import Baseline
from people.models import SiteSettings, User


@dataclass
class Front:
    """`hidden` says that the group is too small for its figures; then there are none."""

    scope: Scope
    phase: Where
    kpis: list[strip.Kpi]
    charts: list[Chart]
    teams: list[board.TeamRow]
    topics: list[board.Missing]
    searches: list[board.Missing]
    health: Meter
    programme: numbers.Programme
    compared: str
    hidden: bool


def front(
    user: User, scope: Scope, site: SiteSettings, *, baseline: Baseline | None = None,
    phase: str = "", here: str = "",
) -> Front:  # fmt: skip
    before, least = scope.before(), site.figures_minimum
    programme = numbers.programme(scope, before)
    today = timezone.now().astimezone(scope.zone).date()
    where = phases.where(site, programme.first_declared, today, phase)
    every = figures.steps(scope)
    around = hiding.around(scope)
    all_teams, earlier = spans.team_flow(around, hiding.around(before), every)
    by_team = {key: points for key, points in all_teams.items() if key in scope.teams}
    points = _added_up(by_team)
    reviewed = (
        figures.reviews(scope, scope.begins if baseline else before.begins)
        if where.shown != Phase.LEAD
        else []
    )
    recent = [review for review in reviewed if review.day >= scope.begins]
    now = Figures(numbers.summed(point.totals for point in points))
    now.quality, now.people = figures.quality(recent, least)
    past = (
        Figures.from_dict(baseline.figures)
        if baseline
        else Figures(
            numbers.summed(totals for key, totals in earlier.items() if key in scope.teams)
        )
    )
    if not baseline:
        past.quality, past.people = figures.quality(
            (review for review in reviewed if review.day < scope.begins), least
        )
    _of_the_phase(where.shown, scope, before, now, past, frozen=baseline is not None)
    left = hiding.hidden(
        user, scope, before,
        {key: sum(one.totals.solved for one in points) for key, points in all_teams.items()},
        {key: totals.solved for key, totals in earlier.items()}, least,
    )  # fmt: skip
    hidden = left.whole
    shows_past = _has_any(past) and (baseline is not None or not left.past)
    topics, searches = board.gaps(user, scope)
    return Front(
        scope=scope,
        phase=where,
        kpis=[]
        if hidden
        else strip.strip(
            where.shown, scope, now, past if shows_past else None,
            [point.totals for point in points],
        ),
        charts=[]
        if hidden
        else [
            board.outcomes(scope, points, every),
            board.rates(scope, points, every, recent, least, where.shown),
        ],
        teams=[]
        if scope.team
        else board.teams(scope, by_team, recent, left.teams, least, here, where.shown),
        topics=topics,
        searches=searches,
        health=board.health(user, scope),
        programme=programme,
        compared=_compared(baseline, before),
        hidden=hidden,
    )  # fmt: skip


def _of_the_phase(
    phase: str, scope: Scope, before: Scope, now: Figures, past: Figures, *, frozen: bool
) -> None:
    """What only this phase shows; a frozen past has all of it."""
    if phase == Phase.ADOPT:
        now.searches = figures.asked(scope)
        if not frozen:
            past.searches = figures.asked(before)
        return
    begins = scope.begins if frozen else before.begins
    days = figures.visits_by_day(scope, begins)
    now.visits = figures.together(of for day, of in days.items() if day >= scope.begins)
    if not frozen:
        past.visits = figures.together(of for day, of in days.items() if day < scope.begins)
    if phase == Phase.LEAD:
        now.resolved = figures.resolved(scope)
        if not frozen:
            past.resolved = figures.resolved(before)
        return
    sent = figures.publications(scope, begins)
    now.published = figures.took(took for day, took in sent if day >= scope.begins)
    if not frozen:
        past.published = figures.took(took for day, took in sent if day < scope.begins)


def _added_up(by_team: dict[int, list[Point]]) -> list[Point]:
    days: dict[date, list[numbers.Totals]] = {}
    for points in by_team.values():
        for point in points:
            days.setdefault(point.day, []).append(point.totals)
    return [Point(day, numbers.summed(parts)) for day, parts in sorted(days.items())]


def _has_any(past: Figures) -> bool:
    """A desk that is younger than the period before has nothing to compare with."""
    return bool(past.totals.solved or past.visits.visits or past.quality.n)


def _compared(baseline: Baseline | None, before: Scope) -> str:
    if baseline:
        return _("Compared with “%(name)s”, frozen figures of %(dates)s.") % {
            "name": baseline.name,
            "dates": dates(baseline.begins, baseline.ends),
        }
    return _("Compared with the period before, %(dates)s.") % {
        "dates": dates(before.begins, before.ends)
    }
