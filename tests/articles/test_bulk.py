"""Many articles at once: by the same verbs, each with its own answer."""

import pytest

from articles.models import Article
from tests import make
from tests.api.conftest import Program

pytestmark = pytest.mark.django_db
LIST = "/admin/articles/article/"


def sent(articles, **changes):
    return {
        "action": "change_many",
        "_selected_action": [article.pk for article in articles],
        **changes,
    }


def fresh(articles):
    return [Article.objects.get(pk=article.pk) for article in articles]


def test_domain_owner_tags_and_states_are_changed_by_the_verbs(client):
    coach, owner = make.candidate(is_coach=True), make.contributor()
    pay = make.domain("pay")
    articles = [make.article(tags=["old", "till"]), make.article()]
    client.force_login(coach)
    asked = client.post(LIST, sent(articles))
    assert "2 articles are chosen" in asked.text
    answer = client.post(
        LIST,
        sent(
            articles,
            change="1",
            domain=pay.pk,
            owner=owner.pk,
            add_tags="New, card",
            remove_tags="old",
            confidence="validated",
            audience="public",
        ),
        follow=True,
    )
    assert "2 articles were changed" in answer.text
    first, second = fresh(articles)
    assert (first.domain, first.owner, first.tags) == (pay, owner, ["till", "new", "card"])
    assert second.tags == ["new", "card"]
    for article in (first, second):
        assert (article.confidence, article.audience) == ("validated", "public")
        assert article.events.filter(verb="confidence", by=coach).count() == 1
        assert article.events.filter(verb="described", by=coach).count() == 1


def test_what_one_refuses_spoils_nothing_and_says_why(client):
    reviewer = make.contributor(is_staff=True)
    fine, empty = make.article(), make.article(resolution="", confidence="wip")
    law = make.article(by=make.publisher(), confidence="validated", governance="compliance")
    client.force_login(reviewer)
    answer = client.post(
        LIST, sent([fine, empty, law], change="1", confidence="validated", add_tags="canary")
    )
    assert answer.status_code == 207
    assert "without a resolution cannot be validated" in answer.text
    assert "You may not change this article" in answer.text
    assert 'value="canary"' in answer.text, "what was typed is still there"
    fine, empty, law = fresh([fine, empty, law])
    assert (fine.confidence, fine.tags) == ("validated", ["canary"])
    assert (empty.confidence, empty.tags, law.tags) == ("wip", [], [])


def test_it_offers_what_the_person_may_set_and_refuses_the_rest(client):
    # acceptance: SC7.9
    reviewer = make.contributor(is_staff=True)
    article = make.article()
    client.force_login(reviewer)
    page = client.post(LIST, sent([article])).text
    assert '<option value="validated"' in page
    assert '<option value="compliance"' not in page
    assert '<option value="public"' not in page
    forced = client.post(LIST, sent([article], change="1", governance="compliance"))
    assert forced.status_code == 422
    assert "You may not set" in forced.text
    assert reviewer.refusals.filter(code="not_offered").exists()
    assert fresh([article])[0].governance == "experience"


def test_archiving_many_asks_why_and_nothing_chosen_is_nothing_done(client):
    articles = [make.article(), make.article()]
    client.force_login(make.administrator())
    refused = client.post(LIST, sent(articles, change="1", confidence="archived"))
    assert refused.status_code == 422
    assert "why it is archived" in refused.text
    assert "Choose what to change" in client.post(LIST, sent(articles, change="1")).text
    client.post(LIST, sent(articles, change="1", confidence="archived", reason="Sold out"))
    assert [a.archived_reason for a in fresh(articles)] == ["Sold out", "Sold out"]


def test_who_does_not_review_does_not_come_here(client):
    article = make.article()
    client.force_login(make.publisher())
    answer = client.post(LIST, sent([article], change="1", confidence="wip"), follow=True)
    assert answer.status_code == 403
    assert fresh([article])[0].confidence == "not_validated"


def test_programs_change_many_and_each_answers():
    fine, law = (
        make.article(),
        make.article(by=make.publisher(), confidence="validated", governance="compliance"),
    )
    by = Program(make.contributor())
    numbers = [fine.number, law.number, "KB-999999999"]
    asked = {"numbers": numbers, "verb": "describe", "add_tags": ["canary"]}
    answer = by.post("articles/bulk/", asked)
    assert answer.status_code == 207
    assert [line["status"] for line in answer.json()["results"]] == [200, 403, 404]
    assert fresh([fine])[0].tags == ["canary"]
    archive = {"numbers": [fine.number], "verb": "restate", "confidence": "archived"}
    assert by.post("articles/bulk/", archive).status_code == 200
    assert by.post("articles/bulk/", {**archive, "add_tags": ["x"]}).status_code == 400
    candidate = Program(make.candidate())
    refused = candidate.post("articles/bulk/", {**archive, "confidence": "validated"})
    assert refused.json()["results"][0]["code"] == "not_offered"
    assert Program(make.customer()).post("articles/bulk/", archive).status_code == 403
