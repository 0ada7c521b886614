"""Pairs of Tilia's articles, as the night finds them; one is merged, one is none."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from articles import actions as article_actions
from articles.models import Article
from loops.demo.truths import SYSTEM
from loops.duplicates import actions
from loops.models import Pair
from people.models import User

COACH = "coach@demo.test"
# Somebody wrote this a second time, this morning; it knows a step that the first did not.
FIRST = "floor-plan-vanished"
AGAIN: dict[str, Any] = {
    "title": "Tables without a drawing after a location was copied",
    "issue": "After copying the location the tables stand in a list, the room drawing is gone.",
    "environment": "Tilia Office, location with two rooms, copied on the same day",
    "resolution": (
        "Not solved yet, but guests need not wait: draw the room once more in "
        "**Floor plan › New room** and give each table its old number; open bills follow the number."
    ),
}


def add(now: datetime) -> None:
    _merge()
    actions.find_pairs(now)
    _dismiss()


def _merge() -> None:
    coach = User.objects.get(email=COACH)
    first = Article.objects.filter(external_system=SYSTEM, external_id=FIRST).first()
    if first is None:
        return
    author = User.objects.agents().filter(competency="contributor").order_by("pk")[0]
    again = article_actions.create(
        by=author,
        language=first.language,
        domain=first.domain,
        tags=["copied location"],
        **AGAIN,
    )
    actions.merge(
        first,
        again,
        by=coach,
        words={"issue": first.issue, "environment": first.environment},
        note="The same fault; the newer one knows how to go on until it is mended.",
    )


def _dismiss() -> None:
    """What both say of the month's end is alike, and they are two jobs."""
    coach = User.objects.get(email=COACH)
    found = Pair.objects.filter(state=Pair.State.OPEN, tickets=0).order_by("likeness").first()
    if found is not None:
        actions.dismiss(found, by=coach, reason="Two jobs that begin in the same menu.")
