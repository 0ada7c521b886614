"""The records behind a number: an address that lists exactly as many tickets."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from loops.evolve.scope import Scope


def records(scope: Scope, **what: Any) -> str:
    """`records(scope, what="linked")`: the tickets of this scope that were linked."""
    return f"{reverse('insights:tickets')}?{scope.query(**what)}"


def report(key: str, scope: Scope) -> str:
    """The report that tells of the same period what no list of tickets can."""
    period = urlencode({"from": scope.begins.isoformat(), "to": scope.ends.isoformat()})
    return f"{reverse('insights:report', args=[key])}?{period}"


def between(scope: Scope, begins: date, ends: date) -> Scope:
    """A part of its period."""
    begins, ends = max(begins, scope.begins), min(ends, scope.ends)
    return replace(scope, begins=begins, ends=ends, period="")
