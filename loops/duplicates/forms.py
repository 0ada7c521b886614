"""The page of two articles, read and filled in: part by part both texts, and which one stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from articles import diff, parts
from articles.actions import merging as texts
from articles.models import Article

OLDER, NEWER, BOTH, LEAVE, ADD = "older", "newer", "both", "leave", "add"


def normal(value: str) -> str:
    return value.replace("\r\n", "\n").replace("\r", "\n")


@dataclass
class Side:
    """One part in both texts, as they stand on the page now, and what was chosen."""

    name: str
    label: str
    older: str
    newer: str
    chosen: str
    further: bool = False
    locked: bool = False
    inside: bool = False  # what comes from the newer one stays inside when both are taken
    older_since: list[diff.Line] | None = None
    newer_since: list[diff.Line] | None = None

    @property
    def key(self) -> str:
        return self.name.replace(".", "-")

    @property
    def same(self) -> bool:
        return self.older == self.newer

    @property
    def is_title(self) -> bool:
        return self.name == "title"

    @property
    def result(self) -> str:
        if self.chosen == NEWER:
            return self.newer
        if self.chosen == BOTH:
            return texts.both(self.older, self.newer, inside=self.inside)
        return self.older


class Sides:
    """Both articles of the page. `data` is what was sent; without it, what they say now."""

    def __init__(
        self, older: Article, newer: Article, data: Mapping[str, str] | None = None
    ) -> None:
        self.older, self.newer = older, newer
        self.data = data or {}
        self.for_fewer = texts.for_fewer(older, newer)
        self.bases = {
            article.number: self._base(name, article)
            for name, article in ((OLDER, older), (NEWER, newer))
        }
        self.parts = list(self._parts())

    def _base(self, name: str, article: Article) -> int:
        sent = self.data.get(f"base-{name}", "")
        if sent.isdecimal() and len(sent) < 9:
            return int(sent)
        return article.version_number

    def _parts(self) -> Iterator[Side]:
        internal = self.newer.template.internal_parts() - self.older.template.internal_parts()
        locked = {f"parts.{key}" for key in self.older.template.locked_parts()}
        named = [("title", _("Title"))]
        named += [(part.name, part.label) for part in parts.of_template(self.older.template)]
        for name, label in named:
            if name in locked:
                continue
            older, newer = self._said(OLDER, name), self._said(NEWER, name)
            yield Side(
                name,
                label,
                older,
                newer,
                self._chosen(name, older, newer),
                inside=self.for_fewer or name in internal,
            )
        for part in texts.further(self.older, self.newer):
            newer = self._said(NEWER, part.name)
            yield Side(
                part.name,
                part.label,
                "",
                newer,
                self.data.get(f"choose-{part.key}") or ADD,
                further=True,
                inside=self.for_fewer or part.name in internal,
            )

    def _said(self, side: str, name: str) -> str:
        article = self.older if side == OLDER else self.newer
        now = parts.value_of(article.words(), name)
        return normal(self.data.get(f"{side}-{name.replace('.', '-')}", now))

    def _chosen(self, name: str, older: str, newer: str) -> str:
        sent = self.data.get(f"choose-{name.replace('.', '-')}", "")
        if sent in (OLDER, NEWER, BOTH):
            return sent
        if name == "title" or (older == newer and older.strip()):
            return OLDER
        # Where one is empty this is the other one, and what is typed into it is taken, too.
        return BOTH

    # What the verbs take -----------------------------------------------------------------

    def result(self) -> dict[str, Any]:
        """What the older article says from now on."""
        values = {side.name: side.result for side in self.parts if not side.further}
        for side in self.parts:
            if side.further and side.chosen == ADD and side.newer.strip():
                said = f"**{side.label}**\n\n{side.newer.strip()}"
                values["resolution"] = texts.both(
                    values["resolution"], said, inside=side.inside
                )
        return self._words(self.older, values)

    def typed(self, side: str) -> dict[str, Any]:
        """What was changed by hand in one of the two texts."""
        article = self.older if side == OLDER else self.newer
        began = article.versions.filter(number=self.bases[article.number]).first() or article
        known = {"title", *(part.name for part in parts.of_template(article.template))}
        values = {
            one.name: getattr(one, side)
            for one in self.parts
            if one.name in known
            and f"{side}-{one.key}" in self.data
            and normal(parts.value_of(began.words(), one.name)) != getattr(one, side)
        }
        return self._words(article, values) if values else {}

    def unused(self, side: str) -> dict[str, Any]:
        """What was typed into a text that is not taken: it is kept as a version of its own."""
        typed = self.typed(side)
        taken = {BOTH, ADD, side}
        left = {one.name for one in self.parts if one.chosen not in taken}
        further = {k: v for k, v in typed.get("parts", {}).items() if f"parts.{k}" in left}
        words = {name: value for name, value in typed.items() if name in left}
        if further:
            article = self.older if side == OLDER else self.newer
            words["parts"] = {**article.parts, **further}
        return words

    def _words(self, article: Article, values: dict[str, str]) -> dict[str, Any]:
        words = parts.words_from(values)
        if words["parts"]:
            words["parts"] = {**article.parts, **words["parts"]}
        else:
            del words["parts"]
        return words

    # After somebody else saved -----------------------------------------------------------

    def catch_up(self) -> None:
        """Show what the others saved since, beside what was typed, and go on from there."""
        for name, article in ((OLDER, self.older), (NEWER, self.newer)):
            base = self.bases[article.number]
            if base == article.version_number:
                continue
            began = article.versions.filter(number=base).first()
            was = began.words() if began else {}
            for side in self.parts:
                before = parts.value_of(was, side.name)
                now = parts.value_of(article.words(), side.name)
                if before == now:
                    continue
                setattr(side, f"{name}_since", list(diff.lines(before, now)))
                if getattr(side, name) == before:
                    # Only the others wrote here: theirs it is.
                    setattr(side, name, now)
            self.bases[article.number] = article.version_number

    @property
    def base_older(self) -> int:
        return self.bases[self.older.number]

    @property
    def base_newer(self) -> int:
        return self.bases[self.newer.number]
