"""Verbs of the inbox: tell, read."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from people.models import Notification, User


def tell(
    people: Iterable[User | None],
    *,
    by: User | None,
    kind: str,
    subject: str,
    url: str,
    text: str = "",
) -> list[Notification]:
    """Put a notification into each person's inbox, but not one's own doing and not what they
    switched off. The row is the outbox of its mail: a job sends what is due."""
    told: dict[int, Notification] = {}
    for person in people:
        if person is None or not person.is_active or kind in person.muted:
            continue
        if by is not None and person.pk == by.pk:
            continue
        told[person.pk] = Notification(
            user=person,
            kind=kind,
            by=by,
            subject=subject[:300],
            text=text[:2000],
            url=url,
            mail_due=kind in person.mailed,
        )
    return Notification.objects.bulk_create(list(told.values()))


def read_notifications(user: User, *, ids: Iterable[int] | None = None) -> int:
    """Mark these (or all) of the person's notifications as read; how many there were."""
    unread = user.notifications.unread()
    if ids is not None:
        unread = unread.filter(pk__in=ids)
    return unread.update(read_at=timezone.now())
