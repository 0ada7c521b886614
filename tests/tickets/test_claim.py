"""Claim next: the most urgent, oldest ticket that nobody works on, and never the same twice."""

import threading

import pytest
from django.db import connection

from tests import make
from tickets import actions
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def test_the_next_ticket_is_the_most_urgent_and_then_the_oldest(client):
    agent = make.contributor()
    client.force_login(agent)
    first = make.ticket()
    make.ticket()
    urgent = make.ticket(priority=4)
    assert client.post("/queue/claim/").headers["Location"] == urgent.get_absolute_url()
    assert client.post("/queue/claim/").headers["Location"] == first.get_absolute_url()
    urgent.refresh_from_db()
    assert (urgent.assignee, urgent.state) == (agent, "open")


def test_ones_own_team_comes_first():
    team = make.team()
    agent = make.contributor(team=team)
    make.ticket(priority=4)
    ours = make.ticket(team=team)
    assert actions.claim_next(by=agent) == ours


def test_a_private_teams_ticket_is_taken_by_nobody_else():
    make.ticket(team=make.team(private=True), priority=4)
    assert actions.claim_next(by=make.contributor()) is None


def test_one_may_take_from_a_branch_alone(client):
    agent = make.contributor()
    client.force_login(agent)
    pay = make.domain("pay")
    make.ticket(domain=make.domain("payroll"), priority=4)
    wanted = make.ticket(domain=make.domain("refunds", parent=pay))
    response = client.post("/queue/claim/", {"domain": "pay"})
    assert response.headers["Location"] == wanted.get_absolute_url()


def test_when_nothing_waits_one_is_told_so(client):
    client.force_login(make.contributor())
    page = client.post("/queue/claim/", follow=True)
    assert [str(m) for m in page.context["messages"]] == [
        "Nothing waits: every ticket is in somebody's hands."
    ]


def test_asked_by_a_link_it_only_offers(client):
    client.force_login(make.contributor())
    ticket = make.ticket()
    assert client.get("/queue/claim/").status_code == 200
    ticket.refresh_from_db()
    assert ticket.assignee is None


@pytest.mark.django_db(transaction=True)
def test_ten_people_who_press_together_get_ten_different_tickets():
    people = [make.contributor() for _ in range(10)]
    for _ in range(10):
        make.ticket()
    together, got = threading.Barrier(10), []

    def press(person):
        try:
            together.wait(timeout=30)
            got.append(actions.claim_next(by=person).number)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == len(set(got)) == 10
    assert not Ticket.objects.filter(assignee=None).exists()
