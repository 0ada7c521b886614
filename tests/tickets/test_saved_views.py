"""Saved views: the queue's filters under a name, for oneself or for everyone."""

import pytest

from kcs.errors import BadValue, NotAllowed
from tests import make
from tickets import saved
from tickets.models import SavedView

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(client):
    person = make.contributor()
    client.force_login(person)
    return person


def test_the_filters_of_the_queue_are_kept_under_a_name(client, agent):
    response = client.post(
        "/queue/views/",
        {"name": "  Urgent   phone ", "query": "priority=4&channel=phone&cursor=abc&page=2"},
    )
    view = SavedView.objects.get()
    assert (view.owner, view.name, view.shared) == (agent, "Urgent phone", False)
    assert view.query == "channel=phone&priority=4"
    assert response.headers["Location"] == "/?channel=phone&priority=4"
    assert "Urgent phone" in client.get("/").content.decode()


def test_a_shared_view_is_there_for_everyone_and_an_own_one_is_not(client, agent):
    other = make.contributor(name="Maya")
    saved.save(by=other, name="Everyone's", query="assignee=nobody", shared=True)
    saved.save(by=other, name="Hers alone", query="assignee=me")
    page = client.get("/queue/views/").content.decode()
    assert "Everyone&#x27;s" in page
    assert "Hers alone" not in page
    hers = SavedView.objects.get(name="Hers alone")
    assert client.post(f"/queue/views/{hers.pk}/rename/", {"name": "Mine"}).status_code == 404
    assert client.post(f"/queue/views/{hers.pk}/remove/").status_code == 404


def test_me_in_a_shared_view_is_whoever_looks(client, agent):
    saved.save(by=make.contributor(), name="My own", query="assignee=me", shared=True)
    assert client.get("/?assignee=me").context["shared_views"][0].query == "assignee=me"


def test_only_the_owner_or_an_administrator_changes_a_shared_view(client, agent):
    view = saved.save(by=make.contributor(), name="Shared", query="", shared=True)
    response = client.post(f"/queue/views/{view.pk}/rename/", {"name": "Taken over"})
    assert response.status_code == 403
    with pytest.raises(NotAllowed):
        saved.remove(view, by=agent)
    saved.remove(view, by=make.administrator())
    assert not SavedView.objects.exists()


def test_a_view_is_renamed_shared_and_removed_by_its_owner(client, agent):
    view = saved.save(by=agent, name="First", query="channel=chat")
    client.post(f"/queue/views/{view.pk}/rename/", {"name": "Second", "shared": "on"})
    view.refresh_from_db()
    assert (view.name, view.shared, view.query) == ("Second", True, "channel=chat")
    client.post(f"/queue/views/{view.pk}/remove/")
    assert not SavedView.objects.exists()


def test_a_name_is_given_once_and_what_was_typed_is_not_lost(client, agent):
    saved.save(by=agent, name="Mine", query="")
    response = client.post("/queue/views/", {"name": "MINE", "query": "channel=chat"})
    assert response.status_code == 422
    page = response.content.decode()
    assert "You have a view of this name already." in page
    assert 'value="MINE"' in page
    assert 'value="channel=chat"' in page


def test_a_view_needs_a_name():
    with pytest.raises(BadValue):
        saved.save(by=make.contributor(), name=" \n ", query="")


def test_a_customer_keeps_no_views():
    with pytest.raises(NotAllowed):
        saved.save(by=make.customer(), name="Mine", query="")
