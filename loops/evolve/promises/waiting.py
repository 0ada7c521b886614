"""How long it takes, with those that still wait: by month of arrival, every night.

The median of what was solved in the last weeks is always short: what takes long is not solved
yet. Here the tickets of a month stay in its figure from the first day on (Kaplan–Meier).
Imported tickets are left out. Durations are in buckets of a tenth, as everywhere.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from loops.evolve.promises import findings
from loops.evolve.scope import zone
from loops.statistics import durations, survival
from loops.statistics.survival import Curve

KEY = "waiting"
KINDS = ("first_response", "resolution")
MONTHS = 13
RECENT = 28  # days of arrivals that are compared with
BEFORE = 84  # the days before them
HOUR, DAY = 3600, 86_400
# Where the curves are drawn, in seconds.
TIMES = (0, HOUR, 4 * HOUR, 8 * HOUR, DAY, 2 * DAY, 3 * DAY, 5 * DAY, 7 * DAY, 10 * DAY,
         14 * DAY)  # fmt: skip

BUCKET = "floor(ln(greatest(extract(epoch from {}), 1)::float8) / ln(1.1::float8))::int"
ROWS = f"""
select team, month, recent, kind, ended, bucket, count(*)
from (
  select coalesce(t.team_id, 0)::int as team,
    date_trunc('month', t.created_at at time zone %(zone)s)::date as month,
    case when t.created_at >= %(recent)s then 'recent'
         when t.created_at >= %(before)s then 'before' else '' end as recent,
    k.kind, k.at is not null as ended,
    {BUCKET.format("coalesce(k.at, k.gone, %(now)s) - t.created_at")} as bucket
  from tickets_ticket t
    left join loops_outcome o on o.ticket_id = t.id and o.ended_at is null,
    -- Who was never answered is no longer waited for once the ticket is solved.
    lateral (values ('first_response', t.first_response_at, t.solved_at),
                    ('resolution', t.solved_at, t.solved_at)) k(kind, at, gone)
  where t.created_at >= %(since)s and t.created_at < %(now)s
    and o.outcome is distinct from 'imported'
) x group by 1, 2, 3, 4, 5, 6
"""

Counts = dict[tuple[int, bool], int]  # (bucket, ended) → tickets


def compute(now: datetime) -> dict[str, Any]:
    """Draw the curves, and keep them: what each scope's finding says."""
    known = findings.scopes()
    months, spans = _read(now, known)
    found = {
        scope: {
            "teams": findings.teams_in(known, scope),
            "months": [
                {"month": month, **{kind: _figures(by_kind[kind]) for kind in KINDS}}
                for month, by_kind in sorted(of_scope.items())
            ],
            "curves": {
                name: {kind: _drawn(counts[kind]) for kind in KINDS}
                for name, counts in sorted(spans[scope].items())
            },
        }
        for scope, of_scope in months.items()
    }
    findings.keep(KEY, found, now=now)
    return found


def _read(now: datetime, known: dict[int, list[str]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Counts by scope, month (or span) and kind."""
    own = zone()
    here = now.astimezone(own)
    first = here.year * 12 + here.month - MONTHS
    since = datetime(first // 12, first % 12 + 1, 1, tzinfo=own)

    def by_kind() -> dict[str, Counts]:
        return {kind: defaultdict(int) for kind in KINDS}

    months: dict[str, Any] = {findings.ALL: defaultdict(by_kind)}
    spans: dict[str, Any] = defaultdict(lambda: defaultdict(by_kind))
    with connection.cursor() as cursor:
        cursor.execute(
            ROWS,
            {
                "zone": str(own),
                "now": now,
                "since": since,
                "recent": now - timedelta(days=RECENT),
                "before": now - timedelta(days=RECENT + BEFORE),
            },
        )
        for team, month, recent, kind, ended, bucket, n in cursor.fetchall():
            for scope in known.get(team, ()):
                of_scope = months.setdefault(scope, defaultdict(by_kind))
                of_scope[month.isoformat()][kind][bucket, ended] += n
                if recent:
                    spans[scope][recent][kind][bucket, ended] += n
    return months, spans


def _curve(counts: Counts) -> Curve:
    return survival.curve(
        (durations.seconds_of(bucket), ended, n) for (bucket, ended), n in counts.items()
    )


def _figures(counts: Counts) -> dict[str, Any]:
    """Of one month: the median with its interval, p90, and what the ended ones alone say."""
    curve = _curve(counts)
    middle, late = curve.median, curve.quantile(0.9)
    ended = {bucket: n for (bucket, done), n in counts.items() if done}
    return {
        "n": curve.n,
        "open": curve.open,
        "median": middle.value,
        "low": middle.low,
        "high": middle.high,
        "p90": late.value,
        "naive": durations.quantile(ended, 0.5),
    }


def _drawn(counts: Counts) -> dict[str, Any]:
    """What still waits at each of the TIMES: share, interval, and how many are watched."""
    curve = _curve(counts)
    points = [curve.at(time) for time in TIMES]
    seen = [
        sum(n for (bucket, _done), n in counts.items() if durations.seconds_of(bucket) >= time)
        for time in TIMES
    ]
    return {
        "n": curve.n,
        "open": curve.open,
        "share": [point and point.share for point in points],
        "low": [point and point.low for point in points],
        "high": [point and point.high for point in points],
        "at_risk": seen,
    }
