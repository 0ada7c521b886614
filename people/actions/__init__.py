"""Verbs about people, by what they are about; everybody imports them from here."""

from people.actions.accounts import (
    CHANGEABLE,
    INVITATION_DAYS,
    THEMES,
    accept_invitation,
    change_person,
    check_setup_token,
    deactivate,
    drop_second_step,
    find_invitation,
    grant,
    hand_reset,
    invite,
    prefer,
    reactivate,
    revoke_competency,
    set_up,
    setup_link,
    token_hash,
    withdraw_invitation,
)
from people.actions.domains import appoint, move, plant
from people.actions.inbox import read_notifications, tell
from people.actions.keys import make_key, revoke_key
from people.actions.rights import set_rights
from people.actions.site import CHOICES, configure, register_release

__all__ = [
    "CHANGEABLE",
    "CHOICES",
    "INVITATION_DAYS",
    "THEMES",
    "accept_invitation",
    "appoint",
    "change_person",
    "check_setup_token",
    "configure",
    "deactivate",
    "drop_second_step",
    "find_invitation",
    "grant",
    "hand_reset",
    "invite",
    "make_key",
    "move",
    "plant",
    "prefer",
    "reactivate",
    "read_notifications",
    "register_release",
    "revoke_competency",
    "revoke_key",
    "set_rights",
    "set_up",
    "setup_link",
    "tell",
    "token_hash",
    "withdraw_invitation",
]
