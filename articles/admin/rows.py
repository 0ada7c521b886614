"""Forms with rows: a thing and the lines that belong to it, edited on one page.

Rows are added without JavaScript: below the last one are always a few empty ones, and “save and
continue” brings more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms.formsets import DELETION_FIELD_NAME, BaseFormSet
from django.utils.translation import gettext_lazy as _

EMPTY = 3


class Row(forms.Form):
    """One line of a table: its columns are named above it, and to who cannot see them."""

    place = forms.IntegerField(
        label=_("Place"),
        required=False,
        min_value=0,
        max_value=999,
        widget=forms.NumberInput(attrs={"size": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = field.label


class RowSet(BaseFormSet):  # type: ignore[type-arg]
    """The rows of a table, empty ones below."""

    title: Any = ""
    hint: Any = ""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if DELETION_FIELD_NAME in form.fields:
            form.fields[DELETION_FIELD_NAME].widget.attrs["aria-label"] = _("Remove")

    def heads(self) -> list[Any]:
        return [field.label for field in self.empty_form.visible_fields()]

    def told(self) -> Iterator[dict[str, Any]]:
        """The rows that say something, in the order of their places."""
        said = [
            row.cleaned_data
            for row in self.forms
            if row.cleaned_data and not row.cleaned_data.get(DELETION_FIELD_NAME)
        ]
        yield from sorted(said, key=lambda one: (one.get("place") is None, one.get("place")))


def row_set(
    row: type[Row], data: Any, initial: list[dict[str, Any]], *, prefix: str, most: int = 60,
    grows: bool = True,
) -> RowSet:  # fmt: skip
    made = forms.formset_factory(
        row,
        formset=RowSet,
        extra=EMPTY if grows else 0,
        can_delete=grows,
        max_num=most,
        absolute_max=most,
    )
    rows: Any = made(data, initial=initial, prefix=prefix)
    return rows


class RowsForm(forms.ModelForm):
    """A form that brings tables of rows, read and checked along with it."""

    def tables(self) -> list[RowSet]:
        raise NotImplementedError

    def has_changed(self) -> bool:
        return super().has_changed() or any(table.has_changed() for table in self.tables())

    def clean(self) -> Any:
        cleaned = super().clean()
        # A table that did not come along was not shown: to whom may only look.
        for table in self.tables():
            if not table.is_valid():
                self.add_error(None, _("A row cannot be read. See beside it."))
                break
        return cleaned

    def _post_clean(self) -> None:
        """The verbs look at it, in words; nothing is set on the thing before."""
