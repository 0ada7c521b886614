"""The rights matrix: its default rows, and what one person may do by it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Exists, Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from people.models import User

# Defaults of domain.md. "external_if_validated" means partner, customer and public, for
# articles that are Validated. `change` values: own, others, compliance (as a named editor;
# an article under compliance that is not yet validated follows own/others), merge and recall.
# `see` names confidences and audiences: a colleague sees an article when both are granted, a
# reader outside when it is Validated and its audience is.
AUDIENCES = ["internal", "partner", "customer", "public"]
CONFIDENCES = ["wip", "not_validated", "validated", "archived"]
OUTSIDE = ("visitor", "customer", "partner")
DEFAULTS: dict[str, dict[str, list[str]]] = {
    "candidate": {
        "confidence": ["wip", "not_validated"],
        "audience": ["internal"],
        "governance": ["experience"],
        "change": ["own"],
        "see": [*CONFIDENCES, *AUDIENCES],
    },
    "contributor": {
        "confidence": ["wip", "not_validated", "validated", "archived"],
        "audience": ["internal"],
        "governance": ["experience"],
        "change": ["own", "others"],
        "see": [*CONFIDENCES, *AUDIENCES],
    },
    "publisher": {
        "confidence": ["wip", "not_validated", "validated", "archived"],
        "audience": ["internal", "partner", "customer", "public"],
        "governance": ["experience", "compliance"],
        "change": ["own", "others", "compliance", "merge", "recall"],
        "see": [*CONFIDENCES, *AUDIENCES],
    },
    "partner": {"see": ["partner", "customer", "public"]},
    "customer": {"see": ["customer", "public"]},
    "visitor": {"see": ["public"]},
}


INSIDE = ("candidate", "contributor", "publisher")
# (role, aspect, value): one box of the matrix.
Cell = tuple[str, str, str]
STATES = {
    "wip": _("Work in progress"),
    "not_validated": _("Not validated"),
    "validated": _("Validated"),
    "archived": _("Archived"),
    "internal": _("Internal"),
    "partner": _("Partner"),
    "customer": _("Customer"),
    "public": _("Public"),
    "experience": _("Experience based"),
    "compliance": _("Compliance based"),
}
# Every right there is, by aspect, in the words and the order of the page that edits them.
WORDS: dict[str, dict[str, object]] = {
    "see": {value: STATES[value] for value in (*CONFIDENCES, *AUDIENCES)},
    "confidence": {value: STATES[value] for value in CONFIDENCES},
    "audience": {value: STATES[value] for value in AUDIENCES},
    "governance": {value: STATES[value] for value in ("experience", "compliance")},
    "change": {
        "own": _("what they wrote themselves"),
        "others": _("what colleagues wrote"),
        "compliance": _("what is under compliance, as a named editor"),
        "merge": _("merge duplicates, and undo it"),
        "recall": _("recall wrong versions"),
    },
}
# What Publishers keep. Administrators, coaches and domain experts work with a Publisher's
# rights: what these lost, nobody could see, mend or set any more.
KEPT: frozenset[Cell] = frozenset(
    ("publisher", aspect, value)
    for aspect, values in {
        "see": (*CONFIDENCES, *AUDIENCES),
        "confidence": CONFIDENCES,
        "audience": ("internal",),
        "governance": ("experience",),
        "change": ("own", "others"),
    }.items()
    for value in values
)


def cells() -> set[Cell]:
    """Every box there is. Readers outside only see, and what is internal never leaves."""
    inside = {
        (role, aspect, value)
        for role in INSIDE
        for aspect, values in WORDS.items()
        for value in values
    }
    return inside | {
        (role, "see", value) for role in OUTSIDE for value in AUDIENCES if value != "internal"
    }


def cell(named: str) -> Cell:
    """The box that a form or an event calls "candidate see wip"."""
    role, _space, rest = named.partition(" ")
    aspect, _space, value = rest.partition(" ")
    return role, aspect, value


def held() -> set[Cell]:
    """The matrix as it stands."""
    from people.models import Right

    return set(Right.objects.values_list("competency", "aspect", "value"))


def digest(matrix: set[Cell]) -> str:
    """By which somebody who changes the matrix says which one they saw."""
    said = "\n".join(" ".join(cell) for cell in sorted(matrix))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def default_rows() -> list[tuple[str, str, str]]:
    """(competency, aspect, value) of every default right."""
    return [
        (competency, aspect, value)
        for competency, aspects in DEFAULTS.items()
        for aspect, values in aspects.items()
        for value in values
    ]


class Granted(NamedTuple):
    """What one person may do, whether they look after a domain, and who reads what outside."""

    rights: set[tuple[str, str]]
    is_expert: bool
    outside: dict[str, list[str]]


def granted(user: User) -> Granted:
    """What this person has now. All in one query, because nearly every page asks for it.

    Coaches and domain experts have a Publisher's rights whatever their own competency;
    administrators too, so that somebody can always mend things. Whoever answers also has to
    know what the people outside may read.
    """
    from people.models import Domain, Right

    if not user.is_active or user.pk is None:
        return Granted(set(), False, {})
    expert = Exists(Domain.objects.filter(experts=user.pk))
    mine = Q(competency=user.competency)
    if user.is_superuser or user.is_coach:
        mine = Q(competency__in=[user.competency, "publisher"])
    elif user.competency and user.competency != "publisher":
        mine |= Q(expert, competency="publisher")
    rows = Right.objects.filter(mine | Q(competency__in=OUTSIDE, aspect="see"))
    found = rows.annotate(expert=expert).values_list("competency", "aspect", "value", "expert")
    rights: set[tuple[str, str]] = set()
    outside: dict[str, list[str]] = {role: [] for role in OUTSIDE}
    is_expert = None
    for role, aspect, value, looks_after in found:
        is_expert = looks_after
        if role in outside:
            outside[role].append(value)
        else:
            rights.add((aspect, value))
    if is_expert is None:  # nothing is granted to anybody, which says nothing about domains
        is_expert = bool(user.competency) and user.expert_of.exists()
    return Granted(rights, is_expert and bool(user.competency), outside)


def origins(user: User) -> dict[tuple[str, str], list[str]]:
    """Each right of this person with the roles that it comes from: why somebody may do what.

    Its keys are `granted` to the letter; the roles are named as people know them.
    """
    from people.models import Right

    have = granted(user)
    matrix: dict[tuple[str, str], set[str]] = {}
    for role, aspect, value in Right.objects.values_list("competency", "aspect", "value"):
        matrix.setdefault((aspect, value), set()).add(role)
    by_publisher = [
        str(label)
        for label, holds in (
            (_("Administrator"), user.is_superuser),
            (_("Coach"), user.is_coach),
            (_("Domain expert"), have.is_expert),
        )
        if holds
    ]
    found: dict[tuple[str, str], list[str]] = {}
    for pair in have.rights:
        roles = matrix.get(pair, set())
        own = [str(user.get_competency_display())] if user.competency in roles else []
        found[pair] = own + (by_publisher if "publisher" in roles else [])
    return found


def explained(user: User) -> list[tuple[str, list[tuple[list[str], list[str]]]]]:
    """What one person may do, in words: (aspect, [(values, the roles they come from)])."""
    from people.models import Right

    mine = origins(user)
    told = []
    for aspect, values in WORDS.items():
        alike: dict[tuple[str, ...], list[str]] = {}
        for value, word in values.items():
            if (aspect, value) in mine:
                alike.setdefault(tuple(mine[aspect, value]), []).append(str(word))
        if alike:
            lines = [(words, list(roles)) for roles, words in alike.items()]
            told.append((str(Right.Aspect(aspect).label), lines))
    return told
