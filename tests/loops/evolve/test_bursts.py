"""A topic that is suddenly asked far more often is called out, and little else is."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.utils import timezone

from loops.evolve.topics import bursts, detecting
from loops.models import Burst
from people.models import Notification
from tests import make
from tests.loops.evolve import desk
from tests.loops.evolve.asked import tickets, topic

WEEK = np.asarray([1.25, 1.1, 1.05, 1.0, 0.9, 0.4, 0.3])


def series(seed: int, topics: int = 150, days: int = 63 + 365):
    """Topics from one ticket in three weeks to five a day, with weekends, drifting and restless
    (negative binomial) days. Each has two bursts a year: six tickets more at least, else two to
    six times as many, over one to seven days."""
    drawn = np.random.default_rng(seed)
    level = np.exp(drawn.normal(np.log(0.5), 1.1, topics))
    drift = np.exp(np.cumsum(drawn.normal(0, 0.01, (topics, days)), axis=1))
    mean = level[:, None] * WEEK[np.arange(days) % 7][None] * drift
    counts = drawn.poisson(drawn.gamma(4.0, mean / 4.0))
    planted = []
    for row in range(topics):
        for _ in range(2):
            day, length = int(drawn.integers(70, days - 10)), int(drawn.choice([1, 2, 4, 7]))
            extra = max(6.0, level[row] * length * drawn.uniform(2, 6))
            counts[row, day : day + length] += drawn.poisson(extra / length, length)
            planted.append((row, day, length))
    return counts, planted


def test_half_of_the_bursts_are_found_at_half_a_false_alarm_per_topic_and_year():
    recall, false = [], []
    for seed in (1, 2):
        counts, planted = series(seed)
        hit, wrong = set(), 0
        for one in detecting.find(counts, 63, counts.shape[1] - 1):
            met = [
                at
                for at, (row, day, length) in enumerate(planted)
                if row == one.row and day <= one.day < day + length + 6
            ]
            hit.update(met)
            wrong += not met
        recall.append(len(hit) / len(planted))
        false.append(wrong / len(counts))
    assert np.mean(recall) >= 0.50
    assert np.mean(false) <= 0.5


def test_a_week_with_its_weekend_is_no_burst():
    quiet = np.tile([8, 7, 7, 7, 6, 1, 0], (3, 20)).astype(np.int64)
    assert detecting.find(quiet, 63, quiet.shape[1] - 1) == []


def test_a_new_topic_is_no_burst_with_its_first_questions():
    counts = np.zeros((2, 100), dtype=np.int64)
    counts[0, 80:84] = 1
    counts[1, 80] = 9
    found = detecting.find(counts, 63, 99)
    assert [(one.row, one.day, one.span, one.count) for one in found] == [(1, 80, 1, 9)]


@pytest.mark.django_db
def test_a_burst_is_found_on_its_day_and_told_once_to_the_domains_expert():
    expert, domain = make.publisher(), make.domain("till")
    expert.expert_of.add(domain)
    drawer = topic("The drawer stays shut", domain=domain)
    now = timezone.now().replace(hour=12)
    tickets(drawer, [60, 40, 20], now=now)
    tickets(drawer, [1 + n / 100 for n in range(12)], now=now, seconds_worked=600)
    tickets(topic("As ever", domain=domain), range(3, 90, 2), now=now)
    drawer.minutes = 10
    drawer.save(update_fields=["minutes"])
    assert bursts.run() == 1
    assert bursts.run() == 0
    burst = Burst.objects.get()
    yesterday = (now - timedelta(days=1)).date()
    assert (burst.topic, burst.day, burst.count) == (drawer, yesterday, 12)
    assert burst.strength >= detecting.STRENGTH
    assert burst.cost == pytest.approx((12 - burst.expected) * 10, abs=0.2)
    notice = Notification.objects.get(kind="burst")
    assert (notice.user, notice.subject) == (expert, "The drawer stays shut")
    assert burst.told_at


@pytest.mark.django_db
def test_a_day_has_ten_alerts_at_most_and_they_are_the_dearest():
    now = datetime(2026, 5, 20, 12, tzinfo=UTC)
    for n in range(12):
        about = topic(f"Topic {n:02}")
        about.minutes = n + 1
        about.save(update_fields=["minutes"])
        tickets(about, [50, 30], now=now)
        tickets(about, [0.01 * k for k in range(10)], now=now)
    assert bursts.run(day=now.date()) == 10
    names = set(Burst.objects.values_list("topic__name", flat=True))
    assert names == {f"Topic {n:02}" for n in range(2, 12)}
    assert not Notification.objects.filter(kind="burst").exists()
    assert bursts.run(day=now.date()) == 0


@pytest.mark.django_db
def test_a_burst_of_a_hidden_article_is_told_without_its_title():
    hidden, domain = desk.hidden("Seat plan of the board"), make.domain("till")
    expert = make.publisher()
    expert.expert_of.add(domain)
    topic_of_it = topic(hidden.title, article=hidden, domain=domain)
    today = timezone.now().date()
    Burst.objects.create(topic=topic_of_it, day=today, span=1, count=30, expected=1, strength=9)
    bursts._tell(today)
    notice = Notification.objects.get(kind="burst", user=expert)
    assert "Seat plan" not in notice.subject
