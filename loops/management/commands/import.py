"""`import tickets|articles PATH`: bring in what another desk or a file of ours holds."""

import json
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from loops.intake import reading, run
from loops.intake.article_rows import Articles
from loops.intake.problems import Unusable
from loops.intake.ticket_rows import Tickets
from people.models import User

KINDS: dict[str, type[Tickets] | type[Articles]] = {"tickets": Tickets, "articles": Articles}
SHOWN = 200


class Command(BaseCommand):
    help = (
        "Bring in tickets or articles from CSV or JSON Lines. The names of the columns are those "
        "of the API; --map gives foreign ones ours. A row is known by its source and external "
        "id (without one: its file and row), so the same import can be run again at any time: "
        "what is there stays, what is missing lands. Bad rows are reported with their line and "
        "reason, the good ones land. Exit code 0 when every row landed or was there already, 1 "
        "when some rows were bad, 2 when the file could not be used at all. docs/import.md says "
        "more."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=sorted(KINDS), help="what the file holds")
        parser.add_argument("path", type=Path, metavar="PATH")
        parser.add_argument(
            "--format",
            choices=reading.FORMATS,
            help="csv, jsonl or banking77 (its folder); otherwise the file's name tells",
        )
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="THEIRS=OURS",
            help="read their column as this field of ours; may be given several times",
        )
        parser.add_argument(
            "--source", default="", metavar="NAME", help="the system the rows come from"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="do everything, report, and take it back"
        )
        parser.add_argument(
            "--create-domains", action="store_true", help="add branches that are not there"
        )
        parser.add_argument(
            "--forget-unknown-people",
            action="store_true",
            help="leave out assignees, authors and teams that are not here, instead of refusing",
        )
        parser.add_argument(
            "--by", default="", metavar="EMAIL", help="who imports; author where none is named"
        )
        parser.add_argument(
            "--errors", type=Path, metavar="FILE", help="write all bad rows there, JSON Lines"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report, seconds = self._import(options)
        except Unusable as error:
            raise CommandError(str(error), returncode=2) from error
        self._tell(report, seconds, options)
        if report.bad:
            raise SystemExit(1)

    def _import(self, options: dict[str, Any]) -> tuple[run.Report, float]:
        path = options["path"]
        file_kind = reading.format_of(path, options["format"])
        mapping = list(options["map"])
        if file_kind == "banking77" and not mapping:
            mapping = ["text=subject"]
        chosen = KINDS[options["kind"]]
        how = run.Options(
            source=options["source"] or ("banking77" if file_kind == "banking77" else "import"),
            mapping=run.check_mapping(mapping, chosen.fields),
            dry_run=options["dry_run"],
            create_domains=options["create_domains"],
            forget_people=options["forget_unknown_people"],
            by=self._person(options["by"]),
        )
        if len(how.source) > 60:
            raise Unusable("--source has at most 60 characters.")
        paths = reading.files(path, file_kind)
        total = sum(reading.check(one) for one in paths)
        started = time.monotonic()
        with tqdm(total=total, unit="row", unit_scale=True, disable=None) as bar:
            report = run.run(paths, file_kind, chosen(how), how, tick=bar.update)
        return report, time.monotonic() - started

    def _person(self, email: str) -> User | None:
        if not email:
            return None
        found = User.objects.agents().filter(email__iexact=email).first()
        if found is None:
            raise Unusable(f"--by: no agent here has the address {email}.")
        return found

    def _tell(self, report: run.Report, seconds: float, options: dict[str, Any]) -> None:
        kind = options["kind"]
        would = "would land" if options["dry_run"] else "landed"
        rate = f", {report.read / seconds:,.0f} rows a second" if report.read > 1000 else ""
        self.stdout.write(
            f"{report.read} rows read: {report.landed} {kind} {would}, {report.known} were here "
            f"already, {report.bad} bad ({seconds:.1f} s{rate})."
        )
        if report.unused:
            names = ", ".join(f"{name} ({n})" for name, n in sorted(report.unused.items()))
            self.stdout.write(f"Not used, because we have no such field: {names}.")
        if options["dry_run"]:
            self.stdout.write("This was a dry run: nothing was changed.")
        for problem in report.problems[:SHOWN]:
            self.stderr.write(str(problem))
        if report.bad > SHOWN:
            self.stderr.write(f"… and {report.bad - SHOWN} more; --errors FILE lists them all.")
        if options["errors"]:
            options["errors"].write_text(
                "".join(
                    json.dumps({"place": p.place, "reason": p.reason}, ensure_ascii=False)
                    + "\n"
                    for p in report.problems
                ),
                encoding="utf-8",
            )
