"""Figures that were frozen when the programme was a quarter old."""

from __future__ import annotations

from datetime import datetime, timedelta

from loops.evolve.scope import Scope
from loops.insights import baselines
from people.models import User


def add(now: datetime) -> None:
    """After the figures were counted: a baseline copies them."""
    administrator = User.objects.get(email="admin@demo.test")
    begins = (now - timedelta(days=360)).date()
    asked = {"from": begins.isoformat(), "to": (begins + timedelta(days=89)).isoformat()}
    baselines.freeze(
        Scope.asked(asked, administrator), name="The first quarter", by=administrator
    )
