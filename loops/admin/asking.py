"""Questions between colleagues and their thanks, to look at: they are written on their pages."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from articles.models import Article
from loops.asking.queries import visible_to
from loops.models import Question, Thanks
from people.site import Shown, me
from tickets.models import Ticket


def to(thing: Any) -> SafeString | str:
    return format_html('<a href="{}">{}</a>', thing.get_absolute_url(), thing) if thing else ""


@admin.register(Question)
class QuestionAdmin(Shown):
    """Asked, answered and passed on on their own page."""

    reviewed = True
    list_display = ["at", "title", "by", "asked", "state", "answered_by"]
    list_filter = ["state"]
    list_select_related = ["by", "asked", "answered_by"]
    search_fields = ["title", "text", "answer"]
    fields = [
        "at", "title", "text", "place", "by", "asked", "state", "answer", "answered_by",
        "answered_at", "written",
    ]  # fmt: skip
    readonly_fields = ["place", "written"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return visible_to(me(request))

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        """What it hangs on is named to whoever may see it."""
        found = super().get_object(request, object_id, from_field)
        if found is not None:
            seen = Ticket.objects.visible_to(me(request)).filter(pk=found.ticket_id)
            found.seen_ticket = seen.first()
            written = Article.objects.visible_to(me(request)).filter(pk=found.article_id)
            found.seen_article = written.first()
        return found

    @admin.display(description=_("ticket"))
    def place(self, question: Any) -> Any:
        return to(question.seen_ticket)

    @admin.display(description=_("article"))
    def written(self, question: Any) -> Any:
        return to(question.seen_article)


@admin.register(Thanks)
class ThanksAdmin(Shown):
    """By day, never by how many somebody got."""

    reviewed = True
    list_display = ["at", "article", "to", "by"]
    list_select_related = ["article", "to", "by"]
    search_fields = ["article__number"]
    fields = ["at", "article", "to", "by", "text"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return Thanks.objects.filter(article__in=Article.objects.visible_to(me(request)))
