"""One change of many articles: each by itself, so that one refusal spoils nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from articles import actions, rules
from articles.actions import STATES
from articles.models import Article, Audience, Confidence, Governance
from articles.rules import Options
from kcs.errors import BadValue, Refused
from people.models import User

MOST = 200  # articles in one go; more belong into a filter and a second look
Done = list[tuple[Article, Refused | None]]


def offered(by: User, articles: Iterable[Article]) -> Options:
    """The states that this person may set on at least one of these articles."""
    found: dict[str, set[str]] = {name: set() for name in STATES}
    for article in articles:
        if not rules.may_change(by, article):
            continue
        here = rules.options(by, article)
        at = Confidence.VALIDATED if Confidence.VALIDATED in here.confidence else None
        for name in STATES:
            found[name] |= set(getattr(rules.options(by, article, confidence=at), name))
            found[name] |= set(getattr(here, name))
    kinds = {"confidence": Confidence, "audience": Audience, "governance": Governance}
    return Options(**{n: [v for v in kinds[n].values if v in found[n]] for n in STATES})


def each(articles: Iterable[Article], *, by: User, **wanted: Any) -> Done:
    """Change them one after the other; what each of them answered."""
    done: Done = []
    for article in articles:
        try:
            change(article, by=by, **wanted)
        except Refused as error:
            article.refresh_from_db(fields=[*STATES, "tags", "domain", "owner"])
            done.append((article, error))
        else:
            done.append((article, None))
    return done


@transaction.atomic
def change(
    article: Article,
    *,
    by: User,
    states: Mapping[str, str] | None = None,
    reason: str = "",
    add_tags: Iterable[str] = (),
    remove_tags: Iterable[str] = (),
    clear: Iterable[str] = (),
    **facts: Any,
) -> None:
    """States, domain, owner and tags of one article: all of it, or nothing and the reason."""
    if not (states or any(facts.values()) or add_tags or remove_tags or clear):
        raise BadValue(_("Say what to change."), field="verb")
    if states:
        actions.restate(article, by=by, reason=reason, **states)
    add, remove = _lower(add_tags), set(_lower(remove_tags))
    if add or remove:
        article.lock()
        facts["tags"] = [t for t in dict.fromkeys([*article.tags, *add]) if t not in remove]
    if facts or clear:
        actions.describe(article, by=by, clear=clear, **facts)


def _lower(tags: Iterable[str]) -> list[str]:
    return [tag.strip().lower() for tag in tags if tag.strip()]
