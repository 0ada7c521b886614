"""A request that came by telephone is written down at the desk."""

import pytest

from tests import make
from tickets import actions
from tickets.models import Requester, Ticket

pytestmark = pytest.mark.django_db

CALL = {
    "channel": "phone",
    "email": "Lena@Fjord.example",
    "name": "Lena Olsen",
    "organisation": "",
    "subject": "Drawer does not open",
    "description": "Since the update.",
    "environment": "Till: 5.2\nPrinter: Tix 80\nit is raining\nTill: iPad",
    "priority": "3",
    "language": "en",
    "domain": "",
    "team": "",
    "mine": "on",
}


@pytest.fixture
def agent(client):
    person = make.contributor(team=make.team())
    client.force_login(person)
    return person


def test_a_call_becomes_a_ticket_in_ones_own_hands(client, agent):
    response = client.post("/tickets/new/", CALL)
    ticket = Ticket.objects.get()
    assert response.headers["Location"] == ticket.get_absolute_url()
    assert (ticket.channel, ticket.priority, ticket.assignee) == ("phone", 3, agent)
    assert ticket.requester.email == "lena@fjord.example"
    assert ticket.environment == {
        "Till": "5.2, iPad",
        "Printer": "Tix 80",
        "Note": "it is raining",
    }
    assert [event.verb for event in ticket.events.all()] == ["received", "assigned"]


def test_a_known_address_is_the_known_requester(client, agent):
    known = actions.requester_for(email="lena@fjord.example", name="Lena")
    client.post("/tickets/new/", CALL)
    assert Ticket.objects.get().requester == known
    assert Requester.objects.count() == 1


def test_nothing_that_was_typed_is_lost_when_something_is_missing(client, agent):
    response = client.post("/tickets/new/", {**CALL, "subject": "  "})
    assert response.status_code == 422
    page = response.content.decode()
    assert "Since the update." in page
    assert not Ticket.objects.exists()
    assert not Requester.objects.exists()


def test_an_unknown_organisation_is_refused_and_a_known_one_taken(client, agent):
    assert client.post("/tickets/new/", {**CALL, "organisation": "Nordic"}).status_code == 422
    nordic = make.organisation(name="Nordic")
    client.post("/tickets/new/", {**CALL, "organisation": "nordic"})
    assert Ticket.objects.get().organisation == nordic


def test_text_that_is_no_text_is_refused_in_words(client, agent):
    response = client.post("/tickets/new/", {**CALL, "subject": "a\x00b"})
    assert response.status_code == 422
    assert not Ticket.objects.exists()


def test_a_form_pressed_twice_makes_one_ticket(client, agent):
    first = client.post("/tickets/new/", CALL)
    second = client.post("/tickets/new/", CALL)
    assert second.headers["Location"] == first.headers["Location"]
    client.post("/tickets/new/", {**CALL, "description": "Something else."})
    assert Ticket.objects.count() == 2
