"""Counted days, put there as the counting leaves them: many tickets at the price of a few rows.

Only for what pages make of figures; that the figures are right is tested where they are made.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from typing import Any

from django.utils import timezone

from loops.models import Flow, RollupDay


def today() -> date:
    return timezone.now().date()


def day(
    ago: int, *, team: int = 0, reused: int = 0, created: int = 0, silent: int = 0,
    undeclared: int = 0, **more: Any,
) -> None:  # fmt: skip
    """So many tickets solved with each outcome, so many days ago."""
    at = today() - timedelta(days=ago)
    outcomes = {
        "reused": {
            "solved": reused,
            "linked": reused,
            "reused": reused,
            "first_contact": reused,
        },
        "created": {"solved": created, "linked": created, "created": created},
        "no_knowledge": {"solved": silent},
        "": {"solved": undeclared, **more},
    }
    cuts = [("t", "", 0), ("tc", "mail", 0), ("td", "", 0), ("tdc", "mail", 0)]
    Flow.objects.bulk_create(
        Flow(
            span="d", grain=grain, day=at, formula=1, team=team, domain=domain,
            channel=channel, outcome=outcome, **counts,
        )
        for (grain, channel, domain), (outcome, counts) in product(cuts, outcomes.items())
    )  # fmt: skip
    RollupDay.objects.get_or_create(span="d", day=at, defaults={"formula": 1, "zone": "UTC"})
