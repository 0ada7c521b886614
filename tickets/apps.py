from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TicketsConfig(AppConfig):
    name = "tickets"
    verbose_name = _("Tickets")

    def ready(self) -> None:
        """Tickets of a leaver go back to the queue (people.leaving)."""
        from people.leaving import Desk, desks
        from tickets import leaving

        desks.append(Desk(leaving.holders, leaving.hand_over))
