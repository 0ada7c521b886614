"""Text to terms: one function for articles and for queries, in every language.

A term is (space, word): the word stemmed, and the language whose stems it is compared with.
Words with a digit (P-4107, 10.2, E404) stand in the space "" and are never stemmed, so that a
code finds its articles in every language. A word in another script than the text's language
stands in that script's usual language: the "VPN" of a Hebrew article is found by an English
ticket. Later analysers of this place: character 4-grams, synonyms.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b

import Stemmer  # type: ignore[import-not-found]

from articles.search.words import FUNCTION, IRREGULAR

# What is kept of one field: more words than this are read by people, not found by search.
MAX_WORDS = 10_000
MAX_CHARACTERS = 200_000
MAX_WORD = 40
# Words whose terms a process remembers: the vocabulary in use, at about 300 bytes each.
REMEMBERED = 30_000

Space = str
Token = tuple[Space, str]

SNOWBALL = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german",
    "el": "greek", "en": "english", "eo": "esperanto", "es": "spanish", "et": "estonian",
    "eu": "basque", "fa": "persian", "fi": "finnish", "fr": "french", "ga": "irish",
    "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian",
    "lt": "lithuanian", "ne": "nepali", "nl": "dutch", "no": "norwegian", "nb": "norwegian",
    "nn": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip

# The script of a letter, and the language that its words are taken for when the text's own
# language is written in another script.
SCRIPTS = (
    ("latin", "en", "A-Za-z\u00c0-\u024f\u1e00-\u1eff"),
    ("cyrillic", "ru", "\u0400-\u052f"),
    ("hebrew", "he", "\u05d0-\u05ea\u05ef-\u05f2\ufb1d-\ufb4f"),
    ("arabic", "ar", "\u0620-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc"),
    ("greek", "el", "\u0370-\u03ff\u1f00-\u1fff"),
    ("armenian", "hy", "\u0531-\u0587"),
    ("devanagari", "hi", "\u0900-\u097f"),
    ("tamil", "ta", "\u0b80-\u0bff"),
    ("kana", "ja", "\u3040-\u30ff"),
    ("han", "zh", "\u3400-\u9fff"),
    ("hangul", "ko", "\uac00-\ud7af"),
    ("thai", "th", "\u0e00-\u0e7f"),
)
SCRIPT_LANGUAGE = {script: language for script, language, _ in SCRIPTS}
LANGUAGE_SCRIPT = {
    **dict.fromkeys(SNOWBALL, "latin"),
    **{language: script for script, language, _ in SCRIPTS},
    **dict.fromkeys(("ru", "uk", "be", "bg", "mk", "sr", "kk"), "cyrillic"),
    **dict.fromkeys(("he", "yi"), "hebrew"),
    **dict.fromkeys(("ar", "fa", "ur"), "arabic"),
    **dict.fromkeys(("hi", "ne", "mr"), "devanagari"),
}
# Written without spaces between the words: pairs of characters are the terms.
UNSPACED = "\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"

_script_of = [(script, re.compile(f"[{letters}]")) for script, _, letters in SCRIPTS]
_unspaced = re.compile(f"[{UNSPACED}]")

# Letters and digits with their marks; inside a word an apostrophe, geresh or gershayim; parts
# joined by - . _ when they make one code or compound.
_MARKS = "\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670"
_PART = f"(?:[^\\W_][{_MARKS}]*)+"
WORD = re.compile(f"{_PART}(?:(?:['’ʼ׳״\"](?=[^\\W\\d_])|[-‐‑._])(?=[^\\W_]){_PART})*[׳]?")
_separators = re.compile(r"[-‐‑._]")
_quotes = re.compile("['’ʼ`׳״\"]")
# What English hangs on a word: card's, I'm, we're, you've, they'll, I'd.
_endings = re.compile("['’ʼ](?:s|m|re|ve|ll|d)$")
_ELIDING = frozenset({"fr", "it", "ca"})
_HEBREW_PREFIX = frozenset("והבכלמש")
_british = re.compile(r"is(?=(?:e|ed|es|er|ers|ing|ation|ations)$)")
_clean = re.compile(r"[^\w]|_")


@lru_cache(maxsize=64)
def _stemmer(language: str) -> Stemmer.Stemmer | None:
    name = SNOWBALL.get(language)
    return Stemmer.Stemmer(name, 0) if name else None


def base_language(language: str) -> str:
    """`pt-br` is stemmed as `pt`."""
    return language.lower().replace("_", "-").partition("-")[0]


def fold(text: str) -> str:
    """Compatibility form without marks, in lower case: Ё is Е, É is E, ﬁ is fi, Й stays."""
    if text.isascii():
        return text.lower()
    # Й is a letter of its own: without its breve no Russian ending would be known.
    decomposed = unicodedata.normalize("NFKD", text.casefold()).replace("и\u0306", "й")
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return unicodedata.normalize("NFKC", plain)


def _script(word: str) -> str:
    for script, pattern in _script_of:
        if pattern.search(word):
            return script
    return ""


def detect(text: str) -> str:
    """The language of a text by its script alone: what its letters are mostly from."""
    sample = text[:2000]
    if sample.isascii():
        return "en"
    best, most = "en", 0
    for script, pattern in _script_of:
        count = len(pattern.findall(sample))
        if count > most:
            best, most = SCRIPT_LANGUAGE[script], count
    return best


def strip_hebrew(word: str) -> str:
    """Up to three of the one-letter words that Hebrew writes in front of a word (and, the, in,
    as, to, from, that) go, as long as three letters stay."""
    for _ in range(3):
        if len(word) > 3 and word[0] in _HEBREW_PREFIX:
            word = word[1:]
    return word


def stem(word: str, language: str) -> str:
    """A word's stem in this language; the folded word itself where no stemmer is known."""
    if language in ("he", "yi"):
        return strip_hebrew(fold(word))
    stemmer = _stemmer(language)
    if stemmer is None or language == "ru":
        word = fold(word)
    if stemmer is None:
        return word
    if language == "en":
        word = fold(word)
        word = IRREGULAR.get(word, word)
        if len(word) > 6:
            word = _british.sub("iz", word)  # recognise is recognize
            word = word.removesuffix("ment")  # payment is pay, replacement is replace
        stemmed: str = stemmer.stemWord(word)
        # delivery and delivered, verify and verification: Snowball leaves deliveri, deliv.
        if len(stemmed) > 4 and stemmed.endswith("i"):
            stemmed = stemmer.stemWord(stemmed[:-1])
        return stemmed
    if language == "ru":
        # Snowball takes the end of терминал for a past tense, of терминалы for a plural: only
        # when nothing more comes off are they the same.
        while (shorter := stemmer.stemWord(word)) != word and len(shorter) > 2:
            word = shorter
        return word
    # Stemmers know their language's marks; the search does not ask for them.
    return fold(stemmer.stemWord(word))


@lru_cache(maxsize=REMEMBERED)
def tokens_of(word: str, language: str) -> tuple[Token, ...]:
    """The terms of one word as it stands in a text of this language. Mostly one."""
    word = word[:200]
    parts = [part for part in _separators.split(word) if part]
    if len(parts) > 1:
        joined = _clean.sub("", fold("".join(parts)))[:MAX_WORD]
        pieces = [
            token for part in parts if len(part) > 1 for token in tokens_of(part, language)
        ]
        if any(char.isdigit() for char in joined):
            return (("", joined), *pieces)
        # e-mail and wi-fi are written together as often; top-up is two words in any spelling.
        if len(parts) == 2 and len(parts[0]) < 3 and joined.isalpha():
            return (*pieces, *tokens_of(joined, language))
        return tuple(pieces)
    if language in _ELIDING and _quotes.search(word):
        return tuple(
            token
            for part in _quotes.split(word)
            if len(part) > 1
            for token in tokens_of(part, language)
        )
    lower = unicodedata.normalize("NFKC", word.lower())
    lower = _endings.sub("", lower) or lower
    lower = _quotes.sub("", lower)[:MAX_WORD]
    plain = _clean.sub("", fold(lower))[:MAX_WORD]
    if not plain:
        return ()
    if any(char.isdigit() for char in plain):
        return (("", plain),)
    script = _script(plain)
    space = language
    if script and LANGUAGE_SCRIPT.get(language, "latin") != script:
        space = SCRIPT_LANGUAGE[script]
    if _unspaced.search(plain):
        pairs = [plain[at : at + 2] for at in range(max(len(plain) - 1, 1))]
        return tuple((space, pair) for pair in pairs)
    return ((space, _clean.sub("", stem(lower, space)) or plain),)


def words(text: str) -> Iterator[re.Match[str]]:
    """The words of a text as they stand there, with their places."""
    return WORD.finditer(text[:MAX_CHARACTERS])


def analyse(text: str, language: str) -> list[Token]:
    """The terms of a text, in its order."""
    language = base_language(language)
    found: list[Token] = []
    for word in WORD.findall(text[:MAX_CHARACTERS]):
        found.extend(tokens_of(word, language))
        if len(found) >= MAX_WORDS:
            break
    return found[:MAX_WORDS]


def count(text: str, language: str) -> Counter[Token]:
    """How often each term stands in a text."""
    return Counter(analyse(text, language))


@lru_cache(maxsize=64)
def function_terms(language: str) -> frozenset[Token]:
    """The terms of words that say how a sentence is built and not what it is about."""
    return frozenset(
        token
        for word in FUNCTION.get(language, "").split()
        for token in tokens_of(word, language)
    )


@lru_cache(maxsize=REMEMBERED)
def term_id(token: Token) -> int:
    """63 bits of a hash of space and word: the same in every process, without asking anyone.

    At ten million terms the chance that any two share an id is about one in 200,000.
    """
    digest = blake2b("\0".join(token).encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1
