"""The administration: Django's, behind the same door as everything else.

Two kinds of people work here. Reviewers (coaches, domain experts, whoever has `is_staff`) open
the classes that say `reviewed = True`: articles, flags, suggestions, what happened. Everything
else, people and rights and settings, is for administrators alone. Every change is the verb's:
what a page refuses is refused here, in the same words.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from allauth.account.decorators import secure_admin_login
from django import forms
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.admin.utils import display_for_value
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from kcs.errors import BadValue, NotAllowed, Refused
from people.models import User

OURS = {"people", "articles", "tickets", "loops", "portal"}


# Columns that the models leave unnamed, because only here somebody reads their names.
NAMES = {
    "accepted_by": _("accepted by"),
    "answered_at": _("answered"),
    "answered_by": _("answered by"),
    "article": _("article"),
    "at": _("time"),
    "base": _("version it started from"),
    "body": _("text"),
    "by": _("by"),
    "changed_at": _("changed"),
    "changed_by": _("changed by"),
    "channel": _("channel"),
    "closed_at": _("closed"),
    "comment": _("comment"),
    "competency": _("competency"),
    "count": _("found"),
    "created_at": _("created"),
    "created_by": _("created by"),
    "csat": _("satisfaction"),
    "decided_at": _("decided"),
    "decided_by": _("decided by"),
    "delivered": _("version sent"),
    "detail": _("details"),
    "due_at": _("due"),
    "ended_at": _("ended"),
    "expires_at": _("expires"),
    "filters": _("filters"),
    "found_at": _("found"),
    "first_response_at": _("first response"),
    "granted_at": _("granted"),
    "granted_by": _("granted by"),
    "helped_count": _("helped"),
    "helpful": _("helpful"),
    "internal": _("internal"),
    "invited_at": _("invited"),
    "invited_by": _("invited by"),
    "kind": _("kind"),
    "language": _("language"),
    "made_at": _("made"),
    "note": _("note"),
    "number": _("number"),
    "open_flags": _("open flags"),
    "outcome": _("outcome"),
    "owner": _("owner"),
    "path": _("path"),
    "person": _("person"),
    "prefix": _("key"),
    "query": _("words"),
    "rank": _("place"),
    "reason": _("reason"),
    "reopened_count": _("reopened"),
    "results": _("results"),
    "reuse_count": _("reuses"),
    "revoked_at": _("ended"),
    "role": _("role"),
    "search": _("search"),
    "seconds_worked": _("seconds worked"),
    "solved_at": _("solved"),
    "solved_by": _("solved by"),
    "state": _("state"),
    "tags": _("tags"),
    "user": _("person"),
    "verb": _("event"),
    "version": _("version"),
    "view_count": _("views"),
    "week": _("week"),
}


TITLES = {
    "search": (_("search"), _("searches")),
    "opening": (_("opened article"), _("opened articles")),
    "articleevent": (_("article event"), _("article events")),
    "ticketevent": (_("ticket event"), _("ticket events")),
    "digest": (_("weekly letter"), _("weekly letters")),
}


def name_columns(model: Any) -> None:
    """Migrations do not see it: they read what the model itself said."""
    if model._meta.model_name in TITLES:
        model._meta.verbose_name, model._meta.verbose_name_plural = TITLES[
            model._meta.model_name
        ]
    for field in model._meta.fields:
        if field._verbose_name is None and field.name in NAMES:
            field.verbose_name = NAMES[field.name]


class Administration(AdminSite):
    """Sign-in, throttling, second factor and passwords are allauth's, so that there is no
    second, weaker way in."""

    site_header = _("Administration")
    site_title = _("Administration")
    index_title = _("Everything that is configured or kept")

    def register(self, model_or_iterable: Any, *args: Any, **options: Any) -> None:
        """Other packages' tables are not shown: secrets of second factors stand in them, and
        rights that are not ours."""
        found: Any = model_or_iterable
        models: list[Any] = [found] if isinstance(found, type) else list(found)
        ours = [model for model in models if model._meta.app_label in OURS]
        for model in ours:
            name_columns(model)
        super().register(ours, *args, **options)

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        return secure_admin_login(super().login)(request, extra_context=extra_context)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("account_logout")

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        return redirect("account_change_password")

    def has_permission(self, request: HttpRequest) -> bool:
        return may_look(request)


def me(request: HttpRequest) -> User:
    """Who asks, where only people who signed in can ask."""
    assert isinstance(request.user, User)
    return request.user


def may_look(request: HttpRequest) -> bool:
    """Whether the administration is open at all, if only its review lists."""
    return request.user.is_authenticated and request.user.is_reviewer


class Rights:
    """Who sees, and who changes. Nothing is deleted: history hangs on it."""

    # Whether reviewers work with these rows; all others are for administrators.
    reviewed = False

    def may_open(self, request: HttpRequest) -> bool:
        return may_look(request) and (self.reviewed or request.user.is_superuser)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.may_open(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_open(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@dataclass(frozen=True)
class Rows:
    """Rows that hang on the thing of a page, the newest of them, to look at."""

    title: Any
    related: str
    columns: tuple[str, ...]
    most: int = 30

    def of(self, thing: Any) -> dict[str, Any]:
        rows = getattr(thing, self.related)
        name_columns(rows.model)
        fields = [rows.model._meta.get_field(name) for name in self.columns]
        joined = [field.name for field in fields if field.many_to_one]
        newest = rows.select_related(*joined).order_by("-pk")[: self.most]
        return {
            "name": self.related,
            "title": self.title,
            "heads": [field.verbose_name for field in fields],
            "rows": [[cell(row, field) for field in fields] for row in newest],
        }


def cell(row: Any, field: Any) -> Any:
    """One value as people read it."""
    if field.choices:
        return getattr(row, f"get_{field.name}_display")()
    value = getattr(row, field.name)
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False) if value else ""
    return display_for_value(value, "")


class Shown(Rights, ModelAdmin):
    """A list to look at. Its rows are made and changed elsewhere, by verbs."""

    list_per_page = 50
    show_full_result_count = False  # counting a million rows helps nobody
    change_form_template = "admin/with_rows.html"
    below: tuple[Rows, ...] = ()

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        thing = kwargs.get("obj")
        context["below"] = [rows.of(thing) for rows in self.below] if thing else []
        return super().render_change_form(request, context, *args, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Choose among what there is; it is made and changed on a page of its own."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        for way in ("add", "change", "delete", "view"):
            if field is not None and hasattr(field.widget, f"can_{way}_related"):
                setattr(field.widget, f"can_{way}_related", False)
        return field

    def link(self, thing: Any) -> SafeString:
        """To the page where people work with this thing."""
        address = thing.get_absolute_url()
        return format_html('<a href="{}">{}</a>', address, _("Open its page"))

    link.short_description = _("page")  # type: ignore[attr-defined]


class Changed(Shown):
    """Rows that are changed through `apply`, which calls the verbs: by administrators, and by
    whom `may_change` names besides."""

    addable = True
    kept = _("You may not change this.")  # said to whom `may_change` does not let
    # Fields of the form that stay as they are once the row exists.
    fixed: tuple[str, ...] = ()

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.addable and self.may_open(request) and self.may_change(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_open(request) and self.may_change(request, obj)

    def may_change(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who changes this row here; without a row, whether there may be one. A class whose
        verbs ask for rights themselves lets reviewers through and leaves it to them."""
        return request.user.is_superuser  # type: ignore[union-attr]

    def apply(
        self, request: HttpRequest, thing: Any, form: forms.ModelForm[Any]
    ) -> Model | None:
        """Call the verbs. `thing` is fresh from the database, or None to add one."""
        raise NotImplementedError

    def save_model(
        self, request: HttpRequest, obj: Any, form: forms.ModelForm[Any], change: bool
    ) -> None:
        fresh: Any = self.get_queryset(request).get(pk=obj.pk) if change else None
        made: Any = self.apply(request, fresh, form) or fresh
        obj.pk = made.pk
        obj.refresh_from_db()

    def save_related(
        self,
        request: HttpRequest,
        form: forms.ModelForm[Any],
        formsets: list[BaseInlineFormSet[Any, Any, Any]],
        change: bool,
    ) -> None:
        """The verbs did it."""

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> list[dict[str, Any]]:
        """The rows below are only shown."""
        return super().construct_change_message(request, form, [], add)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """What a verb refused stands in the form, beside what was typed: nothing is lost."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except PermissionDenied:
            if request.method == "POST" and self.may_open(request):
                raise NotAllowed(str(self.kept)) from None
            raise
        except Refused as refusal:
            request.refusal = refusal  # type: ignore[attr-defined]
            response = super().changeform_view(request, object_id, form_url, extra_context)
            response.status_code = refusal.status
            return response

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        refusal: Refused | None = getattr(request, "refusal", None)
        if refusal is None:
            return form

        field = refusal.field if isinstance(refusal, BadValue) else ""
        missing = refusal.missing

        class Explained(form):  # type: ignore[valid-type, misc]
            def clean(self) -> Any:
                cleaned = super().clean()
                self.add_error(field if field in self.fields else None, str(refusal))
                for item in missing:
                    self.add_error(None, item.detail)
                return cleaned

        return Explained


class Plain(Changed):
    """Simple rows without rules of their own: what the form says is what is kept.

    The administration's own log says who changed them.
    """

    def save_model(
        self, request: HttpRequest, obj: Any, form: forms.ModelForm[Any], change: bool
    ) -> None:
        obj.save()

    def save_related(
        self,
        request: HttpRequest,
        form: forms.ModelForm[Any],
        formsets: list[BaseInlineFormSet[Any, Any, Any]],
        change: bool,
    ) -> None:
        form.save_m2m()


def changed_values(form: forms.ModelForm[Any], *names: str) -> dict[str, Any]:
    """What somebody really changed, among these fields."""
    return {n: form.cleaned_data[n] for n in names if n in form.changed_data}
