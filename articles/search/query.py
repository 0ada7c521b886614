"""Questions to the knowledge base: search, duplicates, the telling words, facets.

Three statements a search at most: what a word still being typed may become, which languages
the base has, and the ranking itself.

Corrected typos (`Results.corrected`), synonyms, pinned answers and a re-ranking of
the candidates have their place between `asking.ask` and `_fetch`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from articles.search import analyzer, passages, weighing
from articles.search.analyzer import Token, base_language
from articles.search.asking import (
    FUNCTION_WEIGHT,
    MAX_TEXT,
    Asked,
    ask,
    capped,
    complete,
    telling,
)
from articles.search.facets import COUNTED, counting, facets, narrowed, tallied
from articles.search.ranking import (
    BEST,
    MAX_DRAFT_TERMS,
    TEXTS,
    Ranking,
    is_outside,
    ranking_of,
    visible_articles,
)
from kcs.databases import in_force

if TYPE_CHECKING:
    from articles.search.ranking import Person

__all__ = ["Hit", "Results", "duplicates", "facets", "search", "terms"]

# Of two equal texts the reused one stands first; worth about a tenth of a rare word.
REUSE = 0.02
TEXT_SHOWN = 8_000


@dataclass
class Hit:
    """One article that answers, and why. Doors add what their page needs."""

    article_id: int
    number: str
    title: str
    snippet: str
    why: list[str]
    confidence: str
    audience: str
    governance: str
    language: str
    reuse_count: int
    last_reused_at: datetime | None
    helped: int
    views: int
    changed_at: datetime
    open_flags: int
    score: float
    rank: int
    likeness: float = 0.0
    source: str = "articles"
    tags: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Results:
    """The best hits, the words they were found by, and whether there are more."""

    hits: list[Hit]
    terms: list[str]
    more: bool = False
    corrected: str | None = None
    language: str = ""
    # How many each choice of a filter would leave; None where they were not counted along.
    counted: dict[str, dict[str, int]] | None = None


def search(
    text: str,
    *,
    user: Person,
    language: str | None = None,
    filters: Mapping[str, Any] | None = None,
    limit: int = 10,
    drop: Iterable[str] = (),
    add: Iterable[str] = (),
    context: str | None = None,
    archived: bool = False,
    count: bool = False,
) -> Results:
    """The articles that answer this text best, among those this person may see.

    `drop` and `add` are words a person took out of the query or put in; `context` is text
    that counts half (the environment of a ticket). `filters`: domain (path, branch included),
    confidence, audience, governance, tag, language, owner; each one value or a list.
    `count` the facets along, in the same statement, where none of them is chosen.
    """
    asked = ask(text, language, drop=drop, add=add, context=context)
    complete(asked, text)
    ranking = ranking_of(
        asked, visible_articles(user, filters or {}, archived), outside=is_outside(user)
    )
    if ranking is None:
        return Results([], [], language=asked.language)
    found = _fetch(
        ranking,
        outside=is_outside(user),
        limit=limit,
        count=count and not narrowed(filters or {}),
    )
    return Results(
        found.hits,
        telling(asked, found.known),
        more=found.more,
        language=asked.language,
        counted=found.counted,
    )


def duplicates(
    parts: Mapping[str, Any],
    *,
    user: Person,
    language: str | None = None,
    exclude: int | str | None = None,
    limit: int = 5,
) -> list[Hit]:
    """Articles like this draft, compared by its whole text, most alike first.

    `exclude` is the article that is being edited, by its id or its number.
    The draft is weighed as the index would weigh it; likeness 1 is an article that says about
    each of its telling words as much as the draft itself does.
    """
    texts = {
        name: str(parts.get(name) or "")[:MAX_TEXT]
        for name in ("title", "issue", "environment", "resolution", "cause")
    }
    more = parts.get("parts")
    texts["parts"] = "\n\n".join(str(text) for text in (more or {}).values())[:MAX_TEXT]
    language = (
        base_language(language) if language else analyzer.detect(" ".join(texts.values()))
    )
    if is_outside(user):
        texts = {name: passages.outside(text) for name, text in texts.items()}
    counts = weighing.count_fields(texts, language)
    function = analyzer.function_terms(language)
    weights = {
        token: impact * (FUNCTION_WEIGHT if token in function else 1.0)
        for token, (impact, _) in weighing.impacts(counts, weighing.USUAL).items()
    }
    surface: dict[Token, str] = {}
    for text in texts.values():
        for word in analyzer.WORD.findall(text):
            for token in analyzer.tokens_of(word, language):
                surface.setdefault(token, word)
    asked = capped(Asked(language, weights, surface, function, list(weights)))
    visible = visible_articles(user, {}, archived=False)
    if exclude:
        identity = str(exclude)
        visible = (
            visible.exclude(pk=int(identity))
            if identity.isdecimal() and len(identity) < 10
            else visible.exclude(number=identity)
        )
    ranking = ranking_of(
        asked,
        visible,
        outside=is_outside(user),
        limit=MAX_DRAFT_TERMS,
        unknown=True,
        weights=asked.weights,
    )
    if ranking is None:
        return []
    found = _fetch(ranking, outside=is_outside(user), limit=limit)
    own = sum(weight * asked.weights[ranking.ids[term]] for term, weight, _ in found.known)
    for hit in found.hits:
        hit.likeness = round(min(1.0, hit.score / own), 3) if own else 0.0
    return found.hits


class Found(NamedTuple):
    """What the statement answered. `known` are the terms that ranked: id, weight, df."""

    hits: list[Hit]
    known: list[tuple[int, float, int]]
    more: bool
    counted: dict[str, dict[str, int]] | None


def _fetch(ranking: Ranking, *, outside: bool, limit: int, count: bool = False) -> Found:
    """Run the statement."""
    count_params: list[Any] = []
    counted, counts = "", "null"
    if count:
        arms, count_params = counting({})
        counted = f",{COUNTED}"
        counts = f"(select json_agg(c)::text from ({arms}) as c(facet, value, number))"
    sql = ranking.sql + BEST.format(
        impact="outside" if outside else "impact",
        fields="outside_fields" if outside else "fields",
        texts=TEXTS[outside].format(shown=TEXT_SHOWN),
        counted=counted,
        counts=counts,
    )
    with in_force().cursor() as cursor:
        cursor.execute(
            sql, [*ranking.params, REUSE, limit + 1, *count_params, ranking.asked.language]
        )
        rows = cursor.fetchall()
    known = [(int(term), weight, df) for term, weight, df in _json(rows[0][0]) or ()]
    weights = {term: weight for term, weight, _ in known}
    # In the order of the question: hits tell their words as they were asked.
    asked = [
        (term, token, ranking.asked.surface[token], token in ranking.asked.function)
        for term, token in ranking.ids.items()
        if term in weights
    ]
    found = [row for row in rows if row[2] is not None]
    hits = []
    for rank, row in enumerate(found[:limit], start=1):
        here = {int(term): (mask, impact) for term, mask, impact in _json(row[-1]) or ()}
        matches = [
            # The worth is what the word added to the score.
            passages.Match(token, word, here[term][0], weights[term] * here[term][1], function)
            for term, token, word, function in asked
            if term in here and here[term][0]
        ]
        hits.append(_hit(rank, row[2:-1], matches, outside=outside))
    told = [(row["facet"], row["value"], row["number"]) for row in _json(rows[0][1]) or ()]
    return Found(hits, known, len(found) > limit, tallied(told) if count else None)


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _hit(
    rank: int, row: Sequence[Any], matches: Sequence[passages.Match], *, outside: bool
) -> Hit:
    (pk, number, title, confidence, audience, governance, language, reuse_count) = row[:8]
    (last_reused_at, helped, views, changed_at, open_flags, score, tags, *texts) = row[8:]
    return Hit(
        article_id=pk,
        number=number,
        title=title,
        snippet=passages.snippet(texts, language, matches, outside=outside),
        why=passages.why(matches),
        confidence=confidence,
        audience=audience,
        governance=governance,
        language=language,
        reuse_count=reuse_count,
        last_reused_at=last_reused_at,
        helped=helped,
        views=views,
        changed_at=changed_at,
        open_flags=open_flags,
        score=round(score, 4),
        rank=rank,
        tags=tags,
    )


def terms(text: str, language: str | None = None) -> list[str]:
    """The query's most telling words as the person wrote them, in the order of the text."""
    asked = ask(text, language)
    if not asked.weights:
        return []
    ids = {analyzer.term_id(token): token for token in asked.weights}
    with in_force().cursor() as cursor:
        cursor.execute(
            "select id, df from articles_term where id = any(%s) and df > 0", [list(ids)]
        )
        counted = dict(cursor.fetchall())
    # Without idf's logarithm: only the order matters here. An unknown word is a name or a code.
    known = [
        (term, asked.weights[token] / (2 + counted.get(term, 0)), 1)
        for term, token in ids.items()
    ]
    return telling(asked, sorted(known, key=lambda row: -row[1]))
