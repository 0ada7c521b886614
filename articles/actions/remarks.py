"""Verbs of what is wrong: flag, take, resolve, reject, hand.

Feedback is answered by the same steps (articles/actions/feedback.py): one queue, the same words.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from articles import rules, text
from articles.actions.checks import Verb, record, still_itself
from articles.actions.routing import route
from articles.actions.writing import current_version
from articles.models import Article, Feedback, Flag
from kcs.errors import BadValue, Refused
from people.actions import tell
from people.models import Notification, User

NOTE = 2000
PASSAGE = 1000

Remark = Flag | Feedback


@transaction.atomic
def flag(
    article: Article,
    *,
    by: User | None,
    kind: str,
    note: str = "",
    passage: str = "",
    origin: tuple[str, str] = ("", ""),
) -> Flag:
    """Say that something is wrong, so that somebody who knows looks at it.

    `passage` is the sentence that is wrong. `by` is empty where a job found a broken link.
    """
    article.lock()
    still_itself(article)
    rules.require(
        by.is_agent if by is not None else kind == Flag.Kind.BROKEN_LINK,
        _("Only agents flag articles. You can leave feedback."),
    )
    if kind not in Flag.Kind.values:
        raise BadValue(_("There is no such kind of flag."), field="kind")
    note = text.clean(note, field="note")[:NOTE]
    owner = route(article)
    made = article.flags.create(
        version=current_version(article),
        kind=kind,
        note=note,
        passage=text.clean(passage, field="passage").strip()[:PASSAGE],
        by=by,
        at=timezone.now(),
        owner=owner,
        origin_type=origin[0],
        origin_id=origin[1],
    )
    count_flags(article)
    # What a job keeps with its flag is no record that people know by that name.
    came = origin if by is not None else ("", "")
    record(article, Verb.FLAGGED, by=by, origin=came, flag=made.pk, kind=kind, note=note)
    told = _tell(article.owner, article, kind=Notification.Kind.FLAG_RAISED, by=by, said=note)
    if owner not in told:
        tell_owner(made, by=by, said=note)
    return made


def count_flags(article: Article) -> None:
    article.open_flags = article.flags.open().count()
    article.save(update_fields=["open_flags"])


@transaction.atomic
def take(flag: Flag, *, by: User) -> Flag:
    """Take a flag: from now on this person answers it."""
    take_up(flag, by=by)
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


def _answer(flag: Flag, state: str, verb: str, *, by: User, answer: str) -> Flag:
    close(flag, state, by=by, answer=answer)
    count_flags(flag.article)
    record(flag.article, verb, by=by, flag=flag.pk, answer=flag.answer)
    _tell(flag.by, flag.article, kind=Notification.Kind.FLAG_ANSWERED, by=by, said=flag.answer)
    return flag


@transaction.atomic
def hand(remark: Remark, *, by: User, to: User) -> Remark:
    """Give a flag or feedback to somebody who knows better: it waits for them to take it."""
    answerable(remark, by=by)
    if not rules.may_see(to, remark.article):
        raise BadValue(_("Choose an agent who sees the article."), field="to")
    if remark.owner_id == to.pk:
        return remark
    before, remark.owner = remark.owner, to
    remark.state, remark.taken_at = remark.State.OPEN, None
    remark.save(update_fields=["owner", "state", "taken_at"])
    record_hand_over(remark, by=by, before=before)
    tell_owner(remark, by=by, said=said_of(remark))
    return remark


# The steps that flags and feedback share ----------------------------------------------------


def answerable(remark: Remark, *, by: User) -> None:
    """Hold the remark, and refuse whoever may not answer it and what has been answered."""
    remark.article.lock()
    remark.refresh_from_db()
    is_flag = isinstance(remark, Flag)
    rules.require(
        rules.may_answer(by, remark),
        _("Whoever may change the article answers its flags.")
        if is_flag
        else _("Whoever may change the article answers its feedback."),
    )
    if not remark.is_open:
        raise Refused(
            _("This flag has been answered already.")
            if is_flag
            else _("This feedback waits for no answer.")
        )


def take_up(remark: Remark, *, by: User) -> None:
    answerable(remark, by=by)
    remark.state, remark.owner = remark.State.TAKEN, by
    remark.taken_at = timezone.now()
    remark.save(update_fields=["state", "owner", "taken_at"])


def close(remark: Remark, state: str, *, by: User, answer: str) -> None:
    answerable(remark, by=by)
    answer = text.clean(answer, field="answer").strip()
    if not answer:
        raise BadValue(_("Write an answer for whoever said it."), field="answer")
    if len(answer) > NOTE:
        raise BadValue(_("An answer may have %(n)s characters.") % {"n": NOTE}, field="answer")
    remark.state, remark.answer = state, answer
    remark.answered_by, remark.answered_at = by, timezone.now()
    remark.owner = remark.owner or by
    remark.save(update_fields=["state", "answer", "answered_by", "answered_at", "owner"])


def said_of(remark: Remark) -> str:
    return remark.note if isinstance(remark, Flag) else remark.comment


def record_hand_over(remark: Remark, *, by: User | None, before: User | None) -> None:
    what = "flag" if isinstance(remark, Flag) else "feedback"
    moved: dict[str, Any] = {
        "what": what,
        what: remark.pk,
        "from": before.email if before else "",
        "to": remark.owner.email if remark.owner else "",
    }
    record(remark.article, Verb.HANDED_OVER, by=by, **moved)


def tell_owner(remark: Remark, *, by: User | None, said: str) -> None:
    kind = Notification.Kind.REMARK_ROUTED
    _tell(remark.owner, remark.article, kind=kind, by=by, said=said)


def _tell(
    person: User | None, article: Article, *, kind: str, by: User | None, said: str
) -> list[User]:
    told = tell(
        [person],
        by=by,
        kind=kind,
        subject=f"{article.number} {article.title}",
        text=said,
        url=article.get_absolute_url(),
    )
    return [notification.user for notification in told]
