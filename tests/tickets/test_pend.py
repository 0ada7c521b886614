"""Pending: a ticket waits for its requester or for a date, and wakes up by either."""

from datetime import timedelta

import pytest
from django.utils import timezone

from kcs.errors import BadValue, Refused
from tests import make
from tickets import actions, tasks

pytestmark = pytest.mark.django_db


def test_a_requesters_answer_wakes_a_pending_ticket():
    agent = make.contributor()
    ticket = actions.pend(make.ticket(), by=agent)
    assert (ticket.state, ticket.assignee) == ("pending", agent)
    actions.hear(ticket, body="Here is the log")
    assert (ticket.state, ticket.pending_until) == ("open", None)
    assert agent.notifications.get().kind == "replied"


def test_its_date_wakes_a_pending_ticket_and_tells_its_assignee(time_machine):
    agent = make.contributor()
    until = timezone.now() + timedelta(days=2)
    ticket = actions.pend(make.ticket(), by=agent, until=until)
    assert tasks.wake() == 0
    time_machine.move_to(until + timedelta(seconds=1))
    assert tasks.wake() == 1
    ticket.refresh_from_db()
    assert (ticket.state, ticket.pending_until) == ("open", None)
    assert [event.verb for event in ticket.events.all()] == ["received", "pended", "woken"]
    assert agent.notifications.get().kind == "woken"
    assert tasks.wake() == 0


def test_a_ticket_waits_only_for_a_time_that_is_still_to_come():
    with pytest.raises(BadValue):
        actions.pend(make.ticket(), by=make.contributor(), until=timezone.now())


def test_a_solved_ticket_waits_for_nothing():
    with pytest.raises(Refused):
        actions.pend(make.solved_ticket(), by=make.contributor())


def test_a_ticket_is_woken_by_hand_and_waking_twice_is_once():
    agent = make.contributor()
    ticket = actions.pend(make.ticket(), by=agent)
    actions.wake(ticket, by=agent)
    actions.wake(ticket, by=agent)
    assert [event.verb for event in ticket.events.all()] == ["received", "pended", "woken"]
    assert not agent.notifications.exists()
