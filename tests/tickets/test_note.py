"""Notes stay inside, and whoever is mentioned in one is told."""

import pytest

from tests import make
from tickets import actions

pytestmark = pytest.mark.django_db


def told(person) -> list[str]:
    return list(person.notifications.values_list("kind", flat=True))


def test_a_colleague_is_mentioned_by_address_or_by_what_stands_before_the_at_sign():
    noa = make.contributor(email="noa@demo.example")
    tomer = make.contributor(email="tomer.azulay@demo.example")
    maya = make.contributor(email="maya@demo.example")
    ticket = make.ticket()
    actions.note(
        ticket, by=maya, body="@noa look; (@tomer.azulay@demo.example) too. Not mail@maya"
    )
    assert (told(noa), told(tomer), told(maya)) == (["mentioned"], ["mentioned"], [])
    event = ticket.events.get(verb="noted")
    assert event.detail["mentioned"] == ["noa@demo.example", "tomer.azulay@demo.example"]


def test_a_mention_at_the_end_of_a_sentence_counts():
    noa = make.contributor(email="noa@demo.example")
    actions.note(make.ticket(), by=make.contributor(), body="Thank you @noa.")
    assert told(noa) == ["mentioned"]


def test_nobody_is_told_of_a_ticket_they_may_not_see():
    inside = make.team(private=True)
    member = make.contributor(team=inside)
    outsider = make.contributor(email="noa@demo.example")
    actions.note(make.ticket(team=inside), by=member, body="@noa have a look")
    assert told(outsider) == []


def test_customers_and_leavers_are_not_mentioned():
    make.customer(email="carla@demo.example")
    gone = make.contributor(email="gone@demo.example", is_active=False)
    actions.note(make.ticket(), by=make.contributor(), body="@carla @gone hello")
    assert told(gone) == []


def test_a_public_reply_mentions_nobody():
    noa = make.contributor(email="noa@demo.example")
    actions.reply(make.ticket(), by=make.contributor(), body="@noa will call you")
    assert told(noa) == []


def test_who_switched_mentions_off_is_left_in_peace():
    noa = make.contributor(email="noa@demo.example", muted=["mentioned"])
    actions.note(make.ticket(), by=make.contributor(), body="@noa")
    assert told(noa) == []
