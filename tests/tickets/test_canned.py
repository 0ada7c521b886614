"""Canned replies: own and shared words, filled in for a ticket."""

import pytest

from kcs.errors import BadValue, NotAllowed
from tests import make
from tickets import actions, canned
from tickets.models import CannedReply

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(client):
    person = make.contributor(name="Noa Peretz")
    client.force_login(person)
    return person


def test_places_are_filled_in_and_anything_else_in_braces_stays(agent):
    ticket = make.ticket(subject="Drawer is stuck")
    text = canned.fill(
        "Hello {first_name} ({requester}), {ticket} “{subject}” {colour} {} {{agent}} {agent}",
        ticket,
        agent,
    )
    assert text == (
        f"Hello Maya (Maya Lindqvist), {ticket.number} “Drawer is stuck” {{colour}} {{}}"
        " {Noa Peretz} Noa Peretz"
    )


def test_what_a_ticket_says_is_never_filled_in_again(agent):
    ticket = make.ticket(subject="{agent} {requester.user.password} %s")
    assert canned.fill("{subject}", ticket, agent) == ticket.subject


def test_a_requester_without_a_name_is_addressed_all_the_same(agent):
    nameless = make.ticket(requester=actions.requester_for())
    assert canned.fill("Hello {first_name},", nameless, agent) == "Hello customer,"


def test_the_composer_gets_the_matching_replies_filled_in(client, agent):
    ticket = make.ticket()
    canned.write(None, by=agent, name="Log", body="Hello {first_name}, send us the log.")
    canned.write(None, by=agent, name="Refund", body="Five days.")
    page = client.get("/canned/", {"ticket": ticket.number, "q": "lo"}).content.decode()
    assert 'data-text="Hello Maya, send us the log."' in page
    assert "Five days" not in page
    answer = client.get(
        "/canned/", {"ticket": ticket.number}, headers={"Accept": "application/json"}
    ).json()
    assert [found["name"] for found in answer["results"]] == ["Log", "Refund"]


def test_replies_in_the_tickets_language_come_first(agent):
    canned.write(None, by=agent, name="A greeting", body="Hello")
    canned.write(None, by=agent, name="ברכה", body="שלום", language="he")
    assert [r.language for r in canned.matching(agent, language="he")] == ["he", "en"]


def test_words_with_marks_of_patterns_find_only_themselves(agent):
    canned.write(None, by=agent, name="100% sure", body="Yes")
    canned.write(None, by=agent, name="1000 reasons", body="No")
    assert [r.name for r in canned.matching(agent, text="100%")] == ["100% sure"]


def test_anothers_reply_is_found_only_when_shared(client, agent):
    other = make.contributor()
    hers = canned.write(None, by=other, name="Hers", body="Words")
    shared = canned.write(None, by=other, name="Shared", body="Words", shared=True)
    assert [r.name for r in canned.matching(agent)] == ["Shared"]
    assert client.get(f"/canned/{hers.pk}/").status_code == 404
    assert client.get(f"/canned/{shared.pk}/").status_code == 200
    taken = {"name": "Taken", "body": "Over", "language": "en"}
    assert client.post(f"/canned/{shared.pk}/", taken).status_code == 403
    assert client.post(f"/canned/{shared.pk}/remove/").status_code == 403
    with pytest.raises(NotAllowed):
        canned.remove(shared, by=agent)


def test_a_ticket_that_one_may_not_see_fills_nothing_in(client, agent):
    secret = make.ticket(team=make.team(private=True))
    assert client.get("/canned/", {"ticket": secret.number}).status_code == 404


def test_a_reply_is_written_changed_and_removed_by_its_owner(client, agent):
    fields = {"name": "Log", "body": "Send\r\nthe log", "language": "en", "shared": "on"}
    assert client.post("/canned/new/", fields).status_code == 302
    reply = CannedReply.objects.get()
    assert (reply.owner, reply.body, reply.shared) == (agent, "Send\nthe log", True)
    client.post(f"/canned/{reply.pk}/", {**fields, "name": "Logs", "shared": ""})
    reply.refresh_from_db()
    assert (reply.name, reply.shared) == ("Logs", False)
    client.post(f"/canned/{reply.pk}/remove/")
    assert not CannedReply.objects.exists()


def test_a_name_is_used_once_and_what_was_typed_stays(client, agent):
    canned.write(None, by=agent, name="Log", body="One")
    response = client.post("/canned/new/", {"name": "log", "body": "Two", "language": "en"})
    assert response.status_code == 422
    page = response.content.decode()
    assert "You have a canned reply of this name already." in page
    assert "Two" in page


@pytest.mark.parametrize("body", ["", "  ", "a\x00b", "x" * 10_001])
def test_words_that_cannot_be_kept_are_refused(agent, body):
    with pytest.raises(BadValue):
        canned.write(None, by=agent, name="Log", body=body)
