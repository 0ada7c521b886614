"""Verbs of gaps: write, dismiss, reopen; of bursts: see; of missed answers: take, drop."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from articles import actions as article_actions
from articles import text
from articles.models import Article
from kcs.errors import BadValue, NotAllowed, Refused
from loops.evolve import access
from loops.evolve.gaps import queries
from loops.models import Burst, Gap, Miss
from people.models import User

REASON = 300
WORDS = 1000
SYSTEM = "gap"  # the origin of an article that a gap asked for


def _held(gap: Gap) -> Gap:
    gap.refresh_from_db(from_queryset=Gap.objects.select_for_update(no_key=True))
    return gap


@transaction.atomic
def write(gap: Gap, *, by: User) -> Article:
    """Begin the article that is missing, with the requesters' words as its issue. The gap waits
    for the links that the article earns, and then closes itself."""
    access.require(by)
    _held(gap)
    if gap.article_id is not None:
        raise Refused(
            _("Somebody has begun it: there is an article for this gap."), code="written"
        )
    if gap.state not in (Gap.State.OPEN, Gap.State.DISMISSED):
        raise Refused(_("This gap is closed."))
    article = article_actions.create(
        by=by,
        title=" ".join(gap.name.split())[:300],
        issue=words(gap, by=by),
        language=gap.language,
        domain=gap.domain,
        owner=by,
        environment_facets=queries.facets(gap.topic),
        origin=(SYSTEM, str(gap.pk)),
    )
    gap.article, gap.state, gap.decided_by = article, Gap.State.WRITTEN, by
    gap.reason = ""
    gap.save(update_fields=["article", "state", "decided_by", "reason"])
    return article


def words(gap: Gap, *, by: User) -> str:
    """What the requesters said, for the issue of an article: the words of the tickets in the
    middle that this person may see, and what was searched for."""
    said = []
    for ticket in queries.quotes(gap.topic, by):
        told = (ticket.description or ticket.subject).strip()
        cut = told[: queries.QUOTE].rsplit(" ", 1)[0] if len(told) > queries.QUOTE else told
        said.append("\n".join(f"> {line}" for line in cut.splitlines() if line.strip()))
    said += [f"> {one.query}" for one in queries.searches_of(gap, by)[:3] if one.query.strip()]
    return text.clean("\n\n".join(dict.fromkeys(said)), field="issue")


@transaction.atomic
def dismiss(gap: Gap, *, by: User, reason: str) -> Gap:
    """No article is wanted here; the list does not show it again."""
    access.require(by)
    _held(gap)
    reason = _said(reason)
    if not reason:
        raise BadValue(_("Say why nothing is written: others read it here."), field="reason")
    if gap.state != Gap.State.OPEN:
        raise Refused(_("This gap is not open."))
    gap.state, gap.decided_by, gap.reason = Gap.State.DISMISSED, by, reason
    gap.closed_at = timezone.now()
    gap.save(update_fields=["state", "decided_by", "reason", "closed_at"])
    return gap


@transaction.atomic
def reopen(gap: Gap, *, by: User) -> Gap:
    """It was not settled after all. What was written for it stays written."""
    access.require(by)
    _held(gap)
    if gap.state == Gap.State.OPEN:
        raise Refused(_("This gap is open."))
    gap.state, gap.decided_by, gap.reason, gap.closed_at = Gap.State.OPEN, by, "", None
    if gap.kind != Gap.Kind.FINDABILITY:
        gap.article = None
    gap.save(update_fields=["state", "decided_by", "reason", "closed_at", "article"])
    return gap


@transaction.atomic
def see(burst: Burst, *, by: User) -> Burst:
    """Somebody knows of it: the others need not ask."""
    access.require(by)
    burst.refresh_from_db(from_queryset=Burst.objects.select_for_update(no_key=True))
    if burst.seen_by_id is None:
        burst.seen_by, burst.seen_at = by, timezone.now()
        burst.save(update_fields=["seen_by", "seen_at"])
    return burst


@transaction.atomic
def take(miss: Miss, *, by: User, words: str | None = None) -> Miss:
    """Take the requester's words over into the article's issue, so that the next one who asks
    like this finds it: as they are, or as somebody has cut them (greetings, names)."""
    _open(miss)
    said = miss.words if words is None else text.clean(words, field="words")
    said = " ".join(said.split())
    if not said:
        raise BadValue(_("Leave some of the words, or drop them all."), field="words")
    if len(said) > WORDS:
        raise BadValue(_("At most %(n)s characters fit here.") % {"n": WORDS}, field="words")
    article = Article.objects.visible_to(by).filter(pk=miss.article_id).first()
    if article is None:
        raise NotAllowed(_("You may not change this article."))
    issue = f"{article.issue.rstrip()}\n\n> {said}".strip()
    article_actions.improve(
        article,
        by=by,
        changes={"issue": issue},
        note=_("The requester's words, so that it is found"),
        origin=("miss", str(miss.pk)),
    )
    return _decided(miss, Miss.State.TAKEN, by)


@transaction.atomic
def drop(miss: Miss, *, by: User) -> Miss:
    """These words are not what the article is about."""
    access.require(by)
    _open(miss)
    return _decided(miss, Miss.State.DISMISSED, by)


def _open(miss: Miss) -> None:
    miss.refresh_from_db(from_queryset=Miss.objects.select_for_update(no_key=True))
    if miss.state != Miss.State.OPEN:
        raise Refused(_("Somebody has decided on it already."))


def _decided(miss: Miss, state: str, by: User) -> Miss:
    miss.state, miss.decided_by, miss.decided_at = state, by, timezone.now()
    miss.save(update_fields=["state", "decided_by", "decided_at"])
    return miss


def _said(words: str) -> str:
    words = text.clean(words, field="reason").strip()
    if len(words) > REASON:
        raise BadValue(_("At most %(n)s characters fit here.") % {"n": REASON}, field="reason")
    return words
