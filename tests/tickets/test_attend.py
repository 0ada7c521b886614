"""Two agents on one ticket see each other, as long as both are there."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import make
from tickets import actions

pytestmark = pytest.mark.django_db


def test_two_agents_on_one_ticket_see_each_other():
    ticket, noa, tomer = make.ticket(), make.contributor(), make.contributor()
    assert actions.attend(ticket, by=noa) == []
    assert actions.attend(ticket, by=tomer) == [noa]
    assert actions.attend(ticket, by=noa) == [tomer]


def test_whoever_left_is_gone_after_a_little_more_than_a_minute(time_machine):
    ticket, noa, tomer = make.ticket(), make.contributor(), make.contributor()
    actions.attend(ticket, by=noa)
    time_machine.move_to(timezone.now() + timedelta(seconds=80))
    assert actions.attend(ticket, by=tomer) == []


def test_minutes_worked_add_up_and_nobody_claims_hours_at_once():
    ticket, noa = make.ticket(), make.contributor()
    actions.attend(ticket, by=noa, seconds=40)
    actions.attend(ticket, by=noa, seconds=100_000)
    actions.attend(ticket, by=noa, seconds=-5)
    ticket.refresh_from_db()
    assert ticket.seconds_worked == 160


def test_being_there_is_no_change_of_the_ticket():
    ticket = make.ticket()
    before = ticket.changed_at
    actions.attend(ticket, by=make.contributor(), seconds=60)
    ticket.refresh_from_db()
    assert ticket.changed_at == before
