"""How measures are computed: versions that administrators write and choose, and what recounts
found."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from kcs.errors import Refused
from loops.evolve.rollups import definitions
from loops.models import Definition, Recount
from people.site import Changed, Shown, me


class DefinitionForm(forms.ModelForm):
    value = forms.IntegerField(label=_("value"), required=False, help_text=_("See below."))

    class Meta:
        model = Definition
        fields = ["key", "note", "active"]


@admin.register(Definition)
class DefinitionAdmin(Changed):
    """A new version counts once it is active: then all history is counted by it."""

    form = DefinitionForm
    list_display = ["measure", "version", "values", "active", "note", "by", "at"]
    list_filter = ["active", "key"]
    list_select_related = ["by"]
    actions = ["choose"]
    kept = _("Only administrators decide how figures are computed.")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ["key", "value", "note", "meaning"]
        return ["key", "version", "values", "note", "by", "at", "active"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        if obj is None:
            return ["meaning"]
        fixed = ["key", "version", "values", "note", "by", "at"]
        # It ends to count when another version begins to.
        return [*fixed, "active"] if obj.active else fixed

    @admin.display(description=_("measure"), ordering="key")
    def measure(self, row: Definition) -> str:
        return row.get_key_display()

    @admin.display(description=_("values"))
    def values(self, row: Definition) -> str:
        known = definitions.VALUES.get(row.key, {})
        return ", ".join(
            f"{known[name][2] if name in known else name}: {value}"
            for name, value in row.parameters.items()
        )

    @admin.display(description=_("what the values mean"))
    def meaning(self, row: Definition) -> SafeString:
        names = dict(Definition.Key.choices)
        lines = format_html_join(
            "",
            "<li>{}: {} ({}–{})</li>",
            (
                (names[key], label, least, most)
                for key, values in definitions.VALUES.items()
                for least, most, label in values.values()
            ),
        )
        return format_html("<ul>{}</ul>", lines)

    def apply(
        self, request: HttpRequest, thing: Definition | None, form: forms.ModelForm[Any]
    ) -> Model | None:
        if thing is not None:
            if form.cleaned_data.get("active") and not thing.active:
                return definitions.activate(thing, by=me(request))
            return None
        key, value = form.cleaned_data["key"], form.cleaned_data["value"]
        name = next(iter(definitions.VALUES[key]))
        return definitions.define(
            key, by=me(request), values={name: value}, note=form.cleaned_data["note"]
        )

    @admin.action(description=_("Count by this version"))
    def choose(self, request: HttpRequest, chosen: QuerySet[Definition]) -> None:
        for row in chosen:
            try:
                definitions.activate(row, by=me(request))
            except Refused as refusal:
                self.message_user(request, f"{row}: {refusal}", messages.ERROR)


@admin.register(Recount)
class RecountAdmin(Shown):
    """Days that were not what the rows say when they were counted again. They were mended."""

    list_display = ["day", "at", "tables"]
    fields = ["day", "at", "differed"]
    readonly_fields = ["differed"]

    @admin.display(description=_("figures"))
    def tables(self, row: Recount) -> str:
        return ", ".join(sorted(row.rows))

    @admin.display(description=_("rows that differed: before, after"))
    def differed(self, row: Recount) -> SafeString:
        return format_html("<pre>{}</pre>", json.dumps(row.rows, indent=1, ensure_ascii=False))
