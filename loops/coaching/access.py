"""Who may see results, and who may review whose work. All other rooms ask here."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from kcs.errors import BadValue, NotAllowed, Refused
from loops.models import Sample
from loops.queries import OPENED_FOR, opened_by
from people import actions as people_actions
from people.models import Notification, PersonEvent, User

# As what somebody reads another's results.
SELF, COACH, MANAGER, ADMINISTRATOR = "self", "coach", "manager", "administrator"


def role(user: User, person: User) -> str:
    """As what this user may read the person's results; empty if not at all."""
    if not user.is_agent:
        return ""
    if user.pk == person.pk:
        return SELF
    if coaches(user, person):
        return COACH
    if person.team is not None and person.team.manager_id == user.pk:
        return MANAGER
    if user.is_superuser and opened_by(user).filter(person=person).exists():
        return ADMINISTRATOR
    return ""


def closed() -> str:
    return _("Results of reviews are for the person, the coach and the person's manager.")


def require_role(user: User, person: User) -> str:
    found = role(user, person)
    if not found:
        raise NotAllowed(closed())
    return found


def coaches(user: User, person: User) -> bool:
    """Whether this is the person's own coach. The word coach alone opens nobody's results."""
    return user.is_active and user.is_coach and person.coach_id == user.pk != person.pk


def require_coach(user: User, person: User) -> None:
    if not coaches(user, person):
        raise NotAllowed(_("Only the person's own coach does this."))


def domain_of(sample: Sample) -> int | None:
    thing: Any = sample.ticket if sample.kind == Sample.Kind.PROCESS else sample.article
    return thing.domain_id if thing is not None else None


def may_review(user: User, sample: Sample) -> bool:
    """The person's coach; and a domain expert what they drew in a branch of theirs. Nobody
    judges their own work, and a finished review stays its author's."""
    if not user.is_agent or sample.person_id == user.pk or sample.state == "skipped":
        return False
    if sample.state == "done" and sample.reviewed_by_id != user.pk:
        return False
    if coaches(user, sample.person):
        return True
    return sample.coach_id == user.pk and domain_of(sample) in user.expert_domains


@transaction.atomic
def open_results(person: User, *, by: User, reason: str) -> PersonEvent:
    """An administrator reads one person's results for half an hour, says why, and the person
    is told."""
    if not (by.is_active and by.is_superuser):
        raise NotAllowed(closed())
    if by.pk == person.pk:
        raise Refused(_("Your own results are open to you."))
    reason = " ".join(reason.split())[:500]
    if len(reason) < 10:
        raise BadValue(
            _("Say why, in a few words: the person reads it, and it is kept."), field="reason"
        )
    made = person.events.create(
        verb=PersonEvent.Verb.RESULTS_OPENED,
        by=by,
        detail={"reason": reason, "minutes": int(OPENED_FOR.total_seconds() // 60)},
    )
    people_actions.tell(
        [person],
        by=by,
        kind=Notification.Kind.REVIEWED,
        subject=_("An administrator opened the results of your reviews"),
        text=reason,
        url=reverse("coaching:me"),
    )
    return made
