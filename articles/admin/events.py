"""What happened to articles, to look at."""

from __future__ import annotations

from django.contrib import admin

from articles.admin.visible import Visible
from articles.models import ArticleEvent


@admin.register(ArticleEvent)
class ArticleEventAdmin(Visible):
    list_display = ["at", "page", "verb", "by", "version"]
    list_filter = ["verb"]
    list_select_related = ["article", "by"]
    search_fields = ["article__number"]
    fields = ["at", "page", "verb", "by", "version", "origin_type", "origin_id", "detail"]
    readonly_fields = ["page"]
