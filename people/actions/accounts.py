"""Verbs of accounts: set up, invite, accept, change, grant, deactivate, reactivate."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kcs.errors import BadValue, NotAllowed, Refused
from people import leaving
from people.models import (
    LANGUAGES,
    CompetencyGrant,
    Invitation,
    Notification,
    PersonEvent,
    SiteSettings,
    Team,
    User,
)

Verb = PersonEvent.Verb
INVITATION_DAYS = 14
# From the least to the most; a competency is taken back by going down.
LADDER = tuple(User.Competency.values)
THEMES = ("auto", "light", "dark")
# What an administrator may change about a person. Competency is granted, is_active has verbs.
CHANGEABLE = (
    "name",
    "email",
    "team",
    "coach",
    "organisation",
    "is_coach",
    "is_product",
    "is_staff",
    "is_superuser",
)


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def require_administrator(by: User) -> None:
    if not (by.is_active and by.is_superuser):
        raise NotAllowed(_("Only administrators do this."))


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


def check_setup_token(token: str, site: SiteSettings | None = None) -> None:
    """Raise NotAllowed unless this token would make the first administrator now."""
    site = site or SiteSettings.load()
    valid = bool(site.setup_token) and secrets.compare_digest(
        site.setup_token, token_hash(token)
    )
    if not valid or User.objects.filter(is_superuser=True).exists():
        raise NotAllowed(_("This address has been used or was replaced by a newer start."))


@transaction.atomic
def set_up(token: str, *, email: str, name: str, password: str, site_name: str = "") -> User:
    """Make the first administrator. The token works once, and only while there is none."""
    site = SiteSettings.objects.select_for_update(no_key=True).get(pk=SiteSettings.load().pk)
    check_setup_token(token, site)
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
    user.events.create(verb=Verb.SET_UP, by=user)
    site.setup_token = ""
    if site_name.strip():
        site.name = " ".join(site_name.split())[:60]
    site.save(update_fields=["setup_token", "name"])
    return user


def _free_email(email: str, *, but: User | None = None) -> str:
    """The address as it is kept, or the reason why nobody can be given it."""
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise BadValue(_("This is not an e-mail address."), field="email") from error
    taken = User.objects.filter(email__iexact=email).exclude(pk=but.pk if but else None)
    if len(email) > 254 or taken.exists():
        raise BadValue(_("Somebody already has this e-mail address."), field="email")
    return email


def _new_person(*, email: str, name: str, password: str) -> User:
    email, name = _free_email(email), " ".join(name.split())[:120]
    if not name:
        raise BadValue(_("Please give a name."), field="name")
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
    """Invite one person. The token is returned once, for the mail or for handing over.

    An earlier invitation to the same address ends: one address, one open door.
    """
    require_administrator(by)
    email = _free_email(email)
    if competency and competency not in User.Competency.values:
        raise BadValue(_("There is no such competency."), field="competency")
    Invitation.objects.filter(email__iexact=email, accepted_by=None).delete()
    token = secrets.token_urlsafe(24)
    invitation = Invitation.objects.create(
        email=email,
        name=" ".join(name.split())[:120],
        competency=competency,
        team=team,
        token_hash=token_hash(token),
        invited_by=by,
        expires_at=timezone.now() + timedelta(days=INVITATION_DAYS),
    )
    return invitation, token


@transaction.atomic
def withdraw_invitation(invitation: Invitation, *, by: User) -> None:
    """The link stops working. An accepted invitation is history and stays."""
    require_administrator(by)
    gone, _models = Invitation.objects.filter(pk=invitation.pk, accepted_by=None).delete()
    if not gone:
        raise Refused(_("This invitation has been accepted already."))


def find_invitation(token: str, *, lock: bool = False) -> Invitation:
    """The open invitation behind a link, or the reason why it does not work any more."""
    rows = Invitation.objects.select_related("team")
    if lock:
        rows = rows.select_for_update(no_key=True, of=("self",))
    invitation = rows.filter(token_hash=token_hash(token)).first()
    if invitation is None or invitation.accepted_by_id is not None:
        raise NotAllowed(_("This invitation has been used or withdrawn. Ask for a new one."))
    if invitation.expires_at <= timezone.now():
        raise NotAllowed(_("This invitation has expired. Ask for a new one."))
    return invitation


@transaction.atomic
def accept_invitation(token: str, *, name: str, password: str) -> User:
    """Become a person with what the invitation says. Works once, within its days."""
    invitation = find_invitation(token, lock=True)
    user = _new_person(email=invitation.email, name=name, password=password)
    user.team = invitation.team
    user.save(update_fields=["team"])
    user.events.create(
        verb=Verb.JOINED, by=user, detail={"invited_by": invitation.invited_by_id}
    )
    if invitation.competency:
        _grant(
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
    """Give a competency; the one before ends and stays as history.

    Administrators grant to everybody, coaches to those whom they coach, nobody to themselves.
    """
    _may_grant(user, by)
    return _grant(user, competency=competency, by=by, evidence=evidence)


def _may_grant(user: User, by: User) -> None:
    if by.pk == user.pk:
        raise NotAllowed(_("Nobody decides about their own competency."))
    if not (by.is_active and (by.is_superuser or (by.is_coach and user.coach_id == by.pk))):
        raise NotAllowed(
            _("A competency is granted by an administrator or by the person's coach.")
        )


def _grant(user: User, *, competency: str, by: User, evidence: str) -> CompetencyGrant:
    if competency not in User.Competency.values:
        raise BadValue(_("There is no such competency."), field="competency")
    user.refresh_from_db(from_queryset=User.objects.select_for_update(no_key=True))
    before = user.competency
    CompetencyGrant.objects.filter(user=user, revoked_at=None).update(
        revoked_at=timezone.now(), revoked_by=by
    )
    user.competency = competency
    user.save(update_fields=["competency"])
    down = before in LADDER and LADDER.index(competency) < LADDER.index(before)
    user.events.create(
        verb=Verb.DEMOTED if down else Verb.GRANTED,
        by=by,
        detail={"from": before, "to": competency},
    )
    return CompetencyGrant.objects.create(
        user=user, competency=competency, granted_by=by, evidence=evidence.strip()
    )


@transaction.atomic
def revoke_competency(
    user: User, *, by: User, evidence: str, competency: str = ""
) -> CompetencyGrant:
    """Take a competency back: the one below follows it, or a lower one that is named.

    By an administrator or the person's coach, never by the person, and never without a reason.
    The grant that ends stays in the history, with who ended it.
    """
    _may_grant(user, by)
    user.refresh_from_db(from_queryset=User.objects.select_for_update(no_key=True))
    if user.competency not in LADDER[1:]:
        raise Refused(_("There is nothing below a Candidate; who leaves is deactivated."))
    place = LADDER.index(user.competency)
    competency = competency or LADDER[place - 1]
    if competency not in LADDER[:place]:
        raise BadValue(_("Choose a lower competency."), field="competency")
    if not evidence.strip():
        raise BadValue(_("Say why, in a few words."), field="evidence")
    return _grant(user, competency=competency, by=by, evidence=evidence)


def _one_administrator_stays(user: User) -> None:
    """Somebody must always be able to let people in. Locks, so that two cannot leave at once."""
    others = User.objects.filter(is_superuser=True, is_active=True).select_for_update(
        no_key=True
    )
    if not [person for person in others.order_by("pk") if person.pk != user.pk]:
        raise Refused(_("This is the last administrator. Make somebody else one first."))


@transaction.atomic
def change_person(user: User, *, by: User, **wanted: Any) -> User:
    """Change name, e-mail, team, coach, organisation and the roles beside the competency."""
    require_administrator(by)
    unknown = set(wanted) - set(CHANGEABLE)
    if unknown:
        raise BadValue(
            _("“%(field)s” cannot be changed.") % {"field": sorted(unknown)[0]},
            field=sorted(unknown)[0],
        )
    if user.is_superuser and not wanted.get("is_superuser", True):
        _one_administrator_stays(user)
    user.refresh_from_db(from_queryset=User.objects.select_for_update(no_key=True))
    if "name" in wanted:
        wanted["name"] = " ".join(wanted["name"].split())[:120]
        if not wanted["name"]:
            raise BadValue(_("Please give a name."), field="name")
    if "email" in wanted:
        wanted["email"] = _free_email(wanted["email"], but=user)
    coach = wanted.get("coach")
    if coach is not None and (coach.pk == user.pk or not coach.is_coach):
        raise BadValue(_("Choose somebody who is a coach."), field="coach")
    if wanted.get("is_superuser"):
        wanted["is_staff"] = True
    changed = {name: value for name, value in wanted.items() if getattr(user, name) != value}
    if not changed:
        return user
    detail = {
        name: {"from": _plain(getattr(user, name)), "to": _plain(value)}
        for name, value in changed.items()
    }
    for name, value in changed.items():
        setattr(user, name, value)
    user.save(update_fields=list(changed))
    if "email" in changed:
        # Nobody gets in by an address that is not theirs any more.
        EmailAddress.objects.filter(user=user).delete()
    user.events.create(verb=Verb.CHANGED, by=by, detail=detail)
    if "is_superuser" in changed and not (user.is_superuser or user.competency):
        leaving.hand_over(user, by=by)  # an administrator without a competency is no agent now
    return user


def _plain(value: Any) -> Any:
    return value if isinstance(value, (bool, str)) else str(value) if value else ""


@transaction.atomic
def deactivate(user: User, *, by: User) -> User:
    """Let somebody leave. Sessions and keys end with the commit, and do not come back; what
    they held is handed over in it, too."""
    require_administrator(by)
    if user.pk == by.pk:
        raise Refused(_("You cannot deactivate yourself. Ask another administrator."))
    if user.is_superuser:
        _one_administrator_stays(user)
    user.refresh_from_db(from_queryset=User.objects.select_for_update(no_key=True))
    if not user.is_active:
        raise Refused(_("This person is not active."))
    user.is_active = False
    user.save(update_fields=["is_active"])
    user.sessions.all().delete()
    keys = user.api_keys.filter(revoked_at=None).update(revoked_at=timezone.now())
    user.events.create(verb=Verb.DEACTIVATED, by=by, detail={"keys_revoked": keys})
    leaving.hand_over(user, by=by)
    return user


@transaction.atomic
def reactivate(user: User, *, by: User) -> User:
    """Somebody is back, with the same password. Keys stay revoked."""
    require_administrator(by)
    user.refresh_from_db(from_queryset=User.objects.select_for_update(no_key=True))
    if user.is_active:
        raise Refused(_("This person is active."))
    user.is_active = True
    user.save(update_fields=["is_active"])
    user.events.create(verb=Verb.REACTIVATED, by=by)
    return user


@transaction.atomic
def hand_reset(user: User, *, by: User) -> User:
    """Record that an administrator was given the link with which this person chooses a new
    password: whoever holds it can become them."""
    require_administrator(by)
    if not user.is_active:
        raise Refused(_("This person is not active."))
    user.events.create(verb=Verb.RESET, by=by)
    return user


@transaction.atomic
def drop_second_step(user: User, *, by: User) -> User:
    """Let somebody in with the password alone: the telephone is lost, the codes are gone."""
    require_administrator(by)
    gone, _models = Authenticator.objects.filter(user=user).delete()
    if not gone:
        raise Refused(_("This person has no second step."))
    user.events.create(verb=Verb.STEP_DROPPED, by=by)
    return user


def prefer(
    user: User,
    *,
    language: str = "",
    theme: str = "",
    letter_keys: bool | None = None,
    compact: bool | None = None,
    signature: str | None = None,
    shows_credit: bool | None = None,
    may_be_asked: bool | None = None,
    muted: Iterable[str] | None = None,
    mailed: Iterable[str] | None = None,
) -> User:
    """How this person wants the pages, and of what they want to be told: here, by mail, not at
    all. What is not given stays as it was."""
    if language and language not in dict(LANGUAGES):
        raise BadValue(_("This language is not spoken here."), field="language")
    if theme and theme not in THEMES:
        raise BadValue(_("Themes are auto, light and dark."), field="theme")
    if signature is not None:
        signature = signature.replace("\x00", "").replace("\r\n", "\n").strip()
        if len(signature) > 2000:
            raise BadValue(_("At most 2000 characters fit here."), field="signature")
    kinds = set(Notification.Kind.values)
    wanted = {
        "language": language or None,
        "theme": theme or None,
        "letter_keys": letter_keys,
        "compact": compact,
        "signature": signature,
        "shows_credit": shows_credit,
        "may_be_asked": may_be_asked,
        "muted": sorted(kinds & set(muted)) if muted is not None else None,
        "mailed": sorted(kinds & set(mailed)) if mailed is not None else None,
    }
    chosen = {name: value for name, value in wanted.items() if value is not None}
    for name, value in chosen.items():
        setattr(user, name, value)
    user.save(update_fields=list(chosen))
    return user
