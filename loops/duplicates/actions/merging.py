"""Verbs of merges: two articles become one, and become two again.

Everything is locked in one order, tickets before articles and both by their ids, as the verbs of
the workspace do: who links, flags or merges at the same moment waits, and nobody for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from articles import rules
from articles.actions import merging as texts
from articles.models import Article, Confidence
from articles.search.analyzer import base_language
from kcs.errors import BadValue, NotAllowed, Refused, Stale
from loops.duplicates.actions.pairing import by_age, may_merge
from loops.models import Delivery, Link, Merge, Pair
from loops.solve.actions import refresh_reuse
from people.actions import tell
from people.models import Notification, User
from tickets.models import Ticket, TicketEvent

# A ticket that is used at the very moment is waited for; more tickets than these tries bring
# would have to come to the same two articles in the same milliseconds.
TRIES = 5


class _NewTicket(Exception):
    """A ticket was linked while the others were being locked."""


# Locks ------------------------------------------------------------------------------------------


def _hold(*articles: Article, tickets: Iterable[int] = ()) -> None:
    """Lock these articles, what was merged into them before, and every ticket they met."""
    ids = [article.pk for article in articles]
    for left in reversed(range(TRIES)):
        try:
            with transaction.atomic():
                _try_to_hold(ids, set(tickets))
            break
        except _NewTicket:
            if not left:
                raise Refused(_("These articles are being used just now. Try again.")) from None
    for article in articles:
        article.refresh_from_db()


def _try_to_hold(ids: list[int], tickets: set[int]) -> None:
    wanted = tickets | _tickets_of(ids)
    list(
        Ticket.objects.filter(pk__in=wanted)
        .order_by("pk")
        .select_for_update(no_key=True)
        .values_list("pk", flat=True)
    )
    list(
        Article.objects.filter(Q(pk__in=ids) | Q(merged_into__in=ids))
        .order_by("pk")
        .select_for_update(no_key=True, of=("self",))
        .values_list("pk", flat=True)
    )
    if _tickets_of(ids) - wanted:
        raise _NewTicket


def _tickets_of(ids: list[int]) -> set[int]:
    links = Link.objects.filter(article__in=ids).order_by()
    return set(links.values_list("ticket", flat=True).distinct())


# One out of two ---------------------------------------------------------------------------------


@transaction.atomic
def merge(
    older: Article,
    newer: Article,
    *,
    by: User,
    words: dict[str, Any] | None = None,
    bases: Mapping[str, int] | None = None,
    note: str = "",
) -> Merge:
    """Make one article of two: the older stays, whichever is named first.

    `words` is what it says from now on; in the parts that they do not name, what both say.
    `bases` are the version numbers that the words were chosen from, by article number: who
    saved since is not written over, and the refusal holds what stands there now.
    """
    if older.pk == newer.pk:
        raise BadValue(_("An article cannot be merged with itself."), field="into")
    _hold(older, newer)
    kept, gone = by_age(older, newer)
    _may_become_one(kept, gone, by=by)
    _check_bases(kept, gone, bases or {})
    said = {**texts.together(kept, gone), **(words or {})}
    taken = texts.absorb(kept, gone, by=by, words=said)
    taken["links"] = _move_links(kept, gone, by=by)
    taken["pair"], taken["pairs"] = _close_pairs(kept, gone, by=by)
    made = Merge.objects.create(
        kept=kept,
        gone=gone,
        by=by,
        at=timezone.now(),
        version=kept.version_number,
        note=" ".join(note.split())[:300],
        taken=taken,
    )
    for article in (kept, gone):
        refresh_reuse(article)
        article.refresh_from_db(fields=["reuse_count", "last_reused_at"])
    _tell(made, by=by, text=made.note)
    return made


def _may_become_one(kept: Article, gone: Article, *, by: User) -> None:
    if ("change", "merge") not in by.rights:
        raise NotAllowed(_("You may not merge articles. Flag the duplicate instead."))
    if gone.merged_into_id:
        raise Refused(
            _("%(number)s has already been merged into %(into)s.")
            % {"number": gone.number, "into": gone.merged_into},
            code="merged",
        )
    if kept.merged_into_id:
        raise Refused(
            _("%(number)s has already been merged into %(into)s.")
            % {"number": kept.number, "into": kept.merged_into},
            code="merged",
        )
    for article in (kept, gone):
        if not rules.may_change(by, article):
            raise NotAllowed(_("You may not change %(number)s.") % {"number": article.number})
    if gone.confidence != Confidence.ARCHIVED:
        rules.check_states(by, gone, {"confidence": Confidence.ARCHIVED})
    if kept.confidence == Confidence.ARCHIVED:
        raise Refused(
            _(
                "%(number)s, the older one, is archived. Restore it first: it is the one that stays."
            )
            % {"number": kept.number}
        )
    if base_language(kept.language) != base_language(gone.language):
        raise Refused(
            _("These two are in different languages. Make one a translation of the other.")
        )


def _check_bases(kept: Article, gone: Article, bases: Mapping[str, int]) -> None:
    for article in (kept, gone):
        base = bases.get(article.number)
        if base is not None and base != article.version_number:
            raise Stale(
                _("%(person)s saved a newer version of %(number)s meanwhile.")
                % {"person": article.changed_by, "number": article.number},
                current={
                    one.number: {"version": one.version_number, **one.words()}
                    for one in (kept, gone)
                },
            )


LINK = ("version_id", "delivered_id", "kind", "by_id", "at")


def _as_kept(link: Link) -> dict[str, Any]:
    return {
        "ticket": link.ticket_id,
        "version": link.version_id,
        "delivered": link.delivered_id,
        "kind": link.kind,
        "by": link.by_id,
        "at": link.at.isoformat(),
    }


def _move_links(kept: Article, gone: Article, *, by: User) -> dict[str, Any]:
    """The tickets' links lead to the article that stays, with the versions they had.

    A ticket that had both keeps one link, the better evidence of the two; the other is
    remembered. Nothing that proved how a solved ticket was solved is lost: the database looks.
    """
    there = {
        link.ticket_id: link
        for link in Link.objects.filter(article=kept).select_related("ticket", "version")
    }
    moved, joined, events = [], [], []
    for link in Link.objects.filter(article=gone).select_related("ticket", "version"):
        other = there.get(link.ticket_id)
        if other is None:
            moved.append({"id": link.pk, "delivered": link.delivered_id})
            events.append(_moved(link.ticket, gone, kept, link, by=by))
            continue
        joined.append({"id": other.pk, "kept": _as_kept(other), "gone": _as_kept(link)})
        best = max((other, link), key=_evidence)
        if best is link:
            for name in LINK:
                setattr(other, name, getattr(link, name))
            other.save(update_fields=["version", "delivered", "kind", "by", "at"])
        link.delete()
        events.append(_moved(other.ticket, gone, kept, other, by=by))
    Link.objects.filter(pk__in=[one["id"] for one in moved]).update(article=kept)
    TicketEvent.objects.bulk_create(events, batch_size=500)
    return {"moved": moved, "joined": joined}


def _evidence(link: Link) -> tuple[bool, bool, bool, int]:
    """A resolution before a reference; what was there before the ticket before what was written
    for it; what went out to the requester before what did not; then the first."""
    origin = (link.version.origin_type, link.version.origin_id)
    sent = Delivery.objects.filter(version=link.delivered_id, message__ticket=link.ticket_id)
    return (
        link.kind == Link.Kind.RESOLUTION,
        origin != ("ticket", link.ticket.number),
        sent.exists(),
        -link.pk,
    )


def _moved(
    ticket: Ticket, came_from: Article, to: Article, link: Link, *, by: User
) -> TicketEvent:
    detail = {"article": to.number, "was": came_from.number, "kind": link.kind}
    return TicketEvent(ticket=ticket, verb=TicketEvent.Verb.MOVED, by=by, detail=detail)


def _close_pairs(
    kept: Article, gone: Article, *, by: User
) -> tuple[dict[str, Any] | None, list[int]]:
    """This pair is decided; what else the article that goes was compared with is no pair."""
    pair = Pair.objects.filter(older=kept, newer=gone).first()
    was = None
    if pair is not None:
        was = {"id": pair.pk, "state": pair.state}
        pair.state, pair.decided_by, pair.decided_at = Pair.State.MERGED, by, timezone.now()
        pair.save(update_fields=["state", "decided_by", "decided_at"])
    others = Pair.objects.filter(Q(older=gone) | Q(newer=gone), state=Pair.State.OPEN)
    ids = list(others.order_by("pk").values_list("pk", flat=True))
    Pair.objects.filter(pk__in=ids).update(state=Pair.State.GONE)
    return was, ids


def _tell(made: Merge, *, by: User, text: str) -> None:
    kept, gone = made.kept, made.gone
    tell(
        [gone.owner, gone.created_by, kept.owner, kept.created_by],
        by=by,
        kind=Notification.Kind.MERGED,
        subject=f"{gone.number} → {kept.number} {kept.title}",
        text=text,
        url=kept.get_absolute_url(),
    )


# Two out of one ---------------------------------------------------------------------------------


@transaction.atomic
def undo_merge(merge: Merge, *, by: User) -> Merge:
    """Make two articles of one again: texts as new versions, and everything that was moved.

    What was linked or written since stays with the article that people knew by then.
    """
    kept, gone = merge.kept, merge.gone
    links = merge.taken["links"]
    held = Link.objects.filter(pk__in=[one["id"] for one in links["moved"]])
    _hold(kept, gone, tickets=held.values_list("ticket", flat=True))
    merge.refresh_from_db(from_queryset=Merge.objects.select_for_update(no_key=True))
    if merge.undone_at is not None:
        raise Refused(_("This merge has been undone already."), code="undone")
    if kept.merged_into_id:
        raise Refused(
            _("%(number)s has itself been merged into %(into)s. Undo that first.")
            % {"number": kept.number, "into": kept.merged_into},
            code="merged",
        )
    # Asked of the article as it was: a merged one can be changed by nobody.
    gone.merged_into, gone.confidence = None, merge.taken["confidence"]
    if not may_merge(by, kept, gone):
        raise NotAllowed(_("You may not undo this merge."))
    texts.release(kept, gone, by=by, taken=merge.taken, version=merge.version)
    _return_links(kept, gone, links, by=by)
    _reopen_pairs(merge.taken)
    merge.undone_by, merge.undone_at = by, timezone.now()
    merge.save(update_fields=["undone_by", "undone_at"])
    for article in (kept, gone):
        refresh_reuse(article)
        article.refresh_from_db(fields=["reuse_count", "last_reused_at"])
    _tell(merge, by=by, text=_("The merge was undone."))
    return merge


def _return_links(kept: Article, gone: Article, links: dict[str, Any], *, by: User) -> None:
    events = []
    now = Link.objects.filter(article=kept).select_related("ticket").in_bulk()
    for was in links["moved"]:
        link = now.get(was["id"])
        if link is None:
            continue  # removed since, and removed it stays
        if link.delivered_id != was["delivered"] or not _given_back(link, gone):
            # The ticket was worked on with the other article since: it met both.
            _copy(link, gone, delivered=was["delivered"])
        events.append(_moved(link.ticket, kept, gone, link, by=by))
    for one in links["joined"]:
        link = now.get(one["id"])
        if link is None:
            continue
        _make(gone, one["gone"])
        if _is(link, one["gone"]) or _is(link, one["kept"]):
            _set(link, one["kept"])
        events.append(_moved(link.ticket, kept, gone, link, by=by))
    TicketEvent.objects.bulk_create(events, batch_size=500)


def _given_back(link: Link, gone: Article) -> bool:
    """Whether the link could go: not while a solved ticket is proved by where it leads now."""
    return _is_no_evidence(lambda: Link.objects.filter(pk=link.pk).update(article=gone))


def _is_no_evidence(change: Callable[[], Any]) -> bool:
    try:
        with transaction.atomic():
            change()
    except IntegrityError as error:
        if "reopen it first" not in str(error):
            raise
        return False
    return True


def _copy(link: Link, gone: Article, *, delivered: int) -> None:
    Link.objects.create(
        ticket_id=link.ticket_id,
        article=gone,
        version_id=link.version_id,
        delivered_id=delivered,
        kind=link.kind,
        by_id=link.by_id,
        at=link.at,
    )


def _make(article: Article, was: dict[str, Any]) -> None:
    Link.objects.create(
        ticket_id=was["ticket"],
        article=article,
        version_id=was["version"],
        delivered_id=was["delivered"],
        kind=was["kind"],
        by_id=was["by"],
        at=datetime.fromisoformat(was["at"]),
    )


def _is(link: Link, was: dict[str, Any]) -> bool:
    return (link.version_id, link.delivered_id) == (was["version"], was["delivered"])


def _set(link: Link, was: dict[str, Any]) -> None:
    link.version_id, link.delivered_id = was["version"], was["delivered"]
    link.kind, link.by_id = was["kind"], was["by"]
    link.at = datetime.fromisoformat(was["at"])
    fields = ["version", "delivered", "kind", "by", "at"]
    _is_no_evidence(lambda: link.save(update_fields=fields))


def _reopen_pairs(taken: dict[str, Any]) -> None:
    if taken["pair"]:
        Pair.objects.filter(pk=taken["pair"]["id"], state=Pair.State.MERGED).update(
            state=taken["pair"]["state"], decided_by=None, decided_at=None
        )
    Pair.objects.filter(pk__in=taken["pairs"], state=Pair.State.GONE).update(
        state=Pair.State.OPEN
    )
