"""Writing from outside: drafts and edits of customers, on and off, by page and by API."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from articles import actions
from articles.models import Article, Suggestion
from kcs.errors import NotAllowed, Refused
from people.models import Notification, SiteSettings
from tests import make
from tests.portal.conftest import SECRETS

pytestmark = pytest.mark.django_db(databases=["default", "help"])
DRAFT = {
    "title": "Turn the sound off",
    "issue": "It beeps at night",
    "resolution": "Menu, Sound.",
}


@pytest.fixture
def open_to_customers(world):
    SiteSettings.objects.update(outside_authors=True)


@pytest.fixture
def customer(world):
    return make.customer(name="Cora Customer")


def post(client, address, body):
    return client.post(address, json.dumps(body), content_type="application/json")


def test_while_it_is_off_nobody_outside_writes(client, world, customer):
    # acceptance: ch/08: off is 403 by page and by API
    assert client.get("/help/write/").headers["Location"].startswith("/accounts/login/")
    client.force_login(customer)
    suggest, api = f"/help/{world.a1.number}/suggest/", "/api/v1/articles/"
    for address in ("/help/write/", suggest, "/help/mine/"):
        assert client.get(address).status_code == 403
        assert client.post(address, DRAFT).status_code in (403, 405)
    assert post(client, api, DRAFT).status_code == 403
    assert (
        post(client, f"{api}{world.a1.number}/suggestions/", {"issue": "x"}).status_code == 403
    )
    with pytest.raises(NotAllowed):
        actions.submit_draft(by=customer, **DRAFT)
    assert (
        "Suggest a better text"
        not in client.get(f"/help/{world.a1.number}/", follow=True).content.decode()
    )
    assert not Suggestion.objects.exists()


@pytest.mark.parametrize("door", ["page", "api"])
def test_a_draft_from_outside_waits_and_its_author_hears_the_decision(
    client, world, customer, open_to_customers, door
):
    # acceptance: ch/08: it lands as a draft, not live
    client.force_login(customer)
    if door == "page":
        assert client.post("/help/write/", DRAFT).headers["Location"] == "/help/mine/"
    else:
        made = post(client, "/api/v1/articles/", DRAFT)
        assert made.status_code == 201
        assert (made.json()["title"], made.json()["number"]) == (DRAFT["title"], "")
    draft = Article.objects.get(created_by=customer)
    assert (draft.confidence, draft.audience, draft.owner) == ("wip", "internal", None)
    assert (draft.origin_type, draft.resolution) == ("portal", "Menu, Sound.")
    assert Notification.objects.filter(kind="suggestion_made").exists()
    assert "Waits for review" in client.get("/help/mine/").content.decode()
    assert client.get(f"/help/{draft.number}/").status_code == 404
    assert client.get(f"/api/v1/articles/{draft.number}/").status_code == 404
    # A reviewer finds it by where it came from.
    inside = Client()
    inside.force_login(world.by)
    listed = inside.get(reverse("articles:search"), {"origin": "portal"}).content.decode()
    assert draft.number in listed
    assert world.a1.number not in listed
    # Somebody inside improves it and shows it: the author hears of that, and of nothing else.
    actions.improve(draft, by=world.by, changes={"cause": "zz"}, note="about the customer")
    actions.restate(draft, by=world.by, confidence="validated", audience="public")
    heard = Notification.objects.get(user=customer)
    assert (heard.kind, heard.text, heard.by) == ("suggestion_decided", "Published", None)
    told = client.get("/api/v1/articles/submissions/").json()
    assert [(row["title"], row["state"]) for row in told] == [(DRAFT["title"], "Published")]


def test_a_draft_that_is_not_taken_is_answered_without_what_was_said_inside(
    client, world, customer, open_to_customers
):
    draft = actions.submit_draft(by=customer, **DRAFT)
    actions.restate(draft, by=world.by, confidence="archived", reason="nonsense again")
    client.force_login(customer)
    page = client.get("/help/mine/").content.decode()
    assert "Not taken over" in page
    assert "nonsense" not in page
    assert Notification.objects.get(user=customer).text == "Not taken over"


@pytest.mark.parametrize(
    ("field", "value"),
    [("confidence", "validated"), ("audience", "public"), ("governance", "compliance")],
)
def test_nobody_outside_sets_a_state(client, customer, open_to_customers, field, value):
    client.force_login(customer)
    response = post(client, "/api/v1/articles/", {**DRAFT, field: value})
    assert response.status_code == 422
    assert field in response.json()["errors"]
    assert not Article.objects.filter(created_by=customer).exists()


@pytest.mark.parametrize("door", ["page", "api"])
def test_an_edit_from_outside_keeps_what_its_author_never_saw(
    client, world, customer, open_to_customers, door
):
    # acceptance: ch/08: an edit waits, internal passages and parts are neither shown nor lost
    client.force_login(customer)
    before = Article.objects.get(pk=world.a1.pk)
    address = f"/help/{world.a1.number}/suggest/"
    form = client.get(address).content.decode()
    assert "Turn the roll around" in form
    assert not any(secret in form for secret in SECRETS)
    said = {"resolution": "1. Turn the roll over.\n2. Close the lid.", "note": "clearer"}
    if door == "page":
        shown = {
            "title": before.title, "issue": before.issue, "environment": before.environment,
            "cause": before.cause, "parts.check": before.parts["check"],
            "base": before.version_number,
        }  # fmt: skip
        assert client.post(address, {**shown, **said}).headers["Location"] == "/help/mine/"
    else:
        api = f"/api/v1/articles/{world.a1.number}/suggestions/"
        made = post(client, api, said)
        assert made.status_code == 201
        assert not any(secret in made.content.decode() for secret in SECRETS)
    article = Article.objects.get(pk=world.a1.pk)
    assert article.resolution == before.resolution
    [edit] = article.suggestions.all()
    assert (edit.by, edit.origin_type, edit.state) == (customer, "portal", "open")
    assert edit.resolution == f"{said['resolution']}\n\n:::internal\nzzpassage\n:::"
    assert edit.parts == before.parts
    assert (edit.issue, edit.cause) == (before.issue, before.cause)
    assert "Internal passages stand at the end now: Resolution. clearer" in edit.note
    # A reviewer takes it, and the outside text is the customer's.
    actions.accept(edit, by=world.by)
    article.refresh_from_db()
    assert "zzpassage" in article.rendered["inside"]["resolution"]
    assert "Turn the roll over" in article.rendered["outside"]["resolution"]
    assert "zzpassage" not in article.rendered["outside"]["resolution"]
    heard = Notification.objects.get(user=customer)
    assert (heard.kind, heard.by) == ("suggestion_decided", None)
    assert "Taken over" in client.get("/help/mine/").content.decode()


def test_what_cannot_be_suggested_is_refused_and_nothing_typed_is_lost(
    client, world, customer, open_to_customers
):
    client.force_login(customer)
    article = Article.objects.get(pk=world.a1.pk)
    with pytest.raises(Refused, match="Nothing was changed"):
        actions.submit_edit(
            article, by=customer, base=article.version_number, changes={"cause": article.cause}
        )
    api = f"/api/v1/articles/{world.a1.number}/suggestions/"
    for body in ({"parts": {"desk": "x"}}, {"issue": "a\n:::internal\nmine\n:::"}):
        assert post(client, api, body).status_code == 422
    hidden = f"/api/v1/articles/{world.inside.number}/suggestions/"
    assert post(client, hidden, {"issue": "x"}).status_code == 404
    assert client.get(f"/help/{world.inside.number}/suggest/").status_code == 404
    sent = {"title": "My title", "base": article.version_number, "issue": ":::internal\nx\n:::"}
    response = client.post(f"/help/{world.a1.number}/suggest/", sent)
    assert response.status_code == 422
    assert "My title" in response.content.decode()
    assert not Suggestion.objects.exists()


def test_a_thousand_authors_and_none_needs_a_licence(client, world, open_to_customers):
    # acceptance: ch/09: nothing counts authors
    from people.models import User

    User.objects.bulk_create(
        User(email=f"author{n}@example.net", name=f"Author {n}") for n in range(1000)
    )
    last = User.objects.get(email="author999@example.net")
    assert actions.submit_draft(by=last, **DRAFT).created_by == last


def test_agents_write_inside(client, world, open_to_customers):
    client.force_login(make.contributor())
    assert client.get("/help/write/").status_code == 403
    assert client.get(reverse("articles:create")).status_code == 200
