"""Leavers: what somebody holds is handed over when they go, so that nothing waits for nobody.

This app does not know what people hold. Each app that gives people work registers it when it is
ready, and is asked in the transaction in which somebody leaves:

    class TicketsConfig(AppConfig):
        def ready(self) -> None:
            from people.leaving import Desk, desks
            from tickets import leaving
            desks.append(Desk(leaving.holders, leaving.hand_over))

`hand_over` gives everything away by verbs of its own app, with their events, and says who got
what; each of them is told once. A person leaves by being deactivated, or by losing the last
thing that made an agent of them. `sweep` finds, every night, those who left by another way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from people.actions.inbox import tell
from people.models import Notification, User

NAMED = 12  # things that one notification names; the rest it counts


@dataclass(frozen=True)
class Handed:
    """One thing that somebody got; `name` is how people call it, `url` where it is."""

    to: User
    name: str
    url: str


@dataclass(frozen=True)
class Desk:
    """One kind of work. `holders` are the ids of everyone who holds some; `hand_over` takes the
    leaver and who let them leave (nobody: the nightly sweep), in the caller's transaction."""

    holders: Callable[[], Iterable[int]]
    hand_over: Callable[[User, User | None], list[Handed]]


desks: list[Desk] = []


@transaction.atomic
def hand_over(leaver: User, *, by: User | None) -> list[Handed]:
    """Give away all that this person holds, and tell each receiver once."""
    handed = [one for desk in desks for one in desk.hand_over(leaver, by)]
    by_person: dict[int, list[Handed]] = {}
    for one in handed:
        by_person.setdefault(one.to.pk, []).append(one)
    for things in by_person.values():
        _tell(leaver, things, by=by)
    return handed


def _tell(leaver: User, things: list[Handed], *, by: User | None) -> None:
    to = things[0].to
    with translation.override(to.language or settings.LANGUAGE_CODE):
        lines = [thing.name for thing in things[:NAMED]]
        if len(things) > NAMED:
            lines.append(_("and %(n)s more") % {"n": len(things) - NAMED})
        subject = _("From %(person)s: %(n)s") % {"person": leaver, "n": len(things)}
    tell(
        [to],
        by=by if by is not None and by.pk != to.pk else None,
        kind=Notification.Kind.HANDED_OVER,
        subject=subject,
        text="\n".join(lines),
        url=things[0].url,
    )


def sweep() -> int:
    """Hand over what is still held by people who do not work here; how many they were.

    One transaction a person, so that one who cannot be handed over keeps nobody else back, and
    a second run finds only what the first one left.
    """
    held = {pk for desk in desks for pk in desk.holders()}
    gone = User.objects.filter(pk__in=held).exclude(pk__in=User.objects.agents().values("pk"))
    swept = 0
    for leaver in gone.order_by("pk"):
        swept += bool(hand_over(leaver, by=None))
    return swept
