"""Forms of improvements. They read what was typed; the verbs say what may be set."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kcs.errors import BadValue, Refused
from loops.evolve.improvements import actions, rights
from loops.evolve.scope import zone
from loops.models import Improvement
from people.models import Domain, User


class Spoken(forms.Form):
    """A form in which a verb's refusal stands beside what was typed."""

    def refuse(self, error: Refused) -> None:
        field = error.field if isinstance(error, BadValue) else ""
        self.add_error(field if field in self.fields else None, str(error))


class ProposeForm(Spoken):
    kind = forms.ChoiceField(label=_("What should be done"), choices=Improvement.Kind.choices)
    title = forms.CharField(label=_("In one line"), max_length=actions.TITLE)
    text = forms.CharField(
        label=_("What and why"),
        required=False,
        widget=forms.Textarea({"rows": 5}),
        max_length=actions.TEXT,
    )
    domain = forms.ModelChoiceField(
        Domain.objects.none(), label=_("Domain"), required=False, empty_label=_("None")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["domain"].queryset = Domain.objects.order_by("path")  # type: ignore[attr-defined]


class ChangeForm(Spoken):
    """Owner, tracker and date: to accept with, and to change."""

    owner = forms.ModelChoiceField(
        User.objects.none(), label=_("Owner"), required=False, empty_label=_("Nobody")
    )
    tracker_id = forms.CharField(
        label=_("Number in the tracker"), required=False, max_length=actions.TRACKER_ID
    )
    tracker_url = forms.CharField(
        label=_("Address in the tracker"), required=False, max_length=actions.TRACKER_URL
    )
    due_on = forms.DateField(
        label=_("By"), required=False, widget=forms.DateInput({"type": "date"})
    )

    def __init__(self, improvement: Improvement, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "owner": improvement.owner_id,
            "tracker_id": improvement.tracker_id,
            "tracker_url": improvement.tracker_url,
            "due_on": improvement.due_on,
        }
        super().__init__(*args, **kwargs)
        people = User.objects.filter(rights.owners(improvement)).order_by("name", "email")
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]


class AnswerForm(Spoken):
    answer = forms.CharField(
        label=_("Answer"),
        required=False,
        widget=forms.Textarea({"rows": 4}),
        max_length=actions.ANSWER,
        help_text=_("Agents read it where they answer requesters."),
    )


class ShipForm(Spoken):
    on = forms.DateField(
        label=_("Shipped on"), required=False, widget=forms.DateInput({"type": "date"})
    )

    def moment(self) -> datetime | None:
        """Of a day its beginning, where the organisation is; without one, now."""
        day = self.cleaned_data.get("on")
        if day is None or day == timezone.now().astimezone(zone()).date():
            return None
        return datetime.combine(day, time(), tzinfo=zone())
