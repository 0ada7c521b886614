"""A release that came out, evidence of every article, and a recall that is half done."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count

from articles.models import Article, ArticleEvent, Version
from loops.intake.copying import copy
from loops.models import Delivery, Link, Recall, RecallItem
from loops.upkeep import computing
from people.models import Domain, Release, User
from tickets.models import Ticket, TicketEvent

RELEASES = (
    ("till", "Tilia Till 6.4", 75),
    ("till", "Tilia Till 6.4.1", 40),
    ("pay", "Tilia Pay 3.2", 55),
)
WRONG = "A step was left out: whoever followed it has to do it once more, from the start."
PEOPLE = 6


def add(now: datetime) -> None:
    paths = {domain.path: domain for domain in Domain.objects.order_by()}
    Release.objects.bulk_create(
        [
            Release(
                domain=paths[path], name=name, released_on=now.date() - timedelta(days=days)
            )
            for path, name, days in RELEASES
            if path in paths
        ]
    )
    _recall(now)
    computing.compute_all(now)


def _recall(now: datetime) -> None:
    """The first version of a much used article, which was mended since."""
    coach = User.objects.filter(is_coach=True).order_by("pk").first()
    used = (
        Link.objects.resolutions()
        .exclude(ticket__team__private=True)
        .filter(delivered__number=1, article__version_number__gt=1)
        .exclude(article__confidence="archived")
        .order_by()
        .values("article")
        .annotate(n=Count("pk"))
        .order_by("-n", "article")
        .first()
    )
    if coach is None or used is None:
        return
    article = Article.objects.get(pk=used["article"])
    wrong = Version.objects.get(article=article, number=1)
    tickets = list(
        Ticket.objects.filter(links__delivered=wrong)
        .exclude(team__private=True)
        .order_by("-pk")[:PEOPLE]
    )
    sent = set(Delivery.objects.filter(version=wrong).values_list("message__ticket", flat=True))
    at = now - timedelta(days=2)
    recall = Recall(article=article, versions=[1], reason=WRONG, by=coach, at=at)
    copy([recall])
    copy(
        [
            RecallItem(
                recall_id=recall.pk,
                ticket_id=ticket.pk,
                requester_id=ticket.requester_id,
                version_id=wrong.pk,
                sent=ticket.pk in sent,
                owner_id=ticket.assignee_id or coach.pk,
                state="contacted" if place < 2 else "waiting",
                by_id=ticket.assignee_id or coach.pk if place < 2 else None,
                at=now - timedelta(days=1) if place < 2 else None,
            )
            for place, ticket in enumerate(tickets)
        ]
    )
    copy(
        [
            TicketEvent(
                ticket_id=ticket.pk,
                verb="recalled",
                by_id=coach.pk,
                at=at,
                detail={"article": article.number, "recall": recall.pk, "reason": WRONG},
            )
            for ticket in tickets
        ]
    )
    copy(
        [
            ArticleEvent(
                article_id=article.pk, verb="recalled", by_id=coach.pk, at=at,
                version=article.version_number, detail={"versions": [1], "reason": WRONG},
            )
        ]
    )  # fmt: skip
