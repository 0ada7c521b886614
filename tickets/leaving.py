"""What a leaver leaves on the desk: their tickets go back to the queue."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from people.leaving import Handed
from people.models import User
from tickets.actions import record
from tickets.models import Ticket, TicketEvent


def holders() -> Iterable[int]:
    """The ids of everyone who has a ticket that is not solved."""
    held = Ticket.objects.undone().exclude(assignee=None).order_by()
    return held.values_list("assignee", flat=True).distinct()  # type: ignore[return-value]


def hand_over(leaver: User, by: User | None) -> list[Handed]:
    """Nobody gets them: the next one who asks for work does, the most urgent first."""
    held = Ticket.objects.undone().filter(assignee=leaver).order_by("pk")
    for ticket in held.select_related("team").select_for_update(of=("self",), no_key=True):
        ticket.assignee = None
        ticket.changed_at = timezone.now()
        ticket.save(update_fields=["assignee", "changed_at"])
        record(
            ticket,
            TicketEvent.Verb.ASSIGNED,
            by=by,
            **{
                "from": leaver.email,
                "to": "",
                "team": ticket.team.name if ticket.team else "",
                "left": True,
            },
        )
    return []
