"""A change by somebody who may not change the article: it waits for review."""

import pytest
from django.urls import reverse

from articles import actions
from kcs.errors import NotAllowed, Refused, Stale
from people.models import Notification
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def article(db):
    return make.article(by=make.contributor(), resolution="Old text", cause="Old cause")


@pytest.fixture
def candidate(db):
    return make.candidate()


def page_of(suggestion, verb=""):
    name = f"articles:{verb or 'suggestion'}"
    return reverse(name, args=[suggestion.article.number, suggestion.pk])


def test_a_candidates_change_of_anothers_article_is_a_suggestion(client, article, candidate):
    client.force_login(candidate)
    page = client.get(article.get_absolute_url()).content.decode()
    assert "Suggest a change" in page
    where = reverse("articles:edit", args=[article.number])
    form = client.get(where).content.decode()
    assert "Send the suggestion" in form
    assert 'name="confidence"' not in form
    client.post(
        where,
        {"title": article.title, "issue": article.issue, "resolution": "New text",
         "cause": article.cause, "base": 1, "note": "It changed", "confidence": "validated"},
    )  # fmt: skip
    article.refresh_from_db()
    assert (article.resolution, article.confidence) == ("Old text", "not_validated")
    suggestion = article.suggestions.get()
    assert (suggestion.resolution, suggestion.by, suggestion.base) == ("New text", candidate, 1)
    assert Notification.objects.filter(user=article.owner, kind="suggestion_made").exists()


def test_a_candidate_changes_an_own_article_at_once(client, candidate):
    own = make.article(by=candidate)
    client.force_login(candidate)
    client.post(
        reverse("articles:edit", args=[own.number]),
        {"title": own.title, "issue": own.issue, "resolution": "Better", "base": 1},
    )
    own.refresh_from_db()
    assert own.resolution == "Better"


def test_accepting_makes_it_live_and_its_author_keeps_the_credit(client, article, candidate):
    suggestion = actions.suggest(article, by=candidate, changes={"resolution": "New text"})
    reviewer = make.contributor()
    client.force_login(reviewer)
    page = client.get(page_of(suggestion)).content.decode()
    assert "<del>Old" in page
    assert "<ins>New" in page
    assert client.post(page_of(suggestion, "accept")).status_code == 302
    article.refresh_from_db()
    suggestion.refresh_from_db()
    assert article.resolution == "New text"
    assert (suggestion.state, suggestion.decided_by) == ("accepted", reviewer)
    assert suggestion.version.by == candidate
    assert Notification.objects.filter(user=candidate, kind="suggestion_decided").exists()


def test_accepting_with_changes_keeps_the_reviewers_text(client, article, candidate):
    suggestion = actions.suggest(article, by=candidate, changes={"resolution": "New text"})
    client.force_login(make.publisher())
    response = client.post(
        page_of(suggestion, "accept"),
        {"with_changes": "1", "base": 1, "title": article.title, "issue": article.issue,
         "environment": "", "resolution": "Newest text", "cause": "Old cause"},
    )  # fmt: skip
    assert response.status_code == 302
    article.refresh_from_db()
    assert article.resolution == "Newest text"


def test_what_others_changed_meanwhile_stays_theirs(article, candidate):
    suggestion = actions.suggest(article, by=candidate, changes={"resolution": "New text"})
    actions.improve(article, by=make.contributor(), changes={"cause": "New cause"})
    actions.accept(suggestion, by=make.contributor())
    article.refresh_from_db()
    assert (article.resolution, article.cause) == ("New text", "New cause")


def test_an_overlap_is_compared_before_it_is_accepted(client, article, candidate):
    suggestion = actions.suggest(article, by=candidate, changes={"resolution": "New text"})
    actions.improve(article, by=make.contributor(), changes={"resolution": "Other text"})
    with pytest.raises(Stale):
        actions.accept(suggestion, by=make.contributor())
    client.force_login(make.contributor())
    page = client.get(page_of(suggestion)).content.decode()
    assert "accept it with changes" in page
    response = client.post(page_of(suggestion, "accept"))
    assert response.status_code == 412
    assert "New text" in response.content.decode()
    base = {"with_changes": "1", "title": article.title, "issue": article.issue,
            "environment": "", "resolution": "Merged text", "cause": "Old cause"}  # fmt: skip
    response = client.post(page_of(suggestion, "accept"), {**base, "base": 1})
    assert response.status_code == 412
    assert "Merged text" in response.content.decode()
    assert client.post(page_of(suggestion, "accept"), {**base, "base": 2}).status_code == 302
    article.refresh_from_db()
    assert article.resolution == "Merged text"


def test_declining_needs_a_reason_that_its_author_reads(client, article, candidate):
    suggestion = actions.suggest(article, by=candidate, changes={"resolution": "New text"})
    client.force_login(make.contributor())
    response = client.post(page_of(suggestion, "decline"), {"reason": " "})
    assert response.status_code == 422
    assert "Say why" in response.content.decode()
    client.post(page_of(suggestion, "decline"), {"reason": "It is right as it is."})
    told = Notification.objects.get(user=candidate, kind="suggestion_decided")
    assert told.text == "It is right as it is."
    article.refresh_from_db()
    assert article.resolution == "Old text"


def test_nobody_decides_about_their_own_suggestion(client, article, candidate):
    suggestion = actions.suggest(article, by=candidate, changes={"resolution": "New text"})
    client.force_login(candidate)
    for verb in ("accept", "decline"):
        assert client.post(page_of(suggestion, verb), {"reason": "x"}).status_code == 403
    with pytest.raises(NotAllowed):
        actions.accept(suggestion, by=make.candidate())


def test_a_suggestion_is_decided_once(article, candidate):
    suggestion = actions.suggest(article, by=candidate, changes={"resolution": "New text"})
    actions.accept(suggestion, by=make.contributor())
    with pytest.raises(Refused, match="decided already"):
        actions.decline(suggestion, by=make.contributor(), reason="x")


def test_nothing_changed_is_nothing_to_suggest(client, article, candidate):
    client.force_login(candidate)
    response = client.post(
        reverse("articles:edit", args=[article.number]),
        {"title": article.title, "issue": article.issue, "resolution": article.resolution,
         "cause": article.cause, "base": 1},
    )  # fmt: skip
    assert response.status_code == 409
    assert "Nothing was changed" in response.content.decode()


def test_a_suggestion_of_another_article_is_not_reached_through_this_one(client, article):
    other = make.article()
    suggestion = actions.suggest(article, by=make.candidate(), changes={"cause": "x"})
    client.force_login(make.contributor())
    where = reverse("articles:accept", args=[other.number, suggestion.pk])
    assert client.post(where).status_code == 404


def test_suggestions_wait_among_the_flags_of_those_who_may_decide(client, article, candidate):
    suggestion = actions.suggest(article, by=candidate, changes={"cause": "x"}, note="canary")
    client.force_login(make.contributor())
    assert page_of(suggestion) in client.get(reverse("articles:flags")).content.decode()
    client.force_login(make.candidate())
    assert page_of(suggestion) not in client.get(reverse("articles:flags")).content.decode()
