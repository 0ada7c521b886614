"""Verbs of suggestions: suggest, accept, decline."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from articles import rules, text
from articles.actions.checks import (
    LINES,
    Verb,
    checked_words,
    needs_resolution,
    record,
    tell_owners,
)
from articles.actions.writing import current_version, next_version
from articles.models import Article, Suggestion, Version
from articles.search import index
from kcs.errors import BadValue, NotAllowed, Refused, Stale
from people.actions import tell
from people.models import Notification, User


@transaction.atomic
def suggest(
    article: Article,
    *,
    by: User,
    changes: dict[str, Any],
    base: int | None = None,
    origin: tuple[str, str] = ("", ""),
    note: str = "",
) -> Suggestion:
    """Propose a version where one may not change the article oneself. It waits for review."""
    article.lock()
    if not rules.may_suggest(by, article):
        raise NotAllowed(
            _("Only its named editors change this article. Flag what is wrong with it.")
        )
    changes = checked_words(article.template, changes)
    words = {**article.words(), **changes}
    if words == article.words():
        raise Refused(_("Nothing was changed, so there is nothing to suggest."))
    suggestion = article.suggestions.create(
        base=base or article.version_number,
        by=by,
        note=note[:LINES],
        origin_type=origin[0],
        origin_id=origin[1],
        **words,
    )
    record(article, Verb.SUGGESTED, by=by, origin=origin, suggestion=suggestion.pk, note=note)
    tell_owners(article, by=by, kind=Notification.Kind.SUGGESTION_MADE, text_=note)
    return suggestion


def proposal(suggestion: Suggestion) -> tuple[dict[str, Any], list[str]]:
    """What a suggestion would change today, and the parts that others changed meanwhile too.

    Only what its author changed counts: what others changed since it began stays theirs.
    """
    article = suggestion.article
    now, proposed = article.words(), suggestion.words()
    began = article.versions.filter(number=suggestion.base).first()
    if began is None or suggestion.base == article.version_number:
        return {n: v for n, v in proposed.items() if now[n] != v}, []
    before = began.words()
    proposed = {n: v for n, v in proposed.items() if before[n] != v}
    return proposed, [n for n in proposed if now[n] not in (before[n], proposed[n])]


@transaction.atomic
def accept(
    suggestion: Suggestion, *, by: User, changes: dict[str, Any] | None = None
) -> Version:
    """Make a suggestion live, as it is or with changes. Its author keeps the credit."""
    article, suggestion = _open_suggestion(suggestion, by=by)
    proposed, overlap = proposal(suggestion)
    if overlap and changes is None:
        raise Stale(
            _("The article changed since this was suggested. Compare and accept with changes."),
            current={"version": article.version_number, **article.words()},
        )
    words = checked_words(article.template, {**proposed, **(changes or {})})
    words = {n: v for n, v in words.items() if article.words()[n] != v}
    needs_resolution(article.confidence, words.get("resolution", article.resolution))
    if words:
        origin = (suggestion.origin_type, suggestion.origin_id)
        version = next_version(
            article, words, by=suggestion.by, origin=origin, note=suggestion.note
        )
    else:
        version = current_version(article)
    _decide(suggestion, Suggestion.State.ACCEPTED, by=by, version=version)
    record(
        article,
        Verb.ACCEPTED,
        by=by,
        origin=(suggestion.origin_type, suggestion.origin_id),
        suggestion=suggestion.pk,
        author=suggestion.by_id,
    )
    index.write(article)
    return version


@transaction.atomic
def decline(suggestion: Suggestion, *, by: User, reason: str) -> Suggestion:
    """Say no to a suggestion, with the reason that its author will read."""
    article, suggestion = _open_suggestion(suggestion, by=by)
    reason = text.clean(reason, field="reason").strip()
    if not reason:
        raise BadValue(_("Say why, so that the author can learn from it."), field="reason")
    _decide(suggestion, Suggestion.State.DECLINED, by=by, reason=reason)
    record(article, Verb.DECLINED, by=by, suggestion=suggestion.pk, reason=reason[:1000])
    return suggestion


def _open_suggestion(suggestion: Suggestion, *, by: User) -> tuple[Article, Suggestion]:
    article = suggestion.article
    article.lock()
    suggestion.refresh_from_db()
    if not rules.may_decide(by, suggestion):
        raise NotAllowed(_("Somebody who may change this article decides about suggestions."))
    if suggestion.state != Suggestion.State.OPEN:
        raise Refused(_("This suggestion has been decided already."))
    return article, suggestion


def _decide(
    suggestion: Suggestion,
    state: str,
    *,
    by: User,
    reason: str = "",
    version: Version | None = None,
) -> None:
    suggestion.state = state
    suggestion.decided_by, suggestion.decided_at = by, timezone.now()
    suggestion.reason, suggestion.version = reason[:1000], version
    suggestion.save(update_fields=["state", "decided_by", "decided_at", "reason", "version"])
    tell(
        [suggestion.by],
        by=by,
        kind=Notification.Kind.SUGGESTION_DECIDED,
        subject=f"{suggestion.article.number} {suggestion.article.title}",
        text=reason,
        url=suggestion.article.get_absolute_url(),
    )
