"""The front page of the insights."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from loops.evolve import access
from loops.evolve.scope import Scope
from loops.insights import filters
from people.doors import AgentRequest, agents_only


@require_safe
@agents_only
def home(request: AgentRequest) -> HttpResponse:
    """How the knowledge does, for those whom the figures are for."""
    access.require(request.user)
    scope = Scope.asked(request.GET, request.user)
    context = {"scope": scope, "filters": filters.bar(request, scope)}
    return render(request, "insights/home.html", context)
