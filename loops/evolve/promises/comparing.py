"""Is what was reused solved sooner? Compared inside topic and agent, every night.

A ticket is in it when it was solved in the window, is of a topic, and had something to be
known: spam, doubles, silence and mere account actions are left out, and so is what was
imported. "With" is the outcome reused, improved or flagged; "without" is created and no
knowledge. Each team has its own comparison; that of all leaves private teams out.

The pages call what is found an association. Nothing here can see why somebody reused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from loops.evolve.promises import findings
from loops.evolve.rollups import definitions
from loops.models import Topic
from loops.statistics import within
from loops.statistics.within import Cell, Difference, Sums

KEY = "within"
WINDOW = timedelta(days=Topic.WINDOW)
# Measures that are ratios of durations, and those that are differences of shares.
RATIOS = ("first_response", "resolution", "worked")
POINTS = ("first_contact", "reopened", "satisfied")
NOTHING_TO_KNOW = ("spam", "duplicate_ticket", "no_reply", "account_action")

ROWS = """
select team, topic, person, reused,
  count(first), coalesce(sum(first), 0), coalesce(sum(first * first), 0),
  count(lasted), coalesce(sum(lasted), 0), coalesce(sum(lasted * lasted), 0),
  count(worked), coalesce(sum(worked), 0), coalesce(sum(worked * worked), 0),
  count(*), sum(first_contact), sum(reopened), count(csat), coalesce(sum(good), 0)
from (
  select coalesce(t.team_id, 0)::int as team, tt.topic_id as topic, t.solved_by_id as person,
    o.outcome in ('reused', 'improved', 'flagged') as reused,
    ln(greatest(extract(epoch from t.first_response_at - t.created_at), 1)::float8) as first,
    ln(greatest(extract(epoch from t.solved_at - t.created_at), 1)::float8) as lasted,
    ln(nullif(t.seconds_worked, 0)::float8) as worked,
    (t.reopened_count = 0 and t.reply_count <= %(replies)s)::int as first_contact,
    (t.reopened_count > 0)::int as reopened, t.csat, (t.csat >= %(satisfied)s)::int as good
  from tickets_ticket t
    join loops_outcome o on o.ticket_id = t.id and o.ended_at is null
    join loops_tickettopic tt on tt.ticket_id = t.id and tt.topic_id is not null
  where t.solved_at >= %(since)s and t.solved_at < %(until)s and o.outcome <> 'imported'
    and t.solved_by_id is not null and o.reason <> all(%(nothing)s)
) x group by 1, 2, 3, 4
"""


@dataclass
class Desk:
    """The cells of one scope, and who stands behind them."""

    cells: dict[str, dict[tuple[int, int], Cell]]
    people: set[int]
    tickets: int = 0

    @classmethod
    def empty(cls) -> Desk:
        return cls(
            {
                name: defaultdict(lambda: (Sums(), Sums()))
                for name in (*RATIOS, *POINTS)
            },
            set(),
        )  # fmt: skip

    def add(self, name: str, cell: tuple[int, int], reused: bool, sums: Sums) -> None:
        if sums.n:
            self.cells[name][cell][reused].add(sums.n, sums.total, sums.squares)


def compute(now: datetime) -> dict[str, Any]:
    """Compare, and keep it: what each scope's finding says."""
    known = findings.scopes()
    desks = _read(now, known)
    found = {
        scope: {
            "since": (now - WINDOW).date().isoformat(),
            "until": now.date().isoformat(),
            "teams": findings.teams_in(known, scope),
            "tickets": desk.tickets,
            "people": sorted(desk.people),
            "measures": {
                name: said
                for name in (*RATIOS, *POINTS)
                if (said := _said(name, desk.cells[name].values()))
            },
        }
        for scope, desk in desks.items()
    }
    findings.keep(KEY, found, now=now)
    return found


def _read(now: datetime, known: dict[int, list[str]]) -> dict[str, Desk]:
    values = definitions.active()
    desks: dict[str, Desk] = defaultdict(Desk.empty)
    # There is always an answer for all, also when it is that nothing is known.
    desks[findings.ALL]
    with connection.cursor() as cursor:
        cursor.execute(
            ROWS,
            {
                "since": now - WINDOW,
                "until": now,
                "replies": values["first_contact"]["replies"],
                "satisfied": values["satisfied"]["least"],
                "nothing": list(NOTHING_TO_KNOW),
            },
        )
        for team, topic, person, reused, *sums in cursor.fetchall():
            # A team that was founded since waits for the next night.
            for scope in known.get(team, ()):
                _add(desks[scope], (topic, person), reused, sums)
    return dict(desks)


def _add(desk: Desk, cell: tuple[int, int], reused: bool, sums: list[Any]) -> None:
    for i, name in enumerate(RATIOS):
        n, total, squares = sums[3 * i : 3 * i + 3]
        desk.add(name, cell, reused, Sums(n, float(total), float(squares)))
    tickets, contact, reopened, rated, good = (int(one) for one in sums[9:])
    for name, n, hits in (
        ("first_contact", tickets, contact),
        ("reopened", tickets, reopened),
        ("satisfied", rated, good),
    ):
        desk.add(name, cell, reused, Sums(n, hits, hits))
    desk.people.add(cell[1])
    desk.tickets += tickets


def _said(name: str, cells: Iterable[Cell]) -> dict[str, Any] | None:
    """One comparison in plain numbers, with what it would take to be sure of it."""
    if name in RATIOS:
        found = within.ratio(cells)
        if found is None:
            return None
        return {
            **_counts(found.of),
            "value": found.value,
            "low": found.low,
            "high": found.high,
            "naive": found.naive,
            "needed": found.needed,
            "enough": found.enough,
        }
    rows = list(cells)
    apart = within.compare(rows)
    if apart is None:
        return None
    sides = [side for cell in rows for side in cell]
    usual = sum(side.total for side in sides) / sum(side.n for side in sides)
    needed = within.needed_for_points(usual)
    return {
        **_counts(apart),
        "value": apart.value,
        "low": apart.low,
        "high": apart.high,
        "naive": apart.naive,
        "needed": needed,
        "enough": apart.each >= needed,
    }


def _counts(found: Difference) -> dict[str, Any]:
    return {
        "n_with": found.n_with,
        "n_without": found.n_without,
        "cells": found.cells,
        "each": round(found.each, 1),
        "says": found.says,
    }
