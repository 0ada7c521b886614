"""Suggestions: there without typing, refined without touching the ticket, all recorded."""

import pytest

from loops.solve import actions
from loops.solve.desk import trail_of
from tests import make
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def test_the_ranked_articles_are_there_without_typing():
    agent = make.contributor()
    right = make.public_article(title="Receipts come out blank", issue="The paper stays white")
    make.public_article(title="Change the opening hours", issue="We close earlier now")
    ticket = make.ticket(subject="blank receipts", description="my paper stays white, help")
    results, search = actions.suggest(ticket, by=agent)
    assert results.hits[0].number == right.number
    assert (search.kind, search.ticket, search.by) == ("suggested", ticket, agent)
    assert search.results[0]["number"] == right.number


def test_three_wordings_leave_the_ticket_untouched():  # acceptance: capture/03
    agent = make.contributor()
    for title in ("Blank receipts", "Drawer stuck", "Screen frozen"):
        make.public_article(title=title, issue="", resolution="Call us.")
    ticket = make.ticket(subject="canary-i0 blank", description="everything is blank")
    before = Ticket.objects.values().get(pk=ticket.pk)
    lists = []
    for words in ("blank receipts", "drawer stuck", "screen frozen"):
        results, _search = actions.suggest(ticket, by=agent, q=words)
        lists.append(tuple(hit.number for hit in results.hits))
    assert len(set(lists)) == 3
    assert Ticket.objects.values().get(pk=ticket.pk) == before
    said = [step["text"] for step in trail_of(ticket)]
    assert said == ["blank receipts", "drawer stuck", "screen frozen"]


def test_words_can_be_taken_out_and_put_in():
    agent = make.contributor()
    make.public_article(title="Blank receipts")
    drawer = make.public_article(title="Drawer stuck")
    ticket = make.ticket(subject="blank", description="")
    results, search = actions.suggest(ticket, by=agent, drop=["blank"], add=["drawer"])
    assert [hit.number for hit in results.hits][:1] == [drawer.number]
    assert (search.kind, search.query) == ("asked", "drawer -blank")


def test_typing_one_query_is_one_search():
    agent, ticket = make.contributor(), make.ticket()
    for typed in ("dra", "drawer", "drawer stu", "drawer stuck"):
        actions.suggest(ticket, by=agent, q=typed)
    assert [s.query for s in ticket.searches.all()] == ["drawer stuck"]


def test_the_trail_has_searches_and_opened_articles_in_order():
    agent, article = make.contributor(), make.public_article()
    ticket = make.ticket()
    _results, search = actions.suggest(ticket, by=agent)
    actions.open_article(article, by=agent, ticket=ticket, search=search, rank=1)
    actions.suggest(ticket, by=agent, q="something else")
    assert [step["kind"] for step in trail_of(ticket)] == ["search", "open", "search"]
    article.refresh_from_db()
    assert article.view_count == 1


def test_what_the_requester_says_later_is_searched_too():
    agent = make.contributor()
    right = make.public_article(title="Error T-1203 on the terminal", issue="")
    ticket = make.ticket(subject="It is broken", description="Please help")
    actions.hear(ticket, body="The terminal says T-1203")
    results, _search = actions.suggest(Ticket.objects.get(pk=ticket.pk), by=agent)
    assert results.hits[0].number == right.number


def test_an_internal_note_does_not_steer_the_suggestions():
    agent = make.contributor()
    make.public_article(title="Zanzibar procedure", issue="")
    ticket = make.ticket(subject="Hello", description="Hello")
    actions.send(ticket, by=agent, body="zanzibar?", internal=True)
    results, _search = actions.suggest(Ticket.objects.get(pk=ticket.pk), by=agent)
    assert not results.hits
