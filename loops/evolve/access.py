"""Who sees which figures. Pages, reports, exports and letters of the evolve loop ask here.

Figures are about three things, and each has its readers:

- of the desk: managers of a team, coaches, domain experts and administrators;
- of a team: a mere manager sees the teams they manage, the others every team that is not
  private, and those private ones that they stand in;
- of a person: that person, the coach and the person's own manager, and an administrator who
  said why (`loops.queries.closest`). Others see one sum over everybody else.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from kcs.errors import NotAllowed
from loops.queries import people_read_by
from people.models import SiteSettings, Team, User
from tickets.queries import teams_of

# Fewer people than this behind a group's figure, and the figure is about persons.
GROUP = 3


def may_read(user: User) -> bool:
    """Whether insights and reports are open to this person at all."""
    if not user.is_authenticated or not user.is_agent:
        return False
    return user.is_reviewer or Team.objects.filter(manager=user).exists()


def require(user: User, allowed: Teams | None = None) -> None:
    """403 for whom the figures are not. `allowed`, where it was asked for already, says as
    much: only managers have teams, and the others are reviewers."""
    may = may_read(user) if allowed is None else bool(user.is_reviewer or allowed.ids)
    if not may:
        raise NotAllowed(
            _("Figures are for managers, coaches, domain experts and administrators.")
        )


@dataclass(frozen=True)
class Group:
    """A team as figures know it: how many people stand behind them, and whether the reader
    manages it and may read each one's own."""

    team: Team
    people: int
    managed: bool

    @property
    def name(self) -> str:
        return self.team.name


@dataclass(frozen=True)
class Teams:
    """Whose tickets somebody's figures are made of. `teamless` are those of no team."""

    ids: frozenset[int]
    teamless: bool
    groups: dict[int, Group] = field(default_factory=dict, compare=False)

    def tickets(self, prefix: str = "") -> Q:
        """The condition on tickets, whose field `team` stands behind this prefix."""
        q = Q(**{f"{prefix}team__in": sorted(self.ids)})
        return q | Q(**{f"{prefix}team": None}) if self.teamless else q


def teams_for(user: User) -> Teams:
    """The teams whose figures this person may see, by name."""
    mine = teams_of(user) if user.is_reviewer else Team.objects.filter(manager=user)
    active = Count("members", filter=Q(members__is_active=True))
    rows = mine.order_by("name").annotate(n=active)
    groups = {one.pk: Group(one, one.n, one.manager_id == user.pk) for one in rows}
    return Teams(frozenset(groups), user.is_reviewer, groups)


def people_for(user: User) -> frozenset[int]:
    """The people whose own figures this person may see, oneself among them."""
    return frozenset({user.pk, *people_read_by(user).values_list("pk", flat=True)})


def minimum() -> int:
    """How many rows have to stand behind a figure about one person; 0 hides nothing."""
    return SiteSettings.load().figures_minimum


def is_small(n: float, people: int, least: int) -> bool:
    """Whether a group's figure would be one about persons: few rows, or few people."""
    return bool(least) and (n < least or people < GROUP)
