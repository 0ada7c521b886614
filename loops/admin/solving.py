"""Searches, opened articles, links and outcomes, to look at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from loops.models import Link, Opening, Outcome, Search
from tickets.admin import OnTicket
from tickets.models import Ticket


@admin.register(Search)
class SearchAdmin(OnTicket):
    list_display = ["at", "query", "kind", "page", "by", "count"]
    list_filter = ["kind"]
    list_select_related = ["ticket", "by"]
    search_fields = ["query", "ticket__number"]
    fields = ["at", "kind", "query", "filters", "page", "by", "count", "results"]
    readonly_fields = ["page"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = Search.objects.all()
        if request.user.is_superuser:
            return rows
        seen = Ticket.objects.visible_to(request.user)  # type: ignore[arg-type]
        return rows.filter(ticket=None) | rows.filter(ticket__in=seen)


@admin.register(Opening)
class OpeningAdmin(OnTicket):
    list_display = ["at", "article", "page", "rank", "by"]
    list_select_related = ["ticket", "article", "by"]
    fields = ["at", "article", "page", "search", "rank", "by"]
    readonly_fields = ["page"]


@admin.register(Link)
class LinkAdmin(OnTicket):
    """Links are made and removed in the workspace, where the ticket is."""

    list_display = ["at", "page", "article", "kind", "by"]
    list_filter = ["kind"]
    list_select_related = ["ticket", "article", "by"]
    search_fields = ["ticket__number", "article__number"]
    fields = ["at", "page", "article", "kind", "version", "delivered", "by"]
    readonly_fields = ["page"]


@admin.register(Outcome)
class OutcomeAdmin(OnTicket):
    """Declared once, in the workspace; never changed."""

    list_display = ["at", "page", "outcome", "reason", "by", "ended_at"]
    list_filter = ["outcome", "reason", ("ended_at", admin.EmptyFieldListFilter)]
    list_select_related = ["ticket", "by"]
    search_fields = ["ticket__number"]
    fields = ["at", "page", "outcome", "reason", "note", "by", "ended_at"]
    readonly_fields = ["page"]
