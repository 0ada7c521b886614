"""Who tried what they may not: one row, by whichever door, and never what they wrote."""

from datetime import timedelta

import pytest
from django.utils import timezone

from people import tasks
from people.models import Refusal
from tests import make

pytestmark = pytest.mark.django_db


def row() -> tuple:
    found = Refusal.objects.get()
    return (found.person, found.method, found.path, found.code, found.field)


def test_sc7_9_an_attempt_through_the_api_is_a_row(api):
    person = make.candidate()
    article = make.article(by=person)
    path = f"articles/{article.number}/"
    asked = {"confidence": "validated", "cause": "the canary sang"}
    answer = api(person).patch(path, asked)
    assert (answer.status_code, answer.json()["code"]) == (422, "not_offered")
    assert row() == (person, "PATCH", f"/api/v1/{path}", "not_offered", "confidence")
    assert "canary" not in Refusal.objects.get().message


def test_sc7_9_an_attempt_by_the_page_is_a_row(client):
    person = make.candidate()
    article = make.article(by=person)
    client.force_login(person)
    path = f"/articles/{article.number}/restate/"
    assert client.post(path, {"governance": "compliance"}).status_code == 422
    assert row() == (person, "POST", path, "not_offered", "governance")


def test_sc7_9_an_attempt_in_the_editor_is_a_row_and_what_was_typed_stays(client):
    person = make.candidate()
    article = make.article(by=person)
    client.force_login(person)
    path = f"/articles/{article.number}/edit/"
    asked = {"title": "A long evening", "confidence": "archived", "note": "old", "base": 1}
    answer = client.post(path, asked)
    assert answer.status_code == 422
    assert "A long evening" in answer.text
    assert row() == (person, "POST", path, "not_offered", "confidence")


def test_sc7_9_an_attempt_in_the_administration_is_a_row(client):
    person = make.contributor(is_staff=True)
    article = make.article(by=person)
    client.force_login(person)
    path = f"/admin/articles/article/{article.pk}/change/"
    asked = {
        "title": article.title,
        "confidence": "not_validated",
        "audience": "internal",
        "governance": "compliance",
        "version": 1,
    }
    answer = client.post(path, asked)
    assert answer.status_code == 422
    assert row() == (person, "POST", path, "not_offered", "governance")
    article.refresh_from_db()
    assert article.governance == "experience"


def test_a_page_that_one_may_not_open_is_a_row(client):
    person = make.candidate()
    client.force_login(person)
    assert client.get("/admin/people/user/", follow=True).status_code == 403
    assert Refusal.objects.latest("pk").code == "not_allowed"
    assert client.get("/people/").status_code == 403
    assert Refusal.objects.latest("pk").path == "/people/"


def test_typing_errors_visitors_and_what_is_allowed_leave_no_row(client, api):
    article = make.article()
    client.get("/people/")
    client.post(f"/articles/{article.number}/flag/", {"kind": "incorrect"})
    person = make.contributor()
    path = f"articles/{article.number}/"
    assert api(person).patch(path, {"confidence": "golden"}).status_code == 422
    assert api(person).patch(path, {"title": ""}).status_code == 422
    assert api(person).patch(path, {"confidence": "wip"}).status_code == 200
    assert not Refusal.objects.exists()


def test_a_way_in_is_not_written_down(client):
    client.force_login(make.administrator())
    client.get("/invitation/canary-token/")
    assert not Refusal.objects.filter(path__contains="canary").exists()


def test_administrators_read_them_and_nobody_changes_them(client):
    person = make.candidate()
    client.force_login(person)
    client.get("/people/")
    client.force_login(make.administrator())
    assert "/people/" in client.get("/admin/people/refusal/").text
    kept = Refusal.objects.get()
    assert client.post(f"/admin/people/refusal/{kept.pk}/change/", {}).status_code == 403
    client.force_login(make.publisher(is_staff=True))
    assert client.get("/admin/people/refusal/").status_code == 403


def test_after_half_a_year_they_are_removed():
    person = make.candidate()
    for days in (179, 181):
        Refusal.objects.create(
            person=person,
            method="GET",
            path="/people/",
            code="not_allowed",
            message="No",
            at=timezone.now() - timedelta(days=days),
        )
    assert tasks.tidy()["refusals"] == 1
    assert Refusal.objects.count() == 1
