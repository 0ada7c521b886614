"""Who may do what with an improvement.

All agents read them and propose. Reviewers decide, and those of them who are only domain
experts decide in their own branches. What is to be fixed in the product is decided by those who
answer for the product.
"""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _

from kcs.errors import NotAllowed
from loops.models import Improvement
from people.models import User

PRODUCT = Improvement.Kind.PRODUCT


def may_read_product(user: User) -> bool:
    """Whether the page of the product team is open to this person."""
    return user.is_authenticated and user.is_active and (user.is_product or user.is_superuser)


def may_read(user: User) -> bool:
    return user.is_authenticated and (user.is_agent or may_read_product(user))


def _reviews(user: User, improvement: Improvement) -> bool:
    """A reviewer, who looks after its branch if that is all that makes a reviewer of them."""
    if not user.is_reviewer:
        return False
    if user.is_superuser or user.is_staff or user.is_coach:
        return True
    return improvement.domain_id in user.expert_domains


def may_decide(user: User, improvement: Improvement) -> bool:
    """Accept, decline, reopen."""
    if improvement.kind == PRODUCT:
        return may_read_product(user)
    return _reviews(user, improvement)


def may_answer(user: User, improvement: Improvement) -> bool:
    """Say what becomes of it, and that it shipped: whoever decides, and the owner."""
    owns = improvement.owner_id == user.pk and may_read(user)
    return owns or may_decide(user, improvement)


def may_change(user: User, improvement: Improvement) -> bool:
    """Owner, tracker and date: reviewers too where the product team decides, because they keep
    the list in order; and whoever proposed it, until it is decided."""
    if may_answer(user, improvement) or _reviews(user, improvement):
        return True
    proposed = improvement.state == Improvement.State.PROPOSED
    return proposed and improvement.by_id == user.pk and user.is_agent


def owners(improvement: Improvement) -> Q:
    """Who can be made the owner: agents, and for the product whoever answers for it."""
    agents = Q(is_superuser=True) | ~Q(competency="")
    if improvement.kind == PRODUCT:
        agents |= Q(is_product=True)
    return agents & Q(is_active=True)


def require(allowed: bool, improvement: Improvement) -> None:
    if allowed:
        return
    if improvement.kind == PRODUCT:
        raise NotAllowed(_("Those who answer for the product decide about this."))
    raise NotAllowed(_("Reviewers and the experts of its domain decide about this."))
