"""Visits to the help centre: what guests and customers searched there, read, and said.

Some got by without us, some gave up, some found nothing, and some ended with a ticket: those
tickets say so in their first event.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F
from django.db.models.fields.json import KeyTextTransform

from articles.models import Article, Feedback, View
from loops.models import Opening, Search
from tickets.models import TicketEvent

DAYS, VISITS = 75, 260
MISSING = (
    "My menu looks different.",
    "Step 2 does not exist on the tablet.",
    "It works until the next morning.",
    "",
    "",
)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# Nobody has written about these, and people ask for them again and again.
NOTHING = (
    ("loyalty cards for regular guests", 9),
    ("connect a self-order kiosk", 7),
    ("export to DATEV", 6),
    ("карта постоянного гостя", 3),
)
# Something comes, and it is not what they want.
NOT_THIS = (
    ("delete my account", 7),
    ("invoice in another currency", 5),
    ("open on two tablets at the same time", 4),
)


def add(now: datetime) -> None:
    chance = random.Random(20)
    found = list(
        Article.objects.readable_by("visitor")
        .filter(language="en", created_at__lt=now - timedelta(days=DAYS + 1))
        .order_by("-reuse_count", "pk")[:60]
    )
    if len(found) < 12:
        return
    plan: list[tuple[str, str]] = [
        *((query, "empty") for query, times in NOTHING for _n in range(times)),
        *((query, "left") for query, times in NOT_THIS for _n in range(times)),
        *(
            ("", chance.choice(("read", "read", "helped", "helped", "not")))
            for _n in range(VISITS)
        ),
    ]
    story = Story(found, chance, now)
    for query, end in plan:
        # The last three weeks have most of them: the help centre is young.
        ago = timedelta(days=DAYS * chance.random() ** 1.6, hours=1)
        story.visit(f"{chance.getrandbits(64):016x}", now - ago, query, end)
    arrived = (
        TicketEvent.objects.filter(
            verb="received", detail__has_key="visit", at__gte=now - timedelta(days=DAYS)
        )
        .annotate(stay=KeyTextTransform("visit", "detail"))
        .values_list("stay", "at", "ticket__subject")
    )
    for visit, at, subject in arrived:
        story.visit(visit, at - chance.randint(3, 12) * MINUTE, subject, "asked")
    story.write()


class Story:
    """The rows of all visits, written at once."""

    def __init__(self, articles: list[Article], chance: random.Random, now: datetime) -> None:
        self.articles, self.chance, self.now = articles, chance, now
        self.versions = {
            version["article"]: version["pk"]
            for version in Article.objects.filter(pk__in=[one.pk for one in articles])
            .filter(versions__number=F("version_number"))
            .values(article=F("pk"), pk=F("versions__pk"))
        }
        self.searches: list[Search] = []
        self.openings: list[Opening] = []
        self.views: list[View] = []
        self.feedback: list[Feedback] = []

    def visit(self, name: str, at: datetime, query: str, end: str) -> None:
        shown = self.chance.sample(self.articles, 6)
        place = min(5, int(self.chance.expovariate(0.9)))
        wanted = shown[place]
        asked = query or " ".join(wanted.title.lower().split()[:5])
        search = self._searched(name, at, asked, [] if end == "empty" else shown)
        if end in ("empty", "left"):
            return
        if end == "asked" and self.chance.random() < 0.5:
            return
        at += MINUTE
        printed = at + MINUTE if self.chance.random() < 0.06 else None
        self.openings.append(
            Opening(
                article=wanted, search=search, rank=place + 1, visit=name, at=at,
                printed_at=printed,
            )
        )  # fmt: skip
        self.views.append(View(article=wanted, role="visitor", inside=False, at=at))
        if end == "helped":
            self._rated(wanted, name, at + 2 * MINUTE, helpful=True, state="noted")
        elif end == "not":
            comment = self.chance.choice(MISSING)
            answered = at + self.chance.randint(2, 70) * HOUR
            said: dict[str, Any] = {"state": "open"}
            if answered < self.now:
                said = {
                    "state": "resolved",
                    "answer": "Thank you. We looked at it.",
                    "answered_at": answered,
                }
            self._rated(wanted, name, at + 2 * MINUTE, helpful=False, comment=comment, **said)

    def _rated(self, wanted: Article, name: str, at: datetime, **said: Any) -> None:
        self.feedback.append(
            Feedback(
                article=wanted, version_id=self.versions[wanted.pk], role="visitor",
                channel="help", visit=name, language="en", at=at, **said,
            )
        )  # fmt: skip

    def _searched(self, name: str, at: datetime, query: str, shown: list[Article]) -> Search:
        results: list[dict[str, Any]] = [
            {"article": one.pk, "number": one.number, "score": round(9 - n * 1.3, 3)}
            for n, one in enumerate(shown)
        ]
        search = Search(
            kind=Search.Kind.ASKED, channel="help", visit=name, query=query, at=at,
            results=results, count=len(results),
        )  # fmt: skip
        self.searches.append(search)
        return search

    def write(self) -> None:
        Search.objects.bulk_create(self.searches)
        Opening.objects.bulk_create(self.openings)
        View.objects.bulk_create(self.views)
        Feedback.objects.bulk_create(self.feedback)
        read = {one.article_id for one in self.views}
        helped = [one.article_id for one in self.feedback if one.helpful]
        counted = View.objects.filter(article__in=read).order_by().values("article")
        for one in counted.annotate(n=Count("pk")):
            article = one["article"]
            Article.objects.filter(pk=article).update(
                view_count=one["n"], helped_count=F("helped_count") + helped.count(article)
            )
