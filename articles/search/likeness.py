"""Which articles say the same: the index compared with itself, some articles at a time.

Two articles are compared twice: by what they say, and by what the people said whose tickets they
resolved (the demand field). Someone who writes an article a second time chooses other words, and
the people who need it do not: of the six duplicates that the demo company hides, text alone has
three among its ten best pairs, both together four of the first seven and all six of the first
eighteen. The two are joined as independent evidence: 1 − (1 − text)·(1 − demand), each the cosine
of the telling words' worth.

Nothing here asks who may see what: doors show of a pair only what the reader may see.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from math import log, sqrt
from typing import TYPE_CHECKING, Any

from django.db import connection

from articles.search import analyzer
from articles.search.weighing import BITS, FIELDS

if TYPE_CHECKING:
    from articles.models import Article

# Postings that are read to find the neighbours of one article, rarest term first, and how many
# neighbours are then compared with it.
BUDGET = 1_500
NEIGHBOURS = 8
# The heaviest terms of an article stand for it.
TERMS = 100
TEXT = sum(BITS[name] for name in FIELDS if name != "demand")

# {ids} of one statement: their telling words and what each is worth, text and demand together.
NEAR = f"""
with base as (
  select greatest(coalesce(max(articles) filter (where language = '*'), 0), 1) as articles
  from articles_corpus),
mine as materialized (
  select d.article_id, p.term_id, t.df, p.impact * ln(1 + base.articles / t.df::float8) as worth
  from articles_document d cross join base cross join unnest(d.terms) as term(id)
  join articles_posting p on p.term_id = term.id and p.article_id = d.article_id
  join articles_term t on t.id = term.id and t.df > 1
  where d.article_id = any(%s)),
asked as materialized (
  select *, sum(df) over (partition by article_id order by df, term_id) <= {BUDGET} as finds
  from mine),
met as (
  select m.article_id, p.article_id as other,
         sum(m.worth * p.impact * ln(1 + base.articles / m.df::float8)) as score
  from asked m cross join base
  join articles_posting p on p.term_id = m.term_id and p.article_id <> m.article_id
  where m.finds group by 1, 2)
select article_id, other from (
  select m.article_id, m.other,
         row_number() over (partition by m.article_id order by m.score desc, m.other) as place
  from met m
  join articles_article a on a.id = m.article_id
  join articles_article b on b.id = m.other and b.confidence <> 'archived'
    and split_part(b.language, '-', 1) = split_part(a.language, '-', 1)) ranked
where place <= {NEIGHBOURS}
"""
# Internal passages say what an article is about, too; what only tickets said does not count here.
VECTORS = f"""
with base as (
  select greatest(coalesce(max(articles) filter (where language = '*'), 0), 1) as articles
  from articles_corpus)
select article_id, term_id, worth from (
  select said.*, row_number() over (partition by article_id order by worth desc) as place from (
    select d.article_id, p.term_id,
           (case when p.outside > 0 then p.outside else p.impact end)
             * ln(1 + base.articles / greatest(coalesce(t.df, 1), 1)::float8) as worth
    from articles_document d cross join base cross join unnest(d.terms) as term(id)
    join articles_posting p on p.term_id = term.id and p.article_id = d.article_id
    left join articles_term t on t.id = term.id
    where d.article_id = any(%s) and p.fields & {TEXT} > 0) said) ranked
where place <= {TERMS}
"""

Vector = Mapping[int, float]


@dataclass
class Like:
    """How alike two articles are, from 0 to 1; `terms` are the shared ones that tell most."""

    likeness: float
    text: float
    demand: float
    terms: list[int] = field(default_factory=list)


def neighbours(ids: Collection[int]) -> dict[int, set[int]]:
    """For each of these articles some in its language that share its telling words."""
    found: dict[int, set[int]] = {pk: set() for pk in ids}
    with connection.cursor() as cursor:
        cursor.execute(NEAR, [sorted(ids)])
        for pk, other in cursor.fetchall():
            found[pk].add(other)
    return found


def compare(pairs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Like]:
    """How alike the articles of each pair are, by their texts and by their tickets."""
    wanted = {(min(pair), max(pair)) for pair in pairs}
    ids = sorted({pk for pair in wanted for pk in pair})
    said, asked = _texts(ids), _demands(ids)
    found = {}
    for one, other in wanted:
        shared = _shared(said.get(one, {}), said.get(other, {}))
        text = min(1.0, sum(shared.values()))
        demand = min(1.0, sum(_shared(asked.get(one, {}), asked.get(other, {})).values()))
        best = sorted(shared, key=lambda term: -shared[term])[:8]
        found[one, other] = Like(1 - (1 - text) * (1 - demand), text, demand, best)
    return found


def _shared(one: Vector, other: Vector) -> dict[int, float]:
    if len(one) > len(other):
        one, other = other, one
    return {term: worth * other[term] for term, worth in one.items() if term in other}


def _texts(ids: list[int]) -> dict[int, Vector]:
    vectors: dict[int, dict[int, float]] = {}
    with connection.cursor() as cursor:
        cursor.execute(VECTORS, [ids])
        for pk, term, worth in cursor.fetchall():
            vectors.setdefault(pk, {})[term] = worth
    return {pk: _unit(vector) for pk, vector in vectors.items()}


def _demands(ids: list[int]) -> dict[int, Vector]:
    """The words of the tickets that each article resolved; how often counts little."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select article_id, demand from articles_document where article_id = any(%s) "
            "and demand <> '[]'::jsonb",
            [ids],
        )
        counted = {
            pk: {
                analyzer.term_id((space, term)): 1 + log(max(n, 1))
                for space, term, n in (json.loads(kept) if isinstance(kept, str) else kept)
            }
            for pk, kept in cursor.fetchall()
        }
        terms = {term for vector in counted.values() for term in vector}
        # Not the words that most tickets have: a greeting makes nobody a duplicate.
        cursor.execute(
            "select t.id, ln(1 + base.n / t.df::float8) from articles_term t cross join "
            "(select greatest(max(articles), 1) as n from articles_corpus where language = '*') "
            "base where t.id = any(%s) and t.df > 0",
            [list(terms)],
        )
        rarity = dict(cursor.fetchall())
    return {
        pk: _unit({term: n * rarity[term] for term, n in vector.items() if term in rarity})
        for pk, vector in counted.items()
    }


def _unit(vector: dict[int, float]) -> Vector:
    length = sqrt(sum(worth * worth for worth in vector.values())) or 1.0
    return {term: worth / length for term, worth in vector.items()}


def words(article: Article, terms: Iterable[int], most: int = 5) -> list[str]:
    """These terms as the article writes them, in their order, without the words of grammar."""
    language = analyzer.base_language(article.language)
    function = {analyzer.term_id(token) for token in analyzer.function_terms(language)}
    written: dict[int, str] = {}
    parts: list[Any] = [article.title, article.issue, article.resolution, article.cause]
    parts += [article.environment, *(article.parts or {}).values()]
    for word in analyzer.WORD.findall(" ".join(str(part) for part in parts)[:50_000]):
        for token in analyzer.tokens_of(word, language):
            written.setdefault(analyzer.term_id(token), word)
    told = [written[term] for term in terms if term in written and term not in function]
    return [word for word in dict.fromkeys(told) if len(word) > 1][:most]
