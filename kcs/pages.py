"""Keyset paging: a page begins after the last row of the one before, whatever comes in between."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError as WrongValue
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param


class ApiPages(BasePagination):
    """Cursor pages of the API. No totals: counting a million rows helps nobody.

    The order is the chosen one of the list's filter set, else the view's `order`.
    """

    size = 50
    most = 200

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        filterset = getattr(view, "filterset", None)
        order = getattr(filterset, "order", None) or view.order
        return self.cut(queryset, request, order)

    def cut(self, queryset: QuerySet[Any], request: Request, order: Sequence[str]) -> list[Any]:
        self.request = request
        cursor = request.query_params.get("cursor", "")
        if cursor and not _read(cursor, queryset.model, order)[1]:
            # A program that pages with a broken cursor must not read the start again for ever.
            raise ValidationError({"cursor": [_("This is no cursor of this list.")]})
        self.page = keyset(queryset, order, cursor=cursor, size=self._limit(request))
        return self.page.rows

    def _limit(self, request: Request) -> int:
        text = request.query_params.get("limit", str(self.size))
        if not (text.isascii() and text.isdigit() and len(text) < 9 and int(text) > 0):
            raise ValidationError({"limit": [_("A number from 1 to 200.")]})
        return min(int(text), self.most)

    def get_paginated_response(self, data: Any) -> Response:
        address = self.request.build_absolute_uri()
        links = {
            name: replace_query_param(address, "cursor", cursor) if cursor else None
            for name, cursor in (("next", self.page.older), ("previous", self.page.newer))
        }
        return Response({**links, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            {"name": "cursor", "in": "query", "schema": {"type": "string"}},
            {
                "name": "limit",
                "in": "query",
                "schema": {"type": "integer", "minimum": 1, "maximum": self.most},
            },
        ]


@dataclass(frozen=True)
class Page:
    """One page of rows; `newer` and `older` are the cursors of its neighbours, or empty."""

    rows: list[Any]
    newer: str
    older: str

    def addresses(
        self, here: str = "", kept: Mapping[str, Any] | None = None
    ) -> dict[str, str]:
        """What a template of pages links to, `newer_url` and `older_url`: the same page with what
        else its address says; empty where there is no neighbour."""
        said = {name: value for name, value in (kept or {}).items() if value}
        return {
            f"{name}_url": f"{here}?{urlencode({**said, 'cursor': cursor})}" if cursor else ""
            for name, cursor in (("newer", self.newer), ("older", self.older))
        }


def keyset(
    queryset: QuerySet[Any], order: Sequence[str], *, cursor: str = "", size: int = 50
) -> Page:
    """The page that the cursor points to. `order` names columns that are never null, the last
    one unique; the queryset comes without an order of its own.

    A cursor that is not ours (cut off, or of another order) begins at the start: it is an
    address that somebody shortened, not an attack worth an error.
    """
    backwards, values = _read(cursor, queryset.model, order)
    wanted = [_turned(name) for name in order] if backwards else list(order)
    if values:
        queryset = queryset.filter(_after(wanted, values))
    rows = list(queryset.order_by(*wanted)[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    first, last = (rows[0], rows[-1]) if rows else (None, None)
    has_newer = more if backwards else bool(values)
    has_older = bool(values) if backwards else more
    return Page(
        rows,
        newer=_write("n", first, order) if first and has_newer else "",
        older=_write("o", last, order) if last and has_older else "",
    )


def _turned(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _after(order: Sequence[str], values: Sequence[Any]) -> Q:
    """Rows that stand behind these values in this order.

    The bound on the first column alone repeats what the rest says; it is there because
    PostgreSQL finds its place in an index by it and not by the ORs.
    """
    column, step = order[0].lstrip("-"), "lt" if order[0].startswith("-") else "gt"
    behind, same = Q(), Q()
    for name, value in zip(order, values, strict=True):
        column_here = name.lstrip("-")
        beyond = "lt" if name.startswith("-") else "gt"
        behind |= same & Q(**{f"{column_here}__{beyond}": value})
        same &= Q(**{column_here: value})
    return Q(**{f"{column}__{step}e": values[0]}) & behind


def _write(direction: str, row: Model | dict[str, Any], order: Sequence[str]) -> str:
    names = [name.lstrip("-") for name in order]
    values = [row[name] if isinstance(row, dict) else getattr(row, name) for name in names]
    plain = [v.isoformat() if isinstance(v, datetime) else v for v in values]
    text = json.dumps([direction, *plain], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str, model: type[Model], order: Sequence[str]) -> tuple[bool, list[Any]]:
    if not cursor or len(cursor) > 500:
        return False, []
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        direction, *plain = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
        if any(isinstance(v, str) and "\x00" in v.encode().decode() for v in plain):
            return False, []  # PostgreSQL has no such text; encode() refuses lone surrogates
        names = [name.lstrip("-") for name in order]
        fields: list[Any] = [
            model._meta.pk if n == "pk" else model._meta.get_field(n) for n in names
        ]
        values = [
            field.to_python(value) for field, value in zip(fields, plain, strict=True) if field
        ]
    except (ValueError, TypeError, OverflowError, RecursionError, WrongValue):
        return False, []
    if direction not in ("n", "o") or any(value is None for value in values):
        return False, []
    return direction == "n", values
