"""The rights matrix: its default rows, and what one person may do by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, Q

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


def default_rows() -> list[tuple[str, str, str]]:
    """(competency, aspect, value) of every default right."""
    return [
        (competency, aspect, value)
        for competency, aspects in DEFAULTS.items()
        for aspect, values in aspects.items()
        for value in values
    ]


def granted(user: User) -> tuple[set[tuple[str, str]], bool]:
    """The (aspect, value) pairs this person has now, and whether they look after a domain.

    Both in one query, because nearly every page asks for both. Coaches and domain experts have
    a Publisher's rights whatever their own competency; administrators too, so that somebody
    can always mend things.
    """
    from people.models import Domain, Right

    if not user.is_active or user.pk is None:
        return set(), False
    expert = Exists(Domain.objects.filter(experts=user.pk))
    rows = Right.objects.filter(competency=user.competency)
    if user.is_superuser or user.is_coach:
        rows = Right.objects.filter(competency__in=[user.competency, "publisher"])
    elif user.competency and user.competency != "publisher":
        rows = Right.objects.filter(
            Q(competency=user.competency) | Q(expert, competency="publisher")
        )
    found = list(rows.annotate(expert=expert).values_list("aspect", "value", "expert"))
    if not found:  # nothing is granted, which says nothing about domains
        return set(), bool(user.competency) and user.expert_of.exists()
    return {(aspect, value) for aspect, value, _ in found}, found[0][2]


def audiences_of(role: str) -> list[str]:
    """The audiences that readers outside of this role may read."""
    from people.models import Right

    rows = Right.objects.filter(competency=role, aspect="see", value__in=AUDIENCES)
    return list(rows.values_list("value", flat=True))
