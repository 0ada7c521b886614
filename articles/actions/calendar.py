"""Verbs of articles under compliance: set_calendar, review, and the job that reminds.

Only these have a calendar. All others are reviewed by their use.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from articles import rules
from articles.actions.checks import LINES, Verb, record, still_itself
from articles.models import Article, Governance
from kcs.errors import BadValue, Refused
from people.actions import tell
from people.models import Notification, User

LONGEST = 3650


@transaction.atomic
def set_calendar(
    article: Article, *, by: User, every: int | None, due_on: date | None = None
) -> Article:
    """When its named editors look at it next, and how often: every so many days.

    Without `due_on` the first time is one such span from today. Both empty: no calendar.
    """
    article.lock()
    still_itself(article)
    rules.require(rules.may_change(by, article), _("You may not change this article."))
    rules.require(
        ("governance", "compliance") in by.rights,
        _("You may not set the calendar of an article."),
    )
    if every is None and due_on is None:
        return _write_calendar(article, by=by, every=None, due_on=None)
    if article.governance != Governance.COMPLIANCE:
        raise BadValue(
            _("Only articles under compliance have a calendar; others are reviewed by use."),
            field="review_every_days",
        )
    if every is not None and not 1 <= every <= LONGEST:
        raise BadValue(_("From 1 to 3650 days."), field="review_every_days")
    today = timezone.localdate()
    if due_on is None:
        due_on = today + timedelta(days=every or 0)
    if due_on != article.review_due_on and not today <= due_on <= today + timedelta(LONGEST):
        raise BadValue(
            _("Choose a day that is still to come, within ten years."), field="review_due_on"
        )
    return _write_calendar(article, by=by, every=every, due_on=due_on)


def _write_calendar(
    article: Article, *, by: User, every: int | None, due_on: date | None
) -> Article:
    wanted = {"review_every_days": every, "review_due_on": due_on}
    changed = {n: v for n, v in wanted.items() if getattr(article, n) != v}
    if changed:
        detail: dict[str, Any] = {
            n: {"from": str(getattr(article, n) or ""), "to": str(v or "")}
            for n, v in changed.items()
        }
        for name, value in changed.items():
            setattr(article, name, value)
        article.save(update_fields=[*changed])
        record(article, Verb.DESCRIBED, by=by, **detail)
    return article


@transaction.atomic
def review(article: Article, *, by: User, note: str = "") -> Article:
    """Say, as a named editor, that it is right as it stands; the next date follows."""
    article.lock()
    still_itself(article)
    if article.governance != Governance.COMPLIANCE:
        raise Refused(_("Only articles under compliance are reviewed by the calendar."))
    rules.require(
        rules.may_review(by, article), _("Only its named editors review this article.")
    )
    every = article.review_every_days
    article.review_due_on = timezone.localdate() + timedelta(days=every) if every else None
    article.save(update_fields=["review_due_on"])
    record(
        article,
        Verb.REVIEWED,
        by=by,
        note=note[:LINES],
        next=str(article.review_due_on or ""),
    )
    return article


def tell_due_reviews() -> int:
    """Tell the named editors once that a review is due; how many articles' editors were told."""
    due = Article.objects.filter(review_due_on__lte=timezone.localdate()).order_by()
    return sum(_tell_due(pk) for pk in due.values_list("pk", flat=True))


@transaction.atomic
def _tell_due(pk: int) -> bool:
    article = (
        Article.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
        .filter(pk=pk, review_due_on__lte=timezone.localdate())
        .first()
    )
    if article is None:  # somebody reviews it this very moment
        return False
    told = Notification.objects.filter(
        kind=Notification.Kind.REVIEW_DUE,
        url=article.get_absolute_url(),
        at__date__gte=article.review_due_on,
    )
    if told.exists():
        return False
    return bool(
        tell(
            [*article.editors.all()],
            by=None,
            kind=Notification.Kind.REVIEW_DUE,
            subject=f"{article.number} {article.title}",
            url=article.get_absolute_url(),
        )
    )
