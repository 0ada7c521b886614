"""How long it takes and how well it ends, by outcome; and whether reuse goes with less time
where like is compared with like.

The table by outcome is what was, and no comparison: easy questions are reused more. The second
table is the comparison, inside topic and agent, from the nightly finding. The third part is how
long the newer tickets take when those that still wait are counted, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loops.charts import Chart, Lines, Series, StepCurve
from loops.charts.figures import duration, number, percent, step_label, times
from loops.evolve.promises import comparing, figures, findings, waiting
from loops.evolve.promises.figures import Told
from loops.evolve.promises.outcomes import all_times
from loops.evolve.rollups import numbers, spans
from loops.evolve.rollups.numbers import Durations, Totals
from loops.evolve.scope import Scope
from loops.models import Finding, Outcome
from people.models import User

MEASURES: dict[str, Any] = {
    "first_response": gettext_lazy("First response"),
    "resolution": gettext_lazy("Time to resolve"),
    "worked": gettext_lazy("Time worked"),
    "first_contact": gettext_lazy("Solved at first contact"),
    "reopened": gettext_lazy("Reopened"),
    "satisfied": gettext_lazy("Satisfied"),
}
# Where less is better.
LESS = (*comparing.RATIOS, "reopened")


@dataclass(frozen=True)
class ByOutcome:
    """One line of the table: an outcome, or all of them."""

    outcome: str
    label: str
    solved: int
    url: str
    durations: list[tuple[str, str, int]]  # median, p90, n
    shares: list[Told]

    @property
    def small(self) -> bool:
        return self.solved < figures.ENOUGH


@dataclass(frozen=True)
class Compared:
    """One measure with and without reuse, inside topic and agent."""

    label: str
    value: str
    interval: str
    naive: str
    n: str
    says: str
    enough: bool


@dataclass
class Comparison:
    rows: list[Compared]
    since: str
    until: str
    tickets: int
    computed: Any


@dataclass
class Page:
    figures: list[Told]
    rows: list[ByOutcome]
    charts: list[Chart]
    comparison: Comparison | None
    why_not: str
    waiting: list[Chart]
    hidden: bool = False


def page(scope: Scope, user: User, every: str) -> Page:
    numbers.programme(scope)
    outcomes = numbers.by_outcome(scope)
    outcomes.pop("imported", None)
    kinds = spans.times(scope, comparing.RATIOS)
    steps, _earlier = spans.times_series(scope, waiting.KINDS, every)
    first, series = steps[numbers.FIRST_RESPONSE], steps[numbers.RESOLUTION]
    days = sorted(series)
    known = {outcome: outcomes.get(outcome) or Totals() for outcome in numbers.OUTCOMES}
    everything = Totals()
    for one in outcomes.values():
        for name in ("solved", "first_contact", "reopened", "csat_n", "csat_good"):
            setattr(everything, name, getattr(everything, name) + getattr(one, name))
    labels = {key: str(label) for key, label in Outcome.Kind.choices}
    rows = [
        _row(
            scope,
            outcome,
            labels[outcome],
            totals,
            {kind: one.get(outcome) for kind, one in kinds.items()},
        )
        for outcome, totals in known.items()
    ]
    whole = {kind: all_times(one.values()) for kind, one in kinds.items()}
    rows.append(_row(scope, "", _("All"), everything, dict(whole)))
    head = _("Month") if every == "month" else _("Week")
    found = findings.read_for([comparing.KEY, waiting.KEY], scope, user)
    comparison, why_not = _comparison(found.get(comparing.KEY), user)
    told = Page(
        [
            figures.time(
                _("First response"), whole["first_response"],
                says=_("is the median from arrival to the first answer"),
                url=figures.behind(scope, "solved"),
            ),
            figures.time(
                _("Time to resolve"), whole["resolution"],
                says=_("is the median from arrival to solution"),
                url=figures.behind(scope, "solved"),
            ),
            figures.time(
                _("Time worked"), whole["worked"],
                says=_("is the median of the time that the ticket was open on a screen"),
                url=figures.behind(scope, "solved"),
            ),
        ],
        rows,
        [_over_time(days, [first[d] for d in days], [series[d] for d in days], every, head)],
        comparison,
        why_not,
        _waiting(found.get(waiting.KEY)),
    )  # fmt: skip
    told.hidden = figures.hidden(spans.few(scope).everybody, user)
    return told


def _row(
    scope: Scope, outcome: str, label: str, totals: Totals, found: dict[str, Durations | None]
) -> ByOutcome:
    def told(times: Durations | None) -> tuple[str, str, int]:
        if times is None or not times.n:
            return "–", "–", 0
        return duration(times.median or 0), duration(times.p90 or 0), times.n

    more = {"outcome": outcome} if outcome else {}
    return ByOutcome(
        outcome,
        label,
        totals.solved,
        figures.behind(scope, "solved", **more),
        [told(found.get(kind)) for kind in comparing.RATIOS],
        [
            figures.share(
                _("Solved at first contact"), totals.first_contact_rate,
                url=figures.behind(scope, "first_contact", **more),
            ),
            figures.share(
                _("Reopened"), totals.reopen_rate,
                url=figures.behind(scope, "reopened", **more),
            ),
            figures.share(
                _("Satisfied"), totals.satisfied,
                url=figures.behind(scope, "csat_n", **more),
            ),
        ],
    )  # fmt: skip


def _over_time(
    days: list[date], first: list[Durations], series: list[Durations], every: str, head: str
) -> Lines:
    return Lines(
        key="times",
        title=_("First response and time to resolve"),
        subtitle=_("Medians of the tickets solved in the step, with 95% intervals"),
        labels=figures.step_labels(days, every),
        series=[
            figures.median_series(_("First response"), first),
            figures.median_series(_("Time to resolve"), series),
        ],
        format="duration",
        head=head,
        note=_("The newest steps look short: what takes long is not solved yet. Below is how"
               " long it takes with those that still wait."),
    )  # fmt: skip


# Compared inside topic and agent ------------------------------------------------------------------


def _comparison(found: Finding | None, user: User) -> tuple[Comparison | None, str]:
    if found is None:
        return None, _("Not compared yet: that is done every night.")
    data = found.data
    if figures.hidden(data["people"], user):
        return None, _("Too few people stand behind it: it would be about each of them.")
    rows = [
        _compared(name, data["measures"][name]) for name in MEASURES if name in data["measures"]
    ]
    if not rows:
        return None, _(
            "Not enough data: nobody solved tickets of the same topic both with and without a"
            " reused article."
        )
    return (
        Comparison(
            rows,
            _day(data["since"]),
            _day(data["until"]),
            data["tickets"],
            found.computed_at,
        ),
        "",
    )


def _compared(name: str, told: dict[str, Any]) -> Compared:
    is_ratio = name in comparing.RATIOS
    say = times if is_ratio else _points
    unbounded = told["low"] is None or told["high"] is None
    n = _("%(with)s with, %(without)s without, in %(cells)s pairs of topic and agent") % {
        "with": number(told["n_with"]),
        "without": number(told["n_without"]),
        "cells": number(told["cells"]),
    }
    enough = told["enough"] and not unbounded
    return Compared(
        str(MEASURES[name]),
        say(told["value"]) if enough else "–",
        f"{say(told['low'])} – {say(told['high'])}" if enough else "",
        say(told["naive"]),
        n,
        _says(name, told) if enough else _too_few(is_ratio, told),
        enough,
    )


def _points(value: float) -> str:
    sign = "+" if value > 0 else "−" if value < 0 else "±"
    return _("%(points)s points") % {"points": f"{sign}{number(round(abs(value) * 100, 1))}"}


def _too_few(is_ratio: bool, told: dict[str, Any]) -> str:
    """What it would take: a fifth of the time, or five points of a share."""
    needs = {"n": number(round(told["each"])), "needed": number(told["needed"])}
    if is_ratio:
        return (
            _(
                "Not enough data: as good as %(n)s tickets a side, and it takes %(needed)s to see a"
                " difference of a fifth."
            )
            % needs
        )
    return (
        _(
            "Not enough data: as good as %(n)s tickets a side, and it takes %(needed)s to see a"
            " difference of five points."
        )
        % needs
    )


def _says(name: str, told: dict[str, Any]) -> str:
    if not told["says"]:
        return _("No association that chance would not make.")
    better = (told["says"] < 0) == (name in LESS)
    if name in comparing.RATIOS:
        return _("Reuse goes with less time.") if better else _("Reuse goes with more time.")
    return (
        _("Reuse goes with better figures.") if better else _("Reuse goes with worse figures.")
    )


def _day(text: str) -> str:
    return date_format(date.fromisoformat(text), "SHORT_DATE_FORMAT")


# With those that still wait -----------------------------------------------------------------------


def _waiting(found: Finding | None) -> list[Chart]:
    if found is None:
        return []
    return [_by_month(found.data["months"]), _curves(found.data["curves"])]


def _by_month(months: list[dict[str, Any]]) -> Lines:
    rows = [row["resolution"] for row in months]
    still = sum(row["open"] for row in rows)
    return Lines(
        key="waiting",
        title=_("Time to resolve by month of arrival"),
        subtitle=_("Median with the tickets that still wait (Kaplan–Meier), with 95% intervals"),
        labels=[step_label(date.fromisoformat(row["month"]), "month") for row in months],
        series=[
            Series(
                _("With those that wait"),
                [row["median"] for row in rows],
                low=[row["low"] for row in rows],
                high=[row["high"] for row in rows],
                n=[row["n"] for row in rows],
            ),
            Series(_("Solved ones only"), [row["naive"] for row in rows], dashed=True),
        ],
        format="duration",
        head=_("Month"),
        note=_("%(n)s tickets of these months still wait. A month without a point: less than"
               " half of it is solved.") % {"n": number(still)},
    )  # fmt: skip


def _curves(curves: dict[str, Any]) -> StepCurve:
    names = {
        "before": _("The 12 weeks before"),
        "recent": _("Arrived in the last 4 weeks"),
    }
    said = [duration(seconds) for seconds in waiting.TIMES]
    return StepCurve(
        key="still-open",
        title=_("How many are still open after some time"),
        subtitle=_("Share of arrivals not yet solved, with 95% intervals"),
        labels=said,
        times=[float(seconds) for seconds in waiting.TIMES],
        series=[
            Series(
                names[name],
                curves[name]["resolution"]["share"],
                low=curves[name]["resolution"]["low"],
                high=curves[name]["resolution"]["high"],
                n=curves[name]["resolution"]["at_risk"],
            )
            for name in names
            if name in curves
        ],
        head=_("After"),
        note=_("Of %(n)s tickets of the last four weeks %(open)s are open (%(share)s).")
        % _open(curves.get("recent")),
    )


def _open(curve: dict[str, Any] | None) -> dict[str, str]:
    told = curve["resolution"] if curve else {"n": 0, "open": 0}
    return {
        "n": number(told["n"]),
        "open": number(told["open"]),
        "share": percent(told["open"] / told["n"]) if told["n"] else "–",
    }
