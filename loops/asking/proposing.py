"""Whom to ask: people who have solved the like, spread so that it is not always the same one.

Skill is what was shown and not what somebody says of themselves: tickets like this one that they
solved, tickets that they solved with the articles found for it, and those articles where they
wrote or improved them. What was long ago counts less. Several tickets say less together than
one by one (the square root), so that whoever solves most is not the answer to everything; and
each open or recent question divides what is left.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Count, Q
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles.search import query as engine
from loops.credit.lineage import Kind, of_articles
from loops.models import Link, Question
from loops.solve import actions as solve
from people.models import User
from tickets.models import Ticket
from tickets.queries import TicketQuerySet

PROPOSED = 3
HALF_LIFE = timedelta(days=180)
RECENT = timedelta(days=14)
ALIKE = 60  # tickets with a like subject that are looked at
FOUND = 8  # articles that are looked at
LINKS = 300
# What a proof is worth: another language is understood less well, the same branch better.
OTHER_LANGUAGE, SAME_DOMAIN, KNOWS_ARTICLE = 0.5, 1.5, 1.0
WROTE = {Kind.CREATE, Kind.FIX, Kind.MERGE, Kind.TRANSLATE, Kind.ANSWER}


@dataclass
class Colleague:
    """Somebody who could know, and why."""

    person: User
    score: float
    tickets: int
    last: datetime | None
    articles: list[str] = field(default_factory=list)

    @property
    def why(self) -> str:
        """As people read it."""
        said = []
        if self.tickets and self.last:
            told = ngettext(
                "Solved one like this, in %(month)s",
                "Solved %(n)s like this, last in %(month)s",
                self.tickets,
            )
            month = formats.date_format(timezone.localtime(self.last), "YEAR_MONTH_FORMAT")
            said.append(told % {"n": self.tickets, "month": month})
        if self.articles:
            said.append(_("Worked on %(numbers)s") % {"numbers": ", ".join(self.articles[:2])})
        return " · ".join(said)

    def logged(self) -> dict[str, Any]:
        return {
            "person": self.person.pk,
            "score": round(self.score, 3),
            "tickets": self.tickets,
        }


@dataclass
class Proofs:
    """What one person has shown: how much each ticket and article weighs, and when it was."""

    tickets: dict[int, tuple[float, datetime]] = field(default_factory=dict)
    articles: dict[str, float] = field(default_factory=dict)

    def solved(self, ticket: int, weight: float, at: datetime) -> None:
        if weight > self.tickets.get(ticket, (0.0, at))[0]:
            self.tickets[ticket] = (weight, at)

    @property
    def skill(self) -> float:
        shown = sum(weight for weight, _at in self.tickets.values())
        return math.sqrt(shown + sum(self.articles.values()))


def propose(
    *, by: User, ticket: Ticket | None = None, words: str = "", most: int = PROPOSED
) -> list[Colleague]:
    """The colleagues to ask about this ticket, or about these words; the likeliest first.

    Nobody is proposed for what the asker may not see, and nobody who may not see the ticket.
    """
    words = " ".join(words.replace("\x00", " ").split())
    proofs = shown_by_work(by=by, ticket=ticket, words=words)
    people = askable(by=by, ticket=ticket).filter(pk__in=proofs).select_related("team")
    busy = load(people)
    found = [
        Colleague(
            person=person,
            score=proofs[person.pk].skill / (1 + busy.get(person.pk, 0)),
            tickets=len(proofs[person.pk].tickets),
            last=max((at for _w, at in proofs[person.pk].tickets.values()), default=None),
            articles=sorted(proofs[person.pk].articles),
        )
        for person in people
    ]
    return sorted(found, key=lambda one: (-one.score, one.person.name, one.person.pk))[:most]


def askable(*, by: User, ticket: Ticket | None = None) -> Any:
    """Everybody who may be asked: who works here, wants to be asked, and sees the ticket."""
    return may_see(User.objects.agents(), ticket).filter(may_be_asked=True).exclude(pk=by.pk)


def may_see(people: Any, ticket: Ticket | None) -> Any:
    """The people who see this ticket: `Ticket.visible_to`, asked the other way round."""
    if ticket is None or ticket.team is None or not ticket.team.private:
        return people
    team = ticket.team
    manager = Q(pk=team.manager_id) if team.manager_id else Q(pk__in=[])
    return people.filter(Q(is_superuser=True) | Q(team=team) | manager)


def load(people: Iterable[User]) -> dict[int, int]:
    """How much each is asked already: open questions, and those of the last fourteen days."""
    since = timezone.now() - RECENT
    rows = Question.objects.filter(asked__in=[person.pk for person in people]).order_by()
    counted = rows.values_list("asked").annotate(
        n=Count("pk", filter=Q(state="open")) + Count("pk", filter=Q(at__gt=since))
    )
    return dict(counted)


def shown_by_work(*, by: User, ticket: Ticket | None, words: str) -> dict[int, Proofs]:
    """What people have shown of this matter: {person: proofs}."""
    now = timezone.now()
    language = ticket.language if ticket is not None else ""
    proofs: dict[int, Proofs] = defaultdict(Proofs)

    def weigh(worth: float, at: datetime, spoken: str, domain: int | None) -> float:
        age = max(now - at, timedelta(0)) / HALF_LIFE
        weight = worth * 0.5**age
        if language and spoken != language:
            weight *= OTHER_LANGUAGE
        if ticket is not None and domain is not None and domain == ticket.domain_id:
            weight *= SAME_DOMAIN
        return weight

    seen = Ticket.objects.visible_to(by)
    if ticket is not None:
        seen = seen.exclude(pk=ticket.pk)
    for row in alike(seen, words or (ticket.subject if ticket else "")):
        weight = weigh(row["likeness"], row["solved_at"], row["language"], row["domain"])
        proofs[row["solved_by"]].solved(row["pk"], weight, row["solved_at"])

    hits = found_for(by=by, ticket=ticket, words=words)
    best = max((hit.score for hit in hits), default=0) or 1
    worth = {hit.article_id: hit.score / best for hit in hits}
    links = (
        Link.objects.resolutions()
        .filter(article__in=worth, ticket__in=seen)
        .order_by("-at", "-pk")
        .values_list("by", "article", "ticket", "at", "ticket__language", "ticket__domain")
    )
    for person, article, solved, at, spoken, domain in links[:LINKS]:
        proofs[person].solved(solved, weigh(worth[article], at, spoken, domain), at)

    numbers = {hit.article_id: (hit.number, hit.language) for hit in hits}
    for article, people in of_articles(worth).items():
        for person, did in people.items():
            dates = [one.last for one in did if one.kind in WROTE]
            if article in numbers and dates:
                number, spoken = numbers[article]
                weight = weigh(KNOWS_ARTICLE * worth[article], max(dates), spoken, None)
                proofs[person].articles[number] = weight
    return proofs


def alike(seen: TicketQuerySet, words: str) -> list[dict[str, Any]]:
    """Solved tickets whose subjects are like these words, the likest first; whatever came of
    them, an article or not. The trigram index finds them."""
    if not words:
        return []
    words = words[:300]
    rows: Any = (
        seen.filter(
            state__in=["solved", "closed"], subject__trigram_similar=words,
            solved_by__isnull=False, solved_at__isnull=False,
        )
        .annotate(likeness=TrigramSimilarity("subject", words))
        .order_by("-likeness", "-solved_at", "-pk")
        .values("pk", "solved_by", "solved_at", "language", "domain", "likeness")
    )  # fmt: skip
    return list(rows[:ALIKE])


def found_for(*, by: User, ticket: Ticket | None, words: str) -> list[engine.Hit]:
    """The articles that search has for it, if not the answer."""
    if ticket is not None and not words:
        return solve.look(ticket, by=by, limit=FOUND).hits
    if words:
        return engine.search(words, user=by, limit=FOUND).hits
    return []


def named(questions: Iterable[Question]) -> dict[int, str]:
    """The names of those who were proposed or passed on, by id."""
    ids = {one["person"] for question in questions for one in question.proposed}
    ids |= {one["person"] for question in questions for one in question.passed}
    return {person.pk: str(person) for person in User.objects.filter(pk__in=ids)}
