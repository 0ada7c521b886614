"""Verbs of what people say: flag, take, resolve, reject, rate."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from articles import rules, text
from articles.actions.checks import Verb, record, tell_owners
from articles.actions.reading import role_of
from articles.actions.writing import current_version
from articles.models import Article, Feedback, Flag
from kcs.errors import BadValue, Refused
from people.actions import tell
from people.models import Notification, User


@transaction.atomic
def flag(
    article: Article, *, by: User, kind: str, note: str = "", origin: tuple[str, str] = ("", "")
) -> Flag:
    """Say that something is wrong, so that somebody who knows looks at it.

    It goes to the article's owner, else to whoever changed it last.
    """
    article.lock()
    rules.require(by.is_agent, _("Only agents flag articles. You can leave feedback."))
    if kind not in Flag.Kind.values:
        raise BadValue(_("There is no such kind of flag."), field="kind")
    owner = next(
        (
            p
            for p in (article.owner, article.changed_by, article.created_by)
            if p and p.is_active
        ),
        None,
    )
    made = article.flags.create(
        version=current_version(article),
        kind=kind,
        note=text.clean(note, field="note")[:2000],
        by=by,
        owner=owner,
        origin_type=origin[0],
        origin_id=origin[1],
    )
    _count_flags(article)
    record(
        article, Verb.FLAGGED, by=by, origin=origin, flag=made.pk, kind=kind, note=note[:2000]
    )
    tell_owners(article, by=by, kind=Notification.Kind.FLAG_RAISED, text_=note, also=[owner])
    return made


def _count_flags(article: Article) -> None:
    article.open_flags = article.flags.open().count()
    article.save(update_fields=["open_flags"])


@transaction.atomic
def take(flag: Flag, *, by: User) -> Flag:
    """Take a flag: from now on this person answers it."""
    _answerable(flag, by=by)
    flag.state, flag.owner = Flag.State.TAKEN, by
    flag.save(update_fields=["state", "owner"])
    record(flag.article, Verb.FLAG_TAKEN, by=by, flag=flag.pk)
    return flag


@transaction.atomic
def resolve(flag: Flag, *, by: User, answer: str) -> Flag:
    """The flag was right and the article is mended; the answer goes to whoever raised it."""
    return _answer(flag, Flag.State.RESOLVED, Verb.FLAG_RESOLVED, by=by, answer=answer)


@transaction.atomic
def reject(flag: Flag, *, by: User, answer: str) -> Flag:
    """The article stays as it is; the answer says why."""
    return _answer(flag, Flag.State.REJECTED, Verb.FLAG_REJECTED, by=by, answer=answer)


def _answerable(flag: Flag, *, by: User) -> None:
    flag.article.lock()
    flag.refresh_from_db()
    rules.require(
        rules.may_answer(by, flag), _("Whoever may change the article answers its flags.")
    )
    if not flag.is_open:
        raise Refused(_("This flag has been answered already."))


def _answer(flag: Flag, state: str, verb: str, *, by: User, answer: str) -> Flag:
    _answerable(flag, by=by)
    answer = text.clean(answer, field="answer").strip()[:2000]
    if not answer:
        raise BadValue(_("Write an answer for whoever raised the flag."), field="answer")
    flag.state, flag.answer = state, answer
    flag.answered_by, flag.answered_at = by, timezone.now()
    flag.owner = flag.owner or by
    flag.save(update_fields=["state", "answer", "answered_by", "answered_at", "owner"])
    _count_flags(flag.article)
    record(flag.article, verb, by=by, flag=flag.pk, answer=flag.answer)
    tell(
        [flag.by],
        by=by,
        kind=Notification.Kind.FLAG_ANSWERED,
        subject=f"{flag.article.number} {flag.article.title}",
        text=flag.answer,
        url=flag.article.get_absolute_url(),
    )
    return flag


@transaction.atomic
def rate(
    article: Article,
    *,
    by: User | None,
    helpful: bool | None = None,
    comment: str = "",
    channel: str = "web",
) -> Feedback:
    """Leave a rating, a comment or both. A person's second "helped" does not count twice."""
    article.lock()
    comment = text.clean(comment, field="comment").strip()
    if helpful is None and not comment:
        raise BadValue(_("Say whether it helped, or write a comment."), field="comment")
    if len(comment) > 10_000:
        raise BadValue(_("A comment may have 10,000 characters."), field="comment")
    known = helpful and by is not None
    before = article.feedback.filter(by=by, helpful=True).first() if known else None
    if before is not None:
        if not comment:
            return before
        helpful = None
    made = article.feedback.create(
        version=current_version(article),
        helpful=helpful,
        comment=comment,
        by=by,
        role=role_of(by),
        channel=channel,
    )
    if helpful:
        article.helped_count += 1
        article.save(update_fields=["helped_count"])
    record(article, Verb.RATED, by=by, feedback=made.pk, helpful=helpful)
    return made
