"""Earlier versions: read, and had back, with nothing taken away."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from articles import actions
from articles.models import Version
from kcs.errors import Refused
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def article(db):
    made = make.article(by=make.contributor(), title="First title", resolution="First text")
    actions.improve(
        made, by=make.contributor(), changes={"title": "Second title", "resolution": "Second"}
    )
    return made


def test_restoring_makes_the_old_text_the_newest_version(client, article):
    person = make.contributor()
    client.force_login(person)
    page = client.get(reverse("articles:version", args=[article.number, 1])).content.decode()
    assert "First text" in page
    assert "Restore version 1" in page
    response = client.post(reverse("articles:restore", args=[article.number]), {"version": "1"})
    assert response["Location"] == article.get_absolute_url()
    article.refresh_from_db()
    assert (article.title, article.resolution) == ("First title", "First text")
    assert [v.number for v in article.versions.all()] == [3, 2, 1]
    assert article.versions.get(number=3).restored_from == 1
    found = client.get("/search/", {"q": "first title"}).content.decode()
    assert article.number in found


def test_the_list_of_versions_tells_who_and_why(client, article):
    actions.improve(article, by=make.publisher(name="Third Person"), changes={"cause": "x"},
                    note="canary-note")  # fmt: skip
    client.force_login(make.candidate())
    page = client.get(reverse("articles:versions", args=[article.number])).content.decode()
    for told in ("Version 1", "Version 3", "Third Person", "canary-note", "current"):
        assert told in page


def test_what_it_says_already_is_not_restored(article):
    with pytest.raises(Refused, match="says this already"):
        actions.restore(article, by=make.contributor(), version=2)


@pytest.mark.parametrize("version", ["9", "", "x", "99999999999999999999"])
def test_a_version_that_is_not_there_is_refused_in_words(client, article, version):
    client.force_login(make.contributor())
    where = reverse("articles:restore", args=[article.number])
    assert client.post(where, {"version": version}).status_code == 422


def test_who_may_not_change_it_does_not_restore_it(client, article):
    client.force_login(make.candidate())
    page = client.get(reverse("articles:version", args=[article.number, 1])).content.decode()
    assert "Restore version" not in page
    where = reverse("articles:restore", args=[article.number])
    assert client.post(where, {"version": "1"}).status_code == 403


def test_a_validated_article_does_not_lose_its_resolution_by_restoring(client):
    article = make.article(by=make.contributor(), resolution="")
    actions.improve(article, by=make.contributor(), changes={"resolution": "Turn it."})
    actions.restate(article, by=make.publisher(), confidence="validated")
    client.force_login(make.contributor())
    where = reverse("articles:restore", args=[article.number])
    assert client.post(where, {"version": "1"}).status_code == 422


def test_the_database_itself_keeps_a_version_that_something_refers_to(article):
    actions.flag(article, by=make.candidate(), kind="unclear")
    sealed = Version.objects.filter(article=article, sealed=True)
    assert sealed.count() == 1
    for change in (lambda: sealed.update(cause="other"), lambda: sealed.delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
