"""What is counted of an article: views, reuse; and its side of links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection

from articles.actions.checks import record
from articles.models import Article
from people.models import User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


def role_of(user: User | AnonymousUser | None) -> str:
    """What an activity is counted under: the competency, or customer, partner, visitor."""
    if user is None or not user.is_authenticated:
        return "visitor"
    if user.is_agent:
        return user.competency or "administrator"
    return "partner" if user.is_partner else "customer"


SEEN = """
with seen as (
  insert into articles_view (article_id, by_id, role, inside) values (%s, %s, %s, %s)
  returning article_id)
update articles_article set view_count = view_count + 1 from seen where id = seen.article_id
"""


def view(article: Article, *, by: User | AnonymousUser | None) -> None:
    """Count that somebody opened the article. One statement: it is part of every reading."""
    known = by if by is not None and by.is_authenticated else None
    inside = bool(known and known.is_agent)
    with connection.cursor() as cursor:
        cursor.execute(SEEN, [article.pk, known.pk if known else None, role_of(known), inside])
    article.view_count += 1


def count_reuse(article: Article, *, count: int, last: Any) -> None:
    """Keep what search shows of reuse; called by the verbs that add and remove links."""
    Article.objects.filter(pk=article.pk).update(reuse_count=count, last_reused_at=last)


def record_link(
    article: Article, verb: str, *, by: User, origin: tuple[str, str], **detail: Any
) -> None:
    """The article's side of a link made or removed in the workspace."""
    record(article, verb, by=by, origin=origin, **detail)
