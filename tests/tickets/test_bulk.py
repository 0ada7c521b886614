"""One verb on many tickets: each by itself, and each refusal in words."""

import pytest

from tests import make
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(client):
    person = make.contributor(team=make.team(name="Till"))
    client.force_login(person)
    return person


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def send(client, tickets, **fields):
    numbers = [ticket.number for ticket in tickets]
    return client.post("/queue/bulk/", {"numbers": numbers, **fields}, follow=True)


def test_picked_tickets_are_handed_to_a_colleague(client, agent):
    tickets = [make.ticket() for _ in range(3)]
    tomer = make.contributor(name="Tomer")
    response = send(client, tickets, verb="assign", assignee=tomer.pk)
    assert said(response) == ["3 tickets changed."]
    assert set(Ticket.objects.values_list("assignee__name", "state")) == {("Tomer", "open")}
    assert tomer.notifications.filter(kind="assigned").count() == 3


def test_picked_tickets_go_back_to_nobody(client, agent):
    ticket = make.ticket()
    send(client, [ticket], verb="assign", assignee="me")
    send(client, [ticket], verb="assign", assignee="")
    ticket.refresh_from_db()
    assert ticket.assignee is None


def test_team_and_priority_are_set_together(client, agent):
    tickets = [make.ticket() for _ in range(2)]
    send(client, tickets, verb="team", team=agent.team_id)
    send(client, tickets, verb="priority", priority="4")
    assert set(Ticket.objects.values_list("team__name", "priority")) == {("Till", 4)}


def test_what_is_refused_is_named_and_the_others_are_changed(client, agent):
    from loops.solve import actions as solve

    closed = solve.close(make.solved_ticket(by=agent))
    fresh = make.ticket()
    response = send(client, [closed, fresh], verb="priority", priority="3")
    changed, refused = said(response)
    assert changed == "1 ticket changed."
    assert refused.startswith(f"{closed.number}: This ticket is closed")
    fresh.refresh_from_db()
    assert fresh.priority == 3


def test_nobody_changes_what_they_may_not_see(client, agent):
    secret = make.ticket(team=make.team(private=True))
    response = send(client, [secret], verb="priority", priority="4")
    assert said(response) == ["Pick tickets first: the boxes stand before their subjects."]
    secret.refresh_from_db()
    assert secret.priority == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"verb": "assign", "assignee": "nobody@nowhere.example"},
        {"verb": "assign", "assignee": "999999999"},
        {"verb": "team", "team": "999999999"},
        {"verb": "priority", "priority": "99"},
        {"verb": "explode"},
    ],
)
def test_values_that_do_not_exist_are_refused_in_words(client, agent, fields):
    ticket = make.ticket()
    response = client.post("/queue/bulk/", {"numbers": [ticket.number], **fields})
    assert response.status_code == 422
    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.team, ticket.priority) == (None, None, 2)


def test_a_private_team_one_is_not_in_cannot_be_named(client, agent):
    secret = make.team(private=True)
    response = client.post(
        "/queue/bulk/", {"numbers": [make.ticket().number], "verb": "team", "team": secret.pk}
    )
    assert response.status_code == 422


def test_a_customer_is_not_given_tickets(client, agent):
    ticket = make.ticket()
    response = client.post(
        "/queue/bulk/",
        {"numbers": [ticket.number], "verb": "assign", "assignee": make.customer().pk},
    )
    assert response.status_code == 422


def test_one_returns_to_the_list_one_came_from_and_nowhere_else(client, agent):
    ticket = make.ticket()
    fields = {"numbers": [ticket.number], "verb": "priority", "priority": "1"}
    back = client.post("/queue/bulk/", {**fields, "next": "/?channel=web"})
    assert back.headers["Location"] == "/?channel=web"
    for away in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        back = client.post("/queue/bulk/", {**fields, "next": away})
        assert back.headers["Location"] == "/"


def test_bulk_solve_passes_the_same_gate(client, agent):
    ready = make.searched(make.ticket(), by=agent)
    bare = make.ticket()
    response = client.post(
        "/tickets/bulk-solve/",
        {
            "numbers": [ready.number, bare.number],
            "outcome": "no_knowledge",
            "reason": "account_action",
            "next": "/?channel=web",
        },
    )
    assert response.headers["Location"] == "/?channel=web"
    ready.refresh_from_db()
    bare.refresh_from_db()
    assert (ready.state, bare.state) == ("solved", "new")


def test_a_bulk_solve_that_the_gate_refuses_whole_says_why_for_each(client, agent):
    ticket = make.ticket(subject="Bare")
    response = client.post("/tickets/bulk-solve/", {"numbers": [ticket.number]})
    assert response.status_code == 409
    assert "Bare" in response.content.decode()
