"""Reading the impact table: the rarest words find candidates, all words rank them.

Two statements a search. Visibility is `Article.objects.visible_to(user)`, compiled into the
selection of candidates: what a person may not see takes nobody's place and is counted nowhere.

Corrected typos (`Results.corrected`), prefixes, synonyms, pinned answers and re-ranking of
the candidates are for the next steps of `_Ranking` to add.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q

from articles.models import Article, Confidence
from articles.search import analyzer, index, passages
from articles.search.analyzer import LANGUAGE_SCRIPT, Token, base_language

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from articles.queries import ArticleQuerySet
    from people.models import User

    Person = User | AnonymousUser

# How much of a text is read, how many of its terms are looked up, and how many rank.
MAX_TEXT = 20_000
MAX_ASKED = 800
MAX_TERMS = 32
MAX_DRAFT_TERMS = 64
# Postings that may be read to collect candidates, rarest term first, and how many are kept.
BUDGET = 10_000
CANDIDATES = 200
# Below this size terms are counted when asked for; above, the last refresh is right enough.
SMALL = 1_000
FEW = 100
# A term counts this much more often in the query before it stops mattering.
K3 = 8
FUNCTION_WEIGHT = 0.3
CONTEXT_WEIGHT = 0.5
# A word read as another language of its script: "terminal" in a German article.
OTHER_LANGUAGE = 0.7
# Of two equal texts the reused one stands first; worth about a tenth of a rare word.
REUSE = 0.02
TEXT_SHOWN = 8_000
CHIPS = 6


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


@dataclass(slots=True)
class Asked:
    """The terms of a query: how often, how heavy, and as which word a person wrote them."""

    language: str
    weights: dict[Token, float]
    surface: dict[Token, str]
    function: frozenset[Token]
    order: list[Token]


# From words to terms ---------------------------------------------------------------------------


def _ask(
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
    return _capped(Asked(language, weights, surface, function, order))


def _capped(asked: Asked) -> Asked:
    """Of a very long text only so many terms: the first ones, words that say something first."""
    if len(asked.weights) > MAX_ASKED:
        kept = sorted(asked.weights, key=lambda token: token in asked.function)[:MAX_ASKED]
        asked.weights = {token: asked.weights[token] for token in kept}
    return asked


def _across(asked: Asked, languages: Iterable[str]) -> dict[Token, float]:
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


def _languages() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("select language from articles_corpus")
        return [language for (language,) in cursor.fetchall()]


# The statement ---------------------------------------------------------------------------------

# Weights of the asked terms that the base has, rarest first. A base that is still small, and a
# word that came after the last refresh, are counted on the spot. A language is measured by its
# own articles, unless it has so few that all its words would seem common.
TERMS = f"""
with base as materialized (
  select articles, articles < {SMALL} as small
  from (select coalesce(max(articles) filter (where language = '*'), 0) as articles
        from articles_corpus) counted),
spaces as materialized (
  select s.space, case
      when base.small then (
        select case when s.space = '' then count(*) else greatest(
          count(*) filter (where s.space = any(d.spaces)), least(count(*), {FEW})) end
        from articles_document d)
      when s.space = '' then base.articles
      else greatest(c.articles, {FEW}) end as articles
  from unnest(%s::text[]) s(space) cross join base
  left join articles_corpus c on c.language = s.space),
known as materialized (
  select q.id, n.df, q.weight * ln(
           1 + (greatest(s.articles, n.df) - n.df + .5::float8) / (n.df + .5::float8)) as weight
  from unnest(%s::bigint[], %s::text[], %s::float8[]) q(id, space, weight)
  join spaces s on s.space = q.space
  cross join base
  left join articles_term t on t.id = q.id
  cross join lateral (
    select case when t.df > 0 and not base.small then t.df else (
      select count(*)::int from (
        select from articles_posting p where p.term_id = q.id limit 20000) counted) end as df
    offset 0) n
  where n.df > 0 or %s
  order by weight desc, q.id limit %s),
"""
# The rarest terms that fit the budget find candidates; from the best down, those that this
# person may see are taken, until there are enough. {impact} is impact or outside.
CANDIDATE = """
costed as materialized (
  select *, sum(df) over (order by weight desc, id) <= %s
            or row_number() over (order by weight desc, id) = 1 as finds
  from known where df > 0),
found as materialized (
  select p.article_id, sum(p.{impact} * k.weight) as score
  from costed k join articles_posting p on p.term_id = k.id
  where k.finds and p.{impact} > 0
  group by p.article_id order by score desc, p.article_id),
candidates as materialized (
  select f.article_id, f.score
  from found f cross join lateral (
    select from ({visible}) as v(id) where v.id = f.article_id limit 1) seen
  limit %s),
"""
# The common terms are only looked up for the candidates: one pass over the index a term.
BEST = """
scored as materialized (
  select article_id, sum(score) as score from (
    select article_id, score from candidates
    union all
    select p.article_id, p.{impact} * k.weight
    from costed k join articles_posting p on p.term_id = k.id
      and p.article_id = any((select array_agg(article_id) from candidates)::int[])
    where not k.finds) parts
  group by article_id),
best as materialized (
  select s.article_id, s.score * (1 + %s * ln(1 + a.reuse_count::float8)) as score
  from scored s join articles_article a on a.id = s.article_id
  order by score desc, a.reuse_count desc, s.article_id limit %s),
matched as materialized (
  select p.article_id,
    json_agg(json_build_array(p.term_id::text, p.{fields}, p.{impact})) as terms
  from known k join articles_posting p on p.term_id = k.id
    and p.article_id = any((select array_agg(article_id) from best)::int[])
  group by p.article_id)
select (select json_agg(json_build_array(id::text, weight, df)) from known),
  a.id, a.number, a.title, a.confidence, a.audience, a.governance, a.language, a.reuse_count,
  a.last_reused_at, a.helped_count, a.view_count, best.score, a.tags,
  left(a.issue, {shown}), left(a.environment, {shown}), left(a.resolution, {shown}),
  left(a.cause, {shown}), left(a.parts::text, {shown}), matched.terms
from (select) one
left join (best join articles_article a on a.id = best.article_id
           left join matched on matched.article_id = best.article_id) on true
order by best.score desc, a.reuse_count desc, a.id
"""


def _is_outside(user: Person) -> bool:
    return not (user.is_authenticated and user.is_agent)


def _visible(user: Person, filters: Mapping[str, Any], archived: bool) -> ArticleQuerySet:
    """The one definition of who sees what, narrowed by what was chosen."""
    found = Article.objects.visible_to(user)
    if not archived and Confidence.ARCHIVED not in _listed(filters.get("confidence")):
        found = found.exclude(confidence=Confidence.ARCHIVED)
    for name, value in filters.items():
        if chosen := _listed(value):
            found = found.filter(_condition(name, chosen))
    return found


def _listed(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, (list, tuple, set)) else [value]


def _condition(name: str, chosen: list[Any]) -> Q:
    if name in ("confidence", "audience", "governance", "language"):
        return Q(**{f"{name}__in": chosen})
    if name == "tag":
        return Q(tags__overlap=[str(tag) for tag in chosen])
    if name == "owner":
        return Q(owner__in=chosen)
    if name == "flagged":
        return Q(open_flags__gt=0) if chosen[0] else Q(open_flags=0)
    if name == "domain":
        wanted = Q(pk__in=[])
        for branch in chosen:
            path = getattr(branch, "path", branch)
            if isinstance(path, int):
                wanted |= Q(domain=path)
            else:
                wanted |= Q(domain__path=path) | Q(domain__path__startswith=f"{path}/")
        return wanted
    raise ValueError(f"Articles can not be searched by {name!r}.")


@dataclass(slots=True)
class _Ranking:
    """The common part of every statement: terms, visibility, candidates."""

    asked: Asked
    weights: dict[Token, float]
    sql: str
    params: list[Any]
    ids: dict[int, Token]


def _ranking(
    asked: Asked,
    visible: ArticleQuerySet,
    *,
    outside: bool,
    limit: int = MAX_TERMS,
    unknown: bool = False,
    weights: dict[Token, float] | None = None,
) -> _Ranking | None:
    """None when there is nothing to ask, or nothing that could answer."""
    weights = weights if weights is not None else _across(asked, _languages())
    if not weights:
        return None
    try:
        seen, seen_params = visible.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return None
    tokens = list(weights)
    ids = [analyzer.term_id(token) for token in tokens]
    sql = TERMS + CANDIDATE.format(
        visible=seen,
        impact="outside" if outside else "impact",
    )
    params = [
        sorted({space for space, _ in tokens}),
        ids,
        [space for space, _ in tokens],
        [weights[token] for token in tokens],
        unknown,
        limit,
        BUDGET,
        *seen_params,
        CANDIDATES,
    ]
    return _Ranking(asked, weights, sql, params, dict(zip(ids, tokens, strict=True)))


# Questions -------------------------------------------------------------------------------------


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
) -> Results:
    """The articles that answer this text best, among those this person may see.

    `drop` and `add` are words a person took out of the query or put in; `context` is text
    that counts half (the environment of a ticket). `filters`: domain (path, branch included),
    confidence, audience, governance, tag, language, owner; each one value or a list.
    """
    asked = _ask(text, language, drop=drop, add=add, context=context)
    ranking = _ranking(
        asked, _visible(user, filters or {}, archived), outside=_is_outside(user)
    )
    if ranking is None:
        return Results([], [], language=asked.language)
    hits, known, more = _fetch(ranking, outside=_is_outside(user), limit=limit)
    return Results(hits, _telling(asked, known), more=more, language=asked.language)


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
    if _is_outside(user):
        texts = {name: passages.outside(text) for name, text in texts.items()}
    counts = index.count_fields(texts, language)
    function = analyzer.function_terms(language)
    weights = {
        token: impact * (FUNCTION_WEIGHT if token in function else 1.0)
        for token, (impact, _) in index.impacts(counts, index.USUAL).items()
    }
    surface: dict[Token, str] = {}
    for text in texts.values():
        for word in analyzer.WORD.findall(text):
            for token in analyzer.tokens_of(word, language):
                surface.setdefault(token, word)
    asked = _capped(Asked(language, weights, surface, function, list(weights)))
    visible = _visible(user, {}, archived=False)
    if exclude:
        identity = str(exclude)
        visible = (
            visible.exclude(pk=int(identity))
            if identity.isdecimal() and len(identity) < 10
            else visible.exclude(number=identity)
        )
    ranking = _ranking(
        asked,
        visible,
        outside=_is_outside(user),
        limit=MAX_DRAFT_TERMS,
        unknown=True,
        weights=asked.weights,
    )
    if ranking is None:
        return []
    hits, known, _ = _fetch(ranking, outside=_is_outside(user), limit=limit)
    own = sum(weight * asked.weights[ranking.ids[term]] for term, weight, _ in known)
    for hit in hits:
        hit.likeness = round(min(1.0, hit.score / own), 3) if own else 0.0
    return hits


def _fetch(
    ranking: _Ranking, *, outside: bool, limit: int
) -> tuple[list[Hit], list[tuple[int, float, int]], bool]:
    """Run the statement: hits, the terms that ranked (id, weight, df), whether there is more."""
    sql = ranking.sql + BEST.format(
        impact="outside" if outside else "impact",
        fields="outside_fields" if outside else "fields",
        shown=TEXT_SHOWN,
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*ranking.params, REUSE, limit + 1])
        rows = cursor.fetchall()
    known = [(int(term), weight, df) for term, weight, df in _json(rows[0][0]) or ()]
    weights = {term: weight for term, weight, _ in known}
    found = [row for row in rows if row[1] is not None]
    hits = [
        _hit(rank, row[1:], ranking, weights, outside=outside)
        for rank, row in enumerate(found[:limit], start=1)
    ]
    return hits, known, len(found) > limit


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _hit(
    rank: int,
    row: Sequence[Any],
    ranking: _Ranking,
    weights: Mapping[int, float],
    *,
    outside: bool,
) -> Hit:
    (pk, number, title, confidence, audience, governance, language, reuse_count) = row[:8]
    (last_reused_at, helped, views, score, tags, *texts, matched) = row[8:]
    found = {int(term): (mask, impact) for term, mask, impact in _json(matched) or () if mask}
    # In the order of the question, with what each word added to the score.
    matches = [
        passages.Match(
            token,
            ranking.asked.surface[token],
            found[term][0],
            weights[term] * found[term][1],
            token in ranking.asked.function,
        )
        for term, token in ranking.ids.items()
        if term in found
    ]
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
        score=round(score, 4),
        rank=rank,
        tags=tags,
    )


def terms(text: str, language: str | None = None) -> list[str]:
    """The query's most telling words as the person wrote them, in the order of the text."""
    asked = _ask(text, language)
    if not asked.weights:
        return []
    ids = {analyzer.term_id(token): token for token in asked.weights}
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, df from articles_term where id = any(%s) and df > 0", [list(ids)]
        )
        counted = dict(cursor.fetchall())
    # Without idf's logarithm: only the order matters here. An unknown word is a name or a code.
    known = [
        (term, asked.weights[token] / (2 + counted.get(term, 0)), 1)
        for term, token in ids.items()
    ]
    return _telling(asked, sorted(known, key=lambda row: -row[1]))


def _telling(asked: Asked, known: Sequence[tuple[int, float, int]]) -> list[str]:
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


# Facets ----------------------------------------------------------------------------------------

FACETS = ("confidence", "audience", "domain", "language", "tag")
FACET_COLUMNS = {
    "confidence": "b.confidence::text",
    "audience": "b.audience::text",
    "language": "b.language::text",
    "domain": "dom.path::text",
    "tag": "tag",
}


def facets(
    text: str,
    *,
    user: Person,
    filters: Mapping[str, Any] | None = None,
    language: str | None = None,
    archived: bool = False,
) -> dict[str, dict[str, int]]:
    """How many of the candidates each choice would leave: {facet: {value: count}}.

    A facet ignores its own choice, so that another value can be picked. Domains count their
    branches too. Without words the candidates are everything this person may see.
    """
    filters = dict(filters or {})
    rest = {name: value for name, value in filters.items() if name not in FACETS}
    visible = _visible(user, rest, archived or bool(filters.get("confidence")))
    asked = _ask(text, language)
    if asked.weights:
        ranking = _ranking(asked, visible, outside=_is_outside(user))
        if ranking is None:
            return {name: {} for name in FACETS}
        head, params = ranking.sql, ranking.params
    else:
        try:
            seen, seen_params = visible.order_by().values("pk").query.sql_with_params()
        except EmptyResultSet:
            return {name: {} for name in FACETS}
        head, params = (
            f"with candidates as (select seen.id as article_id from ({seen}) as seen(id)),",
            list(seen_params),
        )
    arms, arm_params = [], []
    for name in FACETS:
        where, where_params = _facet_conditions(filters, but=name, archived=archived)
        extra = ", unnest(b.tags) tag" if name == "tag" else ""
        arms.append(
            f"select '{name}', {FACET_COLUMNS[name]}, count(*) "
            f"from b left join people_domain dom on dom.id = b.domain_id{extra} "
            f"where {where} group by 2"
        )
        arm_params += where_params
    sql = (
        f"{head} b as materialized (select a.confidence, a.audience, a.language, a.domain_id, "
        "a.tags from candidates c join articles_article a on a.id = c.article_id) "
        + " union all ".join(arms)
    )
    counted: dict[str, dict[str, int]] = {name: {} for name in FACETS}
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, *arm_params])
        for name, value, number in cursor.fetchall():
            if value is None:
                continue
            if name == "domain":
                steps = value.split("/")
                for depth in range(1, len(steps) + 1):
                    path = "/".join(steps[:depth])
                    counted[name][path] = counted[name].get(path, 0) + number
            else:
                counted[name][value] = number
    return counted


def _facet_conditions(
    filters: Mapping[str, Any], *, but: str, archived: bool
) -> tuple[str, list[Any]]:
    where, params = ["true"], []
    for name in FACETS:
        chosen = [] if name == but else [str(value) for value in _listed(filters.get(name))]
        if name == "confidence" and not chosen and but != name and not archived:
            where.append("b.confidence <> 'archived'")
        if not chosen:
            continue
        if name == "tag":
            where.append("b.tags && %s::varchar[]")
        elif name == "domain":
            where.append(
                "exists (select from unnest(%s::text[]) path where dom.path = path "
                "or starts_with(dom.path, path || '/'))"
            )
        else:
            where.append(f"b.{name} = any(%s::text[])")
        params.append(chosen)
    return " and ".join(where), params
