"""Confirm: "it is right", said by somebody who may validate and did not write it."""

import pytest
from django.urls import reverse

from loops.models import Decision, Upkeep
from loops.upkeep import computing
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def article():
    made = make.public_article(by=make.publisher())
    computing.compute([made.pk])
    return made


def place(article) -> str:
    return reverse("upkeep:decide", args=[article.number])


def test_a_confirmation_raises_the_evidence_and_is_an_event(client, article):
    reviewer = make.contributor()
    client.force_login(reviewer)
    client.post(place(article), {"list": "review", "act": "confirm", "reason": "Tried it"})
    # (3 + 2) / (4 + 2)
    row = Upkeep.objects.get(article=article)
    assert row.evidence == pytest.approx(0.8333, abs=0.001)
    event = article.events.get(verb="reviewed")
    assert (event.by, event.detail["note"]) == (reviewer, "Tried it")
    assert Decision.objects.get().list == "review"


def test_htmx_gets_the_row_that_was_decided(htmx, article):
    htmx.force_login(make.contributor())
    shown = htmx.get(place(article), {"list": "review"})
    assert "<html" not in shown.text
    assert 'value="confirm"' in shown.text
    done = htmx.post(place(article), {"list": "review", "act": "confirm"})
    assert "Confirmed" in done.text
    assert "<html" not in done.text


def test_nobody_confirms_what_they_wrote(client, api, article):
    client.force_login(article.created_by)
    answer = client.post(place(article), {"list": "review", "act": "confirm", "reason": "Mine"})
    assert answer.status_code == 409
    assert "Somebody else has to confirm" in answer.text
    assert "Mine" in answer.text
    told = api(article.created_by).post(f"articles/{article.number}/confirm/")
    assert (told.status_code, told.json()["code"]) == (409, "own")


def test_candidates_and_customers_confirm_nothing(client, api, article):
    for person in (make.candidate(), make.customer()):
        client.force_login(person)
        assert client.post(place(article), {"act": "confirm"}).status_code == 403
        assert api(person).post(f"articles/{article.number}/confirm/").status_code == 403
    assert not article.events.filter(verb="reviewed").exists()


def test_programs_confirm(api, article):
    told = api(make.contributor()).post(f"articles/{article.number}/confirm/", {"note": "Yes"})
    assert told.status_code == 200
    assert told.json()["evidence"] == pytest.approx(0.8333, abs=0.001)


def test_the_administration_confirms(client, article):
    client.force_login(make.publisher(is_coach=True))
    page = client.post(
        reverse("admin:loops_upkeep_changelist"),
        {"action": "confirm", "_selected_action": [article.pk], "reason": "Read it"},
        follow=True,
    )
    assert "1 article is done." in page.text
    assert article.events.get(verb="reviewed").detail["note"] == "Read it"


def test_an_archived_article_is_not_confirmed(api, article):
    from articles import actions

    actions.restate(article, by=make.publisher(), confidence="archived", reason="Old")
    told = api(make.contributor()).post(f"articles/{article.number}/confirm/")
    assert told.status_code == 409
