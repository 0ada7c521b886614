"""Verbs of what is said about an article: restate, unarchive, describe."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from articles import rules
from articles.actions.checks import (
    LINES,
    STATES,
    Verb,
    checked_facets,
    checked_language,
    checked_tags,
    needs_resolution,
    record,
    still_itself,
)
from articles.actions.outside import tell_submitter
from articles.models import Article, Confidence, Governance
from articles.search import index
from kcs.errors import BadValue, NotAllowed, Refused
from people.models import Domain, User


@transaction.atomic
def restate(article: Article, *, by: User, reason: str = "", **wanted: str) -> Article:
    """Set confidence, audience, governance: any of the three, in one go, each an event."""
    article.lock()
    still_itself(article)
    wanted = {name: value for name, value in wanted.items() if value}
    unknown = set(wanted) - set(STATES)
    if unknown:
        raise BadValue(_("There is no such state."), field=sorted(unknown)[0])
    rules.check_states(by, article, wanted)
    changed = {n: v for n, v in wanted.items() if getattr(article, n) != v}
    if not changed:
        return article
    if not rules.may_change(by, article):
        raise NotAllowed(_("You may not change this article."))
    confidence = changed.get("confidence", article.confidence)
    needs_resolution(confidence, article.resolution)
    if "confidence" in changed and confidence in (Confidence.WIP, Confidence.NOT_VALIDATED):
        audience = changed.get("audience", article.audience)
        if audience != "internal" and "audience" in changed:
            raise BadValue(
                _("Only a validated article can be shown outside."), field="audience"
            )
    for name, value in changed.items():
        before = getattr(article, name)
        setattr(article, name, value)
        record(article, name, by=by, **{"from": before, "to": value, "reason": reason[:LINES]})
    if changed.get("governance") == Governance.COMPLIANCE and not article.editors.exists():
        # Under compliance without a named editor nobody could ever change it again.
        article.editors.add(by)
    dropped: dict[str, None] = {}
    if changed.get("governance") == Governance.EXPERIENCE:
        # Only compliance has a calendar; what is reviewed by its use has none.
        dropped = dict.fromkeys(("review_every_days", "review_due_on"))
    for name in dropped:
        setattr(article, name, None)
    if changed.get("confidence") == Confidence.VALIDATED:
        article.validated_at = timezone.now()
    article.archived_reason = (
        reason[:LINES] if article.confidence == Confidence.ARCHIVED else ""
    )
    article.save(update_fields=[*changed, *dropped, "validated_at", "archived_reason"])
    index.write(article)
    tell_submitter(article)
    return article


@transaction.atomic
def unarchive(article: Article, *, by: User) -> Article:
    """Give an archived article back the confidence that it had before."""
    article.lock()
    still_itself(article)
    if article.confidence != Confidence.ARCHIVED:
        raise Refused(_("This article is not archived."))
    return restate(article, by=by, confidence=before_archive(article))


def before_archive(article: Article) -> str:
    """The confidence that an archived article had; what nobody remembers was not validated."""
    moved = article.events.filter(verb=Verb.CONFIDENCE, detail__to=Confidence.ARCHIVED)
    last = moved.order_by("-at", "-pk").first()
    before = str((last.detail if last else {}).get("from") or "")
    if before == Confidence.VALIDATED and not article.resolution.strip():
        before = ""
    known = before in Confidence.values and before != Confidence.ARCHIVED
    return before if known else Confidence.NOT_VALIDATED


@transaction.atomic
def describe(
    article: Article,
    *,
    by: User,
    domain: Domain | None = None,
    tags: Iterable[str] | None = None,
    owner: User | None = None,
    environment_facets: dict[str, Any] | None = None,
    language: str | None = None,
    editors: Iterable[User] | None = None,
    clear: Iterable[str] = (),
) -> Article:
    """Change what is said about an article: domain, tags, owner, facets, language, editors.

    None leaves a value as it is; `clear` names those to empty ("domain", "owner").
    """
    article.lock()
    still_itself(article)
    if not rules.may_change(by, article):
        raise NotAllowed(_("You may not change this article."))
    wanted: dict[str, Any] = {name: None for name in clear if name in ("domain", "owner")}
    if domain is not None:
        wanted["domain"] = domain
    if tags is not None:
        wanted["tags"] = checked_tags(tags)
    if owner is not None:
        if not owner.is_agent:
            raise BadValue(_("Only agents own articles."), field="owner")
        wanted["owner"] = owner
    if environment_facets is not None:
        wanted["environment_facets"] = checked_facets(environment_facets)
    if language is not None:
        wanted["language"] = checked_language(language)
    changed = {n: v for n, v in wanted.items() if getattr(article, n) != v}
    detail: dict[str, Any] = {
        n: {"from": _plain(getattr(article, n)), "to": _plain(v)} for n, v in changed.items()
    }
    for name, value in changed.items():
        setattr(article, name, value)
    if changed:
        article.save(update_fields=[*changed])
    if editors is not None and (named := _name_editors(article, editors, by=by)):
        detail["editors"] = named
    if not detail:
        return article
    record(article, Verb.DESCRIBED, by=by, **detail)
    index.write(article)
    return article


def _name_editors(
    article: Article, editors: Iterable[User], *, by: User
) -> dict[str, list[str]] | None:
    """Set who may change the article under compliance; what changed, or None."""
    before = {person.pk: person for person in article.editors.all()}
    after = {person.pk: person for person in editors}
    if before.keys() == after.keys():
        return None
    rules.require(
        ("governance", "compliance") in by.rights,
        _("You may not name the editors of an article."),
    )
    if not all(("change", "compliance") in person.rights for person in after.values()):
        raise BadValue(
            _("Only people who may change articles under compliance can be its editors."),
            field="editors",
        )
    article.editors.set(after.values())
    return {
        "from": sorted(str(person) for person in before.values()),
        "to": sorted(str(person) for person in after.values()),
    }


def _plain(value: Any) -> Any:
    return value if isinstance(value, (list, dict)) else str(value) if value else ""
