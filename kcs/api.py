"""What every door of the API needs: strict shapes, ETags, lists that know their keys.

Nothing here knows a domain word. How an error looks is kcs.web's; paging is kcs.pages'.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kcs.errors import Refused, Stale
from kcs.pages import ApiPages


class NoMatch(Refused):
    """A PATCH must say which state it began from (428)."""

    status = 428
    code = "if_match_needed"


# Reading ------------------------------------------------------------------------------------


class Asked(serializers.Serializer):
    """What a request may say. A field that it does not have is refused by name: nothing is
    assigned that nobody meant, and a typing error is not taken for silence."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := sorted(set(data) - set(self.fields))):
            raise serializers.ValidationError(
                {name[:80]: [_("There is no such field here.")] for name in unknown[:20]}
            )
        return super().to_internal_value(data)


def read(shape: type[Asked], request: Request, **kwargs: Any) -> dict[str, Any]:
    """The request's body in this shape; 400 that names each field otherwise."""
    asked = shape(data=request.data, context={"request": request}, **kwargs)
    asked.is_valid(raise_exception=True)
    return asked.validated_data


class Text(serializers.CharField):
    """Text as it was sent: spaces at its ends are the author's."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"trim_whitespace": False, "allow_blank": True, **kwargs})


class Word(serializers.CharField):
    """One of the domain's words. The schema lists them; the verb says which may be set (422)."""

    def __init__(self, choices: type[TextChoices] | Iterable[str], **kwargs: Any) -> None:
        values = choices.values if isinstance(choices, type) else list(choices)
        super().__init__(max_length=40, **kwargs)
        self._spectacular_annotation = {"field": {"type": "string", "enum": values}}


class Facets(serializers.DictField):
    """Environment facets: a flat object of short values, {"version": "2.3"}."""

    child = serializers.JSONField()

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        facets = super().to_internal_value(data)
        if len(facets) > 50:
            raise serializers.ValidationError(_("At most fifty facets."))
        for name, value in facets.items():
            if not 0 < len(name) <= 80:
                raise serializers.ValidationError(_("A facet's name has 1 to 80 characters."))
            if not isinstance(value, (str, int, float, bool)) or len(str(value)) > 500:
                raise serializers.ValidationError(
                    _("A facet is a text of up to 500 characters, a number, or true or false.")
                )
        return facets


# States that may have changed meanwhile ------------------------------------------------------


def etag_of(version: int | str, *parts: Any) -> str:
    """A strong validator: the version, and a digest of what else a PATCH can change."""
    said = json.dumps(parts, default=str, sort_keys=True, separators=(",", ":"))
    return f'"v{version}-{hashlib.sha256(said.encode()).hexdigest()[:16]}"'


def answer_with(data: Any, etag: str, *, status: int = 200, **headers: str) -> Response:
    return Response(data, status=status, headers={"ETag": etag, **headers})


def need_match(request: Request) -> str:
    """The If-Match of a PATCH; 428 without."""
    wanted = request.headers.get("If-Match", "").strip()
    if not wanted:
        raise NoMatch(
            _("Send the ETag that you read in If-Match, so that nobody's work is overwritten.")
        )
    return wanted


def check_match(wanted: str, etag: str, current: Callable[[], Any]) -> None:
    """Refuse a change that began from another state (412), with what stands there now.

    Called while the row is locked: between this check and the change nobody else saves.
    """
    if wanted != "*" and etag not in (tag.strip() for tag in wanted.split(",")):
        raise Stale(
            _("Somebody saved a newer version meanwhile. Compare, and save again."),
            current=current(),
        )


# Lists ---------------------------------------------------------------------------------------


class KnownFilters(DjangoFilterBackend):
    """The FilterSet of the pages; here a key that it does not have is refused by name (400)."""

    paging = frozenset({"cursor", "limit"})

    def get_filterset(self, request: Request, queryset: Any, view: Any) -> Any:
        filterset = super().get_filterset(request, queryset, view)
        known = set(self.paging | getattr(view, "extra_keys", frozenset()))
        if filterset is not None:
            for name, field in filterset.form.fields.items():
                suffixes = getattr(field.widget, "suffixes", [])
                known |= {f"{name}_{suffix}" for suffix in suffixes} if suffixes else {name}
        refuse_unknown(request, known)
        # The pager cuts by the order that was chosen, and the filter set knows which.
        view.filterset = filterset
        return filterset


def refuse_unknown(request: Request, known: Iterable[str]) -> None:
    if unknown := sorted(set(request.query_params) - set(known)):
        raise serializers.ValidationError(
            {name[:80]: [_("This list cannot be filtered by that.")] for name in unknown[:20]}
        )


def paged(
    view: APIView, request: Request, queryset: Any, shape: type[serializers.BaseSerializer],
    *, order: tuple[str, ...], **context: Any,
) -> Response:  # fmt: skip
    """A page of rows inside a thing: an article's versions, a domain's templates."""
    pages = ApiPages()
    rows = pages.cut(queryset, request, order)
    data = shape(rows, many=True, context={"request": request, **context}).data
    return pages.get_paginated_response(data)


# Everything else -----------------------------------------------------------------------------


@extend_schema(exclude=True)
class Nowhere(APIView):
    """Any address that is none: a problem like the others, and the same for every method."""

    def http_method_not_allowed(self, request: Any, *_args: Any, **_kw: Any) -> Response:
        raise exceptions.NotFound(
            _("There is no such address. Addresses here end with a slash.")
        )
