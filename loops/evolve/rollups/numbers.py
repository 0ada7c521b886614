"""The only place that pages and reports read figures from: days and months, never the rows.

Each question takes a `Scope` and answers for its period, teams, branch of domains and channel.
Whole months come from the month tier and the days at the edges from the day tier; a month whose
days were counted a moment ago and which was not added up since is read from its days. So the
answer is always the one that the days give.

Tickets whose outcome is `imported` are in `Totals.imported` and in no other figure of solving.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from loops.evolve.rollups import columns, definitions
from loops.evolve.rollups.days import ONE, next_month
from loops.evolve.scope import Scope
from loops.models import RollupDay
from loops.statistics import durations
from loops.statistics.rates import Share

FIRST_RESPONSE, RESOLUTION, WORKED = "first_response", "resolution", "worked"
OUTCOMES = ("reused", "improved", "flagged", "created", "no_knowledge")
NOVELTIES = ("known_found", "known_not_found", "known_not_captured", "new", "no_event")


@dataclass
class Totals:
    """Sums over a scope. What is counted on the day of arrival:

    - arrived; of these defects (marked as caused by one), in_help (written in the help centre),
      used_first (of those: searched or read there before, in the same visit)

    and on the day on which it was solved, of all solved tickets but imported ones:

    - solved; outcomes: {"reused": n, "improved": n, "flagged": n, "created": n,
      "no_knowledge": n, "": none declared}
    - linked (any link), reused (a resolution link to an article older than the ticket),
      created, improved, flagged (an article, version or suggestion, flag from this ticket)
    - reopened (at least once), first_contact, csat_n, csat_good, csat_sum
    - known_found, known_not_found, known_not_captured, new, no_event (what is not yet
      classified is in none of them: `classified` is their sum)
    - self_serviceable (its answer was outside when it arrived), seconds (worked)

    - imported: solved by an import of history, and in none of the above.
    """

    arrived: int = 0
    defects: int = 0
    in_help: int = 0
    used_first: int = 0
    solved: int = 0
    linked: int = 0
    reused: int = 0
    created: int = 0
    improved: int = 0
    flagged: int = 0
    reopened: int = 0
    first_contact: int = 0
    csat_n: int = 0
    csat_good: int = 0
    csat_sum: int = 0
    known_found: int = 0
    known_not_found: int = 0
    known_not_captured: int = 0
    new: int = 0
    no_event: int = 0
    self_serviceable: int = 0
    seconds: int = 0
    imported: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)

    def share(self, name: str, of: str = "solved") -> Share:
        """Any of them as a share of another, with its interval."""
        return Share(getattr(self, name), getattr(self, of))

    @property
    def classified(self) -> int:
        return sum(getattr(self, name) for name in NOVELTIES)

    @property
    def link_rate(self) -> Share:
        return self.share("linked")

    @property
    def reuse_rate(self) -> Share:
        return self.share("reused")

    @property
    def create_rate(self) -> Share:
        return self.share("created")

    @property
    def improve_rate(self) -> Share:
        return self.share("improved")

    @property
    def flag_rate(self) -> Share:
        return self.share("flagged")

    @property
    def first_contact_rate(self) -> Share:
        return self.share("first_contact")

    @property
    def reopen_rate(self) -> Share:
        return self.share("reopened")

    @property
    def satisfied(self) -> Share:
        return self.share("csat_good", "csat_n")

    @property
    def defect_rate(self) -> Share:
        return self.share("defects", "arrived")

    @property
    def use_first_rate(self) -> Share:
        return self.share("used_first", "in_help")

    @property
    def imported_share(self) -> Share:
        return Share(self.imported, self.imported + self.solved)

    def outcome_share(self, outcome: str) -> Share:
        """Solved tickets with this declared outcome, of all that were solved."""
        return Share(self.outcomes.get(outcome, 0), self.solved)

    def novelty_share(self, novelty: str) -> Share:
        """Of those that are classified and had something to know."""
        return Share(getattr(self, novelty), self.classified - self.no_event)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def _add(self, outcome: str, row: dict[str, int]) -> None:
        if outcome == "imported":
            # An import says nothing of how this desk works: it has its own share.
            self.imported += row["solved"]
            return
        for name, n in row.items():
            setattr(self, name, getattr(self, name) + n)
        if row["solved"]:
            self.outcomes[outcome] = self.outcomes.get(outcome, 0) + row["solved"]


@dataclass
class Durations:
    """How long it took: counts by bucket. `n` is how many durations there are."""

    counts: Counter[int] = field(default_factory=Counter)

    @property
    def n(self) -> int:
        return sum(self.counts.values())

    def quantile(self, q: float) -> float | None:
        """In seconds."""
        return durations.quantile(self.counts, q)

    @property
    def median(self) -> float | None:
        return self.quantile(0.5)

    @property
    def p90(self) -> float | None:
        return self.quantile(0.9)


@dataclass
class Point:
    """The totals from a day on: a day, a week (from Monday) or a month."""

    day: date
    totals: Totals


@dataclass
class AgentTotals:
    """What became of the tickets that one person solved."""

    person: int
    solved: int = 0
    linked: int = 0
    reused: int = 0
    created: int = 0
    improved: int = 0
    flagged: int = 0
    no_knowledge: int = 0
    reopened: int = 0
    first_contact: int = 0
    csat_n: int = 0
    csat_good: int = 0
    seconds: int = 0

    def share(self, name: str, of: str = "solved") -> Share:
        return Share(getattr(self, name), getattr(self, of))


@dataclass
class TopicTotals:
    """What was asked of a topic; `worked` are the seconds worked on its solved tickets."""

    topic: int
    arrived: int = 0
    solved: int = 0
    linked: int = 0
    reused: int = 0
    seconds: int = 0
    worked: Durations = field(default_factory=Durations)

    @property
    def minutes(self) -> float | None:
        """The median of the minutes worked."""
        median = self.worked.median
        return None if median is None else median / 60


@dataclass
class ArticleTotals:
    """What happened to an article; private teams' tickets are left out."""

    article: int
    resolutions: int = 0
    references: int = 0
    views_inside: int = 0
    views_outside: int = 0
    helped: int = 0
    not_helped: int = 0
    flags: int = 0
    versions: int = 0


@dataclass
class SearchTotals:
    """Searches of one place ("desk", "help") and kind ("asked", "suggested"): see the model
    Searches. Rates are of `searches`; the ranks are of those with a first click."""

    searches: int = 0
    empty: int = 0
    opened: int = 0
    abandoned: int = 0
    first: int = 0
    second: int = 0
    third: int = 0
    to_tenth: int = 0
    further: int = 0
    judged: int = 0
    reciprocal: float = 0.0
    gain: float = 0.0

    @property
    def null_rate(self) -> Share:
        return Share(self.empty, self.searches)

    @property
    def open_rate(self) -> Share:
        return Share(self.opened, self.searches)

    @property
    def abandoned_rate(self) -> Share:
        return Share(self.abandoned, self.searches)

    @property
    def clicks(self) -> int:
        return self.first + self.second + self.third + self.to_tenth + self.further

    @property
    def mrr(self) -> float | None:
        """Mean reciprocal rank of the article that the ticket was linked to later."""
        return self.reciprocal / self.judged if self.judged else None

    @property
    def ndcg(self) -> float | None:
        return self.gain / self.judged if self.judged else None


@dataclass
class VisitTotals:
    """Visits to the help centre in three classes. Never add them up to "deflection"."""

    visits: int = 0
    confirmed: int = 0
    potential: int = 0
    nothing: int = 0
    asked: int = 0


@dataclass
class Freshness:
    """How well the figures are up to date: days that wait to be counted under a definition that
    changed, and when the last day was counted."""

    waiting: int
    counted_at: datetime | None


# -- questions ---------------------------------------------------------------------------------


def totals(scope: Scope) -> Totals:
    """The sums over the whole scope."""
    found = Totals()
    for row in _cut(columns.FLOW, scope, "outcome"):
        found._add(row.pop("outcome"), row)
    return found


def by_outcome(scope: Scope) -> dict[str, Totals]:
    """The same for each declared outcome by itself ("imported" too, as if it were one): what
    first contact, reopening and satisfaction are compared by. Arrivals are in none."""
    found: dict[str, Totals] = {}
    for row in _cut(columns.FLOW, scope, "outcome"):
        outcome = row.pop("outcome")
        if row["solved"]:
            for name in ("arrived", "defects", "in_help", "used_first"):
                row[name] = 0
            found.setdefault(outcome, Totals())._add(
                "" if outcome == "imported" else outcome, row
            )
    return found


def series(scope: Scope, every: str = "week") -> list[Point]:
    """The sums of each day, week (from Monday) or month that the period touches, oldest first,
    those without anything too. The first and the last may be cut by the period."""
    if every not in ("day", "week", "month"):
        raise ValueError(every)
    found = {day: Totals() for day in _steps(scope, every)}
    for row in _cut(columns.FLOW, scope, "outcome", step=every):
        found[row.pop("step")]._add(row.pop("outcome"), row)
    return [Point(day, found[day]) for day in sorted(found)]


def teams(scope: Scope) -> dict[int, Totals]:
    """The sums of each team of the scope that has any; 0 is the tickets of no team."""
    return _pivot(scope, "team")


def team_series(scope: Scope, every: str = "week") -> dict[int, list[Point]]:
    """The series of each team of the scope that has any: what a page shows both ways is read
    once, and added up by `summed`."""
    steps = list(_steps(scope, every))
    found: dict[int, dict[date, Totals]] = {}
    for row in _cut(columns.FLOW, scope, "team", "outcome", step=every):
        team = found.setdefault(row.pop("team"), {day: Totals() for day in steps})
        team[row.pop("step")]._add(row.pop("outcome"), row)
    return {key: [Point(day, team[day]) for day in steps] for key, team in found.items()}


def summed(parts: Iterable[Totals]) -> Totals:
    """What these are together."""
    found = Totals()
    for part in parts:
        for name, n in vars(part).items():
            if name != "outcomes":
                setattr(found, name, getattr(found, name) + n)
        for outcome, n in part.outcomes.items():
            found.outcomes[outcome] = found.outcomes.get(outcome, 0) + n
    return found


def domains(scope: Scope) -> dict[int, Totals]:
    """The sums of each domain by itself, branches not added up; 0 is no domain."""
    return _pivot(scope, "domain")


def channels(scope: Scope) -> dict[str, Totals]:
    return _pivot(scope, "channel")


def times(scope: Scope, kind: str, *, by_outcome: bool = False) -> dict[str, Durations]:
    """How long it took ("first_response", "resolution", "worked"), of the tickets solved in the
    period: {"": all}, or one for each outcome.

    Not kept for a domain and a channel at once: nothing then (`times_kept` says so).
    """
    found: dict[str, Durations] = {} if by_outcome else {"": Durations()}
    if not times_kept(scope):
        return found
    for row in _histogram(columns.TIMES, scope, "outcome", kind=kind):
        key = row["outcome"] if by_outcome else ""
        found.setdefault(key, Durations()).counts[row["bucket"]] += row["n"]
    return found


def times_kept(scope: Scope) -> bool:
    """Whether durations and figures by person are kept for this scope: for a domain or a
    channel, not for both at once."""
    return scope.domains is None or not scope.channel


def times_series(scope: Scope, kind: str, every: str = "week") -> dict[date, Durations]:
    """The same, for each day, week or month of the period."""
    found = {day: Durations() for day in _steps(scope, every)}
    if times_kept(scope):
        for row in _histogram(columns.TIMES, scope, kind=kind, step=every):
            found[row["step"]].counts[row["bucket"]] += row["n"]
    return found


def team_times(scope: Scope, kind: str) -> dict[int, Durations]:
    """The same, for each team."""
    found: dict[int, Durations] = {}
    if times_kept(scope):
        for row in _histogram(columns.TIMES, scope, "team", kind=kind):
            found.setdefault(row["team"], Durations()).counts[row["bucket"]] += row["n"]
    return found


def agents(scope: Scope) -> dict[int, AgentTotals]:
    """What became of the tickets that each person solved. Whose may be shown is asked of
    `loops.evolve.access.people_for`; nothing for a domain and a channel at once."""
    if not times_kept(scope):
        return {}
    rows = _cut(columns.AGENTS, scope, "person")
    return {row["person"]: AgentTotals(**row) for row in rows}


def topics(scope: Scope) -> dict[int, TopicTotals]:
    """What was asked of each topic. Topics have a domain of their own: the scope's domains are
    those of the topic here, and its channel is left aside."""
    where, given = _where(scope)
    where += " and team = any(%(teams)s)"
    given["teams"] = sorted(scope.teams)
    if scope.domains is not None:
        where += " and topic in (select id from loops_topic where domain_id = any(%(domains)s))"
        given["domains"] = sorted(scope.domains)
    found: dict[int, TopicTotals] = {}
    sums = ", ".join(f"sum({name})::bigint as {name}" for name in columns.TOPICS.sums)
    for row in _rows(f"select topic, {sums} from loops_topics where {where} group by 1", given):
        found[row["topic"]] = TopicTotals(**row)
    for row in _rows(
        "select topic, bucket, sum(n)::bigint as n"
        f" from loops_topics, unnest(buckets, counts) u(bucket, n) where {where} group by 1, 2",
        given,
    ):
        found[row["topic"]].worked.counts[row["bucket"]] += row["n"]
    return found


def articles(scope: Scope) -> dict[int, ArticleTotals]:
    """What happened to each article in the period; teams, domains and channel are left aside."""
    where, given = _where(scope)
    sums = ", ".join(f"sum({name})::bigint as {name}" for name in columns.ARTICLES.sums)
    rows = _rows(f"select article, {sums} from loops_articles where {where} group by 1", given)
    return {row["article"]: ArticleTotals(**row) for row in rows}


def searches(scope: Scope, *, channel: str = "") -> dict[str, SearchTotals]:
    """{"desk/asked": …, "desk/suggested": …, "help/asked": …}: those on the scope's teams'
    tickets and, as of no team, those without a ticket. `channel` keeps to "desk" or "help";
    the scope's domains and channel are left aside."""
    where, given = _where(scope)
    where += " and (team = any(%(teams)s) or team = 0)"
    given["teams"] = sorted(scope.teams)
    if channel:
        where += " and channel = %(place)s"
        given["place"] = channel
    sums = ", ".join(f"sum({name}) as {name}" for name in columns.SEARCHES.sums)
    found = {}
    for row in _rows(
        f"select channel, kind, {sums} from loops_searches where {where} group by 1, 2", given
    ):
        key = f"{row.pop('channel')}/{row.pop('kind')}"
        found[key] = SearchTotals(**row)
    return found


def searches_series(scope: Scope, every: str = "week") -> dict[date, dict[str, SearchTotals]]:
    """The same, for each day, week or month of the period."""
    where, given = _where(scope, every)
    where += " and (team = any(%(teams)s) or team = 0)"
    given["teams"] = sorted(scope.teams)
    found: dict[date, dict[str, SearchTotals]] = {day: {} for day in _steps(scope, every)}
    sums = ", ".join(f"sum({name}) as {name}" for name in columns.SEARCHES.sums)
    for row in _rows(
        f"select {_step(every)}, channel, kind, {sums} from loops_searches where {where}"
        " group by 1, 2, 3",
        given,
    ):
        step, key = row.pop("step"), f"{row.pop('channel')}/{row.pop('kind')}"
        found[step][key] = SearchTotals(**row)
    return found


def visits(scope: Scope) -> VisitTotals:
    """Visits to the help centre; only the period counts."""
    where, given = _where(scope)
    sums = ", ".join(
        f"coalesce(sum({name}), 0)::bigint as {name}" for name in columns.VISITS.sums
    )
    return VisitTotals(**next(_rows(f"select {sums} from loops_visits where {where}", given)))


def visits_series(scope: Scope, every: str = "week") -> dict[date, VisitTotals]:
    where, given = _where(scope, every)
    found = {day: VisitTotals() for day in _steps(scope, every)}
    sums = ", ".join(f"sum({name})::bigint as {name}" for name in columns.VISITS.sums)
    for row in _rows(
        f"select {_step(every)}, {sums} from loops_visits where {where} group by 1", given
    ):
        step = row.pop("step")
        found[step] = VisitTotals(**row)
    return found


def freshness() -> Freshness:
    """Whether figures wait to be counted, for the line at the foot of a page."""
    row = next(
        _rows(
            "select max(computed_at) filter (where span = 'd') as counted_at,"
            " count(*) filter (where span = 'd' and formula <> %(formula)s) as waiting"
            " from loops_rollupday",
            {"formula": definitions.formula(definitions.active())},
        )
    )
    return Freshness(row["waiting"], row["counted_at"])


@dataclass
class Programme:
    """Since when outcomes are declared here, and when a day was counted last."""

    first_declared: date | None
    counted_at: datetime | None


def programme(*scopes: Scope) -> Programme:
    """What a page of figures asks first; of the scopes that it will read, which months are
    there, so that no question has to ask that again."""
    whole = {scope: list(_whole(scope)) for scope in scopes}
    row = next(
        _rows(
            "select (select day from loops_flow where span = 'd' and grain = 't'"
            " and outcome not in ('', 'imported') and solved > 0 order by day limit 1) as first,"
            " (select max(computed_at) from loops_rollupday where span = 'd') as counted,"
            " array(select day from loops_rollupday where span = 'm' and not stale"
            " and day = any(%(months)s::date[])) as fresh",
            {"months": sorted({month for months in whole.values() for month in months})},
        )
    )
    known = set(row["fresh"])
    for scope, months in whole.items():
        scope.__dict__["_whole_months"] = [month for month in months if month in known]
    return Programme(row["first"], row["counted"])


# -- how they are read -------------------------------------------------------------------------


def _pivot(scope: Scope, dim: str) -> dict[Any, Totals]:
    found: dict[Any, Totals] = {}
    for row in _cut(columns.FLOW, scope, dim, "outcome"):
        found.setdefault(row.pop(dim), Totals())._add(row.pop("outcome"), row)
    return found


def _steps(scope: Scope, every: str) -> Iterator[date]:
    """The first day of each step that the period touches."""
    day = scope.begins
    if every == "week":
        day -= timedelta(days=day.weekday())
    elif every == "month":
        day = day.replace(day=1)
    while day <= scope.ends:
        yield day
        if every == "month":
            day = next_month(day)
        else:
            day += timedelta(days=7) if every == "week" else ONE


# The first day of a day's step. Monday by arithmetic, from one in 1900: `date_trunc` goes by way
# of moments, which histograms ask of every row.
STEPS = {
    "day": "day",
    "week": "day - (day - date '1900-01-01') %% 7",
    "month": "date_trunc('month', day)::date",
}


def _step(every: str) -> str:
    return f"{STEPS[every]} as step"


def _months(scope: Scope) -> list[date]:
    """The whole months of the period that are the sums of their days at this moment."""
    kept: list[date] | None = scope.__dict__.get("_whole_months")
    if kept is None:
        kept = []
        if whole := list(_whole(scope)):
            fresh = RollupDay.objects.filter(span="m", stale=False, day__in=whole)
            kept = sorted(fresh.values_list("day", flat=True))
        # A page asks many questions of one scope.
        scope.__dict__["_whole_months"] = kept
    return kept


def _whole(scope: Scope) -> Iterator[date]:
    month = scope.begins if scope.begins.day == 1 else next_month(scope.begins)
    while next_month(month) - ONE <= scope.ends:
        yield month
        month = next_month(month)


def _where(scope: Scope, step: str = "") -> tuple[str, dict[str, Any]]:
    """The condition for the period; weeks and days are read from the days alone."""
    months = [] if step in ("day", "week") else _months(scope)
    given: dict[str, Any] = {"months": months}
    parts = ["(span = 'm' and day = any(%(months)s::date[]))"] if months else []
    begins = scope.begins
    for at, month in enumerate([*months, None]):
        ends = month - ONE if month else scope.ends
        if begins <= ends:
            parts.append(f"(span = 'd' and day between %(b{at})s and %(e{at})s)")
            given |= {f"b{at}": begins, f"e{at}": ends}
        if month:
            begins = next_month(month)
    return f"({' or '.join(parts) or 'false'})", given


def _grain(scope: Scope, *dims: str) -> str:
    domain = scope.domains is not None or "domain" in dims
    channel = bool(scope.channel) or "channel" in dims
    return "t" + "d" * domain + "c" * channel


def _cut_where(scope: Scope, *dims: str, step: str = "") -> tuple[str, dict[str, Any]]:
    where, given = _where(scope, step)
    where += " and grain = %(grain)s and team = any(%(teams)s)"
    given |= {"grain": _grain(scope, *dims), "teams": sorted(scope.teams)}
    if scope.domains is not None:
        where += " and domain = any(%(domains)s)"
        given["domains"] = sorted(scope.domains)
    if scope.channel:
        where += " and channel = %(channel)s"
        given["channel"] = scope.channel
    return where, given


def _cut(
    table: columns.Table, scope: Scope, *dims: str, step: str = ""
) -> Iterator[dict[str, Any]]:
    where, given = _cut_where(scope, *dims, step=step)
    wanted = [*([_step(step)] if step else []), *dims]
    sums = ", ".join(f"sum({name})::bigint as {name}" for name in table.sums)
    grouped = ", ".join(str(at + 1) for at in range(len(wanted)))
    return _rows(
        f"select {', '.join(wanted)}, {sums} from {table.name} where {where} group by {grouped}",
        given,
    )


def _histogram(
    table: columns.Table, scope: Scope, *dims: str, kind: str, step: str = ""
) -> Iterator[dict[str, Any]]:
    where, given = _cut_where(scope, *dims, step=step)
    wanted = [*([_step(step)] if step else []), *dims]
    return _rows(_opened(table, wanted, f"{where} and kind = %(kind)s"), given | {"kind": kind})


def _opened(table: columns.Table, wanted: list[str], where: str) -> str:
    """The statement that adds up histograms: what is wanted, each `bucket`, and its `n`. What is
    computed of a row is computed before its histogram becomes fifty rows."""
    names = [one.rpartition(" as ")[2] for one in wanted]
    # OFFSET keeps the planner from doing it the other way round.
    return (
        f"select {', '.join([*names, 'bucket'])}, sum(n)::bigint as n"
        f" from (select {', '.join([*wanted, 'buckets', 'counts'])} from {table.name}"
        f" where {where} offset 0) x, unnest(buckets, counts) u(bucket, n)"
        f" group by {', '.join([*names, 'bucket'])}"
    )


def _rows(statement: str, given: dict[str, Any]) -> Iterator[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        names = [column.name for column in cursor.description or ()]
        found = cursor.fetchall()
    for row in found:
        # Sums of big integers come as decimals.
        yield dict(zip(names, row, strict=True))
