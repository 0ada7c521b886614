"""The page of the tickets behind a figure."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from kcs.pages import keyset
from loops.evolve import access
from loops.evolve.rollups import records
from loops.evolve.scope import Scope
from loops.insights import filters
from people.doors import AgentRequest, agents_only

ROWS = 50


@require_safe
@agents_only
def tickets(request: AgentRequest) -> HttpResponse:
    """The tickets that a figure counts, newest first."""
    access.require(request.user)
    scope = Scope.asked(request.GET, request.user)
    asked = records.asked(request.GET, scope, request.user)
    shown = asked.tickets.select_related("requester", "domain", "team").defer("description")
    page = keyset(shown, asked.order, cursor=request.GET.get("cursor", ""), size=ROWS)
    kept = request.GET.copy()
    kept.pop("cursor", None)

    def address(cursor: str) -> str:
        if not cursor:
            return ""
        kept["cursor"] = cursor
        return f"{reverse('insights:tickets')}?{kept.urlencode()}"

    context = {
        "scope": scope,
        "filters": filters.bar(request, scope),
        "asked": asked,
        "count": asked.figure(scope),
        "page": page,
        "by_arrival": asked.moment == records.ARRIVED,
        "newer_url": address(page.newer),
        "older_url": address(page.older),
    }
    return render(request, "insights/tickets.html", context)
