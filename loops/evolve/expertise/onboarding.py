"""How long newcomers take: Kaplan–Meier by starting cohort, because some are on their way.

A cohort are those who began in the same half of a year. What they come to is a competency, or
their fiftieth solved ticket. Who has not come to it yet is watched until today, and who left
until that day; neither is counted as if they never would.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loops.evolve.access import Teams
from loops.evolve.scope import zone
from loops.statistics.survival import Curve, curve
from people.models import CompetencyGrant, PersonEvent, User

# The day on which somebody's solved tickets reached so many, from the day tier.
FIFTIETH = """
select person, min(day) from (
  select person, day, sum(sum(solved)) over (partition by person order by day) as n
  from loops_agents where span = 'd' and grain = 't' and person = any(%(people)s)
  group by person, day
) counted where n >= %(n)s group by person
"""
MILESTONES = {
    "contributor": _("may change articles (Contributor)"),
    "publisher": _("may publish (Publisher)"),
    "fifty": _("fiftieth solved ticket"),
}
FIFTY = 50
COHORTS = 6
GROUP = 3  # a curve of fewer people would be one about persons


@dataclass
class Cohort:
    name: str
    begins: date
    people: int
    curve: Curve | None  # nothing where the group is too small to be shown


def cohorts(
    milestone: str, allowed: Teams, *, least: int, own: ZoneInfo | None = None
) -> list[Cohort]:
    """The newest cohorts, the oldest of them first. Days since joining; half years begin and
    end in the organisation's zone."""
    people = list(
        User.objects.exclude(competency="", grants=None)
        .filter(team__in=allowed.ids)
        .distinct()
        .values_list("pk", "joined_at", "is_active")
    )
    own = own or zone()
    halves = {pk: _half(timezone.localdate(joined, own)) for pk, joined, _active in people}
    newest = sorted(set(halves.values()))[-COHORTS:]
    people = [row for row in people if halves[row[0]] in newest]
    reached = _reached(milestone, [pk for pk, _joined, _active in people], own)
    left = dict(
        PersonEvent.objects.filter(
            person__in=[pk for pk, _joined, active in people if not active],
            verb=PersonEvent.Verb.DEACTIVATED,
        )
        .values("person")
        .annotate(at=Min("at"))
        .values_list("person", "at")
    )
    now = timezone.now()
    rows: dict[tuple[int, int], list[tuple[float, bool]]] = {}
    for pk, joined, _active in people:
        rows.setdefault(halves[pk], []).append(
            _row(joined, reached.get(pk), left.get(pk) or now)
        )
    found = []
    for (year, half), told in sorted(rows.items()):
        shown = not least or len(told) >= GROUP
        found.append(
            Cohort(
                name=f"{year} · {'I' if half == 1 else 'II'}",
                begins=date(year, 1 if half == 1 else 7, 1),
                people=len(told),
                curve=curve(told) if shown else None,
            )
        )
    return found


def _half(day: date) -> tuple[int, int]:
    return day.year, 1 if day.month < 7 else 2


def _row(joined: datetime, reached: datetime | None, seen: datetime) -> tuple[float, bool]:
    if reached is not None:
        return max(0.0, (reached - joined).total_seconds() / 86_400), True
    return max(0.0, (seen - joined).total_seconds() / 86_400), False


def _reached(milestone: str, people: list[int], own: ZoneInfo) -> dict[int, datetime]:
    """When each of them came to it, for those who did."""
    if milestone == "fifty":
        with connection.cursor() as cursor:
            cursor.execute(FIFTIETH, {"people": people, "n": FIFTY})
            days = dict(cursor.fetchall())
        return {pk: datetime.combine(day, time(), own) for pk, day in days.items()}
    wanted = ["publisher"] if milestone == "publisher" else ["contributor", "publisher"]
    granted = (
        CompetencyGrant.objects.filter(user__in=people, competency__in=wanted)
        .values("user")
        .annotate(at=Min("granted_at"))
        .values_list("user", "at")
    )
    return dict(granted)
