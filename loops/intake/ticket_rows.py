"""Tickets out of rows: understood one by one, written two thousand at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models.functions import Lower

from articles.actions import checked_facets, checked_language
from articles.search import analyzer
from kcs.errors import Refused
from loops.intake.copying import analyse, copy, identify, numbers
from loops.intake.lookups import Lookups
from loops.intake.problems import BadRow
from loops.intake.reading import Row
from loops.intake.run import Options, external_of
from loops.intake.values import Values
from loops.models import Outcome
from people.models import Organisation, Team, User
from tickets.models import Message, Requester, Ticket, TicketEvent

SUBJECT = 300
PRIORITIES = {"low": 1, "normal": 2, "high": 3, "urgent": 4}
MESSAGES = 500

FIELDS = (
    "subject", "description", "requester.name", "requester.email", "requester_name",
    "requester_email", "organisation", "channel", "domain", "environment", "language",
    "priority", "severity", "is_defect", "state", "assignee", "team", "created_at",
    "first_response_at", "solved_at", "solved_by", "closed_at", "pending_until", "due_at",
    "reopened_count", "seconds_worked", "csat", "external.system", "external.id",
    "external.url", "external_system", "external_id", "external_url", "messages", "number",
)  # fmt: skip


@dataclass
class Said:
    body: str
    by: User | None
    internal: bool
    at: datetime


@dataclass
class ReadyTicket:
    """A row that was understood."""

    external: tuple[str, str]
    place: str
    ticket: Ticket
    name: str
    email: str
    organisation: str
    domain: str
    said: list[Said] = field(default_factory=list)


def cut(text: str) -> tuple[str, str]:
    """A subject and what is left to describe: a long text keeps its first sentence above."""
    line = " ".join(text.split())
    if len(line) <= SUBJECT and "\n" not in text.strip():
        return line, ""
    first = " ".join(text.strip().split("\n", 1)[0].split())
    for end in (". ", "? ", "! "):
        if 20 < (at := first.find(end)) < SUBJECT:
            first = first[: at + 1]
    if len(first) > SUBJECT:
        first = first[: SUBJECT - 1].rsplit(" ", 1)[0] + "…"
    return first, text.strip()


class Tickets:
    """The kind `tickets`."""

    fields: Sequence[str] = FIELDS

    def __init__(self, options: Options) -> None:
        self.options = options
        self.lookups = Lookups(
            create_domains=options.create_domains, forget_people=options.forget_people
        )

    # -- one row ----------------------------------------------------------------------------

    def understand(self, row: Row, values: Values) -> ReadyTicket:
        now, lookups = self.options.now, self.lookups
        external = external_of(row, values, self.options.source)
        subject, whole = cut(values.text("subject"))
        if not subject:
            raise BadRow("it has no “subject”.")
        description = values.text("description")
        if whole:
            description = f"{whole}\n\n{description}" if description else whole
        created = values.moment("created_at", now) or now
        solved = values.moment("solved_at", now)
        closed = values.moment("closed_at", now)
        ended = "closed" if closed else "solved" if solved else "new"
        state = values.choice("state", Ticket.State.values, ended)
        done = state in ("solved", "closed")
        if done:
            solved = solved or closed or created
            closed = (closed or solved) if state == "closed" else None
        else:
            solved = closed = None
        if solved and solved < created:
            raise BadRow("it was solved before it was created: “solved_at” and “created_at”.")
        assignee = lookups.person(values.email("assignee.email", "assignee"), "assignee")
        solver = lookups.person(values.email("solved_by.email", "solved_by"), "solved_by")
        first = values.moment("first_response_at", now)
        said = self._said(values, created)
        if first is None:
            first = min((s.at for s in said if s.by and not s.internal), default=None)
        name, email, organisation = self._requester(values)
        url = values.line("external.url", "external_url", limit=500)
        if url and not url.lower().startswith(("https://", "http://")):
            raise BadRow("“external.url” begins with https://.")
        values.asked.update(
            ("outcome", "id", "url", "changed_at", "links", "trail", "pending_until")
        )
        changed = max([created, *(s.at for s in said), *(t for t in (solved, closed) if t)])
        ticket = Ticket(
            subject=subject,
            description=description,
            channel=values.choice("channel", Ticket.Channel.values, "import"),
            environment=self._environment(values),
            language=self._language(values, f"{subject}\n{description}"),
            priority=self._priority(values),
            severity=values.number("severity", least=0, most=9),
            is_defect=values.flag("is_defect"),
            state=state,
            assignee_id=assignee.pk if assignee else None,
            team=lookups.team(values.line("team.name", "team", limit=80)),
            external_system=external[0],
            external_id=external[1],
            external_url=url,
            created_at=created,
            changed_at=changed,
            first_response_at=first,
            pending_until=values.moment("pending_until", now + timedelta(days=3650))
            if state == "pending"
            else None,
            solved_at=solved,
            solved_by=(solver or assignee) if done else None,
            closed_at=closed,
            due_at=values.moment("due_at", now + timedelta(days=3650)),
            reopened_count=values.number("reopened_count", least=0, most=32_000) or 0,
            reply_count=sum(1 for s in said if s.by is not None and not s.internal),
            seconds_worked=values.number("seconds_worked", least=0, most=2_000_000_000) or 0,
            csat=values.number("csat", least=1, most=5),
        )
        return ReadyTicket(
            external, row.place, ticket, name, email, organisation,
            lookups.check_domain(values.line("domain.path", "domain", limit=250)), said,
        )  # fmt: skip

    def _requester(self, values: Values) -> tuple[str, str, str]:
        whole = values.raw("requester")
        name = values.line("requester.name", "requester_name", limit=160)
        email = values.email("requester.email", "requester_email")
        if isinstance(whole, str) and whole.strip() and not whole.lstrip().startswith("{"):
            # One column: an address, or a name.
            if "@" in whole:
                email = email or values.email("requester")
            else:
                name = name or values.line("requester", limit=160)
        company = values.line("organisation.name", "organisation", limit=160)
        return name, email, company

    def _environment(self, values: Values) -> dict[str, str]:
        try:
            return checked_facets(values.mapping("environment"))
        except Refused as error:
            raise BadRow(f"“environment”: {error}") from error

    def _language(self, values: Values, text: str) -> str:
        said = values.line("language", limit=20)
        if not said:
            return analyzer.detect(text)
        try:
            return checked_language(said)
        except Refused:
            raise BadRow(f"“language” is “{said}”; write it as en, ru or pt-br.") from None

    def _priority(self, values: Values) -> int:
        said = values.line("priority", limit=20).lower()
        if said in PRIORITIES:
            return PRIORITIES[said]
        return values.number("priority", least=1, most=4) or 2

    def _said(self, values: Values, created: datetime) -> list[Said]:
        found = values.items("messages")
        if len(found) > MESSAGES:
            raise BadRow(f"it has {len(found)} messages; {MESSAGES} fit.")
        said = []
        for one in found:
            if not isinstance(one, dict):
                raise BadRow("“messages” is a list of objects with body, by, internal and at.")
            inner = Values(one)
            body = inner.text("body").strip()
            by = self.lookups.person(inner.email("by.email", "by"), "messages.by")
            internal = inner.flag("internal")
            if not body:
                raise BadRow("a message has no “body”.")
            if internal and by is None:
                raise BadRow("a note has no author: give “by” the address of an agent.")
            at = inner.moment("at", self.options.now) or created
            said.append(Said(body, by, internal, at))
        return said

    # -- many rows --------------------------------------------------------------------------

    def known(self, externals: list[tuple[str, str]]) -> set[tuple[str, str]]:
        with connection.cursor() as cursor:
            cursor.execute(
                "select t.external_system, t.external_id from tickets_ticket t "
                "join unnest(%s::text[], %s::text[]) as w(system, id) "
                "on t.external_system = w.system and t.external_id = w.id "
                "where t.external_id <> ''",
                [[system for system, _ in externals], [key for _, key in externals]],
            )
            return set(cursor.fetchall())

    def write(self, rows: list[ReadyTicket]) -> None:
        askers = self._askers(rows)
        for row, asker, number in zip(
            rows, askers, numbers("tickets_number", len(rows)), strict=True
        ):
            row.ticket.pk = None
            row.ticket.number = f"KT-{number}"
            row.ticket.requester_id = asker.pk
            row.ticket.organisation_id = asker.organisation_id
            row.ticket.domain = self.lookups.domain(row.domain)
        made = [row.ticket for row in rows]
        identify(made)
        # The gate asks for the outcome when the ticket arrives, so that comes first.
        copy(
            [
                Outcome(
                    ticket_id=ticket.pk,
                    outcome="imported",
                    by_id=ticket.solved_by_id,
                    at=ticket.solved_at,
                )
                for ticket in made
                if ticket.solved_at is not None
            ]
        )
        copy(made)
        copy(
            [
                Message(ticket=row.ticket, by=s.by, body=s.body, internal=s.internal, at=s.at)
                for row in rows
                for s in row.said
            ]
        )
        copy([event for row in rows for event in self._events(row)])

    def _askers(self, rows: list[ReadyTicket]) -> list[Requester]:
        """The requester of each row: known by the address, else somebody new."""
        addresses = {row.email for row in rows if row.email}
        known: dict[str, Requester] = {
            asker.email.lower(): asker
            for asker in Requester.objects.alias(lower=Lower("email")).filter(
                lower__in=addresses
            )
        }
        users = {
            user.email.lower(): user
            for user in User.objects.alias(lower=Lower("email")).filter(
                lower__in=addresses - known.keys(), requester=None
            )
        }
        made: list[Requester] = []
        found: list[Requester] = []
        for row in rows:
            asker = known.get(row.email) if row.email else None
            if asker is None:
                user = users.get(row.email)
                company = self.lookups.organisation(row.organisation)
                asker = Requester(
                    name=row.name or (user.name if user else row.email.split("@")[0]),
                    email=row.email,
                    organisation_id=company.pk if company else user and user.organisation_id,
                    user_id=user.pk if user else None,
                    language=row.ticket.language,
                    made_at=row.ticket.created_at,
                )
                made.append(asker)
                if row.email:
                    known[row.email] = asker
            found.append(asker)
        copy(made)
        return found

    def _events(self, row: ReadyTicket) -> list[TicketEvent]:
        """Its history as far as the row tells it, and that it came by an import."""
        ticket = row.ticket
        told: list[tuple[str, datetime, User | None, dict[str, Any]]] = [
            ("received", ticket.created_at, None, {"channel": ticket.channel}),
            ("imported", self.options.now, self.options.by,
             {"source": ticket.external_system, "place": row.place}),
        ]  # fmt: skip
        for s in row.said:
            verb = "heard" if s.by is None else "noted" if s.internal else "replied"
            told.append((verb, s.at, s.by, {}))
        if ticket.solved_at is not None:
            told.append(("solved", ticket.solved_at, ticket.solved_by, {"outcome": "imported"}))
        if ticket.closed_at is not None:
            told.append(("closed", ticket.closed_at, None, {}))
        told.sort(key=lambda event: event[1])
        return [
            TicketEvent(ticket_id=ticket.pk, verb=verb, at=at, by=by, detail=detail)
            for verb, at, by, detail in told
        ]

    def forget(self) -> None:
        self.lookups.refresh()

    def finish(self) -> None:
        analyse(Ticket, TicketEvent, Message, Outcome, Requester, Organisation, Team)
