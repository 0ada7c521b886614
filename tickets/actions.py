"""Verbs of requests: receive, assign, claim, reply, note, hear, pend, wake, change.

Solving is not here: it needs an outcome, and outcomes are where tickets meet articles.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from kcs.errors import BadValue, NotAllowed, Refused
from people.actions import tell
from people.models import Domain, Notification, Organisation, Team, User
from tickets.models import Message, Presence, Requester, Ticket, TicketEvent

Verb = TicketEvent.Verb
State = Ticket.State
BODY_LIMIT = 1_000_000
PRESENT = timedelta(seconds=75)
# Controls that no text needs and that break lines or turn the direction of reading.
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e]")
MENTION = re.compile(r"(?<![\w@])@([\w.+-]+@[\w.-]+\w|[\w.-]+\w)")


def next_number() -> str:
    with connection.cursor() as cursor:
        cursor.execute("select nextval('tickets_number')")
        return f"KT-{cursor.fetchone()[0]}"


def clean(text: str, *, field: str, limit: int = BODY_LIMIT) -> str:
    """Text as it is stored. NUL and lone surrogates are refused, line ends normalised."""
    if "\x00" in text or re.search("[\ud800-\udfff]", text):
        raise BadValue(
            _("This text holds characters that are not text. Remove them and send it again."),
            field=field,
        )
    text = CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) > limit:
        raise BadValue(_("At most %(n)s characters fit here.") % {"n": limit}, field=field)
    return text


def record(ticket: Ticket, verb: str, *, by: User | None, **detail: Any) -> TicketEvent:
    """Write the event of a change, in the change's own transaction."""
    return ticket.events.create(verb=verb, by=by, detail=detail)


class Unwritten:
    """What a verb of several steps does to a ticket, written at its end: one UPDATE and one
    INSERT of events, and not one of each a step."""

    def __init__(self, ticket: Ticket) -> None:
        self.ticket = ticket
        self.fields: set[str] = set()
        self.events: list[TicketEvent] = []

    def touch(self, *fields: str) -> None:
        self.ticket.changed_at = timezone.now()
        self.fields |= {"changed_at", *fields}

    def record(self, verb: str, *, by: User | None, **detail: Any) -> None:
        self.events.append(TicketEvent(ticket=self.ticket, verb=verb, by=by, detail=detail))

    def write(self) -> None:
        if self.fields:
            self.ticket.save(update_fields=self.fields)
        TicketEvent.objects.bulk_create(self.events)
        self.fields, self.events = set(), []


def require_agent(user: User) -> None:
    if not user.is_agent:
        raise NotAllowed(_("Only agents work on tickets."))


def requester_for(
    *, email: str = "", name: str = "", organisation: Organisation | None = None
) -> Requester:
    """The requester with this address, made when new. Without an address: always a new one."""
    email = email.strip().lower()
    if not email:
        return Requester.objects.create(name=name[:160], organisation=organisation)
    user = User.objects.filter(email__iexact=email).first()
    known, made = Requester.objects.get_or_create(
        email=email,
        defaults={
            "name": name[:160] or email.split("@")[0],
            "organisation": organisation or (user.organisation if user else None),
            "user": user,
        },
    )
    if not made and known.user_id is None and user is not None:
        known.user = user
        known.save(update_fields=["user"])
    return known


@transaction.atomic
def receive(
    *,
    by: User | None,
    subject: str,
    description: str = "",
    requester: Requester,
    channel: str = "web",
    domain: Domain | None = None,
    environment: dict[str, Any] | None = None,
    language: str = "en",
    priority: int = Ticket.Priority.NORMAL,
    team: Team | None = None,
    external: tuple[str, str, str] = ("", "", ""),
    visit: str = "",
) -> Ticket:
    """A request arrives. `external` is (system, id, url) when it lives in another desk too;
    `visit` is the stay in the help centre that ended with it."""
    subject = " ".join(clean(subject, field="subject", limit=300).split())
    description = clean(description, field="description")
    if not subject:
        raise BadValue(_("A ticket needs a subject."), field="subject")
    if channel not in Ticket.Channel.values:
        raise BadValue(_("There is no such channel."), field="channel")
    if priority not in Ticket.Priority.values:
        raise BadValue(_("There is no such priority."), field="priority")
    if external[2] and not external[2].lower().startswith(("https://", "http://")):
        raise BadValue(_("The outside address begins with https://."), field="external")
    known = {"external_system": external[0], "external_id": external[1]}
    if external[1] and Ticket.objects.filter(**known).exists():
        raise Refused(_("This outside ticket is here already."), code="exists")
    now = timezone.now()
    ticket = Ticket.objects.create(
        number=next_number(),
        subject=subject,
        description=description,
        requester=requester,
        organisation=requester.organisation,
        channel=channel,
        domain=domain,
        environment=environment or {},
        language=language,
        priority=priority,
        team=team,
        external_url=external[2],
        created_at=now,
        changed_at=now,
        **known,
    )
    told = {"visit": visit} if visit else {}
    record(ticket, Verb.RECEIVED, by=by, channel=channel, **told)
    return ticket


def _touch(ticket: Ticket, *fields: str) -> None:
    ticket.changed_at = timezone.now()
    ticket.save(update_fields=["changed_at", *fields])


def undone(ticket: Ticket) -> None:
    """Refuse work on a ticket that is done."""
    if ticket.state == State.CLOSED:
        raise Refused(_("This ticket is closed. Open a new one, or reopen it."), code="closed")


@transaction.atomic
def assign(ticket: Ticket, *, by: User, to: User | None, team: Team | None = None) -> Ticket:
    """Give the ticket to somebody, or back to everyone with `to=None`."""
    require_agent(by)
    ticket.lock()
    undone(ticket)
    if to is not None and not to.is_agent:
        raise BadValue(_("Only agents are given tickets."), field="assignee")
    if ticket.assignee_id == (to.pk if to else None) and (team is None or team == ticket.team):
        return ticket
    before = ticket.assignee
    ticket.assignee = to
    fields = ["assignee"]
    if team is not None:
        ticket.team = team
        fields.append("team")
    elif to is not None and ticket.team_id is None and to.team_id is not None:
        ticket.team = to.team
        fields.append("team")
    if to is not None and ticket.state == State.NEW:
        ticket.state = State.OPEN
        fields.append("state")
    _touch(ticket, *fields)
    record(
        ticket,
        Verb.ASSIGNED,
        by=by,
        **{
            "from": before.email if before else "",
            "to": to.email if to else "",
            "team": ticket.team.name if ticket.team else "",
        },
    )
    tell(
        [to],
        by=by,
        kind=Notification.Kind.ASSIGNED,
        subject=str(ticket),
        url=ticket.get_absolute_url(),
    )
    return ticket


@transaction.atomic
def claim_next(*, by: User, domain: Domain | None = None) -> Ticket | None:
    """Take the most urgent, oldest ticket that nobody works on; None when none waits.

    SKIP LOCKED: two people who press the key together get two different tickets.
    """
    require_agent(by)
    waiting = Ticket.objects.visible_to(by).waiting()
    if domain is not None:
        waiting = waiting.filter(domain__in=Domain.objects.branch(domain.path).order_by())
    mine_first = list(
        waiting.filter(team=by.team_id).select_for_update(
            of=("self",), skip_locked=True, no_key=True
        )[:1]
        if by.team_id
        else []
    ) or list(waiting.select_for_update(of=("self",), skip_locked=True, no_key=True)[:1])
    if not mine_first:
        return None
    return assign(mine_first[0], by=by, to=by)


@transaction.atomic
def change(ticket: Ticket, *, by: User, **wanted: Any) -> Ticket:
    """Set subject, domain, environment, language, priority, severity, team, defect, due, csat."""
    require_agent(by)
    ticket.lock()
    undone(ticket)
    allowed = {
        "subject", "domain", "environment", "language", "priority", "severity", "team",
        "is_defect", "due_at", "csat", "seconds_worked",
    }  # fmt: skip
    unknown = set(wanted) - allowed
    if unknown:
        raise BadValue(
            _("“%(field)s” cannot be changed.") % {"field": sorted(unknown)[0]},
            field=sorted(unknown)[0],
        )
    if "subject" in wanted:
        wanted["subject"] = " ".join(
            clean(wanted["subject"], field="subject", limit=300).split()
        )
        if not wanted["subject"]:
            raise BadValue(_("A ticket needs a subject."), field="subject")
    if "priority" in wanted and wanted["priority"] not in Ticket.Priority.values:
        raise BadValue(_("There is no such priority."), field="priority")
    changed = {n: v for n, v in wanted.items() if getattr(ticket, n) != v}
    if not changed:
        return ticket
    detail = {
        n: {"from": _plain(getattr(ticket, n)), "to": _plain(v)} for n, v in changed.items()
    }
    for name, value in changed.items():
        setattr(ticket, name, value)
    _touch(ticket, *changed)
    record(ticket, Verb.CHANGED, by=by, **detail)
    return ticket


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, str, list, dict)):
        return value
    return value.isoformat() if isinstance(value, datetime) else str(value)


@transaction.atomic
def reply(ticket: Ticket, *, by: User, body: str) -> Message:
    """Answer the requester in public. The ticket becomes the answerer's if nobody had it."""
    ticket.lock()
    steps = Unwritten(ticket)
    message = say(ticket, by=by, body=body, steps=steps)
    steps.write()
    return message


def say(ticket: Ticket, *, by: User, body: str, steps: Unwritten) -> Message:
    """`reply` on a ticket that is locked already, for verbs that do more than reply."""
    require_agent(by)
    undone(ticket)
    message = _say(ticket, by=by, body=body, internal=False)
    fields = ["reply_count"]
    ticket.reply_count += 1
    if ticket.first_response_at is None:
        ticket.first_response_at = message.at
        fields.append("first_response_at")
    if ticket.assignee_id is None:
        ticket.assignee = by
        fields.append("assignee")
    if ticket.state == State.NEW:
        ticket.state = State.OPEN
        fields.append("state")
    steps.touch(*fields)
    steps.record(Verb.REPLIED, by=by, message=message.pk)
    return message


@transaction.atomic
def note(ticket: Ticket, *, by: User, body: str) -> Message:
    """Write for colleagues only. Whoever is @mentioned is told."""
    require_agent(by)
    ticket.lock()
    message = _say(ticket, by=by, body=body, internal=True)
    _touch(ticket)
    named = mentioned(message.body)
    record(ticket, Verb.NOTED, by=by, message=message.pk, mentioned=[u.email for u in named])
    tell(
        [u for u in named if Ticket.objects.visible_to(u).filter(pk=ticket.pk).exists()],
        by=by,
        kind=Notification.Kind.MENTIONED,
        subject=str(ticket),
        text=message.body[:500],
        url=ticket.get_absolute_url(),
    )
    return message


def _say(ticket: Ticket, *, by: User | None, body: str, internal: bool) -> Message:
    body = clean(body, field="body").strip()
    if not body:
        raise BadValue(_("There is nothing to send yet. Write a message."), field="body")
    return ticket.messages.create(by=by, body=body, internal=internal, at=timezone.now())


def mentioned(body: str) -> list[User]:
    """The agents whom a note names: @name@example.org, or @name before the at sign."""
    handles = {handle.lower().rstrip(".") for handle in MENTION.findall(body)}
    if not handles:
        return []
    people = User.objects.agents()
    return [
        person
        for person in people
        if person.email.lower() in handles or person.email.split("@")[0].lower() in handles
    ]


@transaction.atomic
def hear(ticket: Ticket, *, body: str, by: User | None = None) -> Message:
    """The requester wrote. A pending ticket wakes up; a solved one is opened by `reopen`."""
    ticket.lock()
    undone(ticket)
    message = _say(ticket, by=None, body=body, internal=False)
    fields: list[str] = []
    if ticket.state == State.PENDING:
        ticket.state, ticket.pending_until = State.OPEN, None
        fields = ["state", "pending_until"]
    _touch(ticket, *fields)
    record(ticket, Verb.HEARD, by=by, message=message.pk)
    tell(
        [ticket.assignee],
        by=by,
        kind=Notification.Kind.REPLIED,
        subject=str(ticket),
        text=message.body[:500],
        url=ticket.get_absolute_url(),
    )
    return message


@transaction.atomic
def pend(ticket: Ticket, *, by: User, until: datetime | None = None) -> Ticket:
    """Wait for the requester, or for a date. A reply or the date wakes it up."""
    require_agent(by)
    ticket.lock()
    if ticket.is_done:
        raise Refused(_("A solved ticket waits for nothing. Reopen it first."))
    if until is not None and until <= timezone.now():
        raise BadValue(_("Choose a time that is still to come."), field="until")
    ticket.state, ticket.pending_until = State.PENDING, until
    fields = ["state", "pending_until"]
    if ticket.assignee_id is None:
        ticket.assignee = by
        fields.append("assignee")
    _touch(ticket, *fields)
    record(ticket, Verb.PENDED, by=by, until=until.isoformat() if until else "")
    return ticket


@transaction.atomic
def wake(ticket: Ticket, *, by: User | None = None) -> Ticket:
    """A pending ticket is open again: its date has come, or somebody says so."""
    ticket.lock()
    if ticket.state != State.PENDING:
        return ticket
    ticket.state, ticket.pending_until = State.OPEN, None
    _touch(ticket, "state", "pending_until")
    record(ticket, Verb.WOKEN, by=by)
    tell(
        [ticket.assignee],
        by=by,
        kind=Notification.Kind.WOKEN,
        subject=str(ticket),
        url=ticket.get_absolute_url(),
    )
    return ticket


def wake_due(now: datetime | None = None) -> int:
    """Wake every pending ticket whose date has come; how many woke."""
    due = Ticket.objects.filter(state=State.PENDING, pending_until__lte=now or timezone.now())
    woken = 0
    for ticket in due.iterator():
        before = ticket.changed_at
        woken += wake(ticket).changed_at != before
    return woken


def attend(ticket: Ticket, *, by: User, typing: bool = False, seconds: int = 0) -> list[User]:
    """Say that one has the ticket open; who else has it open now.

    `seconds` is how long the workspace was open and active since the last call; at most two
    minutes are believed, and they add up to the minutes worked.
    """
    Presence.objects.update_or_create(
        ticket=ticket, user=by, defaults={"seen_at": timezone.now(), "typing": typing}
    )
    seconds = max(0, min(seconds, 120))
    if seconds:
        Ticket.objects.filter(pk=ticket.pk).update(seconds_worked=F("seconds_worked") + seconds)
    others = (
        ticket.present.filter(seen_at__gte=timezone.now() - PRESENT)
        .exclude(user=by)
        .select_related("user")
    )
    return [presence.user for presence in others]
