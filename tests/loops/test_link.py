"""Links: structured, many to many, removable, and the only thing that counts as reuse."""

import pytest

from articles import actions as article_actions
from articles.search import query as engine
from kcs.errors import NotAllowed, Refused
from loops.models import Link
from loops.solve import actions
from tests import make

pytestmark = pytest.mark.django_db


def reuse(article) -> int:
    article.refresh_from_db()
    return article.reuse_count


def test_many_tickets_meet_many_articles():  # acceptance: reuse/04
    agent = make.contributor()
    first, second = make.public_article(title="One"), make.public_article(title="Two")
    here, there = make.ticket(), make.ticket()
    for ticket, article in ((here, first), (here, second), (there, first)):
        actions.link(ticket, article, by=agent)
    assert {link.article for link in here.links.all()} == {first, second}
    assert {link.ticket for link in first.links.all()} == {here, there}
    assert (reuse(first), reuse(second)) == (2, 1)


def test_of_two_equal_articles_the_reused_one_ranks_higher():  # acceptance: reuse/04
    agent = make.contributor()
    words = {"title": "Drawer will not open", "issue": "The cash drawer stays shut"}
    plain, reused = make.public_article(**words), make.public_article(**words)
    other = make.ticket(subject="drawer stuck", description="cannot open my cash drawer")
    actions.link(other, reused, by=agent)
    found = engine.search("cash drawer does not open", user=agent).hits
    assert [hit.number for hit in found] == [reused.number, plain.number]


def test_an_address_in_a_note_is_no_link():  # acceptance: reuse/04
    agent, article, ticket = make.contributor(), make.public_article(), make.ticket()
    actions.send(ticket, by=agent, body=f"see {article.get_absolute_url()}", internal=True)
    assert reuse(article) == 0
    assert not ticket.links.exists()


def test_a_reference_is_told_apart_and_does_not_count():  # acceptance: reuse/03
    agent, article = make.contributor(), make.public_article()
    link = actions.link(make.ticket(), article, by=agent, kind="reference")
    assert reuse(article) == 0
    actions.set_kind(link, by=agent, kind="resolution")
    assert reuse(article) == 1
    actions.set_kind(link, by=agent, kind="reference")
    assert reuse(article) == 0


def test_linking_twice_is_one_link():
    agent, article, ticket = make.contributor(), make.public_article(), make.ticket()
    first = actions.link(ticket, article, by=agent)
    assert actions.link(ticket, article, by=agent) == first
    assert reuse(article) == 1


def test_a_link_can_be_removed_and_both_sides_remember_it():  # acceptance: reuse/05, SC3.7
    agent, article, ticket = make.contributor(), make.public_article(), make.ticket()
    link = actions.link(ticket, article, by=agent)
    actions.unlink(link, by=agent)
    assert reuse(article) == 0
    assert [e.verb for e in ticket.events.all()] == ["received", "linked", "unlinked"]
    assert article.events.filter(verb="unlinked", origin_id=ticket.number).count() == 1


def test_a_candidate_removes_own_links_and_not_others():  # acceptance: reuse/05
    candidate, article, ticket = make.candidate(), make.public_article(), make.ticket()
    own = actions.link(ticket, article, by=candidate)
    actions.unlink(own, by=candidate)
    others = actions.link(ticket, article, by=make.contributor())
    with pytest.raises(NotAllowed):
        actions.unlink(others, by=candidate)
    actions.unlink(others, by=make.contributor())


def test_an_archived_article_is_not_used():
    agent = make.contributor()
    article = make.article(by=agent)
    article_actions.restate(article, by=agent, confidence="archived", reason="old")
    with pytest.raises(Refused, match="archived"):
        actions.link(make.ticket(), article, by=agent)


def test_the_ticket_an_article_was_written_from_is_not_its_reuse():
    agent, ticket = make.contributor(), make.ticket()
    article = actions.create(ticket, by=agent)
    assert Link.objects.filter(article=article, ticket=ticket).exists()
    assert reuse(article) == 0
    actions.link(make.ticket(), article, by=agent)
    assert reuse(article) == 1


def test_the_words_of_a_linked_ticket_find_its_article_and_go_with_the_link():
    agent, article = make.contributor(), make.public_article()
    ticket = make.ticket(subject="hieroglyphics instead of a bill", description="")
    assert not engine.search("hieroglyphics", user=agent).hits
    link = actions.link(ticket, article, by=agent)
    assert [h.number for h in engine.search("hieroglyphics", user=agent).hits] == [
        article.number
    ]
    actions.unlink(link, by=agent)
    assert not engine.search("hieroglyphics", user=agent).hits


def test_a_private_teams_tickets_lend_no_words():
    agent, article = make.contributor(), make.public_article()
    secret = make.ticket(subject="quarrelsome payroll", team=make.team(private=True))
    actions.link(secret, article, by=agent)
    assert not engine.search("quarrelsome", user=agent).hits


def test_the_link_keeps_the_version_of_its_moment():  # acceptance: reuse/07
    agent = make.contributor()
    article = make.public_article()
    link = actions.link(make.ticket(), article, by=agent)
    article_actions.improve(
        article, by=make.contributor(), changes={"resolution": "Replace the cable."}
    )
    link.refresh_from_db()
    assert (link.version.number, link.delivered.number, link.article.version_number) == (
        1,
        1,
        2,
    )
    assert link.delivered.resolution == "Update the firmware."
