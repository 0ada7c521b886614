"""What work costs, in the words of a page: money where the hour has a price, else hours."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from people.models import SiteSettings


def said(minutes: float, site: SiteSettings) -> str:
    """ "1,240 EUR" or "31 hours": minutes of work at the price that the settings name."""
    hours = minutes / 60
    if site.cost_per_hour:
        money = float(site.cost_per_hour) * hours
        return (
            f"{number_format(round(money), use_l10n=True, force_grouping=True)} {site.currency}"
        )
    if hours >= 10:
        return _("%(n)s hours") % {"n": number_format(round(hours), force_grouping=True)}
    return _("%(n)s hours") % {"n": number_format(round(hours, 1), decimal_pos=1)}
