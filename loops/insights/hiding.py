"""Which figures the front page and its doors leave out: those of a group so small that they would
be about persons whom the reader may not read.

A group is small by who stands behind it in the period, by who stands in it, or by its tickets.
Where exactly one team is left out, the rest would give it away: the next smallest goes, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from loops.evolve import access
from loops.evolve.rollups import numbers, spans
from loops.evolve.scope import Scope
from people.models import User


@dataclass(frozen=True)
class Hidden:
    """`whole` is the scope itself, `past` the period before it, `teams` are rows of it."""

    whole: bool = False
    past: bool = False
    teams: frozenset[int] = frozenset()


@dataclass
class _Reader:
    """What one may know of people; asked only where somebody stands alone."""

    user: User
    allowed: access.Teams
    _people: frozenset[int] | None = None

    def is_about_others(self, behind: frozenset[int] | None) -> bool:
        if not behind:
            return False
        if self._people is None:
            self._people = access.people_for(self.user)
        return not behind <= self._people

    def manages(self, team: int) -> bool:
        group = self.allowed.groups.get(team)
        return group is not None and group.managed


def is_one(scope: Scope) -> bool:
    """Whether one team was chosen; 0 are the tickets of none."""
    return scope.team is not None or scope.teams == {0}


def around(scope: Scope) -> Scope:
    """All teams around a chosen one: whether that is left out depends on the others, too. Its
    manager reads it anyhow."""
    assert scope.allowed is not None
    groups = scope.allowed.groups
    if not is_one(scope) or (scope.team and groups[scope.team.pk].managed):
        return scope
    teams = scope.allowed.ids | ({0} if scope.allowed.teamless else frozenset())
    wide = replace(scope, teams=teams, team=None)
    wide.__dict__["_whole_months"] = numbers._months(scope)
    return wide


def hidden(
    user: User, scope: Scope, before: Scope, solved: Mapping[int, int],
    solved_before: Mapping[int, int], least: int,
) -> Hidden:  # fmt: skip
    """`solved` and `solved_before` are the solved tickets of each team `around` the scope."""
    assert scope.allowed is not None
    if not least:
        return Hidden()
    reader = _Reader(user, scope.allowed)
    few, few_before = spans.few_of_both(around(scope), around(before))
    teams, told = _teams(reader, solved, few, least)
    own = all(reader.manages(team) for team in scope.teams)
    alone = next(iter(scope.teams)) if is_one(scope) else None

    def too_few(counts: Mapping[int, int]) -> bool:
        n = sum(counts.get(team, 0) for team in scope.teams)
        narrowed = alone is not None or scope.domains is not None or bool(scope.channel)
        return narrowed and not own and 0 < n < least

    def is_about_others(few: spans.Few) -> bool:
        behind = few.everybody if alone is None else few.teams.get(alone)
        return reader.is_about_others(behind)

    if alone is None:
        whole = told
    else:
        empty = alone != 0 and not own and not solved.get(alone)
        whole = alone in teams or empty
    return Hidden(
        whole or is_about_others(few) or too_few(solved),
        is_about_others(few_before) or too_few(solved_before),
        teams,
    )


def _teams(
    reader: _Reader, solved: Mapping[int, int], few: spans.Few, least: int
) -> tuple[frozenset[int], bool]:
    """The teams that are left out, and whether the sum over all would still tell of one."""

    def is_lonely(team: int) -> bool:
        group = reader.allowed.groups.get(team)
        members = group.people if group and not group.managed else access.GROUP
        return members < access.GROUP or reader.is_about_others(few.teams.get(team))

    small = {
        team
        for team, n in solved.items()
        if is_lonely(team) or (n < least and not reader.manages(team))
    }
    secret = [team for team in small if solved[team]]
    if len(secret) != 1:
        return frozenset(small), False
    others = [team for team, n in solved.items() if n and team not in small]
    strange = [team for team in others if not reader.manages(team)]
    if strange:
        small.add(min(strange, key=lambda team: (solved[team], team)))
        return frozenset(small), False
    return frozenset(small), is_lonely(secret[0])
