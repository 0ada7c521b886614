"""What is kept for a time only, and when its time is over."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from people.models import CacheEntry, Refusal, Reply, Session

# A program that repeats a request a day later means a new one.
REPLIES_KEPT = timedelta(hours=24)
# Long enough to see a pattern in what somebody tried, and no longer.
REFUSALS_KEPT = timedelta(days=180)


def tidy() -> dict[str, int]:
    """Remove it; how many rows of each went."""
    now = timezone.now()
    old = {
        "replies": Reply.objects.filter(at__lt=now - REPLIES_KEPT),
        "refusals": Refusal.objects.filter(at__lt=now - REFUSALS_KEPT),
        "sessions": Session.objects.filter(expire_date__lt=now),
        "cache": CacheEntry.objects.filter(expires__lt=now),
    }
    return {name: rows.delete()[0] for name, rows in old.items()}
