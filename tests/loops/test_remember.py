"""Searches outside a ticket are recorded too, and which hit was opened."""

import pytest

from loops.models import Opening, Search
from tests import make

pytestmark = pytest.mark.django_db


def test_a_search_of_the_list_of_knowledge_is_recorded_with_what_came(client):
    article = make.article(title="Blank receipts")
    person = make.contributor()
    client.force_login(person)
    client.get("/search/", {"q": "blank receipts", "confidence": "not_validated"})
    search = Search.objects.get()
    assert (search.ticket, search.by, search.query) == (None, person, "blank receipts")
    assert search.filters == {"confidence": ["not_validated"]}
    assert [hit["number"] for hit in search.results] == [article.number]


def test_a_search_that_found_nothing_is_recorded(client):
    client.force_login(make.contributor())
    client.get("/search/", {"q": "zeppelin"})
    assert Search.objects.get().count == 0


def test_browsing_is_no_search(client):
    client.force_login(make.contributor())
    client.get("/search/")
    assert not Search.objects.exists()


def test_the_opened_hit_is_recorded_with_its_place(client):
    make.article(title="Blank receipts")
    person = make.contributor()
    client.force_login(person)
    row = client.get("/search/", {"q": "blank receipts"}).context["rows"][0]
    assert client.get(row.url).status_code == 200
    opening = Opening.objects.get()
    assert (opening.search, opening.rank, opening.by) == (Search.objects.get(), 1, person)


def test_a_hit_of_somebody_elses_search_is_not_mine(client):
    make.article(title="Blank receipts")
    client.force_login(make.contributor())
    row = client.get("/search/", {"q": "blank receipts"}).context["rows"][0]
    client.force_login(make.contributor())
    for url in (row.url, row.url.split("?")[0] + "?search=999999999999999999999&rank=1"):
        assert client.get(url).status_code == 200
    assert not Opening.objects.exists()
