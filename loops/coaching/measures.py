"""What reviews add up to, always with how many stand behind it and how sure that is.

- Link accuracy = sampled links judged relevant, specific and actionable ÷ sampled links.
- Capture loss = sampled tickets where something should have been created or improved and was
  not ÷ sampled tickets.
- Content standard score = the mean of the reviews' scores, each the passed share of the
  applicable weight.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from loops.coaching import stopping
from loops.models import Sample
from loops.statistics.rates import wilson

WEEKS = 12
PROCESS, CONTENT = Sample.Kind.PROCESS, Sample.Kind.CONTENT
LINK_ASKS = ("relevant", "specific", "actionable")


@dataclass(frozen=True)
class Figure:
    """One share with what stands behind it. A `hidden` one tells its n and nothing else."""

    key: str
    hits: float
    n: int
    minimum: int = 0
    hidden: bool = False

    @property
    def value(self) -> float | None:
        return self.hits / self.n if self.n and not self.hidden else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.hits, self.n) if self.n and not self.hidden else None

    @property
    def few(self) -> bool:
        return self.n < self.minimum

    @property
    def percent(self) -> int | None:
        return None if self.value is None else round(self.value * 100)

    @property
    def low(self) -> int | None:
        return None if self.interval is None else round(self.interval[0] * 100)

    @property
    def high(self) -> int | None:
        return None if self.interval is None else round(self.interval[1] * 100)

    def plain(self) -> dict[str, Any]:
        """As evidence and programs take it."""
        told = {"n": self.n, "value": self.value, "low": None, "high": None}
        if self.interval is not None:
            told |= {"low": round(self.interval[0], 4), "high": round(self.interval[1], 4)}
        if self.value is not None:
            told["value"] = round(self.value, 4)
        return told


def link_judgements(sample: Sample) -> list[bool]:
    """Each judged link of a process review: right, or not. What did not apply is left out."""
    judged = []
    for link in sample.answers.get("links", []):
        said = [link.get(ask) for ask in LINK_ASKS]
        if "no" in said:
            judged.append(False)
        elif "yes" in said:
            judged.append(True)
    return judged


def lost(sample: Sample) -> bool:
    """Whether something should have been written or mended, and was not."""
    return "yes" in (
        sample.answers.get("should_improve"),
        sample.answers.get("should_create"),
    )


@dataclass(frozen=True)
class Figures:
    """The three figures of some reviews."""

    link_accuracy: Figure
    capture_loss: Figure
    content_standard: Figure

    def __iter__(self) -> Any:
        return iter((self.link_accuracy, self.capture_loss, self.content_standard))


def figures(done: Iterable[Sample], *, minimum: int = 0, hide: bool = False) -> Figures:
    """The figures of these reviews. `hide` leaves out those with fewer than the minimum."""
    links: list[bool] = []
    losses: list[bool] = []
    scores: list[float] = []
    for sample in done:
        if sample.kind == PROCESS:
            links += link_judgements(sample)
            losses.append(lost(sample))
        elif sample.score is not None:
            scores.append(sample.score)

    def figure(key: str, values: Sequence[float]) -> Figure:
        n = len(values)
        return Figure(key, float(sum(values)), n, minimum, hide and n < minimum)

    return Figures(
        figure("link_accuracy", links),
        figure("capture_loss", losses),
        figure("content_standard", scores),
    )


def verdicts(done: Iterable[Sample], *, since: Any = None) -> dict[str, stopping.Verdict]:
    """What the sequential test says of each kind, from the reviews since a moment: those of an
    earlier competency said what they had to say when it was granted."""
    rows = [one for one in done if one.passed is not None]
    if since is not None:
        rows = [one for one in rows if one.drawn_at >= since]
    rows.sort(key=lambda one: (one.reviewed_at, one.pk))
    return {
        kind: stopping.follow(bool(one.passed) for one in rows if one.kind == kind)
        for kind in Sample.Kind.values
    }


@dataclass(frozen=True)
class Week:
    """What the reviews of one week add up to; it begins on that Monday."""

    begins: date
    figures: Figures


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def weeks(
    done: Iterable[Sample], *, count: int = WEEKS, today: date | None = None
) -> list[Week]:
    """The last weeks, oldest first, those without reviews too."""
    today = today or timezone.localdate()
    first = monday(today) - timedelta(weeks=count - 1)
    by_week: dict[date, list[Sample]] = {first + timedelta(weeks=i): [] for i in range(count)}
    for sample in done:
        begins = monday(timezone.localtime(sample.reviewed_at).date())
        if begins in by_week:
            by_week[begins].append(sample)
    return [Week(begins, figures(rows)) for begins, rows in by_week.items()]
