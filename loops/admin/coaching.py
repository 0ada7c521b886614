"""Reviews, notes, proposals and goals, administered: by coaches and domain experts.

Each list holds what its reader may read, an administrator's too: empty until they say why on the
person's page. What is not in the list is not there at all.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from loops.coaching import access, goals, packets, reviewing
from loops.coaching.forms import Question, answers_from, given_for, questions_of
from loops.models import CoachNote, Goal, Link, Proposal, Sample
from people.models import Team, User
from people.site import Changed, Rows, me

HISTORY = Rows(_("what happened"), "events", ("at", "verb", "by"))


class Private(Changed):
    """Rows for those who may read results. The verbs ask who may do what."""

    reviewed = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        return rows.readable_by(me(request))

    def _get_obj_does_not_exist_redirect(self, *_args: Any) -> HttpResponse:
        """Hidden and missing are the same."""
        raise Http404

    def coachees(self, request: HttpRequest) -> QuerySet[User]:
        return User.objects.agents().filter(coach=me(request))


class SampleForm(forms.ModelForm):
    note = forms.CharField(
        label=_("Note"), required=False, max_length=5000, widget=forms.Textarea({"rows": 4})
    )

    class Meta:
        model = Sample
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        sample = kwargs["instance"]
        kwargs["initial"] = {
            **given_for(sample), "note": sample.note, **(kwargs.get("initial") or {})
        }  # fmt: skip
        super().__init__(*args, **kwargs)

    def _post_clean(self) -> None:
        """The verb looks at it, in words; nothing is set on the sample before."""


def explained(sample: Sample) -> dict[str, Question]:
    """The questions, each naming the article that it is about, with good and bad examples."""
    asked = questions_of(sample)
    for field in asked.values():
        if isinstance(field.about, Link):
            field.label = f"{field.about.article.number} · {field.label}"
        elif field.about is not None:
            field.help_text = format_html(
                "{} {}: “{}” {}: “{}”",
                *(field.about.why, _("Good"), field.about.good),
                *(_("Not good"), field.about.bad),
            )
    return asked


@admin.register(Sample)
class SampleAdmin(Private):
    form = SampleForm
    addable = False  # chance draws them
    list_display = [
        "number",
        "person",
        "kind",
        "about",
        "state",
        "passed",
        "drawn_at",
        "reviewed_by",
    ]
    list_filter = [
        "state",
        "kind",
        "passed",
        ("person", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["person", "ticket", "article", "version", "reviewed_by"]
    search_fields = ["person__name", "person__email", "ticket__number", "article__number"]
    readonly_fields = ["whose", "kind", "page", "drawn_by", "stratum", "drawn_at", "given"]
    below = (HISTORY,)

    @admin.display(description=_("sample"), ordering="pk")
    def number(self, sample: Sample) -> int:
        return sample.pk

    @admin.display(description=_("about"))
    def about(self, sample: Sample) -> str:
        if sample.ticket is not None:
            return f"{sample.ticket.number} {sample.ticket.subject}"[:70]
        title = sample.version.title[:60] if sample.version else ""
        return f"{sample.article.number if sample.article else ''} {title}"

    @admin.display(description=_("page"))
    def page(self, sample: Sample) -> SafeString:
        """Where the ticket's trail or the text stands beside the questions."""
        address = reverse("coaching:sample", args=[sample.pk])
        return format_html('<a href="{}">{}</a>', address, self.about(sample))

    @admin.display(description=_("whose work"))
    def whose(self, sample: Sample) -> str:
        return str(sample.person)

    @admin.display(description=_("drawn by"))
    def drawn_by(self, sample: Sample) -> str:
        return str(sample.coach)

    @admin.display(description=_("answers"))
    def given(self, sample: Sample) -> SafeString | str:
        asked = {name: field.label for name, field in questions_of(sample).items()}
        asked |= {name: label for name, (label, _good) in reviewing.ASKS.items()}
        lines = [
            (asked.get(name, name), said)
            for name, said in sample.answers.items()
            if isinstance(said, str)
        ]
        for link in sample.answers.get("links", []):
            judged = ", ".join(f"{ask}: {link.get(ask)}" for ask in reviewing.LINK_ASKS)
            lines.append((link.get("article"), judged))
        return format_html_join("", "<div>{} <b>{}</b></div>", lines) if lines else "–"

    def may_change(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None or access.may_review(me(request), obj)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        about = ["whose", "kind", "page", "drawn_by", "stratum", "drawn_at"]
        if obj is None or not self.may_change(request, obj):
            return [(None, {"fields": [*about, "state", "given", "score", "note"]})]
        return [
            (None, {"fields": about}),
            (_("Review"), {"fields": [*questions_of(obj), "note"]}),
        ]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is not None and self.may_change(request, obj):
            kwargs["form"] = type("AskedForm", (SampleForm,), dict(explained(obj)))
        return super().get_form(request, obj, change=change, **kwargs)

    def apply(self, request: HttpRequest, thing: Sample, form: forms.ModelForm[Any]) -> None:
        asked = form.cleaned_data
        answers = answers_from(asked, questions_of(thing))
        reviewing.review(thing, by=me(request), answers=answers, note=asked["note"])


class NoteForm(forms.ModelForm):
    class Meta:
        model = CoachNote
        fields = ["person", "text", "shared"]

    def _post_clean(self) -> None:
        """The verb looks at it."""


@admin.register(CoachNote)
class CoachNoteAdmin(Private):
    form = NoteForm
    list_display = ["at", "person", "coach", "shared", "beginning"]
    list_filter = [("person", admin.RelatedOnlyFieldListFilter), "shared"]
    list_select_related = ["person", "coach"]
    search_fields = ["person__name", "text"]

    @admin.display(description=_("note"))
    def beginning(self, note: CoachNote) -> str:
        return note.text[:80]

    def may_change(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was said stays said."""
        return obj is None

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "person":
            kwargs["queryset"] = self.coachees(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def apply(
        self, request: HttpRequest, thing: CoachNote | None, form: forms.ModelForm[Any]
    ) -> Model:
        asked = form.cleaned_data
        return packets.write_note(
            asked["person"], by=me(request), text=asked["text"], shared=asked["shared"]
        )


class ProposalForm(forms.ModelForm):
    decision = forms.ChoiceField(
        label=_("Decision"),
        required=False,
        choices=[("", "—"), ("granted", _("Grant")), ("declined", _("Decline"))],
    )

    class Meta:
        model = Proposal
        fields = ["person", "competency", "reason", "answer"]

    def _post_clean(self) -> None:
        """The verbs look at it."""


@admin.register(Proposal)
class ProposalAdmin(Private):
    form = ProposalForm
    list_display = ["at", "person", "competency", "state", "by", "decided_by"]
    list_filter = ["state", "competency"]
    list_select_related = ["person", "by", "decided_by"]
    search_fields = ["person__name", "person__email"]

    def may_change(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None or (
            obj.state == Proposal.State.OPEN and packets.may_decide(me(request), obj.person)
        )

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ["person", "competency", "reason"]
        told = ["person", "competency", "reason", "evidence", "by", "at", "state"]
        if self.may_change(request, obj):
            return [*told, "decision", "answer"]
        return [*told, "decided_by", "decided_at", "answer"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return (
            [n for n in self.get_fields(request, obj) if n not in ("decision", "answer")]
            if (obj is not None)
            else []
        )

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "person":
            kwargs["queryset"] = self.coachees(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def apply(
        self, request: HttpRequest, thing: Proposal | None, form: forms.ModelForm[Any]
    ) -> Model:
        by, asked = me(request), form.cleaned_data
        if thing is None:
            return packets.propose(
                asked["person"], competency=asked["competency"], reason=asked["reason"], by=by
            )
        if asked["decision"]:
            granted = asked["decision"] == "granted"
            packets.decide(thing, by=by, granted=granted, answer=asked["answer"])
        return thing


class GoalForm(forms.ModelForm):
    measure = forms.ChoiceField(
        label=_("Measure"),
        choices=[
            *Goal.Measure.choices,
            (_("Not possible: counts of acts"), list(goals.ACTIVITY.items())),
        ],
        help_text=_("Shares of what was judged. A target on a count of acts is refused."),
    )
    target = forms.FloatField(
        label=_("Target"), help_text=_("A share: 0.9 is ninety per cent.")
    )
    ended = forms.BooleanField(label=_("End this goal"), required=False)

    class Meta:
        model = Goal
        fields = ["person", "team", "measure", "target", "due_on"]

    def _post_clean(self) -> None:
        """The verbs look at it."""


@admin.register(Goal)
class GoalAdmin(Private):
    form = GoalForm
    list_display = ["at", "person", "team", "measure", "target", "due_on", "by", "ended_at"]
    list_filter = ["measure", ("ended_at", admin.EmptyFieldListFilter)]
    list_select_related = ["person", "team", "by"]
    search_fields = ["person__name", "team__name"]

    def may_change(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None or (
            obj.ended_at is None
            and goals.may_set(me(request), person=obj.person, team=obj.team)
        )

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        told = ["person", "team", "measure", "target", "due_on"]
        if obj is None:
            return told
        return [*told, "by", "at", "ended" if self.may_change(request, obj) else "ended_at"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [] if obj is None else [n for n in self.get_fields(request, obj) if n != "ended"]

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "person":
            own = User.objects.filter(pk=me(request).pk)
            kwargs["queryset"] = self.coachees(request) | own
        if db_field.name == "team":
            kwargs["queryset"] = Team.objects.filter(manager=me(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def apply(
        self, request: HttpRequest, thing: Goal | None, form: forms.ModelForm[Any]
    ) -> Model:
        by, asked = me(request), form.cleaned_data
        if thing is None:
            wanted = ("person", "team", "measure", "target", "due_on")
            return goals.set_goal(by=by, **{name: asked[name] for name in wanted})
        return goals.end_goal(thing, by=by) if asked["ended"] else thing

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The admin undoes all that a refused form did, the record of the refusal too: it is
        written again once that is over."""
        response = super().changeform_view(request, object_id, form_url, extra_context)
        refusal = getattr(request, "refusal", None)
        if refusal is not None and refusal.code == goals.CODE:
            asked = request.POST
            whom = f"person {asked.get('person')}" if asked.get("person") else "team"
            goals.note_refusal(
                by=me(request), measure=asked.get("measure", "")[:40],
                target=asked.get("target", ""), whom=whom,
            )  # fmt: skip
        return response
