"""Verbs of authors outside: submit a draft, submit an edit. Both wait for somebody inside.

They are refused unless the organisation lets customers write (`SiteSettings.outside_authors`).
What stays inside is neither shown to such an author nor lost by their edit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles import parts, rules, text
from articles.actions.checks import (
    LINES,
    Verb,
    checked_language,
    checked_words,
    record,
    still_itself,
)
from articles.actions.routing import route
from articles.actions.writing import begin
from articles.models import Article, Confidence, Governance, Suggestion, Template
from kcs.errors import BadValue, Refused
from people.actions import tell
from people.models import Notification, SiteSettings, User

ORIGIN = "portal"


def may_submit(user: User) -> bool:
    """Whether this customer may write what waits for review."""
    return user.is_active and not user.is_agent and SiteSettings.load().outside_authors


def require_author(user: User) -> None:
    rules.require(may_submit(user), _("Here only the people who answer write articles."))


@transaction.atomic
def submit_draft(
    *,
    by: User,
    title: str,
    issue: str = "",
    environment: str = "",
    resolution: str = "",
    cause: str = "",
    language: str = "en",
) -> Article:
    """Write a draft from outside: work in progress, internal, nobody's until it is reviewed."""
    require_author(by)
    template = Template.objects.usual()
    said = {
        "title": title,
        "issue": issue,
        "environment": environment,
        "resolution": resolution,
        "cause": cause,
    }
    for name, value in said.items():
        _without_fences(value, field=name)
    if not (issue.strip() or resolution.strip()):
        raise BadValue(_("Say what happens, or what helps."), field="issue")
    article = begin(
        by=by,
        template=template,
        words=checked_words(template, {**said, "parts": {}}),
        language=checked_language(language),
        origin=(ORIGIN, str(by.pk)),
    )
    _tell_reviewer(article, by=by)
    return article


@transaction.atomic
def submit_edit(
    article: Article, *, by: User, changes: dict[str, Any], base: int, note: str = ""
) -> Suggestion:
    """Propose a better text from outside. `changes` are what its author read and rewrote.

    Parts that say what they said outside before stay as they are inside. Where a changed part
    has internal passages, they are kept at its end, and the note says so.
    """
    require_author(by)
    article.lock()
    still_itself(article)
    rules.require(
        article.governance != Governance.COMPLIANCE,
        _("Only its named editors change this article."),
    )
    began = article.versions.filter(number=base, language=article.language).first()
    if began is None:
        raise BadValue(_("This article has no such version."), field="base")
    inside: dict[str, Any] = began.words()
    kept: list[str] = []
    made: dict[str, Any] = {"parts": dict(inside["parts"])}
    shown = article.template.said_outside(inside)
    known = {
        part.name: part for part in parts.of_authors(article.template) if not part.internal
    }
    for name, value in _flat(changes).items():
        if name != "title" and name not in known:
            raise BadValue(_("Articles have no part “%(part)s”.") % {"part": name}, field=name)
        _without_fences(value, field=name)
        value = text.clean(value, field=name)
        if value.strip() == parts.value_of(shown, name).strip():
            continue
        if passages := text.internal_passages(parts.value_of(inside, name)):
            kept.append(str(known[name].label) if name in known else name)
            value = "\n\n".join([value.rstrip(), *passages])
        if name.startswith("parts."):
            made["parts"][name[6:]] = value
        else:
            made[name] = value
    changed = checked_words(
        article.template, {n: v for n, v in made.items() if v != inside[n]}, now=inside
    )
    if not changed:
        raise Refused(_("Nothing was changed, so there is nothing to suggest."))
    suggestion = article.suggestions.create(
        base=base,
        by=by,
        note=_told(note, kept),
        origin_type=ORIGIN,
        origin_id=str(by.pk),
        **{**inside, **changed},
    )
    record(
        article,
        Verb.SUGGESTED,
        by=by,
        origin=(ORIGIN, str(by.pk)),
        suggestion=suggestion.pk,
        note=suggestion.note,
    )
    _tell_reviewer(article, by=by, said=suggestion.note)
    return suggestion


def _flat(changes: dict[str, Any]) -> dict[str, str]:
    """{"issue": …, "parts": {"check": …}} by the names of parts."""
    flat = {name: str(value) for name, value in changes.items() if name != "parts"}
    further = changes.get("parts") or {}
    return flat | {f"parts.{key}": str(value) for key, value in further.items()}


def _without_fences(value: str, *, field: str) -> None:
    if text.outside(value) != value:
        raise BadValue(_("Lines that begin with ::: are kept for our own use."), field=field)


def _told(note: str, kept: list[str]) -> str:
    """The author's note, and what a reviewer has to know about the text."""
    said = text.clean(note, field="note").strip()
    if kept:
        with translation.override(settings.LANGUAGE_CODE):
            warning = _("Internal passages stand at the end now: %(parts)s.") % {
                "parts": ", ".join(kept)
            }
        said = f"{warning} {said}".strip()
    return said[:LINES]


def _tell_reviewer(article: Article, *, by: User, said: str = "") -> None:
    tell(
        [route(article)],
        by=by,
        kind=Notification.Kind.SUGGESTION_MADE,
        subject=f"{article.number} {article.title}",
        text=said,
        url=article.get_absolute_url(),
    )


# What its author hears -------------------------------------------------------------------------

WAITING = gettext_lazy("Waits for review")
PUBLISHED = gettext_lazy("Published")
TAKEN = gettext_lazy("Taken over")
DECLINED = gettext_lazy("Not taken over")


@dataclass(frozen=True)
class Submission:
    """Something that a customer wrote, as they wrote it, and what became of it."""

    title: str
    language: str
    at: datetime
    state: Any
    number: str = ""  # of the article, where they may read it
    reason: str = ""
    is_edit: bool = False


def submissions(user: User, *, most: int = 100) -> list[Submission]:
    """What this customer wrote, the newest first. Of what became of it they read the decision
    and its reason, and the article where it is shown to them."""
    readable = dict(
        Article.objects.readable_by(user.reads_as)
        .filter(created_by=user, origin_type=ORIGIN)
        .values_list("pk", "number")
    )
    drafts = Article.objects.filter(created_by=user, origin_type=ORIGIN).order_by("-created_at")
    rows = [
        Submission(
            title=first.title,
            language=draft.language,
            at=draft.created_at,
            state=_state(draft, shown=draft.pk in readable),
            number=readable.get(draft.pk, ""),
        )
        for draft in drafts.prefetch_related("versions")[:most]
        for first in [min(draft.versions.all(), key=lambda version: version.number)]
    ]
    edits = Suggestion.objects.filter(by=user, origin_type=ORIGIN).select_related("article")
    still = set(
        Article.objects.readable_by(user.reads_as)
        .filter(suggestions__in=edits)
        .values_list("pk", flat=True)
    )
    states = {"open": WAITING, "accepted": TAKEN, "declined": DECLINED}
    rows += [
        Submission(
            title=edit.title,
            language=edit.article.language,
            at=edit.at,
            state=states[edit.state],
            number=edit.article.number if edit.article_id in still else "",
            reason=edit.reason,
            is_edit=True,
        )
        for edit in edits.order_by("-at")[:most]
    ]
    return sorted(rows, key=lambda row: row.at, reverse=True)[:most]


def _state(draft: Article, *, shown: bool) -> Any:
    if shown:
        return PUBLISHED
    if draft.confidence == Confidence.ARCHIVED:
        return TAKEN if draft.merged_into_id else DECLINED
    return TAKEN if draft.confidence == Confidence.VALIDATED else WAITING


def tell_submitter(article: Article) -> None:
    """Tell whoever sent a draft from outside what was decided. Reasons given inside stay there."""
    author = article.created_by
    if article.origin_type != ORIGIN or author.is_agent:
        return
    shown = Article.objects.readable_by(author.reads_as).filter(pk=article.pk).exists()
    state = _state(article, shown=shown)
    if state is WAITING:
        return
    with translation.override(author.language or settings.LANGUAGE_CODE):
        first = article.versions.order_by("number")[0]
        tell(
            [author],
            by=None,
            kind=Notification.Kind.SUGGESTION_DECIDED,
            subject=first.title,
            text=str(state),
            url=article.get_absolute_url() if shown else reverse("people:notifications"),
        )
