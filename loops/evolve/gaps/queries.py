"""Gaps, topics, bursts and missed answers, as far as one person may see what stands behind.

The rows leave the tickets of private teams out; the tickets, searches and words that are shown
beside them are those that the asking person may see.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.models import Article
from loops.models import Burst, Gap, GapSearch, Link, Miss, Search, TicketTopic, Topic
from people.models import Domain, User
from tickets.models import Ticket

TICKETS = 20
SEARCHES = 12
QUOTES = 5
QUOTE = 400  # characters of each
DAYS = 60  # of bursts
ORDER = ("-cost", "pk")
FILTERS = ("state", "kind", "domain", "language")


def gaps(asked: dict[str, str]) -> QuerySet[Gap]:
    """The gaps of a list: open ones unless another state is asked for, the dearest first."""
    found = _narrowed(Gap.objects.all(), asked, usual=Gap.State.OPEN)
    return found.select_related("domain", "article", "topic").defer(*_heavy("article"))


def topics(asked: dict[str, str]) -> QuerySet[Topic]:
    """The topics that are asked now, the dearest first."""
    found = _narrowed(Topic.objects.all(), asked, usual=Topic.State.OPEN)
    return found.select_related("domain", "article").defer(*_heavy("article"))


def _narrowed(found: QuerySet[Any], asked: dict[str, str], *, usual: str) -> QuerySet[Any]:
    found = found.filter(state=asked.get("state") or usual)
    if kind := asked.get("kind"):
        found = found.filter(kind=kind)
    if language := asked.get("language"):
        found = found.filter(language=language[:12].lower())
    return _branch(found, asked)


def _branch(found: QuerySet[Any], asked: dict[str, str]) -> QuerySet[Any]:
    if path := asked.get("domain", "").strip("/")[:250]:
        branch = Domain.objects.branch(path).order_by().values_list("pk", flat=True)
        return found.filter(domain__in=list(branch))
    return found


def _heavy(prefix: str) -> list[str]:
    names = ("issue", "environment", "resolution", "cause", "parts", "rendered", "outside")
    return [f"{prefix}__{name}" for name in names]


def visible_articles(rows: list[Any], user: User) -> set[int]:
    """Which of these rows' articles this person may see: titles of others are not shown."""
    keys = {row.article_id for row in rows if row.article_id}
    if not keys:
        return set()
    seen = Article.objects.visible_to(user).order_by().filter(pk__in=keys)
    return set(seen.values_list("pk", flat=True))


def is_hidden(row: Topic | Gap, seen: set[int]) -> bool:
    """Whether its name is the title of an article that its reader may not see: a known topic's,
    and a gap's that is there and is not found."""
    titled = isinstance(row, Topic) or row.kind == Gap.Kind.FINDABILITY
    return titled and row.article_id is not None and row.article_id not in seen


def named(row: Topic | Gap, seen: set[int]) -> str:
    """What a topic or a gap is called for somebody who may see these articles."""
    return _("An article that you may not see") if is_hidden(row, seen) else row.name


def tickets_of(topic: Topic | None, user: User) -> QuerySet[Ticket]:
    """The tickets of a topic that this person may see, those nearest to its middle first."""
    if topic is None:
        return Ticket.objects.none()
    return (
        Ticket.objects.visible_to(user)
        .filter(topic_of__topic=topic)
        .select_related("assignee")
        .order_by("-topic_of__score", "-pk")
    )


def quotes(topic: Topic | None, user: User) -> list[Ticket]:
    """The tickets whose words say best what is asked: the central one and its nearest."""
    if topic is None:
        return []
    middle = topic.central_id or 0
    central = list(Ticket.objects.visible_to(user).filter(pk=middle))
    near = tickets_of(topic, user).exclude(pk=middle)[: QUOTES - len(central)]
    return [*central, *near]


@dataclass(frozen=True)
class Asked:
    """One wording of a search, how often it was asked, where, and when last."""

    query: str
    times: int
    last: Any
    outside: int


def searches_of(gap: Gap, user: User) -> list[Asked]:
    """The searches that are evidence of a gap, as worded, the most frequent first. One that was
    made on a ticket is left out for who may not see the ticket, and what people of a private team
    searched for, for everybody."""
    seen = Ticket.objects.visible_to(user).order_by()
    rows = (
        Search.objects.filter(pk__in=GapSearch.objects.filter(gap=gap).values("search"))
        .filter(Q(ticket=None) | Q(ticket__in=seen))
        .exclude(by__team__private=True)
        .order_by("-at")
        .values_list("query", "channel", "at")[:500]
    )
    counted: Counter[str] = Counter()
    outside: Counter[str] = Counter()
    said: dict[str, tuple[str, Any]] = {}
    for query, channel, at in rows:
        key = " ".join(query.lower().split())
        counted[key] += 1
        outside[key] += channel == "help"
        said.setdefault(key, (query, at))
    return [
        Asked(said[key][0], times, said[key][1], outside[key])
        for key, times in counted.most_common(SEARCHES)
    ]


def facets(topic: Topic | None) -> dict[str, Any]:
    """The environment that at least two of three tickets of a topic share; private teams' left
    out."""
    if topic is None:
        return {}
    rows = list(
        TicketTopic.objects.filter(topic=topic)
        .exclude(ticket__team__private=True)
        .order_by("-pk")
        .values_list("ticket__environment", flat=True)[:200]
    )
    counted: Counter[tuple[str, Any]] = Counter(
        (name, value)
        for row in rows
        for name, value in row.items()
        if isinstance(value, str | int | float | bool)
    )
    return {
        name: value for (name, value), times in counted.items() if times * 3 >= len(rows) * 2
    }


def bursts(asked: dict[str, str], today: date | None = None) -> QuerySet[Burst]:
    """The bursts of the last sixty days, the newest first, the dearest of a day first."""
    today = today or timezone.localdate()
    found = Burst.objects.filter(day__gt=today - timedelta(days=DAYS))
    if path := asked.get("domain", "").strip("/")[:250]:
        branch = Domain.objects.branch(path).order_by().values_list("pk", flat=True)
        found = found.filter(topic__domain__in=list(branch))
    return found.select_related("topic__domain", "topic__article", "seen_by").defer(
        *_heavy("topic__article")
    )


def misses(user: User, *, state: str = "open") -> QuerySet[Miss]:
    """Answers that were there and were not found, of tickets and articles that this person may
    see; the greatest gain of rank first."""
    return (
        Miss.objects.filter(
            state=state,
            ticket__in=Ticket.objects.visible_to(user).order_by(),
            article__in=Article.objects.visible_to(user).order_by(),
        )
        .select_related("ticket", "article", "search", "decided_by")
        .order_by("-found_at", "-pk")
    )


def used(topic: Topic) -> list[tuple[int, int]]:
    """(article, links) of the resolution articles that the topic's tickets ended with."""
    rows = (
        Link.objects.resolutions()
        .filter(ticket__topic_of__topic=topic)
        .exclude(ticket__team__private=True)
        .order_by()
        .values("article")
        .annotate(n=Count("pk"))
        .order_by("-n", "article")[:10]
    )
    return [(row["article"], row["n"]) for row in rows]
