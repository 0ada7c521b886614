"""What every list that can be narrowed has in common: allow-listed filters, orders that give each
row exactly one place, and less for people outside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from django_filters import FilterSet, MultipleChoiceFilter
from django_filters.fields import MultipleChoiceField

LIMIT = 200  # characters of one value

# Under each key the columns, which end in the primary key (kcs.pages.keyset), and the label.
Sorts = Mapping[str, tuple[tuple[str, ...], Any]]


class CommaField(MultipleChoiceField):
    """`state=open&state=new` and `state=open,new` mean the same."""

    def to_python(self, value: Any) -> list[str]:
        return super().to_python(
            [part for item in value or [] for part in item.split(",") if part]
        )


class CommaFilter(MultipleChoiceFilter):
    field_class = CommaField


class ListFilter(FilterSet):
    """Allow-listed: what is not named filters nothing, and no lookups are taken."""

    SORTS: ClassVar[Sorts] = {}
    OUTSIDE: ClassVar[tuple[str, ...]] = ()  # what a person outside may narrow by

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person = getattr(self.request, "user", None)
        if person is not None and not getattr(person, "is_agent", False):
            for name in set(self.filters) - set(self.OUTSIDE):
                del self.filters[name]

    @property
    def order(self) -> tuple[str, ...]:
        """The columns that a page of this list is cut by."""
        chosen = self.form.cleaned_data.get("sort") if self.is_bound else ""
        return self.SORTS[chosen or "changed"][0]

    def sorted(self, rows: QuerySet[Any], _name: str, key: str) -> QuerySet[Any]:
        return rows.order_by(*self.SORTS[key][0])
