"""The content standard, administered: its questions, a row each; saving publishes the next one."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from articles import actions
from articles.actions.standards import TOLD
from articles.admin.rows import Row, RowSet, RowsForm, row_set
from articles.models import Standard
from people.site import Changed, Rows, me

AREA = forms.Textarea(attrs={"rows": 3, "cols": 26})


class CriterionRow(Row):
    key = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    asks = forms.CharField(label=_("Question"), max_length=200, widget=AREA)
    why = forms.CharField(label=_("Why"), required=False, max_length=500, widget=AREA)
    weight = forms.IntegerField(
        label=_("Weight"),
        min_value=1,
        max_value=10,
        initial=1,
        widget=forms.NumberInput(attrs={"size": 3}),
    )
    good = forms.CharField(label=_("Good example"), required=False, widget=AREA)
    bad = forms.CharField(label=_("Bad example"), required=False, widget=AREA)

    field_order = ["place", "asks", "why", "weight", "good", "bad"]


class StandardForm(RowsForm):
    class Meta:
        model = Standard
        fields = ["title"]

    @cached_property
    def criteria(self) -> RowSet:
        shown = self.instance if self.instance.pk else Standard.objects.current()
        rows = shown.criteria.all() if shown else []
        initial = [
            {**{name: getattr(one, name) for name in TOLD}, "place": place}
            for place, one in enumerate(rows, start=1)
        ]
        made = row_set(
            CriterionRow, self.data if self.is_bound else None, initial, prefix="criteria"
        )
        made.title = _("Criteria")
        made.hint = _(
            "Weights go from 1 to 10. Saving publishes the next version; reviews keep the "
            "version they used, and new empty rows appear."
        )
        return made

    def tables(self) -> list[RowSet]:
        return [self.criteria]


@admin.register(Standard)
class StandardAdmin(Changed):
    """Administrators publish; whoever reviews sees what it is reviewed by."""

    reviewed = True
    form = StandardForm
    change_form_template = "admin/rows.html"
    list_display = ["title", "number", "is_current", "made_by", "made_at"]
    list_select_related = ["made_by"]
    fields = ["title"]
    below = (
        Rows(_("criteria"), "criteria", ("place", "asks", "weight", "why", "good", "bad")),
    )
    kept = _("Only administrators publish the content standard.")

    def may_change(self, request: HttpRequest, obj: Standard | None = None) -> bool:
        # An earlier version stays as it was for the reviews that used it.
        return super().may_change(request) and (obj is None or obj.is_current)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        response = super().render_change_form(request, context, *args, **kwargs)
        if self.has_change_permission(request, kwargs.get("obj")):
            context["below"] = []  # the form shows them
        return response

    def apply(
        self, request: HttpRequest, thing: Standard | None, form: forms.ModelForm[Any]
    ) -> Standard:
        rows = form.criteria.told()  # type: ignore[attr-defined]
        return actions.publish_standard(
            by=me(request),
            title=form.cleaned_data["title"],
            criteria=[{name: row[name] for name in TOLD} for row in rows],
        )
