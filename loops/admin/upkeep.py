"""The review lists, what was decided on them, and recalls, administered by the same verbs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from articles import actions
from articles.models import Article
from kcs.errors import BadValue, Refused
from loops.models import Decision, Recall, Upkeep
from loops.upkeep import deciding, lists, words
from loops.upkeep import recall as recalling
from people.models import LANGUAGES, SiteSettings
from people.site import Shown, me

TEXTS = ("issue", "environment", "resolution", "cause", "parts", "rendered", "outside")


class ListFilter(admin.SimpleListFilter):
    """One of the review lists, as its page has it."""

    title = _("list")
    parameter_name = "list"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return list(lists.NAMES.items())

    def queryset(self, request: Any, queryset: QuerySet[Upkeep]) -> QuerySet[Upkeep]:
        which = self.value()
        if which not in lists.NAMES:
            return queryset
        found = lists.rows(which, lists.Reader(me(request), SiteSettings.load()))
        return queryset.filter(article__in=found.order_by().values("pk"))


class LanguageFilter(admin.SimpleListFilter):
    """Django's own would read every article to learn which languages there are."""

    title = _("language")
    parameter_name = "language"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return LANGUAGES

    def queryset(self, request: Any, queryset: QuerySet[Upkeep]) -> QuerySet[Upkeep]:
        return queryset.filter(article__language=self.value()) if self.value() else queryset


class Capped(Paginator):
    """Counts no further than people page: the lists are worked from the top."""

    most = 1_000

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return rows.order_by()[: self.most].count()


class Reason(ActionForm):
    reason = forms.CharField(label=_("Reason"), required=False, max_length=300)


@admin.register(Upkeep)
class UpkeepAdmin(Shown):
    """What its use says of each article, the greatest expected harm first."""

    reviewed = True
    action_form = Reason
    actions = ["confirm", "validate", "archive"]
    list_display = [
        "title",
        "confidence",
        "audience",
        "evidence",
        "demand",
        "harm",
        "why",
    ]
    list_display_links = ["title"]
    list_filter = [ListFilter, "article__confidence", "article__domain", LanguageFilter]
    list_select_related = ["article"]
    ordering = ["-harm", "pk"]
    paginator = Capped
    list_per_page = 25
    search_fields = ["article__number", "article__title"]
    fields = [
        "link", "evidence", "doubt", "demand", "severity", "harm", "reuses_30", "reuses_90",
        "reusers_90", "links", "last_reuse_at", "last_reuse_by", "why", "computed_at",
    ]  # fmt: skip
    readonly_fields = ["link", "why"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Upkeep]:
        seen = Article.objects.visible_to(me(request)).order_by()
        rows = Upkeep.objects.defer(*(f"article__{name}" for name in TEXTS))
        return rows.filter(article__in=seen) if seen.query.where else rows

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) and deciding.may_review(me(request))

    @admin.display(description=_("article"), ordering="article__title")
    def title(self, row: Upkeep) -> str:
        return str(row.article)

    @admin.display(description=_("confidence"))
    def confidence(self, row: Upkeep) -> str:
        return row.article.get_confidence_display()

    @admin.display(description=_("audience"))
    def audience(self, row: Upkeep) -> str:
        return row.article.get_audience_display()

    @admin.display(description=_("why"))
    def why(self, row: Upkeep) -> str:
        return words.line(row.reasons)

    @admin.display(description=_("page"))
    def link(self, row: Upkeep) -> SafeString:
        return super().link(row.article)

    # Each article by itself: what is refused for one is said, and the others are done.

    @admin.action(description=_("It is right"))
    def confirm(self, request: HttpRequest, chosen: QuerySet[Upkeep]) -> None:
        self._each(
            request,
            chosen,
            lambda article: deciding.confirm(
                article, by=me(request), note=request.POST.get("reason", "")
            ),
        )

    @admin.action(description=_("Validate"))
    def validate(self, request: HttpRequest, chosen: QuerySet[Upkeep]) -> None:
        self._each(
            request,
            chosen,
            lambda article: actions.restate(
                article,
                by=me(request),
                confidence="validated",
                reason=request.POST.get("reason", ""),
            ),
        )

    @admin.action(description=_("Archive, with a reason"))
    def archive(self, request: HttpRequest, chosen: QuerySet[Upkeep]) -> None:
        reason = request.POST.get("reason", "").strip()

        def archived(article: Article) -> None:
            if not reason:
                raise BadValue(str(_("Say why it is archived.")), field="reason")
            actions.restate(article, by=me(request), confidence="archived", reason=reason)

        self._each(request, chosen, archived)

    def _each(self, request: HttpRequest, chosen: QuerySet[Upkeep], verb: Any) -> None:
        done = 0
        for row in chosen.select_related("article"):
            try:
                verb(row.article)
            except Refused as refusal:
                self.message_user(request, f"{row.article.number}: {refusal}", messages.ERROR)
            else:
                done += 1
        if done:
            said = ngettext("%(n)s article is done.", "%(n)s articles are done.", done)
            self.message_user(request, said % {"n": done}, messages.SUCCESS)


@admin.register(Decision)
class DecisionAdmin(Shown):
    """What was left as it is, by whom, until when, and why."""

    reviewed = True
    list_display = ["at", "list", "article", "by", "until", "reason"]
    list_filter = ["list"]
    list_select_related = ["article", "by"]
    search_fields = ["article__number", "article__title"]
    fields = ["at", "list", "article", "by", "until", "reason"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Decision]:
        seen = Article.objects.visible_to(me(request)).order_by()
        return Decision.objects.filter(article__in=seen)


@admin.register(Recall)
class RecallAdmin(Shown):
    """Recalls. Their people stand on the page, where one writes to them."""

    reviewed = True
    list_display = ["at", "article", "versions", "by", "closed_at"]
    list_filter = [("closed_at", admin.EmptyFieldListFilter)]
    list_select_related = ["article", "by"]
    search_fields = ["article__number", "article__title"]
    fields = ["at", "worklist", "article", "versions", "reason", "by", "closed_at", "closed_by",
              "closing_note"]  # fmt: skip
    readonly_fields = ["worklist"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Recall]:
        return recalling.visible(me(request))

    @admin.display(description=_("people to write to"))
    def worklist(self, row: Recall) -> SafeString:
        address = reverse("upkeep:recall", args=[row.pk])
        return format_html('<a href="{}">{}</a>', address, _("Open its page"))
