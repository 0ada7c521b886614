"""Verbs of the review lists: confirm, decide."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from articles import actions, rules, text
from articles.actions.checks import record
from articles.models import Article, ArticleEvent, Confidence, Governance
from kcs.errors import BadValue, NotAllowed, Refused
from loops.models import Decision
from loops.upkeep import computing
from people.models import User

List = Decision.List
# Who says that an article is right need not say so again tomorrow.
QUIET = timedelta(days=30)
REASON = 300


def may_review(user: User) -> bool:
    """Whether the review lists are for this person: whoever may validate."""
    return user.is_agent and ("confidence", Confidence.VALIDATED.value) in user.rights


def require_reviewer(user: User) -> None:
    if not may_review(user):
        raise NotAllowed(_("The review lists are for those who may validate articles."))


def may_confirm(user: User, article: Article) -> bool:
    if article.confidence == Confidence.ARCHIVED or not may_review(user):
        return False
    if article.governance == Governance.COMPLIANCE:
        return rules.may_review(user, article)
    return article.created_by_id != user.pk and rules.may_change(user, article)


@transaction.atomic
def confirm(article: Article, *, by: User, note: str = "") -> Article:
    """ "It is right": somebody who may validate has looked at it, and its evidence is renewed.
    Under compliance this is the named editor's review, and the next date follows."""
    require_reviewer(by)
    article.lock()
    note = _said(note)
    if article.confidence == Confidence.ARCHIVED:
        raise Refused(_("This article is archived. Restore it before you confirm it."))
    if article.governance == Governance.COMPLIANCE:
        actions.review(article, by=by, note=note)
    else:
        rules.require(rules.may_change(by, article), _("You may not change this article."))
        if article.created_by_id == by.pk:
            raise Refused(_("Somebody else has to confirm what you wrote."), code="own")
        record(article, ArticleEvent.Verb.REVIEWED, by=by, note=note)
    Decision.objects.create(
        article=article, list=List.REVIEW, by=by, until=timezone.localdate() + QUIET
    )
    computing.compute([article.pk])
    return article


@transaction.atomic
def decide(
    article: Article, *, by: User, list: str, until: date | None = None, reason: str = ""
) -> Decision:
    """ "Not now": the article leaves this list until that day, or for good, which needs a reason."""
    require_reviewer(by)
    article.lock()
    if list not in List.values:
        raise BadValue(_("There is no such list."), field="list")
    rules.require(rules.may_change(by, article), _("You may not change this article."))
    if until is not None and until <= timezone.localdate():
        raise BadValue(_("Choose a day to come."), field="until")
    reason = _said(reason)
    if until is None and not reason:
        raise BadValue(_("For good needs a reason: others read it here."), field="reason")
    return Decision.objects.create(
        article=article, list=list, by=by, until=until, reason=reason
    )


def _said(words: str) -> str:
    words = text.clean(words, field="reason").strip()
    if len(words) > REASON:
        raise BadValue(_("At most %(n)s characters fit here.") % {"n": REASON}, field="reason")
    return words
