"""The language of each page, and the page of an install that nobody has set up yet."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation

from people.models import User


class LanguageMiddleware:
    """The cookie's language, else the signed-in person's own, else the browser's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = ""
        # The cookie wins: choosing a language writes both the cookie and the person.
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if chosen in dict(settings.LANGUAGES):
            language = chosen
        elif request.session.session_key and request.user.is_authenticated:
            language = request.user.language
        if not language:
            language = translation.get_language_from_request(request)
        translation.activate(language)
        request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        return response


class FirstVisitMiddleware:
    """Until somebody can sign in, every page says where the first administrator is made.

    Once there is anybody it asks nothing more: people are deactivated, never deleted, and
    the last administrator stays.
    """

    OPEN = ("/setup/", "/api/", "/livez", "/readyz", "/static/", "/language/", "/theme/")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.inhabited = False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not self.inhabited and not request.path.startswith(self.OPEN):
            self.inhabited = User.objects.filter(is_active=True).exists()
            if not self.inhabited:
                return redirect(reverse("people:first_visit"))
        return self.get_response(request)
