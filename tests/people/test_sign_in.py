"""The one door: sign-in, its throttle, new passwords, the second step."""

import re

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse

from people import actions, tasks
from people.models import CacheEntry, Letter
from tests import make

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


def try_in(user, password=make.PASSWORD, *, address="192.0.2.1", client=None):
    client = client or Client()
    sent = {"login": getattr(user, "email", user), "password": password}
    return client.post(LOGIN, sent, REMOTE_ADDR=address)


def test_people_sign_in_with_their_address_whatever_its_capitals(client):
    noa = make.contributor(email="noa@example.org")
    assert try_in("NOA@example.org", client=client).status_code == 302
    assert client.session["_auth_user_id"] == str(noa.pk)


def test_a_wrong_password_and_an_unknown_address_are_answered_alike():
    noa = make.contributor()
    wrong, unknown = try_in(noa, "wrong"), try_in("nobody@example.org", "wrong")
    sentence = "The e-mail address or the password is not right."
    assert sentence in wrong.text
    assert sentence in unknown.text
    assert wrong.status_code == unknown.status_code == 200


def test_the_sixth_guess_from_one_address_is_refused_even_when_it_is_right():
    noa = make.contributor()
    for _guess in range(5):
        try_in(noa, "wrong")
    refused = try_in(noa)
    assert "Too many failed attempts" in refused.text


def test_a_guesser_locks_neither_the_person_elsewhere_nor_colleagues_beside():
    noa, dan = make.contributor(), make.contributor()
    for _guess in range(6):
        try_in(noa, "wrong", address="192.0.2.1")
    assert try_in(noa, address="198.51.100.7").status_code == 302
    assert try_in(dan, address="192.0.2.1").status_code == 302


def test_signing_in_rightly_counts_against_nobody():
    noa = make.contributor()
    for _day in range(8):
        assert try_in(noa).status_code == 302


def test_guesses_from_many_addresses_are_counted_for_the_account():
    noa = make.contributor()
    for n in range(60):
        try_in(noa, "wrong", address=f"203.0.113.{n}")
    assert "Too many failed attempts" in try_in(noa, address="198.51.100.7").text


def test_failures_are_counted_in_postgresql_without_asking_redis():
    """Nothing of the sign-in knows the broker: flushed or away, the count stands."""
    assert settings.CACHES["default"]["BACKEND"].endswith("DatabaseCache")
    try_in(make.contributor(), "wrong")
    assert CacheEntry.objects.filter(cache_key__contains="login_failed").count() >= 3


def test_the_session_cookie_is_for_http_and_this_site_only(client):
    try_in(make.contributor(), client=client)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_nobody_signs_up(client):
    make.contributor()
    page = client.get("/accounts/signup/")
    assert "By invitation" in page.text
    client.post("/accounts/signup/", {"email": "eve@example.org", "password1": "correct-horse"})
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("path", ["email/", "confirm-email/", "confirm-email/MQ:1:x/"])
def test_addresses_are_not_for_oneself_to_change(client, path):
    client.force_login(make.contributor())
    assert client.get(f"/accounts/{path}").status_code == 404


@pytest.mark.parametrize("onward", ["https://evil.example/", "//evil.example/", "javascript:x"])
def test_after_the_door_nobody_is_led_away(client, onward):
    noa = make.contributor()
    sent = {"login": noa.email, "password": make.PASSWORD, "next": onward}
    assert client.post(LOGIN, sent)["Location"] == "/"


def test_a_new_password_comes_by_mail_and_signs_out_everywhere(client):
    noa = make.contributor(email="noa@example.org")
    elsewhere = Client()
    elsewhere.force_login(noa)
    page = client.post("/accounts/password/reset/", {"email": "noa@example.org"}, follow=True)
    assert "a mail is on its way" in page.text
    tasks.send_letters()
    path = re.search(r"http://testserver(/\S+)", mail.outbox[0].body)[1]
    form = client.get(path, follow=True)
    chosen = {"password1": "another-horse-battery", "password2": "another-horse-battery"}
    client.post(form.request["PATH_INFO"], chosen)
    assert try_in(noa, "another-horse-battery").status_code == 302
    assert "login" in elsewhere.get(reverse("people:keys"))["Location"]
    assert "already" not in client.get(path, follow=True).text
    assert "has been used" in Client().get(path, follow=True).text


def test_asking_for_an_unknown_address_looks_alike_and_writes_to_nobody(client):
    make.contributor()
    page = client.post("/accounts/password/reset/", {"email": "x@example.org"}, follow=True)
    assert "a mail is on its way" in page.text
    assert not Letter.objects.exists()


def test_an_administrator_hands_over_a_link_for_a_new_password(client):
    admin, noa = make.administrator(), make.contributor()
    client.force_login(admin)
    page = client.post(reverse("people:reset", args=[noa.pk]))
    path = re.search(r'value="http://testserver(/accounts/[^"]+)"', page.text)[1]
    assert "New password" in Client().get(path, follow=True).text
    assert noa.events.first().verb == "reset"


def test_the_second_step_is_offered_and_then_asked_for(client):
    noa = make.contributor()
    try_in(noa, client=client)
    client.post("/accounts/reauthenticate/", {"password": make.PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/")
    assert "data:image/svg+xml" in page.text
    secret = page.context["form"].secret
    client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert "Recovery codes" in client.get("/accounts/2fa/").text

    again = Client()
    assert try_in(noa, client=again)["Location"].startswith("/accounts/2fa/authenticate/")
    assert "_auth_user_id" not in again.session
    wrong = again.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert "This code is not right" in wrong.text
    codes = noa.authenticator_set.get(type="recovery_codes").wrap().get_unused_codes()
    assert again.post("/accounts/2fa/authenticate/", {"code": codes[0]})["Location"] == "/"

    admin = make.administrator()
    actions.drop_second_step(noa, by=admin)
    assert try_in(noa)["Location"] == "/"


def code_of(secret: str) -> str:
    return totp.format_hotp_value(
        totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time()))
    )


def test_the_administration_is_behind_the_same_door(client):
    make.administrator()
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    assert client.get("/admin/login/?next=/admin/")["Location"].startswith(LOGIN)
    client.force_login(make.publisher())
    assert client.get("/admin/login/?next=/admin/").status_code == 403
    assert client.post("/admin/login/", {"username": "x", "password": "y"}).status_code == 403
    client.force_login(make.administrator())
    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/password_change/")["Location"] == "/accounts/password/change/"


def test_a_changed_password_is_told_by_mail(client):
    noa = make.contributor(email="noa@example.org")
    client.force_login(noa)
    client.post(
        "/accounts/password/change/",
        {
            "oldpassword": make.PASSWORD,
            "password1": "another-horse-battery",
            "password2": "another-horse-battery",
        },
    )
    tasks.send_letters()
    assert mail.outbox[0].to == ["noa@example.org"]
    assert "password" in mail.outbox[0].subject
    assert client.get(reverse("people:keys")).status_code == 200, "oneself stays signed in"
