"""What is typed on the pages of questions. The verbs say whether it may be."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from loops.asking import actions


class PersonField(forms.ModelChoiceField):
    """A colleague, by name."""

    def __init__(self, **more: Any) -> None:
        super().__init__(queryset=None, **more)


class AskForm(forms.Form):
    title = forms.CharField(label=_("Your question"), max_length=actions.TITLE)
    text = forms.CharField(
        label=_("What you have tried"),
        required=False,
        max_length=actions.TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    query = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)
    asked = PersonField(empty_label=_("Choose a person"), label=_("Anybody else"))

    def __init__(self, people: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["asked"].queryset = people.order_by("name", "pk")  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    text = forms.CharField(
        label=_("Your answer"),
        max_length=actions.TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Write the steps as you would do them: they become the resolution."),
    )


class PassForm(forms.Form):
    to = PersonField(empty_label=_("Choose a person"), label=_("To"))
    reason = forms.CharField(label=_("Why"), required=False, max_length=300)

    def __init__(self, people: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = people.order_by("name", "pk")  # type: ignore[attr-defined]
