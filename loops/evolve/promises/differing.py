"""Where two answers to one question cannot both be right, in words that anybody can check.

Two signs, each with the two sentences that show it:

- a quantity: the same thing is given as 24 hours here and as 72 hours there. Times are compared
  as times (3 days are 72 hours), money and per cents by their sign, all else by the word behind
  the number. Only quantities that the other answer does not give anywhere;
- a negation: nearly the same sentence, and one of them says not to.

Third, and weaker: the steps have hardly a word in common (`shared`). It needs no model, and
works in every language that the search engine can stem; what is a time or a "not" is known in
English, Russian and Hebrew. Numbers are read in digits only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt

from articles.search import analyzer

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
_TIMES = {
    1.0: "second seconds sec секунда секунды секунд сек שנייה שניה שניות",
    MINUTE: "minute minutes min mins минута минуты минут мин דקה דקות דק",
    HOUR: "hour hours h hrs час часа часов ч שעה שעות",
    DAY: "day days d день дня дней дн сутки суток יום ימים ימי",
    7 * DAY: "week weeks неделя недели недель שבוע שבועות",
    30 * DAY: "month months месяц месяца месяцев мес חודש חודשים חודשי",
    365 * DAY: "year years год года лет שנה שנים שנות",
}
TIMES = {word: unit for unit, words in _TIMES.items() for word in words.split()}
# Hebrew says two of them in one word.
TWICE = {
    "שעתיים": 2 * HOUR, "יומיים": 2 * DAY, "שבועיים": 14 * DAY, "חודשיים": 60 * DAY,
    "שנתיים": 730 * DAY,
}  # fmt: skip
_NOT = {
    "en": "not no never don't doesn't can't cannot won't mustn't isn't without neither nor",
    "ru": "не нет нельзя никогда без ни",
    "he": "לא אין אל אסור בלי ללא אינו אינה אי",
}
NOT = {language: frozenset(words.split()) for language, words in _NOT.items()}
SIGNS = "%‰€$£₽₪"
NUMBER = re.compile(
    rf"(?<![\w.,'’/#-])([{SIGNS}])?[ \u00a0]?"
    r"(\d{1,3}(?:[,\u00a0\u202f ]\d{3})+(?!\d)|\d+)([.,]\d+)?"
    rf"(?![\w-]*[-‐‑._]?\d|[A-Za-z]+\d)(?:[ \u00a0]?([{SIGNS}]))?"
)
_list_number = re.compile(r"^[ \t]*(?:\d+[.)]|[-*+•])[ \t]+", re.MULTILINE)
_fences = re.compile(r"```.*?```|^:::.*$", re.DOTALL | re.MULTILINE)
_addresses = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|https?://\S+")
_marks = re.compile(r"[*_`]+")
_ends = re.compile(r"(?<=[.!?…])[\s]+|\n+")

# Quantities closer than this are the same, said otherwise: a month and thirty days.
SAME = 1.1
# Sentences that share this part of their words speak of the same thing.
ALIKE = 0.6
SENTENCE = 240


@dataclass(frozen=True)
class Quantity:
    kind: str  # "time", a sign, or the stem of the word behind it
    word: str  # the stem of the unit's own word
    value: float
    sentence: int

    def is_like(self, other: Quantity) -> bool:
        if self.kind != other.kind:
            return False
        if self.kind != "time":
            return self.value == other.value
        low, high = sorted((self.value, other.value))
        return high <= low * SAME


@dataclass(frozen=True)
class Sentence:
    text: str
    stems: frozenset[str]
    negated: bool


@dataclass(frozen=True)
class Said:
    """What one answer says."""

    sentences: list[Sentence]
    quantities: list[Quantity]

    @property
    def stems(self) -> frozenset[str]:
        return frozenset(stem for one in self.sentences for stem in one.stems)


@dataclass(frozen=True)
class Conflict:
    """`kind` is "quantity" or "negation"; `here` and `there` are the sentences of each."""

    kind: str
    here: str
    there: str
    weight: float


@dataclass(frozen=True)
class Compared:
    """`conflicts` are the strongest first; `shared` is how alike the words are, from 0 to 1."""

    conflicts: list[Conflict]
    shared: float


def plain(text: str) -> str:
    """Markdown without its marks, one step a line."""
    text = _fences.sub(" ", text)
    text = _addresses.sub(r"\1", text)
    return _marks.sub("", _list_number.sub("", text))


@lru_cache(maxsize=64)
def _function(language: str) -> frozenset[str]:
    return frozenset(word for _space, word in analyzer.function_terms(language))


def read(text: str, language: str) -> Said:
    """The sentences of an answer and the quantities in them."""
    language = analyzer.base_language(language)
    negations = NOT.get(language, frozenset()) | NOT["en"]
    common = _function(language)
    sentences: list[Sentence] = []
    quantities: list[Quantity] = []
    for line in _ends.split(plain(text)):
        line = line.strip()
        if not line:
            continue
        words = [match.group() for match in analyzer.WORD.finditer(line)]
        negated = sum(word.casefold().replace("’", "'") in negations for word in words) % 2 == 1
        stems = {
            stem
            for word in words
            if word.casefold().replace("’", "'") not in negations
            for _space, stem in analyzer.tokens_of(word, language)
            if stem not in common and not stem[0].isdigit()
        }
        quantities += _quantities(line, language, len(sentences))
        sentences.append(Sentence(line[:SENTENCE], frozenset(stems), negated))
    return Said(sentences, quantities)


def _quantities(line: str, language: str, place: int) -> Iterator[Quantity]:
    for match in NUMBER.finditer(line):
        before, whole, part, after = match.groups()
        value = float(re.sub(r"\D", "", whole)) + (float("0." + part[1:]) if part else 0)
        if sign := before or after:
            yield Quantity(sign, sign, value, place)
            continue
        behind = line[match.end() :]
        if behind[:1] not in (" ", "\u00a0", "-") and not behind[:1].isalpha():
            continue
        words = [found.group() for found in analyzer.WORD.finditer(behind[:60])][:2]
        # "3 banking days" are days; "5 of the receipts" are nothing.
        unit = next((TIMES[one] for word in words if (one := analyzer.fold(word)) in TIMES), 0)
        if unit:
            yield Quantity("time", str(unit), value * unit, place)
        elif words:
            stems = [stem for _space, stem in analyzer.tokens_of(words[0], language)]
            if stems and stems[0] not in _function(language):
                yield Quantity(stems[0], stems[0], value, place)
    for word in analyzer.WORD.findall(line):
        if seconds := TWICE.get(word) or TWICE.get(word[1:]):
            yield Quantity("time", "two", seconds, place)


def compare(one: Said, other: Said) -> Compared:
    """What two answers contradict each other in."""
    conflicts = [*_by_quantity(one, other), *_by_negation(one, other)]
    conflicts.sort(key=lambda conflict: (-conflict.weight, conflict.here, conflict.there))
    mine, theirs = one.stems, other.stems
    whole = sqrt(len(mine) * len(theirs))
    return Compared(conflicts[:3], len(mine & theirs) / whole if whole else 0.0)


def _by_quantity(one: Said, other: Said) -> Iterator[Conflict]:
    """Each of one answer's quantities that the other does not give, with the nearest of its
    own that this one does not give either."""
    mine = [q for q in one.quantities if not any(q.is_like(r) for r in other.quantities)]
    theirs = [r for r in other.quantities if not any(r.is_like(q) for q in one.quantities)]
    seen: set[tuple[int, int]] = set()
    for q in mine:
        for r in theirs:
            if q.kind != r.kind or (q.sentence, r.sentence) in seen:
                continue
            here, there = one.sentences[q.sentence], other.sentences[r.sentence]
            about = len(here.stems & there.stems - {q.word})
            # The same unit, or about the same thing in other units; else they only both count.
            if not about and not (q.kind == "time" and q.word == r.word):
                continue
            seen.add((q.sentence, r.sentence))
            often = sum(q.is_like(x) for x in one.quantities) + sum(
                r.is_like(x) for x in other.quantities
            )
            weight = 1 + 0.25 * (q.word == r.word) + 0.25 * about + 0.25 * (often - 2)
            yield Conflict("quantity", here.text, there.text, weight)


def _by_negation(one: Said, other: Said) -> Iterator[Conflict]:
    for here in one.sentences:
        for there in other.sentences:
            if here.negated == there.negated:
                continue
            both = len(here.stems & there.stems)
            if both >= 3 and both >= ALIKE * len(here.stems | there.stems):
                yield Conflict("negation", here.text, there.text, 1 + 0.25 * both)
