"""What stands in a row, as the types that our tables keep. A value that is none says so."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime

from loops.intake.problems import BadRow
from loops.intake.reading import parse

LONG = 40
_SURROGATES = re.compile("[\ud800-\udfff]")
EMAIL = re.compile(r"[^@\s<>,;\"()]+@[^@\s<>,;\"()]+")


_STEPS: dict[str, tuple[str, ...]] = {}


def _steps(name: str) -> tuple[str, ...]:
    """A field's name and that of the object around it, kept: every row asks for them."""
    return _STEPS.setdefault(name, (name, name.partition(".")[0]))


class Values:
    """One row by our names. Each question takes its value out; `rest` is what nobody asked for."""

    def __init__(self, found: dict[str, Any]) -> None:
        self.found = found
        self.asked: set[str] = set()

    def raw(self, *names: str) -> Any:
        """The first of these that says something. `a.b` also means {"a": {"b": …}}."""
        value = None
        for name in names:
            self.asked.update(_STEPS.get(name) or _steps(name))
            here = self.found.get(name)
            if here in (None, "") and "." in name:
                outer, _, inner = name.partition(".")
                nested = self.found.get(outer)
                if isinstance(nested, str) and nested.lstrip().startswith("{"):
                    nested = self._json(outer, nested)
                here = nested.get(inner) if isinstance(nested, dict) else None
            if value in (None, "") and here not in (None, ""):
                value = here
        return value

    def text(self, *names: str, limit: int = 1_000_000) -> str:
        value = self.raw(*names)
        if value is None:
            return ""
        if isinstance(value, (dict, list)):
            raise BadRow(f"“{names[0]}” is a text, not a list or an object.")
        text = str(value).replace("\r\n", "\n").replace("\r", "\n")
        if "\x00" in text or _SURROGATES.search(text):
            raise BadRow(
                f"“{names[0]}” holds characters that are not text (NUL or half of one)."
            )
        if len(text) > limit:
            raise BadRow(f"“{names[0]}” has {len(text):,} characters; {limit:,} fit.")
        return text

    def line(self, *names: str, limit: int = 300) -> str:
        """A text of one line, its blanks put in order."""
        text = self.text(*names)
        if not text:
            return ""
        text = " ".join(text.split())
        if len(text) > limit:
            raise BadRow(f"“{names[0]}” has {len(text):,} characters; {limit:,} fit.")
        return text

    def choice(self, name: str, allowed: Any, default: str) -> str:
        value = self.line(name).lower().replace(" ", "_")
        if not value:
            return default
        if value not in allowed:
            raise BadRow(
                f"“{name}” is {_short(value)}; there is {', '.join(str(v) for v in allowed)}."
            )
        return value

    def number(self, name: str, *, least: int, most: int) -> int | None:
        value = self.raw(name)
        if value is None:
            return None
        try:
            if isinstance(value, bool) or float(value) != int(float(value)):
                raise ValueError
            found = int(float(value))
        except (TypeError, ValueError, OverflowError):
            raise BadRow(f"“{name}” is {_short(value)}, which is no whole number.") from None
        if not least <= found <= most:
            raise BadRow(f"“{name}” is {found}; it goes from {least} to {most}.")
        return found

    def flag(self, name: str) -> bool:
        value = self.raw(name)
        if value is None or isinstance(value, bool):
            return bool(value)
        said = str(value).strip().lower()
        if said not in ("1", "0", "true", "false", "yes", "no"):
            raise BadRow(f"“{name}” is {_short(value)}; write yes or no.")
        return said in ("1", "true", "yes")

    def moment(self, name: str, now: datetime) -> datetime | None:
        """ISO 8601, or seconds since 1970. Without a zone it is UTC. Never in the future."""
        value = self.raw(name)
        if value is None:
            return None
        found = moment_of(value)
        if found is None:
            raise BadRow(f"“{name}” is {_short(value)}; write it as 2025-03-14T09:30:00Z.")
        if found > now + timedelta(days=1):
            raise BadRow(f"“{name}” is {_short(value)}, which is in the future.")
        if found.year < 1970:
            raise BadRow(f"“{name}” is {_short(value)}, which is before 1970.")
        return found

    def email(self, *names: str) -> str:
        value = self.line(*names, limit=400).lower()
        if value and (not EMAIL.fullmatch(value) or len(value) > 254):
            raise BadRow(f"“{names[0]}” is {_short(value)}, which is no e-mail address.")
        return value

    def mapping(self, name: str) -> dict[str, Any]:
        """An object; or the columns `name.key`, each with its value."""
        value = self.raw(name)
        self.asked.add(name)
        kept: dict[str, Any] = {}
        if isinstance(value, str):
            value = self._json(name, value)
        if value is not None:
            if not isinstance(value, dict):
                raise BadRow(f'“{name}” is an object, as {{"device": "TP80"}}.')
            kept = dict(value)
        for key, cell in self.found.items():
            if key.startswith(f"{name}.") and cell not in (None, ""):
                kept[key.partition(".")[2]] = cell
                self.asked.add(key)
        return kept

    def items(self, name: str) -> list[Any]:
        """A list; in CSV as JSON, or with commas between."""
        value = self.raw(name)
        if value is None:
            return []
        if isinstance(value, str):
            if value.lstrip().startswith("["):
                value = self._json(name, value)
            else:
                value = [part.strip() for part in value.split(",") if part.strip()]
        if not isinstance(value, list):
            raise BadRow(f"“{name}” is a list.")
        return value

    def _json(self, name: str, text: str) -> Any:
        try:
            return parse(text)
        except BadRow as error:
            raise BadRow(f"“{name}”: {error}") from error

    @property
    def rest(self) -> set[str]:
        return {name for name in self.found if name not in self.asked}


def moment_of(value: Any) -> datetime | None:
    try:
        if isinstance(value, bool):
            return None
        if isinstance(value, (int, float)) or re.fullmatch(r"\d{9,13}(\.\d+)?", str(value)):
            seconds = float(value)
            return datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)
        text = str(value).strip()
        found: datetime | date | None = parse_datetime(text) or parse_date(text)
    except (ValueError, OverflowError, OSError):
        return None
    if found is None:
        return None
    if not isinstance(found, datetime):
        found = datetime(found.year, found.month, found.day, tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _short(value: Any) -> str:
    text = str(value)
    return f"“{text[:LONG]}…”" if len(text) > LONG else f"“{text}”"
