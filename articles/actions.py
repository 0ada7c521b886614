"""Verbs of knowledge: create, improve, suggest, restate, flag, answer, restore.

Each is one transaction that locks the article, changes it, writes its event and its index.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from articles import rules, text
from articles.models import (
    TEXT,
    Article,
    ArticleEvent,
    Confidence,
    Feedback,
    Flag,
    Governance,
    Suggestion,
    Template,
    Version,
)
from articles.search import index
from kcs.errors import BadValue, NotAllowed, Refused, Stale
from people.actions import tell
from people.models import Domain, Notification, Team, User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

Verb = ArticleEvent.Verb
STATES = ("confidence", "audience", "governance")
# Saves of one person within this time are one version, while nothing refers to it.
SAME_VERSION = timedelta(minutes=10)
LINES = 300


def next_number() -> str:
    with connection.cursor() as cursor:
        cursor.execute("select nextval('articles_number')")
        return f"KB-{cursor.fetchone()[0]}"


def checked_words(template: Template, changes: dict[str, Any]) -> dict[str, Any]:
    """The text as it may be stored. Unknown parts are refused: authors don't alter templates."""
    allowed = {part["key"] for part in template.parts}
    cleaned: dict[str, Any] = {}
    size = 0
    for name, value in changes.items():
        if name == "parts":
            unknown = set(value) - allowed
            if unknown:
                raise BadValue(
                    _("This template has no part “%(part)s”.") % {"part": sorted(unknown)[0]},
                    field="parts",
                )
            cleaned["parts"] = {key: text.clean(str(v), field=key) for key, v in value.items()}
            size += sum(len(v) for v in cleaned["parts"].values())
            continue
        if name not in TEXT:
            raise BadValue(_("Articles have no part “%(part)s”.") % {"part": name}, field=name)
        cleaned[name] = text.clean(str(value), field=name)
        size += len(cleaned[name])
        if name != "title":
            text.check_links(cleaned[name], field=name)
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


def _needs_resolution(confidence: str, resolution: str) -> None:
    if confidence == Confidence.VALIDATED and not resolution.strip():
        raise BadValue(
            _("An article without a resolution cannot be validated. Write how it is solved."),
            field="confidence",
        )


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
    template = template or Template.objects.order_by("-is_default", "pk")[0]
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
    _needs_resolution(confidence, words["resolution"])
    if origin_url and not origin_url.lower().startswith(("https://", "http://")):
        raise BadValue(_("The origin's address begins with https://."), field="origin")
    now = timezone.now()
    article = Article.objects.create(
        number=next_number(),
        template=template,
        language=checked_language(language),
        confidence=confidence,
        audience=audience,
        governance=governance,
        domain=domain,
        tags=checked_tags(tags),
        owner=owner or by,
        owner_team=owner_team,
        environment_facets=checked_facets(environment_facets or {}),
        origin_type=origin[0],
        origin_id=origin[1],
        origin_url=origin_url,
        created_by=by,
        created_at=now,
        changed_by=by,
        changed_at=now,
        validated_at=now if confidence == Confidence.VALIDATED else None,
        rendered=text.render_all(words),
        **words,
    )
    if governance == Governance.COMPLIANCE:
        article.editors.add(by)
    article.versions.create(
        number=1, by=by, at=now, origin_type=origin[0], origin_id=origin[1], **words
    )
    _record(
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


def _record(
    article: Article,
    verb: str,
    *,
    by: User | None,
    origin: tuple[str, str] = ("", ""),
    **detail: Any,
) -> None:
    article.events.create(
        verb=verb,
        by=by,
        version=article.version_number,
        origin_type=origin[0],
        origin_id=origin[1],
        detail=detail,
    )


def _next_version(
    article: Article,
    words: dict[str, Any],
    *,
    by: User,
    origin: tuple[str, str],
    note: str = "",
    restored_from: int | None = None,
) -> Version:
    """Write what the article now says. The last version is replaced only while nobody could
    have seen it: same person, same ticket, ten minutes, nothing refers to it."""
    now = timezone.now()
    last = article.versions.select_for_update(no_key=True).order_by("-number")[0]
    replace = (
        not last.sealed
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
        version.note = note or version.note
        version.save(update_fields=[*words, "note"])
    else:
        version = article.versions.create(
            number=last.number + 1,
            by=by,
            at=now,
            note=note[:LINES],
            origin_type=origin[0],
            origin_id=origin[1],
            restored_from=restored_from,
            **{**last.words(), **words},
        )
    for name, value in words.items():
        setattr(article, name, value)
    article.version_number = version.number
    article.changed_by, article.changed_at = by, now
    article.rendered = text.render_all(article.words())
    article.save(
        update_fields=[
            *words,
            "version_number",
            "changed_by",
            "changed_at",
            "rendered",
        ]
    )
    return version


def _check_base(article: Article, base: int | None, changes: dict[str, Any]) -> None:
    """A stale edit loses nothing: the answer holds what stands there now."""
    if base is None or base == article.version_number:
        return
    current = article.words()
    if all(current.get(name) == value for name, value in changes.items()):
        return
    raise Stale(
        _("%(person)s saved a newer version meanwhile. Compare both and save again.")
        % {"person": article.changed_by},
        current={"version": article.version_number, **current},
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
) -> Version:
    """Change what the article says, live at once. `base` is the version the edit began from.

    Raises NotAllowed where this person may only suggest or flag, Stale when somebody saved
    in between.
    """
    article.lock()
    if not rules.may_change(by, article):
        raise NotAllowed(
            _("You may not change this article. Suggest the change, or flag the article.")
        )
    changes = checked_words(article.template, changes)
    _check_base(article, base, changes)
    current = article.words()
    changes = {name: value for name, value in changes.items() if current[name] != value}
    if not changes:
        return article.versions.order_by("-number")[0]
    _needs_resolution(article.confidence, changes.get("resolution", article.resolution))
    version = _next_version(article, changes, by=by, origin=origin, note=note)
    _record(article, Verb.IMPROVED, by=by, origin=origin, fields=sorted(changes), note=note)
    index.write(article)
    _tell_owners(
        article,
        by=by,
        kind=Notification.Kind.ARTICLE_CHANGED,
        text_=note,
        also=[article.created_by],
    )
    return version


def _tell_owners(
    article: Article, *, by: User, kind: str, text_: str = "", also: Iterable[User | None] = ()
) -> None:
    tell(
        [article.owner, *also],
        by=by,
        kind=kind,
        subject=f"{article.number} {article.title}",
        text=text_,
        url=article.get_absolute_url(),
    )


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
    _record(article, Verb.SUGGESTED, by=by, origin=origin, suggestion=suggestion.pk, note=note)
    _tell_owners(article, by=by, kind=Notification.Kind.SUGGESTION_MADE, text_=note)
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
    _needs_resolution(article.confidence, words.get("resolution", article.resolution))
    if words:
        origin = (suggestion.origin_type, suggestion.origin_id)
        version = _next_version(
            article, words, by=suggestion.by, origin=origin, note=suggestion.note
        )
    else:
        version = article.versions.order_by("-number")[0]
    _decide(suggestion, Suggestion.State.ACCEPTED, by=by, version=version)
    _record(
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
    _record(article, Verb.DECLINED, by=by, suggestion=suggestion.pk, reason=reason[:1000])
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


@transaction.atomic
def restate(article: Article, *, by: User, reason: str = "", **wanted: str) -> Article:
    """Set confidence, audience, governance: any of the three, in one go, each an event."""
    article.lock()
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
    _needs_resolution(confidence, article.resolution)
    if "confidence" in changed and confidence in (Confidence.WIP, Confidence.NOT_VALIDATED):
        audience = changed.get("audience", article.audience)
        if audience != "internal" and "audience" in changed:
            raise BadValue(
                _("Only a validated article can be shown outside."), field="audience"
            )
    for name, value in changed.items():
        before = getattr(article, name)
        setattr(article, name, value)
        _record(article, name, by=by, **{"from": before, "to": value, "reason": reason[:LINES]})
    if changed.get("governance") == Governance.COMPLIANCE and not article.editors.exists():
        # Under compliance without a named editor nobody could ever change it again.
        article.editors.add(by)
    if changed.get("confidence") == Confidence.VALIDATED:
        article.validated_at = timezone.now()
    article.archived_reason = (
        reason[:LINES] if article.confidence == Confidence.ARCHIVED else ""
    )
    article.save(update_fields=[*changed, "validated_at", "archived_reason"])
    index.write(article)
    return article


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
    _record(article, Verb.DESCRIBED, by=by, **detail)
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


@transaction.atomic
def restore(article: Article, *, by: User, version: int) -> Version:
    """Make an earlier version's text the newest one. Nothing is taken away."""
    article.lock()
    if not rules.may_change(by, article):
        raise NotAllowed(_("You may not change this article."))
    old = article.versions.filter(number=version).first()
    if old is None:
        raise BadValue(_("This article has no such version."), field="version")
    if old.words() == article.words():
        raise Refused(_("The article says this already."))
    _needs_resolution(article.confidence, old.resolution)
    made = _next_version(
        article,
        old.words(),
        by=by,
        origin=("", ""),
        note=_("Restored version %(n)s") % {"n": version},
        restored_from=version,
    )
    _record(article, Verb.RESTORED, by=by, restored=version)
    index.write(article)
    _tell_owners(article, by=by, kind=Notification.Kind.ARTICLE_CHANGED)
    return made


@transaction.atomic
def flag(
    article: Article, *, by: User, kind: str, note: str = "", origin: tuple[str, str] = ("", "")
) -> Flag:
    """Say that something is wrong, so that somebody who knows looks at it.

    It goes to the article's owner, else to whoever changed it last.
    """
    article.lock()
    rules.require(by.is_agent, _("Only agents flag articles. You can leave feedback."))
    if kind not in Flag.Kind.values:
        raise BadValue(_("There is no such kind of flag."), field="kind")
    owner = next(
        (
            p
            for p in (article.owner, article.changed_by, article.created_by)
            if p and p.is_active
        ),
        None,
    )
    made = article.flags.create(
        version=article.versions.order_by("-number")[0],
        kind=kind,
        note=text.clean(note, field="note")[:2000],
        by=by,
        owner=owner,
        origin_type=origin[0],
        origin_id=origin[1],
    )
    _count_flags(article)
    _record(
        article, Verb.FLAGGED, by=by, origin=origin, flag=made.pk, kind=kind, note=note[:2000]
    )
    _tell_owners(article, by=by, kind=Notification.Kind.FLAG_RAISED, text_=note, also=[owner])
    return made


def _count_flags(article: Article) -> None:
    article.open_flags = article.flags.open().count()
    article.save(update_fields=["open_flags"])


@transaction.atomic
def take(flag: Flag, *, by: User) -> Flag:
    """Take a flag: from now on this person answers it."""
    _answerable(flag, by=by)
    flag.state, flag.owner = Flag.State.TAKEN, by
    flag.save(update_fields=["state", "owner"])
    _record(flag.article, Verb.FLAG_TAKEN, by=by, flag=flag.pk)
    return flag


@transaction.atomic
def resolve(flag: Flag, *, by: User, answer: str) -> Flag:
    """The flag was right and the article is mended; the answer goes to whoever raised it."""
    return _answer(flag, Flag.State.RESOLVED, Verb.FLAG_RESOLVED, by=by, answer=answer)


@transaction.atomic
def reject(flag: Flag, *, by: User, answer: str) -> Flag:
    """The article stays as it is; the answer says why."""
    return _answer(flag, Flag.State.REJECTED, Verb.FLAG_REJECTED, by=by, answer=answer)


def _answerable(flag: Flag, *, by: User) -> None:
    flag.article.lock()
    flag.refresh_from_db()
    rules.require(
        rules.may_answer(by, flag), _("Whoever may change the article answers its flags.")
    )
    if not flag.is_open:
        raise Refused(_("This flag has been answered already."))


def _answer(flag: Flag, state: str, verb: str, *, by: User, answer: str) -> Flag:
    _answerable(flag, by=by)
    answer = text.clean(answer, field="answer").strip()[:2000]
    if not answer:
        raise BadValue(_("Write an answer for whoever raised the flag."), field="answer")
    flag.state, flag.answer = state, answer
    flag.answered_by, flag.answered_at = by, timezone.now()
    flag.owner = flag.owner or by
    flag.save(update_fields=["state", "answer", "answered_by", "answered_at", "owner"])
    _count_flags(flag.article)
    _record(flag.article, verb, by=by, flag=flag.pk, answer=flag.answer)
    tell(
        [flag.by],
        by=by,
        kind=Notification.Kind.FLAG_ANSWERED,
        subject=f"{flag.article.number} {flag.article.title}",
        text=flag.answer,
        url=flag.article.get_absolute_url(),
    )
    return flag


def role_of(user: User | AnonymousUser | None) -> str:
    """What an activity is counted under: the competency, or customer, partner, visitor."""
    if user is None or not user.is_authenticated:
        return "visitor"
    if user.is_agent:
        return user.competency or "administrator"
    return "partner" if user.is_partner else "customer"


@transaction.atomic
def rate(
    article: Article,
    *,
    by: User | None,
    helpful: bool | None = None,
    comment: str = "",
    channel: str = "web",
) -> Feedback:
    """Leave a rating, a comment or both. A person's second "helped" does not count twice."""
    article.lock()
    comment = text.clean(comment, field="comment").strip()
    if helpful is None and not comment:
        raise BadValue(_("Say whether it helped, or write a comment."), field="comment")
    if len(comment) > 10_000:
        raise BadValue(_("A comment may have 10,000 characters."), field="comment")
    known = helpful and by is not None
    before = article.feedback.filter(by=by, helpful=True).first() if known else None
    if before is not None:
        if not comment:
            return before
        helpful = None
    made = article.feedback.create(
        version=article.versions.order_by("-number")[0],
        helpful=helpful,
        comment=comment,
        by=by,
        role=role_of(by),
        channel=channel,
    )
    if helpful:
        article.helped_count += 1
        article.save(update_fields=["helped_count"])
    _record(article, Verb.RATED, by=by, feedback=made.pk, helpful=helpful)
    return made


SEEN = """
with seen as (
  insert into articles_view (article_id, by_id, role, inside) values (%s, %s, %s, %s)
  returning article_id)
update articles_article set view_count = view_count + 1 from seen where id = seen.article_id
"""


def view(article: Article, *, by: User | AnonymousUser | None) -> None:
    """Count that somebody opened the article. One statement: it is part of every reading."""
    known = by if by is not None and by.is_authenticated else None
    inside = bool(known and known.is_agent)
    with connection.cursor() as cursor:
        cursor.execute(SEEN, [article.pk, known.pk if known else None, role_of(known), inside])
    article.view_count += 1


def count_reuse(article: Article, *, count: int, last: Any) -> None:
    """Keep what search shows of reuse; called by the verbs that add and remove links."""
    Article.objects.filter(pk=article.pk).update(reuse_count=count, last_reused_at=last)


def record_link(
    article: Article, verb: str, *, by: User, origin: tuple[str, str], **detail: Any
) -> None:
    """The article's side of a link made or removed in the workspace."""
    _record(article, verb, by=by, origin=origin, **detail)
