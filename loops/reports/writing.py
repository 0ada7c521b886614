"""Reports as files: CSV, JSON and XLSX, and all of them in one archive.

Everything is written to a temporary file first: what goes wrong is an error and not half a
file, and a hundred thousand rows take no memory.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from time import monotonic
from typing import IO, Any

from django.utils.translation import gettext as _

from kcs.errors import NotAllowed
from loops.reports import bounded
from loops.reports.asked import BEGINNING, Asked
from loops.reports.base import HIDDEN, LINKS, MOST, Column, Report, Row, Summary
from loops.reports.tallies import fewer

MEMORY = 2_000_000  # bytes; larger files wait on the disk
HOUR = 3600
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
FORMATS = ("csv", "json", "xlsx")


@dataclass
class Answer:
    """A report's answer: its rows are read once, and `cut` is known when they have been."""

    asked: Asked
    columns: list[Column]
    summary: Summary
    source: Iterable[Row]
    cut: bool = False
    closed: str = ""

    def rows(self) -> Iterator[Row]:
        for place, row in enumerate(islice(iter(self.source), MOST + 1)):
            if place == MOST:
                self.cut = True
                return
            yield row


def answer(asked: Asked) -> Answer:
    """The answer, for somebody whom the report let in."""
    report = asked.report
    return Answer(asked, report.columns(asked), report.summary(asked), report.rows(asked))


def closed(asked: Asked, why: str) -> Answer:
    """What stands in the archive for a report that its reader may not read: no rows."""
    return Answer(asked, asked.report.columns(asked), Summary(), (), closed=why)


# Cells ------------------------------------------------------------------------------------------


def quoted(value: Any) -> str:
    """A cell that a spreadsheet takes for text, whatever it begins with."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else text


def _in_zone(value: Any, asked: Asked) -> Any:
    return value.astimezone(asked.zone) if isinstance(value, datetime) else value


def csv_cell(column: Column, row: Row, asked: Asked) -> str:
    value = row.get(column.name)
    if column.is_figure:
        if value is None:
            return fewer(asked.least) if row.get(HIDDEN) and not column.exported else ""
        return f"{value / HOUR:.2f}" if column.kind == "duration" else str(value)
    value = _in_zone(value, asked)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return quoted(value)


def plain(column: Column, row: Row, asked: Asked) -> Any:
    """As JSON takes it: shares from 0 to 1, durations in seconds, moments with their zone."""
    value = _in_zone(row.get(column.name), asked)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, (int, float, bool)) else str(value)


def xlsx_cell(column: Column, row: Row, asked: Asked) -> Any:
    value = column.label_of(row.get(column.name))
    if column.is_figure:
        if value is None:
            return fewer(asked.least) if row.get(HIDDEN) and not column.exported else None
        return round(value / HOUR, 2) if column.kind == "duration" else value
    value = _in_zone(value, asked)
    if isinstance(value, datetime):
        return value.replace(tzinfo=None, microsecond=0)
    if isinstance(value, date):
        return value
    # What XML has no character for would make the file unreadable.
    return "".join(c for c in quoted(value) if c >= " " or c in "\t\n")[:32_000]


# Formats ----------------------------------------------------------------------------------------


def as_csv(told: Answer, out: IO[bytes]) -> None:
    """The columns' names, then the rows; a spreadsheet knows by its first bytes that it is
    UTF-8. Durations are hours."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(column.name for column in told.columns)
    for row in told.rows():
        writer.writerow(csv_cell(column, row, told.asked) for column in told.columns)
    text.detach()


def head(told: Answer) -> dict[str, Any]:
    """What a program is told beside the rows."""
    asked, report = told.asked, told.asked.report
    interval = told.summary.interval
    return {
        "key": report.key,
        "row": report.row,
        "title": str(report.title),
        "from": None
        if asked.begins == BEGINNING
        else asked.begins.astimezone(asked.zone).isoformat(timespec="seconds"),
        "to": asked.ends.astimezone(asked.zone).isoformat(timespec="seconds"),
        "by": asked.by,
        "columns": [
            {"name": one.name, "label": str(one.label), "kind": one.kind}
            for one in told.columns
        ],
        "figures": [
            {
                "name": one.name,
                "label": str(one.label),
                "value": round(one.value, 4) if isinstance(one.value, float) else one.value,
                "kind": one.kind,
                "n": one.told_share.n if one.told_share else None,
                "interval": [round(end, 4) for end in one.told_share.interval]
                if one.told_share
                else None,
            }
            for one in told.summary.told
        ],
        "n": told.summary.n,
        "value": told.summary.value,
        "interval": list(interval) if interval else None,
        "hidden": told.summary.hidden,
        "note": str(told.closed or told.summary.note),
    }


def as_json(told: Answer, out: IO[bytes]) -> None:
    """`{columns, rows, n, interval}` and what was asked. A row's `_links` lead to the records
    behind its figures; a `hidden` row's figures are null."""
    opening = json.dumps(head(told), ensure_ascii=False)
    out.write(opening[:-1].encode() + b', "rows": [')
    for place, row in enumerate(told.rows()):
        cells = {column.name: plain(column, row, told.asked) for column in told.columns}
        if row.get(HIDDEN):
            cells[HIDDEN] = True
        if row.get(LINKS):
            cells[LINKS] = row[LINKS]
        out.write((b",\n" if place else b"\n") + json.dumps(cells, ensure_ascii=False).encode())
    out.write(b'\n], "cut": ' + json.dumps(told.cut).encode() + b"}\n")


def as_xlsx(told: Answer, out: IO[bytes]) -> None:
    """A sheet of rows and one that says what they are. Durations are hours."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Rows"))
    sheet.freeze_panes = "A2"

    def bold(value: Any) -> Any:
        cell = WriteOnlyCell(sheet, value=str(value))
        cell.font = Font(bold=True)
        return cell

    def shown(column: Column, row: Row) -> Any:
        value = xlsx_cell(column, row, told.asked)
        if column.kind != "share" or not isinstance(value, (int, float)):
            return value
        cell = WriteOnlyCell(sheet, value=value)
        cell.number_format = "0.0%"
        return cell

    sheet.append([bold(column.label) for column in told.columns])
    for row in told.rows():
        sheet.append([shown(column, row) for column in told.columns])
    about = book.create_sheet(_("About"))
    for name, value in head(told).items():
        if name not in ("columns", "figures"):
            said = " – ".join(map(str, value)) if isinstance(value, list) else value
            about.append([name, quoted(said) if isinstance(said, str) else said])
    for name, value in told.asked.given.items():
        about.append([name, quoted(value)])
    if told.cut:
        about.append([cut_short()])
    book.save(out)


WRITERS: dict[str, Callable[[Answer, IO[bytes]], None]] = {
    "csv": as_csv,
    "json": as_json,
    "xlsx": as_xlsx,
}


def cut_short() -> str:
    said = _("Only the first %(n)s rows are here: narrow the period or the filters.")
    return said % {"n": MOST}


def name_of(asked: Asked, form: str) -> str:
    """`link-rate-2026-01-01-2026-03-31.csv`."""
    last = asked.last_day.isoformat()
    if asked.begins == BEGINNING:
        return f"{asked.report.key}-{last}.{form}"
    return f"{asked.report.key}-{asked.first_day.isoformat()}-{last}.{form}"


def write(told: Answer, form: str) -> IO[bytes]:
    """The file, to be read from its beginning."""
    out: IO[bytes] = tempfile.SpooledTemporaryFile(MEMORY)  # noqa: SIM115 (the response closes it)
    WRITERS[form](told, out)
    out.seek(0)
    return out


def _entry(
    asked: Asked, form: str, seconds: float, refused: str
) -> tuple[Answer, IO[bytes], str]:
    """One file of the archive, and why there is nothing in it."""
    if not refused:
        try:
            asked.report.require(asked.user)
            with bounded.within(seconds):
                told = answer(asked)
                return told, write(told, form), ""
        except (NotAllowed, bounded.TooSlow) as refusal:
            refused = str(refusal)
    told = closed(asked, refused)
    return told, write(told, form), refused


def archive(
    reports: Iterable[Report], ask: Callable[[Report], Asked], forms: Iterable[str]
) -> IO[bytes]:
    """Every report in these formats. Those that the reader may not read have no rows, nor have
    those that take too long; `READ-ME.txt` says which they are and why."""
    made: IO[bytes] = tempfile.SpooledTemporaryFile(MEMORY)  # noqa: SIM115 (the response closes it)
    forms = list(forms)
    said: list[str] = []
    over = monotonic() + bounded.ARCHIVE
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as bundle:
        for report in reports:
            asked, refused = ask(report), ""
            until = min(over, monotonic() + bounded.PAGE)
            for form in forms:
                told, file, refused = _entry(asked, form, until - monotonic(), refused)
                with file, bundle.open(f"{report.key}.{form}", "w") as entry:
                    shutil.copyfileobj(file, entry)
            said.append(f"{report.key}: {told.closed or report.title}")
            if told.cut:
                said.append(f"    {cut_short()}")
        bundle.writestr("READ-ME.txt", "\n".join(said) + "\n")
    made.seek(0)
    return made
