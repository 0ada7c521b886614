"""Tickets with times and topics, put there without the verbs: comparisons need hundreds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.test import Client
from django.utils import timezone

from articles.models import Article
from loops.evolve.promises import jobs as promises
from loops.evolve.rollups import jobs as rollups
from loops.models import Link, Outcome, TicketTopic, Topic
from people.models import User
from tests import make
from tickets import actions as ticket_actions
from tickets.models import Ticket

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def known(article: Article) -> Topic:
    """The topic that an article is."""
    return Topic.objects.get_or_create(
        article=article, kind="known", defaults={"name": article.title}
    )[0]


def tickets(
    lasted: Sequence[timedelta | None], *, by: User, ago: timedelta = 3 * DAY,
    outcome: str = "no_knowledge", reason: str = "other", topic: Topic | None = None,
    novelty: str = "", answer: Article | None = None, **fields: Any,
) -> list[Ticket]:  # fmt: skip
    """One ticket for each time that it lasted; None is still open. They came so long ago."""
    make.gate("off")
    came = timezone.now() - ago
    asker = ticket_actions.requester_for(email="maya@example.com", name="Maya")
    one = partial(Ticket, requester=asker, subject="Printed symbols", created_at=came, **fields)
    made = Ticket.objects.bulk_create(
        one(number=_number(), **_ended(came, time, by)) for time in lasted
    )
    done = [ticket for ticket in made if ticket.solved_at]
    Outcome.objects.bulk_create(
        Outcome(
            ticket=ticket, outcome=outcome, by=by, at=ticket.solved_at,
            **({"reason": reason, "note": "x"} if outcome == "no_knowledge" else {}),
        )
        for ticket in done
    )  # fmt: skip
    TicketTopic.objects.bulk_create(
        TicketTopic(
            ticket=ticket,
            topic=topic,
            source="link" if answer else "likeness",
            novelty=novelty if ticket.solved_at else "",
        )
        for ticket in made
        if topic or novelty
    )
    if answer is not None:
        version = answer.versions.latest("number")
        Link.objects.bulk_create(
            Link(ticket=t, article=answer, version=version, delivered=version, by=by,
                 at=t.solved_at)
            for t in done
        )  # fmt: skip
    return made


def _number() -> str:
    return f"KT-{next(make.number)}7"


def _ended(came: datetime, lasted: timedelta | None, by: User) -> dict[str, Any]:
    if lasted is None:
        return {"state": "open"}
    # A whole second more than the bucket's edge asks for.
    at = came + lasted
    return {
        "state": "closed",
        "solved_at": at,
        "solved_by": by,
        "first_response_at": came + lasted / 2,
        "reply_count": 1,
        "seconds_worked": 600,
    }


def counted() -> None:
    """The night: figures of the days, then what takes longer."""
    rollups.run()
    promises.run()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def seen(user: User, page: str, **asked: object) -> str:
    """A page's text, in one line."""
    response = signed_in(user).get(f"/insights/{page}/", asked)
    assert response.status_code == 200, response.status_code
    return " ".join(response.text.split())


def table(user: User, page: str, chart: str, **asked: object) -> list[list[str]]:
    """One chart of a page as rows of its CSV."""
    response = signed_in(user).get(
        f"/insights/{page}/", {"chart": chart, "format": "csv", **asked}
    )
    assert response.status_code == 200, response.status_code
    text = response.content.decode("utf-8-sig")
    return [line.split(",") for line in text.strip().splitlines()]
