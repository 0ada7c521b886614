"""The figures of the front page for one period, to be compared with those of another one.

Tickets come from the rollups; reviews and publications are few and are read as they are. The
content standard is about people's work: it is told of three people and more, never of fewer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q

from loops.evolve import access
from loops.evolve.rollups import numbers
from loops.evolve.rollups.numbers import SearchTotals, Totals, VisitTotals
from loops.evolve.scope import Scope
from loops.models import Publication, Sample
from loops.statistics.durations import exact
from loops.statistics.rates import Share

ASKED = "desk/asked"


@dataclass(frozen=True)
class Review:
    """One finished review of an article against the content standard."""

    day: date
    score: float
    person: int
    team: int


@dataclass(frozen=True)
class Took:
    """How long something took: of how many, and the median in seconds."""

    n: int = 0
    median: float | None = None


@dataclass
class Figures:
    """One period. `quality` is hidden where fewer than three people stand behind it."""

    totals: Totals
    quality: Share = field(default_factory=lambda: Share(0, 0))
    people: int = 0  # behind the quality
    visits: VisitTotals = field(default_factory=VisitTotals)
    published: Took = field(default_factory=Took)
    resolved: Took = field(default_factory=Took)
    searches: SearchTotals = field(default_factory=SearchTotals)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, kept: dict[str, Any]) -> Figures:
        """As a baseline kept it; what that one did not know is empty."""
        return cls(
            totals=_made(Totals, kept.get("totals")),
            quality=Share(**kept.get("quality", {"hits": 0, "n": 0})),
            people=kept.get("people", 0),
            visits=_made(VisitTotals, kept.get("visits")),
            published=_made(Took, kept.get("published")),
            resolved=_made(Took, kept.get("resolved")),
            searches=_made(SearchTotals, kept.get("searches")),
        )


def _made(kind: type[Any], kept: dict[str, Any] | None) -> Any:
    known = kind.__dataclass_fields__
    return kind(**{name: value for name, value in (kept or {}).items() if name in known})


def reviews(scope: Scope, begins: date) -> list[Review]:
    """Finished content reviews of people in the scope's teams, from a day on."""
    teams = Q(person__team__in=scope.teams - {0})
    if 0 in scope.teams:
        teams |= Q(person__team=None)
    found = Sample.objects.filter(
        teams, kind=Sample.Kind.CONTENT, state=Sample.State.DONE, score__isnull=False,
        reviewed_at__gte=replace(scope, begins=begins).since, reviewed_at__lt=scope.until,
    )  # fmt: skip
    if scope.domains is not None:
        found = found.filter(article__domain__in=scope.domains)
    rows = found.values_list("reviewed_at", "score", "person_id", "person__team_id")
    return [
        Review(at.astimezone(scope.zone).date(), score, person, team or 0)
        for at, score, person, team in rows
        if at is not None and score is not None
    ]


def quality(found: Iterable[Review], least: int) -> tuple[Share, int]:
    """The content standard score as a share of its full marks, and how many people it is about.
    Nothing where it would be about persons."""
    kept = list(found)
    people = len({review.person for review in kept})
    if kept and access.is_small(len(kept), people, 1 if least else 0):
        return Share(0, 0), people
    return Share(sum(review.score for review in kept), len(kept)), people


def publications(scope: Scope, begins: date) -> list[tuple[date, float]]:
    """Articles that went outside for the first time from a day on, and how many seconds after
    they were first validated."""
    earlier = Publication.objects.filter(article=OuterRef("article"), at__lt=OuterRef("at"))
    found = Publication.objects.filter(
        ~Exists(earlier), at__gte=replace(scope, begins=begins).since, at__lt=scope.until,
        validated_at__lte=F("at"),
    )  # fmt: skip
    if scope.domains is not None:
        found = found.filter(article__domain__in=scope.domains)
    rows = found.values_list("at", "validated_at")
    return [
        (at.astimezone(scope.zone).date(), (at - since).total_seconds())
        for at, since in rows
        if since is not None
    ]


def took(seconds: Iterable[float]) -> Took:
    kept = sorted(seconds)
    return Took(len(kept), exact(kept, 0.5))


def visits_by_day(scope: Scope, begins: date) -> dict[date, VisitTotals]:
    return numbers.visits_series(replace(scope, begins=begins), "day")


def together(parts: Iterable[VisitTotals]) -> VisitTotals:
    found = VisitTotals()
    for part in parts:
        for name in vars(found):
            setattr(found, name, getattr(found, name) + getattr(part, name))
    return found


def asked(scope: Scope) -> SearchTotals:
    """What agents asked the search by themselves."""
    return numbers.searches(scope, channel="desk").get(ASKED, SearchTotals())


def resolved(scope: Scope) -> Took:
    found = numbers.times(scope, numbers.RESOLUTION)[""]
    return Took(found.n, found.median)


def everything(scope: Scope, least: int) -> Figures:
    """All of it for one scope: what a baseline keeps."""
    score, people = quality(reviews(scope, scope.begins), least)
    return Figures(
        totals=numbers.totals(scope),
        quality=score,
        people=people,
        visits=numbers.visits(scope),
        published=took(seconds for _day, seconds in publications(scope, scope.begins)),
        resolved=resolved(scope),
        searches=asked(scope),
    )


def steps(scope: Scope) -> str:
    """Weeks while they have room, else months."""
    return "week" if scope.days <= 200 else "month"


def step_of(day: date, every: str) -> date:
    return day.replace(day=1) if every == "month" else day - timedelta(days=day.weekday())
