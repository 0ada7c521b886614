"""What is kept for a time only, and when its time is over."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from people.models import CacheEntry, Reply, Session

# A program that repeats a request a day later means a new one.
REPLIES_KEPT = timedelta(hours=24)


def tidy() -> dict[str, int]:
    """Remove it; how many rows of each went."""
    now = timezone.now()
    old = {
        "replies": Reply.objects.filter(at__lt=now - REPLIES_KEPT),
        "sessions": Session.objects.filter(expire_date__lt=now),
        "cache": CacheEntry.objects.filter(expires__lt=now),
    }
    return {name: rows.delete()[0] for name, rows in old.items()}
