"""What the list of improvements can be narrowed by; the page and the API alike."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter

from kcs.filters import CommaFilter, ListFilter
from loops.evolve.improvements import queries
from loops.models import Improvement
from people.models import Domain

OPEN = ("proposed", "accepted")
STATES = [("open", _("Open")), ("any", _("Any")), *Improvement.State.choices]


class ImprovementFilter(ListFilter):
    """Without a state those that are open."""

    OUTSIDE = ("state", "owner")

    kind = CommaFilter(choices=Improvement.Kind.choices, label=_("Kind"))
    state = CommaFilter(choices=STATES, label=_("State"), method="in_state")
    domain = CharFilter(method="in_branch", label=_("Domain"), max_length=250)
    owner = CharFilter(method="of_owner", label=_("Owner"), max_length=254)
    article = CharFilter(method="about", label=_("Article"), max_length=20)

    class Meta:
        model = Improvement
        fields: list[str] = []

    @property
    def order(self) -> tuple[str, ...]:
        return queries.ORDER

    def filter_queryset(self, queryset: QuerySet[Improvement]) -> QuerySet[Improvement]:
        found: QuerySet[Improvement] = super().filter_queryset(queryset)
        if not self.form.cleaned_data.get("state"):
            found = found.filter(state__in=OPEN)
        return found

    def in_state(self, rows: QuerySet[Any], _name: str, asked: list[str]) -> QuerySet[Any]:
        if not asked or "any" in asked:
            return rows
        states = {state for name in asked for state in (OPEN if name == "open" else (name,))}
        return rows.filter(state__in=sorted(states))

    def in_branch(self, rows: QuerySet[Any], _name: str, path: str) -> QuerySet[Any]:
        branch = Domain.objects.branch(path.strip("/")).order_by()
        return rows.filter(domain__in=list(branch.values_list("pk", flat=True)))

    def of_owner(self, rows: QuerySet[Any], _name: str, asked: str) -> QuerySet[Any]:
        if asked == "nobody":
            return rows.filter(owner=None)
        if asked == "me":
            return rows.filter(owner=self.request.user)
        return rows.filter(owner__email__iexact=asked)

    def about(self, rows: QuerySet[Any], _name: str, number: str) -> QuerySet[Any]:
        of_pair = Q(pair__older__number__iexact=number) | Q(pair__newer__number__iexact=number)
        of_topic = Q(topic__article__number__iexact=number)
        return rows.filter(Q(article__number__iexact=number) | of_pair | of_topic)
