"""What stands on the front page below the strip: charts, teams, gaps, the state of articles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from articles.models import Article
from kcs.templatetags.ui import CONFIDENCE
from loops.charts import Lines, Meter, Series, Spark, Stacked
from loops.charts.figures import step_label
from loops.evolve.gaps.queries import named, visible_articles
from loops.evolve.rollups import numbers
from loops.evolve.rollups.numbers import Point, Totals
from loops.evolve.scope import Scope
from loops.insights.figures import Review, quality, step_of
from loops.insights.phases import Phase
from loops.insights.records import between, records
from loops.insights.strip import HEALTHY, declared
from loops.models import Gap
from loops.statistics.rates import Share
from people.models import User

TOPICS, SEARCHES = 5, 5
OUTCOME_TONES: dict[str, int | str] = {
    "reused": 1, "improved": 2, "flagged": 3, "created": 4, "no_knowledge": 5, "": "info",
}  # fmt: skip
CONFIDENCE_TONES = {
    "validated": "ok",
    "not_validated": "warn",
    "wip": "info",
    "archived": "mute",
}


def weeks(
    scope: Scope, points: Sequence[Point], every: str
) -> tuple[list[str], list[str], str]:
    """Labels of the steps, the tickets behind each, and what to say of steps that are cut."""
    labels, links, cut = [], [], False
    for i, point in enumerate(points):
        after = points[i + 1].day if i + 1 < len(points) else scope.ends + timedelta(days=1)
        labels.append(step_label(point.day, every))
        part = between(scope, point.day, after - timedelta(days=1))
        links.append(records(part, what="solved"))
        cut = cut or point.day < scope.begins
    last = points[-1].day if points else scope.ends
    cut = cut or (every == "week" and (scope.ends - last).days < 6)
    note = ""
    if cut:
        note = (
            _("The first and the last week may not be whole.")
            if every == "week"
            else _("The first and the last month may not be whole.")
        )
    return labels, links, note


def head(every: str) -> str:
    return _("Week") if every == "week" else _("Month")


def outcomes(scope: Scope, points: Sequence[Point], every: str) -> Stacked:
    """How tickets were solved, by the outcome that was declared."""
    labels, links, note = weeks(scope, points, every)
    names = {
        "reused": _("Reused"),
        "improved": _("Reused and improved"),
        "flagged": _("Reused and flagged"),
        "created": _("Created"),
        "no_knowledge": _("No knowledge here"),
        "": _("None declared"),
    }
    there = [key for key in names if key or any(p.totals.outcomes.get("") for p in points)]
    series = [
        Series(names[key], [p.totals.outcomes.get(key, 0) for p in points], OUTCOME_TONES[key])
        for key in there
    ]
    imported = sum(point.totals.imported for point in points)
    if imported:
        told = _("%(n)s imported tickets stand apart: they say nothing of how this desk works.")
        note = f"{note} {told % {'n': imported}}".strip()
    return Stacked(
        key="outcomes",
        title=_("How tickets were solved"),
        subtitle=_("Outcomes per week, all solved tickets")
        if every == "week"
        else _("Outcomes per month, all solved tickets"),
        labels=labels,
        series=series,
        unit=_("tickets"),
        head=head(every),
        links=links,
        note=note,
        nothing=_("No ticket was solved in this period."),
    )


def rates(
    scope: Scope, points: Sequence[Point], every: str, found: Sequence[Review], least: int,
    phase: str,
) -> Lines:  # fmt: skip
    """The link rate and what matters beside it in this phase: whether outcomes are declared,
    the quality of what is written, whether the first answer was the last."""
    labels, links, note = weeks(scope, points, every)
    linked = [point.totals.link_rate for point in points]
    if phase == Phase.ADOPT:
        other = [declared(point.totals) for point in points]
        title, name = _("Link rate and declared outcomes"), _("Outcome declared")
    elif phase == Phase.LEAD:
        other = [point.totals.first_contact_rate for point in points]
        title, name = _("Link rate and first contact"), _("First-contact resolution")
    else:
        by_step: dict[date, list[Review]] = {point.day: [] for point in points}
        for review in found:
            by_step.setdefault(step_of(review.day, every), []).append(review)
        # Whether it may be told is decided for the whole period: few a week are no persons'.
        shown = quality(found, least)[0].n
        of = [by_step[point.day] if shown else [] for point in points]
        other = [Share(sum(one.score for one in many), len(many)) for many in of]
        title, name = _("Link rate and quality"), _("Article quality")
    return Lines(
        key="rates",
        title=title,
        subtitle=_("Share of solved tickets with an article linked; 95% intervals"),
        labels=labels,
        series=[_line(_("Link rate"), linked), _line(name, other, bare=phase == Phase.GROW)],
        format="percent",
        band=HEALTHY,
        band_label=_("healthy link rate, 60% to 80%"),
        high=1.0,
        head=head(every),
        links=links,
        note=note,
        nothing=_("No ticket was solved in this period."),
    )


def _line(name: str, shares: Sequence[Share], *, bare: bool = False) -> Series:
    """`bare`: a few reviews a week have intervals that cover everything, and hide the rest."""
    there = [share if share.n else None for share in shares]
    return Series(
        name,
        [share.value if share else None for share in there],
        low=[] if bare else [share.low if share else None for share in there],
        high=[] if bare else [share.high if share else None for share in there],
        n=[int(share.n) for share in shares],
    )


@dataclass
class TeamRow:
    """One team. A hidden one is too small: its figures would be about persons."""

    name: str
    totals: Totals
    spark: Spark
    beside: Share  # the second rate of the phase
    hidden: bool
    url: str
    records: str  # its tickets; what of them is added

    @property
    def reuse_to_create(self) -> float | None:
        return self.totals.reused / self.totals.created if self.totals.created else None


def teams(
    scope: Scope, found: dict[int, list[Point]], reviewed: Sequence[Review],
    hidden: frozenset[int], least: int, here: str, phase: str,
) -> list[TeamRow]:  # fmt: skip
    """The teams by name: nothing ranks them."""
    assert scope.allowed is not None
    rows = []
    for key, group in scope.allowed.groups.items():
        if key not in found:
            continue
        points = found[key]
        whole = numbers.summed(point.totals for point in points)
        rows.append(
            TeamRow(
                group.name,
                whole,
                Spark(
                    values=[point.totals.link_rate.value for point in points],
                    label=_("Link rate of %(team)s") % {"team": group.name},
                    format="percent",
                ),
                whole.first_contact_rate
                if phase == Phase.LEAD
                else quality((one for one in reviewed if one.team == key), least)[0],
                key in hidden,
                f"{here}?{scope.query(team=key)}",
                f"{reverse('insights:tickets')}?{scope.query(team=key)}",
            )
        )
    return rows


def health(user: User, scope: Scope) -> Meter:
    """Articles by confidence, as far as this person may see them."""
    articles = Article.objects.visible_to(user).order_by()
    if scope.domains is not None:
        articles = articles.filter(domain__in=scope.domains)
    counts = dict(articles.values_list("confidence").annotate(n=Count("pk")))
    keys = list(CONFIDENCE_TONES)
    listed = reverse("articles:search")
    return Meter(
        key="health",
        title=_("Knowledge health"),
        subtitle=_("Articles by confidence, today"),
        labels=[CONFIDENCE[key][2] for key in keys],
        tones=[CONFIDENCE_TONES[key] for key in keys],
        series=[(_("Articles"), [counts.get(key, 0) for key in keys])],
        links=[f"{listed}?confidence={key}" for key in keys],
        head=_("Confidence"),
        nothing=_("There is no article yet."),
    )


@dataclass
class Missing:
    """A gap as the front page lists it."""

    gap: Gap
    name: str
    n: int
    url: str


def gaps(user: User, scope: Scope) -> tuple[list[Missing], list[Missing]]:
    """The costliest open ones: topics without an answer, and searches that find nothing."""
    first = Window(RowNumber(), partition_by=F("kind"), order_by=[F("cost").desc(), F("pk")])
    found = Gap.objects.filter(state=Gap.State.OPEN).annotate(place=first)
    if scope.domains is not None:
        found = found.filter(domain__in=scope.domains)
    topics: list[Missing] = []
    searches: list[Missing] = []
    rows = list(found.filter(place__lte=max(TOPICS, SEARCHES)).order_by("-cost", "pk"))
    seen = visible_articles(rows, user)
    for gap in rows:
        name = named(gap, seen)
        if gap.kind in (Gap.Kind.EMPTY, Gap.Kind.ABANDONED):
            searches.append(Missing(gap, name, gap.times_searched, _gap_url(gap)))
        else:
            topics.append(Missing(gap, name, gap.tickets, _gap_url(gap)))
    return topics[:TOPICS], sorted(searches, key=lambda one: -one.n)[:SEARCHES]


def _gap_url(gap: Gap) -> str:
    try:
        return reverse("insights:gap", args=[gap.pk])
    except NoReverseMatch:
        return ""
