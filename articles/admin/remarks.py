"""Flags, suggestions and feedback, administered."""

from __future__ import annotations

from django.contrib import admin

from articles.admin.visible import Visible
from articles.models import TEXT, Feedback, Flag, Suggestion


@admin.register(Flag)
class FlagAdmin(Visible):
    list_display = ["at", "page", "kind", "state", "by", "owner"]
    list_filter = ["state", "kind"]
    list_select_related = ["article", "by", "owner"]
    search_fields = ["article__number", "note"]
    fields = [
        "page",
        "version",
        "kind",
        "note",
        "by",
        "at",
        "state",
        "owner",
        "answer",
        "answered_by",
        "answered_at",
    ]
    readonly_fields = ["page"]


@admin.register(Suggestion)
class SuggestionAdmin(Visible):
    list_display = ["at", "page", "state", "by", "decided_by"]
    list_filter = ["state"]
    list_select_related = ["article", "by", "decided_by"]
    search_fields = ["article__number", "note"]
    fields = [
        "page",
        "base",
        "by",
        "at",
        "note",
        *TEXT,
        "state",
        "decided_by",
        "decided_at",
        "reason",
    ]
    readonly_fields = ["page"]


@admin.register(Feedback)
class FeedbackAdmin(Visible):
    list_display = ["at", "page", "helpful", "comment", "role", "channel"]
    list_filter = ["helpful", "role", "channel"]
    list_select_related = ["article"]
    search_fields = ["article__number", "comment"]
    fields = ["page", "version", "helpful", "comment", "by", "role", "channel", "at"]
    readonly_fields = ["page"]
