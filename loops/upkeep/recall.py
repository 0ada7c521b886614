"""Verbs of a recall: recall, settle, close. A wrong version went out; everybody who has it is
written to again, and nothing is sent by itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast, Coalesce
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles import rules, text
from articles.actions.checks import record
from articles.models import Article, ArticleEvent
from kcs.errors import BadValue, NotAllowed, Refused
from loops.models import Delivery, Link, Recall, RecallItem
from people.actions import tell
from people.models import Notification, User
from tickets import actions as ticket_actions
from tickets.models import Message, Ticket, TicketEvent

State = RecallItem.State
RIGHT = ("change", "recall")
REASON, NOTE = 1000, 500
SYSTEM = "recall"  # what tickets say that begin with our writing again


def may_recall(user: User) -> bool:
    return user.is_agent and RIGHT in user.rights


def require_recaller(user: User) -> None:
    rules.require(may_recall(user), _("You may not recall versions."))


@transaction.atomic
def recall(article: Article, *, versions: Iterable[int], reason: str, by: User) -> Recall:
    """Find every ticket that received one of these versions, and give each to somebody who
    writes to its requester. What the article says now has to be right already."""
    require_recaller(by)
    article.lock()
    numbers = sorted(set(versions))
    if not numbers:
        raise BadValue(_("Say which versions were wrong."), field="versions")
    known = dict(article.versions.filter(number__in=numbers).values_list("number", "pk"))
    if unknown := [n for n in numbers if n not in known]:
        raise BadValue(
            _("There is no version %(n)s of this article.") % {"n": unknown[0]},
            field="versions",
        )
    reason = text.clean(reason, field="reason").strip()
    if not reason:
        raise BadValue(_("Say what was wrong: whoever writes again reads it."), field="reason")
    if len(reason) > REASON:
        raise BadValue(_("At most %(n)s characters fit here.") % {"n": REASON}, field="reason")
    current = {article.version_number}
    current |= set(article.translations.values_list("version_number", flat=True))
    if now := current & set(numbers):
        raise Refused(
            _("Version %(n)s is what the article says now. Mend it first, then recall it.")
            % {"n": min(now)},
            code="current",
        )
    if article.recalls.filter(closed_at=None, versions__overlap=numbers).exists():
        raise Refused(_("These versions are being recalled already."), code="recalled")
    made = Recall.objects.create(article=article, versions=numbers, reason=reason, by=by)
    items = _items(made, list(known.values()), by=by)
    RecallItem.objects.bulk_create(items, batch_size=1000)
    TicketEvent.objects.bulk_create(
        [
            TicketEvent(
                ticket_id=item.ticket_id,
                verb=TicketEvent.Verb.RECALLED,
                by=by,
                detail={"article": article.number, "recall": made.pk, "reason": reason[:300]},
            )
            for item in items
        ],
        batch_size=1000,
    )
    record(article, ArticleEvent.Verb.RECALLED, by=by, versions=numbers, reason=reason[:300])
    _tell(made, items, by=by)
    return made


def _items(recall: Recall, versions: list[int], *, by: User) -> list[RecallItem]:
    """One for each ticket. What was sent counts before what was only used on it."""
    sent = (
        Delivery.objects.filter(version__in=versions)
        .order_by("at", "pk")
        .values_list("message__ticket", "version")
    )
    used = Link.objects.filter(delivered__in=versions).order_by("at", "pk")
    found: dict[int, tuple[int, bool]] = {
        ticket: (version, False) for ticket, version in used.values_list("ticket", "delivered")
    }
    found |= {ticket: (version, True) for ticket, version in sent}
    tickets = (
        Ticket.objects.filter(pk__in=found)
        .select_related("assignee", "solved_by", "team__manager")
        .only("requester", "assignee", "solved_by", "team")
        .order_by("pk")
    )
    own = set(Ticket.objects.visible_to(by).filter(pk__in=found).values_list("pk", flat=True))
    return [
        RecallItem(
            recall=recall,
            ticket=ticket,
            requester_id=ticket.requester_id,
            version_id=found[ticket.pk][0],
            sent=found[ticket.pk][1],
            owner=_owner(ticket, by if ticket.pk in own else None),
        )
        for ticket in tickets
    ]


def _owner(ticket: Ticket, otherwise: User | None) -> User | None:
    """Whoever worked on it and is still here; else the recaller, who must be able to see it."""
    manager = ticket.team.manager if ticket.team is not None else None
    for person in (ticket.assignee, ticket.solved_by, otherwise, manager):
        if person is not None and person.is_agent:
            return person
    return None


def _tell(recall: Recall, items: list[RecallItem], *, by: User) -> None:
    """Each owner once, in the language that they read."""
    mine: dict[int, list[RecallItem]] = {}
    for item in items:
        if item.owner_id is not None:
            mine.setdefault(item.owner_id, []).append(item)
    for theirs in mine.values():
        owner = theirs[0].owner
        with translation.override(owner.language or None if owner else None):
            how_many = ngettext(
                "%(n)s requester to write to again", "%(n)s requesters to write to again",
                len(theirs),
            ) % {"n": len(theirs)}  # fmt: skip
        tell(
            [owner],
            by=by,
            kind=Notification.Kind.RECALLED,
            subject=f"{recall.article.number} {recall.article.title}",
            text=f"{how_many}. {recall.reason}",
            url=reverse("upkeep:recall", args=[recall.pk]),
        )


# -- the worklist ------------------------------------------------------------------------


def items_for(user: User) -> QuerySet[RecallItem]:
    """The only way a door may reach the items: those of tickets that this person may see."""
    return RecallItem.objects.filter(ticket__in=Ticket.objects.visible_to(user).order_by())


def written_since() -> Exists:
    """Whether somebody wrote to the requester after the recall: a hint, and not the closure."""
    item = Cast(OuterRef("pk"), CharField())
    return Exists(
        Message.objects.filter(
            Q(ticket=OuterRef("ticket"))
            | Q(ticket__external_system=SYSTEM, ticket__external_id=item),
            internal=False,
            by__isnull=False,
            at__gt=OuterRef("recall__at"),
        )
    )


@transaction.atomic
def settle(
    items: Iterable[RecallItem], *, by: User, state: str, note: str = ""
) -> list[RecallItem]:
    """Say of these what became of them: written to, not needed and why, or waiting again.

    The items come through `items_for`: whoever may see the ticket may say it.
    """
    if not by.is_agent:
        raise NotAllowed(_("Only agents work on recalls."))
    if state not in State.values:
        raise BadValue(_("There is no such state."), field="state")
    note = text.clean(note, field="note").strip()
    if len(note) > NOTE:
        raise BadValue(_("At most %(n)s characters fit here.") % {"n": NOTE}, field="note")
    if state == State.NOT_NEEDED and not note:
        raise BadValue(_("Say why it is not needed."), field="note")
    wanted = [item.pk for item in items]
    held = list(
        RecallItem.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=wanted)
        .select_related("recall__article")
        .order_by("pk")
    )
    if any(item.recall.closed_at and item.state != State.WAITING for item in held):
        raise Refused(_("This recall is closed."), code="closed")
    now = timezone.now()
    events = []
    for item in held:
        if item.state == state and item.note == note:
            continue
        if state == State.CONTACTED and item.state != State.CONTACTED:
            events.append(
                TicketEvent(
                    ticket_id=item.ticket_id,
                    verb=TicketEvent.Verb.CONTACTED,
                    by=by,
                    detail={"article": item.recall.article.number, "recall": item.recall_id},
                )
            )
        item.state, item.note = state, note
        item.by, item.at = (None, None) if state == State.WAITING else (by, now)
    RecallItem.objects.bulk_update(held, ["state", "note", "by", "at"], batch_size=500)
    TicketEvent.objects.bulk_create(events)
    return held


@transaction.atomic
def close(recall: Recall, *, by: User, note: str) -> Recall:
    """End the recall, with a word on how it went.

    The word is always asked for. Were it asked for only while somebody waits, whoever can not
    see a private team's ticket would learn from the question that there is one.
    """
    require_recaller(by)
    held = Recall.objects.select_for_update(no_key=True).get(pk=recall.pk)
    if held.closed_at is not None:
        raise Refused(_("This recall is closed."), code="closed")
    note = text.clean(note, field="note").strip()
    if not note:
        raise BadValue(_("Say how it ended: who could not be reached, and why."), field="note")
    if len(note) > REASON:
        raise BadValue(_("At most %(n)s characters fit here.") % {"n": REASON}, field="note")
    held.closed_by, held.closed_at, held.closing_note = by, timezone.now(), note
    held.save(update_fields=["closed_by", "closed_at", "closing_note"])
    return held


def open_for(user: User) -> QuerySet[Recall]:
    """Recalls that are open, and closed ones in which this person still has somebody to write
    to. The articles are those that they may see."""
    waiting = items_for(user).filter(recall=OuterRef("pk"), owner=user, state=State.WAITING)
    return visible(user).filter(Q(closed_at=None) | Exists(waiting))


def visible(user: User) -> QuerySet[Recall]:
    return Recall.objects.filter(article__in=Article.objects.visible_to(user).order_by())


def with_counts(recalls: QuerySet[Recall], user: User) -> QuerySet[Recall]:
    """How many items there are and how many wait, of those that this person may see."""
    mine = items_for(user).filter(recall=OuterRef("pk")).order_by().values("recall")

    def count(wanted: Q) -> Any:
        return Coalesce(
            Subquery(mine.annotate(n=Count("pk", filter=wanted or None)).values("n")), 0
        )

    return recalls.annotate(
        total=count(Q()),
        waiting=count(Q(state=State.WAITING)),
        own=count(Q(state=State.WAITING, owner=user)),
    )


@transaction.atomic
def write_to(item: RecallItem, *, by: User) -> Ticket:
    """The ticket on which the requester is written to: the one it was, or, where that is closed,
    a new one of the same kind. Asked twice it is the same one."""
    ticket = item.ticket
    if ticket.state != Ticket.State.CLOSED:
        return ticket
    RecallItem.objects.select_for_update(no_key=True).get(pk=item.pk)
    known = Ticket.objects.filter(external_system=SYSTEM, external_id=str(item.pk)).first()
    if known is not None:
        return known
    made = ticket_actions.receive(
        by=by,
        subject=ticket.subject,
        description=_("We write again about %(number)s.") % {"number": ticket.number},
        requester=item.requester,
        domain=ticket.domain,
        environment=ticket.environment,
        language=ticket.language,
        team=ticket.team,
        external=(SYSTEM, str(item.pk), ""),
    )
    return ticket_actions.assign(made, by=by, to=by, team=ticket.team)


# -- the letter --------------------------------------------------------------------------


def letter(item: RecallItem, *, by: User) -> str:
    """The reply that is prepared, in the requester's language. It stands in the composer, with
    the article as it is now, until somebody has read it and sends it."""
    language = item.ticket.language if item.ticket.language in ("en", "ru", "he") else "en"
    with translation.override(language):
        name = (item.requester.name or "").split(" ")[0]
        hello = _("Hello %(name)s,") % {"name": name} if name else _("Hello,")
        lines: list[Any] = [
            hello,
            "",
            _(
                "the instructions that we sent you before were not right. Please use these "
                "instead, and tell us if anything went wrong because of the earlier ones:"
            ),
        ]
        if by.signature:
            lines += ["", by.signature]
        return "\n".join(lines)
