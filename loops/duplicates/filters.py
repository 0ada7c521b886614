"""What the list of pairs can be narrowed by."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, FilterSet

from loops.models import Pair


class PairFilter(FilterSet):
    """Without a state those that wait for a decision."""

    state = ChoiceFilter(choices=Pair.State.choices, label=_("State"))
    article = CharFilter(method="with_article", label=_("Article"), max_length=20)

    class Meta:
        model = Pair
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Pair]) -> QuerySet[Pair]:
        found: QuerySet[Pair] = super().filter_queryset(queryset)
        if not self.form.cleaned_data.get("state"):
            found = found.filter(state=Pair.State.OPEN)
        return found

    def with_article(self, pairs: QuerySet[Any], _name: str, number: str) -> QuerySet[Any]:
        return pairs.filter(Q(older__number__iexact=number) | Q(newer__number__iexact=number))
