"""Verbs of what readers say: rate, and the answers they get back."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from articles import text
from articles.actions.checks import Verb, record
from articles.actions.reading import role_of
from articles.actions.remarks import close, take_up, tell_owner
from articles.actions.routing import route
from articles.actions.writing import current_version
from articles.models import Article, Feedback
from kcs.errors import BadValue
from people import letters
from people.actions import tell
from people.models import Notification, User

CHANNELS = ("web", "api", "help")
COMMENT = 10_000
# Answers to one address that is not proved to be the writer's: a door for mail to strangers.
WAITING_FOR_ONE = 5


@transaction.atomic
def rate(
    article: Article,
    *,
    by: User | None,
    helpful: bool | None = None,
    comment: str = "",
    channel: str = "web",
    email: str = "",
    language: str = "",
    visit: str = "",
) -> Feedback:
    """Leave a rating, a comment or both. A second "helped" of one person does not count twice.

    A comment, or "did not help", waits in the queue for an answer. A reader without an account
    may leave an address for it; `visit` is what makes two presses of theirs one reader's.
    """
    article.lock()
    comment = text.clean(comment, field="comment").strip()
    if helpful is None and not comment:
        raise BadValue(_("Say whether it helped, or write a comment."), field="comment")
    if len(comment) > COMMENT:
        raise BadValue(_("A comment may have 10,000 characters."), field="comment")
    if channel not in CHANNELS:
        raise BadValue(_("There is no such channel."), field="channel")
    if helpful and (before := _helped_before(article, by=by, visit=visit)) is not None:
        if not comment:
            return before
        helpful = None
    asks = bool(comment) or helpful is False
    owner = route(article) if asks else None
    made = article.feedback.create(
        version=current_version(article),
        helpful=helpful,
        comment=comment,
        by=by,
        at=timezone.now(),
        role=role_of(by),
        channel=channel,
        email=checked_email(email) if by is None and asks else "",
        language=language if language in dict(settings.LANGUAGES) else "",
        visit=visit[:40],
        state=Feedback.State.OPEN if asks else Feedback.State.NOTED,
        owner=owner,
    )
    if helpful:
        article.helped_count += 1
        article.save(update_fields=["helped_count"])
    record(article, Verb.RATED, by=by, feedback=made.pk, helpful=helpful)
    if asks:
        tell_owner(made, by=by, said=comment[:500])
    return made


def _helped_before(article: Article, *, by: User | None, visit: str) -> Feedback | None:
    helped = article.feedback.filter(helpful=True)
    if by is not None:
        return helped.filter(by=by).first()
    return helped.filter(by=None, visit=visit[:40]).first() if visit else None


def checked_email(email: str) -> str:
    """The one address that an answer goes to, or nothing."""
    email = email.strip()
    if not email:
        return ""
    try:
        validate_email(email)
    except ValidationError as error:
        raise BadValue(_("This is not an e-mail address."), field="email") from error
    waiting = Feedback.objects.open().filter(by=None, email__iexact=email)
    if len(email) > 254 or waiting.count() >= WAITING_FOR_ONE:
        raise BadValue(
            _("Several comments with this address wait for their answers. Leave it empty."),
            field="email",
        )
    return email


@transaction.atomic
def take_feedback(feedback: Feedback, *, by: User) -> Feedback:
    """Take feedback: from now on this person answers it."""
    take_up(feedback, by=by)
    record(feedback.article, Verb.FEEDBACK_TAKEN, by=by, feedback=feedback.pk)
    return feedback


@transaction.atomic
def resolve_feedback(feedback: Feedback, *, by: User, answer: str) -> Feedback:
    """Something was done about it; the answer says what, and goes to whoever said it."""
    return _answer(feedback, Feedback.State.RESOLVED, by=by, answer=answer)


@transaction.atomic
def reject_feedback(feedback: Feedback, *, by: User, answer: str) -> Feedback:
    """The article stays as it is; the answer says why."""
    return _answer(feedback, Feedback.State.REJECTED, by=by, answer=answer)


def _answer(feedback: Feedback, state: str, *, by: User, answer: str) -> Feedback:
    close(feedback, state, by=by, answer=answer)
    record(
        feedback.article,
        Verb.ANSWERED,
        by=by,
        feedback=feedback.pk,
        state=state,
        answer=feedback.answer,
    )
    if feedback.by is not None:
        _tell_giver(feedback, feedback.by, by=by)
    elif feedback.email:
        _write_back(feedback)
    return feedback


def _tell_giver(feedback: Feedback, giver: User, *, by: User) -> None:
    """The answer and nothing from inside: no colleague's name, and the article only where it
    may still be read."""
    article = feedback.article
    readable = Article.objects.visible_to(giver).filter(pk=article.pk).exists()
    with translation.override(giver.language or settings.LANGUAGE_CODE):
        closed = _("An article that is not shown any more")
    tell(
        [giver],
        by=by if giver.is_agent else None,
        kind=Notification.Kind.FEEDBACK_ANSWERED,
        subject=f"{article.number} {article.title}" if readable else closed,
        text=feedback.answer,
        url=article.get_absolute_url() if readable else reverse("people:notifications"),
    )


def _write_back(feedback: Feedback) -> None:
    """A letter to the reader without an account, in the language they read in."""
    article = feedback.article
    readable = Article.objects.readable_by("visitor").filter(pk=article.pk).exists()
    with translation.override(feedback.language or settings.LANGUAGE_CODE):
        lines = [_("You wrote to us about an article. This is our answer:"), ""]
        lines += [feedback.answer, ""]
        if readable:
            lines += [
                f"{article.number} {article.title}",
                f"{settings.SITE_URL}{article.get_absolute_url()}",
                "",
            ]
        lines += [_("You get this one message because you left your address with a comment.")]
        subject = _("An answer to your comment")
        if readable:
            subject = f"{subject}: {article.title}"
        letters.write(feedback.email, subject, "\n".join(lines))
