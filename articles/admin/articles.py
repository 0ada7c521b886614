"""Articles, administered: what was written is changed by the verbs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from articles import actions, rules
from articles.models import TEXT, Article
from people.models import User
from people.site import Changed, Rows, changed_values, me

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
    reviewed = True
    kept = _("You may not change this article.")
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

    def may_change(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None or rules.may_change(me(request), obj)

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
                # Only what is drawn is narrowed: what is sent nevertheless, the verb refuses.
                field = form.base_fields[name]
                known = getattr(offered, name)
                field.widget.choices = [pair for pair in field.choices if pair[0] in known]
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
