"""The inbox: unread first, read by going there, counted cheaply."""

import pytest

from people import actions
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def noa(client):
    person = make.contributor()
    client.force_login(person)
    return person


def tell(person, subject="KT-1 Drawer", url="/tickets/KT-1/", **more):
    (told,) = actions.tell([person], by=None, kind="assigned", subject=subject, url=url, **more)
    return told


def test_unread_stands_before_read(client, noa):
    actions.read_notifications(noa, ids=[tell(noa, "Read one").pk])
    tell(noa, "Fresh one")
    page = client.get("/inbox/").content.decode()
    assert page.index("Fresh one") < page.index("Read one")


def test_going_there_is_having_read_it(client, noa):
    told = tell(noa)
    response = client.get(f"/inbox/{told.pk}/")
    assert response.headers["Location"] == "/tickets/KT-1/"
    assert not noa.notifications.unread().exists()


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_a_notification_leads_nowhere_else(client, noa, url):
    told = tell(noa, url=url)
    assert client.get(f"/inbox/{told.pk}/").headers["Location"] == "/inbox/"


def test_nobody_reads_or_marks_anothers_notification(client, noa):
    theirs = tell(make.contributor())
    assert client.get(f"/inbox/{theirs.pk}/").status_code == 404
    client.post("/inbox/read/", {"id": theirs.pk})
    theirs.refresh_from_db()
    assert theirs.read_at is None


def test_one_or_all_are_marked_as_read(client, noa):
    first, second, third = tell(noa), tell(noa), tell(noa)
    client.post("/inbox/read/", {"id": [first.pk, "x"]})
    assert set(noa.notifications.unread()) == {second, third}
    client.post("/inbox/read/", {"all": "1"})
    assert not noa.notifications.unread().exists()


def test_htmx_gets_the_list_alone(htmx, noa):
    htmx.force_login(noa)
    told = tell(noa, "Fresh one")
    page = htmx.post("/inbox/read/", {"id": told.pk}).content.decode()
    assert "Fresh one" in page
    assert "<html" not in page


def test_the_bell_is_told_as_before_until_something_happens(client, noa):
    tell(noa)
    first = client.get("/inbox/count/")
    assert first.json() == {"unread": 1}
    assert first.headers["Cache-Control"] == "private, no-store"
    tag = first.headers["ETag"]
    again = client.get("/inbox/count/", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    tell(noa)
    changed = client.get("/inbox/count/", headers={"If-None-Match": tag})
    assert changed.json() == {"unread": 2}


def test_the_bell_costs_three_queries(client, noa, django_assert_max_num_queries):
    tell(noa)
    client.get("/inbox/count/")
    with django_assert_max_num_queries(3):
        client.get("/inbox/count/")


def test_the_inbox_takes_the_same_queries_at_any_length(
    client, noa, django_assert_max_num_queries
):
    for n in range(60):
        tell(noa, f"KT-{n}")
    actions.read_notifications(noa)
    for n in range(10):
        tell(noa, f"KT-{n}")
    client.get("/inbox/")
    with django_assert_max_num_queries(8):
        page = client.get("/inbox/")
    assert "cursor=" in page.content.decode()
    assert client.get(page.context["older_url"]).status_code == 200
