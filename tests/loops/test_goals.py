"""Goals are on quality. A target on an activity count is refused with the reason, everywhere."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from kcs.errors import BadValue, NotAllowed
from loops.coaching import goals
from loops.models import Goal
from people.models import SiteEvent
from tests import make

pytestmark = pytest.mark.django_db
REASON = "breeds the activity"


def test_a_coach_and_a_coachee_agree_on_a_share(client):
    person = make.coachee()
    client.force_login(person.coach)
    page = reverse("coaching:goal", args=[person.pk])
    assert client.post(page, {"measure": "link_accuracy", "percent": 90}).status_code == 302
    made = Goal.objects.get()
    assert (made.target, made.person, made.by) == (0.9, person, person.coach)
    assert client.post(page, {"measure": "link_accuracy", "percent": 190}).status_code == 422
    client.force_login(person)
    assert "90" in client.get(reverse("coaching:me")).text
    assert client.post(page, {"measure": "link_accuracy", "percent": 95}).status_code == 302
    made.refresh_from_db()
    assert made.ended_at is not None, "one goal for each measure"


def test_no_activity_count_is_a_goal():
    person = make.coachee()
    for measure in goals.ACTIVITY:
        with pytest.raises(BadValue, match=REASON) as refused:
            goals.set_goal(by=person.coach, person=person, measure=measure, target=10)
        assert (refused.value.field, refused.value.code) == ("measure", "activity_target")
    kept = SiteEvent.objects.filter(verb="goal_refused", by=person.coach)
    assert {one.detail["measure"] for one in kept} == set(goals.ACTIVITY)
    assert not Goal.objects.exists()


def test_page_api_and_administration_refuse_it_with_the_reason_and_write_it_down(client):
    person = make.coachee()
    client.force_login(person.coach)
    page = client.get(reverse("coaching:person", args=[person.pk])).text
    assert "Articles created" in page, "it is shown as what cannot be chosen"
    assert 'value="articles_created"' not in page
    sent = {"measure": "articles_created", "percent": 50}
    answer = client.post(reverse("coaching:goal", args=[person.pk]), sent)
    assert (answer.status_code, REASON in answer.text) == (422, True)
    sent = {"person": person.email, "measure": "link_rate", "target": 0.8}
    answer = client.post("/api/v1/goals/", sent, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (422, "activity_target")
    assert REASON in answer.json()["errors"]["measure"][0]
    sent = {"person": person.pk, "measure": "tickets_solved", "target": "0.5"}
    answer = client.post(reverse("admin:loops_goal_add"), sent)
    assert (answer.status_code, REASON in answer.text) == (422, True)
    kept = SiteEvent.objects.filter(verb="goal_refused").order_by("pk")
    assert [one.detail["measure"] for one in kept] == [
        "articles_created", "link_rate", "tickets_solved",
    ]  # fmt: skip
    assert not Goal.objects.exists()


def test_not_even_sql_sets_one():
    person = make.coachee()
    with pytest.raises(IntegrityError, match="goal_is_about_quality"), transaction.atomic():
        Goal.objects.create(person=person, by=person, measure="links_made", target=0.5)


def test_the_api_and_the_administration_set_and_end_goals(client):
    person = make.coachee()
    client.force_login(person.coach)
    sent = {"person": person.email, "measure": "capture_loss", "target": 0.1}
    made = client.post("/api/v1/goals/", sent, content_type="application/json")
    assert made.status_code == 201
    assert client.post(f"/api/v1/goals/{made.json()['id']}/end/").json()["ended_at"]
    assert client.post(f"/api/v1/goals/{made.json()['id']}/end/").status_code == 409
    sent = {"person": person.pk, "measure": "content_standard", "target": "0.9"}
    assert client.post(reverse("admin:loops_goal_add"), sent).status_code == 302
    goal = Goal.objects.running().get()
    page = reverse("admin:loops_goal_change", args=[goal.pk])
    assert client.post(page, {"ended": "on"}).status_code == 302
    assert not Goal.objects.running().exists()


def test_a_teams_goal_is_its_managers(client):
    person = make.coachee()
    team, manager = person.team, person.team.manager
    for other in (person, person.coach, make.administrator()):
        with pytest.raises(NotAllowed):
            goals.set_goal(by=other, team=team, measure="capture_loss", target=0.1)
    client.force_login(manager)
    page = reverse("coaching:team_goal", args=[team.pk])
    refused = client.post(page, {"measure": "links_made", "percent": 80})
    assert (refused.status_code, REASON in refused.text) == (422, True)
    assert client.post(page, {"measure": "capture_loss", "percent": 10}).status_code == 302
    goal = Goal.objects.get()
    for reader, sees in ((person, 1), (person.coach, 1), (make.coach(), 0)):
        assert Goal.objects.readable_by(reader).count() == sees
    client.force_login(make.contributor())
    assert client.post(page, {"measure": "capture_loss", "percent": 10}).status_code == 404
    url = reverse("coaching:end_goal", args=[goal.pk])
    client.force_login(person)
    assert client.post(url).status_code == 403
    client.force_login(manager)
    assert client.post(url).status_code == 302


def test_a_stranger_sets_nobodys_goal():
    person = make.coachee()
    for other in (make.coach(), person.team.manager, make.administrator()):
        with pytest.raises(NotAllowed):
            goals.set_goal(by=other, person=person, measure="link_accuracy", target=0.9)
