"""Known and not found: the agent's search is made again, against the article as it was then,
and once more with the requester's words in its issue. What that gains is proposed.

Approximations, and they are small: of the other articles those count that existed when the
ticket came, as they are worded today; and the index knows today's frequencies of words.
Nothing of it is kept: each replay is a transaction that is rolled back.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from articles.models import Article, Version
from articles.search import evaluation, index, query
from loops.evolve.jobs import Tick, silent
from loops.evolve.topics.night import alone
from loops.evolve.topics.reading import INSIDER, OURS
from loops.models import Miss, Search
from tickets.models import Ticket

# The newest come first; what is left waits for the next night.
A_NIGHT = 200
RECENT = timedelta(days=180)
DEEP = 20  # whoever looks further would rather ask a colleague
WORDS = 600
# First stood there, and was not taken: that is for coaching, and words do not help.
SEEN = 1

DUE = f"""
select k.ticket_id, k.answered_by_id, s.id
from loops_tickettopic k
join tickets_ticket t on t.id = k.ticket_id
left join people_team g on g.id = t.team_id
join lateral (select s.id from loops_search s
  where s.ticket_id = t.id and (s.query <> '' or s.kind = 'suggested') and not {INSIDER}
  order by s.kind = 'asked' desc, s.at desc, s.id desc limit 1) s on true
where k.novelty = 'known_not_found' and t.created_at >= %(since)s and t.created_at < %(now)s
  and {OURS}
  and not exists (select from loops_miss m where m.ticket_id = k.ticket_id)
  and not exists (select from loops_link l where l.ticket_id = t.id)
order by t.created_at desc, t.id desc limit %(most)s
"""


def run(tick: Tick = silent, day: date | None = None, *, most: int = A_NIGHT) -> int:
    """Replay what was missed since; how many missed answers have words to propose."""
    now = timezone.now()
    found = 0
    with alone() as mine:
        if not mine:
            return 0
        with connection.cursor() as cursor:
            cursor.execute(DUE, {"since": now - RECENT, "now": now, "most": most})
            due = cursor.fetchall()
        for ticket, article, search in due:
            found += replay(ticket, article, search)
            tick(1)
    return found


def replay(ticket_id: int, article_id: int, search_id: int) -> bool:
    """Look where one search has the article, without and with the requester's words; keep the
    miss where they gain. A miss without gain is kept as dismissed: it is not replayed again."""
    ticket = Ticket.objects.get(pk=ticket_id)
    search = Search.objects.get(pk=search_id)
    words = said(ticket)
    with transaction.atomic():
        ranks = _ranks(ticket, article_id, search, words)
        transaction.set_rollback(True)
    before, after = ranks
    gains = after is not None and (before is None or after < before) and before != SEEN
    Miss.objects.get_or_create(
        ticket=ticket,
        defaults={
            "article_id": article_id,
            "search": search,
            "rank": before,
            "rank_with": after,
            "words": words,
            "found_at": timezone.now(),
            "state": Miss.State.OPEN if gains else Miss.State.DISMISSED,
        },
    )
    return gains


def said(ticket: Ticket) -> str:
    """What the requester wrote, as a passage of an issue: the subject, and what goes on."""
    text = ticket.description.strip()
    if ticket.subject.rstrip(" .?!").casefold() not in text.casefold():
        text = f"{ticket.subject}\n{text}"
    if len(text) > WORDS:
        text = text[:WORDS].rsplit(" ", 1)[0]
    return text.strip() or ticket.subject


def _ranks(
    ticket: Ticket, article_id: int, search: Search, words: str
) -> tuple[int | None, int | None]:
    """Where the search had the article then, and where it would have had it."""
    article = Article.objects.select_related("template").get(pk=article_id)
    then = (
        Version.objects.filter(article=article, at__lte=search.at, language=article.language)
        .order_by("-at", "-pk")
        .first()
    )
    if then is not None:
        for name in evaluation.PARTS:
            setattr(article, name, getattr(then, name))
    index.write(article)
    before = _rank(ticket, article_id, search)
    article.issue = f"{article.issue}\n\n{words}"
    index.write(article)
    return before, _rank(ticket, article_id, search)


def _rank(ticket: Ticket, article_id: int, search: Search) -> int | None:
    asked = search.query or evaluation.text_of(
        {"subject": ticket.subject, "description": ticket.description}
    )
    filters: dict[str, Any] = search.filters if isinstance(search.filters, dict) else {}
    results = query.search(
        asked,
        user=evaluation.reader(),
        language=None if search.query else ticket.language,
        filters=filters,
        limit=DEEP * 2,
    )
    keys = [hit.article_id for hit in results.hits]
    older = _older(keys, search.at)
    there = [key for key in keys if key in older or key == article_id]
    place = there.index(article_id) + 1 if article_id in there else None
    return place if place is not None and place <= DEEP else None


def _older(keys: list[int], at: datetime) -> set[int]:
    found = Article.objects.filter(pk__in=keys, created_at__lte=at)
    return set(found.values_list("pk", flat=True))
