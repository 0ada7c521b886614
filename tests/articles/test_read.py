"""The page of an article: who reads what, and what is counted."""

import pytest
from django.urls import reverse

from articles import actions
from articles.models import View
from loops.solve import actions as solve_actions
from tests import make

pytestmark = pytest.mark.django_db

CANARY = "canary-a1"
SECRET = "canary-int"


def where(article, view="detail"):
    return reverse(f"articles:{view}", args=[article.number])


@pytest.fixture
def a1(db):
    """Validated, public, by a publisher, with an internal passage."""
    return make.public_article(
        title="Receipts are blank",
        issue="White paper comes out",
        environment="Till 6.2",
        resolution=f"1. Turn the roll around. {CANARY}\n\n:::internal\nAsk HW. {SECRET}\n:::",
        cause="Thermal side is down",
        environment_facets={"Till app": "6.2"},
        tags=["printer"],
    )


def test_the_page_shows_the_parts_the_states_and_the_facts(client, a1):
    # acceptance: structure/01 SC3.8
    client.force_login(make.contributor())
    page = client.get(where(a1)).content.decode()
    for label in ("Issue", "Environment", "Resolution", "Cause", "Comments and feedback"):
        assert label in page
    for fact in (
        a1.number,
        "Validated",
        "Public",
        "Experience based",
        str(a1.created_by),
        "6.2",
    ):
        assert fact in page
    assert SECRET in page
    assert "Internal only" in page


@pytest.mark.parametrize("reader", ["visitor", "customer"])
def test_readers_outside_are_led_to_the_help_centre(client, a1, reader):
    # acceptance: structure/06 ch/04: what they get there is in tests/portal
    if reader == "customer":
        client.force_login(make.customer())
    response = client.get(where(a1))
    assert response.status_code == 302
    assert response.headers["Location"] == f"/help/{a1.number}/"
    assert not View.objects.exists()


@pytest.mark.parametrize(
    ("confidence", "audience", "readers"),
    [
        ("validated", "public", {"visitor", "customer", "partner"}),
        ("validated", "customer", {"customer", "partner"}),
        ("validated", "partner", {"partner"}),
        ("validated", "internal", set()),
        ("not_validated", "internal", set()),
        ("wip", "internal", set()),
        ("archived", "internal", set()),
    ],
)
def test_each_audience_and_confidence_is_read_by_those_it_is_meant_for(
    client, confidence, audience, readers
):
    # acceptance: ch/04 pa/14 pa/15
    article = make.article(by=make.publisher(), confidence=confidence, audience=audience)
    people = {
        "visitor": None,
        "customer": make.customer(),
        "partner": make.customer(organisation=make.organisation(is_partner=True)),
        "candidate": make.candidate(),
        "contributor": make.contributor(),
        "publisher": make.publisher(),
    }
    for name, person in people.items():
        client.logout()
        if person:
            client.force_login(person)
        inside = name in ("candidate", "contributor", "publisher")
        led = 302 if name in readers else 404
        expected = 200 if inside else led
        assert client.get(where(article)).status_code == expected, name
        if person:
            words = {"q": article.title, "confidence": confidence if inside else ""}
            found = client.get(reverse("articles:search"), words).content.decode()
            assert (article.number in found) == (expected != 404), name


def test_archived_articles_are_found_through_a_filter_only(client):
    # acceptance: ch/04
    article = make.article(by=make.publisher(), title="Fax module", confidence="archived")
    client.force_login(make.candidate())
    search = reverse("articles:search")
    for words in ({"q": "fax module"}, {}):
        assert article.number not in client.get(search, words).content.decode()
        assert (
            article.number
            in client.get(search, {**words, "confidence": "archived"}).content.decode()
        )


def test_hidden_and_missing_are_the_same(client):
    hidden = make.article(title="Secret plan", resolution="canary-secret")
    client.force_login(make.customer())
    answers = [client.get(where(hidden)), client.get("/articles/KB-999999/")]
    assert [a.status_code for a in answers] == [404, 404]
    bodies = [a.content.decode().replace(hidden.number, "KB-999999") for a in answers]
    assert "Secret plan" not in bodies[0]
    assert "canary-secret" not in bodies[0]


@pytest.mark.parametrize("view", ["edit", "history", "versions", "compare", "counters"])
def test_readers_outside_are_kept_from_the_pages_inside(client, a1, view):
    anonymous = client.get(where(a1, view))
    assert anonymous.status_code == 302
    assert "/accounts/login/" in anonymous["Location"]
    client.force_login(make.customer())
    for number in (a1.number, "KB-999999"):
        assert client.get(reverse(f"articles:{view}", args=[number])).status_code == 403


def test_small_letters_lead_to_the_one_address(client, a1):
    response = client.get(f"/articles/{a1.number.lower()}/history/?before=3")
    assert response.status_code == 301
    assert response["Location"] == where(a1, "history") + "?before=3"
    assert client.get("/articles/KB-1/nosuch/").status_code == 404


def test_the_text_carries_its_own_language_and_direction(client):
    article = make.article(title="macOS 26: המדפסת", language="he", issue="המדפסת ריקה")
    client.force_login(make.contributor())
    page = client.get(where(article)).content.decode()
    assert '<h1 lang="he" dir="rtl">macOS 26' in page
    assert '<html lang="en" dir="ltr"' in page


def test_a_link_to_a_hidden_article_tells_nothing_about_it(client):
    # acceptance: structure/09
    hidden = make.article(title="canary-title", resolution="canary-text")
    shown = make.public_article(resolution=f"See [more]({hidden.number}).")
    client.force_login(make.customer())
    said = shown.rendered["outside"]["resolution"]
    assert f'href="{where(hidden)}"' in said
    assert "canary" not in said
    assert client.get(where(hidden)).status_code == 404


def test_views_help_and_links_are_split_by_audience_day_and_role(client, a1):
    # acceptance: ch/02
    contributor, customer = make.contributor(), make.customer()
    client.force_login(contributor)
    for _ in range(2):
        client.get(where(a1))
    client.logout()
    for _ in range(3):
        actions.view(a1, by=None)
    client.force_login(customer)
    client.post(where(a1, "rate"), {"helpful": "true"})
    ticket = make.searched(make.ticket(), by=contributor)
    solve_actions.link(ticket, a1, by=contributor)
    other = make.searched(make.ticket(), by=contributor)
    solve_actions.unlink(solve_actions.link(other, a1, by=contributor), by=contributor)
    client.force_login(contributor)
    page = client.get(where(a1, "counters"))
    told = {
        (row.inside, row.role): (row.views, row.helped, row.links)
        for row in page.context["roles"]
    }
    assert told == {
        (True, "contributor"): (2, 0, 1),
        (False, "visitor"): (3, 0, 0),
        (False, "customer"): (0, 1, 0),
    }
    assert sum(row.views for row in page.context["days"]) == 5
    assert {row.day for row in page.context["days"]} == {View.objects.first().at.date()}
    a1.refresh_from_db()
    assert (a1.view_count, a1.helped_count, a1.reuse_count) == (5, 1, 1)


def test_where_it_came_from_is_a_link(client):
    # acceptance: SC9.8
    article = make.article(origin=("sales", "OPP-4711"), origin_url="https://crm.example/4711")
    client.force_login(make.contributor())
    page = client.get(where(article)).content.decode()
    assert 'href="https://crm.example/4711"' in page
    assert "OPP-4711" in page


def test_the_tickets_that_used_it_stand_beside_it(client, a1):
    contributor = make.contributor()
    ticket = make.searched(make.ticket(subject="All receipts are white"), by=contributor)
    solve_actions.link(ticket, a1, by=contributor)
    client.force_login(contributor)
    panel = reverse("solve:used_by", args=[a1.number])
    assert panel in client.get(where(a1)).content.decode()
    for headers in ({}, {"HX-Request": "true"}):
        page = client.get(panel, headers=headers).content.decode()
        assert ticket.number in page
        assert ("<html" in page) == (not headers)


def test_an_article_page_needs_few_queries(client, a1, django_assert_max_num_queries):
    actions.flag(a1, by=make.contributor(), kind="incorrect", note="x")
    actions.flag(a1, by=make.candidate(), kind="outdated", note="y")
    for n in range(3):
        actions.suggest(a1, by=make.candidate(), changes={"cause": f"because {n}"})
        actions.rate(a1, by=make.contributor(), comment=f"comment {n}")
    client.force_login(make.contributor())
    client.get(where(a1))  # a process asks once whether anybody lives here
    with django_assert_max_num_queries(10):
        assert client.get(where(a1)).status_code == 200


def test_what_one_person_sees_is_kept_by_no_cache(client, a1):
    assert "no-store" in client.get(where(a1))["Cache-Control"]
