"""Teams, organisations and the product tree with its releases, administered."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from people import actions
from people.models import Domain, Organisation, Release, Team, User
from people.site import Changed, Plain, changed_values, me


@admin.register(Team)
class TeamAdmin(Plain):
    list_display = ["name", "manager", "private", "people"]
    list_select_related = ["manager"]
    search_fields = ["name"]
    fields = ["name", "manager", "private"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        return super().get_queryset(request).annotate(count=Count("members"))

    @admin.display(description=_("people"))
    def people(self, team: Any) -> int:
        return team.count

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "manager":
            kwargs["queryset"] = User.objects.agents()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Organisation)
class OrganisationAdmin(Plain):
    list_display = ["name", "is_partner", "shares_tickets"]
    list_filter = ["is_partner"]
    search_fields = ["name"]


class DomainForm(forms.ModelForm):
    experts = forms.ModelMultipleChoiceField(
        User.objects.agents(), label=_("Domain experts"), required=False
    )

    class Meta:
        model = Domain
        fields = ["name", "slug", "parent", "experts"]


@admin.register(Domain)
class DomainAdmin(Changed):
    form = DomainForm
    list_display = ["path", "name", "looked_after"]
    search_fields = ["name", "path"]
    fields = ["name", "slug", "parent", "experts"]
    prepopulated_fields = {"slug": ["name"]}
    ordering = ["path"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Domain]:
        return super().get_queryset(request).prefetch_related("experts")

    @admin.display(description=_("domain experts"))
    def looked_after(self, domain: Domain) -> str:
        return ", ".join(str(person) for person in domain.experts.all())

    def apply(
        self, request: HttpRequest, thing: Domain | None, form: forms.ModelForm[Any]
    ) -> Domain:
        by, asked = me(request), form.cleaned_data
        place = {name: asked[name] for name in ("name", "slug", "parent")}
        if thing is None:
            thing = actions.plant(by=by, **place)
        elif changed_values(form, *place):
            actions.move(thing, by=by, **place)
        if "experts" in form.changed_data:
            actions.appoint(thing, experts=asked["experts"], by=by)
        return thing


@admin.register(Release)
class ReleaseAdmin(Changed):
    """What came out when. Registered once: what it made uncertain is not made certain again."""

    list_display = ["name", "domain", "released_on"]
    list_filter = ["domain"]
    list_select_related = ["domain"]
    search_fields = ["name"]
    fields = ["domain", "name", "released_on"]
    date_hierarchy = None

    def may_change(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().may_change(request)

    def apply(
        self, request: HttpRequest, thing: Release | None, form: forms.ModelForm[Any]
    ) -> Release:
        asked = form.cleaned_data
        return actions.register_release(
            by=me(request),
            domain=asked["domain"],
            name=asked["name"],
            released_on=asked["released_on"],
        )
