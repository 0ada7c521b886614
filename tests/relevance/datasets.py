"""Real questions with a known answer, as cases of `evaluate search`.

The files are found through the setting KCS_DATA. banking77: an article is one label in words,
its links are drawn from train.csv, the tickets are test.csv. heq and xquad: an article is one
paragraph, the tickets are its answerable questions.
"""

import csv
import json
import random
from collections import defaultdict
from pathlib import Path

from django.conf import settings

from articles.search.evaluation import Case

SEED = 7


def folder(name: str) -> Path:
    return Path(settings.KCS_DATA) / name


def missing(name: str) -> str:
    """A sentence for the reader of a skipped test; empty when the data is there."""
    if folder(name).is_dir():
        return ""
    return f"The data set {name} is not in {folder(name).parent}; set KCS_DATA to its folder."


def banking77(links: int = 0, seed: int = SEED) -> Case:
    with (folder("banking77") / "test.csv").open(encoding="utf-8", newline="") as file:
        asked = [(row["text"], row["category"]) for row in csv.DictReader(file)]
    with (folder("banking77") / "train.csv").open(encoding="utf-8", newline="") as file:
        solved = defaultdict(list)
        for row in csv.DictReader(file):
            solved[row["category"]].append(row["text"])
    return labelled(asked, solved, links, seed)


def clinc150(links: int = 0, seed: int = SEED) -> Case:
    """Of the same kind as banking77. Nothing was chosen by it: it shows what was overfitted."""
    found = json.loads((folder("clinc150") / "data_full.json").read_text(encoding="utf-8"))
    solved = defaultdict(list)
    for text, label in found["train"]:
        solved[label].append(text)
    return labelled([tuple(row) for row in found["test"]], solved, links, seed)


def questions(name: str) -> tuple[list[str], list[str]]:
    """The test part of banking77 or clinc150: what is asked, and about what. 30 to 40 of each."""
    if name == "banking77":
        with (folder(name) / "test.csv").open(encoding="utf-8", newline="") as file:
            rows = [(row["text"], row["category"]) for row in csv.DictReader(file)]
    else:
        path = folder(name) / "data_full.json"
        rows = json.loads(path.read_text(encoding="utf-8"))["test"]
    return [text for text, _label in rows], [label for _text, label in rows]


def labelled(asked, solved, links: int, seed: int) -> Case:
    drawn = random.Random(seed)
    labels = sorted(solved)
    return Case(
        articles=[
            {"id": label, "title": label.replace("_", " "), "language": "en"}
            for label in labels
        ],
        links=[
            {"description": text, "article": label}
            for label in labels
            for text in drawn.sample(solved[label], min(links, len(solved[label])))
        ],
        tests=[
            {"description": text, "article": label, "language": "en"} for text, label in asked
        ],
    )


def heq() -> Case:
    case = Case(articles=[])
    known = {}
    for part in ("val", "test"):
        path = folder("heq") / f"{part}.json"
        for source in json.loads(path.read_text(encoding="utf-8"))["data"]:
            for paragraph in source["paragraphs"]:
                text = paragraph["context"]
                key = known.setdefault(text, len(known))
                if key == len(case.articles):
                    case.articles.append(
                        {
                            "id": key,
                            "title": source["title"],
                            "resolution": text,
                            "language": "he",
                        }
                    )
                case.tests += [
                    {"description": asked["question"], "article": key, "language": "he"}
                    for asked in paragraph["qas"]
                    if asked["is_impossible"] == "FALSE"
                ]
    return case


def xquad(language: str = "ru") -> Case:
    case = Case(articles=[])
    path = folder("xquad") / f"xquad.{language}.json"
    for source in json.loads(path.read_text(encoding="utf-8"))["data"]:
        for paragraph in source["paragraphs"]:
            key = len(case.articles)
            # The titles of this set are English and name the whole article: not used.
            case.articles.append(
                {"id": key, "resolution": paragraph["context"], "language": language}
            )
            case.tests += [
                {"description": asked["question"], "article": key, "language": language}
                for asked in paragraph["qas"]
            ]
    return case
