"""Verbs of the help centre: what a visit searched and opened is remembered.

A visit is one browser's stay, under a name that says nothing about anybody. What readers say
of an article is a verb of articles: `articles.actions.rate`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from articles import actions as article_actions
from articles.models import Article
from articles.search import query as engine
from loops.models import Opening, Search
from people.models import User
from tickets import actions as ticket_actions
from tickets.models import Ticket

CHANNEL = "help"
# The same question again within this time is a look at its next page, and an article that is
# opened again is still the same reading.
AGAIN = timedelta(minutes=30)


@transaction.atomic
def remember(
    results: engine.Results,
    *,
    by: User | None,
    visit: str,
    query: str,
    filters: dict[str, Any] | None = None,
) -> Search:
    """Record a search of this visit with what came, in order."""
    found = [
        {"article": hit.article_id, "number": hit.number, "score": round(hit.score, 3)}
        for hit in results.hits
    ]
    said = {"query": query[:2000], "filters": filters or {}}
    now = timezone.now()
    last = (
        Search.objects.filter(visit=visit, at__gte=now - AGAIN).order_by("-at", "-pk").first()
    )
    if last is not None and (last.query, last.filters) == (said["query"], said["filters"]):
        if len(found) > last.count:
            last.results, last.count = found, len(found)
            last.save(update_fields=["results", "count"])
        return last
    return Search.objects.create(
        kind=Search.Kind.ASKED,
        channel=CHANNEL,
        visit=visit,
        by=by,
        at=now,
        results=found,
        count=len(found),
        **said,
    )


# One statement: it is part of every reading. A search counts as this visit's own or not at all.
# The same article out of another list is another click, and still the same reading: what is
# returned is whether it is the first. The time is the clock's, as it is of searches, so that the
# steps of a visit stand in their order.
OPENED = """
with read as (
  select o.search_id from loops_opening o where o.visit = %(visit)s and o.article_id = %(article)s
    and o.at > now() - %(again)s::interval)
insert into loops_opening (article_id, search_id, rank, visit, by_id, at)
select %(article)s, mine.id, case when mine.id is null then null else %(rank)s::smallint end, %(visit)s,
  %(by)s::bigint, clock_timestamp()
from (select) one left join loops_search mine on mine.id = %(search)s::bigint and mine.visit = %(visit)s
where not exists (select from read where mine.id is null or read.search_id = mine.id)
returning not exists (select from read)
"""


@transaction.atomic
def open_article(
    article_id: int,
    *,
    by: User | None,
    visit: str,
    search: int | None = None,
    rank: int | None = None,
) -> bool:
    """Count a reading: once for a visit and an article, until it is long ago."""
    with connection.cursor() as cursor:
        cursor.execute(
            OPENED,
            {
                "article": article_id,
                "search": search,
                "rank": rank,
                "visit": visit,
                "by": by.pk if by else None,
                "again": f"{AGAIN.total_seconds()} seconds",
            },
        )
        told = cursor.fetchone()
    counted = bool(told and told[0])
    if counted:
        # Its number is all that counting needs, and the row behind the wall is not writable.
        article_actions.view(Article(pk=article_id), by=by)
    return counted


@transaction.atomic
def print_article(article_id: int, *, by: User | None, visit: str) -> None:
    """The page for the printer was asked for: part of the reading, which it begins if need be."""
    open_article(article_id, by=by, visit=visit)
    last = Opening.objects.filter(visit=visit, article=article_id).order_by("-at", "-pk")
    Opening.objects.filter(pk__in=last.values("pk")[:1], printed_at=None).update(
        printed_at=timezone.now()
    )


@transaction.atomic
def ask(*, by: User, subject: str, description: str, language: str, visit: str = "") -> Ticket:
    """A signed-in reader asks for help: a ticket of their own. The event keeps the visit, so
    that reports know which searches ended here."""
    requester = ticket_actions.requester_for(email=by.email, name=by.name)
    return ticket_actions.receive(
        by=by,
        requester=requester,
        subject=subject,
        description=description,
        language=language,
        channel="web",
        visit=visit,
    )
