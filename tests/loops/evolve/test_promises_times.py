"""How long it takes by outcome, inside topic and agent, and with those that still wait."""

import random
from datetime import timedelta

import pytest

from loops.evolve.promises import jobs as promises
from loops.models import Finding
from people.models import SiteSettings
from tests import make
from tests.loops.evolve.promising import DAY, HOUR, counted, known, seen, table, tickets

pytestmark = pytest.mark.usefixtures("nothing_hidden")


@pytest.fixture
def team():
    """A team of three, whose manager reads each of them."""
    group = make.team(manager=make.contributor())
    return [make.contributor(team=group) for _n in range(3)]


def test_medians_and_shares_are_those_counted_by_hand(team):
    """Twenty in two hours by reuse, four of them reopened; twenty in eight hours without."""
    coach, by = make.coach(), team[0]
    answer = make.public_article()
    tickets([2 * HOUR] * 16, by=by, outcome="reused", answer=answer, csat=5)
    tickets([2 * HOUR] * 4, by=by, outcome="reused", answer=answer, reopened_count=1, csat=1)
    tickets([8 * HOUR] * 20, by=by)
    counted()
    text = seen(coach, "times")
    reused = text[text.index(">Reused<") : text.index(">Reused and improved<")]
    assert ">20<" in reused
    assert "120 min" in reused or "2.0 h" in reused or "1.9 h" in reused or "2.1 h" in reused
    # 16 of 20 at first contact, 4 of 20 reopened, 16 of 20 satisfied.
    assert reused.count("80.0%") == 2
    assert "20.0%" in reused
    assert "58% – 92%" in reused
    without = text[text.index(">No knowledge here<") : text.index(">All<")]
    assert "100.0%" in without
    assert "outcome=reused" in reused
    rows = table(coach, "times", "times")
    solved = [row for row in rows[1:] if row[-1] == "40"]
    assert len(solved) == 1


def confounded(people, effect: float, *, seed: int, n: int) -> None:
    """Easy topics are reused more; inside a topic reuse changes the time by `effect`."""
    chance = random.Random(seed)
    for hard in (-1.5, -0.5, 0.5, 1.5):
        article = make.public_article(title=f"Topic {hard}")
        topic, by = known(article), people[0] if hard < 0 else people[1]
        share = 0.85 if hard < -1 else 0.6 if hard < 0 else 0.4 if hard < 1 else 0.15
        reused = round(share * n)
        for many, outcome, times in ((reused, "reused", effect), (n - reused, "", 1.0)):
            lasted = [
                timedelta(hours=times * 4 * 2.718 ** (hard + chance.gauss(0, 0.6)))
                for _ticket in range(many)
            ]
            done = {"outcome": "reused", "answer": article} if outcome else {}
            tickets(lasted, by=by, topic=topic, ago=30 * DAY, **done)


@pytest.mark.parametrize(("effect", "says"), [(0.8, "less time"), (1.0, "No association")])
def test_reuse_is_compared_inside_topic_and_agent(team, effect, says):
    """The truth is found where all at once shows less than two thirds of it."""
    confounded(team, effect, seed=3, n=120)
    promises.run()
    found = Finding.objects.get(key="within", scope="").data["measures"]["resolution"]
    assert found["enough"]
    assert found["low"] < effect < found["high"]
    assert found["naive"] < effect * 0.6
    text = seen(make.coach(), "times")
    row = text[text.index("All at once</th>") :]
    row = row[row.index(">Time to resolve<") : row.index(">Time worked<")]
    assert says in row
    assert f"× {found['value']:.2f}" in row
    assert "an association, and no proof" in text


def test_too_little_is_said_to_be_too_little(team):
    confounded(team, 0.8, seed=3, n=6)
    promises.run()
    text = seen(make.coach(), "times")
    assert "not enough data" in text
    assert "Reuse goes with" not in text


def test_spam_is_not_compared(team):
    topic = known(make.public_article())
    tickets([HOUR], by=team[0], topic=topic, reason="spam")
    promises.run()
    assert Finding.objects.get(key="within", scope="").data["tickets"] == 0
    assert "Not enough data" in seen(make.coach(), "times")


def test_a_manager_compares_the_own_teams_and_sees_no_private_one_of_others(team):
    """The finding of all leaves private teams out; a team has its own; so have its managers."""
    manager = team[0].team.manager
    secret = make.team(private=True, manager=manager)
    topic = known(make.public_article())
    tickets([HOUR] * 2, by=team[0], topic=topic, team=team[0].team)
    tickets([HOUR] * 3, by=team[1], topic=topic, team=secret)
    promises.run()
    kept = {f.scope: f.data["tickets"] for f in Finding.objects.filter(key="within")}
    assert kept == {
        "": 2,
        f"team:{team[0].team.pk}": 2,
        f"team:{secret.pk}": 3,
        f"manager:{manager.pk}": 5,
    }
    assert "5 tickets of all domains" in seen(manager, "times") or "Not enough data" in seen(
        manager, "times"
    )
    other = make.team(manager=manager)
    # The night has not seen the third team: nothing is told of a set that is no longer theirs.
    assert "Not compared yet" in seen(manager, "times")
    other.delete()
    assert "Not compared yet" not in seen(manager, "times")


def test_tickets_that_still_wait_are_in_the_median(team):
    """Five solved within an hour and six open for three days: the solved alone say one hour,
    and more than half of all has not been solved."""
    tickets([HOUR] * 5, by=team[0])
    tickets([None] * 6, by=team[0])
    promises.run()
    coach = make.coach()
    rows = table(coach, "times", "waiting")
    month = next(row for row in rows[1:] if row[4] == "11" or "11" in row)
    assert month[1] == ""  # no median yet
    assert float(month[-1]) == pytest.approx(1.0, rel=0.06)
    left = Finding.objects.get(key="waiting", scope="").data["curves"]["recent"]["resolution"]
    assert (left["n"], left["open"]) == (11, 6)
    assert left["share"][0] == 1.0
    assert left["share"][3] == pytest.approx(6 / 11)
    assert "6 tickets of these months still wait" in seen(coach, "times")


def test_figures_of_two_people_are_for_those_who_may_read_each_of_them(team):
    group = team[0].team
    SiteSettings.objects.update(figures_minimum=20)
    tickets([HOUR] * 30, by=team[0], team=group)
    counted()
    stranger = seen(make.coach(), "times", team=group.pk)
    assert "Fewer than three people" in stranger
    assert "60 min" not in stranger
    assert "By outcome" in seen(group.manager, "times", team=group.pk)
