"""Leavers: out at once, everywhere; what they wrote stays."""

import pytest
from django.test import Client
from django.urls import reverse

from kcs.errors import NotAllowed, Refused
from people import actions
from people.models import Session, User
from tests import make

pytestmark = pytest.mark.django_db


def test_sessions_end_at_once_and_do_not_come_back():
    admin, leaver = make.administrator(), make.contributor()
    browser, other = Client(), Client()
    browser.force_login(leaver)
    other.force_login(admin)
    assert browser.get(reverse("people:keys")).status_code == 200
    actions.deactivate(leaver, by=admin)
    assert "login" in browser.get(reverse("people:keys"))["Location"]
    assert not Session.objects.filter(person=leaver).exists()
    assert other.get(reverse("people:keys")).status_code == 200, "others stay signed in"
    actions.reactivate(leaver, by=admin)
    assert "login" in browser.get(reverse("people:keys"))["Location"]


def test_keys_end_at_once_and_stay_revoked(client):
    admin, leaver = make.administrator(), make.contributor()
    _made, key = actions.make_key(leaver, scopes=["read"])
    bearer = {"Authorization": f"Bearer {key}"}
    assert client.get("/api/v1/tickets/", headers=bearer).status_code == 200
    actions.deactivate(leaver, by=admin)
    assert client.get("/api/v1/tickets/", headers=bearer).status_code == 401
    actions.reactivate(leaver, by=admin)
    assert client.get("/api/v1/tickets/", headers=bearer).status_code == 401


def test_a_leaver_with_the_right_password_is_told_so(client):
    admin, leaver = make.administrator(), make.contributor()
    actions.deactivate(leaver, by=admin)
    sent = {"login": leaver.email, "password": make.PASSWORD}
    page = client.post(reverse("account_login"), sent, follow=True)
    assert "not active" in page.text
    assert not page.context["user"].is_authenticated


def test_it_is_written_down_who_did_it(client):
    admin, leaver = make.administrator(), make.contributor()
    client.force_login(admin)
    client.post(reverse("people:deactivate", args=[leaver.pk]))
    client.post(reverse("people:reactivate", args=[leaver.pk]))
    verbs = [(event.verb, event.by) for event in leaver.events.all()]
    assert verbs[:2] == [("reactivated", admin), ("deactivated", admin)]


def test_the_last_administrator_stays():
    first, second = make.administrator(), make.administrator()
    User.objects.filter(email="root@example.org").update(is_superuser=False)
    actions.deactivate(second, by=first)
    with pytest.raises(Refused, match="yourself"):
        actions.deactivate(first, by=first)
    with pytest.raises(Refused, match="last administrator"):
        actions.change_person(first, by=first, is_superuser=False)


def test_nobody_else_deactivates(client):
    leaver = make.contributor()
    with pytest.raises(NotAllowed):
        actions.deactivate(leaver, by=make.publisher())
    client.force_login(make.publisher())
    assert client.post(reverse("people:deactivate", args=[leaver.pk])).status_code == 403
    leaver.refresh_from_db()
    assert leaver.is_active
