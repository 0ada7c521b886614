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
    checked_language,
    checked_words,
    needs_resolution,
    record,
    still_itself,
    tell_owners,
)
from articles.actions.files import claim
from articles.actions.writing import begin_translation, next_version
from articles.models import Article, Suggestion, Translation, Version
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
    language: str = "",
) -> Suggestion:
    """Propose a version where one may not change the article oneself. It waits for review.

    `language` names the translation that it is for, also one that does not exist yet.
    """
    article.lock()
    still_itself(article)
    if not rules.may_suggest(by, article):
        raise NotAllowed(
            _("Only its named editors change this article. Flag what is wrong with it.")
        )
    if language:
        language = checked_language(language)
    holder = article.text_in(language)
    said = _words_of(holder)
    changes = checked_words(article.template, changes, now=said)
    words = {**said, **changes}
    if words == said:
        raise Refused(_("Nothing was changed, so there is nothing to suggest."))
    if not words["title"]:
        raise BadValue(_("An article needs a title."), field="title")
    suggestion = article.suggestions.create(
        language="" if language == article.language else language,
        base=base or (holder.version_number if holder else article.version_number),
        by=by,
        note=note[:LINES],
        origin_type=origin[0],
        origin_id=origin[1],
        **words,
    )
    claim(article, changes, by=by)
    record(article, Verb.SUGGESTED, by=by, origin=origin, suggestion=suggestion.pk, note=note)
    tell_owners(article, by=by, kind=Notification.Kind.SUGGESTION_MADE, text_=note)
    return suggestion


def _words_of(holder: Article | Translation | None) -> dict[str, Any]:
    """What stands there now; where nothing does yet, empty parts."""
    return holder.words() if holder else Translation().words()


def proposal(suggestion: Suggestion) -> tuple[dict[str, Any], list[str]]:
    """What a suggestion would change today, and the parts that others changed meanwhile too.

    Only what its author changed counts: what others changed since it began stays theirs.
    """
    article = suggestion.article
    holder = article.text_in(suggestion.language)
    now, proposed = _words_of(holder), suggestion.words()
    began = article.versions.filter(number=suggestion.base).first()
    if holder is None or began is None or suggestion.base == holder.version_number:
        return {n: v for n, v in proposed.items() if now[n] != v}, []
    before = began.words()
    proposed = {n: v for n, v in proposed.items() if before[n] != v}
    return proposed, [n for n in proposed if now[n] not in (before[n], proposed[n])]


def _standing(article: Article, suggestion: Suggestion) -> dict[str, Any]:
    holder = article.text_in(suggestion.language) or article
    return {"version": holder.version_number, **holder.words()}


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
            current=_standing(article, suggestion),
        )
    holder = article.text_in(suggestion.language)
    said = _words_of(holder)
    words = checked_words(article.template, {**proposed, **(changes or {})}, now=said)
    words = {n: v for n, v in words.items() if said[n] != v}
    needs_resolution(article.confidence, words.get("resolution", said["resolution"]))
    if words:
        origin = (suggestion.origin_type, suggestion.origin_id)
        if holder is None:
            holder = begin_translation(article, suggestion.language, by=suggestion.by)
        version = next_version(
            article,
            words,
            by=suggestion.by,
            origin=origin,
            note=suggestion.note,
            translation=holder if isinstance(holder, Translation) else None,
        )
    else:
        version = article.versions.get(number=(holder or article).version_number)
    _decide(suggestion, Suggestion.State.ACCEPTED, by=by, version=version)
    record(
        article,
        Verb.ACCEPTED,
        by=by,
        origin=(suggestion.origin_type, suggestion.origin_id),
        version=version.number,
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
        # Colleagues' names stay inside.
        by=by if suggestion.by.is_agent else None,
        kind=Notification.Kind.SUGGESTION_DECIDED,
        subject=f"{suggestion.article.number} {suggestion.article.title}",
        text=reason,
        url=suggestion.article.get_absolute_url(),
    )
