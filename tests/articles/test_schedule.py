"""A state at a date: asked for with the rights of now, done with the rights of then."""

from datetime import timedelta

import pytest
from django.utils import timezone

from articles import actions, tasks
from articles.models import Schedule
from kcs.errors import BadValue, NotAllowed, Refused
from people import actions as people_actions
from people.models import Notification, Right
from tests import make
from tests.api.conftest import Program

pytestmark = pytest.mark.django_db


def soon():
    return timezone.now() + timedelta(hours=2)


def due(planned: Schedule) -> None:
    """The clock reaches its date."""
    Schedule.objects.filter(pk=planned.pk).update(due_at=timezone.now() - timedelta(minutes=1))


def validated(by):
    return make.article(by=by, confidence="validated")


def test_an_article_is_published_when_its_date_has_come():
    by = make.publisher()
    article = validated(by)
    planned = actions.schedule(
        article, by=by, audience="public", due_at=soon(), reason="Launch day"
    )
    assert tasks.run_due_schedules() == 0
    due(planned)
    assert tasks.run_due_schedules() == 1
    article.refresh_from_db()
    planned.refresh_from_db()
    assert (article.audience, planned.state) == ("public", "done")
    events = {event.verb: event for event in article.events.all()}
    assert events["scheduled"].detail["audience"] == "public"
    assert events["audience"].by == by
    assert events["audience"].detail["reason"] == "Launch day"
    assert tasks.run_due_schedules() == 0, "once is once"


def test_whose_right_was_revoked_meanwhile_does_not_publish_and_is_told_why():
    by, owner = make.publisher(), make.contributor()
    article = validated(by)
    actions.describe(article, by=by, owner=owner)
    planned = actions.schedule(article, by=by, audience="public", due_at=soon())
    Right.objects.filter(aspect="audience", value="public").delete()
    due(planned)
    tasks.run_due_schedules()
    article.refresh_from_db()
    planned.refresh_from_db()
    assert (article.audience, planned.state) == ("internal", "failed")
    assert "You may not set" in planned.outcome
    told = Notification.objects.filter(kind="schedule_failed")
    assert {note.user for note in told} == {by, owner}
    assert "You may not set" in told[0].text


def test_what_a_leaver_planned_is_not_done():
    by = make.publisher()
    article = validated(by)
    planned = actions.schedule(article, by=by, confidence="archived", due_at=soon(), reason="x")
    people_actions.deactivate(by, by=make.administrator())
    due(planned)
    tasks.run_due_schedules()
    planned.refresh_from_db()
    assert planned.state == "failed"
    assert "does not work here any more" in planned.outcome


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({}, BadValue),
        ({"confidence": "golden"}, BadValue),
        ({"audience": "public", "due_at": timedelta(hours=-1)}, BadValue),
        ({"audience": "public", "due_at": timedelta(days=3000)}, BadValue),
        ({"confidence": "validated"}, Refused),
    ],
)
def test_what_makes_no_sense_is_not_planned(asked, error):
    by = make.publisher()
    article = validated(by)
    asked["due_at"] = timezone.now() + asked.get("due_at", timedelta(hours=2))
    with pytest.raises(error):
        actions.schedule(article, by=by, **asked)
    assert not article.schedules.exists()


def test_what_one_may_not_set_one_does_not_plan():
    article = make.article()
    with pytest.raises(BadValue) as refusal:
        actions.schedule(article, by=make.candidate(), confidence="validated", due_at=soon())
    assert refusal.value.code == "not_offered"
    with pytest.raises(NotAllowed):
        actions.schedule(article, by=make.candidate(), confidence="wip", due_at=soon())


def test_it_is_planned_seen_and_cancelled_on_the_page(client):
    by = make.publisher()
    article = validated(by)
    client.force_login(by)
    page, plan = article.get_absolute_url(), f"{article.get_absolute_url()}schedule/"
    when = soon().strftime("%Y-%m-%dT%H:%M")
    refused = client.post(plan, {"confidence": "archived", "due_at": when})
    assert refused.status_code == 422
    assert "why it is archived" in refused.text
    client.post(plan, {"audience": "public", "due_at": when, "reason": "Launch day"})
    planned = article.schedules.get()
    assert "Launch day" in client.get(page).text
    client.force_login(make.candidate())
    assert client.post(f"{plan}{planned.pk}/cancel/").status_code == 403
    client.force_login(make.publisher())
    assert client.post(f"{plan}{planned.pk}/cancel/").status_code == 302
    planned.refresh_from_db()
    assert planned.state == "cancelled"
    assert "Launch day" not in client.get(page).text
    assert article.events.filter(verb="cancelled").count() == 1
    assert client.post(f"{plan}{planned.pk}/cancel/").status_code == 409


def test_programs_plan_and_cancel_too():
    by = make.publisher()
    article = validated(by)
    path = f"articles/{article.number}/schedules/"
    asked = {"audience": "public", "due_at": soon().isoformat()}
    made = Program(by).post(path, asked)
    assert made.status_code == 201
    assert Program(make.candidate()).post(path, asked).status_code == 422
    (told,) = Program(make.candidate()).get(path).json()["results"]
    assert (told["audience"], told["state"]) == ("public", "waiting")
    assert Program(make.candidate()).delete(f"{path}{told['id']}/").status_code == 403
    assert Program(by).delete(f"{path}{told['id']}/").status_code == 204
    assert article.schedules.get().state == "cancelled"
    assert Program(make.customer()).get(path).status_code == 403
