"""Scenarios 3, 4 and 5 of the acceptance, step by step, through pages and API as a person would.

Articles are the only repository yet. Each step is named in a comment as `SCn.k`.
"""

import json

import pytest
from django.urls import reverse

from articles.models import Article
from tests import make
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

ISSUE = "Since this morning the receipts come out blank, canary-i0"
ENVIRONMENT = "product: Tilia Till\nversion: 6.2"


@pytest.fixture
def con2(db):
    return make.contributor(name="Second Contributor")


@pytest.fixture
def a2(con2):
    """Not validated, internal, experience based, by somebody else."""
    return make.article(
        by=con2,
        title="Receipts are blank on Tilia Till 6.2",
        issue="The paper comes out white",
        resolution="Turn the roll around.",
        tags=["printer"],
    )


@pytest.fixture
def others(con2):
    """Some more articles, so that a list is a list."""
    titles = ("Receipts in another language", "Change the till's drawer", "Refund a card")
    return [make.article(by=con2, title=title, issue="") for title in titles]


def new_incident(client) -> Ticket:
    response = client.post(
        reverse("tickets:new"),
        {
            "channel": "phone",
            "email": "maya@example.com",
            "name": "Maya",
            "subject": "Blank receipts",
            "description": ISSUE,
            "environment": ENVIRONMENT,
            "priority": "2",
            "language": "en",
        },
    )
    assert response.status_code == 302, response.content.decode()
    return Ticket.objects.get()


def hits(client, ticket) -> list[dict]:
    return client.get(f"/api/v1/tickets/{ticket.number}/suggestions/").json()["results"]


def tickets_of(client, article: Article) -> str:
    """The panel of the article's page that lists the tickets it met."""
    address = reverse("solve:used_by", args=[article.number])
    return client.get(address, headers={"HX-Request": "true"}).content.decode()


def patch(client, article: Article, **fields):
    path = f"/api/v1/articles/{article.number}/"
    etag = client.get(path).headers["ETag"]
    return client.patch(
        path, json.dumps(fields), content_type="application/json", headers={"If-Match": etag}
    )


def test_sc3_internal_reuse_with_incident(client, a2, others):
    agent = make.contributor(name="Con")
    client.force_login(agent)
    # SC3.1, SC3.2: a new incident with issue and environment
    ticket = new_incident(client)
    assert ticket.description == ISSUE
    assert set(ticket.environment.values()) == {"Tilia Till", "6.2"}
    # SC3.3: the query is built from both
    page = client.get(ticket.get_absolute_url()).content.decode()
    assert a2.title in page
    # SC3.4: each hit shows its reuse
    found = hits(client, ticket)
    assert found[0]["number"] == a2.number
    assert all("reuse_count" in hit for hit in found)
    # SC3.5: opened inside the workflow
    reader = reverse("solve:reader", args=[ticket.number, a2.number])
    assert a2.title in client.get(reader, headers={"HX-Request": "true"}).content.decode()
    # SC3.6: linked; both sides say so
    client.post(reverse("solve:use", args=[ticket.number]), {"article": a2.number})
    link = ticket.links.get()
    assert a2.number in client.get(ticket.get_absolute_url()).content.decode()
    assert ticket.number in tickets_of(client, a2)
    a2.refresh_from_db()
    assert a2.reuse_count == 1
    # SC3.7: unlinked; both indicators are gone, the event is kept
    client.post(reverse("solve:unlink", args=[ticket.number]), {"link": link.pk})
    assert not ticket.links.exists()
    assert ticket.number not in tickets_of(client, a2)
    a2.refresh_from_db()
    assert a2.reuse_count == 0
    assert ticket.events.filter(verb="unlinked").exists()
    # SC3.8: metadata and history
    page = client.get(a2.get_absolute_url()).content.decode()
    for said in (a2.number, "Not validated", "Internal", "Second Contributor"):
        assert said in page
    history = client.get(reverse("articles:history", args=[a2.number])).content.decode()
    assert "Created the article" in history
    assert "Unlinked it from" in history


def test_sc4_internal_fix_it_with_incident(client, con2, a2, others):
    agent = make.contributor(name="Con")
    client.force_login(agent)
    # SC4.1
    ticket = new_incident(client)
    assert a2.title in client.get(ticket.get_absolute_url()).content.decode()
    # SC4.2: the editor opens, no approval is asked for
    editor = reverse("solve:improve", args=[ticket.number, a2.number])
    page = client.get(editor).content.decode()
    assert "becomes a suggestion" not in page
    # SC4.3: the requester's words are taken over by one act, and are live at once
    quoted = client.get(f"{editor}?quote=1").content.decode()
    assert "canary-i0" in quoted
    client.post(
        editor,
        {
            "title": a2.title,
            "issue": f"{a2.issue}\n\n{ISSUE}",
            "environment": a2.environment,
            "resolution": a2.resolution,
            "cause": a2.cause,
            "base": a2.version_number,
        },
    )
    client.force_login(con2)
    assert "canary-i0" in client.get(a2.get_absolute_url()).content.decode()
    assert not a2.suggestions.exists()
    client.force_login(agent)
    # SC4.4: Validated, Internal, Experience based; external and compliance are neither
    # offered nor taken
    options = client.get(f"/api/v1/articles/{a2.number}/options/?confidence=validated").json()
    assert options["audience"] == ["internal"]
    assert options["governance"] == ["experience"]
    ok = patch(client, a2, confidence="validated", audience="internal", governance="experience")
    assert ok.status_code == 200
    for forced in ({"audience": "public"}, {"governance": "compliance"}):
        assert patch(client, a2, **forced).status_code == 422
    a2.refresh_from_db()
    states = (a2.confidence, a2.audience, a2.governance)
    assert states == ("validated", "internal", "experience")


def test_sc4_5_an_unchanged_value_is_always_legal(client):  # SC4.5
    client.force_login(make.contributor())
    a1 = make.public_article(resolution="canary-a1")
    ok = patch(client, a1, resolution="canary-a1, corrected", audience="public")
    assert ok.status_code == 200
    a1.refresh_from_db()
    assert (a1.audience, a1.resolution) == ("public", "canary-a1, corrected")


def test_sc5_candidate_creates_an_article_with_incident_and_checks_duplicates(
    client, a2, others
):
    candidate = make.candidate()
    client.force_login(candidate)
    # SC5.1
    ticket = new_incident(client)
    assert a2.title in client.get(ticket.get_absolute_url()).content.decode()
    # SC5.2: the template is filled
    form = client.get(reverse("solve:create", args=[ticket.number])).content.decode()
    assert ISSUE in form
    assert "Tilia Till" in form
    # SC5.4: likely duplicates, by the whole text; the twin shares only a word of the cause
    twin = make.article(
        by=make.contributor(), title="Odd paper", issue="", cause="A demagnetised ferrule"
    )
    draft = {"title": "Blank", "issue": ISSUE, "cause": "The ferrule was demagnetised"}
    listed = client.post(reverse("solve:duplicates", args=[ticket.number]), draft)
    assert twin.number in listed.content.decode()
    # SC5.5, SC5.6, SC5.7: what a Candidate may choose
    assert 'value="validated"' not in form
    assert 'value="archived"' not in form
    # SC5.3: more is added; saved
    answer = client.post(
        reverse("solve:create", args=[ticket.number]),
        {**draft, "resolution": "Replace the ferrule.", "confidence": "wip", "tags": "printer"},
    )
    assert answer.status_code == 302
    made = Article.objects.get(origin_id=ticket.number)
    options = client.get(f"/api/v1/articles/{made.number}/options/").json()
    assert options["confidence"] == ["wip", "not_validated"]
    assert options["audience"] == ["internal"]
    assert options["governance"] == ["experience"]
    for forced in (
        {"confidence": "validated"},
        {"confidence": "archived"},
        {"audience": "public"},
        {"governance": "compliance"},
    ):
        assert patch(client, made, **forced).status_code == 422
    made.refresh_from_db()
    assert (made.confidence, made.audience, made.governance) == (
        "wip",
        "internal",
        "experience",
    )
    assert patch(client, made, confidence="not_validated").status_code == 200


def test_everything_happens_on_one_page_with_one_login(client, a2, others):
    """acceptance: pi/01, structure/02: search, open, link, send, flag, edit and create."""
    a1 = make.public_article(title="Blank receipts, for customers")
    client.force_login(make.contributor())
    ticket = new_incident(client)
    here = [ticket.number]
    htmx = {"HX-Request": "true"}
    steps = [
        client.get(reverse("solve:suggestions", args=here), {"q": "paper"}, headers=htmx),
        client.get(reverse("solve:reader", args=[ticket.number, a1.number]), headers=htmx),
        client.post(reverse("solve:use", args=here), {"article": a1.number}, headers=htmx),
        client.post(
            reverse("solve:send", args=here),
            {"body": "Try this", "articles": [a1.number]},
            headers=htmx,
        ),
        client.post(
            reverse("solve:flag", args=here),
            {"article": a2.number, "kind": "outdated"},
            headers=htmx,
        ),
        client.get(reverse("solve:improve", args=[ticket.number, a1.number]), headers=htmx),
        client.get(reverse("solve:create", args=here), headers=htmx),
    ]
    assert [step.status_code for step in steps] == [200] * 7
    for step in steps:
        assert b"<html" not in step.content  # a part of the page, not another page
    # What was typed or said before is there and is not asked for again.
    assert ISSUE in steps[-1].content.decode()
