"""What Tilia's articles, and the tickets of one, have in common: the night's job."""

from __future__ import annotations

from datetime import datetime


def add(now: datetime) -> None:
    from loops.reports import finding  # scikit-learn: only who loads a demo

    finding.run(lambda done: None)
