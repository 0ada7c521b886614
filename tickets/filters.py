"""What a list of tickets can be narrowed by. The queue, saved views and the API use this one set,
so that a page and a program that ask the same are answered the same."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter

from kcs.filters import LIMIT, CommaFilter, ListFilter
from people.models import Domain
from tickets.models import Ticket
from tickets.queries import UNDONE, TicketQuerySet

STATES = [
    ("undone", _("Not solved yet")),
    *Ticket.State.choices,
    ("any", _("In any state")),
]
AGES = {
    "day": ("gte", timedelta(days=1), _("Younger than a day")),
    "week": ("gte", timedelta(days=7), _("Younger than a week")),
    "month": ("gte", timedelta(days=30), _("Younger than a month")),
    "over-day": ("lt", timedelta(days=1), _("Older than a day")),
    "over-3-days": ("lt", timedelta(days=3), _("Older than three days")),
    "over-week": ("lt", timedelta(days=7), _("Older than a week")),
    "over-month": ("lt", timedelta(days=30), _("Older than a month")),
}
# Every order ends in the key, so that each row has exactly one place (kcs.pages.keyset).
SORTS = {
    "changed": (("-changed_at", "-pk"), _("Newest change")),
    "oldest": (("created_at", "pk"), _("Oldest first")),
    "newest": (("-created_at", "-pk"), _("Newest first")),
    "priority": (("-priority", "created_at", "pk"), _("Most urgent first")),
}
# What a customer may narrow by. The rest would tell what the page does not show.
OUTSIDE = ("state", "q", "sort")
# The keys that make up a saved view; a cursor is a place in a list and not a part of it.
KEPT = (
    "state",
    "assignee",
    "team",
    "domain",
    "age",
    "channel",
    "language",
    "priority",
    "q",
    "sort",
)


class TicketFilter(ListFilter):
    """Allow-listed: a key that is not named here is ignored, a value that is not known refused."""

    SORTS = SORTS
    OUTSIDE = OUTSIDE

    state = CommaFilter(choices=STATES, method="of_state", label=_("State"))
    assignee = CharFilter(method="of_assignee", label=_("Assignee"), max_length=LIMIT)
    team = CharFilter(method="of_team", label=_("Team"), max_length=LIMIT)
    domain = CharFilter(method="of_domain", label=_("Domain"), max_length=LIMIT)
    age = ChoiceFilter(
        choices=[(key, label) for key, (_op, _span, label) in AGES.items()],
        method="of_age",
        label=_("Age"),
    )
    channel = CommaFilter(choices=Ticket.Channel.choices, label=_("Channel"))
    language = CharFilter(method="of_language", label=_("Language"), max_length=12)
    priority = CommaFilter(choices=Ticket.Priority.choices, label=_("Priority"))
    q = CharFilter(method="asking", label=_("Search"), max_length=LIMIT)
    sort = ChoiceFilter(
        choices=[(key, label) for key, (_columns, label) in SORTS.items()],
        method="sorted",
        label=_("Order"),
    )

    class Meta:
        model = Ticket
        fields: list[str] = []

    def of_state(
        self, tickets: TicketQuerySet, _name: str, states: list[str]
    ) -> TicketQuerySet:
        if not states or "any" in states:
            return tickets
        wanted = {state for state in states if state != "undone"}
        if "undone" in states:
            wanted |= set(UNDONE)
        # Written as the indexes write it: the planner recognises a condition by its constants.
        if wanted == set(UNDONE):
            return tickets.undone()
        return tickets.filter(state__in=sorted(wanted))

    def of_assignee(self, tickets: TicketQuerySet, _name: str, who: str) -> TicketQuerySet:
        if who == "anyone":
            return tickets
        if who == "nobody":
            return tickets.filter(assignee=None)
        if who == "me":
            return tickets.filter(assignee=self.request.user)
        if is_key(who):
            return tickets.filter(assignee=int(who))
        return tickets.filter(assignee__email__iexact=who)

    def of_team(self, tickets: TicketQuerySet, _name: str, team: str) -> TicketQuerySet:
        if team == "none":
            return tickets.filter(team=None)
        if team == "mine":
            return tickets.filter(team=self.request.user.team_id)
        if is_key(team):
            return tickets.filter(team=int(team))
        return tickets.filter(team__name__iexact=team)

    def of_domain(self, tickets: TicketQuerySet, _name: str, path: str) -> TicketQuerySet:
        """A branch: the domain itself and everything below it."""
        if path == "none":
            return tickets.filter(domain=None)
        return tickets.filter(domain__in=Domain.objects.branch(path.strip("/")).order_by())

    def of_age(self, tickets: TicketQuerySet, _name: str, age: str) -> TicketQuerySet:
        operator, span, _label = AGES[age]
        return tickets.filter(Q(**{f"created_at__{operator}": timezone.now() - span}))

    def of_language(self, tickets: TicketQuerySet, _name: str, code: str) -> TicketQuerySet:
        return tickets.filter(language=code.lower())

    def asking(self, tickets: TicketQuerySet, _name: str, text: str) -> TicketQuerySet:
        states = set(self.form.cleaned_data.get("state") or ())
        few = bool(states) and states <= {"undone", *UNDONE}
        return tickets.asking(text, few=few)


def is_key(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) < 19


def kept(query: QueryDict) -> QueryDict:
    """The part of an address that a saved view keeps: known keys that say something."""
    plain = QueryDict(mutable=True)
    for key in KEPT:
        values = [value[:LIMIT] for value in query.getlist(key) if value]
        if values:
            plain.setlist(key, values)
    return plain
