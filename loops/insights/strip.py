"""The strip of figures at the head of the page: each with n, interval, change and trend."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loops.charts import Spark
from loops.charts.figures import duration, number, percent, percent_exactly, ratio
from loops.evolve.rollups.numbers import Totals, VisitTotals
from loops.evolve.scope import Scope
from loops.insights.figures import Figures, Took
from loops.insights.phases import Phase
from loops.insights.records import records, report
from loops.statistics.rates import ENOUGH, Share, differ, difference

HEALTHY = (0.6, 0.8)
NOTHING = "–"


@dataclass(frozen=True)
class Change:
    """Against the other period. `way` is up, down or flat; `tone` ok or bad only where one
    direction is better and chance does not explain it."""

    said: str
    way: str = "flat"
    tone: str = ""


@dataclass
class Kpi:
    """One figure. `raw` is for spreadsheets: value, n, low, high, the other period's value."""

    key: str
    label: str
    said: str
    n: int
    detail: str = ""
    more: str = ""
    change: Change | None = None
    spark: Spark | None = None
    url: str = ""
    raw: tuple[float | None, ...] = ()

    @property
    def few(self) -> bool:
        return self.n < ENOUGH


def strip(
    phase: str, scope: Scope, now: Figures, past: Figures | None, points: Sequence[Totals]
) -> list[Kpi]:
    """The five figures of a phase."""
    made = {
        Phase.ADOPT: (_declared, _searched, _linked, _written, _quality),
        Phase.GROW: (_linked, _reuse_to_create, _self_service, _published, _quality),
        Phase.LEAD: (_resolved, _first_contact, _self_service, _defects, _linked),
    }[Phase(phase)]
    return [make(scope, now, past, points) for make in made]


def span(share: Share) -> str:
    """The interval and how many rows: what stands small under a rate."""
    if not share.n:
        return _("nothing yet")
    return _("%(low)s to %(high)s, n = %(n)s") % {
        "low": percent(share.low),
        "high": percent(share.high),
        "n": number(share.n),
    }


def signed(value: float) -> str:
    """With its sign, and to one place."""
    kept = round(value, 1)
    return f"{'+' if kept > 0 else '−' if kept < 0 else '±'}{number_format(abs(kept), 1)}"


def points_of(share: Share, past: Share | None, better: int = 0) -> Change | None:
    """The change of a rate in points, coloured only where chance does not explain it."""
    change = difference(past, share) if past else None
    if past is None or change is None:
        return None
    if not (past.enough and share.enough):
        return Change(_("too few to compare"))
    sure = differ(past, share)
    said = _("%(points)s points") % {"points": signed(change[0] * 100)}
    if not sure:
        return Change(_("%(change)s, no clear change") % {"change": said})
    tone = "" if not better else "ok" if sure == better else "bad"
    return Change(said, "up" if sure > 0 else "down", tone)


def rate(
    key: str, label: str, share: Share, past: Share | None, *, trend: Sequence[Share] = (),
    better: int = 0, more: str = "", url: str = "",
) -> Kpi:  # fmt: skip
    value = share.value
    return Kpi(
        key, label,
        NOTHING if value is None else percent_exactly(value) if share.enough else percent(value),
        int(share.n), span(share), more, points_of(share, past, better),
        Spark(values=[one.value for one in trend], format="percent") if trend else None,
        url if share.n else "",
        (value, share.n, share.low, share.high, past.value if past else None),
    )  # fmt: skip


def declared(totals: Totals) -> Share:
    """Solved with an outcome, of all that were solved."""
    return Share(totals.solved - totals.outcomes.get("", 0), totals.solved)


def _of(past: Figures | None, read: Callable[[Totals], Share]) -> Share | None:
    return read(past.totals) if past else None


def _linked(scope: Scope, now: Figures, past: Figures | None, points: Sequence[Totals]) -> Kpi:
    share = now.totals.link_rate
    more = _("healthy: %(low)s to %(high)s") % {
        "low": percent(HEALTHY[0]),
        "high": percent(HEALTHY[1]),
    }
    return rate(
        "link-rate", _("Link rate"), share, _of(past, lambda t: t.link_rate),
        trend=[one.link_rate for one in points], more=more, url=records(scope, what="linked"),
    )  # fmt: skip


def _first_contact(
    scope: Scope, now: Figures, past: Figures | None, points: Sequence[Totals]
) -> Kpi:
    return rate(
        "first-contact", _("First-contact resolution"), now.totals.first_contact_rate,
        _of(past, lambda t: t.first_contact_rate), better=1,
        trend=[one.first_contact_rate for one in points],
        url=records(scope, what="first_contact"),
    )  # fmt: skip


def _defects(scope: Scope, now: Figures, past: Figures | None, points: Sequence[Totals]) -> Kpi:
    return rate(
        "defects", _("Caused by the product"), now.totals.defect_rate,
        _of(past, lambda t: t.defect_rate), better=-1,
        trend=[one.defect_rate for one in points], url=records(scope, what="defect"),
        more=_("of tickets that arrived"),
    )  # fmt: skip


def _declared(
    scope: Scope, now: Figures, past: Figures | None, points: Sequence[Totals]
) -> Kpi:
    return rate(
        "declared", _("Outcome declared"), declared(now.totals), _of(past, declared), better=1,
        trend=[declared(one) for one in points], url=records(scope, what="solved"),
        more=_("of solved tickets"),
    )  # fmt: skip


def _quality(scope: Scope, now: Figures, past: Figures | None, points: Sequence[Totals]) -> Kpi:
    few = 0 < now.people < 3 and not now.quality.n
    more = (
        _("hidden: fewer than three people")
        if few
        else ngettext("%(n)s person reviewed", "%(n)s people reviewed", now.people)
        % {"n": number(now.people)}
    )
    return rate(
        "quality", _("Article quality"), now.quality, past.quality if past else None, better=1,
        more=more,
    )  # fmt: skip


def _reuse_to_create(
    scope: Scope, now: Figures, past: Figures | None, points: Sequence[Totals]
) -> Kpi:
    """So many reuses for each article written. Whether it changed is asked of the share of
    reuse among both, because a quotient has no simple interval."""

    def share(totals: Totals) -> Share:
        return Share(totals.reused, totals.reused + totals.created)

    def quotient(totals: Totals) -> float | None:
        return totals.reused / totals.created if totals.created else None

    value, before = quotient(now.totals), quotient(past.totals) if past else None
    change = None
    if value is not None and before is not None and past:
        sure = differ(share(past.totals), share(now.totals))
        said = signed(value - before)
        change = (
            Change(said, "up" if sure > 0 else "down")
            if sure
            else Change(_("%(change)s, no clear change") % {"change": said})
        )
    return Kpi(
        "reuse-to-create", _("Reuse to create"), NOTHING if value is None else ratio(value),
        now.totals.reused + now.totals.created,
        _("%(reused)s reused, %(created)s written")
        % {"reused": number(now.totals.reused), "created": number(now.totals.created)},
        change=change,
        spark=Spark(values=[quotient(one) for one in points], format="ratio"),
        url=records(scope, what="reused") if now.totals.reused else "",
        raw=(value, now.totals.reused + now.totals.created, None, None, before),
    )  # fmt: skip


def _self_service(
    scope: Scope, now: Figures, past: Figures | None, points: Sequence[Totals]
) -> Kpi:
    """Confirmed success alone; the other two classes stand beside it and are never added."""
    told = now.visits

    def share(of: VisitTotals) -> Share:
        return Share(of.confirmed, of.visits)

    more = _("potential %(potential)s, none %(none)s: never added up") % {
        "potential": percent(told.potential / told.visits) if told.visits else NOTHING,
        "none": percent(told.nothing / told.visits) if told.visits else NOTHING,
    }
    return rate(
        "self-service", _("Self-service, confirmed"), share(told),
        share(past.visits) if past else None, better=1, more=more,
        url=report("self-service", scope),
    )  # fmt: skip


def _time(key: str, label: str, now: Took, past: Took | None, what: str, url: str = "") -> Kpi:
    change = None
    if past and past.median is not None and now.median is not None:
        less = now.median < past.median
        said = f"{'−' if less else '+'}{duration(abs(now.median - past.median))}"
        change = Change(said, "down" if less else "up")
    return Kpi(
        key, label, NOTHING if now.median is None else duration(now.median), now.n,
        _("median of %(n)s") % {"n": number(now.n)} if now.n else _("nothing yet"), what,
        change, None, url if now.n else "",
        (now.median, now.n, None, None, past.median if past else None),
    )  # fmt: skip


def _published(
    scope: Scope, now: Figures, past: Figures | None, points: Sequence[Totals]
) -> Kpi:
    return _time(
        "time-to-publish", _("Time to publish"), now.published,
        past.published if past else None, _("from validated to outside"),
        reverse("insights:publication"),
    )  # fmt: skip


def _resolved(
    scope: Scope, now: Figures, past: Figures | None, points: Sequence[Totals]
) -> Kpi:
    return _time(
        "time-to-resolve", _("Time to resolve"), now.resolved, past.resolved if past else None,
        _("of tickets solved; open ones are not in it"), records(scope, what="solved"),
    )  # fmt: skip


def _searched(
    scope: Scope, now: Figures, past: Figures | None, points: Sequence[Totals]
) -> Kpi:
    """What people typed themselves: the list that opens with the ticket is not their doing."""

    def each(of: Figures | None) -> float | None:
        return of.searches.searches / of.totals.solved if of and of.totals.solved else None

    value, before = each(now), each(past)
    change = None
    if value is not None and before is not None:
        change = Change(signed(value - before))
    null = now.searches.null_rate
    return Kpi(
        "searches", _("Searches per solved ticket"),
        NOTHING if value is None else number_format(value, 1), now.totals.solved,
        _("%(n)s searches by agents") % {"n": number(now.searches.searches)},
        _("%(share)s found nothing") % {"share": percent(null.value)} if null.value else "",
        change, url=report("search-quality", scope),
        raw=(value, now.totals.solved, None, None, before),
    )  # fmt: skip


def _written(scope: Scope, now: Figures, past: Figures | None, points: Sequence[Totals]) -> Kpi:
    """A count and not a goal: in the first weeks it shows that writing has begun."""
    rate_of = now.totals.create_rate
    return Kpi(
        "written", _("Articles written from tickets"), number(now.totals.created),
        now.totals.solved, span(rate_of), _("share of solved tickets"),
        points_of(rate_of, _of(past, lambda t: t.create_rate)),
        Spark(values=[float(one.created) for one in points]),
        records(scope, what="created") if now.totals.created else "",
        (now.totals.created, now.totals.solved, None, None,
         past.totals.created if past else None),
    )  # fmt: skip
