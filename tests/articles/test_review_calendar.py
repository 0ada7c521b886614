"""Articles under compliance are looked at by their named editors, by the calendar."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from articles import actions, tasks
from articles.models import Article
from kcs.errors import BadValue, NotAllowed
from people.models import Notification
from tests import make
from tests.api.conftest import Program

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor():
    return make.publisher()


@pytest.fixture
def policy(editor):
    return make.article(by=editor, confidence="validated", governance="compliance")


def past_due(article: Article) -> None:
    Article.objects.filter(pk=article.pk).update(review_due_on=timezone.localdate())


def test_a_calendar_is_set_and_the_review_sets_the_next_date(policy, editor):
    # acceptance: pa/16
    actions.set_calendar(policy, by=editor, every=90)
    today = timezone.localdate()
    assert policy.review_due_on == today + timedelta(days=90)
    past_due(policy)
    actions.review(policy, by=editor, note="Checked against the law of May")
    policy.refresh_from_db()
    assert policy.review_due_on == today + timedelta(days=90)
    event = policy.events.get(verb="reviewed")
    assert (event.by, event.detail["note"]) == (editor, "Checked against the law of May")
    for other in (make.publisher(), make.contributor(), make.administrator()):
        with pytest.raises(NotAllowed):
            actions.review(policy, by=other)
        with pytest.raises(NotAllowed):
            actions.set_calendar(policy, by=other, every=30)


def test_only_compliance_has_a_calendar_and_it_goes_with_it(policy, editor):
    article = make.article(by=editor)
    with pytest.raises(BadValue):
        actions.set_calendar(article, by=editor, every=90)
    actions.set_calendar(policy, by=editor, every=90)
    actions.restate(policy, by=editor, governance="experience")
    policy.refresh_from_db()
    assert (policy.review_every_days, policy.review_due_on) == (None, None)


def test_the_editors_are_told_once_when_it_is_due(policy, editor):
    other = make.publisher()
    actions.describe(policy, by=editor, editors=[editor, other])
    actions.set_calendar(policy, by=editor, every=30)
    assert tasks.tell_due_reviews() == 0
    past_due(policy)
    assert tasks.tell_due_reviews() == 1
    assert tasks.tell_due_reviews() == 0
    told = Notification.objects.filter(kind="review_due")
    assert {note.user for note in told} == {editor, other}
    assert told[0].url == policy.get_absolute_url()


def test_what_is_due_is_found_in_the_lists(client, policy, editor):
    make.article(title="Another one", by=editor)
    actions.set_calendar(policy, by=editor, every=30)
    past_due(policy)
    client.force_login(make.administrator())
    listed = client.get(reverse("admin:articles_article_changelist"), {"due": "yes"})
    assert list(listed.context["cl"].result_list) == [policy]
    page = client.get("/search/", {"due": "true"}).text
    assert policy.number in page
    assert "Another one" not in page
    told = Program(editor).get("articles/?due=true").json()["results"]
    assert [row["number"] for row in told] == [policy.number]


def test_page_program_and_administration_do_what_the_verb_does(client, policy, editor):
    client.force_login(editor)
    calendar = reverse("articles:calendar", args=[policy.number])
    client.post(calendar, {"review_every_days": "60"})
    policy.refresh_from_db()
    assert policy.review_every_days == 60
    past_due(policy)
    assert "Found right" in client.get(policy.get_absolute_url()).text
    client.post(reverse("articles:review", args=[policy.number]), {"note": "Fine"})
    assert policy.events.filter(verb="reviewed").count() == 1
    path = f"articles/{policy.number}/"
    answer = Program(editor).patch(path, {"review_every_days": 365})
    assert answer.json()["review_every_days"] == 365
    assert Program(editor).post(f"{path}review/").status_code == 200
    other = Program(make.publisher())
    assert other.post(f"{path}review/").status_code == 403
    assert other.patch(path, {"review_every_days": 1}).status_code == 403
    client.force_login(make.publisher())
    assert client.post(calendar, {"review_every_days": "1"}).status_code == 403
    assert "Found right" not in client.get(policy.get_absolute_url()).text
    client.force_login(make.administrator())
    page = reverse("admin:articles_article_change", args=[policy.pk])
    assert client.post(page, {"review_every_days": "1"}).status_code == 403
