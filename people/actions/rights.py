"""Verbs of the rights matrix: set_rights."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from kcs.errors import BadValue, NotAllowed, Stale
from people.models import Right, SiteEvent, SiteSettings, User
from people.rights import AUDIENCES, CONFIDENCES, INSIDE, KEPT, Cell, cells, digest, held


@transaction.atomic
def set_rights(
    *, by: User, wanted: Iterable[Cell], base: str | None = None
) -> tuple[set[Cell], set[Cell]]:
    """Make the matrix exactly this; what was granted and what was taken away.

    Effective with everybody's next request: nothing keeps a copy of the rows. `base` is the
    digest of the matrix that this one was made from.
    """
    if not by.is_superuser:
        raise NotAllowed(_("Only administrators change the rights."))
    # One at a time: two matrices saved at once would become a third that nobody wanted.
    SiteSettings.objects.select_for_update(no_key=True).get(pk=SiteSettings.load().pk)
    after = set(wanted)
    _check(after)
    before = held()
    if base is not None and base != digest(before):
        raise Stale(
            _("Somebody changed the rights meanwhile. Look at them, and save again."),
        )
    granted, revoked = after - before, before - after
    if not granted and not revoked:
        return granted, revoked
    for role, aspect, value in revoked:
        Right.objects.filter(competency=role, aspect=aspect, value=value).delete()
    Right.objects.bulk_create(
        Right(competency=role, aspect=aspect, value=value)
        for role, aspect, value in sorted(granted)
    )
    SiteEvent.objects.create(
        verb=SiteEvent.Verb.RIGHTS,
        by=by,
        detail={
            "granted": [" ".join(cell) for cell in sorted(granted)],
            "revoked": [" ".join(cell) for cell in sorted(revoked)],
        },
    )
    return granted, revoked


def _check(wanted: set[Cell]) -> None:
    """Refuse rights that do not exist, and a matrix with which the help desk stands still."""
    if unknown := sorted(wanted - cells()):
        raise BadValue(
            _("There is no such right: %(right)s.") % {"right": " ".join(unknown[0])},
            field="rights",
        )
    if KEPT - wanted:
        raise BadValue(
            _(
                "Publishers see everything, change articles and set every confidence:"
                " administrators, coaches and domain experts do it with their rights, and"
                " without them nobody could mend anything."
            ),
            field="rights",
        )
    for role in INSIDE:
        seen = {
            value
            for competency, aspect, value in wanted
            if (competency, aspect) == (role, "see")
        }
        if not seen & set(CONFIDENCES) or not seen & set(AUDIENCES):
            raise BadValue(
                _("%(role)s: without one confidence and one audience to see, they see nothing.")
                % {"role": Right.Role(role).label},
                field="rights",
            )
