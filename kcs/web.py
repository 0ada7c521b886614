"""What every door needs: answering htmx, saying no politely, and one form of problem."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from kcs.errors import BadValue, Refused, Stale

refusals = logging.getLogger("kcs.refused")


def note(error: Refused, request: Any) -> None:
    """Write down who was told no at which door: an attempt to set what one may not is seen.

    The door by its name and not by its address, which may hold somebody's secret link.
    """
    door = request.resolver_match
    user = getattr(request, "user", None)
    refusals.info(
        "%s %s %s refused to %s: %s %s",
        request.method,
        door.view_name if door else "-",
        door.kwargs.get("number", "-") if door else "-",
        getattr(user, "pk", None) or "nobody",
        error.status,
        error.code,
    )


def answer(
    request: HttpRequest, template: str, context: dict[str, Any], *, part: str, url: str
) -> HttpResponse:
    """Send htmx the one part that changed; send everyone else back to the page."""
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(url)
    response = render(request, f"{template}#{part}", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


class PrivateMiddleware:
    """What we answer is for one person and for now: no cache keeps it, unless a door says so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class RefusalMiddleware:
    """A verb that said no becomes a page, or for htmx a notice that names the reason."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Refused):
            return None
        note(error, request)
        context = {"error": error, "reason": str(error), "missing": error.missing}
        if request.htmx:  # type: ignore[attr-defined]
            response = render(request, "refused.html#notice", context, status=error.status)
            response["HX-Retarget"] = "#notice"
            response["HX-Reswap"] = "innerHTML"
            patch_vary_headers(response, ["HX-Request"])
            return response
        return render(request, "refused.html", context, status=error.status)


def problem(
    status: int, code: str, detail: str, *, headers: dict[str, str] | None = None, **more: Any
) -> Response:
    """A problem document of RFC 9457, with our stable `code`."""
    body = {
        "type": "about:blank",
        "title": _("Refused") if status < 500 else _("Error"),
        "status": status,
        "code": code,
        "detail": detail,
        **more,
    }
    return Response(
        body, status=status, headers=headers, content_type="application/problem+json"
    )


def api_refusal(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every error of the API as problem JSON; a stranger learns no more than a missing page."""
    if isinstance(error, Refused):
        note(error, context["request"])
        more: dict[str, Any] = {}
        if error.missing:
            more["missing"] = [{"code": m.code, "detail": m.detail} for m in error.missing]
        if isinstance(error, BadValue) and error.field:
            more["errors"] = {error.field: [str(error)]}
        if isinstance(error, Stale) and error.current is not None:
            more["current"] = error.current
        return problem(error.status, error.code, str(error), **more)
    if isinstance(error, ValidationError):
        return problem(400, "invalid", " ".join(error.messages))
    if isinstance(error, RequestDataTooBig):
        return problem(413, "too_large", _("This request is larger than the server takes."))
    response = exception_handler(error, context)
    if response is None:
        return None
    headers = {
        name: value
        for name, value in response.headers.items()
        if name in ("WWW-Authenticate", "Retry-After", "Allow")
    }
    if isinstance(error, Http404):
        return problem(404, "not_found", _("There is no such thing here."), headers=headers)
    if isinstance(error, PermissionDenied):
        return problem(403, "not_allowed", _("You have no right to do this."), headers=headers)
    if isinstance(error, exceptions.ValidationError):
        return problem(
            400,
            "invalid",
            _("Some values cannot be accepted; see errors."),
            errors=error.detail,
            headers=headers,
        )
    code = error.get_codes() if isinstance(error, exceptions.APIException) else "error"
    detail = str(getattr(error, "detail", error))
    return problem(response.status_code, str(code), detail, headers=headers)
