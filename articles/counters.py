"""How often an article was viewed, helped and was linked: by day, inside or outside, and role."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from articles import actions
from articles.models import ArticleEvent, View
from people.models import SiteSettings

if TYPE_CHECKING:
    from articles.models import Article

DAYS = 400  # rows of the table; older days are in the totals

INSIDE = ("candidate", "contributor", "publisher", "administrator")


@dataclass
class Row:
    """What readers of one role did with the article on one day, or in all."""

    day: date | None
    inside: bool
    role: str
    views: int = 0
    helped: int = 0
    links: int = 0


def split(article: Article) -> dict[str, Any]:
    """{"days": rows by day, audience and role, newest first; "roles": the same in all}."""
    zone = ZoneInfo(SiteSettings.load().time_zone)
    views: Counter[tuple[date, bool, str]] = Counter()
    helped: Counter[tuple[date, bool, str]] = Counter()
    links: Counter[tuple[date, bool, str]] = Counter()
    day = TruncDate("at", tzinfo=zone)
    # What was merged into it was seen and linked under its own number.
    own = Q(article=article) | Q(article__merged_into=article)
    seen = View.objects.filter(own).annotate(day=day).values_list("day", "inside", "role")
    for *key, n in seen.annotate(n=Count("pk")).order_by():
        views[tuple(key)] = n  # type: ignore[index]
    rated = article.feedback.filter(helpful=True).annotate(day=day).values_list("day", "role")
    for on, role, n in rated.annotate(n=Count("pk")).order_by():
        helped[on, role in INSIDE, role] = n
    for event in _standing_links(article):
        role = (event.by and event.by.competency) or actions.role_of(event.by)
        links[event.at.astimezone(zone).date(), True, role] += 1
    keys = sorted(views | helped | links, key=lambda k: (-k[0].toordinal(), not k[1], k[2]))
    days = [Row(*key, views[key], helped[key], links[key]) for key in keys]
    roles: dict[tuple[bool, str], Row] = {}
    for row in days:
        total = roles.setdefault((row.inside, row.role), Row(None, row.inside, row.role))
        total.views += row.views
        total.helped += row.helped
        total.links += row.links
    return {
        "days": days[:DAYS],
        "roles": sorted(roles.values(), key=lambda row: (not row.inside, row.role)),
        "views": sum(views.values()),
        "helped": sum(helped.values()),
        "links": sum(links.values()),
    }


def _standing_links(article: Article) -> list[ArticleEvent]:
    """The links that were made and not removed since, as the article's own history tells."""
    Verb = ArticleEvent.Verb
    standing: dict[str, ArticleEvent] = {}
    own = Q(article=article) | Q(article__merged_into=article)
    linked = ArticleEvent.objects.filter(own, verb__in=[Verb.LINKED, Verb.UNLINKED])
    events = linked.select_related("by")
    for event in events.order_by("at", "pk"):
        if event.verb == Verb.LINKED:
            standing.setdefault(event.origin_id, event)
        else:
            standing.pop(event.origin_id, None)
    return list(standing.values())
