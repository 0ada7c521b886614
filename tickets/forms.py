"""Forms of the desk. They read what was typed; the verbs decide whether it may be."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from people.models import LANGUAGES, Domain, Organisation, Team, User
from tickets import canned
from tickets.models import CannedReply, Ticket
from tickets.queries import teams_of


class DomainChoice(forms.ModelChoiceField):
    """The product tree, a branch indented under what it belongs to."""

    def label_from_instance(self, domain: Any) -> str:
        return "\N{NO-BREAK SPACE}" * 4 * domain.path.count("/") + domain.name


class NewTicketForm(forms.Form):
    """A request that came by telephone, in a chat, or across the counter."""

    channel = forms.ChoiceField(
        label=_("How did it come?"),
        choices=[
            (value, label)
            for value, label in Ticket.Channel.choices
            if value in ("phone", "chat", "mail", "web")
        ],
        initial="phone",
        widget=forms.RadioSelect,
    )
    email = forms.EmailField(
        label=_("Requester's e-mail"),
        required=False,
        help_text=_("Finds their earlier tickets. Leave it empty if they gave none."),
        widget=forms.EmailInput(attrs={"autocomplete": "off", "dir": "ltr"}),
    )
    name = forms.CharField(
        label=_("Requester's name"),
        required=False,
        max_length=160,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    organisation = forms.CharField(
        label=_("Organisation"),
        required=False,
        max_length=160,
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "organisations"}),
    )
    subject = forms.CharField(
        label=_("Subject"),
        max_length=300,
        help_text=_("In the requester's own words, as they would search for it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    description = forms.CharField(
        label=_("What do they say?"),
        required=False,
        max_length=1_000_000,
        widget=forms.Textarea(attrs={"rows": 6, "data-draft": "new-ticket"}),
    )
    domain = DomainChoice(
        label=_("Domain"), queryset=Domain.objects.none(), required=False, empty_label="—"
    )
    environment = forms.CharField(
        label=_("Environment"),
        required=False,
        max_length=2000,
        help_text=_("One fact a line, as “Version: 5.2”."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    priority = forms.TypedChoiceField(
        label=_("Priority"), choices=Ticket.Priority.choices, coerce=int, initial=2
    )
    language = forms.ChoiceField(label=_("Their language"), choices=LANGUAGES)
    team = forms.ModelChoiceField(
        label=_("Team"), queryset=Team.objects.none(), required=False, empty_label="—"
    )
    mine = forms.BooleanField(label=_("I work on it now"), required=False, initial=True)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: dict[str, Any] = self.fields
        choices["domain"].queryset = Domain.objects.all()
        choices["team"].queryset = teams_of(user)
        self.fields["language"].initial = user.language or "en"
        self.fields["team"].initial = user.team_id

    def clean_environment(self) -> dict[str, str]:
        """ "Version: 5.2" on each line; a line without a name is kept under "Note"."""
        facts: dict[str, str] = {}
        for line in self.cleaned_data["environment"].splitlines():
            name, colon, value = line.partition(":")
            if not line.strip():
                continue
            key = name.strip() if colon and value.strip() else "Note"
            said = value.strip() if colon and value.strip() else line.strip()
            facts[key] = f"{facts[key]}, {said}" if key in facts else said
        return facts

    def organisation_named(self) -> Organisation | None:
        """The organisation of this name. A new name is no organisation yet: administrators
        make those, for a partner sees more than a customer."""
        name = self.cleaned_data["organisation"].strip()
        found = Organisation.objects.filter(name__iexact=name).first() if name else None
        return found

    def clean_organisation(self) -> str:
        name = self.cleaned_data["organisation"].strip()
        if name and not Organisation.objects.filter(name__iexact=name).exists():
            raise forms.ValidationError(
                _("There is no organisation of this name. Leave it empty, or ask for it.")
            )
        return name


class CannedReplyForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60)
    body = forms.CharField(
        label=_("Text"),
        max_length=canned.BODY_LIMIT,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    shared = forms.BooleanField(label=_("For everyone"), required=False)

    @classmethod
    def of(cls, reply: CannedReply) -> CannedReplyForm:
        return cls(
            initial={
                "name": reply.name,
                "body": reply.body,
                "language": reply.language,
                "shared": reply.shared,
            }
        )
