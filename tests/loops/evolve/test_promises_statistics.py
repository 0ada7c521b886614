"""The arithmetic behind the promises, against figures from books and made-up worlds."""

import random
from math import exp, log

import pytest

from loops.statistics import survival, within

# Freireich and others (1963): weeks of remission with 6-mercaptopurine, as every book has it.
REMISSION = [(6, True, 3), (6, False), (7, True), (9, False), (10, True), (10, False),
             (11, False), (13, True), (16, True), (17, False), (19, False), (20, False),
             (22, True), (23, True), (25, False), (32, False, 2), (34, False), (35, False)]  # fmt: skip


def test_the_curve_is_the_one_in_the_books():
    curve = survival.curve(REMISSION)
    assert (curve.n, curve.ended, curve.open) == (21, 9, 12)
    left = {step.time: round(step.share, 4) for step in curve.steps}
    assert left == {6: 0.8571, 7: 0.8067, 10: 0.7529, 13: 0.6902, 16: 0.6275, 22: 0.5378,
                    23: 0.4482}  # fmt: skip
    ten = curve.at(12)
    assert ten is not None
    # Collett, D. (2015): standard error .0963, interval by log(−log) .503 to .889.
    assert (round(ten.low, 3), round(ten.high, 3)) == (0.503, 0.889)
    assert curve.median.value == 23
    assert (curve.median.low, curve.median.high) == (13, None)


def test_a_curve_says_nothing_beyond_what_was_seen():
    curve = survival.curve([(1, True), (2, False), (3, False)])
    assert curve.median.value is None
    assert curve.at(3) is not None
    assert curve.at(4) is None
    assert survival.curve([]).at(0) is None
    everybody = survival.curve([(5, True, 4)])
    assert everybody.at(5) == survival.Step(5, 4, 4, 0.0, 0.0, 0.0)


def test_open_rows_lengthen_the_median_that_ended_rows_alone_would_give():
    ended = [(1.0, True)] * 5
    assert survival.curve(ended).median.value == 1.0
    assert survival.curve([*ended, *[(9.0, False)] * 6]).median.value is None


def a_desk(effect: float, *, seed: int, tickets: int = 6000) -> list[within.Cell]:
    """Easy topics are written down and solved fast, and so work those who know the articles."""
    chance = random.Random(seed)
    topics = [chance.gauss(0, 1) for _topic in range(40)]
    agents = [chance.gauss(0, 0.6) for _agent in range(10)]
    rows = []
    for _ticket in range(tickets):
        topic, agent = chance.randrange(len(topics)), chance.randrange(len(agents))
        hard = topics[topic] + agents[agent]
        reused = chance.random() < 1 / (1 + exp(1.2 * hard))
        seconds = 8 + hard + chance.gauss(0, 0.7) + (log(effect) if reused else 0)
        rows.append(((topic, agent), reused, seconds))
    return within.sums(rows)


def test_an_effect_of_a_fifth_is_found_where_all_at_once_says_two_thirds():
    found = within.ratio(a_desk(0.8, seed=4))
    assert found is not None
    assert found.naive == pytest.approx(0.34, abs=0.03)
    assert found.low < 0.8 < found.high
    assert (found.enough, found.of.says) == (True, -1)
    assert found.high - found.low < 0.1


def test_no_effect_is_not_called_one_more_often_than_chance_has_it():
    told = [within.ratio(a_desk(1.0, seed=seed, tickets=2000)) for seed in range(20)]
    assert all(one is not None and one.naive < 0.6 for one in told)
    assert sum(one.of.says != 0 for one in told if one is not None) <= 2


def test_a_comparison_by_hand():
    """Cell a: 2 − 4 = −2 with weight 2·1/3; cell b: 1 − 2 = −1 with weight 1·1/2; c has no other
    side. (−2·⅔ − 1·½) ÷ (⅔ + ½) = −11/7."""
    rows = [("a", True, 1), ("a", True, 3), ("a", False, 4), ("b", True, 1), ("b", False, 2),
            ("c", True, 100)]  # fmt: skip
    found = within.compare(within.sums(rows))
    assert found is not None
    assert found.value == pytest.approx(-11 / 7)
    assert found.naive == pytest.approx(105 / 4 - 3)
    assert (found.n_with, found.n_without, found.cells) == (3, 2, 2)
    assert found.each == pytest.approx(7 / 3)
    assert found.low < -11 / 7 < found.high
    assert within.compare(within.sums([("a", True, 1), ("b", False, 1)])) is None
    only = within.compare(within.sums([("a", True, 1), ("a", False, 2)]))
    assert only is not None
    assert only.says == 0


def test_the_numbers_that_it_takes():
    assert within.needed_for_points(0.60) == 1471
    assert within.needed_for_ratio(1.0) == 316
    assert within.student(1) == 12.706
    assert within.student(60) == pytest.approx(2.000, abs=0.003)
    few = within.ratio(a_desk(0.8, seed=4, tickets=150))
    assert few is not None
    assert not few.enough
