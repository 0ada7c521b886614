"""`Idempotency-Key` on every POST of the API: its repeat gets the same answer, once done.

The request runs in one transaction with the row that remembers its answer. So there is no
moment at which the work is done and the answer not yet known: a kill in between undoes both.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from people.api_auth import KeyAuthentication
from people.models import Reply, User

PREFIX = "/api/"
KEY = re.compile(r"[\x21-\x7e]{1,200}")
KEPT_HEADERS = ("Content-Type", "ETag", "Location")
# An answer that says who one is, or that something broke, is not the answer to the work.
NOT_KEPT = {401, 403, 429}


class IdempotencyMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.headers.get("Idempotency-Key")
        if key is None or request.method != "POST" or not request.path.startswith(PREFIX):
            return self.get_response(request)
        user = caller(request)
        if user is None:  # the API will say so, in its own words
            return self.get_response(request)
        if not KEY.fullmatch(key):
            return problem(
                400,
                "idempotency_key_invalid",
                _("An Idempotency-Key is 1 to 200 visible ASCII characters."),
            )
        try:
            request.body  # noqa: B018  (read here, while an answer can still be given)
        except RequestDataTooBig:
            return self.get_response(request)  # the API says so, in its own words
        return self.once(request, user, key)

    def once(self, request: HttpRequest, user: User, key: str) -> HttpResponse:
        asked = fingerprint(request)
        with transaction.atomic():
            if not lock(user, key):
                return problem(
                    409,
                    "idempotency_in_progress",
                    _("A request with this Idempotency-Key is still being worked on."),
                )
            known = Reply.objects.filter(user=user, key=key).first()
            if known is not None and known.fingerprint != asked:
                return problem(
                    422,
                    "idempotency_key_reused",
                    _("This Idempotency-Key was used for another request. Choose a new one."),
                )
            if known is not None:
                return again(known)
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
            elif response.status_code not in NOT_KEPT and not response.streaming:
                remember(user, key, asked, response)
        return response


def caller(request: HttpRequest) -> User | None:
    """Who asks, by key or by session; None when the API would not let them in."""
    try:
        found = KeyAuthentication().authenticate(Request(request))
    except APIException:
        return None
    user = found[0] if found else request.user
    return user if isinstance(user, User) and user.is_active else None


def fingerprint(request: HttpRequest) -> str:
    told = f"{request.method} {request.get_full_path()}\n{request.content_type}\n"
    return hashlib.sha256(told.encode() + request.body).hexdigest()


def lock(user: User, key: str) -> bool:
    """Hold this key until the transaction ends; False when somebody else holds it.

    An advisory lock and not a row: the database lets it go however the request ends.
    """
    digest = hashlib.sha256(f"reply {user.pk} {key}".encode()).digest()
    with connection.cursor() as cursor:
        number = int.from_bytes(digest[:8], "big", signed=True)
        cursor.execute("select pg_try_advisory_xact_lock(%s)", [number])
        return bool(cursor.fetchone()[0])


def remember(user: User, key: str, asked: str, response: HttpResponse) -> None:
    try:
        body = json.loads(response.content) if response.content else None
    except ValueError:
        return  # not JSON: no answer of the API's verbs
    Reply.objects.create(
        user=user,
        key=key,
        fingerprint=asked,
        status=response.status_code,
        body=body,
        headers={n: response.headers[n] for n in KEPT_HEADERS if n in response.headers},
    )


def again(known: Reply) -> HttpResponse:
    body = b"" if known.body is None else json.dumps(known.body, ensure_ascii=False).encode()
    response = HttpResponse(body, status=known.status, headers=known.headers)
    response.headers["Idempotent-Replayed"] = "true"
    return response


def problem(status: int, code: str, detail: str) -> HttpResponse:
    """A problem document like those of kcs.web, outside of the framework that renders them."""
    body = {
        "type": "about:blank",
        "title": _("Refused"),
        "status": status,
        "code": code,
        "detail": detail,
    }
    return JsonResponse(body, status=status, content_type="application/problem+json")
