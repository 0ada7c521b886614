"""Questions about improvements: which ones somebody may see, and what hangs on one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject

from articles.models import Article
from articles.queries import ArticleQuerySet
from loops.evolve.improvements import rights
from loops.evolve.improvements.evidence import READ, open_tickets
from loops.models import Gap, Improvement
from people.models import User
from tickets.models import Ticket

ORDER = ("-cost", "-pk")
TICKETS = 20
RELATED = ("article", "topic", "domain", "owner", "by", "answered_by", "decided_by")


def visible_to(user: User) -> QuerySet[Improvement]:
    """The only way a door may reach an improvement. Agents see all, but not those of an article
    that they may not see; the product team sees what is to be fixed in the product."""
    if not user.is_authenticated or not rights.may_read(user):
        return Improvement.objects.none()
    if not user.is_agent:
        return Improvement.objects.filter(kind=rights.PRODUCT)
    articles = Article.objects.visible_to(user).order_by()
    if not articles.query.where:
        return Improvement.objects.all()
    keys = articles.values("pk")
    seen = Q(article=None) | Q(article__in=keys)
    both = Q(pair=None) | Q(pair__newer__in=keys, pair__older__in=keys)
    # A known topic, and a gap that is there and is not found, are named after their article.
    topic = Q(topic__article=None) | Q(topic__article__in=keys)
    gap = ~Q(gap__kind=Gap.Kind.FINDABILITY) | Q(gap=None) | Q(gap__article__in=keys)
    return Improvement.objects.filter(seen & both & topic & gap)


def shown(rows: QuerySet[Improvement]) -> QuerySet[Improvement]:
    """With what a row shows, and without the articles' texts."""
    heavy = ("issue", "environment", "resolution", "cause", "parts", "rendered", "outside")
    return rows.select_related(*RELATED).defer(*(f"article__{name}" for name in heavy))


def said(rows: Sequence[Improvement]) -> dict[int, list[dict[str, str]]]:
    """The requesters' words of each, without those of tickets that are a private team's since:
    nobody waits for the night."""
    told = {row.pk: row.evidence.get("words", []) for row in rows}
    behind = {row.pk: row.evidence.get("numbers", [])[:READ] for row in rows}
    numbers = {one["ticket"] for words in told.values() for one in words if "ticket" in one}
    # Older words do not say whose they are: one of these.
    numbers |= {n for pk, words in told.items() for n in behind[pk]
                if any("ticket" not in one for one in words)}  # fmt: skip
    there = open_tickets().filter(number__in=numbers) if numbers else Ticket.objects.none()
    heard = set(there.values_list("number", flat=True))
    return {
        pk: [
            {"text": one["text"], "language": one["language"]}
            for one in words
            if ({one["ticket"]} if "ticket" in one else set(behind[pk])) <= heard
        ]
        for pk, words in told.items()
    }


def tickets_of(improvement: Improvement, user: User) -> tuple[list[Ticket], int]:
    """The newest tickets of the evidence that this person may see, and how many more they may."""
    numbers = improvement.evidence.get("numbers", [])
    if not numbers or not user.is_agent:
        return [], 0
    seen = Ticket.objects.visible_to(user).filter(number__in=numbers)
    rows = list(
        seen.only("number", "subject", "language", "state", "created_at").order_by("-pk")
    )
    return rows[:TICKETS], max(0, len(rows) - TICKETS)


def articles_of(improvement: Improvement, user: User) -> list[Article]:
    """The articles of the evidence that this person may see."""
    numbers = improvement.evidence.get("articles", [])
    if not numbers or not user.is_agent:
        return []
    rows = Article.objects.visible_to(user).filter(number__in=numbers)
    return list(rows.only("number", "title", "language").order_by("-reuse_count", "pk")[:10])


def known_of(article: Article, user: User) -> list[Improvement]:
    """What is said about the product where this article is needed: faults that are accepted,
    shipped or answered. For whoever is about to answer a requester."""
    about = Q(article=article) | Q(topic__article=article)
    rows = visible_to(user).filter(about, kind=rights.PRODUCT)
    told = rows.exclude(state=Improvement.State.PROPOSED, answer="")
    return list(told.select_related("answered_by").order_by("-pk")[:3])


def with_fault(articles: ArticleQuerySet) -> ArticleQuerySet:
    """Articles with `fault`, the newest of what `known_of` says, in the same statement: where
    an article is opened while a requester waits."""
    told = (
        Improvement.objects.filter(article=OuterRef("pk"), kind=rights.PRODUCT)
        .exclude(state=Improvement.State.PROPOSED, answer="")
        .order_by("-pk")
    )
    shown = {name: name for name in ("pk", "title", "state", "answer", "shipped_at", "due_on")}
    answerer = F("answered_by__name")
    row = told.values(told=JSONObject(**shown, answered_by=answerer))
    return articles.annotate(fault=Subquery(row[:1]))


def fault_of(article: Any) -> list[dict[str, Any]]:
    """The same for the template; nothing of an article that was not asked `with_fault`."""
    found = getattr(article, "fault", None)
    if not found:
        return []
    shipped, due = found["shipped_at"], found["due_on"]
    return [
        {
            **found,
            "shipped_at": datetime.fromisoformat(shipped) if shipped else None,
            "due_on": date.fromisoformat(due) if due else None,
        }
    ]


def credited_to(user: User) -> list[Any]:
    """What shipped because this person's knowledge showed how often it was asked."""
    rows = (
        visible_to(user)
        .filter(
            state=Improvement.State.SHIPPED,
            events__verb="shipped",
            events__detail__credited__contains=[user.pk],
        )
        .distinct()
        .order_by("-shipped_at", "-pk")
    )
    return list(rows.values("pk", "title", "kind", "shipped_at", "effect")[:10])
