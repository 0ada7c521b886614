"""When enough has been looked at: Wald's sequential probability ratio test on pass and fail.

Two pictures of a person are weighed against each other: good work passes nine reviews of ten
(p0), work that needs coaching seven of ten (p1). After each review the ratio of what they make of
the results so far says: this is good work (`MEETS`), this is not good work yet (`NOT_YET`), or
look at one more (`GO_ON`). Either answer is wrong for about one person in ten (alpha, beta),
and it needs about half the reviews that a sample of fixed size would.

Expected reviews with the defaults, computed by `expected` and stated in docs/coaching.md. After
`most` reviews the test is cut off, and the picture that fits better wins.

All of it in fractions: two failures at the start make the ratio exactly 9, which is the limit,
and no rounding may decide about a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

MEETS = "meets"
NOT_YET = "not_yet"
GO_ON = "go_on"


@dataclass(frozen=True)
class Plan:
    """How the series is weighed.

    p0: share of passes in good work; p1: in work that needs coaching, p1 < p0.
    alpha: how often good work may be called poor. beta: how often poor work may be called good.
    """

    p0: Fraction = Fraction(9, 10)
    p1: Fraction = Fraction(7, 10)
    alpha: Fraction = Fraction(1, 10)
    beta: Fraction = Fraction(1, 10)
    most: int = 40

    @property
    def upper(self) -> Fraction:
        """From this ratio on the work is not good yet."""
        return (1 - self.beta) / self.alpha

    @property
    def lower(self) -> Fraction:
        """Down from this ratio the work is good."""
        return self.beta / (1 - self.alpha)

    def ratio(self, passed: int, failed: int) -> Fraction:
        """How much better p1 explains these results than p0 does."""
        return (self.p1 / self.p0) ** passed * ((1 - self.p1) / (1 - self.p0)) ** failed

    def state(self, passed: int, failed: int) -> str:
        ratio = self.ratio(passed, failed)
        if ratio >= self.upper:
            return NOT_YET
        if ratio <= self.lower:
            return MEETS
        if passed + failed < self.most:
            return GO_ON
        return MEETS if ratio <= 1 else NOT_YET


DEFAULT = Plan()


@dataclass(frozen=True)
class Verdict:
    """What the test said last, if ever, and how far the series that runs now has come."""

    state: str
    n: int  # reviews behind the state; without a verdict, reviews so far
    passed: int
    running: int = 0  # reviews since the verdict

    @property
    def stopped(self) -> bool:
        return self.state != GO_ON


def follow(results: Iterable[bool], plan: Plan = DEFAULT) -> Verdict:
    """The verdict after these results, oldest first. After each verdict a new series begins:
    people change, and the reviews of the time after are the ones that say so."""
    last: Verdict | None = None
    passed = failed = 0
    for result in results:
        passed, failed = passed + result, failed + (not result)
        state = plan.state(passed, failed)
        if state != GO_ON:
            last = Verdict(state, passed + failed, passed)
            passed = failed = 0
    n = passed + failed
    return Verdict(last.state, last.n, last.passed, n) if last else Verdict(GO_ON, n, passed)


@lru_cache(maxsize=32)
def expected(share: Fraction, plan: Plan = DEFAULT) -> tuple[float, float]:
    """For somebody whose work passes this share of reviews: how probably the test says that it
    meets the standard, and after how many reviews it stops on average. Exact, by walking through
    every way that the results can come.
    """
    p = float(share)
    alive, meets, reviews = {0: 1.0}, 0.0, 0.0  # failures so far: probability
    for n in range(plan.most):
        reviews += sum(alive.values())
        later: dict[int, float] = {}
        for failed, probability in alive.items():
            for more, weight in ((0, p), (1, 1 - p)):
                count = failed + more
                state = plan.state(n + 1 - count, count)
                if state == GO_ON:
                    later[count] = later.get(count, 0.0) + probability * weight
                elif state == MEETS:
                    meets += probability * weight
        alive = later
    return meets, reviews
