"""Create: what the requester said becomes the article without anyone typing it again."""

import pytest

from articles.search import query as engine
from kcs.errors import BadValue
from loops.solve import actions
from tests import make
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
WORDS = "My till says canary-i0 and then nothing happens"


def test_the_issue_is_the_requesters_own_words_unchanged():  # acceptance: capture/02
    agent = make.contributor()
    ticket = make.ticket(subject="Till hangs", description=WORDS)
    article = actions.create(ticket, by=agent)
    assert article.issue == WORDS
    assert (article.origin_type, article.origin_id) == ("ticket", ticket.number)
    assert [h.number for h in engine.search("canary-i0", user=agent).hits] == [article.number]


def test_the_environment_comes_from_the_facets():
    ticket = make.ticket(environment={"product": "Tilia Till", "version": "6.2"})
    article = actions.create(ticket, by=make.contributor())
    assert "Tilia Till" in article.environment
    assert article.environment_facets == {"product": "Tilia Till", "version": "6.2"}


def test_what_is_prefilled_can_be_edited_and_the_ticket_stays():  # acceptance: capture/03
    ticket = make.ticket(description=WORDS)
    before = Ticket.objects.values("subject", "description").get(pk=ticket.pk)
    article = actions.create(ticket, by=make.contributor(), issue="Reworded", title="Better")
    assert (article.issue, article.title) == ("Reworded", "Better")
    assert Ticket.objects.values("subject", "description").get(pk=ticket.pk) == before


def test_work_in_progress_is_enough_and_is_linked():
    agent = make.candidate()
    ticket = make.searched(make.ticket(), by=agent)
    article = actions.create(ticket, by=agent)
    assert (article.confidence, article.resolution) == ("wip", "")
    assert ticket.links.get().article == article
    actions.solve(ticket, by=agent)
    assert ticket.outcomes.get().outcome == "created"


def test_a_candidate_can_not_create_validated():  # acceptance: SC5.5
    with pytest.raises(BadValue):
        actions.create(
            make.ticket(), by=make.candidate(), resolution="x", confidence="validated"
        )


def test_the_draft_offers_the_words_one_searched_with_as_tags():
    ticket = make.ticket()
    assert actions.draft(ticket, searched="Drawer stuck T6")["tags"] == ["drawer", "stuck"]


def test_saving_asks_once_about_a_likely_duplicate_that_was_not_shown(client):
    """acceptance: improve/04: again before saving, with the text as it then is."""
    agent, ticket = make.contributor(), make.ticket(description="The drawer is stuck")
    twin = make.article(title="Drawer stuck", issue="The drawer is stuck", resolution="Oil it.")
    draft = {"title": "Drawer stuck", "issue": "The drawer is stuck", "resolution": "Oil it."}
    client.force_login(agent)
    address = f"/tickets/{ticket.number}/create/"
    asked = client.post(address, draft)
    assert asked.status_code == 200
    assert twin.number in asked.content.decode()
    assert "Nothing is saved yet" in asked.content.decode()
    assert not ticket.links.exists()
    saved = client.post(address, {**draft, "seen": f"{twin.number},"})
    assert saved.status_code == 302
    assert ticket.links.get().article != twin
