"""Pages that say what KCS promises, and whether it came."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from loops.charts import Chart, csv_asked
from loops.evolve import access
from loops.evolve.promises import (
    differences,
    expecting,
    figures,
    novelty,
    outcomes,
    queue,
    times,
)
from loops.evolve.scope import Scope
from loops.insights import filters
from people.doors import AgentRequest, agents_only


class Asked(NamedTuple):
    scope: Scope
    every: str


def _asked(request: AgentRequest) -> Asked:
    """The period, teams, domain and channel of the address, for who may read figures."""
    access.require(request.user)
    scope = Scope.asked(request.GET, request.user)
    return Asked(scope, figures.steps(request.GET.get("every", ""), scope))


def _show(
    request: AgentRequest, template: str, asked: Asked, charts: list[Chart], **context: Any
) -> HttpResponse:
    """The page, or one of its charts as a table."""
    if table := csv_asked(request, charts):
        return table
    context |= {
        "scope": asked.scope,
        "every": asked.every,
        "steps": [
            (key, label, filters.address(request, every=key))
            for key, label in (("week", _("Weeks")), ("month", _("Months")))
        ],
        "charts": {chart.key.replace("-", "_"): chart for chart in charts},
    }
    context.setdefault("filters", filters.bar(request, asked.scope))
    return render(request, f"insights/{template}.html", context)


@require_safe
@agents_only
def outcomes_page(request: AgentRequest) -> HttpResponse:
    """The three outcomes and the fourth, over time and against the period before."""
    asked = _asked(request)
    found = outcomes.outcomes(asked.scope, request.user, asked.every)
    charts = [chart for one in found if not one.hidden for chart in one.charts]
    return _show(request, "outcomes", asked, charts, outcomes=found)


@require_safe
@agents_only
def times_page(request: AgentRequest) -> HttpResponse:
    """How long it takes, by outcome, compared inside topic and agent, and with who waits."""
    asked = _asked(request)
    page = times.page(asked.scope, request.user, asked.every)
    charts = [] if page.hidden else [*page.charts, *page.waiting]
    return _show(request, "times", asked, charts, page=page)


@require_safe
@agents_only
def consistency_page(request: AgentRequest) -> HttpResponse:
    """Whether the same question gets the same answer, and which answers contradict."""
    asked = _asked(request)
    page = differences.page(asked.scope, request.user)
    charts: list[Chart] = [page.chart] if page.chart else []
    bar = filters.bar(request, asked.scope, teams=False, channels=False)
    return _show(request, "consistency", asked, charts, page=page, filters=bar)


@require_POST
@agents_only
def propose(request: AgentRequest, pair: int) -> HttpResponse:
    """Propose to merge two articles that contradict each other, or to mend one."""
    access.require(request.user)
    differences.propose(pair, by=request.user, kind=request.POST.get("kind", ""))
    messages.success(request, _("Proposed. It stands among the improvements now."))
    return redirect(reverse("insights:consistency"))


@require_safe
@agents_only
def queue_page(request: AgentRequest) -> HttpResponse:
    """Why the queue does not get shorter, and what would make it."""
    asked = _asked(request)
    page = queue.page(asked.scope, request.user, asked.every, request.GET)
    # What waits is in the queue for everybody; how much a team of two solves is not.
    charts = [one for one in page.charts if not page.hidden or one.key in ("split", "backlog")]
    kept = [
        (name, value)
        for name, value in request.GET.items()
        if name not in ("articles", "causes", *filters.PASSING)
    ]
    return _show(request, "queue", asked, charts, page=page, kept=kept, most=expecting.MOST)


@require_safe
@agents_only
def novelty_page(request: AgentRequest) -> HttpResponse:
    """New or known, over time and by team and domain."""
    asked = _asked(request)
    page = novelty.page(asked.scope, request.user, asked.every)
    charts = [] if page.hidden else page.charts
    return _show(request, "new_known", asked, charts, page=page)
