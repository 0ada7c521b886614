"""One verb on many tickets: each by itself, so that one refusal spoils nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from kcs.errors import BadValue, Refused
from people.models import Team, User
from tickets import actions
from tickets.filters import is_key
from tickets.models import Ticket
from tickets.queries import teams_of

MOST = 200  # tickets in one go; more belong into a filter and a job

Done = list[tuple[Ticket, Refused | None]]


def pick(numbers: Iterable[str], *, by: User) -> list[Ticket]:
    """The tickets of these numbers that this person may see, in the order of the list."""
    wanted = list(dict.fromkeys(numbers))
    if len(wanted) > MOST:
        raise BadValue(_("At most 200 tickets at once."), field="numbers")
    found = (
        Ticket.objects.visible_to(by)
        .select_related("assignee", "team")
        .in_bulk(wanted, field_name="number")
    )
    return [found[number] for number in wanted if number in found]


def each(tickets: Iterable[Ticket], act: Callable[[Ticket], Any]) -> Done:
    done: Done = []
    for ticket in tickets:
        try:
            act(ticket)
        except Refused as error:
            done.append((ticket, error))
        else:
            done.append((ticket, None))
    return done


def assign(tickets: Iterable[Ticket], *, by: User, to: User | None) -> Done:
    return each(tickets, lambda ticket: actions.assign(ticket, by=by, to=to))


def change(tickets: Iterable[Ticket], *, by: User, **wanted: Any) -> Done:
    return each(tickets, lambda ticket: actions.change(ticket, by=by, **wanted))


def person_named(value: str, *, by: User) -> User | None:
    """ "me", a key, an e-mail address; empty or "nobody" means nobody."""
    value = value.strip()
    if value in ("", "nobody"):
        return None
    if value == "me":
        return by
    people = User.objects.agents()
    found = (
        people.filter(pk=int(value)) if is_key(value) else people.filter(email__iexact=value)
    )
    if (person := found.first()) is None:
        raise BadValue(_("There is no such colleague."), field="assignee")
    return person


def team_named(value: str, *, by: User) -> Team | None:
    """A key or a name of a team one may know of; empty means no team."""
    value = value.strip()
    if not value:
        return None
    teams = teams_of(by)
    found = teams.filter(pk=int(value)) if is_key(value) else teams.filter(name__iexact=value)
    if (team := found.first()) is None:
        raise BadValue(_("There is no such team."), field="team")
    return team


def apply(verb: str, tickets: Iterable[Ticket], *, by: User, values: Mapping[str, str]) -> Done:
    """The verb that a page or a program named: assign, team or priority."""
    if verb == "assign":
        return assign(tickets, by=by, to=person_named(values.get("assignee", ""), by=by))
    if verb == "team":
        return change(tickets, by=by, team=team_named(values.get("team", ""), by=by))
    if verb == "priority":
        level = values.get("priority", "")
        if level not in {str(value) for value in Ticket.Priority.values}:
            raise BadValue(_("There is no such priority."), field="priority")
        return change(tickets, by=by, priority=int(level))
    raise BadValue(_("Choose what to do with the tickets."), field="verb")
