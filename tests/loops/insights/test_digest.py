"""The week in figures, by mail: to whom, of what, and once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from loops.insights import digest
from loops.models import Burst, Digest, Gap, Improvement, Topic
from people import notices
from people.models import Letter, Notification, User
from tests import make
from tests.loops.evolve import desk
from tests.loops.insights import planted
from tests.loops.insights.test_home import a_team


def monday():
    today = timezone.now().date()
    return today - timedelta(days=today.weekday())


def told(person: User) -> list[Notification]:
    return list(person.notifications.filter(kind="digest"))


@pytest.mark.django_db
def test_the_week_is_told_once_even_when_the_job_runs_again():
    manager = make.contributor()
    a_team(manager=manager)
    root, agent = make.administrator(), make.publisher()
    assert digest.run() == 2 + User.objects.filter(email="root@example.org").count()
    assert digest.run() == 0
    # Any day of that week is that week; the next one is another.
    assert digest.run(day=monday() + timedelta(days=6)) == 0
    assert digest.run(day=monday() + timedelta(days=7)) > 0
    assert [len(told(one)) for one in (manager, root, agent)] == [2, 2, 0]


@pytest.mark.django_db
def test_it_comes_by_mail_unless_one_switched_that_or_all_of_it_off():
    reader, quiet, silent = make.coach(), make.coach(mailed=[]), make.coach(muted=["digest"])
    digest.run()
    while notices.tell_next():
        pass
    mailed = set(Letter.objects.values_list("to", flat=True))
    assert reader.email in mailed
    assert not mailed & {quiet.email, silent.email}
    assert (len(told(quiet)), len(told(silent))) == (1, 0)


@pytest.mark.django_db
def test_it_says_what_changed_in_the_teams_that_one_reads_and_no_other():
    manager = make.contributor()
    mine, other = a_team(manager=manager), a_team()
    last = (timezone.now().date() - monday()).days + 3
    planted.day(last, team=mine.pk, reused=30, silent=10)
    planted.day(last, team=other.pk, reused=500)
    planted.day(last + 7, team=mine.pk, reused=10, silent=30)
    digest.run()
    text = told(manager)[0].text
    assert "40 tickets were solved; 40 in the week before." in text
    assert "Link rate: 75% (n = 40), higher than before." in text
    assert "540 tickets" not in text
    assert "540 tickets were solved" in told(User.objects.get(email="root@example.org"))[0].text


@pytest.mark.django_db
def test_it_names_gaps_bursts_and_what_shipped_in_the_reader_s_language():
    gap = Gap.objects.create(key="a", kind="topic", name="Split bill", tickets=12, cost=9)
    topic = Topic.objects.create(kind="unknown", name="Cash drawer 641")
    day = monday() - timedelta(days=2)
    Burst.objects.create(topic=topic, day=day, span=1, count=31, expected=2, strength=9)
    Improvement.objects.create(
        kind="product", state="shipped", title="Bill splits to the cent",
        shipped_at=timezone.now() - timedelta(days=(timezone.now().date() - day).days),
        shipped_by=make.publisher(), decided_by=make.publisher(),
    )  # fmt: skip
    reader, hebrew = make.coach(), make.coach(language="he")
    digest.run()
    text = told(reader)[0].text
    assert f"{gap.name} (tickets: 12, searches: 0)" in text
    assert "Cash drawer 641: 31 instead of 2" in text
    assert "Fix the product: Bill splits to the cent" in text
    assert "Cash drawer 641" in told(hebrew)[0].text


@pytest.mark.django_db(transaction=True)
def test_two_that_run_at_once_tell_once():
    make.coach()

    def run(_n: int) -> int:
        try:
            return digest.run()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(run, range(2))) == len(digest.readers())
    assert Notification.objects.filter(kind="digest").count() == Digest.objects.count()


@pytest.mark.django_db
def test_it_names_no_article_that_its_reader_may_not_see():
    hidden = desk.hidden("Seat plan of the board")
    topic = Topic.objects.create(kind="known", article=hidden, name=hidden.title)
    Gap.objects.create(
        key="f", kind="findability", name=hidden.title, article=hidden, topic=topic, cost=9
    )
    day = monday() - timedelta(days=2)
    Burst.objects.create(topic=topic, day=day, span=1, count=31, expected=2, strength=9)
    Improvement.objects.create(
        kind="fix", state="shipped", title=hidden.title, article=hidden,
        shipped_at=timezone.now() - timedelta(days=(timezone.now().date() - day).days),
    )  # fmt: skip
    reader = make.coach()
    digest.run()
    assert "Seat plan" not in told(reader)[0].text
    assert "31 instead of 2" in told(reader)[0].text
    assert told(hidden.created_by)[0].text.count("Seat plan") == 3
