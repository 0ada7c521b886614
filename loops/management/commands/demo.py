"""`demo`: load the believable company Tilia, once."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from kcs.errors import Refused
from loops.demo import load


class Command(BaseCommand):
    help = (
        "Load the demo company: people, articles and a year of tickets, relative to today. "
        "A second call changes nothing. Exit code 1 when the database holds other tickets or "
        "articles. KCS_DEMO_PASSWORD sets the password of everybody."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if load.is_loaded():
            self.stdout.write("The demo company is there already; nothing was changed.")
        else:
            started = time.monotonic()
            try:
                load.load()
            except Refused as error:
                raise CommandError(str(error)) from error
            found = load.tally()
            self.stdout.write(
                f"Loaded {found['people']} people, {found['articles']} articles, "
                f"{found['tickets']} tickets and {found['links']} links in "
                f"{time.monotonic() - started:.1f} s."
            )
        self.stdout.write("")
        for email, name, role in load.roles():
            self.stdout.write(f"  {email:28} {role:32} {name}")
        self.stdout.write(f"\n  Everybody's password: {settings.KCS_DEMO_PASSWORD}")
