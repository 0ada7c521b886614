"""Templates, administered: which further parts articles have."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from articles.models import TEXT, Template
from people.site import Plain


class TemplateForm(forms.ModelForm):
    class Meta:
        model = Template
        fields = ["name", "is_default", "parts"]

    def _get_validation_exclusions(self) -> set[str]:
        """Another one may be preselected now: saving this one changes that first."""
        return {*super()._get_validation_exclusions(), "is_default"}  # type: ignore[misc]

    def clean_parts(self) -> list[dict[str, str]]:
        """Parts are a list of {key, label, hint}; a key that articles use cannot go."""
        parts = self.cleaned_data["parts"] or []
        if not isinstance(parts, list) or not all(
            isinstance(part, dict)
            and {"key", "label"} <= set(part) <= {"key", "label", "hint"}
            and all(isinstance(value, str) for value in part.values())
            and part["label"].strip()
            for part in parts
        ):
            raise forms.ValidationError(
                _('Write a list like [{"key": "symptoms", "label": "Symptoms", "hint": ""}].')
            )
        keys = [part["key"] for part in parts]
        if not all(key.isascii() and key.replace("_", "").isalnum() for key in keys):
            raise forms.ValidationError(_("Keys have Latin letters, digits and underscores."))
        if len(set(keys)) < len(keys) or set(keys) & set(TEXT):
            raise forms.ValidationError(
                _("Each key stands once, and is none of the fixed parts.")
            )
        if self.instance.pk:
            before = {part["key"] for part in Template.objects.get(pk=self.instance.pk).parts}
            for gone in before - set(keys):
                if self.instance.article_set.filter(parts__has_key=gone).exists():
                    raise forms.ValidationError(
                        _("Articles have the part “%(key)s”: it stays."), params={"key": gone}
                    )
        return parts


@admin.register(Template)
class TemplateAdmin(Plain):
    form = TemplateForm
    list_display = ["name", "is_default", "keys"]
    fields = ["name", "is_default", "parts"]

    @admin.display(description=_("further parts"))
    def keys(self, template: Template) -> str:
        return ", ".join(part["label"] for part in template.parts)

    def save_model(
        self, request: HttpRequest, obj: Template, form: forms.ModelForm[Any], change: bool
    ) -> None:
        if obj.is_default:  # one is preselected: this one from now on
            Template.objects.filter(is_default=True).exclude(pk=obj.pk).update(is_default=False)
        super().save_model(request, obj, form, change)
