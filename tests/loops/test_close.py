"""Close and reopen."""

from datetime import timedelta

import pytest
from django.utils import timezone

from kcs.errors import NotAllowed, Refused
from loops.solve import actions
from tests import make
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def test_a_solved_ticket_closes_some_days_later_by_itself():
    ticket = make.solved_ticket()
    assert actions.close_due() == 0
    assert actions.close_due(timezone.now() + timedelta(days=5)) == 1
    ticket.refresh_from_db()
    assert ticket.state == "closed"
    assert ticket.closed_at is not None


def test_only_a_solved_ticket_closes():
    with pytest.raises(Refused):
        actions.close(make.ticket())


def test_a_closed_ticket_can_be_reopened_by_an_agent():
    ticket = actions.close(make.solved_ticket())
    actions.reopen(ticket, by=make.contributor())
    assert Ticket.objects.get(pk=ticket.pk).state == "open"


def test_an_open_ticket_is_not_reopened():
    with pytest.raises(Refused):
        actions.reopen(make.ticket(), by=make.contributor())


def test_a_stranger_does_not_reopen_somebody_elses_ticket():
    with pytest.raises(NotAllowed):
        actions.reopen(make.solved_ticket(), by=make.customer())


@pytest.mark.django_db(transaction=True)
def test_the_worker_closes_what_is_due(worker):
    ticket = make.solved_ticket()
    long_ago = timezone.now() - timedelta(days=30)
    Ticket.objects.filter(pk=ticket.pk).update(solved_at=long_ago)
    from loops.tasks import close_solved

    close_solved.delay()
    worker.until(lambda: Ticket.objects.get(pk=ticket.pk).state == "closed")
