"""What a hit shows: the passage that answers best with its words marked, and why it is here."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy

from articles.search import analyzer, weighing
from articles.search.analyzer import Token, base_language
from articles.text import outside

__all__ = ["MARK", "UNMARK", "Match", "outside", "snippet", "why"]

# Private-use characters, taken out of the text first: only ours can open a mark.
MARK, UNMARK = "\ue000", "\ue001"
LENGTH = 220
WORDS_TOLD = 6

# In the order of preference when two fields match alike; the title is shown anyway.
SHOWN = ("resolution", "issue", "environment", "cause", "parts")
TOLD = {
    "title": gettext_lazy("title: %(words)s"),
    "tags": gettext_lazy("tag: %(words)s"),
    "demand": gettext_lazy("customers who asked this: %(words)s"),
    "issue": gettext_lazy("issue: %(words)s"),
    "environment": gettext_lazy("environment: %(words)s"),
    "resolution": gettext_lazy("resolution: %(words)s"),
    "cause": gettext_lazy("cause: %(words)s"),
    "parts": gettext_lazy("further parts: %(words)s"),
}

# Markdown is for pages; in a line of text its signs are noise.
_FENCES = re.compile(r"^:::[^\n]*$", re.MULTILINE)
_LINKS = re.compile(r"!?\[([^\]]*)\]\([^)\s]*[^)]*\)")
_SIGNS = re.compile(
    r"^\s{0,3}(?:#{1,6}|>|[-*+]|\|)\s+|[*_`~]{1,3}(?=\S)|(?<=\S)[*_`~]{1,3}(?=\W|$)",
    re.MULTILINE,
)
_SPACE = re.compile(r"\s+")


@dataclass(slots=True, eq=False)
class Match:
    """One term of the query that an article has."""

    term: Token
    word: str
    fields: int
    worth: float
    function: bool


def why(matches: Sequence[Match]) -> list[str]:
    """In words: which words of the query stand in which part. The weightiest three parts."""
    told = [match for match in matches if not match.function] or list(matches)
    lines: list[tuple[float, int, str]] = []
    for place, (name, sentence) in enumerate(TOLD.items()):
        here = [match for match in told if match.fields & weighing.BITS[name]]
        if not here:
            continue
        best = set(sorted(here, key=lambda match: -match.worth)[:WORDS_TOLD])
        words = dict.fromkeys(match.word for match in here if match in best)
        worth = sum(match.worth for match in here) * weighing.WEIGHTS[name]
        lines.append((-worth, place, str(sentence) % {"words": ", ".join(words)}))
    return [line for _worth, _place, line in sorted(lines)[:3]]


def snippet(
    texts: Sequence[Any], language: str, matches: Sequence[Match], *, outside: bool
) -> str:
    """The best passage of the article with the query's words marked. `texts` are issue,
    environment, resolution, cause and the further parts, as the statement selects them."""
    issue, environment, resolution, cause, parts = texts
    fields = {
        "resolution": resolution,
        "issue": issue,
        "environment": environment,
        "cause": cause,
        "parts": parts,
    }
    best, text = -1.0, ""
    for name in SHOWN:
        if not fields[name]:
            continue
        worth = sum(match.worth for match in matches if match.fields & weighing.BITS[name])
        if worth > best:
            candidate = _plain(fields[name], name, outside=outside)
            if candidate:
                best, text = worth, candidate
    if not text:
        return ""
    worth_of = {match.term: match.worth for match in matches if not match.function}
    return _passage(text, base_language(language), worth_of)


def _plain(text: str, name: str, *, outside: bool) -> str:
    if name == "parts":
        try:
            text = "\n\n".join(str(value) for value in json.loads(text).values())
        except ValueError:
            return ""  # cut in the middle: a very long part
    if outside:
        text = _outside(text)
    text = text.replace(MARK, "").replace(UNMARK, "")
    text = _FENCES.sub(" ", text)
    if "[" in text:
        text = _LINKS.sub(r"\1", text)
    return _SPACE.sub(" ", _SIGNS.sub("", text)).strip()


_outside = outside


def _passage(text: str, language: str, worth_of: dict[Token, float]) -> str:
    places: list[tuple[int, int, Token]] = []
    for word in analyzer.words(text):
        for token in analyzer.tokens_of(word[0], language):
            if token in worth_of:
                places.append((word.start(), word.end(), token))
                break
    start, end = _window(text, places, worth_of)
    pieces: list[str] = ["… "] if start else []
    at = start
    for first, last, _term in places:
        if first < at or last > end:
            continue
        pieces += [text[at:first], MARK, text[first:last], UNMARK]
        at = last
    pieces.append(text[at:end])
    if end < len(text):
        pieces.append(" …")
    return "".join(pieces)


def _window(
    text: str, places: Sequence[tuple[int, int, Token]], worth_of: dict[Token, float]
) -> tuple[int, int]:
    """The stretch of LENGTH characters whose different matched words are worth most."""
    if len(text) <= LENGTH:
        return 0, len(text)
    best, chosen = -1.0, 0
    for at, (first, _last, _term) in enumerate(places):
        seen: set[Token] = set()
        for _first, last, term in places[at:]:
            if last - first > LENGTH - 40:
                break
            seen.add(term)
        worth = sum(worth_of[term] for term in seen)
        if worth > best:
            best, chosen = worth, first
    start = max(0, min(chosen - 40, len(text) - LENGTH))
    if start:
        space = text.find(" ", start, start + 40)
        start = space + 1 if space >= 0 and space < chosen else start
    end = min(len(text), start + LENGTH)
    if end < len(text):
        space = text.rfind(" ", start + LENGTH // 2, end)
        end = space if space > 0 else end
    return start, end
