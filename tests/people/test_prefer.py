"""Preferences: how somebody wants the pages, and what they want to be told."""

import pytest

from people import actions
from people.models import Notification
from tests import make

pytestmark = pytest.mark.django_db

KINDS = Notification.Kind.values


@pytest.fixture
def noa(client):
    person = make.contributor()
    client.force_login(person)
    return person


def test_choices_are_kept_and_hold_from_the_next_page_on(client, noa):
    response = client.post(
        "/preferences/",
        {
            "language": "he",
            "theme": "dark",
            "compact": "on",
            "signature": "Noa\r\nTilia",
            "here": [kind for kind in KINDS if kind != "woken"],
            "mailed": ["assigned", "nonsense"],
        },
    )
    assert response.status_code == 422  # a kind that does not exist is no choice
    response = client.post(
        "/preferences/",
        {
            "language": "he",
            "theme": "dark",
            "compact": "on",
            "signature": "Noa\r\nTilia",
            "here": [kind for kind in KINDS if kind != "woken"],
            "mailed": ["assigned"],
        },
        follow=True,
    )
    noa.refresh_from_db()
    assert (noa.language, noa.theme, noa.compact, noa.letter_keys) == (
        "he",
        "dark",
        True,
        False,
    )
    assert noa.signature == "Noa\nTilia"
    assert (noa.muted, noa.mailed) == (["woken"], ["assigned"])
    page = response.content.decode()
    assert 'dir="rtl"' in page
    assert 'data-theme="dark"' in page
    assert 'data-density="compact"' in page
    assert 'data-keys="off"' in page


def test_what_is_not_given_stays_as_it_was(noa):
    actions.prefer(noa, muted=["woken"], signature="Noa")
    actions.prefer(noa, theme="dark")
    noa.refresh_from_db()
    assert (noa.muted, noa.signature, noa.theme) == (["woken"], "Noa", "dark")


def test_one_says_whether_one_is_told_of_credit_and_may_be_asked(client, noa):
    page = client.get("/preferences/").content.decode()
    assert 'name="shows_credit"' in page
    client.post("/preferences/", {"language": "en", "theme": "auto", "may_be_asked": "on"})
    noa.refresh_from_db()
    assert (noa.shows_credit, noa.may_be_asked) == (False, True)
    actions.prefer(noa, shows_credit=True, may_be_asked=False)
    actions.prefer(noa, theme="dark")
    noa.refresh_from_db()
    assert (noa.shows_credit, noa.may_be_asked) == (True, False)


def test_a_language_that_is_not_spoken_here_is_refused(client, noa):
    response = client.post("/preferences/", {"language": "xx", "theme": "auto"})
    assert response.status_code == 422
    noa.refresh_from_db()
    assert noa.language == "en"


def test_customers_are_offered_what_concerns_them(client):
    client.force_login(make.customer())
    page = client.get("/preferences/").content.decode()
    assert 'name="language"' in page
    assert 'value="flag_answered"' in page
    assert 'value="assigned"' not in page
    assert 'name="signature"' not in page
    assert 'name="may_be_asked"' not in page
    saved = client.post(
        "/preferences/", {"language": "ru", "theme": "auto", "here": "flag_answered"}
    )
    assert saved.status_code == 302


def test_nobody_sets_more_than_the_page_offers(client, noa):
    client.post(
        "/preferences/",
        {"language": "en", "theme": "auto", "is_superuser": "on", "competency": "publisher"},
    )
    noa.refresh_from_db()
    assert (noa.is_superuser, noa.competency) == (False, "contributor")
