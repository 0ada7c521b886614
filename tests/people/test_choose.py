"""Language and theme: plain forms, remembered in the browser and with the person."""

import pytest
from django.urls import reverse

from tests import make

pytestmark = pytest.mark.django_db


def test_a_stranger_chooses_a_language_before_signing_in(client):
    make.contributor()
    client.post(reverse("people:language"), {"language": "he", "next": "/accounts/login/"})
    assert 'lang="he" dir="rtl"' in client.get("/accounts/login/").text


def test_the_choice_goes_with_the_person(client):
    noa = make.contributor()
    client.force_login(noa)
    client.post(reverse("people:language"), {"language": "ru"})
    client.post(reverse("people:theme"), {"theme": "dark"})
    noa.refresh_from_db()
    assert (noa.language, noa.theme) == ("ru", "dark")
    assert 'data-theme="dark"' in client.get(reverse("people:keys")).text


def test_an_unknown_language_changes_nothing(client):
    answer = client.post(reverse("people:language"), {"language": "tlh", "next": "/x/"})
    assert answer["Location"] == "/x/"
    assert "django_language" not in answer.cookies


def test_anything_else_than_light_and_dark_is_as_the_system(client):
    client.post(reverse("people:theme"), {"theme": "dark"})
    client.post(reverse("people:theme"), {"theme": "pink"})
    assert client.cookies["theme"].value == ""


@pytest.mark.parametrize(
    "onward", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", ""]
)
def test_nobody_is_led_away(client, onward):
    for name, value in (("language", "en"), ("theme", "dark")):
        sent = {name: value, "next": onward}
        assert client.post(reverse(f"people:{name}"), sent)["Location"] == "/"


def test_only_a_post_chooses(client):
    make.contributor()
    assert client.get(reverse("people:language")).status_code == 405
    assert client.get(reverse("people:theme")).status_code == 405
