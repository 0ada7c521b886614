"""The leak check: what stands in an article that nobody outside should read.

It reads what readers outside would get: passages that stay inside are not looked at. A check
finds patterns and names that we know of. It can't know what it was never told, so a person who
publishes reads the text as well; a rule publishes only where nothing was found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, F, Func, Value
from django.db.models.functions import Length, Lower
from django.utils.translation import gettext_lazy as _

from articles.models import Article, Translation
from loops.models import Link
from people.models import Organisation, SiteSettings, User

PASSAGE = 60  # characters shown on each side
NAMED = 4  # shorter names are words, too
MOST = 50  # findings that one article shows

PATTERNS: tuple[tuple[str, Any, re.Pattern[str]], ...] = (
    ("email", _("an e-mail address"), re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("phone", _("a telephone number"), re.compile(r"(?<![\w.])\+\d[\d ()./-]{7,}\d")),
    (
        "credential",
        _("a password or key"),
        re.compile(
            r"\b(?:password|passwd|pwd|secret|api[ _-]?key|token|пароль|סיסמה)\b\s*[:=]\s*\S+",
            re.IGNORECASE,
        ),
    ),
    (
        "address",
        _("an address inside the network"),
        re.compile(
            r"(?<![\d.])(?:10|127|192\.168|172\.(?:1[6-9]|2\d|3[01]))(?:\.\d{1,3}){2,3}(?![\d.])"
        ),
    ),
    (
        "host",
        _("a machine inside the network"),
        re.compile(
            r"\b[\w-]+(?:\.[\w-]+)*\.(?:local|internal|corp|lan|intra)\b", re.IGNORECASE
        ),
    ),
    (
        "internal",
        _("words that mean “inside only”"),
        re.compile(
            r"\binternal (?:use )?only\b|\bdo not (?:share|forward)\b|\bconfidential\b"
            r"|\bтолько для (?:своих|внутреннего)\b|\bне пересылать\b|\bלשימוש פנימי\b",
            re.IGNORECASE,
        ),
    ),
)
CARD = re.compile(r"(?<![\w-])(?:\d[ -]?){12,18}\d(?![\w-])")
TICKET = re.compile(r"\bKT-\d+\b")
# Addresses that are made for examples, and lead nowhere: RFC 2606.
EXAMPLE = re.compile(r"@(?:[\w-]+\.)*(?:example\.(?:com|net|org)|[\w-]+\.(?:example|test))$")


@dataclass(frozen=True)
class Leak:
    """One finding: what kind, which words, in which part, and the passage around them."""

    kind: str
    says: Any
    words: str
    part: str
    before: str
    after: str
    language: str

    def plain(self) -> dict[str, str]:
        """As programs and the kept grounds take it."""
        return {
            "kind": self.kind,
            "says": str(self.says),
            "words": self.words,
            "part": self.part,
            "language": self.language,
        }


def find(article: Article) -> list[Leak]:
    """What the leak check finds in one article, its translations too."""
    return find_all([article])[article.pk]


def find_all(
    articles: Iterable[Article], site: SiteSettings | None = None
) -> dict[int, list[Leak]]:
    """The same for several, in as many queries as for one."""
    listed = list(articles)
    words = tuple((site or SiteSettings.load()).internal_words)
    people = _people()
    requesters = _requesters([article.pk for article in listed])
    texts = {article.pk: list(_texts(article)) for article in listed}
    organisations = _organisations(
        [text for said in texts.values() for _part, _language, text in said]
    )
    found = {}
    for article in listed:
        checks = [
            *_named("word", _("a word from the list of internal words"), words),
            *_named("colleague", _("a colleague's name"), people),
            *_named(
                "requester", _("the name of somebody who asked"), requesters.get(article.pk, ())
            ),
            *_named("organisation", _("a customer's name"), organisations),
        ]
        leaks = [
            leak
            for part, language, text in texts[article.pk]
            for leak in _in(text, part, language, checks)
        ]
        found[article.pk] = leaks[:MOST]
    return found


def _texts(article: Article) -> Iterator[tuple[str, str, str]]:
    """(part, language, text) of everything that readers outside would get."""
    written: list[Article | Translation] = [article, *article.translations.all()]
    for one in written:
        said = article.template.said_outside(one.words())
        parts = said.pop("parts", None) or {}
        for part, text in {**said, **parts}.items():
            if isinstance(text, str) and text:
                yield part, one.language, text


def _in(
    text: str, part: str, language: str, named: list[tuple[str, Any, re.Pattern[str]]]
) -> Iterator[Leak]:
    seen: set[tuple[str, str]] = set()
    for kind, says, pattern in (*PATTERNS, ("ticket", _("a ticket's number"), TICKET), *named):
        for match in pattern.finditer(text):
            if kind == "email" and EXAMPLE.search(match[0]):
                continue
            if (kind, match[0].lower()) not in seen:
                seen.add((kind, match[0].lower()))
                yield _leak(kind, says, match, text, part, language)
    for match in CARD.finditer(text):
        if _is_card(match[0]):
            yield _leak("card", _("a card number"), match, text, part, language)


def _leak(
    kind: str, says: Any, match: re.Match[str], text: str, part: str, language: str
) -> Leak:
    return Leak(
        kind,
        says,
        match[0],
        part,
        text[max(0, match.start() - PASSAGE) : match.start()].replace("\n", " "),
        text[match.end() : match.end() + PASSAGE].replace("\n", " "),
        language,
    )


def _is_card(said: str) -> bool:
    """Whether the digits are a card number by Luhn's sum."""
    digits = [int(one) for one in said if one.isdigit()]
    total = sum(
        digit if at % 2 == 0 else (digit * 2 - 9 if digit > 4 else digit * 2)
        for at, digit in enumerate(reversed(digits))
    )
    return len(set(digits)) > 1 and total % 10 == 0


def _named(
    kind: str, says: Any, names: Iterable[str]
) -> list[tuple[str, Any, re.Pattern[str]]]:
    """One pattern for all these names, as whole words."""
    known = sorted({name.strip() for name in names if name.strip()}, key=len, reverse=True)
    if not known:
        return []
    either = "|".join(re.escape(name) for name in known)
    return [(kind, says, re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE))]


def _people() -> list[str]:
    """The full names of those who work here: a first name alone is anybody's."""
    names = User.objects.agents().values_list("name", flat=True)
    return [name for name in names if " " in name.strip()]


def _requesters(keys: list[int]) -> dict[int, list[str]]:
    """For each article the full names of those whose tickets it solved."""
    found: dict[int, list[str]] = {}
    rows = (
        Link.objects.filter(article__in=keys, ticket__requester__name__contains=" ")
        .order_by()
        .values_list("article", "ticket__requester__name")
        .distinct()
    )
    for key, name in rows:
        found.setdefault(key, []).append(name)
    return found


def _organisations(texts: list[str]) -> list[str]:
    """The customers whose names may stand in any of these texts: those whose name begins with
    a word of them. There may be more customers than anybody wants to read for one page."""
    words = sorted({word for text in texts for word in re.split(r"\s+", text.lower()) if word})
    if not words:
        return []
    bare = sorted({*words, *(word.strip(".,;:!?()[]{}<>\"'«»„“”’*_`") for word in words)})
    first = Lower(
        Func(F("name"), Value(" "), Value(1), function="split_part", output_field=CharField())
    )
    known = Organisation.objects.annotate(long=Length("name"), first=first)
    return list(
        known.filter(long__gte=NAMED, first__in=bare).order_by().values_list("name", flat=True)
    )


# What each kind is looked for by; documentation and tests read it.
KINDS: tuple[str, ...] = (
    *(kind for kind, _says, _pattern in PATTERNS),
    "ticket",
    "card",
    "word",
    "colleague",
    "requester",
    "organisation",
)
__all__ = ["KINDS", "Leak", "find", "find_all"]
