"""People, teams, the product tree, the organisation's choices and the rights, administered."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from people import actions
from people.models import (
    ApiKey,
    Domain,
    Invitation,
    Organisation,
    PersonEvent,
    Right,
    SiteSettings,
    Team,
    User,
)
from people.site import Changed, Plain, Rows, Shown, changed_values, me

GRANTS = Rows(
    _("competency, with its history"),
    "grants",
    ("competency", "evidence", "granted_by", "granted_at", "revoked_at"),
)
EVENTS = Rows(_("what happened to the account"), "events", ("at", "verb", "by", "detail"))


class UserForm(forms.ModelForm):
    competency = forms.ChoiceField(
        label=_("Competency"),
        required=False,
        choices=[("", "—"), *User.Competency.choices],
        help_text=_("Another one is a new grant; the one before stays in the history."),
    )
    evidence = forms.CharField(
        label=_("Why"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    class Meta:
        model = User
        fields = ["name", "email"]
        labels = {"is_superuser": _("Administrator")}
        help_texts = {
            "is_superuser": _("Configures everything and invites people."),
            "is_staff": _("Reviewers see its lists; only administrators change them."),
        }

    def clean_competency(self) -> str:
        value = self.cleaned_data["competency"]
        if self.instance.competency and not value:
            raise forms.ValidationError(
                _("A competency is followed by another one; who leaves is deactivated.")
            )
        return value


@admin.register(User)
class UserAdmin(Changed):
    form = UserForm
    addable = False  # people are invited
    list_display = [
        "name",
        "email",
        "competency",
        "team",
        "is_coach",
        "is_superuser",
        "is_active",
        "last_login",
    ]
    list_filter = ["is_active", "competency", "is_coach", "is_staff", "is_superuser", "team"]
    list_select_related = ["team"]
    search_fields = ["name", "email"]
    fieldsets = [
        (None, {"fields": ["name", "email", "team", "organisation", "coach", "is_active"]}),
        (_("Competency"), {"fields": ["competency", "evidence"]}),
        (_("Roles"), {"fields": ["is_coach", "is_staff", "is_superuser"]}),
        (_("For your information"), {"fields": ["joined_at", "last_login", "account"]}),
    ]
    readonly_fields = ["joined_at", "last_login", "account"]
    below = (GRANTS, EVENTS)

    @admin.display(description=_("account"))
    def account(self, person: User) -> SafeString:
        return format_html(
            '<a href="{}">{}</a>',
            reverse("people:person", args=[person.pk]),
            _("New password, keys, deactivation"),
        )

    def apply(self, request: HttpRequest, thing: User, form: forms.ModelForm[Any]) -> None:
        by, asked = me(request), form.cleaned_data
        wanted = changed_values(form, *actions.CHANGEABLE)
        if wanted:
            actions.change_person(thing, by=by, **wanted)
        if "competency" in form.changed_data:
            actions.grant(
                thing, competency=asked["competency"], by=by, evidence=asked["evidence"]
            )
        if "is_active" in form.changed_data:
            change = actions.reactivate if asked["is_active"] else actions.deactivate
            change(thing, by=by)


@admin.register(Invitation)
class InvitationAdmin(Shown):
    list_display = ["email", "competency", "team", "invited_by", "invited_at", "accepted_by"]
    list_filter = [("accepted_by", admin.EmptyFieldListFilter)]
    list_select_related = ["team", "invited_by", "accepted_by"]
    search_fields = ["email"]
    fields = [
        "email",
        "name",
        "competency",
        "team",
        "invited_by",
        "invited_at",
        "expires_at",
        "accepted_by",
    ]


@admin.register(ApiKey)
class ApiKeyAdmin(Shown):
    list_display = ["prefix", "user", "name", "scopes", "made_at", "last_used_at", "revoked_at"]
    list_filter = [("revoked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["user"]
    search_fields = ["prefix", "user__email", "name"]
    fields = [
        "prefix",
        "user",
        "name",
        "scopes",
        "made_at",
        "expires_at",
        "last_used_at",
        "revoked_at",
    ]


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


@admin.register(SiteSettings)
class SiteSettingsAdmin(Changed):
    addable = False
    list_display = ["name", "gate_mode", "close_after_days", "time_zone"]
    fields = ["name", "gate_mode", "close_after_days", "time_zone"]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """There is one row: straight to it."""
        if not self.has_view_permission(request):
            return super().changelist_view(request, extra_context)
        return redirect("admin:people_sitesettings_change", SiteSettings.load().pk)

    def apply(
        self, request: HttpRequest, thing: SiteSettings, form: forms.ModelForm[Any]
    ) -> None:
        actions.configure(by=me(request), **changed_values(form, *actions.CHOICES))


@admin.register(Right)
class RightAdmin(Shown):
    """What each competency may do. What has no row is refused."""

    list_display = ["competency", "aspect", "value"]
    list_filter = ["competency", "aspect"]
    list_display_links = None
    list_per_page = 200


@admin.register(PersonEvent)
class PersonEventAdmin(Shown):
    list_display = ["at", "person", "verb", "by"]
    list_filter = ["verb"]
    list_select_related = ["person", "by"]
    search_fields = ["person__email", "person__name"]
    fields = ["at", "person", "verb", "by", "detail"]
