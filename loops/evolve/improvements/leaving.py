"""What a leaver owned is owned by whoever answers for it next."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from loops.evolve.improvements import actions, rights
from loops.models import Improvement, ImprovementEvent
from people.leaving import Handed
from people.models import User

# Who answers for the product owns what is to be fixed in it, agent or not.
STAYS = Q(kind=rights.PRODUCT, owner__is_product=True, owner__is_active=True)


def holders() -> Iterable[int]:
    """The ids of everyone who owns an open improvement as an agent."""
    rows = Improvement.objects.filter(state__in=actions.OPEN).exclude(owner=None)
    return rows.exclude(STAYS).order_by().values_list("owner", flat=True).distinct()


def hand_over(leaver: User, by: User | None) -> list[Handed]:
    """To an expert of the domain, else the leaver's coach; in the product to a colleague who
    answers for it. Where there is nobody it is nobody's, and open to all who decide."""
    rows = Improvement.objects.filter(state__in=actions.OPEN, owner=leaver).exclude(STAYS)
    handed: list[Handed] = []
    for row in rows.select_for_update(no_key=True, of=("self",)).order_by("pk"):
        to = _next(row, leaver)
        row.owner = to
        row.save(update_fields=["owner"])
        moved = {"from": leaver.pk, "to": to.pk if to else None}
        actions.record(row, ImprovementEvent.Verb.CHANGED, by=by, owner=moved)
        if to is not None:
            handed.append(Handed(to, row.title, actions.address(row, to)))
    return handed


def _next(row: Improvement, leaver: User) -> User | None:
    others = User.objects.filter(rights.owners(row)).exclude(pk=leaver.pk).order_by("pk")
    if row.kind == rights.PRODUCT:
        return others.filter(is_product=True).first()
    if row.domain is not None:
        parts = row.domain.path.split("/")
        paths = ["/".join(parts[:n]) for n in range(len(parts), 0, -1)]
        for path in paths:
            if expert := others.filter(expert_of__path=path).first():
                return expert
    return others.filter(pk=leaver.coach_id).first()
