"""The workspace as a page: everything there without scripts, parts for htmx, nothing inline."""

import gzip
import re

import pytest
from django.urls import reverse

from articles import actions as article_actions
from loops.solve import actions
from tests import make

pytestmark = pytest.mark.django_db

PAGE_BUDGET = 14 * 1024  # bytes of compressed HTML; the files beside it are the other 80 KB


@pytest.fixture
def agent():
    return make.contributor()


@pytest.fixture
def signed_in(client, agent):
    client.force_login(agent)
    return client


def page(client, ticket, **query):
    return client.get(reverse("solve:workspace", args=[ticket.number]), query)


def test_the_ranked_articles_are_there_without_typing(signed_in):
    article = make.public_article(title="The printer shows error 79")
    ticket = make.ticket(subject="Printer error 79", description="It shows error 79 again")
    told = page(signed_in, ticket).text
    assert f'id="hit-{article.number}"' in told
    assert 'aria-selected="true"' in told
    assert "Update the firmware." in told


def test_every_verb_is_a_form_that_works_without_scripts(signed_in):
    make.public_article(title="The printer shows error 79")
    ticket = make.ticket(subject="Printer error 79")
    told = page(signed_in, ticket).text
    for verb in ("use", "flag", "send", "solve", "assign", "pend", "leave"):
        address = reverse(f"solve:{verb}", args=[ticket.number])
        assert f'action="{address}"' in told, verb
    assert told.count("csrfmiddlewaretoken") >= 6


def test_nothing_on_the_page_is_inline(signed_in):
    make.public_article(title="The printer shows error 79")
    told = page(signed_in, make.ticket(subject="Printer error 79")).text
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", told)
    assert not re.search(r"<script(?![^>]*\ssrc=)", told)
    assert "hx-on" not in told


def test_no_id_stands_twice_on_the_page(signed_in, agent):
    article = make.public_article(title="The printer shows error 79")
    ticket = make.ticket(subject="Printer error 79")
    actions.link(ticket, article, by=agent)
    told = page(signed_in, ticket).text
    ids = re.findall(r'\sid="([^"]+)"', told)
    assert len(ids) == len(set(ids)), sorted({i for i in ids if ids.count(i) > 1})


def test_the_page_is_small(signed_in):
    for n in range(10):
        make.public_article(title=f"The printer shows error {n}", resolution="1. Turn it off.")
    told = page(signed_in, make.ticket(subject="Printer error", description="error " * 50))
    assert len(gzip.compress(told.content)) < PAGE_BUDGET


def test_what_people_wrote_is_shown_and_never_run(signed_in, agent):
    ticket = make.ticket(
        subject="<script>alert(1)</script>", description="<img src=x onerror=alert(2)>"
    )
    actions.send(ticket, by=agent, body="<b onclick=alert(3)>Hello</b>", internal=True)
    told = page(signed_in, ticket).text
    assert "<script>alert" not in told
    assert "<img src=x" not in told
    assert "onclick=alert" not in re.sub(r"&lt;.*?&gt;", "", told)


def test_a_ticket_in_hebrew_reads_from_the_right_inside_an_english_page(signed_in):
    ticket = make.ticket(subject="macOS 26: החיבור אובד", language="he")
    told = page(signed_in, ticket).text
    assert '<html lang="en" dir="ltr"' in told
    assert '<h2 id="subject" lang="he" dir="rtl">' in told
    assert re.search(r'<textarea id="reply"[^>]*lang="he" dir="rtl"', told)


def test_htmx_gets_the_bar_and_beside_it_what_the_link_changed(signed_in):
    article = make.public_article(title="The printer shows error 79")
    ticket = make.ticket(subject="Printer error 79")
    told = signed_in.post(
        reverse("solve:use", args=[ticket.number]),
        {"article": article.number, "kind": "resolution"},
        headers={"HX-Request": "true"},
    ).text
    assert "<html" not in told
    for part in ("composer", "results", "reader", "links"):
        assert re.search(rf'id="{part}"[^>]*hx-swap-oob="outerHTML"', told), part
    assert not re.search(r'id="bar"[^>]*hx-swap-oob', told)
    assert "Undo" in told


def test_a_note_stays_a_note_when_the_ticket_is_closed_with_it(signed_in, agent):
    article = make.public_article(title="The printer shows error 79")
    ticket = make.ticket(subject="Printer error 79")
    page(signed_in, ticket)
    actions.link(ticket, article, by=agent)
    signed_in.post(
        reverse("solve:solve", args=[ticket.number]),
        {
            "body": "The customer is difficult.",
            "internal": "1",
            "articles": [article.number],
            "outcome": "reused",
        },
    )
    ticket.refresh_from_db()
    assert ticket.state == "solved"
    assert [(m.internal, m.body) for m in ticket.messages.all()] == [
        (True, "The customer is difficult.")
    ]


def test_a_closed_gate_says_why_beside_the_button(signed_in):
    ticket = make.ticket(subject="Printer error 79")
    page(signed_in, ticket)
    answer = signed_in.post(
        reverse("solve:solve", args=[ticket.number]), headers={"HX-Request": "true"}
    )
    assert answer.status_code == 409
    assert re.search(r'id="why" class="why refused" role="alert"', answer.text)


def test_a_stale_improvement_shows_both_texts(signed_in, agent):
    article = make.article(title="The printer shows error 79", by=agent)
    ticket = make.ticket(subject="Printer error 79")
    address = reverse("solve:improve", args=[ticket.number, article.number])
    texts = {"title": article.title, "issue": article.issue, "environment": "", "cause": ""}
    article_actions.improve(article, by=make.publisher(), changes={"resolution": "Theirs."})
    answer = signed_in.post(
        address,
        {**texts, "resolution": "Mine.", "base": "1"},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 412
    assert '<div class="theirs" lang="en" dir="ltr">Theirs.</div>' in answer.text
    assert "Mine.</textarea>" in answer.text
