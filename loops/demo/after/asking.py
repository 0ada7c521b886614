"""Questions between colleagues at Tilia, the answers, and what came of them; and thanks.

What others did with somebody's knowledge needs no rows: two years of tickets say it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from articles.models import Article
from loops.asking import actions
from loops.credit.lineage import of_articles
from loops.models import Question, Thanks
from people.models import Notification, User
from tickets.models import Ticket

# Who asks whom what, how many hours ago; the answer comes two hours later.
QUESTIONS = (
    ("candidate@demo.test", "contributor@demo.test", 3, True,
     "How do I tell a dead print head from a worn roller?",
     "The receipts fade on one side only. I changed the paper and the side stayed faint.",
     "receipt printer faint on one side", ""),
    ("emeka.nwosu@demo.test", "contributor@demo.test", 30, False,
     "Customer display shows last week's prices after the update",
     "The till has the new prices, the display has not. Restarting the till changed nothing.",
     "customer display old prices after update",
     "The display keeps its own price list until it is told to forget it.\n\n"
     "1. Open the till's **Service** menu and choose **Displays**.\n"
     "2. Select the display and choose **Forget price list**.\n"
     "3. Restart the display, not the till.\n\n"
     "It loads the prices within a minute. If it does not, its cable sits in the wrong port."),
    ("contributor@demo.test", "fatima.zahra@demo.test", 80, False,
     "Does the night closing still run when the till was left open?",
     "A shop asks before the holidays; nobody closes the last till.",
     "night closing till left open",
     "Yes, at four in the morning, with the drawer marked as not counted. They count it the "
     "next day and the difference goes on that day."),
)  # fmt: skip
THANKS = (
    "Your third step saved my afternoon.",
    "Three customers in a row, three times solved. Thank you!",
    "",
)


def add(now: datetime) -> None:
    emails = {email for one in QUESTIONS for email in one[:2]}
    people = {one.email: one for one in User.objects.filter(email__in=emails)}
    drafted = True
    for asker, asked, hours, on_ticket, title, text, query, answer in QUESTIONS:
        by, to = people[asker], people[asked]
        at = now - timedelta(hours=hours)
        made = Question.objects.create(
            by=by, asked=to, title=title, text=text, query=query, at=at,
            ticket=_ticket_of(by) if on_ticket else None,
        )  # fmt: skip
        if not answer:
            _told(to, by, made, at)
            continue
        actions.answer(made, by=to, text=answer)
        if drafted:
            actions.draft(made, by=to)
            drafted = False
        Question.objects.filter(pk=made.pk).update(answered_at=at + timedelta(hours=2))
    _thanks(people["contributor@demo.test"], now)


def _ticket_of(person: User) -> Ticket | None:
    seen = Ticket.objects.visible_to(person).undone()
    return seen.filter(assignee=person).order_by("-pk").first()


def _told(to: User, by: User, question: Question, at: datetime) -> None:
    Notification.objects.create(
        user=to, by=by, kind=Notification.Kind.ASKED, at=at, text=question.text,
        subject=f"{by} asks: {question.title}", url=actions.address(question),
    )  # fmt: skip


def _thanks(person: User, now: datetime) -> None:
    """What colleagues said of articles that this person wrote."""
    articles = Article.objects.filter(created_by=person, merged_into=None, reuse_count__gt=0)
    colleagues = User.objects.agents().exclude(pk=person.pk).order_by("pk")
    best = list(articles.order_by("-reuse_count", "pk")[: len(THANKS)])
    known = of_articles([article.pk for article in best])
    days = 2
    for article, by, text in zip(best, colleagues, THANKS, strict=False):
        if person.pk in known.get(article.pk, {}):
            Thanks.objects.create(
                article=article, to=person, by=by, text=text, at=now - timedelta(days=days)
            )
            days += 4
