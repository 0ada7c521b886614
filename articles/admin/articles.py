"""Articles, administered: what was written is changed by the verbs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from articles import actions, bulk, rules
from articles.forms import needs_reason
from articles.models import TEXT, Article, Audience, Confidence, Governance
from kcs.templatetags import ui
from people.models import Domain, User
from people.site import Changed, Rows, changed_values, me

STATES = ("confidence", "audience", "governance")
KINDS = {"confidence": Confidence, "audience": Audience, "governance": Governance}
DATES = ("review_every_days", "review_due_on")


VERSIONS = Rows(_("versions"), "versions", ("number", "at", "by", "note"))
PLANS = Rows(
    _("planned changes"),
    "schedules",
    ("due_at", "confidence", "audience", "by", "state", "outcome"),
)
EVENTS = Rows(_("what happened"), "events", ("at", "verb", "by", "version", "detail"))


class ArticleForm(forms.ModelForm):
    tags = forms.CharField(label=_("Tags"), required=False, help_text=_("Separated by commas."))
    note = forms.CharField(label=_("What changed"), required=False, max_length=300)
    reason = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=300,
        help_text=_("Asked for when an article is archived."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Article
        fields = [*TEXT, *STATES, "domain", "owner", "editors", *DATES]
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

    def clean(self) -> Any:
        asked = super().clean() or self.cleaned_data
        if self.instance.confidence != Confidence.ARCHIVED:
            needs_reason(self, asked, name="reason")
        return asked

    def _post_clean(self) -> None:
        """The verbs look at it, in words; nothing is set on the article before."""


class Due(admin.SimpleListFilter):
    """Articles under compliance whose named editors should look at them by now."""

    title = _("review")
    parameter_name = "due"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Due for review"))]

    def queryset(self, request: Any, queryset: QuerySet[Article]) -> QuerySet[Article]:
        if self.value() == "yes":
            return queryset.filter(review_due_on__lte=timezone.localdate())
        return queryset


class ManyForm(forms.Form):
    """What shall be changed in all the articles that were chosen; empty leaves it as it is."""

    confidence = forms.ChoiceField(label=_("Confidence"), required=False)
    audience = forms.ChoiceField(label=_("Audience"), required=False)
    governance = forms.ChoiceField(label=_("Governance"), required=False)
    reason = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=300,
        help_text=_("Asked for when articles are archived."),
    )
    domain = forms.ModelChoiceField(
        Domain.objects.all(), label=_("Domain"), required=False, empty_label=_("As it is")
    )
    owner = forms.ModelChoiceField(
        User.objects.agents(), label=_("Owner"), required=False, empty_label=_("As it is")
    )
    add_tags = forms.CharField(
        label=_("Add tags"), required=False, help_text=_("Separated by commas.")
    )
    remove_tags = forms.CharField(label=_("Remove tags"), required=False)

    def __init__(self, *args: Any, offered: rules.Options, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in STATES:
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            known = getattr(offered, name)
            field.choices = [("", _("As it is")), *KINDS[name].choices]
            # Only what is drawn is narrowed: what is sent nevertheless, the verbs refuse.
            field.widget.choices = [  # type: ignore[attr-defined]
                pair for pair in field.choices if not pair[0] or pair[0] in known
            ]

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or self.cleaned_data
        needs_reason(self, asked, name="reason")
        if not self.errors and not any(v for n, v in asked.items() if n != "reason"):
            raise forms.ValidationError(_("Choose what to change."))
        return asked

    def wanted(self) -> dict[str, Any]:
        asked = self.cleaned_data
        return {
            "states": {name: asked[name] for name in STATES if asked[name]},
            "reason": asked["reason"],
            "add_tags": asked["add_tags"].split(","),
            "remove_tags": asked["remove_tags"].split(","),
            **{name: asked[name] for name in ("domain", "owner") if asked[name]},
        }


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
        "trusted",
        "read_by",
        "governance",
        "domain",
        "owner",
        "reuse_count",
        "open_flags",
        "changed_at",
    ]
    list_display_links = ["number", "title"]
    list_filter = [
        "confidence",
        "audience",
        "governance",
        Due,
        "language",
        "domain",
        "template",
    ]
    actions = ["change_many"]
    list_select_related = ["domain", "owner"]
    search_fields = ["number", "title"]
    fieldsets = [
        (None, {"fields": ["number", "link", *TEXT, "note", "version"]}),
        (_("States"), {"fields": [*STATES, "reason"]}),
        (_("Review by the calendar, under compliance"), {"fields": [*DATES]}),
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
    below = (PLANS, VERSIONS, EVENTS)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Article]:
        return Article.objects.visible_to(request.user)  # type: ignore[arg-type]

    def may_change(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None or rules.may_change(me(request), obj)

    @admin.display(description=_("confidence"), ordering="confidence")
    def trusted(self, article: Article) -> SafeString:
        return ui.confidence(article.confidence)

    @admin.display(description=_("audience"), ordering="audience")
    def read_by(self, article: Article) -> SafeString:
        return ui.audience(article.audience)

    @admin.action(description=_("Change these articles …"))
    def change_many(
        self, request: HttpRequest, queryset: QuerySet[Article]
    ) -> HttpResponse | None:
        """Ask what shall change; then each article by itself, and what it answered."""
        by = me(request)
        chosen = list(
            queryset.select_related("domain", "owner", "template").prefetch_related("editors")[
                : bulk.MOST + 1
            ]
        )
        if len(chosen) > bulk.MOST:
            self.message_user(
                request, _("At most %(n)s at once.") % {"n": bulk.MOST}, messages.WARNING
            )
            return None
        offered = bulk.offered(by, chosen)
        form = ManyForm(request.POST if "change" in request.POST else None, offered=offered)
        done: bulk.Done = []
        status = 200
        if form.is_bound and not form.is_valid():
            status = 422
        elif form.is_bound:
            done = bulk.each(chosen, by=by, **form.wanted())
            refused = [pair for pair in done if pair[1] is not None]
            changed = len(done) - len(refused)
            if not refused:
                self.message_user(
                    request,
                    _("%(n)s articles were changed.") % {"n": changed},
                    messages.SUCCESS,
                )
                return redirect(request.get_full_path())
            # What was done is not asked again; the rest stands there with its reason.
            chosen = [article for article, _error in refused]
            status = 207 if changed else 422
        context = {
            **self.admin_site.each_context(request),
            "title": _("Change articles"),
            "opts": self.opts,
            "form": form,
            "chosen": chosen,
            "done": done,
            "changeable": sum(rules.may_change(by, article) for article in chosen),
        }
        return TemplateResponse(request, "admin/articles/many.html", context, status=status)

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
            actions.restate(thing, by=by, reason=asked["reason"], **states)
        if words:
            actions.improve(
                thing, by=by, changes=words, base=asked["version"], note=asked["note"]
            )
        if about:
            cleared = [n for n in ("domain", "owner") if n in about and about[n] is None]
            kept = {name: value for name, value in about.items() if name not in cleared}
            actions.describe(thing, by=by, clear=cleared, **kept)
        if changed_values(form, *DATES):
            every, due_on = (asked[name] for name in DATES)
            actions.set_calendar(thing, by=by, every=every, due_on=due_on)
