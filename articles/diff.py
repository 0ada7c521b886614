"""What changed between two texts: lines, and inside changed lines the words.

The standard library's matcher does the comparing. It is quadratic at worst, so what is too long
to compare well is shown as taken out and put in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from articles import parts

if TYPE_CHECKING:
    from articles.models import Template

SAME, ADDED, REMOVED, FOLD, MORE = "same", "added", "removed", "fold", "more"

MAX_LINES = 5_000  # of one part; beyond, no matching of lines, and only the first are shown
FIRST = 500
MAX_PAIRS = 200  # changed lines that are compared word by word, in one block
MAX_WORDS = 1_500  # of one line
# Above this many pairs the matcher may overlook frequent lines: faster, and a bit less exact.
EXACT = 250_000
CONTEXT = 2  # unchanged lines shown round a change
LIKE = 0.4  # two lines less alike than this are different lines, not one changed line

_WORDS = re.compile(r"\w+\s*|[^\w\s]\s*|\s+")


@dataclass(frozen=True)
class Piece:
    """Some words of a line: the same in both texts, added, or removed."""

    kind: str
    text: str


@dataclass(frozen=True)
class Line:
    """One line of the comparison. A `fold` stands for `count` lines that did not change, `more`
    for `count` lines that are too many to show."""

    kind: str
    pieces: Sequence[Piece] = ()
    count: int = 0


@dataclass(frozen=True)
class Change:
    """One part of an article in two texts."""

    name: str
    label: str
    lines: Sequence[Line]

    @property
    def changed(self) -> bool:
        return any(line.kind in (ADDED, REMOVED) for line in self.lines)


def compare(template: Template, before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """The parts that differ between two texts of an article, the title first."""
    named = [("title", _("Title"))]
    named += [(part.name, part.label) for part in parts.of_authors(template)]
    changes = [
        Change(
            name,
            label,
            list(lines(parts.value_of(before, name), parts.value_of(after, name))),
        )
        for name, label in named
        if parts.value_of(before, name) != parts.value_of(after, name)
    ]
    return [change for change in changes if change.changed]


def lines(before: str, after: str, *, fold: bool = True) -> Iterator[Line]:
    """The two texts as one list of lines: same, removed, added; long unchanged runs folded."""
    old, new = before.splitlines(), after.splitlines()
    if len(old) > MAX_LINES or len(new) > MAX_LINES:
        for kind, texts in ((REMOVED, old), (ADDED, new)):
            yield from _whole(kind, texts[:FIRST])
            if len(texts) > FIRST:
                yield Line(MORE, count=len(texts) - FIRST)
        return
    opcodes = _matcher(old, new).get_opcodes()
    for at, (tag, i1, i2, j1, j2) in enumerate(opcodes):
        if tag == "equal":
            yield from _unchanged(
                old[i1:i2], first=at == 0, last=at == len(opcodes) - 1, fold=fold
            )
        else:
            yield from _block(old[i1:i2], new[j1:j2])


def _matcher(old: Sequence[str], new: Sequence[str]) -> SequenceMatcher[str]:
    return SequenceMatcher(None, old, new, autojunk=len(old) * len(new) > EXACT)


def _whole(kind: str, texts: Sequence[str]) -> Iterator[Line]:
    for text in texts:
        yield Line(kind, [Piece(SAME, text)])


def _unchanged(texts: Sequence[str], *, first: bool, last: bool, fold: bool) -> Iterator[Line]:
    head, tail = (0 if first else CONTEXT), (0 if last else CONTEXT)
    hidden = len(texts) - head - tail
    if not fold or hidden < 3:
        yield from _whole(SAME, texts)
        return
    yield from _whole(SAME, texts[:head])
    yield Line(FOLD, count=hidden)
    yield from _whole(SAME, texts[len(texts) - tail :])


def _block(old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    """Changed lines. Those that are one line in two forms stand together, word by word."""
    if min(len(old), len(new)) > MAX_PAIRS:
        yield from _whole(REMOVED, old)
        yield from _whole(ADDED, new)
        return
    for at in range(max(len(old), len(new))):
        before = old[at] if at < len(old) else None
        after = new[at] if at < len(new) else None
        if before is not None and after is not None and (pair := words(before, after)):
            yield Line(REMOVED, [piece for piece in pair if piece.kind != ADDED])
            yield Line(ADDED, [piece for piece in pair if piece.kind != REMOVED])
            continue
        if before is not None:
            yield Line(REMOVED, [Piece(SAME, before)])
        if after is not None:
            yield Line(ADDED, [Piece(SAME, after)])


def words(before: str, after: str) -> list[Piece]:
    """Two lines word by word; nothing when they have too little in common to be one line."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if len(old) > MAX_WORDS or len(new) > MAX_WORDS:
        return []
    matcher = _matcher(old, new)
    # The cheap upper bound first: most pairs of different lines end here.
    if matcher.quick_ratio() < LIKE or matcher.ratio() < LIKE:
        return []
    pieces: list[Piece] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(Piece(SAME, "".join(old[i1:i2])))
            continue
        if i1 < i2:
            pieces.append(Piece(REMOVED, "".join(old[i1:i2])))
        if j1 < j2:
            pieces.append(Piece(ADDED, "".join(new[j1:j2])))
    return pieces
