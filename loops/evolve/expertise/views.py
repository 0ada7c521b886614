"""Pages of who knows what: concentration, one person away, onboarding, repetitive work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from kcs.errors import BadValue, NotAllowed, Refused
from loops.charts import Bars, Series, StepCurve, csv_asked
from loops.charts.figures import percent
from loops.evolve import access, costs
from loops.evolve.expertise import onboarding as learning
from loops.evolve.expertise import queries
from loops.evolve.scope import Scope
from loops.insights.records import records
from loops.models import Topic
from people.actions.inbox import tell
from people.doors import AgentRequest, agents_only
from people.models import Domain, Notification, Team, User

PLACES = 120  # steps that one drawing shows


@require_safe
@agents_only
def expertise(request: AgentRequest) -> HttpResponse:
    """Which topics hang on one person, and how few people cover half of each."""
    access.require(request.user)
    domain, domains = _domain(request)
    readable = access.people_for(request.user)
    least = request.site_settings.figures_minimum
    found = queries.named(
        queries.held(domains=domains), readable=readable, user=request.user, least=least
    )
    context = {
        "rows": found[: queries.SHOWN],
        "concentrated": sum(1 for one in found if one.is_concentrated),
        "people": queries.holders(request.user, readable, least),
        "least": least,
        "domains": list(Domain.objects.order_by("path").values_list("path", "path")),
        "asked": {"domain": domain.path if domain else ""},
        "window": Topic.WINDOW,
        "enough": queries.ENOUGH,
    }
    return render(request, "insights/expertise.html", context)


def _domain(request: AgentRequest) -> tuple[Domain | None, list[int] | None]:
    path = request.GET.get("domain", "").strip("/")[:250]
    if not path:
        return None, None
    found = Domain.objects.filter(path=path).first()
    if found is None:
        raise BadValue(_("There is no such domain."), field="domain")
    return found, list(Domain.objects.branch(path).values_list("pk", flat=True))


def _window(request: AgentRequest) -> Scope:
    """The days that the nightly rows are of: what their tickets are asked for with."""
    asked = {"period": f"{Topic.WINDOW}d"}
    return Scope.asked(asked, request.user, site=request.site_settings)


def _person(request: AgentRequest, pk: int) -> User:
    """Somebody whose figures are for the one who asks; oneself needs no other right."""
    if pk not in access.people_for(request.user):
        if not access.may_read(request.user):
            raise Http404
        raise NotAllowed(
            _("Figures about a person are for that person, the coach and the manager.")
        )
    return get_object_or_404(User.objects.all(), pk=pk)


@require_safe
@agents_only
def away(request: AgentRequest, pk: int) -> HttpResponse:
    """Two weeks without this person, and the five answers that should be written down first."""
    person = _person(request, pk)
    least = request.site_settings.figures_minimum
    found = queries.absence(person, user=request.user, least=least)
    context = {
        "found": found,
        "least": least,
        "person": person,
        "own": person.pk == request.user.pk,
        "weeks": queries.AWAY_WEEKS,
        "window": Topic.WINDOW,
    }
    return render(request, "insights/away.html", context)


@require_POST
@agents_only
def ask_to_capture(request: AgentRequest, pk: int) -> HttpResponse:
    """Hand the list to the person whom it is about."""
    person = _person(request, pk)
    if person.pk == request.user.pk:
        raise Refused(_("This is your own list."))
    found = queries.absence(person, user=person)
    if not found.capture:
        raise Refused(_("There is nothing to write down that is not written."))
    with transaction.atomic(), translation.override(person.language or settings.LANGUAGE_CODE):
        n = len(found.capture)
        tell(
            [person],
            by=request.user,
            kind=Notification.Kind.CAPTURE_LIST,
            subject=ngettext(
                "%(n)s answer that you know best is not written down yet",
                "%(n)s answers that you know best are not written down yet",
                n,
            )
            % {"n": n},
            text="\n".join(f"– {risk.held.name}" for risk in found.capture if risk.held.name),
            url=reverse("insights:away", args=[person.pk]),
        )
    messages.success(request, _("%(person)s has the list now.") % {"person": person})
    return redirect("insights:away", person.pk)


@require_safe
@agents_only
def onboarding(request: AgentRequest) -> HttpResponse:
    """How long newcomers take, by the half year in which they began; what they should read."""
    access.require(request.user)
    milestone = request.GET.get("until", "contributor")
    if milestone not in learning.MILESTONES:
        raise BadValue(_("There is no such milestone."), field="until")
    allowed = access.teams_for(request.user)
    site = request.site_settings
    own = ZoneInfo(site.time_zone)
    cohorts = learning.cohorts(milestone, allowed, least=site.figures_minimum, own=own)
    drawn = _curves(cohorts, milestone)
    team = queries.team_named(allowed, request.GET.get("team"))
    path = queries.path(team, user=request.user) if team else None
    lessons = _lessons(path)
    if table := csv_asked(request, [drawn, lessons]):
        return table
    context = {
        "chart": drawn,
        "lessons": lessons,
        "cohorts": [
            {"cohort": one, "median": one.curve.median if one.curve else None}
            for one in cohorts
        ],
        "hidden": any(one.curve is None for one in cohorts),
        "milestones": list(learning.MILESTONES.items()),
        "milestone": milestone,
        "teams": list(
            Team.objects.filter(pk__in=allowed.ids).order_by("name").values_list("pk", "name")
        ),
        "team": team,
        "path": path,
        "window": Topic.WINDOW,
    }
    return render(request, "insights/onboarding.html", context)


def _days(cohort: learning.Cohort) -> int | None:
    """After how many days half of them were there."""
    half = cohort.curve.median.value if cohort.curve else None
    return None if half is None else round(half)


def _curves(cohorts: list[learning.Cohort], milestone: str) -> StepCurve:
    """The curves at every day on which any of them falls, as far as somebody is watched."""
    shown = [cohort for cohort in cohorts if cohort.curve is not None]
    steps = {step.time for one in shown if one.curve for step in one.curve.steps}
    last = max((one.curve.seen_until for one in shown if one.curve), default=0.0)
    days = sorted({0.0, *steps, last})[:PLACES]
    series = []
    for cohort in shown:
        assert cohort.curve is not None
        # Whoever came to it stays there: a curve that reached the bottom does not end.
        over = cohort.curve.steps[-1] if cohort.curve.ended == cohort.curve.n else None
        told = [cohort.curve.at(day) or over for day in days]
        series.append(
            Series(
                cohort.name,
                [one.share if one else None for one in told],
                low=[one.low if one else None for one in told],
                high=[one.high if one else None for one in told],
            )
        )
    return StepCurve(
        key="cohorts",
        title=_("Not there yet"),
        subtitle=str(learning.MILESTONES[milestone]),
        labels=[_("day %(n)s") % {"n": round(day)} for day in days],
        times=days,
        series=series,
        n=sum(cohort.people for cohort in shown),
    )


def _lessons(path: queries.Path | None) -> Bars:
    lessons = path.lessons if path else []
    return Bars(
        key="path",
        title=_("What to read first"),
        labels=[
            str(one.article) if one.article else _("An article that you may not see")
            for one in lessons
        ],
        series=[(_("Tickets"), [one.tickets for one in lessons])],
        unit=_("tickets"),
    )


def _opening(one: queries.TeamRepeats, tickets: Callable[[str, Any], str]) -> dict[str, str]:
    """The figures of a team's sentence, each of them a link to its tickets."""
    figures = {
        "again": ("again", one.again),
        "of": ("of_topic", one.solved),
        "share": ("again", percent(one.share.value or 0)),
        "loose": ("unlinked", one.unlinked),
    }
    return {
        f"{name}_said": format_html(
            '<a class="link" href="{}">{}</a>', tickets(what, one), figure
        )
        for name, (what, figure) in figures.items()
    }


@require_safe
@agents_only
def repeats(request: AgentRequest) -> HttpResponse:
    """What each team answers again and again, and what that takes."""
    access.require(request.user)
    site = request.site_settings
    scope = _window(request)
    found = queries.repeats(scope, user=request.user, least=site.figures_minimum)
    shown = [one for one in found if not one.hidden]

    def tickets(what: str, one: queries.TeamRepeats) -> str:
        return records(scope, what=what, team=one.team.pk if one.team else 0)

    drawn = Bars(
        key="again",
        title=_("Solved before by the same team"),
        labels=[one.team.name if one.team else _("No team") for one in shown],
        series=[
            Series(
                _("Share of what it solved"),
                [one.share.value for one in shown],
                low=[one.share.low for one in shown],
                high=[one.share.high for one in shown],
            )
        ],
        format="percent",
        top=1.0,
        n=sum(one.solved for one in shown),
        links=[tickets("again", one) for one in shown],
    )
    if table := csv_asked(request, [drawn]):
        return table
    context = {
        "chart": drawn,
        "told": [
            {
                "team": one,
                "cost": costs.said(one.seconds / 60, site),
                "solved": tickets("of_topic", one),
                "unlinked": tickets("unlinked", one),
                **_opening(one, tickets),
            }
            for one in found
        ],
        "window": Topic.WINDOW,
    }
    return render(request, "insights/repeats.html", context)


__all__ = ["ask_to_capture", "away", "expertise", "onboarding", "repeats"]
