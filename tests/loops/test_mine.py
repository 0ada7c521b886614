"""A requester's own tickets: read, and add a word."""

import pytest

from loops.solve import actions as solve
from tests import make
from tickets import actions

pytestmark = pytest.mark.django_db


@pytest.fixture
def carla(client):
    person = make.customer(name="Carla")
    client.force_login(person)
    return person


def own(person, **fields):
    requester = actions.requester_for(email=person.email, name=person.name)
    return make.ticket(requester=requester, **fields)


def test_a_customer_sees_their_own_tickets_and_no_other(client, carla):
    ticket = own(carla, subject="My drawer")
    other = make.ticket(subject="Another's")
    page = client.get("/my-tickets/").content.decode()
    assert "My drawer" in page
    assert "Another" not in page
    assert client.get(f"/my-tickets/{ticket.number}/").status_code == 200
    assert client.get(f"/my-tickets/{other.number}/").status_code == 404


def test_notes_are_not_shown(client, carla):
    ticket, agent = own(carla), make.contributor()
    actions.reply(ticket, by=agent, body="Please restart it")
    actions.note(ticket, by=agent, body="She never restarts it")
    page = client.get(f"/my-tickets/{ticket.number}/").content.decode()
    assert "Please restart it" in page
    assert "never restarts" not in page


def test_a_word_wakes_a_pending_ticket_and_reopens_a_solved_one(client, carla):
    agent = make.contributor()
    ticket = actions.pend(own(carla), by=agent)
    client.post(f"/my-tickets/{ticket.number}/", {"body": "Here is the log"})
    ticket.refresh_from_db()
    assert ticket.state == "open"
    make.searched(ticket, by=agent)
    solve.solve(ticket, by=agent, outcome="no_knowledge", reason="account_action")
    client.post(f"/my-tickets/{ticket.number}/", {"body": "It is back"})
    ticket.refresh_from_db()
    assert (ticket.state, ticket.reopened_count) == ("open", 1)
    assert [m.body for m in ticket.messages.all()] == ["Here is the log", "It is back"]


def test_an_empty_word_is_refused_and_a_closed_ticket_keeps_what_was_typed(client, carla):
    agent = make.contributor()
    ticket = own(carla)
    address = f"/my-tickets/{ticket.number}/"
    assert client.post(address, {"body": "  "}).status_code == 422
    make.searched(ticket, by=agent)
    solve.close(solve.solve(ticket, by=agent, outcome="no_knowledge", reason="account_action"))
    response = client.post(address, {"body": "One more thing"})
    assert response.status_code == 422
    assert "One more thing" in response.content.decode()


def test_a_shared_ticket_of_the_organisation_is_read_and_not_written(client):
    firm = make.organisation(shares_tickets=True)
    asker, colleague = make.customer(organisation=firm), make.customer(organisation=firm)
    ticket = own(asker, subject="Ours")
    client.force_login(colleague)
    address = f"/my-tickets/{ticket.number}/"
    assert "Ours" in client.get("/my-tickets/").content.decode()
    assert client.get(address).status_code == 200
    assert client.post(address, {"body": "Me too"}).status_code == 403


def test_requests_own_words_are_never_markup(client, carla):
    ticket = own(carla, subject="<b>bold</b>", description="<img src=x onerror=alert(1)>")
    page = client.get(f"/my-tickets/{ticket.number}/").content.decode()
    assert "<img" not in page
    assert "<b>bold" not in page


def test_a_message_pressed_twice_arrives_once(client, carla):
    ticket = own(carla)
    for body in ("It\r\nhangs", "It\r\nhangs", "Still"):
        client.post(f"/my-tickets/{ticket.number}/", {"body": body})
    assert [m.body for m in ticket.messages.all()] == ["It\nhangs", "Still"]
