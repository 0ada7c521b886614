"""Flags, feedback and suggestions, administered: the same queue, answered by the same verbs."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from articles import actions, rules
from articles.admin.visible import Visible
from articles.models import TEXT, Feedback, Flag, Suggestion
from articles.remarks import HEAVY, STATES, Remark
from articles.templatetags.knowledge import channel_named, hours_named, role_named
from kcs.errors import BadValue
from kcs.templatetags.ui import ago
from people.models import User
from people.site import Changed, me

ACTS = [
    ("", "---------"),
    ("take", _("Take it")),
    ("hand", _("Hand it to a colleague")),
    ("resolve", _("Resolve it with the answer")),
    ("reject", _("Reject it with the answer")),
]


def _short(text: str) -> str:
    """The beginning, in a column; the whole stands on the row's own page."""
    return Truncator(" ".join(text.split())).chars(60)


class RemarkForm(forms.ModelForm):
    act = forms.ChoiceField(label=_("What to do"), choices=ACTS)
    to = forms.ModelChoiceField(
        User.objects.agents().order_by("name"), label=_("To whom"), required=False
    )

    class Meta:
        fields: ClassVar[list[str]] = ["answer"]
        widgets: ClassVar[dict[str, Any]] = {"answer": forms.Textarea(attrs={"rows": 4})}

    def _post_clean(self) -> None:
        """The verbs look at it, in words; nothing is set on the row before."""


class StateFilter(admin.SimpleListFilter):
    """What waits stands first: it is what somebody comes here for."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [
            *((key, label) for key, (label, _in) in STATES.items() if key),
            ("all", _("All")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        asked = self.value() or ""
        if asked == "all" or asked not in STATES:
            return queryset
        return queryset.filter(state__in=STATES[asked][1])

    def choices(self, changelist: Any) -> Any:
        """The first choice is no “all”: without one chosen, what waits is shown."""
        first, *others = super().choices(changelist)
        yield {**first, "display": STATES[""][0]}
        yield from others


class WhoseFilter(admin.SimpleListFilter):
    title = _("who answers")
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("mine", _("Asked of me")), ("nobody", _("Taken by nobody"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "mine":
            return queryset.filter(owner=me(request))
        if self.value() == "nobody":
            return queryset.filter(Q(owner=None) | Q(state="open"))
        return queryset


class RemarkAdmin(Changed, Visible):
    """One list of the queue: who waits, since when, and the four things that can be done."""

    form = RemarkForm
    reviewed = True
    addable = False  # said where the article is read
    kept = _("Whoever may change the article answers what is said about it.")
    ordering = ["at", "pk"]
    search_fields = ["article__number", "article__title"]
    verbs: ClassVar[dict[str, Any]] = {}
    about: tuple[str, ...] = ()
    history = ("state_shown", "owner_shown", "taken", "answered", "answered_by", "turnaround")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request).defer(*HEAVY)
        return rows.select_related("article__domain", "by", "owner", "version")

    def may_change(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None or (obj.is_open and rules.may_answer(me(request), obj))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        sets: list[Any] = [(None, {"fields": self.about})]
        if obj is not None and self.has_change_permission(request, obj):
            sets.append((_("Answer"), {"fields": ("act", "to", "answer")}))
        elif obj is not None:
            sets.append((_("Answer"), {"fields": ("answer",)}))
        return [*sets, (_("What happened"), {"fields": self.history})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*self.about, *self.history]

    def apply(self, request: HttpRequest, thing: Remark, form: forms.ModelForm[Any]) -> None:
        by, asked = me(request), form.cleaned_data
        act = asked["act"]
        if act == "hand":
            if asked["to"] is None:
                raise BadValue(_now("Choose a colleague from the list."), field="to")
            actions.hand(thing, by=by, to=asked["to"])
        elif act == "take":
            self.verbs["take"](thing, by=by)
        else:
            self.verbs[act](thing, by=by, answer=asked["answer"])

    @admin.display(description=_("age"), ordering="at")
    def age(self, remark: Remark) -> SafeString:
        return ago(remark.at)

    @admin.display(description=_("answered after"), ordering="answered_at")
    def turnaround(self, remark: Remark) -> str:
        return hours_named(remark.hours)

    @admin.display(description=_("state"))
    def state_shown(self, remark: Remark) -> str:
        return remark.get_state_display()

    @admin.display(description=_("owner"))
    def owner_shown(self, remark: Remark) -> str:
        return str(remark.owner or "")

    @admin.display(description=_("taken"))
    def taken(self, remark: Remark) -> Any:
        return remark.taken_at

    @admin.display(description=_("answered"))
    def answered(self, remark: Remark) -> Any:
        return remark.answered_at


@admin.register(Flag)
class FlagAdmin(RemarkAdmin):
    list_display = ["age", "page", "kind", "state", "by", "owner", "turnaround", "about_it"]
    list_filter = [StateFilter, WhoseFilter, "kind", "article__domain"]
    about = ("page", "version", "kind", "passage", "note", "by", "at")
    verbs: ClassVar[dict[str, Any]] = {
        "take": actions.take,
        "resolve": actions.resolve,
        "reject": actions.reject,
    }

    @admin.display(description=_("note"))
    def about_it(self, flag: Flag) -> str:
        return _short(flag.note or flag.passage)


@admin.register(Feedback)
class FeedbackAdmin(RemarkAdmin):
    list_display = ["age", "page", "helpful", "state", "who", "owner", "turnaround", "said"]
    list_filter = [StateFilter, WhoseFilter, "helpful", "role", "channel", "article__domain"]
    about = ("page", "version", "helpful", "comment", "who", "at", "by_mail")
    verbs: ClassVar[dict[str, Any]] = {
        "take": actions.take_feedback,
        "resolve": actions.resolve_feedback,
        "reject": actions.reject_feedback,
    }

    @admin.display(description=_("comment"))
    def said(self, feedback: Feedback) -> str:
        return _short(feedback.comment)

    @admin.display(description=_("said by"))
    def who(self, feedback: Feedback) -> str:
        """A reader outside by their role, and where they said it."""
        role = str(role_named(feedback.role))
        named = f"{feedback.by} ({role})" if feedback.by else role
        return f"{named} · {channel_named(feedback.channel)}"

    @admin.display(description=_("waits for an answer by mail"), boolean=True)
    def by_mail(self, feedback: Feedback) -> bool:
        return bool(feedback.email)


@admin.register(Suggestion)
class SuggestionAdmin(Visible):
    list_display = ["at", "page", "state", "by", "decided_by"]
    list_filter = ["state"]
    list_select_related = ["article", "by", "decided_by"]
    search_fields = ["article__number", "note"]
    fields = [
        "page",
        "base",
        "by",
        "at",
        "note",
        *TEXT,
        "state",
        "decided_by",
        "decided_at",
        "reason",
    ]
    readonly_fields = ["page"]
