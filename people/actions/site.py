"""Verbs of the organisation's choices: configure."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kcs.errors import BadValue, NotAllowed
from people.models import SiteSettings, User

CHOICES = ("name", "gate_mode", "close_after_days", "time_zone")


@transaction.atomic
def configure(*, by: User, **wanted: Any) -> SiteSettings:
    """Change the name, the gate, the days until closing, the time zone. Effective at once."""
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
    if not 1 <= wanted.get("close_after_days", 1) <= 365:
        raise BadValue(_("From 1 to 365 days."), field="close_after_days")
    if wanted.get("time_zone", "UTC") not in zoneinfo.available_timezones():
        raise BadValue(
            _("There is no such time zone. Write it as Europe/Berlin."), field="time_zone"
        )
    for name, value in wanted.items():
        setattr(site, name, value)
    site.save(update_fields=list(wanted))
    return site
