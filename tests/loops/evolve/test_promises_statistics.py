"""The arithmetic behind the promises, against figures from books and made-up worlds."""

import pytest

from loops.statistics import survival

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
