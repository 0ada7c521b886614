"""The answer was there, the agent searched, and did not find it: whose words were missing?"""

from datetime import timedelta

import pytest

from articles.search import query
from loops.evolve.topics import misses
from loops.models import Miss, Search, TicketTopic
from tests import make
from tests.loops.evolve import desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def missed():
    """An article in the maker's words, others in between, and a ticket in the customer's."""
    make.gate("off")
    agent = make.contributor()
    article = desk.old_article("Thermal head of the receipt unit")
    for n in range(6):
        desk.old_article(f"White paper rolls, size {n}")
    ticket = desk.asked("printer", 1, by=agent)[0]
    ticket.subject = "Bons come out white"
    ticket.description = (
        "Every bon from the till comes out white, nothing to read on the paper."
    )
    ticket.save(update_fields=["subject", "description"])
    Search.objects.create(
        ticket=ticket, by=agent, kind="asked", query="white paper till bon",
        at=ticket.created_at + timedelta(minutes=3),
    )  # fmt: skip
    TicketTopic.objects.create(
        ticket=ticket, source="likeness", novelty="known_not_found", answered_by=article
    )
    return ticket, article, agent


def test_the_requesters_words_are_proposed_with_the_rank_that_they_gain(missed):
    ticket, article, agent = missed
    assert misses.run() == 1
    miss = Miss.objects.get()
    assert (miss.ticket, miss.article, miss.state) == (ticket, article, "open")
    assert miss.words.startswith("Bons come out white")
    assert miss.rank_with is not None
    assert miss.rank is None or miss.rank > miss.rank_with
    # The replay leaves nothing behind.
    article.refresh_from_db()
    assert "Bons" not in article.issue
    assert article.pk not in [hit.article_id for hit in query.search("bon", user=agent).hits]
    assert misses.run() == 0


def test_what_stood_first_gains_nothing_by_words(missed):
    ticket, _article, _agent = missed
    Search.objects.filter(ticket=ticket).update(query="thermal head receipt unit")
    assert misses.run() == 0
    assert Miss.objects.get().state == "dismissed"


def test_articles_that_were_not_yet_there_do_not_count(missed):
    _ticket, _article, agent = missed
    for n in range(3):
        make.article(title="White paper till bon", by=agent, issue=f"White paper till bon {n}")
    misses.run()
    assert Miss.objects.get().rank_with == 1


def test_linked_since_or_private_is_not_replayed(missed):
    ticket, article, agent = missed
    ticket.team = make.team(private=True)
    ticket.save(update_fields=["team"])
    assert misses.run() == 0
    ticket.team = None
    ticket.save(update_fields=["team"])
    desk.link(ticket, to=article, by=agent)
    assert misses.run() == 0
    assert not Miss.objects.exists()
