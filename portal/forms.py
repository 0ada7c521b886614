"""What readers fill in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class Trapped(forms.Form):
    """A form with a field that nobody sees. What fills it in is a program, not a reader."""

    website = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    @property
    def is_trapped(self) -> bool:
        return bool(self.data.get("website"))


class FeedbackForm(Trapped):
    comment = forms.CharField(
        label=_("What is missing or wrong?"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    email = forms.EmailField(
        label=_("Your e-mail"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("Only if you want an answer. It is used for nothing else."),
    )


class AskForm(forms.Form):
    subject = forms.CharField(
        label=_("What is it about?"),
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    description = forms.CharField(
        label=_("What happens, and what did you try?"),
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )


def _part(label: Any, rows: int, *, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=1_000_000,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class DraftForm(forms.Form):
    """A new article, in the words of somebody outside."""

    title = forms.CharField(
        label=_("What is it about?"),
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    issue = _part(_("What happens?"), 4)
    environment = _part(_("Where: product, version, device"), 2)
    resolution = _part(_("What helps?"), 8)


class EditForm(forms.Form):
    """The parts of an article as its reader knows them; what stays inside is not among them."""

    title = forms.CharField(label=_("Title"), max_length=300)
    note = forms.CharField(
        label=_("Why is this better?"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    base = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, words: list[tuple[str, str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        note = self.fields.pop("note")
        for name, label, value in words:
            self.fields[name] = _part(label, min(14, 3 + value.count("\n")))
            self.initial[name] = value
        self.fields["note"] = note

    def changes(self) -> dict[str, Any]:
        """What the verb takes: {"title": …, "issue": …, "parts": {…}}."""
        said = self.cleaned_data
        named = [name for name in self.fields if name not in ("note", "base")]
        return {n: said[n] for n in named if not n.startswith("parts.")} | {
            "parts": {n[6:]: said[n] for n in named if n.startswith("parts.")}
        }
