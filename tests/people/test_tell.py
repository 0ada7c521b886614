"""Notifications: in the inbox at once, by mail when wanted, each exactly once."""

import threading

import pytest
from django.core import mail
from django.db import connection
from django.test import override_settings

from people import actions, notices
from people.models import Letter, Notification
from people.tasks import send_letters, tell_people
from tests import make

pytestmark = pytest.mark.django_db

WANTED = ["assigned", "mentioned", "flag_answered"]


def tell(person, *, by=None, kind="mentioned", **more):
    fields = {"subject": "KT-1 Drawer", "text": "Look at this", "url": "/tickets/KT-1/"}
    return actions.tell([person], by=by, kind=kind, **{**fields, **more})


def deliver() -> list:
    tell_people()
    send_letters()
    return mail.outbox


def test_nobody_is_told_of_their_own_doing():
    noa = make.contributor()
    assert tell(noa, by=noa) == []


def test_what_is_switched_off_comes_neither_here_nor_by_mail():
    noa = make.contributor(muted=["mentioned"], mailed=["mentioned"])
    assert tell(noa) == []
    assert deliver() == []


def test_a_wanted_mail_is_sent_once_and_leads_to_the_notification():
    noa = make.contributor(mailed=WANTED, email="noa@demo.example")
    (notification,) = tell(noa, by=make.contributor(name="Tomer"))
    deliver()
    deliver()
    (letter,) = mail.outbox
    assert letter.to == ["noa@demo.example"]
    assert letter.subject == "A colleague mentioned you: KT-1 Drawer"
    assert "By Tomer." in letter.body
    assert "Look at this" in letter.body
    assert f"http://localhost:8000/inbox/{notification.pk}/" in letter.body
    assert letter.content_subtype == "plain"


def test_a_kind_that_nobody_asked_to_be_mailed_stays_in_the_inbox():
    noa = make.contributor()
    tell(noa)
    assert deliver() == []
    assert noa.notifications.unread().count() == 1


def test_what_was_read_meanwhile_is_not_mailed_any_more():
    noa = make.contributor(mailed=WANTED)
    tell(noa)
    actions.read_notifications(noa)
    assert deliver() == []


def test_who_left_or_changed_their_mind_meanwhile_gets_no_mail():
    leaver = make.contributor(mailed=WANTED)
    tell(leaver)
    leaver.is_active = False
    leaver.save()
    changed = make.contributor(mailed=WANTED)
    tell(changed)
    actions.prefer(changed, mailed=[])
    assert deliver() == []
    assert not Notification.objects.unmailed().exists()


def test_inside_words_never_leave():
    customer = make.customer(mailed=WANTED)
    tell(customer, kind="mentioned", text="The customer is wrong")
    tell(customer, kind="flag_answered", text="Thank you, it is fixed", by=make.contributor())
    (letter,) = deliver()
    assert "Thank you, it is fixed" in letter.body
    assert "By " not in letter.body


def test_a_mail_speaks_its_readers_language():
    tell(make.contributor(mailed=WANTED, language="he", name="נועה"))
    (letter,) = deliver()
    assert "/preferences/" in letter.body


def test_a_subject_cannot_smuggle_in_a_header():
    noa = make.contributor(mailed=WANTED)
    tell(noa, subject="KT-1 hello\r\nBcc: all@demo.example")
    (letter,) = deliver()
    assert "\n" not in letter.subject
    assert letter.recipients() == [noa.email]


@override_settings(EMAIL_BACKEND="tests.people.test_tell.Down")
def test_a_mail_server_that_is_away_loses_nothing():
    tell(make.contributor(mailed=WANTED))
    tell_people()
    send_letters()
    assert Letter.objects.count() == 1


class Down:
    """A mail server that cannot be reached."""

    def __init__(self, *args, **kwargs):
        pass

    def send_messages(self, messages):
        raise OSError("Connection refused")


@pytest.mark.django_db(transaction=True)
def test_two_workers_write_each_letter_once():
    noa = make.contributor(mailed=WANTED)
    for n in range(20):
        tell(noa, subject=f"KT-{n}")
    together = threading.Barrier(2)

    def work():
        try:
            together.wait(timeout=30)
            while notices.tell_next():
                pass
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    subjects = list(Letter.objects.values_list("subject", flat=True))
    assert len(subjects) == len(set(subjects)) == 20


def test_a_job_that_dies_while_writing_has_told_nobody(monkeypatch):
    tell(make.contributor(mailed=WANTED))
    monkeypatch.setattr(notices, "wording", lambda notification: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        tell_people()
    assert Notification.objects.unmailed().count() == 1
    assert not Letter.objects.exists()
