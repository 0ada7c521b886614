"""Knowledge, administered: what was written is changed by the verbs, what happened is shown."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from articles import actions, rules
from articles.models import (
    TEXT,
    Article,
    ArticleEvent,
    Feedback,
    Flag,
    Suggestion,
    Template,
)
from people.models import User
from people.site import Changed, Plain, Rows, Shown, changed_values, me

STATES = ("confidence", "audience", "governance")


VERSIONS = Rows(_("versions"), "versions", ("number", "at", "by", "note"))
EVENTS = Rows(_("what happened"), "events", ("at", "verb", "by", "version", "detail"))


class ArticleForm(forms.ModelForm):
    tags = forms.CharField(label=_("Tags"), required=False, help_text=_("Separated by commas."))
    note = forms.CharField(label=_("What changed"), required=False, max_length=300)
    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Article
        fields = [*TEXT, *STATES, "domain", "owner", "editors"]
        widgets = {"title": forms.TextInput(attrs={"class": "vTextField"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        article = kwargs.get("instance")
        if article is not None:
            kwargs["initial"] = {
                "tags": ", ".join(article.tags),
                "version": article.version_number,
                **(kwargs.get("initial") or {}),
            }
        super().__init__(*args, **kwargs)

    def clean_tags(self) -> list[str]:
        return self.cleaned_data["tags"].split(",")

    def _post_clean(self) -> None:
        """The verbs look at it, in words; nothing is set on the article before."""


@admin.register(Article)
class ArticleAdmin(Changed):
    form = ArticleForm
    addable = False  # articles are written where they are needed, beside a ticket
    list_display = [
        "number",
        "title",
        "language",
        "confidence",
        "audience",
        "governance",
        "domain",
        "owner",
        "reuse_count",
        "open_flags",
        "changed_at",
    ]
    list_display_links = ["number", "title"]
    list_filter = ["confidence", "audience", "governance", "language", "domain", "template"]
    list_select_related = ["domain", "owner"]
    search_fields = ["number", "title"]
    fieldsets = [
        (None, {"fields": ["number", "link", *TEXT, "note", "version"]}),
        (_("States"), {"fields": [*STATES]}),
        (
            _("Place"),
            {"fields": ["domain", "tags", "owner", "editors", "template", "language"]},
        ),
        (
            _("For your information"),
            {
                "fields": [
                    "origin",
                    "created_by",
                    "created_at",
                    "changed_by",
                    "changed_at",
                    "reuse_count",
                    "helped_count",
                    "view_count",
                ]
            },
        ),
    ]
    readonly_fields = [
        "number",
        "link",
        "template",
        "language",
        "origin",
        "created_by",
        "created_at",
        "changed_by",
        "changed_at",
        "reuse_count",
        "helped_count",
        "view_count",
    ]
    below = (VERSIONS, EVENTS)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Article]:
        return Article.objects.visible_to(request.user)  # type: ignore[arg-type]

    @admin.display(description=_("origin"))
    def origin(self, article: Article) -> str:
        return f"{article.origin_type} {article.origin_id}".strip()

    def formfield_for_manytomany(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        kwargs["queryset"] = User.objects.agents()
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "owner":
            kwargs["queryset"] = User.objects.agents()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """What this person may not set is not offered."""
        form = super().get_form(request, obj, change=change, **kwargs)
        if obj is not None and self.has_change_permission(request, obj):
            at = request.POST.get("confidence") or obj.confidence
            offered = rules.options(request.user, obj, confidence=at)  # type: ignore[arg-type]
            for name in STATES:
                field = form.base_fields[name]
                known = getattr(offered, name)
                field.choices = [pair for pair in field.choices if pair[0] in known]
        return form

    def apply(self, request: HttpRequest, thing: Article, form: forms.ModelForm[Any]) -> None:
        by, asked = me(request), form.cleaned_data
        words = changed_values(form, *TEXT)
        states = changed_values(form, *STATES)
        about = changed_values(form, "domain", "owner", "tags", "editors")
        # Down before the text changes, up after it: neither order suits every change.
        if states.get("confidence") == Article.Confidence.VALIDATED and words:
            actions.improve(
                thing, by=by, changes=words, base=asked["version"], note=asked["note"]
            )
            words = {}
        if states:
            actions.restate(thing, by=by, **states)
        if words:
            actions.improve(
                thing, by=by, changes=words, base=asked["version"], note=asked["note"]
            )
        if about:
            cleared = [n for n in ("domain", "owner") if n in about and about[n] is None]
            kept = {name: value for name, value in about.items() if name not in cleared}
            actions.describe(thing, by=by, clear=cleared, **kept)


class Visible(Shown):
    """What hangs on articles is seen by whoever sees the article."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        seen = Article.objects.visible_to(request.user)  # type: ignore[arg-type]
        rows = super().get_queryset(request)
        return rows.filter(article__in=seen)

    @admin.display(description=_("article"))
    def page(self, thing: Any) -> SafeString:
        article = thing.article
        return format_html('<a href="{}">{}</a>', article.get_absolute_url(), article)


@admin.register(Flag)
class FlagAdmin(Visible):
    list_display = ["at", "page", "kind", "state", "by", "owner"]
    list_filter = ["state", "kind"]
    list_select_related = ["article", "by", "owner"]
    search_fields = ["article__number", "note"]
    fields = [
        "page",
        "version",
        "kind",
        "note",
        "by",
        "at",
        "state",
        "owner",
        "answer",
        "answered_by",
        "answered_at",
    ]
    readonly_fields = ["page"]


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


@admin.register(Feedback)
class FeedbackAdmin(Visible):
    list_display = ["at", "page", "helpful", "comment", "role", "channel"]
    list_filter = ["helpful", "role", "channel"]
    list_select_related = ["article"]
    search_fields = ["article__number", "comment"]
    fields = ["page", "version", "helpful", "comment", "by", "role", "channel", "at"]
    readonly_fields = ["page"]


@admin.register(ArticleEvent)
class ArticleEventAdmin(Visible):
    list_display = ["at", "page", "verb", "by", "version"]
    list_filter = ["verb"]
    list_select_related = ["article", "by"]
    search_fields = ["article__number"]
    fields = ["at", "page", "verb", "by", "version", "origin_type", "origin_id", "detail"]
    readonly_fields = ["page"]


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
