"""Questions that a page asks of two periods or of several groups at once: a period and the one
before it, steps of both or neither, teams and domains. The same figures as `numbers` gives, in a
third of the queries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from loops.evolve.rollups import columns, numbers
from loops.evolve.rollups.numbers import AgentTotals, Durations, Point, Totals, VisitTotals
from loops.evolve.scope import Scope

# Fewer people behind a group's figures than this have to be known by name: access.GROUP.
FEW = 3


def _wide(scope: Scope, before: Scope, every: str = "") -> Scope:
    """Two periods that follow one another as one. A month that lies in both of them in part is
    read from its days; so is the whole period that is wanted by days or weeks."""
    begins, ends = min(scope.begins, before.begins), max(scope.ends, before.ends)
    wide = replace(scope, begins=begins, ends=ends, period="")
    stepped = every in ("day", "week")
    months = {*numbers._months(before), *(() if stepped else numbers._months(scope))}
    wide.__dict__["_whole_months"] = sorted(months)
    return wide


def _when(scope: Scope, every: str) -> tuple[str, dict[str, Any]]:
    """The step of a day in the period; nothing for a day outside. Without steps only whether
    it is in it."""
    given = {"first": scope.begins, "last": scope.ends}
    within = "day between %(first)s and %(last)s"
    if not every:
        return f"{within} as step", given
    step = numbers._step(every).removesuffix(" as step")
    return f"case when {within} then {step} end as step", given


def _sums(
    table: columns.Table, scope: Scope, before: Scope, *dims: str, every: str
) -> Iterator[dict[str, Any]]:
    when, given = _when(scope, every)
    where, more = numbers._cut_where(_wide(scope, before, every), *dims)
    sums = ", ".join(f"sum({name})::bigint as {name}" for name in table.sums)
    grouped = ", ".join(str(at + 1) for at in range(1 + len(dims)))
    return numbers._rows(
        f"select {', '.join([when, *dims])}, {sums} from {table.name} where {where}"
        f" group by {grouped}",
        given | more,
    )


def flow(scope: Scope, before: Scope, every: str) -> tuple[list[Point], Totals]:
    """`numbers.series` of the period, and `numbers.totals` of the one before, or after, it."""
    found = {day: Totals() for day in numbers._steps(scope, every)}
    earlier = Totals()
    for row in _sums(columns.FLOW, scope, before, "outcome", every=every):
        day, outcome = row.pop("step"), row.pop("outcome")
        (found[day] if day else earlier)._add(outcome, row)
    return [Point(day, found[day]) for day in sorted(found)], earlier


def team_flow(
    scope: Scope, before: Scope, every: str
) -> tuple[dict[int, list[Point]], dict[int, Totals]]:
    """`numbers.team_series` of the period, and `numbers.teams` of the one before it."""
    steps = list(numbers._steps(scope, every))
    found: dict[int, dict[date, Totals]] = {}
    earlier: dict[int, Totals] = {}
    for row in _sums(columns.FLOW, scope, before, "team", "outcome", every=every):
        day, team, outcome = row.pop("step"), row.pop("team"), row.pop("outcome")
        if day:
            days = found.setdefault(team, {step: Totals() for step in steps})
            days[day]._add(outcome, row)
        else:
            earlier.setdefault(team, Totals())._add(outcome, row)
    series = {team: [Point(day, days[day]) for day in steps] for team, days in found.items()}
    return series, earlier


def people(
    scope: Scope, before: Scope, every: str
) -> tuple[dict[date, dict[int, AgentTotals]], dict[int, AgentTotals]]:
    """`numbers.agents` of each step of the period, and of the one before."""
    found: dict[date, dict[int, AgentTotals]] = {d: {} for d in numbers._steps(scope, every)}
    earlier: dict[int, AgentTotals] = {}
    if numbers.times_kept(scope):
        for row in _sums(columns.AGENTS, scope, before, "person", every=every):
            day = row.pop("step")
            (found[day] if day else earlier)[row["person"]] = AgentTotals(**row)
    return found, earlier


def visits(
    scope: Scope, before: Scope, every: str
) -> tuple[dict[date, VisitTotals], VisitTotals]:
    """`numbers.visits_series` of the period, and `numbers.visits` of the one before."""
    when, given = _when(scope, every)
    where, more = numbers._where(_wide(scope, before, every))
    found = {day: VisitTotals() for day in numbers._steps(scope, every)}
    earlier = VisitTotals()
    sums = ", ".join(f"sum({name})::bigint as {name}" for name in columns.VISITS.sums)
    for row in numbers._rows(
        f"select {when}, {sums} from loops_visits where {where} group by 1", given | more
    ):
        day = row.pop("step")
        if day:
            found[day] = VisitTotals(**row)
        else:
            earlier = VisitTotals(**row)
    return found, earlier


def times(scope: Scope, kinds: Iterable[str]) -> dict[str, dict[str, Durations]]:
    """`numbers.times` by outcome, of several kinds."""
    found: dict[str, dict[str, Durations]] = {kind: {} for kind in kinds}
    if not numbers.times_kept(scope):
        return found
    where, given = numbers._cut_where(scope, "kind", "outcome")
    where += " and kind = any(%(kinds)s)"
    for row in numbers._rows(
        numbers._opened(columns.TIMES, ["kind", "outcome"], where),
        given | {"kinds": list(found)},
    ):
        into = found[row["kind"]].setdefault(row["outcome"], Durations())
        into.counts[row["bucket"]] += row["n"]
    return found


def times_series(
    scope: Scope, kinds: Iterable[str], every: str, before: Scope | None = None
) -> tuple[dict[str, dict[date, Durations]], dict[str, Durations]]:
    """`numbers.times_series` of several kinds, and the period before where one is given."""
    steps = list(numbers._steps(scope, every))
    found = {kind: {day: Durations() for day in steps} for kind in kinds}
    earlier = {kind: Durations() for kind in found}
    if not numbers.times_kept(scope):
        return found, earlier
    when, given = _when(scope, every)
    if before:
        where, more = numbers._cut_where(_wide(scope, before, every), "kind")
    else:
        where, more = numbers._cut_where(scope, "kind", step=every)
    where += " and kind = any(%(kinds)s)"
    for row in numbers._rows(
        numbers._opened(columns.TIMES, [when, "kind"], where),
        given | more | {"kinds": list(found)},
    ):
        into = found[row["kind"]][row["step"]] if row["step"] else earlier[row["kind"]]
        into.counts[row["bucket"]] += row["n"]
    return found, earlier


def groups(scope: Scope) -> tuple[dict[int, Totals], dict[int, Totals]]:
    """`numbers.teams` and `numbers.domains`."""
    where, given = numbers._cut_where(scope, "domain")
    sums = ", ".join(f"sum({name})::bigint as {name}" for name in columns.FLOW.sums)
    teams: dict[int, Totals] = {}
    domains: dict[int, Totals] = {}
    for row in numbers._rows(
        f"select team, domain, outcome, {sums} from loops_flow where {where}"
        " group by grouping sets ((team, outcome), (domain, outcome))",
        given,
    ):
        team, domain, outcome = row.pop("team"), row.pop("domain"), row.pop("outcome")
        into, key = (domains, domain) if team is None else (teams, team)
        into.setdefault(key, Totals())._add(outcome, row)
    return teams, domains


@dataclass
class Few:
    """Groups with fewer than three people behind their figures, and who those are. `everybody`
    is nothing where three and more stand behind the whole of the scope."""

    everybody: frozenset[int] | None = None
    teams: dict[int, frozenset[int]] = field(default_factory=dict)
    domains: dict[int, frozenset[int]] = field(default_factory=dict)


def few(scope: Scope, *, domains: bool = False) -> Few:
    """Who stands behind small groups. Figures by person are kept for a domain or a channel, not
    for both: then those of all channels. People by domain are many rows: only on demand."""
    wide = replace(scope, channel="")
    wide.__dict__["_whole_months"] = numbers._months(scope)
    dims = ("team", "domain") if domains else ("team",)
    where, given = numbers._cut_where(wide, *dims)
    named = ", ".join(dims)
    sets = "(), (team), (domain)" if domains else "(), (team)"
    found = Few()
    for row in numbers._rows(
        f"select {named}, array_agg(distinct person) as people"
        f" from (select distinct {named}, person from loops_agents where {where}) x"
        f" group by grouping sets ({sets}) having count(distinct person) < %(few)s",
        given | {"few": FEW},
    ):
        who = frozenset(row["people"] or ())
        if row["team"] is not None:
            found.teams[row["team"]] = who
        elif row.get("domain") is not None:
            found.domains[row["domain"]] = who
        else:
            found.everybody = who
    return found


def few_of_both(scope: Scope, before: Scope) -> tuple[Few, Few]:
    """`few` of the period and of the one before it."""
    both = _wide(scope, before)
    wide = replace(both, channel="")
    wide.__dict__["_whole_months"] = both.__dict__["_whole_months"]
    where, given = numbers._cut_where(wide, "team")
    found = {True: Few(), False: Few()}
    for row in numbers._rows(
        "select now, team, array_agg(distinct person) as people from (select distinct"
        " day between %(first)s and %(last)s as now, team, person"
        f" from loops_agents where {where}) x"
        " group by grouping sets ((now), (now, team)) having count(distinct person) < %(few)s",
        given | {"few": FEW, "first": scope.begins, "last": scope.ends},
    ):
        who, into = frozenset(row["people"]), found[row["now"]]
        if row["team"] is None:
            into.everybody = who
        else:
            into.teams[row["team"]] = who
    return found[True], found[False]
