"""The pages of the help centre: finding, reading and saying something, without an account."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from articles.models import Article, Feedback, View
from loops.models import Opening, Search
from tests import make
from tests.load.measure import queries_of
from tests.portal.conftest import SECRETS
from tickets.models import Ticket

pytestmark = pytest.mark.django_db(databases=["default", "help"])
LOOK = "receipts blank printer till 6.2 on a tablet"


def text_of(response) -> str:
    return response.content.decode()


def page_of(article) -> str:
    return f"/help/{article.number}/"


def read(client, article, **query):
    return client.get(page_of(article), query, follow=True)


def secrets_in(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


def counts(article) -> dict[str, int]:
    fresh = Article.objects.get(pk=article.pk)
    return {
        "views": fresh.view_count,
        "rows": View.objects.filter(article=article, inside=False).count(),
        "helped": fresh.helped_count,
        "reuse": fresh.reuse_count,
    }


# SC:10 -----------------------------------------------------------------------------------------


def test_external_self_service_without_an_account(world):
    # acceptance: SC10.1 SC10.2 SC10.3 SC10.4 SC10.5 SC10.6 SC10.7 SC10.8 improve/03 ch/02
    visitor, before = Client(enforce_csrf_checks=True), counts(world.a1)
    home = visitor.get("/help/")
    assert home.status_code == 200
    for words in ("How can we help?", "Ask for help", "Sign in", "/help/browse/till/"):
        assert words in text_of(home)
    # SC10.1: the issue and the environment in one line; nobody asks who one is.
    found = visitor.get("/help/search/", {"q": LOOK})
    assert found.status_code == 200
    hit = re.search(rf'href="(/help/{world.a1.number}/[^"]+)"', text_of(found))
    # SC10.2: why it is here.
    assert "title: receipts, blank" in text_of(found)
    # SC10.3: one view, from outside, and which place in which search it had.
    article = visitor.get(hit[1].replace("&amp;", "&"))
    assert article.status_code == 200
    for words in ("Receipts come out blank", "Turn the roll around", "Scratch the paper",
                  "How to check", "Till app", "Was this helpful?", "Updated"):  # fmt: skip
        assert words in text_of(article)
    visitor.get(hit[1].replace("&amp;", "&"))
    opened = Opening.objects.get(article=world.a1)
    assert (opened.search.query, opened.search.channel, opened.rank) == (LOOK, "help", 1)
    assert counts(world.a1) == {**before, "views": before["views"] + 1, "rows": 1}
    # SC10.4: it helped; the second press changes nothing.
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text_of(article))[1]
    said = {"helpful": "true", "csrfmiddlewaretoken": token}
    for _press in range(2):
        thanks = visitor.post(f"{page_of(world.a1)}helpful/", said, follow=True)
        assert "Thank you. Good that it helped." in text_of(thanks)
    assert counts(world.a1)["helped"] == before["helped"] + 1
    # SC10.5: a comment, with an address for the answer.
    told = {"comment": "Which side is up?", "email": "me@example.net"}
    visitor.post(f"{page_of(world.a1)}feedback/", {**told, "csrfmiddlewaretoken": token})
    comment = Feedback.objects.get(article=world.a1, comment="Which side is up?")
    assert (comment.by, comment.role, comment.channel) == (None, "visitor", "help")
    assert (comment.email, comment.state, comment.language) == ("me@example.net", "open", "en")
    # SC10.6: a publisher finds it in the queue.
    publisher = Client()
    publisher.force_login(make.publisher())
    assert "Which side is up?" in text_of(publisher.get(reverse("articles:flags")))
    # SC10.7: exactly what was done, and nothing more.
    assert counts(world.a1) == {
        "views": before["views"] + 1, "rows": 1, "helped": before["helped"] + 1,
        "reuse": before["reuse"],
    }  # fmt: skip
    counted = text_of(publisher.get(reverse("articles:counters", args=[world.a1.number])))
    assert "Visitor" in counted
    # SC10.8
    history = publisher.get(reverse("articles:history", args=[world.a1.number]))
    assert history.status_code == 200


def test_without_the_token_of_its_own_page_nothing_is_recorded(world):
    stranger = Client(enforce_csrf_checks=True)
    response = stranger.post(f"{page_of(world.a1)}helpful/", {"helpful": "true"})
    assert response.status_code == 403
    assert not Feedback.objects.exists()


def test_a_program_falls_into_the_trap_and_a_crowd_is_slowed_down(client, world):
    # acceptance: SC10.4
    trapped = {"helpful": "true", "website": "https://spam.example"}
    assert client.post(f"{page_of(world.a1)}helpful/", trapped).status_code == 302
    client.post(f"{page_of(world.a1)}feedback/", {"comment": "Buy!", "website": "x"})
    assert not Feedback.objects.exists()
    answers = [
        Client().post(f"{page_of(world.a1)}feedback/", {"comment": f"No. {n}"}).status_code
        for n in range(22)
    ]
    assert answers[:20] == [302] * 20
    assert answers[20:] == [429] * 2
    assert Feedback.objects.count() == 20


def test_a_comment_that_cannot_be_taken_stands_on_the_page_again(client, world):
    sent = {"comment": "Which side?", "email": "not an address"}
    response = client.post(f"{page_of(world.a1)}feedback/", sent)
    assert response.status_code == 422
    assert "Which side?" in text_of(response)
    assert not Feedback.objects.exists()


def test_a_signed_in_customer_counts_as_one_and_is_known_to_the_queue(client, world):
    customer = make.customer()
    client.force_login(customer)
    client.post(f"{page_of(world.a1)}feedback/", {"comment": "Thanks"})
    said = Feedback.objects.get()
    assert (said.by, said.role, said.email) == (customer, "customer", "")


# Who reads what --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reader", "readable"),
    [
        ("visitor", {"a1"}),
        ("customer", {"a1", "customers"}),
        ("partner", {"a1", "customers", "partners"}),
    ],
)
def test_each_audience_is_read_by_those_it_is_meant_for(client, world, reader, readable):
    # acceptance: structure/06
    if reader != "visitor":
        partner = make.organisation(is_partner=reader == "partner")
        client.force_login(make.customer(organisation=partner))
    every = ("a1", "customers", "partners", "inside", "draft", "gone")
    seen = {name for name in every if read(client, getattr(world, name)).status_code == 200}
    assert seen == readable
    found = text_of(client.get("/help/search/", {"q": "invoices prices customers partners"}))
    assert ("Invoices for customers" in found) == ("customers" in readable)
    assert ("Prices for partners" in found) == ("partners" in readable)


def test_no_page_tells_a_secret(client, world):
    # acceptance: structure/06 reuse/02: passages, parts, labels, titles, branches, counts
    pages = ["/help/", "/help/browse/till/", "/help/browse/till/printers/", "/help/KB-999999/",
             page_of(world.a1), f"{page_of(world.a1)}?language=he",
             *(f"/help/search/?q={secret}" for secret in SECRETS),
             "/help/search/?q=receipts+blank", "/help/search/?q=zzint"]  # fmt: skip
    for agent in (False, True):
        if agent:
            client.force_login(make.publisher())
        for address in pages:
            asked = address.rpartition("q=")[2]
            told = text_of(client.get(address, follow=True)).replace(asked, "")
            assert secrets_in(told) == [], address
    home = text_of(Client().get("/help/"))
    assert re.findall(r"(\d+) articles?", home) == ["3"]
    assert "zzlabel" not in text_of(read(client, world.a1))


def test_hidden_missing_and_archived_are_the_same_page(client, world):
    missing = client.get("/help/KB-999999/")
    for article in (world.inside, world.draft, world.gone, world.customers):
        hidden = client.get(page_of(article))
        assert hidden.status_code == missing.status_code == 404
        named = text_of(hidden).replace(article.number, "KB-999999")
        assert named == text_of(missing)
    posted = client.post(f"{page_of(world.inside)}feedback/", {"comment": "x"})
    assert posted.status_code == 404
    assert not Feedback.objects.filter(article=world.inside).exists()
    assert client.get("/help/browse/till/zzbranch/").status_code == 404
    assert client.get("/help/whatever/").status_code == 404


def test_a_merged_article_leads_to_the_one_that_has_its_knowledge(client, world):
    response = client.get(page_of(world.merged))
    assert response.status_code == 301
    assert response.headers["Location"] == page_of(world.a1)


def test_an_article_has_one_address_with_its_title_in_it(client, world):
    response = client.get(f"{page_of(world.a1)}anything/?search=1")
    assert response.status_code == 302
    assert (
        response.headers["Location"] == f"{page_of(world.a1)}receipts-come-out-blank/?search=1"
    )
    page = text_of(client.get(f"{page_of(world.a1)}receipts-come-out-blank/"))
    where = f"http://localhost:8000{page_of(world.a1)}receipts-come-out-blank/"
    assert f'<link rel="canonical" href="{where}">' in page
    assert '<meta name="description" content="White paper comes out of the printer">' in page
    assert client.get(page_of(world.a1).lower().replace("/help/", "/help/")).status_code == 301


def test_an_article_is_read_in_the_readers_language_and_in_any_it_has(client, world):
    page = text_of(
        client.get(page_of(world.a1), follow=True, headers={"Accept-Language": "he"})
    )
    assert '<h1 lang="he" dir="rtl">' in page
    assert "הפכו את הגליל" in page
    assert '<html lang="he" dir="rtl">' in page
    russian = text_of(client.get("/help/language/ru/?next=/help/", follow=True))
    assert '<html lang="ru" dir="ltr">' in russian
    assert text_of(read(client, world.a1)).count("Turn the roll around") == 1
    elsewhere = client.get("/help/language/he/?next=https://evil.example/")
    assert elsewhere.headers["Location"] == "/help/"


def test_what_is_taken_back_is_gone_at_once_and_nobody_keeps_it(client, world):
    home = client.get("/help/")
    assert home.headers["Cache-Control"] == "public, max-age=1, must-revalidate"
    assert {"Cookie", "Accept-Language"} <= set(home.headers["Vary"].split(", "))
    assert not home.cookies
    for address in (page_of(world.a1), "/help/search/?q=blank"):
        assert "no-store" in client.get(address, follow=True).headers["Cache-Control"]
    client.force_login(make.customer())
    assert "no-store" in client.get("/help/").headers["Cache-Control"]


def test_nothing_found_has_a_way_on(client, world):
    page = text_of(client.get("/help/search/", {"q": "xylophone"}))
    for words in ("Nothing about this yet", "/help/ask/?q=xylophone", "Browse by product"):
        assert words in page
    assert Search.objects.get(query="xylophone").count == 0


def test_search_narrows_by_branch_and_turns_its_pages(client, world):
    page = text_of(client.get("/help/search/", {"q": "printer", "domain": "till/printers"}))
    assert "The printer beeps" in page
    assert client.get("/help/search/", {"q": "printer", "page": "99"}).status_code == 200
    assert client.get("/help/search/", {"q": f"{world.a1.number}"}).status_code == 302
    assert client.get("/help/search/", {"q": ""}).headers["Location"] == "/help/"
    odd = {"q": "pri\x00nter", "page": "x", "domain": "'; drop", "language": "<b>"}
    assert client.get("/help/search/", odd).status_code == 200


def test_a_visit_has_a_name_that_says_nothing_and_ends_by_itself(client, world):
    client.get("/help/search/", {"q": "blank"})
    client.get("/help/search/", {"q": "blank", "page": "2"})
    visit = client.cookies["visit"]
    assert re.fullmatch(r"[\w-]{22}", visit.value)
    assert (visit["max-age"], visit["path"], visit["httponly"]) == (1800, "/help/", True)
    recorded = Search.objects.get()
    assert (recorded.visit, recorded.by, recorded.channel) == (visit.value, None, "help")
    # Somebody else's search is nobody's of theirs.
    other = Client()
    read(other, world.a1, search=recorded.pk, rank=1)
    assert Opening.objects.get().search is None


# Asking ----------------------------------------------------------------------------------------


def test_asking_for_help_makes_a_ticket_of_ones_own(client, world):
    assert client.get("/help/ask/").headers["Location"] == "/accounts/login/?next=/help/ask/"
    customer = make.customer()
    client.force_login(customer)
    page = client.get("/help/ask/?q=blank receipts")
    assert 'value="blank receipts"' in text_of(page)
    sent = {"subject": "Blank receipts", "description": "I turned the roll."}
    response = client.post("/help/ask/", sent)
    ticket = Ticket.objects.get()
    assert response.headers["Location"] == reverse("mine:ticket", args=[ticket.number])
    assert (ticket.requester.user, ticket.subject) == (customer, "Blank receipts")
    assert client.post("/help/ask/", {"subject": ""}).status_code == 422


# What it costs ---------------------------------------------------------------------------------


@pytest.mark.parametrize("signed_in", [False, True])
@pytest.mark.parametrize(
    ("address", "most"),
    [
        ("/help/", 10),
        ("article", 8),
        ("/help/search/?q=receipts", 12),
        ("/help/browse/till/", 10),
    ],
)
def test_a_page_stays_within_its_budget(client, world, address, most, signed_in):
    if signed_in:
        organisation = make.organisation()
        client.force_login(make.customer(organisation=organisation))
    if address == "article":
        address = read(client, world.a2).request["PATH_INFO"]
    client.get(address)
    fresh = address.replace("receipts", "printer") if "search" in address else address
    statements = queries_of(
        lambda: client.get(fresh, headers={"Accept-Language": "he"}), "default", "help"
    )
    assert len(statements) <= most, "\n".join(sql[:150] for sql in statements)


def test_pages_are_light_and_have_no_script(client, world):
    for address in ("/help/", page_of(world.a1), "/help/search/?q=receipts"):
        page = client.get(address, follow=True)
        assert b"<script" not in page.content
        assert len(page.content) < 40_000
