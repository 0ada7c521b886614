"""Which figures stand first: the first weeks of a programme ask for others than its third year.

- Adoption, the first thirteen weeks: is the work done at all? Shares of reuse say little while
  there is hardly anything to reuse.
- Growth, until two years have passed: does the knowledge carry, and is it good?
- Outcomes, from then on: what came of it: time, self-service, fixes of the product.

It begins with the first declared outcome; an administrator may say otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from people.models import SiteSettings

Phase = SiteSettings.Phase
ADOPTION, GROWTH = timedelta(weeks=13), timedelta(days=2 * 365)
NAMES: dict[str, Promise] = {
    Phase.ADOPT: gettext_lazy("Adoption"),
    Phase.GROW: gettext_lazy("Growth"),
    Phase.LEAD: gettext_lazy("Outcomes"),
}
REASONS: dict[str, Promise] = {
    Phase.ADOPT: gettext_lazy(
        "In the first thirteen weeks the question is whether people search, declare outcomes and "
        "write: shares of reuse say little while there is little to reuse."
    ),
    Phase.GROW: gettext_lazy(
        "Up to the end of the second year the question is whether knowledge is found, linked and "
        "good."
    ),
    Phase.LEAD: gettext_lazy(
        "From the third year on the question is what came of it: time, self-service, fixes of "
        "the product."
    ),
}


@dataclass(frozen=True)
class Where:
    """The phase that a page shows, the one that it is, and why."""

    shown: str
    actual: str
    first: date | None
    chosen: bool  # by an administrator

    @property
    def why(self) -> str:
        return str(REASONS[self.shown])

    @property
    def since(self) -> str:
        if self.chosen:
            return _("An administrator chose this phase.")
        if self.first is None:
            return _("No outcome has been declared yet.")
        return _("The first outcome was declared on %(day)s.") % {
            "day": date_format(self.first, "DATE_FORMAT")
        }


def where(site: SiteSettings, first: date | None, today: date, asked: str = "") -> Where:
    """`asked` is the phase whose figures somebody wants to see for once."""
    chosen = site.phase in NAMES
    if chosen:
        actual = site.phase
    elif first is None or today - first < ADOPTION:
        actual = Phase.ADOPT
    else:
        actual = Phase.GROW if today - first < GROWTH else Phase.LEAD
    return Where(asked if asked in NAMES else str(actual), str(actual), first, chosen)
