"""What the nightly jobs found out, kept for pages that only show it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from math import isfinite
from typing import Any

from django.db import transaction
from django.utils import timezone

from loops.evolve.scope import Scope
from loops.models import Finding
from people.models import Team, User

ALL = ""


def of_team(team: int) -> str:
    """The scope of one team's tickets; 0 is the tickets of no team."""
    return f"team:{team}"


@transaction.atomic
def keep(key: str, found: Mapping[str, Any], *, now: datetime | None = None) -> None:
    """Replace what is known of a question, by scope: the whole of it, or nothing."""
    now = now or timezone.now()
    # Two runs at once take turns here, and leave what the later one found.
    list(Finding.objects.select_for_update(no_key=True).filter(key=key).order_by("pk"))
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


def of_manager(person: int) -> str:
    """The scope of all teams of somebody who manages several."""
    return f"manager:{person}"


def scopes() -> dict[int, list[str]]:
    """For each team the scopes that its tickets belong to; 0 is the tickets of no team."""
    found: dict[int, list[str]] = {0: [of_team(0), ALL]}
    managed: dict[int, list[int]] = {}
    for team, private, manager in Team.objects.values_list("pk", "private", "manager_id"):
        found[team] = [of_team(team)] if private else [of_team(team), ALL]
        if manager:
            managed.setdefault(manager, []).append(team)
    for manager, teams in managed.items():
        if len(teams) > 1:
            for team in teams:
                found[team].append(of_manager(manager))
    return found


def teams_in(known: Mapping[int, list[str]], scope: str) -> list[int]:
    """Whose tickets a scope is, to be kept with what was found out about them."""
    return sorted(team for team, of in known.items() if scope in of)


def read(keys: Iterable[str], scope: str = ALL) -> dict[str, Finding]:
    """What is known of these questions, in one query."""
    return {row.key: row for row in Finding.objects.filter(key__in=list(keys), scope=scope)}


def read_for(keys: Iterable[str], scope: Scope, user: User) -> dict[str, Finding]:
    """What answers a page's scope: one team's finding, that of all teams that are not private
    for who reads those, else that of the teams one manages, if they are still the same."""
    if len(scope.teams) == 1:
        return read(keys, of_team(next(iter(scope.teams))))
    if 0 in scope.teams:
        return read(keys)
    found = read(keys, of_manager(user.pk))
    return {k: row for k, row in found.items() if row.data.get("teams") == sorted(scope.teams)}
