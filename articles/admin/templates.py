"""Templates, administered: what authors are asked for, part by part, a row each."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from articles import actions, parts
from articles.admin.rows import Row, RowSet, RowsForm, row_set
from articles.models import PARTS, Template
from articles.tasks import follow
from people.site import Changed, me

LINE = forms.TextInput(attrs={"class": "vTextField"})
AREA = forms.Textarea(attrs={"rows": 2, "cols": 30})
INTERNAL = _("Internal")


class FixedRow(Row):
    """A part that every article has: asked for or not, with which hint, inside only or not."""

    name = forms.ChoiceField(
        choices=[(name, name) for name in PARTS], widget=forms.HiddenInput, required=True
    )
    shown = forms.BooleanField(label=_("Asked for"), required=False)
    hint = forms.CharField(label=_("Hint"), required=False, max_length=500, widget=LINE)
    internal = forms.BooleanField(label=INTERNAL, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["place"]

    def heading(self) -> str:
        return parts.labels().get(str(self["name"].value()), "")


class PartRow(Row):
    """A further part; its key is made of its label once and stays."""

    key = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    label = forms.CharField(label=_("Label"), max_length=80, widget=forms.TextInput)
    hint = forms.CharField(label=_("Hint"), required=False, max_length=500, widget=LINE)
    shown = forms.BooleanField(label=_("Asked for"), required=False, initial=True)
    internal = forms.BooleanField(label=INTERNAL, required=False)
    locked = forms.BooleanField(label=_("Fixed text"), required=False)
    text = forms.CharField(
        label=_("What it says in every article"), required=False, widget=AREA
    )

    field_order = ["place", "label", "hint", "shown", "internal", "locked", "text"]


class TemplateForm(RowsForm):
    class Meta:
        model = Template
        fields = ["name", "is_default", "is_active"]

    def _get_validation_exclusions(self) -> set[str]:
        """Another one may be preselected now: saving this one changes that first."""
        return {*super()._get_validation_exclusions(), "is_default"}  # type: ignore[misc]

    @cached_property
    def fixed_rows(self) -> RowSet:
        usual, said = parts.hints(), self.instance.fixed
        initial = [
            {
                "name": name,
                "shown": not said.get(name, {}).get("hidden"),
                "hint": said.get(name, {}).get("hint") or "",
                "internal": bool(said.get(name, {}).get("internal")),
            }
            for name in PARTS
        ]
        made = row_set(
            FixedRow, self.data if self.is_bound else None, initial, prefix="fixed", grows=False
        )
        made.title = _("Parts of every article")
        made.hint = _("What is not asked for stays where it already stands.")
        for row in made.forms:
            row.fields["hint"].widget.attrs["placeholder"] = usual.get(
                str(row["name"].value()), ""
            )
        return made

    @cached_property
    def part_rows(self) -> RowSet:
        initial = [
            {
                **{n: part.get(n, "") for n in ("key", "label", "hint", "text")},
                **{n: bool(part.get(n)) for n in ("internal", "locked")},
                "shown": not part.get("hidden"),
                "place": place,
            }
            for place, part in enumerate(self.instance.parts, start=1)
        ]
        made = row_set(
            PartRow, self.data if self.is_bound else None, initial, prefix="parts", most=40
        )
        made.title = _("Further parts")
        made.hint = _(
            "Internal parts never leave the house. A fixed text is the same in every article, "
            "and authors cannot change it. Saving brings new empty rows."
        )
        return made

    def tables(self) -> list[RowSet]:
        return [self.fixed_rows, self.part_rows]

    def told(self) -> dict[str, Any]:
        """What the form says, as the verb takes it."""
        asked = self.cleaned_data
        return {
            **{name: asked[name] for name in ("name", "is_default", "is_active")},
            "fixed": {
                row["name"]: {
                    "hidden": not row["shown"],
                    "hint": row["hint"],
                    "internal": row["internal"],
                }
                for row in self.fixed_rows.told()
            },
            "parts": [
                {
                    **{
                        n: row[n]
                        for n in ("key", "label", "hint", "internal", "locked", "text")
                    },
                    "hidden": not row["shown"],
                }
                for row in self.part_rows.told()
            ],
        }


@admin.register(Template)
class TemplateAdmin(Changed):
    form = TemplateForm
    change_form_template = "admin/template.html"
    list_display = ["name", "is_default", "is_active", "asked", "articles"]
    fields = ["name", "is_default", "is_active"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Template]:
        return super().get_queryset(request).annotate(written=Count("article"))

    @admin.display(description=_("further parts"))
    def asked(self, template: Template) -> str:
        return ", ".join(part["label"] for part in template.parts)

    @admin.display(description=_("articles"))
    def articles(self, template: Template) -> int:
        return template.written  # type: ignore[attr-defined]

    def apply(
        self, request: HttpRequest, thing: Template | None, form: forms.ModelForm[Any]
    ) -> Template:
        saved = actions.save_template(thing, by=me(request), **form.told())  # type: ignore[attr-defined]
        follow(saved)
        return saved

    def get_urls(self) -> list[Any]:
        own = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"template_{name}")
            for name, view in (("copy", self.copy), ("preselect", self.preselect))
        ]
        return [*own, *super().get_urls()]

    def copy(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Another one that asks for the same, opened to be changed."""
        return _pressed(self, request, pk, actions.copy_template, _now("This is the copy."))

    def preselect(self, request: HttpRequest, pk: int) -> HttpResponse:
        done = _now("Preselected from now on.")
        return _pressed(self, request, pk, actions.make_default, done)


def _pressed(
    page: TemplateAdmin, request: HttpRequest, pk: int, verb: Any, said: str
) -> HttpResponse:
    @require_POST
    def pressed(request: HttpRequest) -> HttpResponse:
        template = verb(get_object_or_404(Template, pk=pk), by=me(request))
        messages.success(request, said)
        return redirect("admin:articles_template_change", template.pk)

    return pressed(request)
