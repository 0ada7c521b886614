"""The jobs of the figures: count what is dirty, count all, add up months, count samples again."""

from __future__ import annotations

import random
from datetime import date, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import ngettext

from loops.evolve.jobs import Tick, silent
from loops.evolve.rollups import days
from loops.models import Recount, RollupDay
from people.actions.inbox import tell
from people.models import Notification, User

# What one beat hands out at most: five minutes of two workers' time.
AT_ONCE = 50
# Seconds from one beat to the next.
EVERY = 300
# Of all counted days, every week.
SAMPLE = 0.02


def due() -> list[date]:
    """What a beat hands out, one task a day: today and the newest of the other dirty days. A day
    to which nothing happened since is what it was, today too."""
    return days.dirty()[: AT_ONCE + 1]


def run(tick: Tick = silent, day: date | None = None) -> int:
    """In the foreground: this day, or every dirty one; then the months. How many days were
    counted."""
    if day is not None:
        days.count(day)
        counted = 1
        tick(1)
    else:
        ways = days.Ways.now()
        counted = 0
        for first, last in days.together(days.dirty(ways), ways):
            days.count(first, last, ways=ways)
            counted += (span := (last - first).days + 1)
            tick(span)
    for month in days.stale_months():
        days.add_up(month)
    return counted


def forget() -> None:
    """Let every day count as dirty: all history is counted again."""
    RollupDay.objects.filter(span="d").update(formula=0)


def recount(tick: Tick = silent, day: date | None = None) -> int:
    """Count a random sample of days again, or this one, and compare with what stood there; how
    many differed. What differs is mended, kept, and told to the administrators."""
    counted = RollupDay.objects.filter(span="d").order_by("day").values_list("day", flat=True)
    # Today changes while it is compared.
    whole = [one for one in counted if one < days.today()]
    sample = (
        [day] if day else random.sample(whole, min(len(whole), 1 + int(len(whole) * SAMPLE)))
    )
    wrong = 0
    for one in sorted(sample):
        with transaction.atomic():
            if differing := days.check(one):
                wrong += 1
                Recount.objects.create(day=one, rows=_plain(differing))
        tick(1)
    if wrong:
        _tell(wrong)
    Recount.objects.filter(at__lt=timezone.now() - timedelta(days=400)).delete()
    return wrong


def _plain(differing: dict[str, list[list[object]]]) -> dict[str, list[list[str]]]:
    """The first differing rows of each table, as text."""
    return {
        name: [[repr(row) for row in side[:20]] for side in sides]
        for name, sides in differing.items()
    }


def _tell(wrong: int) -> None:
    for person in User.objects.filter(is_superuser=True, is_active=True):
        with translation.override(person.language or "en"):
            tell(
                [person],
                by=None,
                kind=Notification.Kind.RECOUNT,
                subject=ngettext(
                    "A recount found %(count)s day whose figures were wrong, and mended it",
                    "A recount found %(count)s days whose figures were wrong, and mended them",
                    wrong,
                )
                % {"count": wrong},
                url=reverse("admin:loops_recount_changelist"),
            )
