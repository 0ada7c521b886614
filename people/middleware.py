"""The language of each page, the page of an install that nobody has set up yet, and the book
of what was refused to whom."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from kcs.errors import Refused, denied
from kcs.log import unkeyed
from people.models import Refusal, User

log = logging.getLogger("kcs.refused")


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


class RefusalsMiddleware:
    """Writes down what somebody who is known tried and may not: one row for each refusal.

    By page, API or administration alike, because the errors themselves say what was refused
    (kcs.errors.denied); and after the answer, when what was undone is undone. What a door
    recovers from, by proposing where one may not change, is no attempt and not written.
    """

    MOST = 20  # rows of one request, however many things it named

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        heard: list[Refused] = []
        token = denied.set(heard)
        try:
            response = self.get_response(request)
        finally:
            denied.reset(token)
        if response.status_code in (207, 403, 412, 422):
            self.write(request, response, heard)
        return response

    def write(self, request: HttpRequest, response: HttpResponse, heard: list[Refused]) -> None:
        """A log that cannot be written hides nobody's answer."""
        person = request.user
        if not isinstance(person, User) or not person.is_authenticated:
            return
        told = {(error.code, str(error)): error for error in heard}
        rows = [
            self.row(request, person, code, message, getattr(error, "field", ""))
            for (code, message), error in told.items()
        ]
        if not rows and response.status_code == 403:
            rows = [
                self.row(request, person, "not_allowed", _("You have no right to do this."))
            ]
        try:
            Refusal.objects.bulk_create(rows[: self.MOST])
        except DatabaseError:
            log.exception("a refusal could not be written down")

    def row(
        self, request: HttpRequest, person: User, code: str, message: str, field: str = ""
    ) -> Refusal:
        return Refusal(
            person_id=person.pk,
            method=(request.method or "")[:8],
            path=unkeyed(request.path)[:300],
            code=code[:40],
            field=field[:60],
            message=message[:500],
        )
