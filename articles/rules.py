"""What a person may set and change: the matrix, read for one person and one article.

One place answers for the pick list, the page, the API, the admin and the verbs. An unchanged
value is always legal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from articles.models import EXTERNAL, Audience, Confidence, Governance
from kcs.errors import NOT_OFFERED, BadValue, NotAllowed

if TYPE_CHECKING:
    from articles.models import Article, Feedback, Flag, Suggestion
    from people.models import User


@dataclass(frozen=True)
class Options:
    """What one person may choose for one article; what stands there now is among it."""

    confidence: list[str]
    audience: list[str]
    governance: list[str]


def options(
    user: User, article: Article | None = None, *, confidence: str | None = None
) -> Options:
    """The values this person may set, at `confidence` or at the article's own.

    External audiences are offered only for what is, or is being made, Validated. The source
    is the matrix of domain.md, kept as rows of people.Right.
    """
    rights = user.rights
    now = article.confidence if article is not None else Confidence.WIP
    at = confidence or now
    offered = {
        "confidence": [v for v in Confidence.values if ("confidence", v) in rights],
        "audience": [
            v
            for v in Audience.values
            if ("audience", v) in rights and (v not in EXTERNAL or at == Confidence.VALIDATED)
        ],
        "governance": [v for v in Governance.values if ("governance", v) in rights],
    }
    if article is not None:
        for aspect, values in offered.items():
            current = getattr(article, aspect)
            if current not in values:
                values.append(current)
    return Options(**offered)


def check_states(user: User, article: Article | None, wanted: dict[str, str]) -> None:
    """Raise BadValue for the first state that this person may not set. Unchanged passes."""
    at = wanted.get("confidence") or (article.confidence if article else Confidence.WIP)
    offered = options(user, article, confidence=at)
    for aspect, value in wanted.items():
        choices = {"confidence": Confidence, "audience": Audience, "governance": Governance}
        if value not in choices[aspect].values:
            raise BadValue(
                _("“%(value)s” is not a known value.") % {"value": value}, field=aspect
            )
        if article is not None and value == getattr(article, aspect):
            continue
        if value not in getattr(offered, aspect):
            if aspect == "audience" and ("audience", value) in user.rights:
                message = _("Only a validated article can be shown outside.")
            else:
                message = _("You may not set “%(value)s” here.") % {
                    "value": choices[aspect](value).label
                }
            raise BadValue(message, field=aspect, code=NOT_OFFERED)


def is_named_editor(user: User, article: Article) -> bool:
    # Not a query of its own: pages fetch the editors beforehand, and ask for each flag.
    return any(person.pk == user.pk for person in article.editors.all())


def may_change(user: User, article: Article) -> bool:
    """Whether this person's edit goes live at once. Nobody's where it was merged into another."""
    if article.merged_into_id:
        return False
    rights = user.rights
    if article.governance == Governance.COMPLIANCE and article.confidence in (
        Confidence.VALIDATED,
        Confidence.ARCHIVED,
    ):
        return ("change", "compliance") in rights and is_named_editor(user, article)
    if article.created_by_id == user.pk:
        return ("change", "own") in rights
    return ("change", "others") in rights


def may_review(user: User, article: Article) -> bool:
    """Whether this person says that an article under compliance is right as it stands."""
    return ("change", "compliance") in user.rights and is_named_editor(user, article)


def may_suggest(user: User, article: Article) -> bool:
    """Whether this person may propose a version. Compliance-based and validated: nobody."""
    return (
        user.is_agent
        and not article.merged_into_id
        and not (
            article.governance == Governance.COMPLIANCE
            and article.confidence == Confidence.VALIDATED
        )
    )


def may_decide(user: User, suggestion: Suggestion) -> bool:
    """Suggestions are decided by whoever may change the article, but not by their author."""
    return suggestion.by_id != user.pk and may_change(user, suggestion.article)


def may_see(user: User, article: Article) -> bool:
    """Whether this agent sees the article: `visible_to` for one person and one article."""
    rights = user.rights
    return user.is_agent and (
        {("see", article.confidence), ("see", article.audience)} <= rights
        or article.created_by_id == user.pk
    )


def may_answer(user: User, remark: Flag | Feedback) -> bool:
    """Flags and feedback are answered by whoever may change the article, its owner, or whom
    they were routed to."""
    return (
        may_change(user, remark.article)
        or remark.owner_id == user.pk
        or remark.article.owner_id == user.pk
    )


def require(allowed: bool, message: str) -> None:
    if not allowed:
        raise NotAllowed(message)
