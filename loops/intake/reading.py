"""Rows out of files: CSV and JSON Lines in UTF-8, and CSV cells that a spreadsheet keeps quiet.

A row is a dictionary of its file's own names. What cannot be read of one line is that row's
problem; what cannot be read at all is the file's.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loops.intake.problems import BadRow, Problem, Unusable

FORMATS = ("csv", "jsonl", "banking77")
SUFFIXES = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
}
CELL_LIMIT = 6_000_000
# A cell that begins so is a formula to a spreadsheet. Ours carry an apostrophe in front.
FORMULA = re.compile(r"'*[=+\-@\t\r]")
QUIET = re.compile(r"'+[=+\-@\t\r]")


@dataclass(frozen=True)
class Row:
    """One record: which of its file it is (from 1), where it stands, and what it holds."""

    number: int
    place: str
    file: str
    values: dict[str, Any]


def quiet(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; `loud` gives the same text back."""
    return f"'{cell}" if FORMULA.match(cell) else cell


def loud(cell: str) -> str:
    return cell[1:] if QUIET.match(cell) else cell


def files(path: Path, kind: str) -> list[Path]:
    """The files behind PATH. A data set of banking77 is a folder with two."""
    if not path.exists():
        raise Unusable(f"There is no file {path}.")
    if kind == "banking77" and path.is_dir():
        found = [path / name for name in ("train.csv", "test.csv") if (path / name).is_file()]
        if not found:
            raise Unusable(f"{path} holds neither train.csv nor test.csv.")
        return found
    if path.is_dir():
        raise Unusable(f"{path} is a folder. Name a file.")
    return [path]


def format_of(path: Path, asked: str | None) -> str:
    if asked:
        return asked
    kind = SUFFIXES.get(path.suffix.lower())
    if kind is None:
        raise Unusable(
            f"What {path.name} is can not be told from its name. Add --format csv or "
            "--format jsonl."
        )
    return kind


def check(path: Path) -> int:
    """How many lines there are; raises Unusable when they are not text in UTF-8.

    The whole file is decoded before the first row lands: half a file in the wrong encoding
    would be worse than none.
    """
    lines = 0
    with path.open("rb") as file:
        head = file.read(4)
        if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise Unusable(
                f"{path.name} is in UTF-16. Save it as UTF-8 (in a spreadsheet: “CSV UTF-8”) and "
                "try again."
            )
        if head[:2] == b"PK":
            raise Unusable(f"{path.name} is a spreadsheet or an archive. Export it as CSV.")
        file.seek(0)
        for lines, line in enumerate(file, start=1):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                raise Unusable(
                    f"{path.name} is not in UTF-8: line {lines}, byte {error.start + 1}. Save "
                    "it as UTF-8 (in a spreadsheet: “CSV UTF-8”) and try again."
                ) from error
    if not lines:
        raise Unusable(f"{path.name} is empty.")
    return lines


def read(path: Path, kind: str) -> Iterator[Row | Problem]:
    """Every record of a file, in order; a Problem where a line holds none."""
    return _jsonl(path) if kind == "jsonl" else _csv(path)


def headings(path: Path) -> list[str]:
    """The names of a CSV file's columns."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return _names(path, _reader(file))


def _reader(file: Any) -> Any:
    first = file.readline()
    file.seek(0)
    # Spreadsheets of half of Europe separate by semicolons.
    bare = re.sub(r'"[^"]*"', "", first)
    separator = max(",;\t", key=bare.count)
    csv.field_size_limit(CELL_LIMIT)
    return csv.reader(file, delimiter=separator)


def _names(path: Path, reader: Any) -> list[str]:
    try:
        names = [name.strip() for name in next(reader)]
    except (StopIteration, csv.Error) as error:
        raise Unusable(f"{path.name} has no line of headings.") from error
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise Unusable(f"{path.name} has two columns called “{twice[0]}”. Rename one.")
    if not any(names):
        raise Unusable(
            f"{path.name} begins with an empty line. The first line names the columns."
        )
    return names


def _csv(path: Path) -> Iterator[Row | Problem]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = _reader(file)
        names = _names(path, reader)
        number, begins = 0, reader.line_num + 1
        while True:
            place = f"{path.name}, line {begins}"
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                number += 1
                begins = reader.line_num + 1
                yield Problem(place, f"this is no line of CSV ({error}).")
                continue
            begins = reader.line_num + 1
            if not any(cells):
                continue
            number += 1
            if len(cells) > len(names):
                yield Problem(
                    place,
                    f"it has {len(cells)} cells, but there are {len(names)} headings. Is a "
                    "quotation mark missing?",
                )
                continue
            values = {
                name: loud(cell)
                for name, cell in zip(names, cells, strict=False)
                if name and cell != ""
            }
            yield Row(number, place, path.name, values)


def _jsonl(path: Path) -> Iterator[Row | Problem]:
    number = 0
    with path.open(encoding="utf-8-sig", newline="\n") as file:
        for at, line in enumerate(file, start=1):
            if not line.strip():
                continue
            number += 1
            place = f"{path.name}, line {at}"
            try:
                values = parse(line)
            except BadRow as error:
                yield Problem(place, str(error))
                continue
            if not isinstance(values, dict):
                yield Problem(place, 'a row is an object, as {"subject": "…"}.')
                continue
            yield Row(number, place, path.name, values)


def parse(text: str) -> Any:
    """JSON as everybody reads it: no NaN, no numbers beyond all bounds, no endless depth."""
    try:
        return json.loads(text, parse_constant=_no_number, parse_float=_number)
    except RecursionError as error:
        raise BadRow("this JSON is nested too deep.") from error
    except ValueError as error:
        raise BadRow(f"this is not JSON ({error}).") from error


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _number(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"{text[:20]} is too large a number")
    return value
