"""What every verb of knowledge asks and writes: values as they may be kept, events, who hears."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from articles import text
from articles.models import TEXT, Article, ArticleEvent, Confidence, Template
from kcs.errors import BadValue, Refused
from people.actions import tell
from people.models import User

Verb = ArticleEvent.Verb
STATES = ("confidence", "audience", "governance")
LINES = 300


def next_number() -> str:
    with connection.cursor() as cursor:
        cursor.execute("select nextval('articles_number')")
        return f"KB-{cursor.fetchone()[0]}"


def checked_words(
    template: Template, changes: dict[str, Any], *, now: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The text as it may be stored. Authors fill the parts of a template and never alter it:
    refused are parts that it does not have, that it says itself, or that it does not ask for.

    `now` is what stands there: further parts that are left out stay, and saying a part again
    as it is is always legal.
    """
    cleaned: dict[str, Any] = {}
    size = 0
    hidden = template.hidden_parts()
    for name, value in changes.items():
        if name == "parts":
            cleaned["parts"] = _checked_parts(template, value, (now or {}).get("parts") or {})
            size += sum(len(v) for v in cleaned["parts"].values())
            continue
        if name not in TEXT:
            raise BadValue(_("Articles have no part “%(part)s”.") % {"part": name}, field=name)
        cleaned[name] = text.clean(str(value), field=name)
        size += len(cleaned[name])
        if name != "title":
            text.check_links(cleaned[name], field=name)
        if name in hidden and cleaned[name] and not (now or {}).get(name):
            raise not_asked_for(name)
    if size > text.ARTICLE_LIMIT:
        raise BadValue(_("An article may hold five megabytes of text."))
    if "title" in cleaned:
        cleaned["title"] = " ".join(cleaned["title"].split())
        if not cleaned["title"]:
            raise BadValue(_("An article needs a title."), field="title")
        if len(cleaned["title"]) > LINES:
            raise BadValue(
                _("A title may have %(n)s characters.") % {"n": LINES}, field="title"
            )
    return cleaned


def _checked_parts(
    template: Template, asked: dict[str, Any], now: dict[str, str]
) -> dict[str, str]:
    """The further parts as they may be stored, those that stay included."""
    known = {part["key"]: part for part in template.parts}
    locked = template.locked_parts()
    kept = dict(now)
    for key, value in asked.items():
        said = text.clean(str(value), field=key)
        if key not in known and key not in now:
            raise BadValue(
                _("This template has no part “%(part)s”.") % {"part": key}, field="parts"
            )
        if said == now.get(key, "") or (key in locked and said == locked[key]):
            # Said again as it is. What an author never wrote needs no row of its own.
            if key in known and key not in locked:
                kept[key] = said
            continue
        part = known.get(key, {"hidden": True})
        if part.get("locked"):
            raise BadValue(
                _("“%(part)s” is said by the template; authors can not change it.")
                % {"part": part.get("label") or key},
                field=key,
            )
        if part.get("hidden") and said and not now.get(key):
            raise not_asked_for(key)
        text.check_links(said, field=key)
        kept[key] = said
    return kept


def not_asked_for(part: str) -> BadValue:
    return BadValue(
        _("This template does not ask for “%(part)s”.") % {"part": part}, field=part
    )


def checked_tags(tags: Iterable[str]) -> list[str]:
    """Tags as they are kept: trimmed, lower case, each once, at most thirty."""
    kept = list(dict.fromkeys(text.clean(tag, field="tags").strip().lower() for tag in tags))
    kept = [tag for tag in kept if tag]
    if len(kept) > 30 or any(len(tag) > 60 for tag in kept):
        raise BadValue(_("At most thirty tags, of at most sixty characters."), field="tags")
    return kept


def checked_facets(facets: dict[str, Any]) -> dict[str, str]:
    """Environment facets as they are kept: short names with short values, at most thirty."""
    kept = {
        " ".join(text.clean(str(name), field="facets").split()): " ".join(
            text.clean(str(value), field="facets").split()
        )
        for name, value in facets.items()
    }
    kept = {name: value for name, value in kept.items() if name and value}
    if len(kept) > 30 or any(len(n) > 60 or len(v) > 200 for n, v in kept.items()):
        raise BadValue(
            _("At most thirty facets; a name has 60 characters, a value 200."), field="facets"
        )
    return kept


def checked_language(language: str) -> str:
    """A language tag as BCP 47 writes it: "en", "he", "pt-br"."""
    language = language.strip().lower()
    if not re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]{2,8})?", language) or len(language) > 12:
        raise BadValue(_("This is not the tag of a language."), field="language")
    return language


def needs_resolution(confidence: str, resolution: str) -> None:
    if confidence == Confidence.VALIDATED and not resolution.strip():
        raise BadValue(
            _("An article without a resolution cannot be validated. Write how it is solved."),
            field="confidence",
        )


def still_itself(article: Article) -> None:
    """Refuse to write where nobody would read it: in an article that was merged into another."""
    if article.merged_into_id:
        raise Refused(
            _(
                "%(number)s has been merged into %(into)s. Go on there; nothing you typed is lost."
            )
            % {"number": article.number, "into": article.merged_into.number},  # type: ignore[union-attr]
            code="merged",
        )


def record(
    article: Article,
    verb: str,
    *,
    by: User | None,
    origin: tuple[str, str] = ("", ""),
    version: int | None = None,
    **detail: Any,
) -> None:
    """Write the event of a verb. `version` is the master's newest unless said otherwise."""
    article.events.create(
        verb=verb,
        by=by,
        version=version or article.version_number,
        origin_type=origin[0],
        origin_id=origin[1],
        detail=detail,
    )


def tell_owners(
    article: Article, *, by: User, kind: str, text_: str = "", also: Iterable[User | None] = ()
) -> None:
    """Tell those who look after it. Whoever wrote from outside hears of the decision alone."""
    tell(
        [person for person in (article.owner, *also) if person and person.is_agent],
        by=by,
        kind=kind,
        subject=f"{article.number} {article.title}",
        text=text_,
        url=article.get_absolute_url(),
    )
