"""`manage.py doctor` says what is wrong and what to do."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from people import letters
from people.models import Letter
from tests import make

pytestmark = pytest.mark.django_db


def doctor() -> tuple[str, int]:
    said, code = StringIO(), 0
    try:
        call_command("doctor", stdout=said)
    except SystemExit as end:
        code = end.code
    return said.getvalue(), code


def test_a_site_in_order_is_told_so():
    make.administrator()
    said, code = doctor()
    assert code == 0, said
    assert "!!" not in said
    for name in ("PostgreSQL", "Django", "all applied", "require", "GB free"):
        assert name in said


def test_a_site_without_an_administrator_is_told_how_to_make_one():
    said, code = doctor()
    assert code == 1
    assert "manage.py first_admin" in said


def test_mail_that_does_not_leave_is_named():
    make.administrator()
    letters.write("noa@example.org", "Hello", "The body")
    Letter.objects.update(made_at=timezone.now() - timedelta(hours=1))
    said, code = doctor()
    assert code == 1
    assert "1 mails wait" in said


def test_a_broker_that_is_away_is_named(settings):
    make.administrator()
    settings.REDIS_URL = "unix:///nowhere/valkey.sock?db=0"
    said, code = doctor()
    assert code == 1
    assert "Look at REDIS_URL" in said
