"""Questions about tickets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from people.models import User
    from tickets.models import Ticket

UNDONE = ("new", "open", "pending")


class TicketQuerySet(models.QuerySet["Ticket"]):
    model: type[Ticket]

    def visible_to(self, user: User | AnonymousUser) -> TicketQuerySet:
        """The only way a door may reach a ticket.

        Staff see all but private teams' tickets; customers see their own, and their
        organisation's where it shares them.
        """
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        if user.is_agent:
            return self.filter(
                Q(team=None)
                | Q(team__private=False)
                | Q(team=user.team_id)
                | Q(team__manager=user)
            )
        own = Q(requester__user=user)
        if user.organisation is not None and user.organisation.shares_tickets:
            own |= Q(organisation=user.organisation)
        return self.filter(own)

    def undone(self) -> TicketQuerySet:
        """Neither solved nor closed."""
        return self.filter(state__in=UNDONE)

    def waiting(self) -> TicketQuerySet:
        """Nobody works on them: what "claim next" takes from, most urgent and oldest first."""
        return self.filter(assignee=None, state__in=("new", "open")).order_by(
            "-priority", "created_at", "pk"
        )
