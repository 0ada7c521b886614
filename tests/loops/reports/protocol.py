"""How a report is checked: its figures through the API, the same rows in its file and on its
page, and nobody else's eyes."""

import csv
import io
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote_plus

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from loops.reports.base import LINKS
from people.models import SiteSettings, User
from tests import make


def signed_in(user: User) -> Client:
    """The person's browser, the same one for all of a test."""
    client: Client | None = getattr(user, "browser_of_tests", None)
    if client is None:
        client = user.browser_of_tests = Client()  # type: ignore[attr-defined]
        client.force_login(user)
    return client


def signed_out(things: Iterable[object]) -> None:
    """Nobody of these has a browser: those who stand for a whole file, before its next test."""
    for one in things:
        if isinstance(one, User):
            one.__dict__.pop("browser_of_tests", None)


def show_all() -> None:
    """Small figures, too: fixtures are small."""
    site = SiteSettings.load()
    site.figures_minimum = 0
    site.save(update_fields=["figures_minimum"])


def ago(**span: float) -> datetime:
    return timezone.now() - timedelta(**span)


def day(moment: datetime) -> str:
    return moment.astimezone(timezone.get_default_timezone()).date().isoformat()


def asked(reader: User, key: str, **query: Any) -> dict[str, Any]:
    """The answer of the API."""
    query = {name.rstrip("_"): str(value) for name, value in query.items()}
    answer = signed_in(reader).get(f"/api/v1/reports/{key}/", query)
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = json.loads(b"".join(answer.streaming_content))
    return found


def told(reader: User, key: str, **query: Any) -> dict[str, Any]:
    """The same, after its file and its page were found to hold the same rows."""
    read = asked(reader, key, **query)
    query = {name.rstrip("_"): str(value) for name, value in query.items()}
    client = signed_in(reader)
    address = reverse("insights:report_export", args=[key])
    export = client.get(address, {**query, "format": "csv"})
    text = b"".join(export.streaming_content).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text)))
    names = [column["name"] for column in read["columns"]]
    kinds = [column["kind"] for column in read["columns"]]
    assert len(lines) == len(read["rows"]) + 1, text
    for line, row in zip(lines[1:], read["rows"], strict=True):
        for cell, name, kind in zip(line, names, kinds, strict=True):
            if kind in ("text", "link"):
                assert cell.lstrip("'") == (row[name] or "").lstrip("'")
            if kind == "number" and row[name] is not None:
                assert float(cell) == row[name]
    shown = client.get(reverse("insights:report", args=[key]), query)
    assert shown.status_code == 200
    assert ("Nothing in this period" in shown.content.decode()) == (not read["rows"])
    return read


def rows(reader: User, key: str, *names: str, **query: Any) -> list[Any]:
    """These cells of every row; of one name the cells alone."""
    found = asked(reader, key, **query)["rows"]
    if len(names) == 1:
        return [row[names[0]] for row in found]
    return [tuple(row[name] for name in names) for row in found]


def opened(reader: User, row: dict[str, Any], name: str, key: str) -> int:
    """How many records stand behind a figure."""
    address = row[LINKS][name]
    query = dict(part.split("=", 1) for part in address.partition("?")[2].split("&"))
    assert address.startswith(reverse("insights:report", args=[key]))
    return len(asked(reader, key, **{n: unquote_plus(v) for n, v in query.items()})["rows"])


def is_closed(key: str, *people: User) -> bool:
    """Whether the report is refused to these on its page, by the API and as a file."""
    answers = []
    for person in people or (make.contributor(), make.customer()):
        client = signed_in(person)
        answers += [
            client.get(reverse("insights:report", args=[key])).status_code,
            client.get(f"/api/v1/reports/{key}/").status_code,
            client.get(reverse("insights:report_export", args=[key])).status_code,
        ]
    return set(answers) == {403}
