"""Which tickets a figure is about: a period, teams, a branch of the product tree, a channel."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from kcs.errors import BadValue, NotAllowed
from loops.evolve import access
from people.models import Domain, SiteSettings, Team, User
from tickets.models import Ticket

PERIOD = re.compile(r"([1-9][0-9]{0,3})([dwmy])")
USUAL = "12w"
YEARS = range(1970, 9001)  # outside of them sums of days leave the calendar
LONGEST = 3660  # days: what one page adds up


def zone() -> ZoneInfo:
    """The organisation's: its days begin and end there."""
    return ZoneInfo(SiteSettings.load().time_zone)


@dataclass(frozen=True)
class Scope:
    """Both dates are inclusive, in the organisation's time zone. `teams` always names them;
    0 is the tickets of no team. `domains` is None for all, else the ids of one branch.

    The rest is how it was asked for, to be asked for again: `scope.query(what="solved")`.
    """

    begins: date
    ends: date
    teams: frozenset[int]
    domains: frozenset[int] | None = None
    channel: str = ""
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    team: Team | None = None
    domain: Domain | None = None
    period: str = ""
    # All whose figures the asker may see, whatever this scope was narrowed to.
    allowed: access.Teams | None = field(default=None, compare=False, repr=False)
    tree: list[Domain] = field(default_factory=list, compare=False, repr=False)

    @classmethod
    def asked(
        cls, given: Mapping[str, Any], user: User, *, usual: str = USUAL,
        site: SiteSettings | None = None,
    ) -> Scope:  # fmt: skip
        """What an address asks for: `from`, `to` or `period` (12w, 90d, 6m, 1y, year, all);
        `team`, `domain` (id, branches below included) and `channel`.

        422 for what can not be read, 403 for a team whose figures are not for this person.
        """
        own = ZoneInfo(site.time_zone) if site else zone()
        today = timezone.now().astimezone(own).date()
        begins, ends, period = _dates(given, today, usual)
        allowed = access.teams_for(user)
        teams = allowed.ids | ({0} if allowed.teamless else frozenset())
        team = None
        if asked := str(given.get("team") or ""):
            if (key := _key(asked, "team")) not in teams:
                raise NotAllowed(_("The figures of this team are for its manager."))
            teams = frozenset({key})
            team = allowed.groups[key].team if key else None
        domain, domains, tree = None, None, []
        if asked := str(given.get("domain") or ""):
            # All of them: the menu that this was chosen from shows them again.
            key, tree = _key(asked, "domain"), list(Domain.objects.order_by("path"))
            domain = next((one for one in tree if one.pk == key), None)
            if domain is None:
                raise BadValue(_("There is no such domain."), field="domain")
            below = f"{domain.path}/"
            domains = frozenset(
                one.pk for one in tree if one.pk == key or one.path.startswith(below)
            )
        channel = str(given.get("channel") or "")
        if channel and channel not in Ticket.Channel.values:
            raise BadValue(_("There is no such channel."), field="channel")
        return cls(
            begins, ends, teams, domains, channel, own, team, domain, period, allowed, tree
        )

    @property
    def days(self) -> int:
        return (self.ends - self.begins).days + 1

    @property
    def since(self) -> datetime:
        """The first moment of it."""
        return datetime(self.begins.year, self.begins.month, self.begins.day, tzinfo=self.zone)

    @property
    def until(self) -> datetime:
        """The first moment after it."""
        after = self.ends + timedelta(days=1)
        return datetime(after.year, after.month, after.day, tzinfo=self.zone)

    def before(self) -> Scope:
        """As many days, just before."""
        ends = self.begins - timedelta(days=1)
        return replace(self, begins=ends - timedelta(days=self.days - 1), ends=ends, period="")

    def halves(self) -> tuple[Scope, Scope]:
        """The first and the second half; the day in the middle belongs to the second."""
        middle = self.begins + timedelta(days=self.days // 2)
        return (
            replace(self, ends=middle - timedelta(days=1), period=""),
            replace(self, begins=middle, period=""),
        )

    def tickets(self, prefix: str = "") -> Q:
        """The same teams, domains and channel as a condition on tickets; the period is the
        asker's, for it depends on which moment of a ticket is meant."""
        found = Q(**{f"{prefix}team__in": sorted(self.teams - {0})})
        if 0 in self.teams:
            found |= Q(**{f"{prefix}team": None})
        if self.domains is not None:
            found &= Q(**{f"{prefix}domain__in": sorted(self.domains)})
        if self.channel:
            found &= Q(**{f"{prefix}channel": self.channel})
        return found

    def query(self, **more: Any) -> str:
        """The query string that asks for the same, and for `more`."""
        said: dict[str, Any] = {}
        if self.period:
            said["period"] = self.period
        else:
            said |= {"from": self.begins.isoformat(), "to": self.ends.isoformat()}
        if self.team or self.teams == {0}:
            said["team"] = self.team.pk if self.team else 0
        if self.domain:
            said["domain"] = self.domain.pk
        if self.channel:
            said["channel"] = self.channel
        said |= {name: value for name, value in more.items() if value not in ("", None)}
        return urlencode(said)


def _key(text: str, field: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 15:
        raise BadValue(_("This is no number."), field=field)
    return int(text)


def _dates(given: Mapping[str, Any], today: date, usual: str) -> tuple[date, date, str]:
    """Beginning, end, and the word for it where it was asked for by one."""
    begins, ends = _day(given, "from"), _day(given, "to")
    if begins is None and ends is None:
        period = str(given.get("period") or usual)
        return first_day(period, today), today, period
    ends = ends or today
    begins = begins or ends - timedelta(days=83)
    if begins > ends:
        raise BadValue(_("The period ends before it begins."), field="to")
    if (ends - begins).days > LONGEST:
        raise BadValue(_("At most ten years at a time."), field="from")
    return begins, ends, ""


def _day(given: Mapping[str, Any], name: str) -> date | None:
    if not (text := str(given.get(name) or "").strip()):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadValue(_("Write dates as 2026-05-31."), field=name) from None
    if day.year not in YEARS:
        raise BadValue(_("There is nothing so early or so late."), field=name)
    return day


def first_day(period: str, today: date) -> date:
    """When a period that ends today began."""
    if period == "all":
        return today - timedelta(days=LONGEST)
    if period == "year":
        return today.replace(month=1, day=1)
    if not (found := PERIOD.fullmatch(period)):
        raise BadValue(_("Write a period as 12w, 90d, 6m or 1y."), field="period")
    count, unit = int(found[1]), found[2]
    days = {"d": count, "w": 7 * count, "m": 30 * count, "y": 365 * count}[unit]
    if days > LONGEST:
        raise BadValue(_("At most ten years at a time."), field="period")
    if unit in "my":
        # Whole months: what began on the 23rd begins on the 23rd, or on the month's last day.
        back = count * (12 if unit == "y" else 1)
        year, month = divmod(today.year * 12 + today.month - 1 - back, 12)
        last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
        return date(year, month + 1, min(today.day, last)) + timedelta(days=1)
    return today - timedelta(days=days - 1)
