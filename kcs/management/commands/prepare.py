"""Bring the database to this version. `make start` and the containers' init job run it."""

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

        call_command("migrate", verbosity=0, interactive=False)
        if demo:
            call_command("demo", stdout=self.stdout)
        if path := setup_link():
            self.stdout.write(
                "There is no administrator yet. This address makes the first one, once:\n"
                f"{settings.SITE_URL}{path}"
            )
