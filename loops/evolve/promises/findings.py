"""What the nightly jobs found out, kept for pages that only show it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from math import isfinite
from typing import Any

from django.db import transaction
from django.utils import timezone

from loops.evolve import access
from loops.evolve.scope import Scope
from loops.models import Finding
from people.models import User

ALL = ""


def of_team(team: int) -> str:
    """The scope of one team's tickets; 0 is the tickets of no team."""
    return f"team:{team}"


@transaction.atomic
def keep(key: str, found: Mapping[str, Any], *, now: datetime | None = None) -> None:
    """Replace what is known of a question, by scope: the whole of it, or nothing."""
    now = now or timezone.now()
    # Two runs at once take turns here, and leave what the later one found.
    list(Finding.objects.select_for_update().filter(key=key).order_by("pk"))
    for scope in sorted(found):
        Finding.objects.update_or_create(
            key=key, scope=scope, defaults={"data": finite(found[scope]), "computed_at": now}
        )
    Finding.objects.filter(key=key).exclude(scope__in=found).delete()


def finite(value: Any) -> Any:
    """The same without infinities, which JSON has not: nothing in their place."""
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(name): finite(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [finite(one) for one in value]
    return value


def read(keys: Iterable[str], scope: str = ALL) -> dict[str, Finding]:
    """What is known of these questions, in one query."""
    return {row.key: row for row in Finding.objects.filter(key__in=list(keys), scope=scope)}


def scope_for(scope: Scope, user: User) -> str | None:
    """The scope of findings that answers what was asked for, and that this person may read:
    one team's, or that of all teams that are not private; None where there is none, as for
    the manager of two teams who has not chosen."""
    if len(scope.teams) == 1:
        return of_team(next(iter(scope.teams)))
    return ALL if access.teams_for(user).teamless else None


def hidden(people: Iterable[int], n: float, user: User) -> bool:
    """Whether a finding would be about persons that its reader may not read."""
    behind = set(people)
    if not access.is_small(n, len(behind), access.minimum()):
        return False
    return not behind <= access.people_for(user)
