"""Sending: replies carry articles, and only to whom they are meant for."""

import pytest

from articles import actions as article_actions
from kcs.errors import BadValue, Refused
from loops.solve import actions
from people.models import Notification
from tests import make
from tickets import actions as ticket_actions

pytestmark = pytest.mark.django_db


def test_a_reply_carries_the_article_and_keeps_the_version_sent():  # acceptance: reuse/07
    agent, article, ticket = make.contributor(), make.public_article(), make.ticket()
    link = actions.link(ticket, article, by=agent)
    article_actions.improve(article, by=make.publisher(), changes={"resolution": "Step two."})
    article.refresh_from_db()
    message = actions.send(ticket, by=agent, body="Try this.", articles=[article])
    link.refresh_from_db()
    sent = message.deliveries.get().version
    assert (link.version.number, link.delivered.number) == (1, 2)
    assert (sent.number, sent.resolution) == (2, "Step two.")


def test_what_was_delivered_is_still_known_after_the_article_is_archived():  # reuse/07
    agent, article, ticket = make.contributor(), make.public_article(), make.ticket()
    actions.send(ticket, by=agent, body="Try this.", articles=[article])
    article_actions.restate(article, by=make.publisher(), confidence="archived", reason="old")
    link = ticket.links.get()
    assert link.delivered.resolution == "Update the firmware."


def test_sending_links_what_it_carries():
    agent, article, ticket = make.contributor(), make.public_article(), make.ticket()
    actions.send(ticket, by=agent, body="Try this.", articles=[article])
    assert ticket.links.get().kind == "resolution"


@pytest.mark.parametrize(
    ("state", "audience"),
    [("validated", "internal"), ("validated", "partner"), ("not_validated", "internal")],
)
def test_an_article_the_requester_may_not_see_is_not_sent(state, audience):
    agent, ticket = make.contributor(), make.ticket()
    article = make.article(by=make.publisher(), confidence=state, audience=audience)
    with pytest.raises(BadValue, match=article.number):
        actions.send(ticket, by=agent, body="Try this.", articles=[article])
    assert not ticket.messages.exists()
    assert not ticket.links.exists()


def test_partners_are_sent_what_is_meant_for_partners():
    partner = make.organisation(is_partner=True)
    requester = ticket_actions.requester_for(
        email="p@partner.example", name="P", organisation=partner
    )
    ticket = make.ticket(requester=requester)
    article = make.public_article(audience="partner")
    actions.send(ticket, by=make.contributor(), body="Try this.", articles=[article])
    assert ticket.messages.count() == 1


def test_somebody_without_an_address_gets_public_articles_alone():
    anonymous = ticket_actions.requester_for(name="Somebody")
    ticket, agent = make.ticket(requester=anonymous), make.contributor()
    with pytest.raises(BadValue):
        actions.send(
            ticket, by=agent, body="x", articles=[make.public_article(audience="customer")]
        )
    actions.send(ticket, by=agent, body="x", articles=[make.public_article()])


def test_an_article_alone_brings_a_greeting_in_the_requesters_language():
    agent, article = make.contributor(), make.public_article()
    ticket = make.ticket(language="en")
    message = actions.send(ticket, by=agent, body="", articles=[article])
    assert "Maya" in message.body


def test_notes_stay_inside_and_carry_no_articles():
    agent, ticket = make.contributor(), make.ticket()
    note = actions.send(ticket, by=agent, body="He is furious", internal=True)
    assert note.internal
    with pytest.raises(BadValue):
        actions.send(
            ticket, by=agent, body="x", internal=True, articles=[make.public_article()]
        )


def test_an_empty_message_is_refused_in_words():
    with pytest.raises(BadValue, match="nothing to send"):
        actions.send(make.ticket(), by=make.contributor(), body="  \n ")


def test_the_first_reply_is_the_first_response_and_takes_the_ticket():
    agent, ticket = make.contributor(), make.ticket()
    first = actions.send(ticket, by=agent, body="One")
    actions.send(ticket, by=make.contributor(), body="Two")
    ticket.refresh_from_db()
    assert (ticket.first_response_at, ticket.assignee, ticket.state) == (
        first.at,
        agent,
        "open",
    )
    assert ticket.reply_count == 2


def test_a_mention_tells_the_colleague():
    agent, ted = make.contributor(), make.contributor(email="ted@example.org", name="Ted")
    ticket = make.ticket()
    actions.send(ticket, by=agent, body="@ted do you know this one?", internal=True)
    told = Notification.objects.get(user=ted)
    assert (told.kind, told.url) == ("mentioned", ticket.get_absolute_url())


def test_the_requesters_answer_wakes_a_pending_ticket():
    agent, ticket = make.contributor(), make.ticket()
    ticket_actions.pend(ticket, by=agent)
    actions.hear(ticket, body="Still broken")
    assert ticket.state == "open"
    assert Notification.objects.get(user=agent).kind == "replied"


def test_the_requesters_answer_opens_a_solved_ticket_and_ends_its_outcome():
    ticket = make.solved_ticket()
    actions.hear(ticket, body="It is back")
    ticket.refresh_from_db()
    assert (ticket.state, ticket.reopened_count) == ("open", 1)
    assert ticket.outcomes.get().ended_at is not None


def test_a_closed_ticket_takes_no_more_words():
    ticket = actions.close(make.solved_ticket())
    with pytest.raises(Refused, match="closed"):
        actions.hear(ticket, body="Hello?")
    with pytest.raises(Refused, match="closed"):
        actions.send(ticket, by=make.contributor(), body="Hello?")


def test_the_ticket_shows_both_versions_and_leads_to_what_changed(client):  # reuse/07
    agent, article, ticket = make.contributor(), make.public_article(), make.ticket()
    actions.send(ticket, by=agent, body="Try this.", articles=[article])
    article_actions.improve(article, by=make.publisher(), changes={"resolution": "Step two."})
    client.force_login(agent)
    page = client.get(ticket.get_absolute_url()).content.decode()
    assert "Version 1 was delivered; the article is at version 2 now" in page
    difference = f"/articles/{article.number}/compare/?from=1&amp;to=2"
    assert difference in page
    shown = client.get(difference.replace("&amp;", "&")).content.decode()
    assert "Update the firmware." in shown.replace("<del>", "").replace("</del>", "")
    sent = client.get(f"/articles/{article.number}/versions/1/").content.decode()
    assert "Update the firmware." in sent
