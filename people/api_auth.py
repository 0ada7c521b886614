"""Who calls the API: the holder of a key, or a signed-in browser with its CSRF token."""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import authentication, exceptions, permissions
from rest_framework.request import Request

from people.models import ApiKey, User

# What make_key makes: eight hexadecimal digits, a dot, and 32 random bytes in base64.
SHAPE = re.compile(r"([0-9a-f]{8})\.[\w-]{43}", re.ASCII)
NO_HASH = "0" * 64


def key_hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


class KeyAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer PREFIX.SECRET`. Revoked, expired and leavers' keys end at once.

    All of them, and keys that never were, are answered with the same words and the same work.
    """

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        kind, _space, key = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer":
            return None
        shaped = SHAPE.fullmatch(key.strip())
        if shaped is None:
            raise exceptions.AuthenticationFailed(_("This API key is not valid."))
        held = (
            ApiKey.objects.select_related("user__team", "user__organisation")
            .filter(prefix=shaped[1], revoked_at=None, user__is_active=True)
            .first()
        )
        now = timezone.now()
        known = held.key_hash if held else NO_HASH
        if (
            not hmac.compare_digest(known, key_hash(shaped[0]))
            or held is None
            or (held.expires_at is not None and held.expires_at <= now)
        ):
            raise exceptions.AuthenticationFailed(_("This API key is not valid."))
        # Once a minute is enough to know that a key is in use, and spares a write a request.
        if held.last_used_at is None or now - held.last_used_at > timedelta(minutes=1):
            ApiKey.objects.filter(pk=held.pk).update(last_used_at=now)
        return held.user, held

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class KnownPerson(permissions.BasePermission):
    """Signed in; and a key must carry the scope that the method needs."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user or not request.user.is_authenticated:
            return False
        if isinstance(request.auth, ApiKey):
            needed = "read" if request.method in permissions.SAFE_METHODS else "write"
            return needed in request.auth.scopes
        return True


class Agent(KnownPerson):
    """Staff only."""

    def has_permission(self, request: Request, view: Any) -> bool:
        user = request.user
        return super().has_permission(request, view) and bool(getattr(user, "is_agent", False))
