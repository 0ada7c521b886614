"""`reindex`: build the search index anew from the articles."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from articles.search import index


class Command(BaseCommand):
    help = (
        "Write the search index of all articles again, in batches beside the running site. "
        "Needed after a change of the analyzer or of the weights."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--refresh",
            action="store_true",
            help="only count the words and lengths of the base again",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        if options["refresh"]:
            index.refresh_stats()
            self.stdout.write("Counted the words of the base.")
            return
        written = index.reindex()
        self.stdout.write(f"Indexed {written} articles in {time.monotonic() - started:.1f} s.")
