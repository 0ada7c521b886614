"""Planted searches: what a session did, row by row."""

from datetime import datetime, timedelta
from typing import Any

from articles.models import Article, View
from loops.models import Opening, Search
from people.models import User

MINUTE = timedelta(minutes=1)


def searched(
    query: str,
    *articles: Article,
    at: datetime,
    visit: str = "",
    click: int | None = None,
    by: User | None = None,
    **fields: Any,
) -> Search:
    """A search that found these articles; `click` opens the one at that place, a minute later.
    Places beyond the list stand for a longer one."""
    found = [{"article": one.pk, "number": one.number, "score": 1.0} for one in articles]
    made = Search.objects.create(
        kind=fields.pop("kind", "asked"), channel="help" if visit else "desk", visit=visit,
        by=by, query=query, results=found, count=len(found), at=at, **fields,
    )  # fmt: skip
    if click is not None:
        read(articles[min(click, len(articles)) - 1], at=at + MINUTE, of=made, rank=click)
    return made


def read(
    article: Article,
    *,
    at: datetime,
    visit: str = "",
    of: Search | None = None,
    rank: int | None = None,
    printed_at: datetime | None = None,
) -> Opening:
    """Somebody opened an article: out of a search's list, or by its address."""
    by = of.by if of else None
    visit = of.visit if of else visit
    if visit:
        inside = by is not None and by.is_agent
        role = by.competency or "customer" if by else "visitor"
        View.objects.create(article=article, by=by, role=role, inside=inside, at=at)
    return Opening.objects.create(
        article=article, search=of, rank=rank, visit=visit, by=by, at=at,
        ticket=of.ticket if of else None, printed_at=printed_at,
    )  # fmt: skip
