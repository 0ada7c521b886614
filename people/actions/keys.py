"""Verbs of API keys: make, revoke."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kcs.errors import BadValue, Missing, Refused
from people.models import ApiKey, PersonEvent, User

SCOPES = ("read", "write")


@transaction.atomic
def make_key(
    user: User,
    *,
    name: str = "",
    scopes: list[str],
    expires_at: datetime | None = None,
    by: User | None = None,
) -> tuple[ApiKey, str]:
    """A new API key for this person. The whole key is returned once and kept nowhere.

    `by` is empty where the command line makes it.
    """
    if not scopes or set(scopes) - set(SCOPES):
        raise BadValue(_("Scopes are read and write."), field="scopes")
    if expires_at is not None and expires_at <= timezone.now():
        raise BadValue(_("Choose a time that is still to come."), field="expires")
    if not user.is_active:
        raise Refused(_("This person is not active."), missing=[Missing("user", user.email)])
    prefix = secrets.token_hex(4)
    key = f"{prefix}.{secrets.token_urlsafe(32)}"
    made = ApiKey.objects.create(
        user=user,
        name=name.strip()[:80],
        prefix=prefix,
        key_hash=hashlib.sha256(key.encode()).hexdigest(),
        scopes=[scope for scope in SCOPES if scope in scopes],
        expires_at=expires_at,
    )
    user.events.create(
        verb=PersonEvent.Verb.KEY_MADE, by=by, detail={"key": prefix, "scopes": made.scopes}
    )
    return made, key


@transaction.atomic
def revoke_key(key: ApiKey, *, by: User | None = None) -> ApiKey:
    """From now on this key opens nothing. It stays in the list, as revoked."""
    key.refresh_from_db(from_queryset=ApiKey.objects.select_for_update(no_key=True))
    if key.revoked_at is None:
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])
        key.user.events.create(
            verb=PersonEvent.Verb.KEY_REVOKED, by=by, detail={"key": key.prefix}
        )
    return key
