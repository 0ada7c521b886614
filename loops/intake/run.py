"""One import: rows in batches, each a transaction of its own, with a report at the end.

A row is known by (source, external id), so an import that was interrupted is simply run again:
what is there stays as it is, and the rest lands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from loops.intake import reading
from loops.intake.problems import BadRow, Problem, Unusable
from loops.intake.reading import Row
from loops.intake.values import Values
from people.models import User

BATCH = 2_000
# Somebody else may add the same requester meanwhile; then the batch simply looks again.
TRIES = 3


@dataclass
class Options:
    """How an import is done."""

    source: str = "import"
    mapping: dict[str, str] = field(default_factory=dict)
    dry_run: bool = False
    create_domains: bool = False
    forget_people: bool = False
    by: User | None = None
    now: datetime = field(default_factory=timezone.now)


@dataclass
class Report:
    """What came of it."""

    read: int = 0
    landed: int = 0
    known: int = 0
    problems: list[Problem] = field(default_factory=list)
    unused: dict[str, int] = field(default_factory=dict)
    domains: list[str] = field(default_factory=list)

    @property
    def bad(self) -> int:
        return len(self.problems)


class Ready(Protocol):
    """A row that was understood: its identity, and where it stood."""

    external: tuple[str, str]
    place: str


class Kind(Protocol):
    """What is imported: how a row is understood, and how understood rows are written."""

    fields: Sequence[str]

    def understand(self, row: Row, values: Values) -> Any: ...

    def known(self, externals: list[tuple[str, str]]) -> set[tuple[str, str]]: ...

    def write(self, rows: list[Any]) -> None: ...

    def forget(self) -> None:
        """What was looked up may have been rolled back."""

    def finish(self) -> None: ...


def external_of(row: Row, values: Values, source: str) -> tuple[str, str]:
    """(system, id) of a row; without an id of its own, its file and its number there."""
    system = values.line("external.system", "external_system", limit=60) or source
    known = values.line("external.id", "external_id", limit=200)
    number = values.line("number", limit=40)
    return system, known or number or f"{row.file}:{row.number}"[-200:]


def check_mapping(pairs: Sequence[str], fields: Sequence[str]) -> dict[str, str]:
    """`theirs=ours`, checked: ours must be a field that there is."""
    found: dict[str, str] = {}
    for pair in pairs:
        theirs, sign, ours = pair.rpartition("=")
        if not sign or not theirs.strip() or not ours.strip():
            raise Unusable(f"--map {pair!r}: write it as THEIRS=OURS, as in text=subject.")
        ours = ours.strip()
        if ours.split(".")[0] not in {name.split(".")[0] for name in fields}:
            raise Unusable(
                f"--map {pair!r}: there is no field “{ours}”. There is: {', '.join(fields)}."
            )
        found[theirs.strip()] = ours
    return found


def renamed(values: dict[str, Any], mapping: dict[str, str]) -> dict[str, Any]:
    """The row by our names. `a.b` of theirs is what stands below a."""
    if not mapping:
        return values
    kept = {name: value for name, value in values.items() if name not in mapping}
    for theirs, ours in mapping.items():
        value: Any = values.get(theirs)
        if value is None and "." in theirs:
            value = values
            for step in theirs.split("."):
                value = value.get(step) if isinstance(value, dict) else None
        if value not in (None, ""):
            kept[ours] = value
    return kept


def check_headings(path: Path, kind: str, mapping: dict[str, str]) -> None:
    """A mapped column that is not there is a typing error, and better said at once."""
    if kind == "jsonl":
        return
    names = reading.headings(path)
    for theirs in mapping:
        if theirs not in names:
            raise Unusable(f"{path.name} has no column “{theirs}”. It has: {', '.join(names)}.")


def run(
    paths: Sequence[Path],
    file_kind: str,
    kind: Kind,
    options: Options,
    *,
    tick: Callable[[int], Any] = lambda rows: None,
) -> Report:
    """Read, understand and write everything; Unusable before anything landed."""
    for path in paths:
        reading.check(path)
        check_headings(path, file_kind, options.mapping)
    report = Report()
    seen: dict[tuple[str, str], str] = {}
    batch: list[Any] = []
    for found in _records(paths, file_kind):
        report.read += 1
        if isinstance(found, Problem):
            report.problems.append(found)
        else:
            _take(found, kind, options, report, seen, batch)
        if len(batch) >= BATCH:
            _land(batch, kind, options, report)
            batch = []
        if report.read % 500 == 0:
            tick(500)
    if batch:
        _land(batch, kind, options, report)
    tick(report.read % 500)
    if report.landed and not options.dry_run:
        kind.finish()
    return report


def _records(paths: Sequence[Path], file_kind: str) -> Iterator[Row | Problem]:
    for path in paths:
        yield from reading.read(path, file_kind)


def _take(
    row: Row,
    kind: Kind,
    options: Options,
    report: Report,
    seen: dict[tuple[str, str], str],
    batch: list[Any],
) -> None:
    values = Values(renamed(row.values, options.mapping))
    try:
        ready = kind.understand(row, values)
    except BadRow as error:
        report.problems.append(Problem(row.place, str(error)))
        return
    for name in values.rest:
        report.unused[name] = report.unused.get(name, 0) + 1
    before = seen.setdefault(ready.external, row.place)
    if before != row.place:
        report.problems.append(
            Problem(row.place, f"its external id {ready.external[1]!r} stands in {before} too.")
        )
        return
    batch.append(ready)


def _land(batch: list[Any], kind: Kind, options: Options, report: Report) -> None:
    """Write a batch. What the database refuses is narrowed down to the row it means."""
    for attempt in range(TRIES):
        known = kind.known([row.external for row in batch])
        fresh = [row for row in batch if row.external not in known]
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("set local kcs.importing = 'on'")
                if fresh:
                    kind.write(fresh)
                if options.dry_run:
                    transaction.set_rollback(True)
        except DatabaseError as error:
            kind.forget()
            if len(fresh) == 1:
                if attempt + 1 < TRIES:
                    continue
                reason = str(error).strip().splitlines()[0]
                report.problems.append(
                    Problem(fresh[0].place, f"the database refuses it: {reason}.")
                )
                report.known += len(batch) - 1
                return
            report.known += len(batch) - len(fresh)
            middle = len(fresh) // 2
            _land(fresh[:middle], kind, options, report)
            _land(fresh[middle:], kind, options, report)
            return
        except BaseException:
            kind.forget()
            raise
        if options.dry_run:
            kind.forget()
        report.landed += len(fresh)
        report.known += len(batch) - len(fresh)
        return
