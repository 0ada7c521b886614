"""The list of knowledge: search with facets, or browse by date and reuse."""

import pytest
from django.urls import reverse

from articles import actions, views
from tests import make

pytestmark = pytest.mark.django_db

LIST = "/search/"


@pytest.fixture
def base(db):
    """Two domains, several states, one article that only agents may see."""
    publisher = make.publisher()
    till, pay = make.domain("till"), make.domain("pay")
    printers = make.domain("printers", parent=till)
    return {
        "printer": make.public_article(by=publisher, title="Receipt printer is silent",
                                       domain=printers, tags=["printer"]),
        "drawer": make.article(by=publisher, title="Receipt drawer opens", domain=till),
        "payout": make.article(by=publisher, title="Receipt of a payout", domain=pay,
                               language="ru", confidence="wip", tags=["bank"]),
        "old": make.article(by=publisher, title="Receipt fax", confidence="archived"),
    }  # fmt: skip


@pytest.fixture
def agent(client, base):
    person = make.contributor()
    client.force_login(person)
    return person


def numbers(response) -> list[str]:
    return [row.number for row in response.context["rows"]]


@pytest.mark.parametrize(
    ("narrowing", "found"),
    [
        ({}, {"printer", "drawer", "payout"}),
        ({"domain": "till"}, {"printer", "drawer"}),
        ({"domain": "till/printers"}, {"printer"}),
        ({"confidence": "wip"}, {"payout"}),
        ({"confidence": ["wip", "validated"]}, {"payout", "printer"}),
        ({"confidence": "archived"}, {"old"}),
        ({"audience": "public"}, {"printer"}),
        ({"tag": "bank"}, {"payout"}),
        ({"language": "ru"}, {"payout"}),
        ({"owner": "me"}, set()),
        ({"flagged": "true"}, {"drawer"}),
        ({"domain": "till", "confidence": "validated"}, {"printer"}),
    ],
)
@pytest.mark.parametrize("q", ["", "receipt"])
def test_each_facet_narrows_the_list_and_the_search_alike(
    client, base, agent, narrowing, found, q
):
    # acceptance: capture/03 ch/04
    actions.flag(base["drawer"], by=agent, kind="outdated")
    response = client.get(LIST, {"q": q, **narrowing})
    assert set(numbers(response)) == {base[name].number for name in found}


def test_facets_tell_how_many_they_would_leave(client, base, agent):
    response = client.get(LIST, {"q": "receipt"})
    facets = {facet["name"]: facet["choices"] for facet in response.context["facets"]}
    assert {c["value"]: c["count"] for c in facets["domain"]} == {"pay": 1, "till": 2}
    assert {c["value"]: c["count"] for c in facets["confidence"]}["wip"] == 1
    assert {c["value"] for c in facets["tag"]} == {"printer", "bank"}
    one = next(c for c in facets["domain"] if c["value"] == "till")
    inside = client.get(f"{LIST}?{one['query']}")
    branches = {c["value"] for f in inside.context["facets"] if f["name"] == "domain"
                for c in f["choices"]}  # fmt: skip
    assert "till/printers" in branches
    assert len(numbers(inside)) == 2


def test_counts_and_choices_tell_nothing_of_what_is_hidden(client, base):
    client.force_login(make.customer())
    for words in ({}, {"q": "receipt"}):
        response = client.get(LIST, words)
        assert numbers(response) == [base["printer"].number]
        facets = {facet["name"]: facet["choices"] for facet in response.context["facets"]}
        assert set(facets) <= {"domain", "language", "tag"}
        assert sum(c["count"] for c in facets["language"]) == 1
        assert {c["value"] for c in facets["tag"]} == {"printer"}
        page = response.content.decode()
        for hidden in ("Validated", "Archived", "With open flags", "bank", "/articles/new/"):
            assert hidden not in page


def test_visitors_sign_in_first(client, base):
    assert client.get(LIST).status_code == 302


def test_a_hit_tells_why_it_is_there_and_how_often_it_was_reused(client, base, agent):
    make.solved_ticket(article=base["printer"])
    page = client.get(LIST, {"q": "silent printer"}).content.decode()
    assert "title: " in page
    assert "1 use" in page
    assert "Validated" in page


def test_the_list_is_sorted_by_date_or_by_reuse(client, base, agent):
    make.solved_ticket(article=base["printer"])
    actions.improve(base["drawer"], by=agent, changes={"cause": "x"})
    assert numbers(client.get(LIST))[0] == base["drawer"].number
    for words in ({}, {"q": "receipt"}):
        sorted_ = client.get(LIST, {**words, "sort": "reused"})
        assert numbers(sorted_)[0] == base["printer"].number
    assert (
        numbers(client.get(LIST, {"q": "receipt", "sort": "recent"}))[0]
        == base["drawer"].number
    )


def test_the_list_is_paged_by_key(client, agent, base, monkeypatch):
    monkeypatch.setattr("articles.views.finding.PAGE", 2)
    for sort in ("recent", "reused"):
        first = client.get(LIST, {"sort": sort})
        second = client.get(LIST + first.context["older_url"])
        assert len(numbers(first)) == 2
        assert len(numbers(second)) == 1
        assert not set(numbers(first)) & set(numbers(second))
        back = client.get(LIST + second.context["newer_url"])
        assert numbers(back) == numbers(first)


def test_a_search_shows_more_on_asking(client, agent, base, monkeypatch):
    monkeypatch.setattr("articles.views.finding.HITS", 2)
    first = client.get(LIST, {"q": "receipt"})
    assert len(numbers(first)) == 2
    assert len(numbers(client.get(f"{LIST}?{first.context['more_query']}"))) == 3


def test_a_search_that_finds_nothing_offers_to_write_it_down(client, agent, base):
    page = client.get(LIST, {"q": "zeppelin & co"}).content.decode()
    assert "/articles/new/?title=zeppelin%20%26%20co" in page


def test_every_search_is_told_to_whoever_records_searches(client, agent, base, monkeypatch):
    asked, opened = [], []

    class Record:
        pk = 7

    def record(results, **about):
        asked.append((len(results.hits), about["by"], about["query"]))
        return Record()

    monkeypatch.setattr(views, "on_search", [record])
    monkeypatch.setattr("articles.views.finding.on_search", [record])
    monkeypatch.setattr(
        "articles.views.reading.on_open", [lambda article, **about: opened.append(about)]
    )
    response = client.get(LIST, {"q": "receipt"})
    assert asked == [(3, agent, "receipt")]
    client.get(response.context["rows"][1].url)
    assert opened == [{"by": agent, "search": 7, "rank": 2}]
    client.get(LIST)
    assert len(asked) == 1


@pytest.mark.parametrize(
    "junk",
    [
        {"confidence": "gold"},
        {"domain": "\x00"},
        {"tag": "x" * 5000},
        {"after": "nonsense"},
        {"after": "WzEsMl0", "sort": "reused"},
        {"show": "9" * 30, "q": "receipt"},
        {"sort": "-id"},
        {"owner": "nobody@nowhere"},
        {"flagged": "maybe"},
        {"q": "\x00' or 1=1 --"},
        {"q": "a" * 100_000},
        {"owner__password": "x"},
    ],
)
def test_a_hand_written_address_is_never_an_error(client, agent, base, junk):
    assert client.get(LIST, junk).status_code == 200


def test_a_misread_filter_is_told(client, agent, base):
    page = client.get(LIST, {"confidence": "gold"}).content.decode()
    assert "left out: confidence" in page


def test_htmx_gets_the_list_alone(htmx, base):
    htmx.force_login(make.contributor())
    response = htmx.get(LIST, {"q": "receipt"})
    assert 'id="found"' in response.text
    assert "<html" not in response.text
    assert "HX-Request" in response["Vary"]


def test_articles_stand_under_search(client, agent, base):
    response = client.get("/articles/?domain=till")
    assert (response.status_code, response["Location"]) == (301, "/search/?domain=till")


def test_the_list_needs_few_queries(client, agent, base, django_assert_max_num_queries):
    for n in range(20):
        make.article(title=f"Receipt number {n}")
    client.get(LIST)
    for words in (
        {},
        {"q": "receipt number"},
        {"q": "receipt", "sort": "recent", "domain": "till"},
    ):
        with django_assert_max_num_queries(15):
            client.get(LIST, words)


def test_a_saved_article_is_found_in_the_next_request(client, agent, base):
    client.post(reverse("articles:create"), {"title": "Zeppelin lands"})
    assert len(numbers(client.get(LIST, {"q": "zeppelin"}))) == 1


@pytest.mark.parametrize("spelt", ["{}", "kb{}", "KB-{}"])
def test_a_typed_number_finds_its_article(client, agent, base, spelt):
    digits = base["drawer"].number.removeprefix("KB-")
    found = numbers(client.get(LIST, {"q": spelt.format(digits)}))
    assert (base["drawer"].number in found) == (spelt != "{}")


def test_a_typed_number_of_a_hidden_article_finds_nothing(client, base):
    client.force_login(make.customer())
    assert numbers(client.get(LIST, {"q": base["drawer"].number})) == []
