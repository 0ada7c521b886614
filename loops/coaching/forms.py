"""What coaches fill in. The verbs say whether it may be."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from loops.coaching import goals, reviewing
from loops.models import Goal, Sample
from people.actions.accounts import LADDER
from people.models import User

YES_NO = [("yes", _("Yes")), ("no", _("No")), ("na", _("Does not apply"))]


class Question(forms.ChoiceField):
    """Yes, no, or does not apply. What beside it helps to answer stands in `about`."""

    def __init__(self, *, about: Any = None, **kwargs: Any) -> None:
        self.about = about
        super().__init__(choices=YES_NO, widget=forms.RadioSelect, required=False, **kwargs)


def questions_of(sample: Sample) -> dict[str, Question]:
    """What is asked about this sample, by the name of the field."""
    if sample.kind == Sample.Kind.CONTENT:
        return {
            one.key: Question(label=one.asks, help_text=one.why, about=one)
            for one in reviewing.criteria_of(sample)
        }
    links = reviewing.links_of(sample)
    asked = {
        key: Question(label=label)
        for key, (label, _good) in reviewing.ASKS.items()
        # Follows from the links, where there are any.
        if key != "linked_right" or not links
    }
    for link in links:
        for ask, label in reviewing.LINK_ASKS.items():
            asked[f"{ask}-{link.article.number}"] = Question(label=label, about=link)
    return asked


def given_for(sample: Sample) -> dict[str, str]:
    """The answers that stand there already, by the name of the field."""
    given = {key: said for key, said in sample.answers.items() if isinstance(said, str)}
    for link in sample.answers.get("links", []):
        given |= {
            f"{ask}-{link.get('article')}": link.get(ask, "") for ask in reviewing.LINK_ASKS
        }
    return given


def answers_from(cleaned: dict[str, Any], names: Any) -> dict[str, Any]:
    """As the verb takes them: {"searched": …, "links": [{"article": …, "relevant": …}]}."""
    answers: dict[str, Any] = {}
    links: dict[str, dict[str, str]] = {}
    for name in names:
        ask, _dash, number = name.partition("-")
        if number and ask in reviewing.LINK_ASKS:
            links.setdefault(number, {"article": number})[ask] = cleaned.get(name, "")
        else:
            answers[name] = cleaned.get(name, "")
    if links:
        answers["links"] = list(links.values())
    return answers


class ReviewForm(forms.Form):
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "What you would say over a coffee: the person, you and the manager read it."
        ),
    )

    def __init__(self, sample: Sample, *args: Any, **kwargs: Any) -> None:
        self.asked = questions_of(sample)
        kwargs["initial"] = {**given_for(sample), "note": sample.note}
        super().__init__(*args, **kwargs)
        self.fields = {**self.asked, **self.fields}

    def answers(self) -> dict[str, Any]:
        return answers_from(self.cleaned_data, self.asked)

    def about(self) -> list[Any]:
        """The questions about the whole."""
        return [self[name] for name, field in self.asked.items() if not self._of_link(field)]

    def about_links(self) -> list[tuple[Any, list[Any]]]:
        """The links, each with its three questions."""
        told: dict[int, tuple[Any, list[Any]]] = {}
        for name, field in self.asked.items():
            if self._of_link(field):
                told.setdefault(field.about.pk, (field.about, []))[1].append(self[name])
        return list(told.values())

    @staticmethod
    def _of_link(field: Question) -> bool:
        return hasattr(field.about, "delivered")


class DrawForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("What"), choices=Sample.Kind, widget=forms.Select({"class": "input"})
    )
    n = forms.IntegerField(
        label=_("How many"),
        initial=3,
        min_value=1,
        max_value=20,
        widget=forms.NumberInput({"class": "input"}),
    )


class ExpertDrawForm(DrawForm):
    person = forms.ModelChoiceField(
        User.objects.none(), label=_("Whose work"), empty_label=_("Choose a colleague")
    )

    field_order = ["person", "kind", "n"]

    def __init__(self, people: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people  # type: ignore[attr-defined]
        self.fields["n"].initial = 1


class NoteForm(forms.Form):
    text = forms.CharField(
        label=_("What you talked about"), widget=forms.Textarea(attrs={"rows": 3})
    )
    shared = forms.BooleanField(
        label=_("The coachee reads it"),
        required=False,
        initial=True,
        help_text=_("Otherwise it is yours alone."),
    )


class ProposeForm(forms.Form):
    competency = forms.ChoiceField(label=_("Competency"))
    reason = forms.CharField(
        label=_("Why"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The evidence of today is added and stays as it is."),
    )

    def __init__(self, person: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["competency"].choices = [  # type: ignore[attr-defined]
            pair for pair in User.Competency.choices if pair[0] != person.competency
        ]


class RevokeForm(forms.Form):
    competency = forms.ChoiceField(label=_("Competency from now on"))
    evidence = forms.CharField(
        label=_("Why"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Stands in the history that administrators read: name no results."),
    )

    def __init__(self, person: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        below = LADDER[: LADDER.index(person.competency)] if person.competency else ()
        named = dict(User.Competency.choices)
        self.fields["competency"].choices = [  # type: ignore[attr-defined]
            (name, named[name]) for name in reversed(below)
        ]


class GoalForm(forms.Form):
    """Shares alone can be chosen; what cannot stands there too, with the reason."""

    measure = forms.ChoiceField(label=_("Measure"), widget=forms.RadioSelect)
    percent = forms.DecimalField(
        label=_("Goal in per cent"), min_value=0, max_value=100, decimal_places=1
    )
    due_on = forms.DateField(
        label=_("By"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Taken in as well, so that the verb answers with the reason, and not "invalid choice".
        self.fields["measure"].choices = [  # type: ignore[attr-defined]
            *Goal.Measure.choices, *goals.ACTIVITY.items()
        ]  # fmt: skip

    @property
    def refused(self) -> list[tuple[str, Any]]:
        return list(goals.ACTIVITY.items())

    @property
    def offered(self) -> list[tuple[str, Any]]:
        return list(Goal.Measure.choices)

    @property
    def why_not(self) -> str:
        return goals.why_not()

    def asked(self) -> dict[str, Any]:
        return {
            "measure": self.cleaned_data["measure"],
            "target": float(self.cleaned_data["percent"]) / 100,
            "due_on": self.cleaned_data["due_on"],
        }


class OpenForm(forms.Form):
    reason = forms.CharField(
        label=_("Why do you open them?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The person is told and reads this. They stay open for half an hour."),
    )
