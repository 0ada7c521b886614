"""The outbox of mail about accounts: nothing lost, nothing twice."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from people import letters, tasks
from people.models import Letter

pytestmark = pytest.mark.django_db


def test_a_letter_is_sent_once_and_removed():
    letters.write("noa@example.org", "Hello", "The body")
    assert tasks.send_letters() == 1
    assert tasks.send_letters() == 0
    assert [(m.to, m.subject, m.body) for m in mail.outbox] == [
        (["noa@example.org"], "Hello", "The body")
    ]
    assert not Letter.objects.exists()


def test_a_mail_server_that_is_away_is_tried_again_later(settings):
    letters.write("noa@example.org", "Hello", "The body")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    tasks.send_letters()
    assert Letter.objects.get().tries == 1
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert tasks.send_letters() == 0, "not at once"
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        assert tasks.send_letters() == 1
    assert len(mail.outbox) == 1


def test_a_letter_keeps_its_identity_when_it_is_sent_again():
    """A worker that dies after sending sends it again; mail servers see that it is the same."""
    letter = letters.write("noa@example.org", "Hello", "The body")
    tasks.send_letters()
    Letter.objects.create(
        pk=letter.pk, to=letter.to, subject="Hello", body="The body", made_at=letter.made_at
    )
    tasks.send_letters()
    first, second = (m.extra_headers["Message-ID"] for m in mail.outbox)
    assert first == second
