"""Tickets, administered. Solving goes through the gate here, too."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kcs.errors import BadValue
from loops.models import Outcome
from loops.solve import actions as solving
from people.models import User
from people.site import Changed, Rows, changed_values, me
from tickets import actions
from tickets.admin import EVENTS, MESSAGES
from tickets.models import Ticket

State = Ticket.State


OUTCOMES = Rows(
    _("outcomes"), "outcomes", ("at", "outcome", "reason", "note", "by", "ended_at")
)
LINKS = Rows(_("links"), "links", ("at", "article", "kind", "version", "delivered", "by"))


class TicketForm(forms.ModelForm):
    """State and outcome are not set but asked for: the verbs answer."""

    state = forms.ChoiceField(label=_("State"), choices=State)
    outcome = forms.ChoiceField(
        label=_("Outcome"),
        required=False,
        choices=[
            ("", _("What the rows prove")),
            *(pair for pair in Outcome.Kind.choices if pair[0] != Outcome.Kind.IMPORTED),
        ],
        help_text=_("Asked for when the state becomes solved."),
    )
    reason = forms.ChoiceField(
        label=_("Reason"), required=False, choices=[("", "—"), *Outcome.Reason.choices]
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=1000)
    due_at = forms.DateTimeField(
        label=_("Due"),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    class Meta:
        model = Ticket
        fields = [
            "subject",
            "domain",
            "environment",
            "language",
            "priority",
            "severity",
            "is_defect",
            "due_at",
            "csat",
            "assignee",
            "team",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        ticket = kwargs.get("instance")
        if ticket is not None:
            kwargs["initial"] = {"state": ticket.state, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    def _post_clean(self) -> None:
        """The verbs look at it, in words; nothing is set on the ticket before."""


@admin.register(Ticket)
class TicketAdmin(Changed):
    form = TicketForm
    reviewed = True
    addable = False
    list_display = [
        "number",
        "subject",
        "state",
        "priority",
        "requester",
        "assignee",
        "team",
        "domain",
        "changed_at",
    ]
    list_display_links = ["number", "subject"]
    list_filter = ["state", "priority", "channel", "team", "domain", "language"]
    list_select_related = ["requester", "assignee", "team", "domain"]
    search_fields = ["number", "subject"]
    fieldsets = [
        (
            None,
            {"fields": ["number", "link", "subject", "description", "requester", "channel"]},
        ),
        (_("State"), {"fields": ["state", "outcome", "reason", "note"]}),
        (
            _("Work"),
            {
                "fields": [
                    "assignee",
                    "team",
                    "domain",
                    "environment",
                    "language",
                    "priority",
                    "severity",
                    "is_defect",
                    "due_at",
                    "csat",
                ]
            },
        ),
        (
            _("For your information"),
            {
                "fields": [
                    "created_at",
                    "first_response_at",
                    "solved_at",
                    "solved_by",
                    "closed_at",
                    "reopened_count",
                    "seconds_worked",
                ]
            },
        ),
    ]
    readonly_fields = [
        "number",
        "link",
        "description",
        "requester",
        "channel",
        "created_at",
        "first_response_at",
        "solved_at",
        "solved_by",
        "closed_at",
        "reopened_count",
        "seconds_worked",
    ]
    below = (OUTCOMES, LINKS, MESSAGES, EVENTS)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Ticket]:
        return Ticket.objects.visible_to(request.user)  # type: ignore[arg-type]

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "assignee":
            kwargs["queryset"] = User.objects.agents()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def apply(self, request: HttpRequest, thing: Ticket, form: forms.ModelForm[Any]) -> None:
        by, asked = me(request), form.cleaned_data
        fields = [n for n in self.form.Meta.fields if n not in ("assignee", "team")]
        # Done tickets are opened before they are worked on; others are worked on before they end.
        restated = "state" in form.changed_data
        if restated and thing.is_done:
            self.restate(thing, by=by, asked=asked)
        if wanted := changed_values(form, *fields):
            actions.change(thing, by=by, **wanted)
        if "team" in form.changed_data and asked["team"] is None:
            actions.change(thing, by=by, team=None)
        if changed_values(form, "assignee", "team"):
            actions.assign(thing, by=by, to=asked["assignee"], team=asked["team"])
        if restated:
            self.restate(thing, by=by, asked=asked)

    def restate(self, ticket: Ticket, *, by: User, asked: dict[str, Any]) -> None:
        """Each change of state is a verb's; the gate stands before the one that solves."""
        wanted = asked["state"]
        if wanted == ticket.state:
            return
        if wanted == State.SOLVED:
            solving.solve(
                ticket,
                by=by,
                outcome=asked["outcome"] or None,
                reason=asked["reason"],
                note=asked["note"],
            )
        elif wanted == State.CLOSED:
            solving.close(ticket, by=by)
        elif wanted == State.PENDING:
            actions.pend(ticket, by=by)
        elif wanted == State.OPEN and ticket.is_done:
            solving.reopen(ticket, by=by, reason=asked["note"])
        elif wanted == State.OPEN and ticket.state == State.PENDING:
            actions.wake(ticket, by=by)
        else:
            raise BadValue(
                gettext("A ticket does not become that by hand: it happens with the work."),
                field="state",
            )
