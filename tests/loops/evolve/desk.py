"""A small desk: what is asked in several wordings, some of it linked, some of it answered."""

import random
from datetime import datetime, timedelta
from itertools import count

from django.utils import timezone

from articles import actions as articles
from articles.models import Article
from loops.models import Link, Outcome
from people.models import Right, User
from tests import make
from tickets.models import Message, Requester, Ticket

FIRST = 800_000
number = count(FIRST)
DAY = timedelta(days=1)
SAID = {
    "vpn": "vpn tunnel drops disconnects remote office connection hourly lease reconnect",
    "printer": "printer prints paper symbols garbage toner page tray jam",
    "invoice": "invoice download statement billing pdf receipt monthly bookkeeping",
    "roof": "solar panel roof inverter battery kilowatt mounting installer",
    "coffee": "espresso grinder beans descaling milk steam nozzle cappuccino",
}
OTHER = "please help today again since colleague yesterday morning somebody nobody"


def wording(about: str, seed: int) -> str:
    """A sentence about something, another one for each seed."""
    drawn = random.Random(f"{about}{seed}")
    return " ".join([*drawn.sample(SAID[about].split(), 4), *drawn.sample(OTHER.split(), 2)])


def asked(
    about: str,
    n: int = 6,
    *,
    article: Article | None = None,
    by: User | None = None,
    ago: float = 20.0,
    now: datetime | None = None,
    outcome: str = "",
    reason: str = "",
    solved: bool = True,
    **fields,
) -> list[Ticket]:
    """That many tickets about something, the first `ago` days back and the others an hour apart;
    linked to the article, where there is one. The gate has to be off."""
    now = now or timezone.now()
    by = by or User.objects.exclude(competency="").order_by("pk").first() or make.contributor()
    fields.setdefault("seconds_worked", 1200)
    rows = []
    for at in range(n):
        key = next(number)
        created = now - ago * DAY + at * timedelta(hours=1)
        asker = Requester(name=f"Asker {key}", email=f"a{key}@example.com")
        if solved:
            done = {
                "state": "solved",
                "solved_at": created + timedelta(minutes=50),
                "solved_by": by,
            }
        else:
            done = {}
        rows.append(
            Ticket(
                number=f"KT-{key}",
                subject=wording(about, key)[:60],
                description=wording(about, key + 1_000_000),
                requester=asker,
                created_at=created,
                **{**done, **fields},
            )
        )
    Requester.objects.bulk_create([row.requester for row in rows])
    Ticket.objects.bulk_create(rows)
    if outcome:
        Outcome.objects.bulk_create(
            [Outcome(ticket=row, outcome=outcome, reason=reason, by=by) for row in rows]
        )
    if article is not None:
        link(*rows, to=article, by=by)
    return rows


def link(*tickets: Ticket, to: Article, by: User) -> None:
    version = to.versions.order_by("-number").first()
    Link.objects.bulk_create(
        [
            Link(ticket=one, article=to, version=version, delivered=version, by=by)
            for one in tickets
        ]
    )


def answered(tickets: list[Ticket], body: str, *, by: User) -> None:
    Message.objects.bulk_create([Message(ticket=one, by=by, body=body) for one in tickets])


def old_article(title: str, *, days: float = 300) -> Article:
    """One that is older than all tickets."""
    made = make.article(title=title)
    Article.objects.filter(pk=made.pk).update(created_at=timezone.now() - days * DAY)
    made.refresh_from_db()
    return made


def hidden(title: str) -> Article:
    """An article of which nobody but its author, a coach, may see the title."""
    article = make.article(title=title, by=make.contributor(is_coach=True))
    articles.restate(article, by=make.publisher(), confidence="archived", reason="Old")
    Right.objects.filter(aspect="see", value="archived").delete()
    return article
