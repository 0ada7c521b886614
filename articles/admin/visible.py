"""What hangs on articles, shown to whoever sees the article."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from articles.models import Article
from people.site import Shown


class Visible(Shown):
    """What hangs on articles is seen by whoever sees the article."""

    reviewed = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        seen = Article.objects.visible_to(request.user)  # type: ignore[arg-type]
        rows = super().get_queryset(request)
        return rows.filter(article__in=seen)

    @admin.display(description=_("article"))
    def page(self, thing: Any) -> SafeString:
        article = thing.article
        return format_html('<a href="{}">{}</a>', article.get_absolute_url(), article)
