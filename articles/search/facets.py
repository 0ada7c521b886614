"""How many articles each choice of a filter would leave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet

from articles.search.asking import ask, complete
from articles.search.ranking import is_outside, listed, ranking_of, visible_articles
from kcs.databases import in_force

if TYPE_CHECKING:
    from articles.search.ranking import Person

FACETS = ("confidence", "audience", "domain", "language", "tag")
FACET_COLUMNS = {
    "confidence": "b.confidence::text",
    "audience": "b.audience::text",
    "language": "b.language::text",
    "domain": "b.path::text",
    "tag": "tag",
}
# The rows that are counted.
# The tags that are counted, the most frequent first.
TAGS = 50

COUNTED = """
b as materialized (
  select a.confidence, a.audience, a.language, dom.path, a.tags
  from candidates c join articles_article a on a.id = c.article_id
  left join people_domain dom on dom.id = a.domain_id)"""


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
    visible = visible_articles(user, rest, archived or bool(filters.get("confidence")))
    asked = ask(text, language)
    complete(asked, text)
    if asked.weights:
        ranking = ranking_of(asked, visible, outside=is_outside(user))
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
    arms, arm_params = counting(filters, archived=archived)
    with in_force().cursor() as cursor:
        cursor.execute(f"{head} {COUNTED} {arms}", [*params, *arm_params])
        return tallied(cursor.fetchall())


def narrowed(filters: Mapping[str, Any]) -> bool:
    """Whether a facet was chosen, so that it counts among other candidates than it shows."""
    return any(listed(filters.get(name)) for name in FACETS)


def counting(filters: Mapping[str, Any], *, archived: bool = False) -> tuple[str, list[Any]]:
    """What counts the rows of COUNTED: facet, value, how many."""
    arms, params = [], []
    for name in FACETS:
        where, where_params = _facet_conditions(filters, but=name, archived=archived)
        extra = ", unnest(b.tags) tag" if name == "tag" else ""
        # A base has more tags than anybody reads: the common ones are enough.
        most = f" order by 3 desc, 2 limit {TAGS}" if name == "tag" else ""
        arms.append(
            f"(select '{name}', {FACET_COLUMNS[name]}, count(*) from b{extra} "
            f"where {where} group by 2{most})"
        )
        params += where_params
    return " union all ".join(arms), params


def tallied(rows: Iterable[Sequence[Any]]) -> dict[str, dict[str, int]]:
    """The counts by facet and value; a domain's are also its parents'."""
    counted: dict[str, dict[str, int]] = {name: {} for name in FACETS}
    for name, value, number in rows:
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
        chosen = [] if name == but else [str(value) for value in listed(filters.get(name))]
        if name == "confidence" and not chosen and but != name and not archived:
            where.append("b.confidence <> 'archived'")
        if not chosen:
            continue
        if name == "tag":
            where.append("b.tags && %s::varchar[]")
        elif name == "domain":
            where.append(
                "exists (select from unnest(%s::text[]) chosen where b.path = chosen "
                "or starts_with(b.path, chosen || '/'))"
            )
        else:
            where.append(f"b.{name} = any(%s::text[])")
        params.append(chosen)
    return " and ".join(where), params
