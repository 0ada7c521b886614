"""People are invited by an administrator: by mail, or by a link that is handed over."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kcs.errors import BadValue, NotAllowed
from people import actions, tasks
from people.models import Invitation, Letter, User
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client) -> User:
    found = make.administrator(name="Ada Berg")
    client.force_login(found)
    return found


def invited(client, **fields) -> str:
    """The path of the link that the page shows."""
    asked = {"email": "noa@example.org", "name": "Noa", "competency": "candidate", **fields}
    page = client.post(reverse("people:invite"), asked)
    return re.search(r'value="http://testserver(/invitation/[^"]+)"', page.text)[1]


def test_the_link_is_shown_this_once_and_mailed(client, admin):
    path = invited(client)
    assert path not in client.get(reverse("people:list")).text
    tasks.send_letters()
    (letter,) = mail.outbox
    assert letter.to == ["noa@example.org"]
    assert "Ada Berg" in letter.subject
    assert path in letter.body
    assert not Letter.objects.exists(), "a link that opens an account is not kept"


def test_whoever_opens_the_link_becomes_what_it_says(client, admin):
    team = make.team("Payments")
    path = invited(client, team=team.pk, competency="contributor")
    noa = Client()
    assert "Ada Berg" in noa.get(path).text
    noa.post(path, {"name": "Noa Levi", "password": "correct-horse-battery"})
    user = User.objects.get(email="noa@example.org")
    assert (user.name, user.team, user.competency) == ("Noa Levi", team, "contributor")
    assert not user.is_staff
    assert user.grants.get().granted_by == admin
    assert noa.get(reverse("people:keys")).status_code == 200, "and is signed in"


def test_a_link_works_once(client, admin):
    path = invited(client)
    Client().post(path, {"name": "Noa", "password": "correct-horse-battery"})
    again = Client().post(path, {"name": "Eve", "password": "correct-horse-battery"})
    assert again.status_code == 403
    assert "Ask for a new one" in again.text


def test_a_link_ends_after_its_days(client, admin):
    path = invited(client)
    with time_machine.travel(timezone.now() + timedelta(days=15)):
        assert Client().get(path).status_code == 403


def test_a_second_invitation_replaces_the_first(client, admin):
    first, second = invited(client), invited(client)
    assert Client().get(first).status_code == 403
    assert Client().get(second).status_code == 200


def test_a_withdrawn_link_opens_nothing(client, admin):
    path = invited(client)
    client.post(reverse("people:withdraw", args=[Invitation.objects.get().pk]))
    assert Client().get(path).status_code == 403


def test_a_weak_password_is_refused_beside_its_field(client, admin):
    page = Client().post(invited(client), {"name": "Noa", "password": "password"})
    assert page.status_code == 422
    assert "too common" in page.text


def test_nobody_is_invited_twice_over_whatever_the_capitals(client, admin):
    make.user(email="taken@example.org")
    page = client.post(
        reverse("people:invite"), {"email": "Taken@Example.org", "competency": "candidate"}
    )
    assert page.status_code == 422
    assert "already has this e-mail address" in page.text


def test_only_administrators_invite():
    with pytest.raises(NotAllowed):
        actions.invite(by=make.publisher(), email="x@example.org")


def test_an_unknown_competency_is_refused():
    with pytest.raises(BadValue):
        actions.invite(by=make.administrator(), email="x@example.org", competency="king")


@pytest.mark.parametrize("name", ["list", "invite"])
def test_these_pages_are_for_administrators(client, name):
    client.force_login(make.publisher())
    assert client.post(reverse(f"people:{name}")).status_code == 403
    assert "login" in Client().post(reverse(f"people:{name}"))["Location"]


def test_the_mail_says_no_more_than_one_line_in_its_subject(client, admin):
    actions.change_person(admin, by=admin, name="Ada")
    User.objects.filter(pk=admin.pk).update(name="Ada\r\nBcc: everybody@example.org")
    invited(client)
    assert "\n" not in Letter.objects.get().subject
