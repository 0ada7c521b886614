"""What the visitor reads when something of ours broke: a page, or for a program a problem."""

from __future__ import annotations

import sys
from http import HTTPStatus
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader
from django.utils.translation import gettext as _
from django.views import defaults

# The database restarts within seconds; a client that knows so tries again by itself.
RETRY_SECONDS = "5"


def server_error(request: HttpRequest, **_kwargs: Any) -> HttpResponse:
    """500; or 503 while the database is away."""
    away = isinstance(sys.exc_info()[1], (OperationalError, InterfaceError))
    status = HTTPStatus.SERVICE_UNAVAILABLE if away else HTTPStatus.INTERNAL_SERVER_ERROR
    if request.path.startswith("/api/"):
        detail = (
            _("The database is away for a moment. Try again soon.")
            if away
            else _("Something broke on our side. It has been written down.")
        )
        response: HttpResponse = _problem(status, "unavailable" if away else "broken", detail)
    elif away:
        response = HttpResponse(loader.render_to_string("503.html"), status=status)
    else:
        response = defaults.server_error(request)
    if away:
        response.headers["Retry-After"] = RETRY_SECONDS
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What Django itself refuses before any door is reached."""
    if request.path.startswith("/api/"):
        detail = _("This request cannot be read.")
        return _problem(HTTPStatus.BAD_REQUEST, "bad_request", detail)
    return defaults.bad_request(request, exception)


def _problem(status: HTTPStatus, code: str, detail: str) -> JsonResponse:
    body = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "code": code,
        "detail": detail,
    }
    return JsonResponse(body, status=status, content_type="application/problem+json")
