"""`evaluate search DIR`: how well the product answers, measured on given data."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from articles.search import evaluation
from kcs.errors import Refused


def search(folder: Path, options: dict[str, Any]) -> dict[str, Any]:
    case = evaluation.read(folder)
    with tqdm(total=len(case.tests), unit="ticket", disable=None) as bar:
        return evaluation.evaluate(case, links=options["links"], tick=bar.update)


# What can be evaluated, and the function that does it. The evolve loop adds its gaps here.
SUBJECTS = {"search": search}


class Command(BaseCommand):
    help = (
        "Measure on data with a known truth, and print one JSON object. Works in a transaction "
        "that is rolled back. `search DIR` reads articles.jsonl and tickets.jsonl."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("subject", help=f"what to evaluate: {', '.join(SUBJECTS)}")
        parser.add_argument("folder", type=Path, metavar="DIR", help="where the data is")
        parser.add_argument(
            "--links", type=int, metavar="K", help="link at most K tickets to an article"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        subject, folder = options["subject"], options["folder"]
        if subject not in SUBJECTS:
            raise CommandError(
                f"There is nothing called {subject!r} to evaluate. There is: "
                f"{', '.join(SUBJECTS)}."
            )
        if not folder.is_dir():
            raise CommandError(f"{folder} is not a folder.")
        if (options["links"] or 0) < 0:
            raise CommandError("--links can not be negative.")
        try:
            figures = SUBJECTS[subject](folder, options)
        except Refused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps({"subject": subject, **figures}, indent=2))
