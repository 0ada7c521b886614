"""The front page of the insights."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from loops.charts import csv_asked, csv_response
from loops.evolve import access
from loops.evolve.scope import Scope
from loops.insights import baselines, export, filters, phases
from loops.insights.front import front
from loops.models import Baseline
from people.doors import AgentRequest, agents_only


@require_safe
@agents_only
def home(request: AgentRequest) -> HttpResponse:
    """How the knowledge does, for those whom the figures are for."""
    scope = Scope.asked(request.GET, request.user, site=request.site_settings)
    access.require(request.user, scope.allowed)
    shown = front(
        request.user, scope, request.site_settings, baseline=_baseline(request, scope),
        phase=request.GET.get("phase", ""), here=request.path,
    )  # fmt: skip
    if table := csv_asked(request, [*shown.charts, shown.health]):
        return table
    if request.GET.get("format") == "csv":
        return csv_response(export.rows(shown), "insights")
    context = {
        "front": shown,
        "scope": scope,
        "filters": filters.bar(request, scope),
        "phases": [
            (name, filters.address(request, phase=key), key == shown.phase.shown)
            for key, name in phases.NAMES.items()
        ],
        "csv_url": filters.address(request, format="csv"),
    }
    return render(request, "insights/home.html", context)


def _baseline(request: AgentRequest, scope: Scope) -> Baseline | None:
    """The one to compare with; of those that this person may read."""
    if not (asked := request.GET.get("baseline", "")):
        return None
    return baselines.named(asked, scope, request.site_settings.figures_minimum)
