"""Verbs of the organisation's choices: configure, register_release."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kcs.errors import BadValue, NotAllowed, Refused
from people.models import Domain, Release, SiteEvent, SiteSettings, User

# Numbers with the least and the most that makes sense.
NUMBERS = {
    "close_after_days": (1, 365),
    "promote_after": (1, 1000),
    "publish_after": (1, 1000),
    "archive_after_days": (30, 3650),
    "figures_minimum": (0, 1000),
}
SWITCHES = ("outside_authors", "check_links", "check_private_links")
FIGURES = ("cost_per_hour", "currency", "phase", "radar_team", "internal_words")
CHOICES = ("name", "gate_mode", "time_zone", *NUMBERS, *SWITCHES, *FIGURES)
CURRENCY = re.compile(r"[A-Z]{3}")
INTERNAL_WORDS = 500


@transaction.atomic
def configure(*, by: User, **wanted: Any) -> SiteSettings:
    """Change the organisation's choices: any of `CHOICES`. Effective at once."""
    if not by.is_superuser:
        raise NotAllowed(_("Only administrators configure the help desk."))
    site = SiteSettings.objects.select_for_update(no_key=True).get(pk=SiteSettings.load().pk)
    unknown = set(wanted) - set(CHOICES)
    if unknown:
        raise BadValue(_("There is no such setting."), field=sorted(unknown)[0])
    if "name" in wanted:
        wanted["name"] = " ".join(wanted["name"].split())[:60]
        if not wanted["name"]:
            raise BadValue(_("Please give a name."), field="name")
    if wanted.get("gate_mode", "off") not in SiteSettings.Gate.values:
        raise BadValue(_("The gate is off, reminds or requires."), field="gate_mode")
    for name, (least, most) in NUMBERS.items():
        if name in wanted and not least <= wanted[name] <= most:
            raise BadValue(
                _("From %(least)s to %(most)s.") % {"least": least, "most": most}, field=name
            )
    if wanted.get("time_zone", "UTC") not in zoneinfo.available_timezones():
        raise BadValue(
            _("There is no such time zone. Write it as Europe/Berlin."), field="time_zone"
        )
    _check_figures(wanted)
    changed = {n: v for n, v in wanted.items() if getattr(site, n) != v}
    if not changed:
        return site
    detail = {
        n: {"from": _plain(getattr(site, n)), "to": _plain(v)} for n, v in changed.items()
    }
    for name, value in changed.items():
        setattr(site, name, value)
    site.save(update_fields=list(changed))
    SiteEvent.objects.create(verb=SiteEvent.Verb.SETTINGS, by=by, detail=detail)
    return site


def _check_figures(wanted: dict[str, Any]) -> None:
    """What costs and figures are shown in."""
    if not 0 <= wanted.get("cost_per_hour", 0) < Decimal(1_000_000):
        raise BadValue(_("From nought to a million."), field="cost_per_hour")
    if "currency" in wanted:
        wanted["currency"] = wanted["currency"].strip().upper()
        if not CURRENCY.fullmatch(wanted["currency"]):
            raise BadValue(_("Three letters, as in EUR."), field="currency")
    if wanted.get("phase", "auto") not in SiteSettings.Phase.values:
        raise BadValue(_("There is no such phase."), field="phase")
    if "internal_words" in wanted:
        wanted["internal_words"] = _words(wanted["internal_words"])


def _words(said: Iterable[str]) -> list[str]:
    words = list(dict.fromkeys(" ".join(word.split()) for word in said))
    words = [word for word in words if word]
    if len(words) > INTERNAL_WORDS or any(len(word) > 80 for word in words):
        raise BadValue(
            _("At most %(n)s words of eighty characters.") % {"n": INTERNAL_WORDS},
            field="internal_words",
        )
    return words


def _plain(value: Any) -> Any:
    """As an event keeps it."""
    return value if isinstance(value, (str, int, bool, list, type(None))) else str(value)


@transaction.atomic
def register_release(*, by: User, domain: Domain, name: str, released_on: date) -> Release:
    """A version of the product came out: what was written before it becomes less certain."""
    if not by.is_superuser:
        raise NotAllowed(_("Only administrators register releases."))
    name = " ".join(name.split())[:80]
    if not name:
        raise BadValue(_("Please give a name."), field="name")
    release, made = Release.objects.get_or_create(
        domain=domain, name=name, defaults={"released_on": released_on}
    )
    if not made:
        raise Refused(_("This release of “%(domain)s” is there already.") % {"domain": domain})
    SiteEvent.objects.create(
        verb=SiteEvent.Verb.RELEASE,
        by=by,
        detail={"domain": domain.path, "name": name, "released_on": released_on.isoformat()},
    )
    return release
