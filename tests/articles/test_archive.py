"""Archived with a reason, found through the filter, and back with one press."""

import pytest
from django.urls import reverse

from articles import actions
from kcs.errors import NotAllowed, Refused
from tests import make
from tests.api.conftest import Program

pytestmark = pytest.mark.django_db


def test_the_pages_ask_why_and_programs_may_leave_it_out(client):
    # acceptance: ch/04
    by = make.contributor()
    article = make.article(by=by)
    client.force_login(by)
    restate = reverse("articles:restate", args=[article.number])
    refused = client.post(restate, {"confidence": "archived"})
    assert refused.status_code == 422
    assert "why it is archived" in refused.text
    edit = reverse("articles:edit", args=[article.number])
    asked = {"title": "Typed", "confidence": "archived", "was-confidence": "not_validated"}
    refused = client.post(edit, {**asked, "base": 1})
    assert (refused.status_code, "Typed" in refused.text) == (422, True)
    client.post(restate, {"confidence": "archived", "reason": "The model is not sold any more"})
    article.refresh_from_db()
    assert article.confidence == "archived"
    assert article.archived_reason == "The model is not sold any more"
    assert article.title != "Typed"
    other = make.article(by=by)
    program = Program(by)
    assert (
        program.patch(f"articles/{other.number}/", {"confidence": "archived"}).status_code
        == 200
    )


def test_an_archived_article_is_out_of_sight_but_for_the_filter(client):
    # acceptance: ch/04
    by = make.contributor()
    article = make.article(by=by, title="The fax canary")
    actions.restate(article, by=by, confidence="archived", reason="No fax is left")
    client.force_login(make.candidate())
    found = client.get("/search/", {"confidence": "archived"})
    assert "The fax canary" in found.text
    told = Program(by).get("articles/?confidence=archived").json()["results"]
    assert [row["number"] for row in told] == [article.number]
    assert "No fax is left" in client.get(article.get_absolute_url()).text


@pytest.mark.parametrize("before", ["wip", "not_validated", "validated"])
def test_it_comes_back_with_the_confidence_it_had(client, before):
    by = make.contributor()
    article = make.article(by=by, confidence=before)
    actions.restate(article, by=by, confidence="archived", reason="x")
    client.force_login(by)
    assert client.post(reverse("articles:unarchive", args=[article.number])).status_code == 302
    article.refresh_from_db()
    assert (article.confidence, article.archived_reason) == (before, "")
    assert article.events.latest("pk").detail["to"] == before


def test_who_may_not_set_that_confidence_does_not_bring_it_back(client):
    by, candidate = make.contributor(), make.candidate()
    article = make.article(by=candidate)
    actions.restate(article, by=by, confidence="validated")
    actions.restate(article, by=by, confidence="archived", reason="x")
    client.force_login(candidate)
    assert client.post(reverse("articles:unarchive", args=[article.number])).status_code == 422
    stranger = make.candidate()
    assert Program(stranger).post(f"articles/{article.number}/unarchive/").status_code in (
        403,
        422,
    )
    article.refresh_from_db()
    assert article.confidence == "archived"
    assert Program(by).post(f"articles/{article.number}/unarchive/").json()["confidence"] == (
        "validated"
    )


def test_what_is_not_archived_is_not_restored():
    with pytest.raises(Refused):
        actions.unarchive(make.article(), by=make.publisher())
    article = make.article(by=make.publisher(), confidence="wip")
    actions.restate(article, by=make.publisher(), confidence="archived", reason="x")
    with pytest.raises(NotAllowed):
        actions.unarchive(article, by=make.candidate())


def test_the_administration_asks_why_too(client):
    admin = make.administrator()
    article = make.article()
    client.force_login(admin)
    page = reverse("admin:articles_article_change", args=[article.pk])
    asked = {
        "title": article.title,
        "issue": article.issue,
        "resolution": article.resolution,
        "confidence": "archived",
        "audience": "internal",
        "governance": "experience",
        "version": 1,
    }
    assert "why it is archived" in client.post(page, asked).text
    assert client.post(page, {**asked, "reason": "Old"}).status_code == 302
    article.refresh_from_db()
    assert (article.confidence, article.archived_reason) == ("archived", "Old")
