"""Questions about tickets."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import connection, models
from django.db.models import CharField, Lookup, Q

from people.models import Team

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from people.models import User
    from tickets.models import Ticket  # noqa: F401  (named in strings)

UNDONE = ("new", "open", "pending")
NUMBER = re.compile(r"(?:KT-)?(\d{1,18})", re.IGNORECASE)


@CharField.register_lookup
class Ilike(Lookup):
    """`ILIKE`, which trigram indexes answer; Django's own icontains says UPPER() and reads all."""

    lookup_name = "ilike"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} ILIKE {right}", [*left_params, *right_params]


def holding(text: str) -> str:
    """A pattern for texts that hold this one, whatever stands in it."""
    return "%" + re.sub(r"([\\%_])", r"\\\1", text) + "%"


def number_in(text: str) -> str:
    """The ticket number that somebody typed or pasted, as it is stored; or nothing."""
    found = NUMBER.fullmatch(text.strip())
    return f"KT-{int(found[1])}" if found else ""


def teams_of(user: User) -> models.QuerySet[Team]:
    """The teams this agent may know of: a private one only from inside."""
    if user.is_superuser:
        return Team.objects.all()
    return Team.objects.filter(Q(private=False) | Q(pk=user.team_id) | Q(manager=user))


def counts(querysets: Iterable[models.QuerySet[Any]], *, cap: int) -> list[int]:
    """How many rows each has, counted no further than the cap, in one statement."""
    parts: list[str] = []
    params: list[Any] = []
    for queryset in querysets:
        sql, values = queryset.order_by().values("pk")[:cap].query.sql_with_params()
        parts.append(f"(select count(*) from ({sql}) as counted)")
        params += values
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"select {', '.join(parts)}", params)
        return list(cursor.fetchone())


class TicketQuerySet(models.QuerySet["Ticket"]):
    def visible_to(self, user: User | AnonymousUser) -> TicketQuerySet:
        """The only way a door may reach a ticket.

        Staff see all but private teams' tickets; customers see their own, and their
        organisation's where it shares them.
        """
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        if user.is_agent:
            return self.filter(
                Q(team=None)
                | Q(team__private=False)
                | Q(team=user.team_id)
                | Q(team__manager=user)
            )
        own = Q(requester__user=user)
        if user.organisation is not None and user.organisation.shares_tickets:
            own |= Q(organisation=user.organisation)
        return self.filter(own)

    def undone(self) -> TicketQuerySet:
        """Neither solved nor closed."""
        return self.filter(state__in=UNDONE)

    def asking(self, text: str, *, few: bool = False) -> TicketQuerySet:
        """Tickets with this number, or with all these words in the subject, or whose requester
        has this name or address.

        Each way uses its own index, for an OR across tables would use none. Where the list is
        short already (`few`: what is not solved yet) reading it in its order beats them all.
        """
        words = text.replace("\x00", " ").split()[:8]
        if not words:
            return self
        number = number_in(text)
        if few:
            subject, name = Q(), Q()
            for word in words:
                subject &= Q(subject__ilike=holding(word))
                name &= Q(requester__name__ilike=holding(word))
            found = subject | name
            if len(words) == 1:
                found |= Q(requester__email__ilike=holding(words[0]))
            return self.filter(found | Q(number=number) if number else found)
        from tickets import models as nouns

        tickets, people = nouns.Ticket.objects.order_by(), nouns.Requester.objects.order_by()
        by_subject, by_name = tickets, people
        for word in words:
            by_subject = by_subject.filter(subject__ilike=holding(word))
            by_name = by_name.filter(name__ilike=holding(word))
        askers = by_name.values("pk")
        if len(words) == 1:
            by_address = people.filter(email__ilike=holding(words[0]))
            askers = askers.union(by_address.values("pk"))
        ways = [tickets.filter(requester__in=askers).values("pk")]
        if number:
            ways.append(tickets.filter(number=number).values("pk"))
        return self.filter(pk__in=by_subject.values("pk").union(*ways))

    def waiting(self) -> TicketQuerySet:
        """Nobody works on them: what "claim next" takes from, most urgent and oldest first."""
        return self.filter(assignee=None, state__in=("new", "open")).order_by(
            "-priority", "created_at", "pk"
        )
