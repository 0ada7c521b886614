"""Publication rules, changed by their verb, and what went outside."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from loops.evolve.publication import actions, queries
from loops.models import Publication, PublicationRule
from people.site import Changed, Shown, changed_values, me


@admin.register(PublicationRule)
class PublicationRuleAdmin(Changed):
    """Each publishes every five minutes what satisfies it, in the name of who saved it last."""

    list_display = ["name", "active", "audience", "min_links", "min_people", "by", "published"]
    list_filter = ["active"]
    list_select_related = ["by"]
    search_fields = ["name"]
    fieldsets = [
        (None, {"fields": ["name", "active", "audience"]}),
        # Not `filter_horizontal`: its script names things that may have no name, and half of what it
        # says stays English in Hebrew.
        (
            _("Validated articles with"),
            {"fields": ["min_links", "min_people", "quiet_days", "experience_only", "domains"]},
        ),
        (_("What it does"), {"fields": ["waiting", "by", "at"]}),
    ]
    readonly_fields = ["waiting", "by", "at"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A rule that is not there yet does nothing."""
        parts = super().get_fieldsets(request, obj)
        return parts if obj else parts[:-1]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PublicationRule]:
        standing = Count("publications", filter=Q(publications__retracted_at=None))
        return super().get_queryset(request).annotate(count=standing)

    @admin.display(description=_("published"))
    def published(self, rule: Any) -> int:
        return rule.count

    @admin.display(description=_("articles that satisfy it now"))
    def waiting(self, rule: PublicationRule) -> SafeString | str:
        """The next ones, before anybody switches it on: each is checked for leaks besides."""
        found = list(actions.satisfying(rule)[:10])
        if not found:
            return str(_("None at the moment."))
        lines = format_html_join(
            "",
            '<li><a href="{}">{}</a></li>',
            ((reverse("insights:candidate", args=[one.number]), one) for one in found),
        )
        return format_html("<ul>{}</ul>", lines)

    def apply(
        self, request: HttpRequest, thing: PublicationRule | None, form: forms.ModelForm[Any]
    ) -> Model:
        wanted = (
            changed_values(form, *actions.FIELDS)
            if thing is not None
            else {name: form.cleaned_data[name] for name in actions.FIELDS}
        )
        domains = list(form.cleaned_data["domains"])
        return actions.set_rule(thing, by=me(request), domains=domains, **wanted)


@admin.register(Publication)
class PublicationAdmin(Shown):
    """What went outside, by whom or by which rule, and what was taken back."""

    reviewed = True
    list_display = ["at", "article", "audience", "rule", "by", "retracted_at", "reason"]
    list_filter = ["audience", "rule", ("retracted_at", admin.EmptyFieldListFilter)]
    list_select_related = ["article", "rule", "by"]
    search_fields = ["article__number", "article__title"]
    fields = [
        "decide", "at", "article", "audience", "rule", "by", "validated_at", "expected",
        "grounds", "retracted_at", "retracted_by", "reason",
    ]  # fmt: skip
    readonly_fields = ["decide"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Publication]:
        return queries.published(me(request))

    @admin.display(description=_("page"))
    def decide(self, row: Publication) -> SafeString:
        address = reverse("insights:candidate", args=[row.article.number])
        return format_html('<a href="{}">{}</a>', address, _("Open its page"))
