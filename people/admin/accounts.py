"""People, their invitations and keys, administered."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from people import actions, rights
from people.models import ApiKey, Invitation, PersonEvent, User
from people.site import Changed, Rows, Shown, changed_values, me

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
            "is_staff": _(
                "Reviewers work in its review lists, as coaches and domain experts do."
            ),
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
    list_filter = [
        "is_active",
        "competency",
        "is_coach",
        "is_product",
        "is_staff",
        "is_superuser",
        "team",
    ]
    list_select_related = ["team"]
    search_fields = ["name", "email"]
    fieldsets = [
        (None, {"fields": ["name", "email", "team", "organisation", "coach", "is_active"]}),
        (_("Competency"), {"fields": ["competency", "evidence"]}),
        (_("Roles"), {"fields": ["is_coach", "is_product", "is_staff", "is_superuser"]}),
        (_("What this person may do"), {"fields": ["effective"]}),
        (_("For your information"), {"fields": ["joined_at", "last_login", "account"]}),
    ]
    readonly_fields = ["effective", "joined_at", "last_login", "account"]
    below = (GRANTS, EVENTS)

    @admin.display(description=_("account"))
    def account(self, person: User) -> SafeString:
        return format_html(
            '<a href="{}">{}</a>',
            reverse("people:person", args=[person.pk]),
            _("New password, keys, deactivation"),
        )

    @admin.display(description=_("rights"))
    def effective(self, person: User) -> SafeString:
        """What the verbs will ask, and which role each of it comes from."""
        context = {"may": rights.explained(person), "person": person}
        return render_to_string("people/may.html", context)

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


@admin.register(PersonEvent)
class PersonEventAdmin(Shown):
    list_display = ["at", "person", "verb", "by"]
    list_filter = ["verb"]
    list_select_related = ["person", "by"]
    search_fields = ["person__email", "person__name"]
    fields = ["at", "person", "verb", "by", "detail"]
