"""Contributions to articles and the reuse that they earned, as rows to sum.

Both are read by `loops.credit`'s own statements: one definition of who contributed, and of which
reuse is whose, on the pages of credit and in the reports.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q

from articles.models import Article
from loops.credit.lineage import CONTRIBUTIONS
from loops.credit.queries import CREDITED
from loops.models import Link
from loops.reports.asked import Asked
from people.models import User

# What a group is told by, where c is the credit, p the person, a the article, d its domain.
GROUPS = {
    "": "null::text",
    "person": "c.person",
    "team": "p.team_id",
    "role": "p.competency",
    "domain": "a.domain_id",
    "category": "split_part(d.path, '/', 1)",
    "tag": "unnest(a.tags)",
    "origin": "a.origin_type",
    "origin_id": "a.origin_type || chr(31) || a.origin_id",
}
READ = """
select {group} as _group, array_agg(distinct c.person) as _people, {sums}
  from ({credits}) c
  join people_user p on p.id = c.person
  join articles_article a on a.id = c.article
  left join people_domain d on d.id = a.domain_id
 group by 1
"""
COURSE = """
select date_trunc('{unit}', c.at at time zone %s)::date as _when, {sums}
  from ({credits}) c group by 1
"""
# One row a person and article: from when to when, and in which ways.
CONTRIBUTED = f"""
select c.person, c.article, min(c.at) as at, max(c.at) as last, count(*) as acts,
       array_agg(distinct c.kind) as kinds
  from ({CONTRIBUTIONS}) c
 where c.at >= %s and c.at < %s and c.article in ({{articles}}) and c.person in ({{people}})
 group by c.person, c.article
"""
# One row a person and link.
CITED = f"""
select mine.person, link.id as link, link.at, kept.id as article,
       array_agg(distinct mine.kind) as kinds
{CREDITED.format(contributions=CONTRIBUTIONS, condition="c.person in ({people})")}
   and link.at >= %s and link.at < %s {{links}}
 group by mine.person, link.id, link.at, kept.id
"""


def sql_of(queryset: Any, column: str = "pk") -> tuple[str, list[Any]]:
    sql, params = queryset.order_by().values(column).query.sql_with_params()
    return sql, list(params)


def contributed(
    asked: Asked, *, begins: Any = None, scoped: bool = True, number: str = ""
) -> tuple[str, list[Any]]:
    """Who contributed to which article in the period, or since `begins`, as a statement."""
    found = Article.objects.filter(asked.articles(""))
    articles, a = sql_of(found.filter(number__iexact=number) if number else found)
    people, p = sql_of(whose(asked, scoped=scoped))
    begins = asked.begins if begins is None else begins
    return CONTRIBUTED.format(articles=articles, people=people), [begins, asked.ends, *a, *p]


def cited(asked: Asked) -> tuple[str, list[Any]]:
    """Which link of the period is whose citation, as a statement."""
    people, p = sql_of(whose(asked))
    links = ""
    parameters: list[Any] = []
    # Whoever sees all of them spares the database a look at each.
    if seen := asked.articles() & asked.tickets():
        found, parameters = sql_of(Link.objects.filter(seen))
        links = f"and link.id in ({found})"
    params = [*p, asked.begins, asked.ends, *parameters]
    return CITED.format(people=people, links=links), params


def whose(asked: Asked, *, scoped: bool = True) -> Any:
    """The people who are asked about, among those who work here or did."""
    inside = ~Q(competency="") | Q(is_superuser=True)
    return User.objects.filter(asked.whose("", scoped=scoped), inside)


@dataclass(frozen=True)
class Credits:
    """A part of a report that sums such a statement, like `loops.reports.tallies.Part`."""

    statement: tuple[str, list[Any]]
    sums: dict[str, str]

    def read(self, by: str, *, people: bool) -> list[dict[str, Any]]:
        sql, params = self.statement
        return fetch(READ.format(group=GROUPS[by], sums=self._sums, credits=sql), params)

    def course(self, trunc: Any, asked: Asked) -> list[dict[str, Any]]:
        sql, params = self.statement
        unit = trunc.kind
        return fetch(
            COURSE.format(unit=unit, sums=self._sums, credits=sql), [str(asked.zone), *params]
        )

    @property
    def _sums(self) -> str:
        return ", ".join(f"{expression} as {name}" for name, expression in self.sums.items())


def fetch(sql: str, params: list[Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
