"""`evaluate search DIR`, `evaluate gaps DIR`: how well the product does, on given data."""

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


def gaps(folder: Path, options: dict[str, Any]) -> dict[str, Any]:
    from loops.evolve.topics import evaluation as finding  # scikit-learn: not for every command

    case = finding.read(folder)
    seeds = [options["seed"]] if options["seed"] is not None else []
    seeds += range(1, (options["seeds"] or 0) + 1)
    if not seeds:
        return finding.evaluate(case)
    drawn = []
    with tqdm(total=len(seeds), unit="draw", disable=None) as bar:
        for seed in seeds:
            hidden = finding.hide(case.texts, case.topics, seed=seed)
            hidden.vectors = case.vectors
            drawn.append({"seed": seed, **finding.evaluate(hidden)})
            bar.update()
    return {**finding.mean(drawn), "draws": drawn}


# What can be evaluated, and the function that does it.
SUBJECTS = {"search": search, "gaps": gaps}


class Command(BaseCommand):
    help = (
        "Measure on data with a known truth, and print one JSON object. Works in a transaction "
        "that is rolled back. `search DIR` reads articles.jsonl and tickets.jsonl; `gaps DIR` "
        "reads tickets.jsonl, whose tickets name their true topic."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("subject", help=f"what to evaluate: {', '.join(SUBJECTS)}")
        parser.add_argument("folder", type=Path, metavar="DIR", help="where the data is")
        parser.add_argument(
            "--links", type=int, metavar="K", help="link at most K tickets to an article"
        )
        parser.add_argument(
            "--seed",
            type=int,
            help="gaps: instead of the links given, hide a quarter of the topics, link 60 % of "
            "the other tickets and a tenth of these wrongly, drawn with this seed",
        )
        parser.add_argument(
            "--seeds",
            type=int,
            metavar="N",
            help="gaps: the same with the seeds 1 to N, averaged",
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
        if (options["seeds"] or 0) < 0:
            raise CommandError("--seeds can not be negative.")
        try:
            figures = SUBJECTS[subject](folder, options)
        except Refused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps({"subject": subject, **figures}, indent=2))
