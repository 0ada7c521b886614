"""Tickets of a topic, spread over days, as tests of the evolve loop need them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import count

from django.utils import timezone

from articles.models import Article
from loops.models import TicketTopic, Topic
from people.models import Domain
from tickets.models import Requester, Ticket

number = count(700_000)
DAY = timedelta(days=1)


def topic(name: str, *, article: Article | None = None, domain: Domain | None = None) -> Topic:
    kind = Topic.Kind.KNOWN if article else Topic.Kind.UNKNOWN
    return Topic.objects.create(kind=kind, article=article, name=name, domain=domain)


def tickets(
    about: Topic, days_ago: Iterable[float], *, now: datetime | None = None, **fields
) -> list[Ticket]:
    """One ticket for each of these days, of as many requesters."""
    now = now or timezone.now()
    fields = {"subject": about.name, "domain": about.domain, "seconds_worked": 1200, **fields}
    days = list(days_ago)
    people = Requester.objects.bulk_create(
        [Requester(name=f"Asker {n}", email=f"asker{next(number)}@example.com") for n in days]
    )
    rows = Ticket.objects.bulk_create(
        [
            Ticket(
                number=f"KT-{next(number)}",
                requester=person,
                created_at=now - day * DAY,
                **fields,
            )
            for person, day in zip(people, days, strict=True)
        ]
    )
    TicketTopic.objects.bulk_create(
        [
            TicketTopic(ticket=row, topic=about, source="likeness", novelty="known_found")
            for row in rows
        ]
    )
    return rows
