"""What every page of the help centre asks first, and what its answers carry."""

from __future__ import annotations

import re
import secrets
from typing import Any

from allauth.core.internal import ratelimit
from django.conf import settings
from django.conf.locale import LANG_INFO
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from people.models import User

VISIT = "visit"
# A visit ends with half an hour of silence. Its name is random, and nothing stands in it.
VISIT_SECONDS = 30 * 60
SHAPE = re.compile(r"[\w-]{22}", re.ASCII)
YEAR = 365 * 24 * 3600
# Each in its own words: whoever looks for theirs may not read the page's.
LANGUAGES = [(code, LANG_INFO[code]["name_local"]) for code, _name in settings.LANGUAGES]


def person(request: HttpRequest) -> User | None:
    return request.user if request.user.is_authenticated else None


def visit_of(request: HttpRequest) -> str:
    """The name of this browser's visit; a new one where there is none yet."""
    said = request.COOKIES.get(VISIT, "")
    return said if SHAPE.fullmatch(said) else secrets.token_urlsafe(16)


def visiting(response: HttpResponse, visit: str) -> HttpResponse:
    """Let the visit go on."""
    response.set_cookie(
        VISIT,
        visit,
        max_age=VISIT_SECONDS,
        path=reverse("help:home"),
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


def shared(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let caches keep what a visitor gets, for a second: long enough for a crowd, and what was
    taken back is gone within it."""
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    if person(request) is None and not request.COOKIES:
        patch_cache_control(response, public=True, max_age=1, must_revalidate=True)
    return response


def page(
    request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    context = {**context, "languages": LANGUAGES}
    return render(request, f"help/{template}.html", context, status=status)


def missing(request: HttpRequest, **_kwargs: Any) -> HttpResponse:
    """What does not exist and what is not for this reader: the same page."""
    return page(request, "missing", {}, status=404)


def too_many(request: HttpRequest, action: str, rates: str) -> HttpResponse | None:
    """The refusal, once an address sent too many of these. Counted in PostgreSQL."""
    known = ratelimit.consume(request, app="portal", action=action, config={action: rates})
    return None if known else page(request, "too_many", {}, status=429)


@require_safe
def language(request: HttpRequest, code: str) -> HttpResponse:
    """Read in this language from now on: a link, so that pages without forms can be shared."""
    wanted = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        wanted = reverse("help:home")
    response = redirect(wanted)
    if code in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            code,
            max_age=YEAR,
            samesite="Lax",
            secure=settings.LANGUAGE_COOKIE_SECURE,
        )
    return response
