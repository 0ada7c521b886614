"""Thank: one colleague thanks another for their part in an article."""

import pytest

from articles import actions as articles
from loops.models import Thanks
from people.models import Notification
from tests import make
from tests.api.conftest import Program

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return make.contributor(name="Ada")


@pytest.fixture
def bo(client):
    person = make.contributor(name="Bo")
    client.force_login(person)
    return person


def test_thanks_reach_whoever_wrote_it(client, ada, bo):
    article = make.article(by=ada)
    sent = {"to": ada.pk, "text": "Saved my day"}
    response = client.post(f"/articles/{article.number}/thanks/", sent)
    assert response.url == article.get_absolute_url()
    told = Notification.objects.get(user=ada, kind="thanked")
    assert (told.by, told.text) == (bo, "Saved my day")
    client.force_login(ada)
    assert "Saved my day" in client.get("/my-knowledge/").content.decode()


def test_thanks_are_said_once(client, ada, bo):
    article = make.article(by=ada)
    for status in (302, 409):
        response = client.post(f"/articles/{article.number}/thanks/", {"to": ada.pk})
        assert response.status_code == status
    assert Thanks.objects.count() == 1


def test_nobody_thanks_themselves_or_who_had_no_part(client, ada, bo):
    article = make.article(by=bo)
    for person in (bo, ada):
        response = client.post(f"/articles/{article.number}/thanks/", {"to": person.pk})
        assert response.status_code == 422
    assert not Thanks.objects.exists()


def test_customers_thank_nobody_here(client, ada):
    article = make.public_article()
    client.force_login(make.customer())
    sent = {"to": article.created_by.pk}
    assert client.post(f"/articles/{article.number}/thanks/", sent).status_code == 403


def test_contributors_stand_beside_the_evidence_with_a_button(client, htmx, ada, bo):
    article = make.article(by=ada)
    articles.improve(article, by=bo, changes={"cause": "The old firmware."})
    page = client.get(f"/articles/{article.number}/evidence/").content.decode()
    assert 'aria-label="Thank Ada"' in page
    assert 'aria-label="Thank Bo"' not in page
    htmx.force_login(bo)
    part = htmx.post(f"/articles/{article.number}/thanks/", {"to": ada.pk}).content.decode()
    assert "Thanked" in part
    assert 'aria-label="Thank Ada"' not in part


def test_programs_thank_too(ada, bo):
    article = make.article(by=ada)
    program, address = Program(bo), f"articles/{article.number}/thanks/"
    made = program.post(address, {"to": ada.email, "text": "Thanks"})
    assert (made.status_code, made.json()["to"]["name"]) == (201, "Ada")
    assert program.post(address, {"to": ada.email}).status_code == 409
    assert program.post(address, {"to": bo.email}).status_code == 422
    assert Program(None).post(address, {"to": ada.email}).status_code == 401
    assert Program(make.customer()).post(address, {"to": ada.email}).status_code == 403


def test_thanks_are_only_read_in_the_administration(client, ada, bo):
    article = make.article(by=ada)
    Program(bo).post(f"articles/{article.number}/thanks/", {"to": ada.email})
    made = Thanks.objects.get()
    client.force_login(make.administrator())
    assert client.get("/admin/loops/thanks/").status_code == 200
    page = client.get(f"/admin/loops/thanks/{made.pk}/change/")
    assert page.status_code == 200
    assert b'name="_save"' not in page.content
    client.force_login(bo)
    assert client.get("/admin/loops/thanks/", follow=True).status_code == 403
