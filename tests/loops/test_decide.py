"""Decide: "not now" and "never", which stick and say who said so and why."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from loops.models import Decision
from loops.upkeep import lists
from people.models import SiteSettings
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def article():
    made = make.article(by=make.contributor())
    for _ in range(3):
        make.solved_ticket(article=made)
    return made


def proposed(person, which: str = "promote") -> list[str]:
    rows = lists.rows(which, lists.Reader(person, SiteSettings.load()))
    return [row.number for row in rows]


def test_not_now_takes_it_off_the_list_until_the_day(client, article):
    reviewer = make.publisher()
    client.force_login(reviewer)
    assert proposed(reviewer) == [article.number]
    client.post(
        reverse("upkeep:decide", args=[article.number]),
        {"list": "promote", "act": "decide", "days": "90", "reason": "Wait for 6.5"},
    )
    assert proposed(reviewer) == []
    shown = client.get(reverse("upkeep:evidence", args=[article.number])).text
    assert f"{reviewer} left it off “Promotion”" in shown
    assert "Wait for 6.5" in shown
    Decision.objects.update(until=timezone.localdate())
    assert proposed(reviewer) == [article.number]


def test_for_good_needs_a_reason_and_sticks(client, article):
    reviewer = make.publisher()
    client.force_login(reviewer)
    place = reverse("upkeep:decide", args=[article.number])
    sent = {"list": "promote", "act": "decide", "days": "ever"}
    answer = client.post(place, sent)
    assert (answer.status_code, "For good needs a reason" in answer.text) == (422, True)
    client.post(place, {**sent, "reason": "One customer only"})
    assert Decision.objects.get().until is None
    assert proposed(reviewer) == []


def test_programs_decide(api, article):
    program = api(make.contributor())
    path = f"articles/{article.number}/decide/"
    day = timezone.localdate() + timedelta(days=7)
    made = program.post(path, {"list": "promote", "until": day.isoformat()})
    assert (made.status_code, made.json()["until"]) == (201, day.isoformat())
    past = program.post(path, {"list": "promote", "until": "2001-01-01"})
    assert past.json()["errors"] == {"until": ["Choose a day to come."]}
    assert program.post(path, {"list": "nothing", "reason": "x"}).status_code == 422
    assert program.post(path, {"list": "promote", "colour": "red"}).status_code == 400
    assert api(make.candidate()).post(path, {"list": "promote"}).status_code == 403


def test_what_nobody_knows_is_refused_in_words(client, article):
    client.force_login(make.publisher())
    place = reverse("upkeep:decide", args=[article.number])
    for sent in ({"act": "bury"}, {"act": "decide", "days": "7"}, {"act": "publish"}):
        assert client.post(place, {"list": "promote", **sent}).status_code == 422
    assert client.get(reverse("upkeep:decide", args=["KB-999999"])).status_code == 404
