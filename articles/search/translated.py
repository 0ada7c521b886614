"""Translations in the index: their words stand beside the master's, each in its own language.

An article is one document. A term that two of its languages share, as a product's name, is
worth what it is worth in the text that says most about it; it does not count twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from articles.search.analyzer import Token
from articles.search.weighing import MAX_TERMS, Row, count_fields, impacts

# A row of articles_translation as `Translated` takes it.
TRANSLATED = (
    "json_build_array(t.language, t.title, t.issue, t.environment, t.resolution, t.cause, "
    "t.parts, t.outside)"
)
FIELDS = ("title", "issue", "environment", "resolution", "cause")


class Translated(NamedTuple):
    """The text of one translation, and what of it differs for readers outside."""

    language: str
    title: str
    issue: str
    environment: str
    resolution: str
    cause: str
    parts: dict[str, str]
    outside: dict[str, Any]

    def texts(self, *, outside: bool) -> dict[str, str]:
        """The text by field, as `weighing.count_fields` takes it."""
        said = {name: getattr(self, name) for name in FIELDS}
        parts = self.parts or {}
        if outside:
            said |= {n: str(v) for n, v in self.outside.items() if n in FIELDS}
            parts = self.outside.get("parts", parts)
        return {**said, "parts": "\n\n".join(str(text) for text in parts.values() if text)}


def add_translations(
    rows: dict[Token, Row], translations: Iterable[Translated], averages: Sequence[float]
) -> None:
    """Add the words of these translations to the postings of their article."""
    for translation in translations:
        inside = impacts(
            count_fields(translation.texts(outside=False), translation.language), averages
        )
        shown = (
            impacts(
                count_fields(translation.texts(outside=True), translation.language), averages
            )
            if translation.outside
            else inside
        )
        for term, (impact, mask) in inside.items():
            out, out_mask = shown.get(term, (0.0, 0))
            before = rows.get(term)
            if before is None:
                if len(rows) >= MAX_TERMS:
                    continue
                rows[term] = (impact, out, mask, out_mask)
            else:
                rows[term] = (
                    max(before[0], impact),
                    max(before[1], out),
                    before[2] | mask,
                    before[3] | out_mask,
                )
