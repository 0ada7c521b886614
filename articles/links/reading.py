"""Which addresses an article's text links to, and the very line that each one stands in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings

from articles import text
from articles.models import TEXT

PASSAGE = 1000
# Reading Markdown takes a while; most texts hold no link. PostgreSQL reads this one, too.
LINKS = r"://|www\.|KB-[0-9]|/files/"
MAYBE = re.compile(LINKS, re.IGNORECASE)
NUMBER = re.compile(r"(?:/articles/)?(KB-\d{1,17})(?:[/?#].*)?", re.IGNORECASE)
FILE = re.compile(r"/files/([^/?#]+)")


@dataclass(frozen=True)
class Mention:
    """One address in one text, as it is asked for, and the line it stands in."""

    address: str
    passage: str

    @property
    def web(self) -> str:
        """The address when another server answers for it, else nothing."""
        return self.address if self.address.lower().startswith(("http://", "https://")) else ""

    @property
    def number(self) -> str:
        """The article it leads to, else nothing."""
        found = NUMBER.fullmatch(self.address)
        return found[1].upper() if found else ""

    @property
    def file(self) -> str:
        """The key of the attachment it shows, else nothing."""
        found = FILE.match(self.address)
        return unquote(found[1]) if found else ""


def texts(words: Any) -> Iterator[str]:
    """The parts of an article or of a translation that may hold links."""
    for name in TEXT:
        if name != "title":
            yield getattr(words, name)
    yield from (str(value) for value in words.parts.values())


def mentions(said: Iterable[str]) -> list[Mention]:
    """Every address once, in the first line it stands in."""
    found: dict[str, Mention] = {}
    for part in said:
        if MAYBE.search(part):
            for address, passage in _in(part):
                found.setdefault(address, Mention(address, passage))
    return list(found.values())


def _in(part: str) -> Iterator[tuple[str, str]]:
    lines = part.split("\n")
    for token in text.tokens(part):
        if token.type != "inline" or not token.map:
            continue
        first, last = token.map
        for raw, label in _links(token.children or []):
            yield _ours(raw), _line(lines[first:last], raw, label)


def _links(children: list[Any]) -> Iterator[tuple[str, str]]:
    """(address, what stands in its place) of the links and images of a paragraph."""
    for at, token in enumerate(children):
        if token.type == "link_open":
            after = children[at + 1] if at + 1 < len(children) else None
            yield str(token.attrs.get("href", "")), after.content if after else ""
        elif token.type == "image":
            yield str(token.attrs.get("src", "")), token.content


def _ours(raw: str) -> str:
    """An address of this site as a path, so that it is looked up and not asked for."""
    site = settings.SITE_URL
    if raw == site or raw.startswith((f"{site}/", f"{site}?", f"{site}#")):
        return raw[len(site) :] or "/"
    parts = urlsplit(raw) if raw.lower().startswith(("http:", "https:")) else None
    # The fragment is the browser's; two links into one page ask about one page.
    return parts._replace(fragment="").geturl() if parts else raw


def _line(lines: list[str], raw: str, label: str) -> str:
    """The line as it is written. An address may be written without https, or with letters that
    are percent-encoded in the link; a reference names it elsewhere."""
    wanted = [raw, unquote(raw), re.sub(r"^https?://", "", raw), label]
    for asked in wanted:
        for line in lines:
            if asked and asked in line:
                return _cut(line.strip(), asked)
    return _cut("\n".join(lines).strip(), "")


def _cut(line: str, around: str) -> str:
    """A line that is longer than a passage may be: the piece around the address."""
    if len(line) <= PASSAGE:
        return line
    at = max(line.find(around), 0)
    start = max(0, min(at - PASSAGE // 3, len(line) - PASSAGE))
    return line[start : start + PASSAGE]
