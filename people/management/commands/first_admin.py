"""Print the address that makes the first administrator."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from people import actions


class Command(BaseCommand):
    help = (
        "Prints the one-time address at which the first administrator is made. Each call makes"
        " a new one and ends the one before. Prints nothing once there is an administrator."
    )

    def handle(self, **options: Any) -> None:
        path = actions.setup_link()
        if path is not None:
            self.stdout.write("Nobody administers this help desk yet. Open this to become it:")
            self.stdout.write(f"{settings.SITE_URL}{path}")
