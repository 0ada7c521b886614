"""Verbs of the text: create, improve, restore."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from articles import rules
from articles.actions.checks import (
    LINES,
    Verb,
    checked_facets,
    checked_language,
    checked_tags,
    checked_words,
    needs_resolution,
    next_number,
    record,
    still_itself,
    tell_owners,
)
from articles.actions.files import claim
from articles.models import (
    Article,
    Confidence,
    Governance,
    Template,
    Translation,
    Version,
)
from articles.search import index
from kcs.errors import BadValue, NotAllowed, Refused, Stale
from people.models import Domain, Notification, Team, User

# Saves of one person within this time are one version, while nothing refers to it.
SAME_VERSION = timedelta(minutes=10)
MOST_TRANSLATIONS = 40


@transaction.atomic
def create(
    *,
    by: User,
    title: str,
    issue: str = "",
    environment: str = "",
    resolution: str = "",
    cause: str = "",
    parts: dict[str, str] | None = None,
    template: Template | None = None,
    language: str = "en",
    confidence: str = Confidence.WIP,
    audience: str = "internal",
    governance: str = "experience",
    domain: Domain | None = None,
    tags: Iterable[str] = (),
    owner: User | None = None,
    owner_team: Team | None = None,
    environment_facets: dict[str, Any] | None = None,
    origin: tuple[str, str] = ("", ""),
    origin_url: str = "",
) -> Article:
    """Write a new article. Work in progress needs nothing but a title."""
    rules.require(by.is_agent, _("Only agents write articles."))
    template = template or Template.objects.usual()
    if not template.is_active:
        raise BadValue(_("This template is not offered any more."), field="template")
    words = checked_words(
        template,
        {
            "title": title,
            "issue": issue,
            "environment": environment,
            "resolution": resolution,
            "cause": cause,
            "parts": parts or {},
        },
    )
    rules.check_states(
        by, None, {"confidence": confidence, "audience": audience, "governance": governance}
    )
    needs_resolution(confidence, words["resolution"])
    if origin_url and not origin_url.lower().startswith(("https://", "http://")):
        raise BadValue(_("The origin's address begins with https://."), field="origin")
    return begin(
        by=by,
        template=template,
        words=words,
        language=checked_language(language),
        confidence=confidence,
        audience=audience,
        governance=governance,
        domain=domain,
        tags=checked_tags(tags),
        owner=owner or by,
        owner_team=owner_team,
        environment_facets=checked_facets(environment_facets or {}),
        origin=origin,
        origin_url=origin_url,
    )


def begin(
    *,
    by: User,
    template: Template,
    words: dict[str, Any],
    origin: tuple[str, str],
    confidence: str = Confidence.WIP,
    audience: str = "internal",
    governance: str = "experience",
    **facts: Any,
) -> Article:
    """Write down a new article, whose values somebody has checked, with its first version."""
    now = timezone.now()
    article = Article.objects.create(
        number=next_number(),
        template=template,
        confidence=confidence,
        audience=audience,
        governance=governance,
        origin_type=origin[0],
        origin_id=origin[1],
        created_by=by,
        created_at=now,
        changed_by=by,
        changed_at=now,
        validated_at=now if confidence == Confidence.VALIDATED else None,
        rendered=template.render(words),
        outside=template.differs_outside(words),
        **words,
        **facts,
    )
    if governance == Governance.COMPLIANCE:
        article.editors.add(by)
    claim(article, words, by=by)
    article.versions.create(
        number=1,
        by=by,
        at=now,
        language=article.language,
        origin_type=origin[0],
        origin_id=origin[1],
        **words,
    )
    record(
        article,
        Verb.CREATED,
        by=by,
        origin=origin,
        confidence=confidence,
        audience=audience,
        governance=governance,
    )
    index.write(article)
    return article


def current_version(article: Article) -> Version:
    """What the master says now: the version that links, flags and votes are given to."""
    return article.versions.get(number=article.version_number)


def seal(article: Article, *, by: User | None = None, language: str = "") -> None:
    """Somebody begins to write from this text: it stays a version of its own. Its author's next
    save within minutes would else replace it under the same number, and `check_base` could not
    tell the other. For the author alone (`by`) nothing changes."""
    holder = article.text_in(language)
    if holder is not None and (by is None or holder.changed_by_id != by.pk):
        versions = article.versions.filter(number=holder.version_number, sealed=False)
        versions.update(sealed=True)


def next_version(
    article: Article,
    words: dict[str, Any],
    *,
    by: User,
    origin: tuple[str, str],
    note: str = "",
    significance: str = Version.Significance.MATERIAL,
    restored_from: int | None = None,
    translation: Translation | None = None,
) -> Version:
    """Write what the article, or its translation, now says. The last version is replaced only
    while nobody could have seen it: same person, same ticket, same language, ten minutes,
    nothing refers to it."""
    if significance not in Version.Significance.values:
        raise BadValue(_("A change is minor or material."), field="significance")
    now = timezone.now()
    holder: Article | Translation = translation or article
    last = article.versions.select_for_update(no_key=True).order_by("-number")[0]
    replace = (
        not last.sealed
        and last.number == holder.version_number
        and last.by_id == by.pk
        and (last.origin_type, last.origin_id) == origin
        and now - last.at < SAME_VERSION
        and last.restored_from is None
        and restored_from is None
    )
    if replace:
        version = last
        for name, value in words.items():
            setattr(version, name, value)
        version.note = note[:LINES] or version.note
        if significance == Version.Significance.MATERIAL:
            version.significance = significance
        version.save(update_fields=[*words, "note", "significance"])
    else:
        version = article.versions.create(
            number=last.number + 1,
            by=by,
            at=now,
            note=note[:LINES],
            language=holder.language,
            significance=significance,
            origin_type=origin[0],
            origin_id=origin[1],
            restored_from=restored_from,
            **{**holder.words(), **words},
        )
    for name, value in words.items():
        setattr(holder, name, value)
    holder.version_number = version.number
    holder.changed_by, holder.changed_at = by, now
    _render(holder, article.template)
    changed = [*words, "version_number", "changed_by", "changed_at", "rendered", "outside"]
    if translation is None and significance == Version.Significance.MATERIAL:
        article.significant_at = now
        changed.append("significant_at")
        article.translations.filter(outdated_at=None).update(outdated_at=now)
    holder.save(update_fields=changed)
    claim(article, words, by=by)
    return version


def _render(holder: Article | Translation, template: Template) -> None:
    words = holder.words()
    holder.rendered = template.render(words)
    holder.outside = template.differs_outside(words)


def begin_translation(article: Article, language: str, *, by: User) -> Translation:
    """The row of a translation whose first version is written next."""
    if article.translations.count() >= MOST_TRANSLATIONS:
        raise Refused(_("An article may have %(n)s translations.") % {"n": MOST_TRANSLATIONS})
    return Translation.objects.create(
        article=article,
        language=language,
        title=article.title,  # until the version says its own
        # No version yet, so that its first one never replaces the master's last.
        version_number=0,
        base=article.version_number,
        created_by=by,
        changed_by=by,
    )


def check_base(
    article: Article,
    base: int | None,
    changes: dict[str, Any],
    *,
    translation: Translation | None = None,
) -> None:
    """A stale edit loses nothing: the answer holds what stands there now."""
    holder: Article | Translation = translation or article
    if base is None or base == holder.version_number:
        return
    current = holder.words()
    if all(current.get(name) == value for name, value in changes.items()):
        return
    raise Stale(
        _("%(person)s saved a newer version meanwhile. Compare both and save again.")
        % {"person": holder.changed_by},
        current={"version": holder.version_number, **current},
    )


@transaction.atomic
def improve(
    article: Article,
    *,
    by: User,
    changes: dict[str, Any],
    base: int | None = None,
    origin: tuple[str, str] = ("", ""),
    note: str = "",
    significance: str = Version.Significance.MATERIAL,
) -> Version:
    """Change what the article says, live at once. `base` is the version the edit began from.

    Raises NotAllowed where this person may only suggest or flag, Stale when somebody saved
    in between.
    """
    article.lock()
    still_itself(article)
    if not rules.may_change(by, article):
        raise NotAllowed(
            _("You may not change this article. Suggest the change, or flag the article.")
        )
    current = article.words()
    changes = checked_words(article.template, changes, now=current)
    check_base(article, base, changes)
    changes = {name: value for name, value in changes.items() if current[name] != value}
    if not changes:
        return current_version(article)
    needs_resolution(article.confidence, changes.get("resolution", article.resolution))
    version = next_version(
        article, changes, by=by, origin=origin, note=note, significance=significance
    )
    record(
        article,
        Verb.IMPROVED,
        by=by,
        origin=origin,
        fields=sorted(changes),
        note=note,
        significance=significance,
    )
    index.write(article)
    tell_owners(
        article,
        by=by,
        kind=Notification.Kind.ARTICLE_CHANGED,
        text_=note,
        also=[article.created_by],
    )
    return version


@transaction.atomic
def restore(article: Article, *, by: User, version: int) -> Version:
    """Make an earlier version's text the newest one, in its language. Nothing is taken away."""
    article.lock()
    still_itself(article)
    if not rules.may_change(by, article):
        raise NotAllowed(_("You may not change this article."))
    old = article.versions.filter(number=version).first()
    if old is None:
        raise BadValue(_("This article has no such version."), field="version")
    holder = article.text_in(old.language)
    if holder is None:
        raise Refused(_("The translation of this version was removed. Translate it again."))
    if old.words() == holder.words():
        raise Refused(_("The article says this already."))
    needs_resolution(article.confidence, old.resolution)
    made = next_version(
        article,
        old.words(),
        by=by,
        origin=("", ""),
        note=_("Restored version %(n)s") % {"n": version},
        restored_from=version,
        translation=holder if isinstance(holder, Translation) else None,
    )
    record(article, Verb.RESTORED, by=by, version=made.number, restored=version)
    index.write(article)
    tell_owners(article, by=by, kind=Notification.Kind.ARTICLE_CHANGED)
    return made
