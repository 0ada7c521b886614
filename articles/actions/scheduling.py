"""Verbs of a state to come: schedule, cancel_schedule, and the job that does what is due."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from articles import rules
from articles.actions.checks import LINES, Verb, record, still_itself
from articles.actions.stating import restate
from articles.models import Article, Schedule
from kcs.errors import BadValue, NotAllowed, Refused
from people.actions import tell
from people.models import Notification, User

log = logging.getLogger(__name__)
FARTHEST = timedelta(days=5 * 366)
WAITING = 10  # scheduled changes that one article can have


@transaction.atomic
def schedule(
    article: Article,
    *,
    by: User,
    due_at: datetime,
    confidence: str = "",
    audience: str = "",
    reason: str = "",
) -> Schedule:
    """Have this state set at a date: published, or archived, by itself.

    Asked for now with the rights of now, and asked again when the date has come.
    """
    article.lock()
    still_itself(article)
    wanted: dict[str, Any] = {
        n: v for n, v in (("confidence", confidence), ("audience", audience)) if v
    }
    if not wanted:
        raise BadValue(_("Say which confidence or audience it shall have."), field="confidence")
    now = timezone.now()
    if not now < due_at < now + FARTHEST:
        raise BadValue(
            _("Choose a date that is still to come, within five years."), field="due_at"
        )
    rules.check_states(by, article, wanted)
    if not rules.may_change(by, article):
        raise NotAllowed(_("You may not change this article."))
    waiting = article.schedules.filter(state=Schedule.State.WAITING)
    if waiting.count() >= WAITING:
        raise Refused(_("Ten changes of this article wait already. Cancel one of them first."))
    if all(getattr(article, n) == v for n, v in wanted.items()) and not waiting.exists():
        raise Refused(_("The article is that already."))
    made = article.schedules.create(
        by=by, due_at=due_at, reason=reason[:LINES], confidence=confidence, audience=audience
    )
    record(
        article,
        Verb.SCHEDULED,
        by=by,
        due_at=due_at.isoformat(),
        reason=made.reason,
        **wanted,
    )
    return made


@transaction.atomic
def cancel_schedule(schedule: Schedule, *, by: User) -> Schedule:
    """Nothing will happen at that date."""
    schedule.refresh_from_db(from_queryset=Schedule.objects.select_for_update(no_key=True))
    if schedule.by_id != by.pk and not rules.may_change(by, schedule.article):
        raise NotAllowed(_("You may not change this article."))
    if schedule.state != Schedule.State.WAITING:
        raise Refused(_("This does not wait any more: it was done, or cancelled."))
    schedule.state, schedule.done_at = Schedule.State.CANCELLED, timezone.now()
    schedule.save(update_fields=["state", "done_at"])
    record(schedule.article, Verb.CANCELLED, by=by, due_at=schedule.due_at.isoformat())
    return schedule


@transaction.atomic
def run_next_schedule() -> bool:
    """Do what has been due longest, in a transaction of its own; False when nothing is due.

    A row that another worker holds is left to it, and one whose worker was killed is due still.
    """
    due = (
        Schedule.objects.filter(state=Schedule.State.WAITING, due_at__lte=timezone.now())
        .select_related("article", "article__owner", "by")
        .select_for_update(of=("self",), skip_locked=True, no_key=True)
        .order_by("due_at", "pk")
        .first()
    )
    if due is None:
        return False
    due.state, due.outcome = Schedule.State.DONE, ""
    with translation.override(due.by.language or settings.LANGUAGE_CODE):
        try:
            with transaction.atomic():
                _do(due)
        except Refused as error:
            due.state, due.outcome = Schedule.State.FAILED, str(error)[:500]
            _tell_failed(due)
        except DatabaseError:
            # It would stand before all that come after it, minute by minute.
            log.exception("planned change %s could not be made", due.pk)
            due.state, due.outcome = Schedule.State.FAILED, _("It could not be done.")
            _tell_failed(due)
    due.done_at = timezone.now()
    due.save(update_fields=["state", "outcome", "done_at"])
    return True


def _do(due: Schedule) -> None:
    """Set the states as the person who asked for it would now."""
    by = due.by
    if not by.is_agent:
        raise NotAllowed(_("Who scheduled it does not work here any more."))
    if not Article.objects.visible_to(by).filter(pk=due.article_id).exists():
        raise NotAllowed(_("Who scheduled it may not see the article any more."))
    wanted = {n: v for n in ("confidence", "audience") if (v := getattr(due, n))}
    restate(due.article, by=by, reason=due.reason, **wanted)


def _tell_failed(due: Schedule) -> None:
    """Whoever asked for it hears why not, and the owner, if that is somebody else."""
    tell(
        [due.by, due.article.owner],
        by=None,
        kind=Notification.Kind.SCHEDULE_FAILED,
        subject=f"{due.article.number} {due.article.title}",
        text=due.outcome,
        url=due.article.get_absolute_url(),
    )
