"""What a team calls its average: the verb, and the page on which its manager sets it."""

from __future__ import annotations

from math import isfinite

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kcs.errors import BadValue, NotAllowed
from loops.models import TeamAverage
from loops.reports.radar import AXES, may_set
from people.doors import AgentRequest, agents_only
from people.models import Team, User
from tickets.queries import teams_of

MOST = 1_000_000


@transaction.atomic
def set_averages(team: Team, values: dict[str, float | None], *, by: User) -> None:
    """Each axis that is named is measured against this from now on; None goes back to what the
    team really did."""
    team = Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    if not may_set(by, team):
        raise NotAllowed(_("A team's averages are set by its manager."))
    axes = {str(axis.name): axis for axis in AXES}
    for name, value in values.items():
        if name not in axes:
            raise BadValue(_("There is no such measure."), field=name)
        if value is None:
            TeamAverage.objects.filter(team=team, axis=name).delete()
            continue
        most = 1 if axes[name].is_share else MOST
        if not isfinite(value) or not 0 < value <= most:
            raise BadValue(
                _("%(measure)s: more than nothing, and at most %(most)s.")
                % {
                    "measure": axes[name].label,
                    "most": "100 %" if axes[name].is_share else f"{MOST:,}",
                },
                field=name,
            )
        TeamAverage.objects.update_or_create(
            team=team, axis=name, defaults={"value": value, "by": by, "at": timezone.now()}
        )


def _read(text: str, name: str, *, is_share: bool) -> float | None:
    """A number as typed; shares in percent. Empty is none."""
    text = text.strip().replace(",", ".").removesuffix("%").strip()
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        raise BadValue(_("This is no number."), field=name) from None
    return value / 100 if is_share else value


@require_http_methods(["GET", "HEAD", "POST"])
@agents_only
def averages(request: AgentRequest, team: int) -> HttpResponse:
    """The averages of one team; empty ones are what the team did."""
    found = get_object_or_404(teams_of(request.user), pk=team)
    if not may_set(request.user, found):
        raise NotAllowed(_("A team's averages are set by its manager."))
    error, wrong = "", ""
    if request.method == "POST":
        try:
            given = {
                str(axis.name): _read(
                    request.POST[axis.name], axis.name, is_share=axis.is_share
                )
                for axis in AXES
                if axis.name in request.POST
            }
            set_averages(found, given, by=request.user)
        except BadValue as refusal:
            error, wrong = str(refusal), refusal.field
        else:
            messages.success(request, _("The averages are set."))
            return redirect("insights:averages", team=found.pk)
    kept = dict(TeamAverage.objects.filter(team=found).values_list("axis", "value"))
    fields = []
    for axis in AXES:
        value = kept.get(axis.name)
        told = "" if value is None else f"{value * 100 if axis.is_share else value:.6g}"
        fields.append(
            {
                "name": axis.name,
                "label": axis.label,
                "unit": "%" if axis.is_share else _("a person"),
                "value": request.POST.get(axis.name, told) if error else told,
                "wrong": axis.name == wrong,
            }
        )
    context = {"team": found, "fields": fields, "error": error, "nav": "insights"}
    return render(request, "reports/averages.html", context, status=422 if error else 200)
