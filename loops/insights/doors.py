"""What every page of the insights asks of an address before it reads it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from django.utils.translation import gettext as _

from kcs.errors import BadValue
from people.doors import View

NUL = "\x00"


def readable(patterns: Iterable[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
    """The same pages, which refuse what no text may hold: the database would break over it."""
    found = list(patterns)
    for one in found:
        if isinstance(one, URLResolver):
            readable(one.url_patterns)
        else:
            one.callback = _refusing(one.callback)
    return found


def _refusing(view: View) -> View:
    @wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # Strangers are sent to sign in, whatever they ask for.
        if request.user.is_authenticated:
            if any(NUL in str(value) for value in kwargs.values()):
                raise Http404
            for given in (request.GET, request.POST):
                _refuse(given.lists())
        return view(request, *args, **kwargs)

    return door


def _refuse(given: Iterable[tuple[str, list[Any]]]) -> None:
    for name, values in given:
        if NUL in name or any(NUL in str(value) for value in values):
            raise BadValue(_("This is no text."), field=name.replace(NUL, "")[:80])
