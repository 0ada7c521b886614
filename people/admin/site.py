"""What the help desk is set to, who may do what, and who tried what they may not."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from kcs.errors import BadValue, Stale
from people import actions, rights
from people.models import Refusal, Right, SiteEvent, SiteSettings
from people.site import Changed, Shown, changed_values, me


@admin.register(SiteSettings)
class SiteSettingsAdmin(Changed):
    addable = False
    list_display = ["name", "gate_mode", "close_after_days", "time_zone"]
    fieldsets = [
        (None, {"fields": ["name", "time_zone"]}),
        (_("Tickets"), {"fields": ["gate_mode", "close_after_days"]}),
        (_("Proposals"), {"fields": ["promote_after", "publish_after", "archive_after_days"]}),
        (
            _("Figures"),
            {"fields": ["figures_minimum", "phase", "cost_per_hour", "currency", "radar_team"]},
        ),
        (_("Readers outside"), {"fields": ["outside_authors", "internal_words"]}),
        (_("Links in articles"), {"fields": ["check_links", "check_private_links"]}),
    ]

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
    """The whole matrix as one page. What has no row is refused."""

    list_display = ["competency", "aspect", "value"]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            return super().changelist_view(request, extra_context)
        if request.method == "POST":
            return self.changed(request)
        held = rights.held()
        shown = set(rights.default_rows()) if "defaults" in request.GET else held
        return self.matrix(request, shown, held=held)

    def changed(self, request: HttpRequest) -> HttpResponse:
        wanted = {rights.cell(box) for box in request.POST.getlist("right")}
        # Boxes that cannot be switched off are not sent.
        wanted |= rights.KEPT
        try:
            granted, revoked = actions.set_rights(
                by=me(request), wanted=wanted, base=request.POST.get("base")
            )
        except (BadValue, Stale) as refusal:
            response = self.matrix(request, wanted, held=rights.held(), refusal=refusal)
            response.status_code = refusal.status
            return response
        if granted or revoked:
            messages.success(
                request,
                _now("Saved: %(granted)s granted, %(revoked)s taken away. It holds at once.")
                % {"granted": len(granted), "revoked": len(revoked)},
            )
        else:
            messages.info(request, _now("Nothing was changed."))
        return redirect("admin:people_right_changelist")

    def matrix(
        self,
        request: HttpRequest,
        shown: set[rights.Cell],
        *,
        held: set[rights.Cell],
        refusal: Exception | None = None,
    ) -> HttpResponse:
        known, usual = rights.cells(), set(rights.default_rows())
        groups = [
            {
                "name": Right.Aspect(aspect).label,
                "rows": [
                    {
                        "word": word,
                        "cells": [
                            {
                                "key": f"{role} {aspect} {value}",
                                "role": Right.Role(role).label,
                                "known": cell in known,
                                "kept": cell in rights.KEPT,
                                "on": cell in shown,
                                "moved": (cell in shown) != (cell in held),
                                "unusual": (cell in shown) != (cell in usual),
                            }
                            for role in Right.Role.values
                            for cell in [(role, aspect, value)]
                        ],
                    }
                    for value, word in words.items()
                ],
            }
            for aspect, words in rights.WORDS.items()
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": _now("Rights"),
            "opts": self.opts,
            "groups": groups,
            "roles": [Right.Role(role).label for role in Right.Role.values],
            "refusal": refusal,
            "base": rights.digest(held),
            "proposed": shown != held and refusal is None,
            "is_usual": shown == usual,
        }
        return TemplateResponse(request, "admin/rights.html", context)


@admin.register(SiteEvent)
class SiteEventAdmin(Shown):
    list_display = ["at", "verb", "by", "said"]
    list_filter = ["verb"]
    list_select_related = ["by"]
    fields = ["at", "verb", "by", "detail"]

    @admin.display(description=_("details"))
    def said(self, event: SiteEvent) -> str:
        """What moved, in one line; the whole of it is on the row's own page."""
        if event.verb == SiteEvent.Verb.RIGHTS:
            moved = [f"+ {cell}" for cell in event.detail.get("granted", [])]
            moved += [f"− {cell}" for cell in event.detail.get("revoked", [])]
        else:
            moved = [
                f"{name}: {value['from']} → {value['to']}"
                if isinstance(value, dict) and {"from", "to"} <= set(value)
                else f"{name}: {value}"
                for name, value in event.detail.items()
            ]
        return "; ".join(moved)[:200]


@admin.register(Refusal)
class RefusalAdmin(Shown):
    """Refused attempts: what somebody tried, never what they wrote."""

    list_display = ["at", "person", "method", "path", "code", "field", "message"]
    list_filter = ["code", "method"]
    list_select_related = ["person"]
    search_fields = ["person__email", "person__name", "path"]
    fields = ["at", "person", "method", "path", "code", "field", "message"]
