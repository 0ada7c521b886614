"""Verbs of goals, and why there is none on a count of acts.

Whoever must make ten links a week makes ten links a week, whatever they are worth. KCS names
outcomes instead, so a goal here is a share between 0 and 1 of something that was judged.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kcs.errors import BadValue, NotAllowed, Refused
from loops.coaching.access import coaches
from loops.models import Goal
from people.models import SiteEvent, Team, User

# What people ask for and do not get: acts that can be counted, and so be done for the count.
ACTIVITY: dict[str, Any] = {
    "articles_created": gettext_lazy("Articles created"),
    "articles_improved": gettext_lazy("Articles improved"),
    "articles_validated": gettext_lazy("Articles validated or published"),
    "flags_raised": gettext_lazy("Flags raised"),
    "links_made": gettext_lazy("Links made"),
    "link_rate": gettext_lazy("Link rate"),
    "reuse_rate": gettext_lazy("Reuse rate"),
    "searches_made": gettext_lazy("Searches made"),
    "tickets_solved": gettext_lazy("Tickets solved"),
    "reviews_done": gettext_lazy("Reviews done"),
    "citations": gettext_lazy("Citations by others"),
    "thanks": gettext_lazy("Thanks received"),
}
CODE = "activity_target"


def why_not() -> str:
    return _(
        "A target on an activity breeds the activity: junk links, articles that nobody needs. "
        "Set a goal for what was judged instead: link accuracy, capture loss, the content "
        "standard. KCS measures outcomes and never sets targets on activities."
    )


def note_refusal(*, by: User, measure: str, target: Any, whom: str) -> None:
    """Keep that it was asked for: who asks for counts needs a conversation."""
    SiteEvent.objects.create(
        verb=SiteEvent.Verb.GOAL_REFUSED,
        by=by,
        detail={"measure": measure, "target": str(target)[:40], "for": whom},
    )


def set_goal(
    *,
    by: User,
    measure: str,
    target: float,
    person: User | None = None,
    team: Team | None = None,
    due_on: date | None = None,
) -> Goal:
    """Agree on a goal for a person (by the coach, or the person) or a team (by its manager).

    A target on an activity is refused, and that is written down before: outside the
    transaction, for the refusal must not take its own record with it.
    """
    if measure in ACTIVITY:
        whom = f"person {person.pk}" if person else f"team {team.pk}" if team else ""
        note_refusal(by=by, measure=measure, target=target, whom=whom)
        raise BadValue(why_not(), field="measure", code=CODE)
    return _set(by=by, measure=measure, target=target, person=person, team=team, due_on=due_on)


def may_set(by: User, *, person: User | None = None, team: Team | None = None) -> bool:
    if person is not None:
        return by.is_agent and (by.pk == person.pk or coaches(by, person))
    return team is not None and by.is_agent and team.manager_id == by.pk


@transaction.atomic
def _set(
    *,
    by: User,
    measure: str,
    target: float,
    person: User | None,
    team: Team | None,
    due_on: date | None,
) -> Goal:
    if (person is None) == (team is None):
        raise BadValue(_("A goal is one person's or one team's."), field="person")
    if not may_set(by, person=person, team=team):
        raise NotAllowed(
            _("A person's goal is set by the coach or the person, a team's by its manager.")
        )
    if measure not in Goal.Measure.values:
        raise BadValue(_("There is no such measure."), field="measure")
    if not (isinstance(target, (int, float)) and 0 <= target <= 1):
        raise BadValue(_("A goal is a share: from 0 to 100 %%.") % {}, field="target")
    if due_on is not None and due_on <= timezone.localdate():
        raise BadValue(_("Choose a day that is still to come."), field="due_on")
    # One goal for each measure: the new one takes the place of the old, which stays to be seen.
    running = Goal.objects.running().filter(person=person, team=team, measure=measure)
    running.update(ended_at=timezone.now())
    return Goal.objects.create(
        by=by, measure=measure, target=float(target), person=person, team=team, due_on=due_on
    )


@transaction.atomic
def end_goal(goal: Goal, *, by: User) -> Goal:
    """The goal is reached, or not wanted any more. It stays in the history."""
    goal.refresh_from_db(from_queryset=Goal.objects.select_for_update(no_key=True))
    if not may_set(by, person=goal.person, team=goal.team):
        raise NotAllowed(
            _("A person's goal is set by the coach or the person, a team's by its manager.")
        )
    if goal.ended_at is not None:
        raise Refused(_("This goal has ended."))
    goal.ended_at = timezone.now()
    goal.save(update_fields=["ended_at"])
    return goal
