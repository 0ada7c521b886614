"""Mail about accounts: written down with the change, sent by a job, removed when sent.

A page never waits for a mail server, and answers alike whether the address is known or not.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from people.models import Letter

log = logging.getLogger("kcs.mail")
LAST_TRY = 12  # with doubling pauses: about three days after the first


def write(to: str, subject: str, body: str) -> Letter:
    """Put a mail to one person into the outbox."""
    line = " ".join(subject.split())[:300]
    return Letter.objects.create(to=to, subject=line, body=body)


@transaction.atomic
def send_next() -> bool:
    """Send the oldest letter that is due. False when there is none left.

    The row is locked while it is sent, so that two workers do not send it twice. Its
    Message-ID is its own: a copy sent again after a crash is recognised by mail servers.
    """
    due = Letter.objects.filter(due_at__lte=timezone.now(), tries__lt=LAST_TRY)
    letter = (
        due.select_for_update(skip_locked=True, no_key=True).order_by("due_at", "pk").first()
    )
    if letter is None:
        return False
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    message = EmailMessage(
        letter.subject,
        letter.body,
        to=[letter.to],
        headers={
            "Message-ID": f"<letter-{letter.pk}-{letter.made_at:%Y%m%d%H%M%S}@{host}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    try:
        message.send()
    except Exception as error:
        # Any way a mail server fails is its trouble, not this letter's: it waits and tries again.
        pause = timedelta(minutes=2**letter.tries)
        Letter.objects.filter(pk=letter.pk).update(
            tries=F("tries") + 1, due_at=timezone.now() + pause
        )
        log.warning("A letter could not be sent, trying again in %s: %s", pause, error)
        return True
    letter.delete()
    return True
