"""Credit: how often others solved with what somebody contributed to.

A reuse counts for a contribution when somebody else linked the article as a resolution after it.
The link of the ticket that an article was written from is not reuse. What was merged takes its
reuse along: a link made before the merge is the credit of the article that it was made to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles.models import Article
from loops.credit.lineage import CONTRIBUTIONS, LABELS, ORDER, Kind, sources
from loops.models import Link, Thanks
from people.models import User
from tickets.models import Ticket

ARTICLES = 60  # on the page; whoever has contributed to more sees those used last
TICKETS = 20
THANKED = 30

# The links that credit a contribution. `mine` is narrowed by a condition on person or source.
CREDITED = """
from (select c.source, c.article, c.kind, c.person, min(c.at) as at
        from ({contributions}) c where {condition}
       group by c.source, c.article, c.kind, c.person) mine
join articles_article kept on kept.id = mine.article
join loops_link link on link.article_id = mine.article and link.kind = 'resolution'
     and link.at > mine.at and link.by_id <> mine.person
join articles_version used on used.id = link.version_id
join tickets_ticket ticket on ticket.id = link.ticket_id
left join loops_merge merged on merged.gone_id = mine.source and merged.undone_at is null
where (used.article_id = mine.source
       or (used.article_id = mine.article and (merged.id is null or link.at > merged.at)))
  and not (kept.origin_type = 'ticket' and kept.origin_id = ticket.number)
  and not (used.number = 1 and used.origin_type = 'ticket' and used.origin_id = ticket.number)
"""


@dataclass
class Used:
    """One article that somebody contributed to, and what others did with it since."""

    article: Article
    count: int = 0
    last: datetime | None = None
    did: list[tuple[str, int]] = field(default_factory=list)

    @property
    def says(self) -> str:
        """In words, from the way of contributing that was there first."""
        kind = self.did[0][0]
        told: dict[str, Any] = {
            Kind.CREATE: ngettext(
                "Your article was reused once",
                "Your article was reused %(n)s times",
                self.count,
            ),
            Kind.FIX: ngettext(
                "Your fix was reused once", "Your fix was reused %(n)s times", self.count
            ),
            Kind.FLAG: ngettext(
                "Reused once since your report mended it",
                "Reused %(n)s times since your report mended it",
                self.count,
            ),
            Kind.MERGE: ngettext(
                "Reused once since you made one out of two",
                "Reused %(n)s times since you made one out of two",
                self.count,
            ),
            Kind.TRANSLATE: ngettext(
                "Reused once since you translated it",
                "Reused %(n)s times since you translated it",
                self.count,
            ),
            Kind.ANSWER: ngettext(
                "Your answer was reused once", "Your answer was reused %(n)s times", self.count
            ),
        }
        if not self.count:
            return _("Nobody else has solved with it yet")
        return told[kind] % {"n": self.count}

    @property
    def labels(self) -> list[tuple[Any, int]]:
        return [(LABELS[kind], n) for kind, n in self.did]


# How often an article was reused since the earliest of one's contributions, and since each kind.
BY_ARTICLE = """
with credited as (
  select mine.article, mine.kind, link.id as link, link.at {credited}
)
select article, kind, count(distinct link), max(at) from credited group by grouping sets
  ((article, kind), (article))
"""
FIRST_KINDS = """
select c.article, c.kind, min(c.at) from ({contributions}) c where c.person = %s
group by c.article, c.kind
"""
MINE = "c.person = %s"


def credit(person: User) -> list[Used]:
    """What others did with this person's knowledge, what was used last first. Three
    statements, however much it is; articles that they may not see any more are left out."""
    counted: dict[tuple[int, str | None], tuple[int, datetime]] = {}
    kinds: dict[int, list[tuple[str, datetime]]] = {}
    credited = CREDITED.format(contributions=CONTRIBUTIONS, condition=MINE)
    with connection.cursor() as cursor:
        cursor.execute(BY_ARTICLE.format(credited=credited), [person.pk])
        for article, kind, count, last in cursor.fetchall():
            counted[article, kind] = (count, last)
        cursor.execute(FIRST_KINDS.format(contributions=CONTRIBUTIONS), [person.pk])
        for article, kind, at in cursor.fetchall():
            kinds.setdefault(article, []).append((kind, at))
    used = sorted(kinds, key=lambda pk: (_when(counted, pk), pk), reverse=True)[: ARTICLES * 2]
    seen = Article.objects.visible_to(person).only("number", "title", "language").in_bulk(used)
    return [_used(seen[pk], kinds[pk], counted) for pk in used if pk in seen][:ARTICLES]


def _when(counted: dict[Any, tuple[int, datetime]], pk: int) -> float:
    return counted[pk, None][1].timestamp() if (pk, None) in counted else 0.0


def _used(
    article: Article,
    kinds: list[tuple[str, datetime]],
    counted: dict[Any, tuple[int, datetime]],
) -> Used:
    count, last = counted.get((article.pk, None), (0, None))
    first = sorted(kinds, key=lambda one: (one[1], ORDER[Kind(one[0])]))
    did = [(kind, counted.get((article.pk, kind), (0, None))[0]) for kind, _at in first]
    return Used(article, count, last, did)


TICKETS_OF = (
    "select ticket.id, max(link.at) {credited} and mine.article = %s group by ticket.id"
)


def tickets_of(person: User, article: Article) -> tuple[list[Ticket], int]:
    """The tickets that others solved with it since, as far as this person may see them, the
    newest first; and how many more there are."""
    credited = CREDITED.format(contributions=CONTRIBUTIONS, condition=MINE)
    with connection.cursor() as cursor:
        cursor.execute(TICKETS_OF.format(credited=credited), [person.pk, article.pk])
        found = dict(cursor.fetchall())
    newest = sorted(found, key=lambda pk: found[pk], reverse=True)
    seen = Ticket.objects.visible_to(person).only("number", "subject", "language", "state")
    shown = seen.in_bulk(newest[: TICKETS * 5])
    rows: list[Any] = [shown[pk] for pk in newest if pk in shown][:TICKETS]
    for row in rows:
        row.used_at = found[row.pk]
    return rows, len(newest) - len(rows)


WEEK = """
select mine.person, count(distinct link.id), count(distinct mine.article)
{credited} and link.at > %s and link.at <= %s group by mine.person
"""


def used_between(begin: datetime, end: datetime) -> dict[int, tuple[int, int]]:
    """{person: (reuses by others, of how many articles)} in this time."""
    links = Link.objects.resolutions().filter(at__gt=begin, at__lte=end).order_by()
    articles = sources(links.values_list("article", flat=True).distinct())
    credited = CREDITED.format(
        contributions=CONTRIBUTIONS, condition="c.source = any(%s) and c.person is not null"
    )
    with connection.cursor() as cursor:
        cursor.execute(WEEK.format(credited=credited), [articles, begin, end])
        return {person: (links, of) for person, links, of in cursor.fetchall()}


def thanks_to(person: User) -> list[Thanks]:
    """The thanks that this person received for what they may still see, newest first."""
    seen = Article.objects.visible_to(person)
    rows = Thanks.objects.filter(to=person, article__in=seen).select_related("article", "by")
    return list(rows.order_by("-at", "-pk")[:THANKED])


def thanked_by(article: Article, user: User) -> set[int]:
    """Whom this person has thanked for the article already."""
    return set(Thanks.objects.filter(article=article, by=user).values_list("to", flat=True))
