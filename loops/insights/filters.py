"""The menus above the figures: period, team, domain, channel. Each choice is a link to the same
page, so that an address says all that a page shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loops.evolve.scope import Scope
from people.models import Domain, User
from tickets.models import Ticket

PERIODS: dict[str, Promise] = {
    "4w": gettext_lazy("Last 4 weeks"),
    "12w": gettext_lazy("Last 12 weeks"),
    "26w": gettext_lazy("Last 26 weeks"),
    "1y": gettext_lazy("Last year"),
    "year": gettext_lazy("This year"),
    "3y": gettext_lazy("Last 3 years"),
}
# What belongs to one answer, not to what is looked at.
PASSING = ("chart", "format", "cursor", "page")


class Choice(NamedTuple):
    label: object
    url: str
    current: bool


class Menu(NamedTuple):
    name: object
    icon: str
    chosen: object
    choices: list[Choice]
    dates: bool = False


@dataclass(frozen=True)
class Filters:
    menus: list[Menu]
    begins: date
    ends: date
    kept: list[tuple[str, str]]  # what else the address says, for the form with two dates


def bar(
    request: HttpRequest, scope: Scope, *, teams: bool = True, domains: bool = True,
    channels: bool = True,
) -> Filters:  # fmt: skip
    """The menus that the page has a use for; one query at most."""
    assert isinstance(request.user, User)
    menus = [_periods(request, scope)]
    if teams:
        menus.append(_teams(request, scope, request.user))
    if domains:
        menus.append(_domains(request, scope))
    if channels:
        menus.append(_channels(request, scope))
    kept = request.GET.copy()
    for name in ("from", "to", "period", *PASSING):
        kept.pop(name, None)
    return Filters(
        menus, scope.begins, scope.ends, [(name, str(value)) for name, value in kept.items()]
    )


def address(request: HttpRequest, **changes: object) -> str:
    """This page with other choices; an empty one is left out."""
    asked = request.GET.copy()
    for name in PASSING:
        asked.pop(name, None)
    for name, value in changes.items():
        asked.pop(name, None)
        if value not in ("", None):
            asked[name] = str(value)
    return f"{request.path}?{asked.urlencode()}" if asked else request.path


def dates(begins: date, ends: date) -> str:
    return _("%(begins)s – %(ends)s") % {
        "begins": date_format(begins, "SHORT_DATE_FORMAT"),
        "ends": date_format(ends, "SHORT_DATE_FORMAT"),
    }


def _periods(request: HttpRequest, scope: Scope) -> Menu:
    def url(period: str) -> str:
        return address(request, period=period, **{"from": "", "to": ""})

    choices = [Choice(says, url(key), key == scope.period) for key, says in PERIODS.items()]
    chosen = PERIODS.get(scope.period) or dates(scope.begins, scope.ends)
    return Menu(_("Period"), "calendar", chosen, choices, dates=True)


def _menu(
    request: HttpRequest, name: str, title: object, icon: str, everything: object,
    options: Iterable[tuple[object, object]], current: object,
) -> Menu:  # fmt: skip
    found = [
        Choice(label, address(request, **{name: key}), str(key) == str(current))
        for key, label in options
    ]
    chosen = next((one.label for one in found if one.current), everything)
    first = Choice(everything, address(request, **{name: ""}), current in ("", None))
    return Menu(title, icon, chosen, [first, *found])


def _teams(request: HttpRequest, scope: Scope, user: User) -> Menu:
    assert scope.allowed is not None
    named = [(key, group.name) for key, group in scope.allowed.groups.items()]
    everything = _("All teams") if user.is_reviewer else _("My teams")
    current = scope.team.pk if scope.team else ""
    return _menu(request, "team", _("Team"), "users", everything, named, current)


def _domains(request: HttpRequest, scope: Scope) -> Menu:
    tree = scope.tree or Domain.objects.order_by("path")
    named = [(one.pk, f"{'– ' * one.path.count('/')}{one.name}") for one in tree]
    current = scope.domain.pk if scope.domain else ""
    return _menu(request, "domain", _("Domain"), "tag", _("All domains"), named, current)


def _channels(request: HttpRequest, scope: Scope) -> Menu:
    named = Ticket.Channel.choices
    return _menu(
        request, "channel", _("Channel"), "radio", _("All channels"), named, scope.channel
    )
