"""Verbs of languages: translate, make_master, confirm_translation, remove_translation."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from articles import rules
from articles.actions.checks import (
    Verb,
    checked_language,
    checked_words,
    needs_resolution,
    record,
    still_itself,
    tell_owners,
)
from articles.actions.writing import (
    begin_translation,
    check_base,
    next_version,
)
from articles.models import Article, Translation, Version
from articles.search import index
from kcs.errors import BadValue, NotAllowed, Refused
from people.models import Notification, User

# What the master and a translation exchange when another language becomes the master.
SAID = ("title", "issue", "environment", "resolution", "cause", "parts", "rendered", "outside")
KEPT = (*SAID, "language", "version_number", "changed_at")


def _may_change(article: Article, by: User) -> None:
    if not rules.may_change(by, article):
        raise NotAllowed(
            _("You may not change this article. Suggest the change, or flag the article.")
        )


def find_translation(article: Article, language: str) -> Translation:
    """The translation, or the sentence that there is none."""
    found = article.translations.filter(language=language).first()
    if found is None:
        raise BadValue(_("This article has no translation in this language."), field="language")
    return found


@transaction.atomic
def translate(
    article: Article,
    *,
    by: User,
    language: str,
    changes: dict[str, Any],
    base: int | None = None,
    origin: tuple[str, str] = ("", ""),
    note: str = "",
    significance: str = Version.Significance.MATERIAL,
) -> Version:
    """Write the article in another language, or improve what stands there: live at once.

    `base` is the version of this translation that the edit began from; parts that `changes`
    does not name stay. A material change says again what the master says, so the translation
    is no longer outdated; a minor one leaves that mark.
    """
    article.lock()
    still_itself(article)
    _may_change(article, by)
    language = checked_language(language)
    if language == article.language:
        raise BadValue(
            _("The article is written in this language. Improve it instead."), field="language"
        )
    translation = article.translations.filter(language=language).first()
    now = translation.words() if translation else None
    changes = checked_words(article.template, changes, now=now)
    if translation is None:
        return _first(article, language, changes, by=by, origin=origin, note=note)
    check_base(article, base, changes, translation=translation)
    current = translation.words()
    changes = {name: value for name, value in changes.items() if current[name] != value}
    if not changes:
        return article.versions.get(number=translation.version_number)
    needs_resolution(article.confidence, changes.get("resolution", translation.resolution))
    version = next_version(
        article,
        changes,
        by=by,
        origin=origin,
        note=note,
        significance=significance,
        translation=translation,
    )
    if significance == Version.Significance.MATERIAL:
        _faithful(article, translation)
    _recorded(article, translation, changes, by=by, origin=origin, note=note)
    return version


def _first(
    article: Article,
    language: str,
    words: dict[str, Any],
    *,
    by: User,
    origin: tuple[str, str],
    note: str,
) -> Version:
    if not words.get("title"):
        raise BadValue(_("An article needs a title."), field="title")
    needs_resolution(article.confidence, words.get("resolution", ""))
    translation = begin_translation(article, language, by=by)
    version = next_version(
        article, words, by=by, origin=origin, note=note, translation=translation
    )
    _recorded(article, translation, words, by=by, origin=origin, note=note)
    return version


def _faithful(article: Article, translation: Translation) -> None:
    translation.base, translation.outdated_at = article.version_number, None
    translation.save(update_fields=["base", "outdated_at"])


def _recorded(
    article: Article,
    translation: Translation,
    changes: dict[str, Any],
    *,
    by: User,
    origin: tuple[str, str],
    note: str,
) -> None:
    record(
        article,
        Verb.TRANSLATED,
        by=by,
        origin=origin,
        version=translation.version_number,
        language=translation.language,
        fields=sorted(changes),
        note=note,
    )
    index.write(article)
    tell_owners(
        article,
        by=by,
        kind=Notification.Kind.ARTICLE_CHANGED,
        text_=note,
        also=[translation.created_by],
    )


@transaction.atomic
def confirm_translation(article: Article, *, by: User, language: str) -> Translation:
    """The master changed, and this translation still says the same."""
    article.lock()
    _may_change(article, by)
    translation = find_translation(article, language)
    if translation.outdated_at is None:
        raise Refused(_("This translation is not outdated."))
    _faithful(article, translation)
    record(
        article,
        Verb.TRANSLATED,
        by=by,
        version=translation.version_number,
        language=language,
        confirmed=True,
    )
    return translation


@transaction.atomic
def make_master(article: Article, *, by: User, language: str) -> Article:
    """Make another language the one that the others follow. Texts and versions stay."""
    article.lock()
    _may_change(article, by)
    translation = find_translation(article, language)
    if translation.outdated_at is not None:
        raise Refused(
            _("This translation is outdated. Bring it up to date before others follow it.")
        )
    before = article.language
    for name in KEPT:
        mine, theirs = getattr(article, name), getattr(translation, name)
        setattr(article, name, theirs)
        setattr(translation, name, mine)
    # Foreign keys by their ids: the people are not needed.
    article.changed_by_id, translation.changed_by_id = (
        translation.changed_by_id,
        article.changed_by_id,
    )
    needs_resolution(article.confidence, article.resolution)
    translation.base, translation.outdated_at = article.version_number, None
    translation.save()
    article.save(update_fields=[*KEPT, "changed_by"])
    article.translations.exclude(pk=translation.pk).filter(outdated_at=None).update(
        base=article.version_number
    )
    moved: dict[str, Any] = {"from": before, "to": language}
    record(article, Verb.MASTER, by=by, **moved)
    index.write(article)
    return article


@transaction.atomic
def remove_translation(article: Article, *, by: User, language: str, reason: str = "") -> None:
    """Take a translation away from readers. What it said stays in the versions."""
    article.lock()
    _may_change(article, by)
    translation = find_translation(article, language)
    number = translation.version_number
    translation.delete()
    record(
        article,
        Verb.TRANSLATED,
        by=by,
        version=number,
        language=language,
        removed=True,
        reason=reason[:300],
    )
    index.write(article)
