"""What a desk keeps beside its tickets. The tickets themselves are administered in loops,
where it is known what solving one needs."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from people.site import Plain, Rows, Shown
from tickets.models import CannedReply, Requester, SavedView, Ticket, TicketEvent

MESSAGES = Rows(_("messages"), "messages", ("at", "by", "internal", "body"))
EVENTS = Rows(_("what happened"), "events", ("at", "verb", "by", "detail"))


@admin.register(Requester)
class RequesterAdmin(Plain):
    addable = False  # whoever asks is made by asking
    list_display = ["name", "email", "organisation", "made_at"]
    list_select_related = ["organisation"]
    search_fields = ["name", "email"]
    fields = ["name", "email", "organisation", "language", "made_at"]
    readonly_fields = ["email", "made_at"]


@admin.register(CannedReply)
class CannedReplyAdmin(Shown):
    list_display = ["name", "language", "owner", "shared"]
    list_filter = ["shared", "language"]
    list_select_related = ["owner"]
    search_fields = ["name", "body"]
    fields = ["name", "body", "language", "owner", "shared"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """What somebody keeps for themselves is theirs."""
        return super().get_queryset(request).filter(shared=True)


@admin.register(SavedView)
class SavedViewAdmin(Shown):
    list_display = ["name", "owner", "shared"]
    list_select_related = ["owner"]
    fields = ["name", "query", "owner", "shared"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(shared=True)


class OnTicket(Shown):
    """What hangs on tickets is seen by whoever sees the ticket."""

    reviewed = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        if request.user.is_superuser:
            return rows
        return rows.filter(ticket__in=Ticket.objects.visible_to(request.user))  # type: ignore[arg-type]

    @admin.display(description=_("ticket"))
    def page(self, thing: Any) -> SafeString | str:
        ticket = thing.ticket
        if ticket is None:
            return ""
        return format_html('<a href="{}">{}</a>', ticket.get_absolute_url(), ticket)


@admin.register(TicketEvent)
class TicketEventAdmin(OnTicket):
    list_display = ["at", "page", "verb", "by"]
    list_filter = ["verb"]
    list_select_related = ["ticket", "by"]
    search_fields = ["ticket__number"]
    fields = ["at", "page", "verb", "by", "detail"]
    readonly_fields = ["page"]
