"""One figure as a page says it: value, interval, what stands behind, and how it was before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from typing import Any

from django.utils.translation import gettext as _

from kcs.errors import BadValue
from loops.charts import Series
from loops.charts.figures import duration, number, percent, percent_exactly, step_label
from loops.evolve import access
from loops.evolve.rollups.days import ONE, next_month
from loops.evolve.rollups.numbers import Durations
from loops.evolve.scope import Scope
from loops.insights.records import between, records
from loops.statistics.rates import ENOUGH, Share, Z, differ, difference
from people.models import User

EVERY = ("week", "month")
# A period longer than this is drawn by months unless somebody asks for weeks.
LONG = 200


@dataclass(frozen=True)
class Told:
    """`value` and `interval` as people read them; `change` says how it was in the period
    before, and `tone` whether that is good: "ok", "bad" or nothing."""

    label: str
    value: str
    interval: str
    n: int
    says: str = ""
    change: str = ""
    tone: str = ""
    url: str = ""

    @property
    def small(self) -> bool:
        return self.n < ENOUGH


def share(
    label: str, now: Share, before: Share | None = None, *, says: str = "", url: str = "",
    better: int = 1,
) -> Told:  # fmt: skip
    """A share; `better` is 1 where more is better, -1 where less is, 0 where neither."""
    n = int(now.n)
    if now.value is None:
        return Told(label, "–", "", 0, says, url=url)
    between = f"{percent(now.low)} – {percent(now.high)}"
    change, tone = _changed(before, now, better) if before is not None else ("", "")
    return Told(label, percent_exactly(now.value), between, n, says, change, tone, url)


def _changed(before: Share, now: Share, better: int) -> tuple[str, str]:
    apart = difference(before, now)
    if apart is None:
        return _("nothing to compare with before"), ""
    told = {
        "points": number(round(abs(apart[0]) * 100, 1)),
        "low": percent(before.value or 0),
    }
    if not (before.enough and now.enough):
        return _("too few to compare; %(low)s before") % told, ""
    direction = differ(before, now)
    if not direction:
        return _("no difference that chance would not make; %(low)s before") % told, ""
    tone = "" if not better else "ok" if direction == better else "bad"
    if direction > 0:
        return _("%(points)s points more than before (%(low)s)") % told, tone
    return _("%(points)s points less than before (%(low)s)") % told, tone


def middle(times: Durations) -> tuple[float, float, float] | None:
    """The median and its 95 % interval, from the ranks that chance moves it between."""
    if not times.n:
        return None
    reach = Z / 2 / sqrt(times.n)
    ends = (max(0, 0.5 - reach), 0.5, min(1, 0.5 + reach))
    low, mid, high = (times.quantile(q) or 0.0 for q in ends)
    return mid, low, high


def time(
    label: str,
    now: Durations,
    before: Durations | None = None,
    *,
    says: str = "",
    url: str = "",
) -> Told:
    """A median, less of which is better."""
    found = middle(now)
    if found is None:
        return Told(label, "–", "", 0, says, url=url)
    value, low, high = found
    change, tone = "", ""
    earlier = middle(before) if before is not None else None
    if earlier is not None and before is not None:
        told = {"before": duration(earlier[0])}
        if before.n < ENOUGH or now.n < ENOUGH:
            change = _("too few to compare; %(before)s before") % told
        # Intervals that do not meet: rather too careful than too bold.
        elif high < earlier[1]:
            change, tone = _("sooner than before (%(before)s)") % told, "ok"
        elif low > earlier[2]:
            change, tone = _("later than before (%(before)s)") % told, "bad"
        else:
            change = _("no difference that chance would not make; %(before)s before") % told
    between = f"{duration(low)} – {duration(high)}"
    return Told(label, duration(value), between, now.n, says, change, tone, url)


def rate_series(label: str, shares: Sequence[Share], **more: Any) -> Series:
    """A line of shares with its band; a step without anything is a hole, and not a zero."""
    return Series(
        label,
        [one.value for one in shares],
        low=[one.low if one.n else None for one in shares],
        high=[one.high if one.n else None for one in shares],
        n=[int(one.n) for one in shares],
        **more,
    )


def median_series(label: str, times: Sequence[Durations], **more: Any) -> Series:
    found = [middle(one) for one in times]
    return Series(
        label,
        [one and one[0] for one in found],
        low=[one and one[1] for one in found],
        high=[one and one[2] for one in found],
        n=[one.n for one in times],
        **more,
    )


def steps(asked: str, scope: Scope) -> str:
    """Weeks or months, as asked for, else as suits the period."""
    if asked and asked not in EVERY:
        raise BadValue(_("Weeks or months."), field="every")
    return asked or ("month" if scope.days > LONG else "week")


def step_labels(days: Sequence[date], every: str) -> list[str]:
    return [step_label(day, every) for day in days]


def behind(scope: Scope, what: str = "", **more: Any) -> str:
    """The tickets that a figure was counted from."""
    return records(scope, what=what, **more)


def step_links(scope: Scope, days: Sequence[date], every: str, what: str) -> list[str]:
    """The same for each step of a chart."""
    found = []
    for day in days:
        after = next_month(day) if every == "month" else day + timedelta(days=7)
        found.append(behind(between(scope, day, after - ONE), what))
    return found


def hidden(people: Iterable[int] | None, user: User) -> bool:
    """Whether a group's figure would be one about persons whom this reader may not read. None
    stands for three and more people."""
    behind = set(people or ())
    if people is None or not behind or len(behind) >= access.GROUP or not access.minimum():
        return False
    return not behind <= access.people_for(user)
