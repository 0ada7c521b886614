"""From a text to the terms of a query: what is asked, how heavily, in which words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from articles.search import analyzer, index
from articles.search.analyzer import LANGUAGE_SCRIPT, Token, base_language
from kcs.databases import in_force

# How much of a text is read, and how many of its terms are looked up.
MAX_TEXT = 20_000
MAX_ASKED = 800
# A word that is said again counts more, up to this many times.
K3 = 8
FUNCTION_WEIGHT = 0.1
CONTEXT_WEIGHT = 0.5
# A word read as another language of its script: "terminal" in a German article.
OTHER_LANGUAGE = 0.7
CHIPS = 6
# Of a word that is still being typed: how long the question may be, how many words of the
# base it may become, and what each of them counts.
TYPED = 256
COMPLETIONS = 5
COMPLETION_WEIGHT = 0.7


@dataclass(slots=True)
class Asked:
    """The terms of a query: how often, how heavy, and as which word a person wrote them."""

    language: str
    weights: dict[Token, float]
    surface: dict[Token, str]
    function: frozenset[Token]
    order: list[Token]


def ask(
    text: str,
    language: str | None,
    *,
    drop: Iterable[str] = (),
    add: Iterable[str] = (),
    context: str | None = None,
) -> Asked:
    text = text[:MAX_TEXT]
    language = base_language(language) if language else analyzer.detect(text)
    function = analyzer.function_terms(language)
    dropped = {token for word in drop for token in analyzer.analyse(word, language)}
    counts: dict[Token, int] = {}
    surface: dict[Token, str] = {}
    for word in analyzer.WORD.findall(" ".join([text, *add])):
        for token in analyzer.tokens_of(word, language):
            if token not in dropped:
                counts[token] = counts.get(token, 0) + 1
                surface.setdefault(token, word)
    order = list(counts)
    weights = {
        token: (FUNCTION_WEIGHT if token in function else 1.0) * (K3 + 1) * n / (K3 + n)
        for token, n in counts.items()
    }
    for word in analyzer.WORD.findall((context or "")[:MAX_TEXT]):
        for token in analyzer.tokens_of(word, language):
            if token not in weights and token not in dropped and token not in function:
                weights[token] = CONTEXT_WEIGHT
                surface[token] = word
    return capped(Asked(language, weights, surface, function, order))


def capped(asked: Asked) -> Asked:
    """Of a very long text only so many terms: the first ones, words that say something first."""
    if len(asked.weights) > MAX_ASKED:
        kept = sorted(asked.weights, key=lambda token: token in asked.function)[:MAX_ASKED]
        asked.weights = {token: asked.weights[token] for token in kept}
    return asked


def across(asked: Asked, languages: Iterable[str]) -> dict[Token, float]:
    """The query's terms, and its words as the base's other languages of their script say them.

    So a text whose language nobody named is found in any, and a product's name in all.
    """
    weights = dict(asked.weights)
    others: dict[str, list[str]] = {}
    for language in languages:
        if language not in ("", index.ALL):
            others.setdefault(LANGUAGE_SCRIPT.get(language, "latin"), []).append(language)
    for token, weight in asked.weights.items():
        space = token[0]
        if not space:
            continue
        for other in others.get(LANGUAGE_SCRIPT.get(space, "latin"), ()):
            if other == space:
                continue
            for found in analyzer.tokens_of(asked.surface[token], other):
                if found[0] == other and found not in weights:
                    weights[found] = weight * OTHER_LANGUAGE
                    asked.surface[found] = asked.surface[token]
    return weights


def complete(asked: Asked, text: str) -> None:
    """Let the last word of a short line stand for the words that begin with it.

    Only while nothing is called so yet: "printe" is a printer, "print" is itself. The base
    knows stems, so a typed word may also be longer than its stem: "termina", "termin".
    """
    text = text[:MAX_TEXT]
    if len(text) > TYPED or "\n" in text or not text[-1:].isalnum():
        return
    last = analyzer.WORD.findall(text)[-1]
    tokens = analyzer.tokens_of(last, asked.language)
    if not tokens or (token := tokens[0]) not in asked.weights:
        return
    start = token[1] if not token[0] else analyzer.fold(last)
    if len(start) < 3 or not start.isalnum():
        return
    with in_force().cursor() as cursor:
        cursor.execute(
            """
            select term from (
              select term, df from articles_term where language = %s
                and (term like %s or term = any(%s)) and df > 0
              union all
              select term, 1 from articles_newterm where language = %s
                and (term like %s or term = any(%s))) t
            where not exists (select from articles_posting where term_id = %s)
            group by term order by max(df) desc, term limit %s
            """,
            [
                *(
                    token[0],
                    f"{start}%",
                    stems := [start[:end] for end in range(4, len(start))],
                ),
                *(token[0], f"{start}%", stems),
                analyzer.term_id(token),
                COMPLETIONS,
            ],
        )
        for (term,) in cursor.fetchall():
            found = (token[0], term)
            if found not in asked.weights:
                asked.weights[found] = asked.weights[token] * COMPLETION_WEIGHT
                asked.surface[found] = last


def languages_known() -> list[str]:
    with in_force().cursor() as cursor:
        cursor.execute("select language from articles_corpus")
        return [language for (language,) in cursor.fetchall()]


def telling(asked: Asked, known: Sequence[tuple[int, float, int]]) -> list[str]:
    """Up to six words: the heaviest that say what it is about, each once, as written."""
    rank = {term: at for at, (term, _, _) in enumerate(known)}
    words: dict[str, tuple[int, int]] = {}
    for place, token in enumerate(asked.order):
        at = rank.get(analyzer.term_id(token))
        if at is None or token in asked.function or len(token[1]) < 2:
            continue
        words.setdefault(asked.surface[token], (at, place))
    best = sorted(words.items(), key=lambda item: item[1][0])[:CHIPS]
    return [word for word, _ in sorted(best, key=lambda item: item[1][1])]
