"""The statement: terms find candidates among what a person may see, and rank them.

Visibility is `Article.objects.visible_to(user)`, compiled into the selection of candidates:
what a person may not see takes nobody's place and is counted nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db.models import Q

from articles.models import Article, Confidence
from articles.search import analyzer, asking
from articles.search.analyzer import Token
from articles.search.asking import Asked
from articles.search.index import DF

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from articles.queries import ArticleQuerySet
    from people.models import User

    Person = User | AnonymousUser

# How many terms rank: of a question, and of the whole text of a draft.
MAX_TERMS = 32
MAX_DRAFT_TERMS = 64
# Postings that may be read to collect candidates, rarest term first, and how many are kept.
BUDGET = 10_000
CANDIDATES = 200
# Below this size terms are counted when asked for; above, the last refresh is right enough.
SMALL = 1_000
FEW = 100

# Weights of the asked terms that the base has, rarest first. A base that is still small, and a
# word that came after the last refresh, are counted on the spot. A language is measured by its
# own articles, unless it has so few that all its words would seem common. A word of most articles
# keeps some weight: in a base about cards, "card" still tells.
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
  select q.id, n.df,
    q.weight * ln(1 + greatest(s.articles, n.df) / greatest(n.df, .5::float8)) as weight
  from unnest(%s::bigint[], %s::text[], %s::float8[]) q(id, space, weight)
  join spaces s on s.space = q.space
  cross join base
  left join articles_term t on t.id = q.id
  cross join lateral (
    select case when t.df > 0 and not base.small then t.df else (
      select {DF} from (
        select fields from articles_posting p where p.term_id = q.id limit 20000) counted) end as df
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


def _texts(*, outside: bool) -> str:
    """The columns that snippets are cut from, for readers inside or outside.

    A hit is shown in the language of the question, where the article is translated into it.
    """
    columns = []
    for name in ("issue", "environment", "resolution", "cause", "parts"):
        of = {row: f"{row}.{name}::text" for row in "at"}
        if outside:
            of = {
                row: f"coalesce({row}.outside->>'{name}', {said})" for row, said in of.items()
            }
        columns.append(
            f"left(case when t.id is null then {of['a']} else {of['t']} end, {{shown}})"
        )
    return ", ".join(columns)


TEXTS = {outside: _texts(outside=outside) for outside in (False, True)}
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
  group by p.article_id){counted}
select case when row_number() over best_first = 1 then
    (select json_agg(json_build_array(id::text, weight, df))::text from known) end,
  case when row_number() over best_first = 1 then {counts} end,
  a.id, a.number, coalesce(t.title, a.title), a.confidence, a.audience, a.governance,
  coalesce(t.language, a.language), a.reuse_count,
  a.last_reused_at, a.helped_count, a.view_count, a.changed_at, a.open_flags, best.score,
  a.tags,
  {texts}, matched.terms
from (select) one
left join (best join articles_article a on a.id = best.article_id
           left join articles_translation t on t.article_id = a.id and t.language = %s
             and t.language <> a.language
           left join matched on matched.article_id = best.article_id) on true
window best_first as (order by best.score desc, a.reuse_count desc, a.id)
order by best.score desc, a.reuse_count desc, a.id
"""


def is_outside(user: Person) -> bool:
    return not (user.is_authenticated and user.is_agent)


def visible_articles(
    user: Person, filters: Mapping[str, Any], archived: bool
) -> ArticleQuerySet:
    """The one definition of who sees what, narrowed by what was chosen."""
    found = Article.objects.visible_to(user)
    if is_outside(user):
        # What is being written anew for its template is not found until that is done: the
        # index may still know a part of it that became internal.
        found = found.exclude(outside__has_key="settling")
    if not archived and Confidence.ARCHIVED not in listed(filters.get("confidence")):
        found = found.exclude(confidence=Confidence.ARCHIVED)
    for name, value in filters.items():
        if chosen := listed(value):
            found = found.filter(condition(name, chosen))
    return found


def listed(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, (list, tuple, set)) else [value]


def condition(name: str, chosen: list[Any]) -> Q:
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
class Ranking:
    """The common part of every statement: terms, visibility, candidates."""

    asked: Asked
    weights: dict[Token, float]
    sql: str
    params: list[Any]
    ids: dict[int, Token]


def ranking_of(
    asked: Asked,
    visible: ArticleQuerySet,
    *,
    outside: bool,
    limit: int = MAX_TERMS,
    unknown: bool = False,
    weights: dict[Token, float] | None = None,
) -> Ranking | None:
    """None when there is nothing to ask, or nothing that could answer."""
    weights = weights if weights is not None else asking.across(asked, asking.languages_known())
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
    return Ranking(asked, weights, sql, params, dict(zip(ids, tokens, strict=True)))
