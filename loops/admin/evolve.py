"""Improvements, administered by the verbs of their pages; their history is only shown."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from loops.evolve.improvements import actions, queries, rights, words
from loops.models import Improvement
from people.models import User
from people.site import Changed, Rows, changed_values, me

ACTS = [
    ("", "---------"),
    ("accept", _("Accept")),
    ("decline", _("Decline, with the answer below")),
    ("answer", _("Answer")),
    ("ship", _("Shipped")),
    ("reopen", _("Open again")),
]
SET = ("owner", "tracker_id", "tracker_url", "due_on")


class ImprovementForm(forms.ModelForm):
    act = forms.ChoiceField(label=_("What to do"), choices=ACTS, required=False)

    class Meta:
        model = Improvement
        fields: ClassVar[list[str]] = [*SET, "answer"]

    def _post_clean(self) -> None:
        """The verbs look at it, in words; nothing is set on the row before."""


@admin.register(Improvement)
class ImprovementAdmin(Changed):
    """What should be done, what costs most first."""

    form = ImprovementForm
    reviewed = True
    addable = False  # found at night, or proposed on their page
    kept = _("You may not decide about this.")
    list_display = ["title", "kind", "state", "cost", "domain", "owner", "at", "said"]
    list_filter = ["kind", "state", ("owner", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["domain", "owner", "by"]
    search_fields = ["title", "article__number", "tracker_id"]
    ordering = ["-cost", "-pk"]
    about = (
        "title",
        "text",
        "kind",
        "state",
        "domain",
        "by",
        "at",
        "cost",
        "why",
        "said",
        "page",
    )
    decided = ("decided_by", "decided_at", "answered_by", "shipped_by", "shipped_at")
    below = (Rows(_("what happened"), "events", ("at", "verb", "by")),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return queries.visible_to(me(request))

    def may_change(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None or rights.may_change(me(request), obj)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        open_fields = (
            ("act", "answer", *SET) if self.has_change_permission(request, obj) else ()
        )
        shown = () if open_fields else ("answer", *SET)
        return [
            (None, {"fields": self.about}),
            (_("Decision"), {"fields": (*open_fields, *shown)}),
            (_("What happened"), {"fields": self.decided}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*self.about, *self.decided]

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "owner":
            works = User.objects.agents() | User.objects.filter(is_product=True, is_active=True)
            kwargs["queryset"] = works.order_by("name", "email")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def apply(
        self, request: HttpRequest, thing: Improvement, form: forms.ModelForm[Any]
    ) -> None:
        by, asked = me(request), form.cleaned_data
        if moved := changed_values(form, *SET):
            actions.change(thing, by=by, changes=moved)
        act, said = asked["act"], asked["answer"]
        if act == "accept":
            actions.accept(thing, by=by, owner=asked["owner"])
        elif act == "decline":
            actions.decline(thing, by=by, answer=said)
        elif act == "ship":
            actions.ship(thing, by=by)
        elif act == "reopen":
            actions.reopen(thing, by=by)
        if act in ("", "accept", "answer", "ship") and "answer" in form.changed_data:
            actions.answer(thing, by=by, text=said)

    @admin.display(description=_("why"))
    def why(self, row: Improvement) -> str:
        return " · ".join(words.reasons(row))

    @admin.display(description=_("effect"))
    def said(self, row: Improvement) -> str:
        badge = words.effect_badge(row.effect)
        return badge[1] if badge else ""

    @admin.display(description=_("page"))
    def page(self, row: Improvement) -> SafeString:
        where = reverse("insights:improvement", args=[row.pk])
        return format_html('<a href="{}">{}</a>', where, _("Open its page"))
