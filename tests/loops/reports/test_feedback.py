"""pa/13: feedback with its state, its dates and its turnaround."""

from datetime import timedelta

import pytest

from articles import actions
from articles.models import Feedback
from tests import make
from tests.loops.reports.protocol import ago, day, is_closed, rows, show_all, told

pytestmark = pytest.mark.django_db
HOUR = 3600


@pytest.fixture
def world():
    """One comment answered after 26 hours, one open for two days, and a mere "it helped"."""
    show_all()

    class World:
        coach = make.coach()
        author = make.publisher(team=make.team())
        article = make.public_article(by=author, domain=make.domain("till"), owner=author)
        other = make.public_article(by=make.publisher())

    done = actions.rate(World.article, by=None, comment="Which side is up?")
    actions.resolve_feedback(done, by=World.author, answer="The shiny one.")
    done.refresh_from_db()
    at = ago(days=30)
    Feedback.objects.filter(pk=done.pk).update(at=at, answered_at=at + timedelta(hours=26))
    waits = actions.rate(World.other, by=None, comment="And mine?", helpful=False)
    Feedback.objects.filter(pk=waits.pk).update(at=ago(hours=48))
    actions.rate(World.article, by=None, helpful=True, visit="x")
    World.done_at = at
    return World


def test_turnaround_of_the_answered_and_age_of_the_open_one(world):
    # acceptance: pa/13
    answer = told(world.coach, "feedback")
    waits, done = answer["rows"]
    assert (done["comment"], done["article"]) == ("Which side is up?", world.article.number)
    assert (done["turnaround"], done["age"]) == (26 * HOUR, None)
    assert done["state"] == "Resolved"
    assert done["changed"] > done["at"]
    assert (waits["comment"], waits["state"], waits["turnaround"]) == (
        "And mine?",
        "Open",
        None,
    )
    assert waits["age"] == pytest.approx(48 * HOUR, abs=60)
    assert waits["helped"] == "It did not help"


def test_feedback_of_half_the_period_and_of_each_part(world):
    # acceptance: pa/13
    coach, one = world.coach, ["Which side is up?"]
    assert rows(coach, "feedback", "comment", to=day(ago(days=10))) == one
    assert rows(coach, "feedback", "comment", from_=day(ago(days=10))) == ["And mine?"]
    assert rows(coach, "feedback", "comment", to=day(ago(days=300))) == []
    for query in (
        {"domain": "till"}, {"owner": world.author.email}, {"creator": world.author.email},
        {"state": "resolved"}, {"team": world.author.team.pk}, {"q": world.article.number},
    ):  # fmt: skip
        assert rows(coach, "feedback", "comment", **query) == one, query
    assert rows(coach, "feedback", "comment", state="waiting") == ["And mine?"]


def test_feedback_is_for_readers_of_figures(world):
    # acceptance: pa/13
    assert is_closed("feedback")
