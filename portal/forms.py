"""What readers fill in."""

from __future__ import annotations

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
