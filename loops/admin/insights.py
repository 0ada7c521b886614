"""What insights and reports keep: frozen figures, letters that were sent, patterns of the night,
and what a team calls its average. Whatever was computed is shown and never typed."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from articles.models import Article
from kcs.errors import Refused
from loops.evolve import access
from loops.evolve.scope import Scope
from loops.insights import baselines
from loops.models import Baseline, Digest, Pattern, TeamAverage
from loops.reports.averages import set_averages
from loops.reports.patterns import evidence
from people.models import SiteSettings, Team
from people.site import Changed, Shown, me
from tickets.models import Ticket
from tickets.queries import teams_of


class BaselineForm(forms.ModelForm):
    channel = forms.ChoiceField(
        label=_("Channel"), required=False, choices=[("", "---------"), *Ticket.Channel.choices]
    )

    class Meta:
        model = Baseline
        fields: ClassVar[list[str]] = ["name", "begins", "ends", "team", "domain", "channel"]

    def _post_clean(self) -> None:
        """The verb looks at it, in words."""


@admin.register(Baseline)
class BaselineAdmin(Changed):
    """Frozen as on their page, and never changed: figures are copied and not typed."""

    form = BaselineForm
    reviewed = True
    actions = ["forget"]
    list_display = ["name", "begins", "ends", "team", "domain", "by", "at"]
    list_filter = [("team", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["team", "domain", "by"]
    search_fields = ["name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Baseline]:
        return baselines.readable(access.teams_for(me(request)))

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        """Its figures stand on the page that compares with them, for those who may."""
        found: Any = super().get_object(request, object_id, from_field)
        if found is not None:
            allowed, least = access.teams_for(me(request)), SiteSettings.load().figures_minimum
            found.is_told = baselines.is_open(found, allowed, least)
        return found

    def may_change(self, request: HttpRequest, obj: Any = None) -> bool:
        """Frozen by administrators here; managers freeze their team's on the page of it."""
        return obj is None and (me(request).is_superuser or me(request).is_staff)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        asked = ["name", "begins", "ends", "team", "domain", "channel"]
        return asked if obj is None else [*asked, "by", "at", "compared"]

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "team":
            kwargs["queryset"] = teams_of(me(request)).order_by("name")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def apply(
        self, request: HttpRequest, thing: Baseline | None, form: forms.ModelForm[Any]
    ) -> Baseline:
        by, asked = me(request), form.cleaned_data
        given = {
            "from": asked["begins"].isoformat(),
            "to": asked["ends"].isoformat(),
            "team": asked["team"].pk if asked["team"] else "",
            "domain": asked["domain"].pk if asked["domain"] else "",
            "channel": asked["channel"],
        }
        return baselines.freeze(Scope.asked(given, by), name=asked["name"], by=by)

    @admin.display(description=_("figures"))
    def compared(self, row: Any) -> SafeString | str:
        if not row.is_told:
            return str(_("too few people or tickets to be shown"))
        address = f"{reverse('insights:home')}?baseline={row.pk}"
        return format_html('<a href="{}">{}</a>', address, _("Compare"))

    @admin.action(description=_("Remove"))
    def forget(self, request: HttpRequest, chosen: QuerySet[Baseline]) -> None:
        for row in chosen:
            try:
                baselines.remove(row, by=me(request))
            except Refused as refusal:
                self.message_user(request, f"{row}: {refusal}", messages.ERROR)


@admin.register(Digest)
class DigestAdmin(Shown):
    """Who got the letter of which week: once each."""

    list_display = ["at", "person", "week"]
    list_select_related = ["person"]
    search_fields = ["person__name", "person__email"]
    ordering = ["-at", "-pk"]
    fields = ["at", "person", "week"]


@admin.register(Pattern)
class PatternAdmin(Shown):
    """Found anew every night; who may not see one of its articles does not see the pattern."""

    reviewed = True
    list_display = ["name", "kind", "domain", "why", "found_at"]
    list_filter = ["kind"]
    list_select_related = ["domain"]
    search_fields = ["name", "articles__number"]
    fields = ["name", "kind", "domain", "strength", "why", "which", "found_at", "page"]
    readonly_fields = ["why", "which", "page"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Pattern]:
        seen = Article.objects.visible_to(me(request)).order_by()
        if not seen.query.where:
            return Pattern.objects.all()
        unseen = Article.objects.exclude(pk__in=seen.values("pk")).order_by()
        return Pattern.objects.exclude(articles__in=unseen.values("pk"))

    @admin.display(description=_("evidence"))
    def why(self, row: Pattern) -> str:
        return evidence(row)

    @admin.display(description=_("articles"))
    def which(self, row: Pattern) -> SafeString:
        lines = ((one.get_absolute_url(), one) for one in row.articles.order_by("pk"))
        return format_html_join("", '<div><a href="{}">{}</a></div>', lines)

    @admin.display(description=_("page"))
    def page(self, row: Pattern) -> SafeString:
        where = reverse("insights:report", args=["patterns"])
        address = f"{where}?period=1y&by=article&pattern={row.pk}"
        return format_html('<a href="{}">{}</a>', address, _("Open its page"))


class TeamAverageForm(forms.ModelForm):
    class Meta:
        model = TeamAverage
        fields: ClassVar[list[str]] = ["team", "axis", "value"]
        help_texts: ClassVar[dict[str, Any]] = {
            "value": _(
                "Of a share 0.9 is ninety per cent; of a count, so many for each person."
            )
        }

    def _post_clean(self) -> None:
        """The verb looks at it, in words; nothing is set on the row before."""


@admin.register(TeamAverage)
class TeamAverageAdmin(Changed):
    """Set as on the page where the team's manager sets them."""

    form = TeamAverageForm
    actions = ["as_it_was"]
    list_display = ["team", "axis", "value", "by", "at"]
    list_display_links = ["team", "axis"]
    list_filter = ["axis", "team"]
    list_select_related = ["team", "by"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        asked = ["team", "axis", "value"]
        return asked if obj is None else [*asked, "by", "at"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [] if obj is None else ["team", "axis", "by", "at"]

    def apply(
        self, request: HttpRequest, thing: TeamAverage | None, form: forms.ModelForm[Any]
    ) -> TeamAverage:
        asked = form.cleaned_data
        team: Team = thing.team if thing else asked["team"]
        axis = thing.axis if thing else asked["axis"]
        set_averages(team, {axis: asked["value"]}, by=me(request))
        return TeamAverage.objects.get(team=team, axis=axis)

    @admin.action(description=_("Measure against what the team did"))
    def as_it_was(self, request: HttpRequest, chosen: QuerySet[TeamAverage]) -> None:
        for row in chosen.select_related("team"):
            try:
                set_averages(row.team, {row.axis: None}, by=me(request))
            except Refused as refusal:
                self.message_user(request, f"{row}: {refusal}", messages.ERROR)
