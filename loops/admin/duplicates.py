"""Pairs and merges, administered: reviewers decide here as on the pages."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from loops.duplicates import actions, queries
from loops.models import Merge, Pair
from people.site import Changed, me

ACTS = [
    ("", "---------"),
    ("merge", _("Merge, with what both say")),
    ("dismiss", _("Not duplicates, for the reason below")),
]


class PairForm(forms.ModelForm):
    act = forms.ChoiceField(label=_("What to do"), choices=ACTS, required=False)

    class Meta:
        model = Pair
        fields: ClassVar[list[str]] = ["reason"]

    def _post_clean(self) -> None:
        """The verbs look at it, in words; nothing is set on the row before."""


class Waiting(admin.SimpleListFilter):
    """What waits for a decision stands first."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [*Pair.State.choices[1:], ("all", _("All"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        asked = self.value() or Pair.State.OPEN
        return queryset if asked == "all" else queryset.filter(state=asked)

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        yield {**first, "display": Pair.State.OPEN.label}
        yield from others


@admin.register(Pair)
class PairAdmin(Changed):
    """Articles that may be one, with the evidence."""

    form = PairForm
    reviewed = True
    addable = False  # found every night
    kept = _("You may not decide about duplicates.")
    list_display = ["older_title", "newer_title", "degree", "said", "shared", "found_at"]
    list_filter = [Waiting]
    search_fields = ["older__number", "newer__number", "older__title", "newer__title"]
    ordering = ["-tickets", "-likeness", "pk"]
    about = ("older_title", "newer_title", "degree", "said", "shared", "compare")
    history = ("state", "decided_by", "decided_at", "found_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return queries.pairs_for(me(request))

    def may_change(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = ("change", "merge") in me(request).rights
        return allowed and (obj is None or obj.state in (Pair.State.OPEN, Pair.State.GONE))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        decided = ("act", "reason") if self.has_change_permission(request, obj) else ("reason",)
        return [
            (None, {"fields": self.about}),
            (_("Decision"), {"fields": decided}),
            (_("What happened"), {"fields": self.history}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*self.about, *self.history]

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The tickets of all rows at once: only those that this person sees are counted."""
        found = super().get_changelist_instance(request)
        shared = queries.shared_tickets(list(found.result_list), me(request))
        for pair in found.result_list:
            pair.seen_tickets = shared.get((pair.older_id, pair.newer_id), [])
        return found

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        pair: Any = super().get_object(request, object_id, from_field)
        if pair is not None:
            shared = queries.shared_tickets([pair], me(request))
            pair.seen_tickets = shared.get((pair.older_id, pair.newer_id), [])
        return pair

    def apply(self, request: HttpRequest, thing: Pair, form: forms.ModelForm[Any]) -> None:
        asked = form.cleaned_data
        if asked["act"] == "merge":
            actions.merge(thing.older, thing.newer, by=me(request), note=asked["reason"])
        elif asked["act"] == "dismiss":
            actions.dismiss(thing, by=me(request), reason=asked["reason"])

    @admin.display(description=_("older"), ordering="older__title")
    def older_title(self, pair: Pair) -> str:
        return f"{pair.older.number} {pair.older.title}"

    @admin.display(description=_("newer"), ordering="newer__title")
    def newer_title(self, pair: Pair) -> str:
        return f"{pair.newer.number} {pair.newer.title}"

    @admin.display(description=_("likeness"), ordering="likeness")
    def degree(self, pair: Pair) -> str:
        return queries.degree(pair)

    @admin.display(description=_("both say"))
    def said(self, pair: Pair) -> str:
        return ", ".join(pair.words)

    @admin.display(description=_("tickets of both"))
    def shared(self, pair: Any) -> SafeString:
        return format_html_join(
            ", ",
            '<a href="{}">{}</a>',
            (
                (reverse("solve:workspace", args=[one["number"]]), one["number"])
                for one in getattr(pair, "seen_tickets", [])[: queries.SHARED]
            ),
        )

    @admin.display(description=_("side by side"))
    def compare(self, pair: Pair) -> SafeString:
        where = reverse("duplicates:merge", args=[pair.older.number, pair.newer.number])
        return format_html('<a href="{}">{}</a>', where, _("Compare and merge"))


class MergeForm(forms.ModelForm):
    undo = forms.BooleanField(
        label=_("Undo this merge"),
        required=False,
        help_text=_("Both articles are as before; what was linked since stays."),
    )

    class Meta:
        model = Merge
        fields: ClassVar[list[str]] = []

    def _post_clean(self) -> None:
        """The verb looks at it, in words."""


@admin.register(Merge)
class MergeAdmin(Changed):
    """Articles that became one, and the way back."""

    form = MergeForm
    reviewed = True
    addable = False  # made on the page of two articles
    kept = _("You may not undo this merge.")
    list_display = ["at", "kept_number", "gone_number", "by", "note", "undone_at"]
    list_filter = [("undone_at", admin.EmptyFieldListFilter)]
    list_select_related = ["kept", "gone", "by", "undone_by"]
    search_fields = ["kept__number", "gone__number"]
    about = ("at", "kept_number", "gone_number", "by", "note", "page", "undone_at", "undone_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return queries.merges_for(me(request)).defer("taken")

    def may_change(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = ("change", "merge") in me(request).rights
        return allowed and (obj is None or obj.undone_at is None)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        undo = ("undo",) if self.has_change_permission(request, obj) else ()
        return [(None, {"fields": (*self.about, *undo)})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.about

    def apply(self, request: HttpRequest, thing: Merge, form: forms.ModelForm[Any]) -> None:
        if form.cleaned_data["undo"]:
            actions.undo_merge(thing, by=me(request))

    @admin.display(description=_("stays"), ordering="kept__number")
    def kept_number(self, merge: Merge) -> str:
        return f"{merge.kept.number} {merge.kept.title}"

    @admin.display(description=_("went"), ordering="gone__number")
    def gone_number(self, merge: Merge) -> str:
        return f"{merge.gone.number} {merge.gone.title}"

    @admin.display(description=_("page"))
    def page(self, merge: Merge) -> SafeString:
        where = reverse("duplicates:merges", args=[merge.kept.number])
        return format_html('<a href="{}">{}</a>', where, _("Open its page"))
