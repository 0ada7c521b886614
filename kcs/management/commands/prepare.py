"""Bring the database to this version. `make start` and the containers' init job run it."""

import gc
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    help = (
        "Migrate the database. While there is no administrator, print the one-time address"
        " that makes the first one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true", help="load the demo company, once")

    def handle(self, *args: Any, demo: bool, **options: Any) -> None:
        from people.actions import setup_link

        # Each step of a migration makes all models anew, and looking for garbage among them after
        # each few hundred objects takes a tenth of the time. This process ends with the command.
        gc.set_threshold(50_000, 20, 50)
        call_command("migrate", verbosity=0, interactive=False)
        if demo:
            call_command("demo", stdout=self.stdout)
        if path := setup_link():
            self.stdout.write(
                "There is no administrator yet. This address makes the first one, once:\n"
                f"{settings.SITE_URL}{path}"
            )
