"""Who contributed what to an article, read from what happened to it.

Nothing is written when somebody contributes: versions, flags, merges and questions say it all,
and what they say survives merges, because an article that was merged away still names the one
that stays.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from articles.models import Article
from people.models import Team, User


class Kind(StrEnum):
    """How somebody contributed, in the order in which they are told."""

    CREATE = "create"
    FIX = "fix"
    FLAG = "flag"
    MERGE = "merge"
    TRANSLATE = "translate"
    ANSWER = "answer"


LABELS: dict[str, Any] = {
    Kind.CREATE: _("wrote it"),
    Kind.FIX: _("improved it"),
    Kind.FLAG: _("reported a mistake"),
    Kind.MERGE: _("merged a duplicate into it"),
    Kind.TRANSLATE: _("translated it"),
    Kind.ANSWER: _("gave the answer"),
}
ORDER = {kind: place for place, kind in enumerate(Kind)}

# One row a contribution: `source` is the article that it was made to, `article` the one that it
# lives on in. The columns are plain, so that PostgreSQL takes a condition on person or source
# into each branch and to its index.
#
# An improvement is a version and not an event, because a suggestion's version is its author's,
# whoever accepted it. A version in another language than the first is a translation. What a
# merge wrote is the merge's; one that was undone is nobody's.
CONTRIBUTIONS = """
select a.id as source, coalesce(a.merged_into_id, a.id) as article, 'create' as kind,
       a.created_by_id as person, a.created_at as at
  from articles_article a
union all
select a.id, coalesce(a.merged_into_id, a.id),
       case when v.language <> ''
             and v.language <> coalesce(nullif(began.language, ''), a.language)
            then 'translate' else 'fix' end,
       v.by_id, v.at
  from articles_version v
  join articles_article a on a.id = v.article_id
  join articles_version began on began.article_id = a.id and began.number = 1
 where v.number > 1 and v.origin_type <> 'article'
union all
select a.id, coalesce(a.merged_into_id, a.id), 'flag', f.by_id, f.answered_at
  from articles_flag f join articles_article a on a.id = f.article_id
 where f.state = 'resolved' and f.by_id is not null
union all
select a.id, coalesce(a.merged_into_id, a.id), 'merge', m.by_id, m.at
  from loops_merge m join articles_article a on a.id = m.kept_id
 where m.undone_at is null
union all
select a.id, coalesce(a.merged_into_id, a.id), 'answer', q.answered_by_id, q.answered_at
  from loops_question q join articles_article a on a.id = q.article_id
 where q.answered_by_id is not null
"""


@dataclass(frozen=True)
class Contribution:
    """What one person did to an article in one way: from when to when."""

    kind: str
    first: datetime
    last: datetime

    @property
    def label(self) -> Any:
        return LABELS[self.kind]


@dataclass
class Contributor:
    person: User
    did: list[Contribution] = field(default_factory=list)

    @property
    def kinds(self) -> list[str]:
        return [one.kind for one in self.did]

    @property
    def first(self) -> datetime:
        return min(one.first for one in self.did)

    @property
    def last(self) -> datetime:
        return max(one.last for one in self.did)


@dataclass
class Roles:
    """The four roles, told apart: the first author is who wrote the article that stands today,
    the last modifier who changed its text last, the owner who answers for it, and the
    contributors everyone who ever had a part in it."""

    first_author: User
    last_modifier: User
    owner: User | None
    owner_team: Team | None
    contributors: list[Contributor]

    def teams(self) -> list[tuple[Team, list[User]]]:
        """The contributors by team, both by name. Who is in no team stands in none."""
        found: dict[Team, list[User]] = {}
        for one in self.contributors:
            if one.person.team is not None:
                found.setdefault(one.person.team, []).append(one.person)
        return sorted(found.items(), key=lambda pair: (pair[0].name, pair[0].pk))


def sources(articles: Iterable[int]) -> list[int]:
    """These articles and those that were merged into them."""
    ids = sorted(set(articles))
    merged = Article.objects.filter(merged_into__in=ids).order_by().values_list("pk", flat=True)
    return [*ids, *merged]


PEOPLE = f"""
select c.article, c.person, c.kind, min(c.at), max(c.at)
  from ({CONTRIBUTIONS}) c
  join people_user p on p.id = c.person and (p.competency <> '' or p.is_superuser)
 where c.source = any(%s)
 group by c.article, c.person, c.kind
"""


def of_articles(articles: Iterable[int]) -> dict[int, dict[int, list[Contribution]]]:
    """{article: {person: what they did}}, of people who work here or did, in one statement."""
    found: dict[int, dict[int, list[Contribution]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, [sources(articles)])
        for article, person, kind, first, last in cursor.fetchall():
            did = found.setdefault(article, {}).setdefault(person, [])
            did.append(Contribution(kind, first, last))
    for people in found.values():
        for did in people.values():
            did.sort(key=lambda one: ORDER[Kind(one.kind)])
    return found


def contributors(article: Article) -> Roles:
    """Who has which part in this article; people by name, never by how much they did."""
    did = of_articles([article.pk]).get(article.pk, {})
    named = {*did, article.created_by_id, article.changed_by_id, article.owner_id}
    people = {
        person.pk: person
        for person in User.objects.filter(pk__in=named - {None})
        .select_related("team")
        .order_by("name", "pk")
    }
    return Roles(
        first_author=people[article.created_by_id],
        last_modifier=people[article.changed_by_id],
        owner=people[article.owner_id] if article.owner_id else None,
        owner_team=article.owner_team,
        contributors=[
            Contributor(person, did[person.pk])
            for person in people.values()
            if person.pk in did
        ],
    )


def is_contributor(article: Article, person: User) -> bool:
    return person.pk in of_articles([article.pk]).get(article.pk, {})
