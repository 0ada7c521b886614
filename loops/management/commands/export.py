"""`export tickets|articles PATH`: everything in our own formats, to read in again or to keep."""

import io
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from tqdm import tqdm

from loops.intake import writing

SUFFIXES = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}


class Command(BaseCommand):
    help = (
        "Write all tickets or articles as JSON Lines or CSV, with the names that `import` reads. "
        "Private teams' tickets are among them. Cells that a spreadsheet would take for a "
        "formula begin with an apostrophe, which `import` takes away again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=sorted(writing.KINDS), help="what to write")
        parser.add_argument("path", metavar="PATH", help="the file; - is the standard output")
        parser.add_argument("--format", choices=["csv", "jsonl"], help="else the name tells")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        kind, path = options["kind"], options["path"]
        form = options["format"] or SUFFIXES.get(Path(path).suffix.lower())
        if form is None and path != "-":
            raise CommandError("Add --format csv or --format jsonl.")
        write = writing.as_csv if form == "csv" else writing.jsonl
        total = writing.KINDS[kind][0]().count()
        written = 0
        with tqdm(total=total, unit="row", unit_scale=True, disable=None) as bar:
            if path == "-":
                out = io.TextIOWrapper(
                    sys.stdout.buffer, encoding="utf-8", newline="", write_through=True
                )
                for one in write(writing.rows(kind), out):
                    bar.update(one)
                out.detach()
                return
            try:
                with Path(path).open("w", encoding="utf-8", newline="") as file:
                    for one in write(writing.rows(kind), file):
                        written += one
                        bar.update(one)
            except OSError as error:
                raise CommandError(f"{path} can not be written: {error.strerror}.") from error
        self.stdout.write(f"Wrote {written} {kind} to {path}.")
