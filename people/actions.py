"""Verbs about people: tell, invite, admit, grant, make and revoke keys."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kcs.errors import BadValue, Missing, NotAllowed, Refused
from people.models import (
    ApiKey,
    CompetencyGrant,
    Invitation,
    Notification,
    SiteSettings,
    Team,
    User,
)

INVITATION_DAYS = 14


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def tell(
    people: Iterable[User | None],
    *,
    by: User | None,
    kind: str,
    subject: str,
    url: str,
    text: str = "",
) -> list[Notification]:
    """Put a notification into each person's inbox, but not one's own doing and not what they
    switched off. The row is the outbox of its mail: a job sends what is due."""
    told: dict[int, Notification] = {}
    for person in people:
        if person is None or not person.is_active or kind in person.muted:
            continue
        if by is not None and person.pk == by.pk:
            continue
        told[person.pk] = Notification(
            user=person,
            kind=kind,
            by=by,
            subject=subject[:300],
            text=text[:2000],
            url=url,
            mail_due=kind in person.mailed,
        )
    return Notification.objects.bulk_create(told.values())


def read_notifications(user: User, *, ids: Iterable[int] | None = None) -> int:
    """Mark these (or all) of the person's notifications as read; how many there were."""
    unread = user.notifications.unread()
    if ids is not None:
        unread = unread.filter(pk__in=ids)
    return unread.update(read_at=timezone.now())


@transaction.atomic
def setup_link() -> str | None:
    """The one-time path that makes the first administrator; None once there is one.

    A new token each time, so that only the latest start's print-out works.
    """
    if User.objects.filter(is_superuser=True).exists():
        return None
    token = secrets.token_urlsafe(24)
    site = SiteSettings.load()
    site.setup_token = token_hash(token)
    site.save(update_fields=["setup_token"])
    return f"/setup/{token}/"


@transaction.atomic
def set_up(token: str, *, email: str, name: str, password: str, site_name: str = "") -> User:
    """Make the first administrator. The token works once, and only while there is none."""
    site = SiteSettings.objects.select_for_update(no_key=True).get(pk=SiteSettings.load().pk)
    valid = bool(site.setup_token) and secrets.compare_digest(
        site.setup_token, token_hash(token)
    )
    if not valid or User.objects.filter(is_superuser=True).exists():
        raise NotAllowed(_("This address has been used or was replaced by a newer start."))
    user = _new_person(email=email, name=name, password=password)
    user.is_superuser = user.is_staff = True
    user.competency = User.Competency.PUBLISHER
    user.save(update_fields=["is_superuser", "is_staff", "competency"])
    CompetencyGrant.objects.create(
        user=user,
        competency=user.competency,
        granted_by=user,
        evidence=_("First administrator"),
    )
    site.setup_token = ""
    if site_name.strip():
        site.name = site_name.strip()[:60]
    site.save(update_fields=["setup_token", "name"])
    return user


def _new_person(*, email: str, name: str, password: str) -> User:
    email, name = email.strip(), name.strip()
    try:
        validate_email(email)
    except ValidationError as error:
        raise BadValue(_("This is not an e-mail address."), field="email") from error
    if not name:
        raise BadValue(_("Please give a name."), field="name")
    if User.objects.filter(email__iexact=email).exists():
        raise BadValue(_("Somebody already has this e-mail address."), field="email")
    user = User(email=email, name=name)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise BadValue(" ".join(error.messages), field="password") from error
    user.set_password(password)
    user.save()
    return user


@transaction.atomic
def invite(
    *, by: User, email: str, name: str = "", competency: str = "", team: Team | None = None
) -> tuple[Invitation, str]:
    """Invite one person. The token is returned once, for the mail or for handing over."""
    if not by.is_superuser:
        raise NotAllowed(_("Only administrators invite people."))
    try:
        validate_email(email)
    except ValidationError as error:
        raise BadValue(_("This is not an e-mail address."), field="email") from error
    if User.objects.filter(email__iexact=email).exists():
        raise BadValue(_("Somebody already has this e-mail address."), field="email")
    token = secrets.token_urlsafe(24)
    invitation = Invitation.objects.create(
        email=email,
        name=name,
        competency=competency,
        team=team,
        token_hash=token_hash(token),
        invited_by=by,
        expires_at=timezone.now() + timedelta(days=INVITATION_DAYS),
    )
    return invitation, token


@transaction.atomic
def accept_invitation(token: str, *, name: str, password: str) -> User:
    """Become a person with what the invitation says. Works once, within its days."""
    invitation = (
        Invitation.objects.select_for_update(no_key=True, of=("self",))
        .filter(token_hash=token_hash(token))
        .first()
    )
    if invitation is None or invitation.accepted_by_id is not None:
        raise NotAllowed(_("This invitation has been used. Ask for a new one."))
    if invitation.expires_at <= timezone.now():
        raise NotAllowed(_("This invitation has expired. Ask for a new one."))
    user = _new_person(email=invitation.email, name=name, password=password)
    user.team = invitation.team
    user.save(update_fields=["team"])
    if invitation.competency:
        grant(
            user,
            competency=invitation.competency,
            by=invitation.invited_by,
            evidence=_("Invited with this competency"),
        )
    invitation.accepted_by = user
    invitation.save(update_fields=["accepted_by"])
    return user


@transaction.atomic
def grant(user: User, *, competency: str, by: User, evidence: str = "") -> CompetencyGrant:
    """Give a competency; the one before ends and stays as history."""
    if competency not in User.Competency.values:
        raise BadValue(_("There is no such competency."), field="competency")
    CompetencyGrant.objects.filter(user=user, revoked_at=None).update(
        revoked_at=timezone.now(), revoked_by=by
    )
    user.competency = competency
    user.save(update_fields=["competency"])
    return CompetencyGrant.objects.create(
        user=user, competency=competency, granted_by=by, evidence=evidence
    )


def make_key(
    user: User, *, name: str = "", scopes: list[str], expires_at: datetime | None = None
) -> tuple[ApiKey, str]:
    """A new API key for this person. The whole key is returned once and kept nowhere."""
    unknown = set(scopes) - {"read", "write"}
    if unknown or not scopes:
        raise BadValue(_("Scopes are read and write."), field="scopes")
    if not user.is_active:
        raise Refused(_("This person is not active."), missing=[Missing("user", user.email)])
    prefix = secrets.token_hex(4)
    key = f"{prefix}.{secrets.token_urlsafe(32)}"
    made = ApiKey.objects.create(
        user=user,
        name=name[:80],
        prefix=prefix,
        key_hash=token_hash(key),
        scopes=scopes,
        expires_at=expires_at,
    )
    return made, key


def revoke_key(key: ApiKey) -> None:
    key.revoked_at = timezone.now()
    key.save(update_fields=["revoked_at"])
