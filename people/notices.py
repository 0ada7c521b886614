"""Notifications by mail: what is due becomes a letter, exactly once.

The notification is marked and its letter written in one transaction, so a job that dies in
between has done neither, and two jobs take different rows. Sending is the letters' own affair.
"""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from people import letters
from people.models import Notification

# What somebody outside may be told: the answer to what they themselves said.
OUTSIDE = frozenset(
    {
        Notification.Kind.FLAG_ANSWERED,
        Notification.Kind.FEEDBACK_ANSWERED,
        Notification.Kind.SUGGESTION_DECIDED,
    }
)


@transaction.atomic
def tell_next() -> bool:
    """Write the letter of the oldest notification that is due. False when none is left."""
    notification = (
        Notification.objects.unmailed()
        .select_related("user", "by")
        .select_for_update(of=("self",), skip_locked=True, no_key=True)
        .first()
    )
    if notification is None:
        return False
    if wanted(notification):
        subject, body = wording(notification)
        letters.write(notification.user.email, subject, body)
    notification.mailed_at = timezone.now()
    notification.save(update_fields=["mailed_at"])
    return True


def wanted(notification: Notification) -> bool:
    """Whether the mail is still wanted and allowed: much may have changed since it was due."""
    user = notification.user
    if not user.is_active or notification.read_at is not None:
        return False
    if notification.kind in user.muted or notification.kind not in user.mailed:
        return False
    return user.is_agent or notification.kind in OUTSIDE


def wording(notification: Notification) -> tuple[str, str]:
    """Subject and body, in the language of the person who reads them."""
    user = notification.user
    with translation.override(user.language or settings.LANGUAGE_CODE):
        kind = notification.get_kind_display()
        subject = f"{kind}: {notification.subject}"
        lines = [f"{kind}:", notification.subject]
        # Colleagues' names stay inside.
        if notification.by is not None and user.is_agent:
            lines += ["", _("By %(name)s.") % {"name": notification.by}]
        if notification.text:
            lines += ["", notification.text]
        address = reverse("people:notification", args=[notification.pk])
        lines += [
            "",
            f"{settings.SITE_URL}{address}",
            "",
            "-- ",
            _("You asked for mails of this kind. Change it here: %(address)s")
            % {"address": f"{settings.SITE_URL}{reverse('people:settings')}"},
        ]
    return subject, "\n".join(lines)
