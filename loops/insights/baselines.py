"""Baselines: the figures of a period, frozen, so that later ones can be compared with them.

Freezing copies the figures; whatever is counted anew afterwards, these stay as they were then.
"""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from kcs.errors import BadValue, NotAllowed, Refused
from loops.evolve import access
from loops.evolve.rollups import spans
from loops.evolve.scope import Scope
from loops.insights import figures
from loops.models import Baseline
from people.models import SiteSettings, Team, User

MOST = 50
BEHIND = "behind"  # how many people stood behind the figures


def readable(allowed: access.Teams) -> QuerySet[Baseline]:
    """A team's baseline is for whoever reads the team's figures; one of the whole desk for
    whoever reads those of every team."""
    mine = Q(team__in=allowed.ids)
    if allowed.teamless:
        mine |= Q(team=None)
    return Baseline.objects.filter(mine)


def is_open(baseline: Baseline, allowed: access.Teams, least: int) -> bool:
    """Whether its figures are shown, and not its name alone: those of a group that was small
    when it was frozen are for the team's manager."""
    group = allowed.groups.get(baseline.team_id) if baseline.team_id else None
    if not least or (group is not None and group.managed):
        return True
    people = baseline.figures.get(BEHIND)
    if people is None:  # frozen before that was kept
        people = group.people if group else access.GROUP
    n = baseline.figures.get("totals", {}).get("solved", 0)
    if baseline.team_id:
        return not access.is_small(n, people, least)
    narrowed = baseline.domain_id is not None or bool(baseline.channel)
    return people >= access.GROUP and not (narrowed and 0 < n < least)


def named(key: str, scope: Scope, least: int) -> Baseline:
    """The one with this id; 404 where there is none, or none for this reader."""
    assert scope.allowed is not None
    pk = int(key) if key.isascii() and key.isdecimal() and len(key) < 16 else 0
    found = get_object_or_404(readable(scope.allowed), pk=pk)
    if not is_open(found, scope.allowed, least):
        raise Http404
    return found


def _behind(scope: Scope) -> int:
    """How many people its figures are about; three stands for more."""
    solvers = spans.few(scope).everybody
    behind = len(solvers) if solvers else access.GROUP
    if scope.team is None or scope.allowed is None:
        return behind
    group = scope.allowed.groups.get(scope.team.pk)
    return min(behind, group.people if group else access.GROUP)


def may_freeze(user: User, scope: Scope) -> bool:
    """Administrators any figures; managers those of a team that they manage."""
    if user.is_superuser or user.is_staff:
        return True
    if scope.team is None or scope.allowed is None:
        return False
    group = scope.allowed.groups.get(scope.team.pk)
    return group is not None and group.managed


def may_remove(user: User, baseline: Baseline) -> bool:
    return user.is_superuser or user.is_staff or baseline.by_id == user.pk


@transaction.atomic
def freeze(scope: Scope, *, name: str, by: User) -> Baseline:
    """Keep the figures of this scope under a name."""
    if not may_freeze(by, scope):
        raise NotAllowed(
            _("Administrators freeze figures, and managers those of one team of theirs.")
        )
    name = " ".join(name.split())
    if not name or len(name) > 80:
        raise BadValue(_("Give it a name of at most 80 characters."), field="name")
    if Baseline.objects.filter(name=name).exists():
        raise BadValue(_("There is a baseline of this name."), field="name")
    if Baseline.objects.count() >= MOST:
        raise Refused(_("There are fifty baselines. Remove one that nobody needs first."))
    if scope.team is None:
        # Others will read it, who may know less: no private team is in it.
        private = Team.objects.filter(private=True).values_list("pk", flat=True)
        scope = replace(scope, teams=scope.teams - set(private))
    kept = figures.everything(scope, SiteSettings.load().figures_minimum)
    return Baseline.objects.create(
        name=name,
        begins=scope.begins,
        ends=scope.ends,
        team=scope.team,
        domain=scope.domain,
        channel=scope.channel,
        figures=kept.as_dict() | {BEHIND: _behind(scope)},
        by=by,
    )


@transaction.atomic
def remove(baseline: Baseline, *, by: User) -> None:
    """Forget a baseline: who froze it, or an administrator."""
    if not may_remove(by, baseline):
        raise NotAllowed(_("Whoever froze it removes it, or an administrator."))
    baseline.delete()


def fits(baseline: Baseline, scope: Scope) -> bool:
    """Whether both are about the same tickets, but for the period."""
    return (baseline.team_id, baseline.domain_id, baseline.channel) == (
        scope.team.pk if scope.team else None,
        scope.domain.pk if scope.domain else None,
        scope.channel,
    )
