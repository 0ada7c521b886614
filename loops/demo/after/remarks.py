"""What readers of the help centre wrote, who was asked, one answer, and a link that broke."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from articles.actions import improve, route
from articles.actions.remarks import flag
from articles.links.checking import ORIGIN, digest
from articles.models import Article, ArticleEvent, Feedback, Flag
from people.models import Notification, User

Verb = ArticleEvent.Verb
LINK = "https://downloads.tilia.example/receipt-printer/7.2/setup.zip"
# Title (or part of it), language, days ago, whether it helped, comment, whether with an address.
SAID: list[tuple[str, str, float, bool | None, str, bool]] = [
    (
        "Split a bill between guests",
        "en",
        6.2,
        False,
        "On the tablet there is no “Split” button, only three dots. Where is it?",
        True,
    ),
    (
        "Open the cash drawer without a sale",
        "en",
        3.1,
        None,
        "Does every waiter see this in the day's report, or only the manager?",
        False,
    ),
    (
        "Напечатать предварительный счёт",
        "ru",
        2.4,
        True,
        "Спасибо, помогло. Можно ли убрать с него строку с налогом?",
        True,
    ),
    (
        "גבייה בתשלומים",
        "he",
        1.3,
        False,
        "אצלנו אין אפשרות ליותר משלושה תשלומים. למה?",
        True,
    ),
    ("Export the month", "en", 0.4, False, "", False),
]
ANSWERED = (
    "Refund a card payment",
    "Can I give back only half of one line?",
    "Yes: tap the line, then the amount, and type what the guest gets back. Thank you!",
)


def add(now: datetime) -> None:
    outside = Article.objects.readable_by("visitor").select_related("created_by__coach")
    for title, language, days, helpful, comment, mail in SAID:
        article = outside.filter(title__icontains=title, language=language).first()
        if article is not None:
            _say(
                article,
                now - timedelta(days=days),
                helpful=helpful,
                comment=comment,
                channel="help",
                role="visitor",
                language=language,
                email="reader@example.org" if mail else "",
            )
    _answered(now)
    _broken(now)


def _say(article: Article, at: datetime, **said: Any) -> Feedback:
    made = article.feedback.create(
        version=article.versions.get(number=article.version_number),
        at=at,
        state=Feedback.State.OPEN,
        owner=route(article),
        **said,
    )
    by = made.by
    detail = {"feedback": made.pk, "helpful": made.helpful}
    _event(article, Verb.RATED, at, by, **detail)
    if made.helpful:
        article.helped_count += 1
        article.save(update_fields=["helped_count"])
    return made


def _event(article: Article, verb: str, at: datetime, by: User | None, **detail: Any) -> None:
    article.events.create(
        verb=verb, at=at, by=by, version=article.version_number, detail=detail
    )


def _answered(now: datetime) -> None:
    """A customer asked, somebody took it after an hour and answered the day after."""
    title, comment, answer = ANSWERED
    customer = User.objects.filter(email="customer@demo.test").first()
    article = Article.objects.readable_by("customer").filter(title=title).first()
    if customer is None or article is None:
        return
    at = now - timedelta(days=4)
    made = _say(article, at, by=customer, role="customer", channel="web", comment=comment)
    owner = made.owner
    made.taken_at, made.answered_at = at + timedelta(hours=1), at + timedelta(hours=26)
    made.state, made.answer, made.answered_by = Feedback.State.RESOLVED, answer, owner
    made.save()
    _event(article, Verb.FEEDBACK_TAKEN, made.taken_at, owner, feedback=made.pk)
    _event(
        article,
        Verb.ANSWERED,
        made.answered_at,
        owner,
        feedback=made.pk,
        state=made.state,
        answer=answer,
    )
    Notification.objects.create(
        user=customer,
        kind=Notification.Kind.FEEDBACK_ANSWERED,
        by=None,
        subject=f"{article.number} {article.title}",
        text=answer,
        url=article.get_absolute_url(),
        at=made.answered_at,
    )


def _broken(now: datetime) -> None:
    """What the weekly look at the links found, as it would have flagged it."""
    article = (
        Article.objects.filter(language="en", domain__slug="printers", governance="experience")
        .exclude(confidence="archived")
        .exclude(resolution="")
        .order_by("-reuse_count", "pk")
        .first()
    )
    if article is None:
        return
    line = f"Still the same? Install the driver again: {LINK}"
    resolution = f"{article.resolution.rstrip()}\n\n{line}"
    improve(
        article,
        by=article.changed_by,
        changes={"resolution": resolution},
        base=article.version_number,
        note="Where to get the driver",
    )
    flag(
        article,
        by=None,
        kind=Flag.Kind.BROKEN_LINK,
        note=f"The server answers 404.\n{LINK}",
        passage=line,
        origin=(ORIGIN, digest(LINK)),
    )
