"""The measured effect: right where the truth is known, silent where nobody can tell, and
counted from the tickets of the treated topic against untouched ones."""

from datetime import timedelta

import numpy as np
import pytest
from django.utils import timezone

from loops.evolve.improvements import actions, effect, words
from loops.models import ImprovementEvent
from loops.statistics.interrupted import compare
from tests import make
from tests.loops.evolve import asked

WEEKS = 26


def series(rng, mean, effect=1.0, after=20):
    """Weekly counts with a season that everybody has, and heaps; and the untouched topics'."""
    weeks = np.arange(WEEKS + after)
    season = 1 + 0.3 * np.sin(weeks / 8 + rng.uniform(0, 6))
    expected = mean * season * np.where(weeks < WEEKS, 1.0, effect)
    heaps = rng.gamma(4, 0.25, len(weeks))
    return rng.poisson(expected * heaps), rng.poisson(25 * season)


def test_without_an_effect_the_interval_holds_one_in_95_of_a_hundred_and_halves_are_found():
    """Five hundred series each, the same ones every time."""
    rng = np.random.default_rng(4)
    covered, found = [], []
    for _ in range(500):
        mean = rng.choice([1.5, 4, 10])
        nothing = compare(*series(rng, mean), WEEKS)
        if nothing.ratio is not None:
            covered.append(nothing.low <= 1 <= nothing.high)
        halved = compare(*series(rng, 8, effect=0.5), WEEKS)
        found.append(halved.says == "fewer")
    assert 0.93 <= np.mean(covered) <= 0.99
    assert np.mean(found) >= 0.8


def test_a_season_that_everybody_has_is_no_effect():
    controls = [40] * WEEKS + [20] * 12
    found = compare([10] * WEEKS + [5] * 12, controls, WEEKS)
    assert (found.says, found.ratio) == ("unclear", 1.0)
    alone = compare([10] * WEEKS + [5] * 12, [0] * 38, WEEKS)
    assert (alone.says, alone.ratio) == ("fewer", 0.5)


def test_nothing_is_said_too_early_or_of_too_few_and_no_ticket_at_all_has_an_interval():
    early = compare([5] * WEEKS + [1, 1], [20] * 28, WEEKS)
    assert (early.says, early.ratio, early.low) == ("early", None, None)
    assert compare([0, 1] * 4 + [0] * 8, [20] * 16, 8).says == "few"
    none = compare([3] * WEEKS + [0] * 10, [20] * 36, WEEKS)
    assert (none.says, none.ratio, none.low) == ("fewer", 0.0, 0.0)
    assert 0 < none.high < 0.2


def test_an_effect_is_never_told_without_its_interval():
    assert words.effect({}) == ""
    assert "Too early" in words.effect({"says": "early", "ratio": 0.2})
    assert "Too few" in words.effect({"says": "few"})
    told = {"says": "fewer", "ratio": 0.5, "low": 0.3, "high": 0.8, "seen": 10, "expected": 20}
    assert words.effect(told) == (
        "Fewer tickets. 50 % of what was to be expected, with a 95 % interval from 30 % to "
        "80 %: 10 tickets came, and 20.0 would have."
    )
    assert words.effect_badge(told) == ("ok", "fewer: 50 % (30 % – 80 %)")


@pytest.mark.django_db
def test_it_is_counted_against_untouched_topics_every_night_until_half_a_year_is_over():
    now, till = timezone.now(), make.domain("till")
    product = make.customer(is_product=True)
    article = make.public_article(by=make.publisher(), domain=till)
    treated = asked.topic("Drawer", article=article, domain=till)
    # One a day before, one every third day since it shipped ten weeks ago.
    asked.tickets(treated, [n + 0.5 for n in range(70, 255)])
    asked.tickets(treated, range(1, 70, 3))
    for name in "ABC":
        other = make.public_article(by=make.publisher(), title=name, domain=till)
        untouched = asked.topic(name, article=other, domain=till)
        asked.tickets(untouched, np.arange(0.5, 255, 1).tolist())
    private = make.team(private=True)
    asked.tickets(treated, range(1, 70), team=private)
    made = actions.propose(by=make.contributor(), kind="product", title="Mend", article=article)
    actions.ship(made, by=product, at=now - timedelta(weeks=10))
    effect.measure_all(now)
    made.refresh_from_db()
    found = made.effect
    assert (found["says"], found["seen"]) == ("fewer", 23)
    assert (found["controls"], found["control_tickets"]) == (3, 3 * 252)
    assert found["expected"] == pytest.approx(70, rel=0.03)
    assert found["ratio"] == pytest.approx(23 / 70, rel=0.03)
    assert 0 < found["low"] < found["ratio"] < found["high"] < 1
    assert len(found["weeks"]) == 26 + 10
    assert found["shipped_week"] == 26
    # Again is the same, and the history tells it once.
    effect.measure_all(now)
    measured = made.events.filter(verb=ImprovementEvent.Verb.MEASURED)
    assert measured.count() == 1
    effect.measure_all(now + timedelta(weeks=17))
    made.refresh_from_db()
    assert made.effect["settled"]
    at = made.measured_at
    effect.measure_all(now + timedelta(weeks=18))
    made.refresh_from_db()
    assert made.measured_at == at


@pytest.mark.django_db
def test_it_is_measured_once_a_week_and_a_night_that_ends_early_goes_on_with_the_others():
    now, product = timezone.now(), make.customer(is_product=True)
    rows = []
    for n in range(3):
        article = make.public_article(by=make.publisher(), title=f"Drawer {n}")
        made = actions.propose(
            by=make.contributor(), kind="product", title="x", article=article
        )
        actions.ship(made, by=product, at=now - timedelta(weeks=10))
        rows.append(made)
    assert effect.measure_all(now, seconds=0) == 1
    assert effect.measure_all(now, seconds=0) == 1
    assert effect.measure_all(now) == 1
    assert effect.measure_all(now) == 0
    assert effect.measure_all(now + timedelta(days=3)) == 0
    assert effect.measure_all(now + timedelta(days=7)) == 3
