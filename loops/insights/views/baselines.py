"""Frozen figures: the list, freezing the ones of a scope, forgetting one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kcs.errors import NotAllowed, Refused
from loops.evolve import access
from loops.evolve.scope import Scope
from loops.insights import baselines as verbs
from loops.insights import filters
from loops.insights.forms import FreezeForm
from people.doors import AgentRequest, agents_only


@require_safe
@agents_only
def baselines(request: AgentRequest) -> HttpResponse:
    """All that this person may compare with, newest first."""
    return _show(request, _scope(request), FreezeForm())


def _scope(request: AgentRequest) -> Scope:
    scope = Scope.asked(request.GET, request.user, site=request.site_settings)
    access.require(request.user, scope.allowed)
    return scope


def _show(
    request: AgentRequest, scope: Scope, form: FreezeForm, status: int = 200
) -> HttpResponse:
    assert scope.allowed is not None
    home, least = reverse("insights:home"), request.site_settings.figures_minimum
    rows = [
        {
            "baseline": one,
            "dates": filters.dates(one.begins, one.ends),
            "fits": verbs.fits(one, scope),
            "url": f"{home}?{scope.query(baseline=one.pk)}"
            if verbs.is_open(one, scope.allowed, least)
            else "",
            "may_remove": verbs.may_remove(request.user, one),
        }
        for one in verbs.readable(scope.allowed).select_related("team", "domain", "by")
    ]
    context = {
        "scope": scope,
        "filters": filters.bar(request, scope),
        "dates": filters.dates(scope.begins, scope.ends),
        "rows": rows,
        "form": form if verbs.may_freeze(request.user, scope) else None,
    }
    return render(request, "insights/baselines.html", context, status=status)


@require_POST
@agents_only
def freeze(request: AgentRequest) -> HttpResponse:
    """Keep the figures of the scope that the address names."""
    scope = _scope(request)
    form = FreezeForm(request.POST)
    if not form.is_valid():
        return _show(request, scope, form, 422)
    try:
        made = verbs.freeze(scope, name=form.cleaned_data["name"], by=request.user)
    except NotAllowed:
        raise
    except Refused as refusal:
        form.add_error("name", str(refusal))
        return _show(request, scope, form, refusal.status)
    messages.success(request, _("The figures of “%(name)s” are frozen.") % {"name": made.name})
    return redirect(f"{reverse('insights:baselines')}?{scope.query()}")


@require_POST
@agents_only
def remove(request: AgentRequest, pk: int) -> HttpResponse:
    allowed = access.teams_for(request.user)
    access.require(request.user, allowed)
    verbs.remove(get_object_or_404(verbs.readable(allowed), pk=pk), by=request.user)
    messages.success(request, _("The baseline is removed."))
    return redirect("insights:baselines")
