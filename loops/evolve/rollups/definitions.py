"""How measures are computed, as versioned rows: which version is active is the administrators'
choice, and all history is counted under it. docs/measures.md says what each value does."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kcs.errors import BadValue, NotAllowed, Refused
from loops.models import Definition, Formula
from people.models import SiteEvent, User

# Raised when the code counts something differently: all days are counted again.
CODE = 1

# Version 1 of each, as delivered.
DEFAULTS: dict[str, dict[str, int]] = {
    "linked": {"references": 1},
    "first_contact": {"replies": 1},
    "satisfied": {"least": 4},
    "abandoned": {"minutes": 30},
    "self_service": {"comments": 1},
}
# The least and the most of each value, and what it is called.
VALUES: dict[str, dict[str, tuple[int, int, Any]]] = {
    "linked": {"references": (0, 1, gettext_lazy("reference links count (0 or 1)"))},
    "first_contact": {"replies": (0, 20, gettext_lazy("replies at most"))},
    "satisfied": {"least": (2, 5, gettext_lazy("rating from 1 to 5, at least"))},
    "abandoned": {"minutes": (1, 1440, gettext_lazy("minutes within which a hit is opened"))},
    "self_service": {
        "comments": (0, 1, gettext_lazy("“It did not help” takes a visit out (0 or 1)"))
    },
}


def active() -> dict[str, dict[str, int]]:
    """The values that count now, by measure."""
    chosen = dict(Definition.objects.filter(active=True).values_list("key", "parameters"))
    return {key: values | chosen.get(key, {}) for key, values in DEFAULTS.items()}


def versions() -> dict[str, int]:
    """Which version of each definition counts now: kept with what is frozen."""
    chosen = dict(Definition.objects.filter(active=True).values_list("key", "version"))
    return {key: chosen.get(key, 1) for key in DEFAULTS}


def formula(values: dict[str, dict[str, int]]) -> int:
    """The number of these definitions under this code, the same one each time."""
    says = {"code": CODE, **values}
    known = Formula.objects.filter(says=says).values_list("pk", flat=True).first()
    return known or Formula.objects.get_or_create(says=says)[0].pk


@transaction.atomic
def define(key: str, *, by: User, values: dict[str, int], note: str = "") -> Definition:
    """Write the next version of a definition. Nothing changes until it is activated."""
    _administrators(by)
    if key not in DEFAULTS:
        raise BadValue(_("There is no such measure."), field="key")
    for name, (least, most, _label) in VALUES[key].items():
        value = values.get(name)
        if not isinstance(value, int) or not least <= value <= most:
            raise BadValue(
                _("From %(least)s to %(most)s.") % {"least": least, "most": most}, field=name
            )
    if unknown := set(values) - set(VALUES[key]):
        raise BadValue(_("There is no such value."), field=sorted(unknown)[0])
    note = " ".join(note.split())[:300]
    if len(note) < 5:
        raise BadValue(_("Say why, in a few words: readers of the figures ask."), field="note")
    same = Definition.objects.select_for_update(no_key=True).filter(key=key)
    for known in same:
        if DEFAULTS[key] | known.parameters == values:
            raise Refused(
                _("Version %(version)s says the same. Activate that one.")
                % {"version": known.version}
            )
    newest = same.aggregate(n=Max("version"))["n"] or 1
    return Definition.objects.create(
        key=key, version=newest + 1, parameters=values, note=note, by=by
    )


@transaction.atomic
def activate(definition: Definition, *, by: User) -> Definition:
    """Count by this version from now on, and all history again. Days are counted in the order
    newest first, so that pages show the new figures within minutes."""
    _administrators(by)
    rows = {
        row.pk: row
        for row in Definition.objects.select_for_update(no_key=True).filter(key=definition.key)
    }
    chosen = rows[definition.pk]
    if chosen.active:
        raise Refused(_("This version counts already."))
    before = next((row for row in rows.values() if row.active), None)
    Definition.objects.filter(key=chosen.key, active=True).update(active=False)
    chosen.active = True
    chosen.save(update_fields=["active"])
    SiteEvent.objects.create(
        verb=SiteEvent.Verb.DEFINITION,
        by=by,
        detail={
            "measure": chosen.key,
            "version": {"from": before.version if before else 1, "to": chosen.version},
            "values": chosen.parameters,
        },
    )
    return chosen


def _administrators(by: User) -> None:
    if not by.is_active or not by.is_superuser:
        raise NotAllowed(_("Only administrators decide how figures are computed."))
