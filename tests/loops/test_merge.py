"""Two articles become one: nothing is lost, every ticket stays proved, and it can be undone."""

import pytest

from articles import actions as article_actions
from articles.models import Article
from kcs.errors import NotAllowed, Refused, Stale
from loops.duplicates import actions
from loops.models import Link, Merge, Outcome
from loops.solve import actions as solving
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def expert():
    """A domain expert: what scenario SC:6 is done by."""
    person = make.contributor(name="Dana Expert")
    domain = make.domain("printing")
    domain.experts.add(person)
    return person


@pytest.fixture
def a7(expert):
    """Fixture A7: the older with 3 incidents, the newer with 2, one of them common: 4 in all."""
    old = make.public_article(
        by=expert,
        title="Label printer prints symbols",
        issue="Labels show symbols.",
        environment="Zebra ZD420",
        resolution="1. Open the settings.\n2. Choose ZPL.",
        cause="The codepage.",
        tags=["labels"],
    )
    new = make.public_article(
        by=make.publisher(),
        title="Hieroglyphs on labels",
        issue="Labels show symbols instead of text.",
        environment="Zebra ZD420",
        resolution="Switch the printer to ZPL in the driver.",
        tags=["labels", "zebra"],
    )
    agent = make.contributor()
    common = used(old, agent)
    tickets = [common, used(old, agent), used(old, agent), used(new, agent)]
    solving.reopen(common, by=agent)
    solving.link(common, new, by=agent)
    solving.solve(common, by=agent)
    for article in (old, new):
        article.refresh_from_db()
    return old, new, tickets


def used(article, agent):
    ticket = make.searched(make.ticket(), by=agent)
    solving.send_and_solve(ticket, by=agent, body="See this.", articles=[article])
    return ticket


def proofs():
    """What every solved ticket lacks for its outcome: nothing, always."""
    from loops.solve import gate

    return [
        (
            o.ticket.number,
            [m.code for m in gate.missing(o.ticket, o.outcome, reason=o.reason)[0]],
        )
        for o in Outcome.objects.filter(ended_at=None).select_related("ticket")
    ]


def links():
    return sorted(
        Link.objects.values_list(
            "ticket", "article", "version", "delivered", "kind", "by", "at"
        )
    )


def state(article):
    article.refresh_from_db()
    names = (
        "confidence", "audience", "tags", "merged_into_id", "reuse_count", "last_reused_at",
        "helped_count", "view_count", "open_flags", "environment_facets", "archived_reason",
    )  # fmt: skip
    return {**article.words(), **{name: getattr(article, name) for name in names}}


def test_improve_05_the_older_survives_with_all_incidents_and_the_chosen_text(a7, expert):
    """improve/05, SC6.3: whichever way it is called, the older one stays."""
    old, new, tickets = a7
    made = actions.merge(
        new, old, by=expert, words={"resolution": "Choose ZPL.", "title": old.title}
    )
    old.refresh_from_db()
    new.refresh_from_db()
    assert (made.kept, made.gone) == (old, new)
    assert old.resolution == "Choose ZPL."
    assert set(Link.objects.values_list("ticket", "article")) == {
        (t.pk, old.pk) for t in tickets
    }
    assert old.reuse_count == 4
    assert (new.confidence, new.merged_into, new.reuse_count) == ("archived", old, 0)
    assert old.tags == ["labels", "zebra"]
    assert old.events.filter(verb="merged", origin_id=new.number).exists()
    assert new.events.filter(verb="merged_away").exists()
    assert new.events.filter(verb="confidence", by=expert).exists()
    assert all(not lacking for _, lacking in proofs())


def test_without_a_choice_both_texts_are_there_and_nothing_twice(a7, expert):
    old, new, _ = a7
    actions.merge(old, new, by=expert)
    old.refresh_from_db()
    assert old.resolution.startswith("1. Open the settings.")
    assert old.resolution.endswith("Switch the printer to ZPL in the driver.")
    assert old.environment == "Zebra ZD420"
    assert old.title == "Label printer prints symbols"


def test_what_was_internal_does_not_leave_by_a_merge(expert):
    old = make.public_article(by=expert, title="Old printer text", resolution="Do this.")
    new = make.article(title="New printer text", resolution="The master password is 7.")
    actions.merge(old, new, by=expert)
    old.refresh_from_db()
    assert "master password" in old.resolution
    assert "master password" not in old.said_outside()["resolution"]


def test_undo_restores_both(a7, expert):
    """improve/05: links, counts, tags and texts exactly as before; nothing is lost."""
    old, new, _ = a7
    article_actions.rate(new, by=make.customer(), helpful=True, comment="Thanks")
    article_actions.flag(new, by=make.contributor(), kind="unclear", note="Which driver?")
    article_actions.view(new, by=None)
    before = (links(), state(old), state(new))
    made = actions.merge(old, new, by=expert)
    assert state(old)["helped_count"] == 1
    assert state(old)["open_flags"] == 1
    assert old.feedback.count() == 1
    actions.undo_merge(made, by=expert)
    assert (links(), state(old), state(new)) == before
    assert old.versions.count() == 3
    assert all(not lacking for _, lacking in proofs())


def test_links_made_since_stay_with_the_survivor(a7, expert):
    old, new, _ = a7
    made = actions.merge(old, new, by=expert)
    agent = make.contributor()
    old.refresh_from_db()
    later = used(old, agent)
    actions.undo_merge(made, by=expert)
    assert later.links.get().article == old
    assert Link.objects.filter(article=old).count() == 4
    assert Link.objects.filter(article=new).count() == 2


def test_what_was_written_since_survives_the_undo(a7, expert):
    old, new, _ = a7
    made = actions.merge(
        old, new, by=expert, words={"resolution": "Both.", "cause": "Both causes"}
    )
    old.refresh_from_db()
    article_actions.improve(old, by=expert, changes={"cause": "Found the real cause"})
    actions.undo_merge(made, by=expert)
    old.refresh_from_db()
    assert old.cause == "Found the real cause"
    assert old.resolution == "1. Open the settings.\n2. Choose ZPL."


@pytest.mark.parametrize("outcome", ["created", "improved", "flagged", "reused"])
def test_a_solved_ticket_stays_proved_there_and_back(outcome, expert):
    """The gate: evidence that was made of the article that goes is evidence for the other."""
    old = make.public_article(by=expert, title="Old words of it")
    agent = make.publisher()
    ticket = make.searched(make.ticket(), by=agent)
    if outcome == "created":
        new = solving.create(ticket, by=agent, title="New words", resolution="Do it.")
    else:
        new = make.public_article(by=expert, title="New words")
    if outcome == "improved":
        solving.improve(ticket, new, by=agent, changes={"cause": "Found"})
    elif outcome == "flagged":
        solving.flag(ticket, new, by=agent, kind="unclear", note="Which?")
    else:
        solving.link(ticket, new, by=agent)
    solving.solve(ticket, by=agent)
    assert Outcome.objects.get(ticket=ticket).outcome == outcome
    made = actions.merge(old, new, by=expert)
    assert proofs() == [(ticket.number, [])]
    link = ticket.links.get()
    with pytest.raises(Refused):
        solving.unlink(link, by=expert)
    actions.undo_merge(made, by=expert)
    assert proofs() == [(ticket.number, [])]
    assert ticket.links.get().article == new


def test_a_ticket_solved_after_the_merge_is_proved_by_what_came_before(expert):
    """created: the article went into another before its ticket was solved."""
    old = make.public_article(by=expert, title="Old words of it")
    agent = make.publisher()
    ticket = make.searched(make.ticket(), by=agent)
    new = solving.create(ticket, by=agent, title="New words", resolution="Do it.")
    made = actions.merge(old, new, by=expert)
    solving.solve(ticket, by=agent, outcome="created")
    old.refresh_from_db()
    assert old.reuse_count == 0, "the ticket it was written from is not reuse"
    actions.undo_merge(made, by=expert)
    assert proofs() == [(ticket.number, [])]


def test_the_better_link_of_two_is_kept_and_the_other_comes_back(expert):
    agent = make.contributor()
    old, new = (
        make.public_article(by=expert),
        make.public_article(by=expert, title="Newer words"),
    )
    ticket = make.searched(make.ticket(), by=agent)
    solving.link(ticket, old, by=agent, kind="reference")
    solving.send_and_solve(ticket, by=agent, body="This one.", articles=[new])
    before = links()
    made = actions.merge(old, new, by=expert)
    link = ticket.links.get()
    assert (link.article, link.kind, link.delivered.article) == (old, "resolution", new)
    actions.undo_merge(made, by=expert)
    assert links() == before


def test_open_suggestions_go_on_where_they_can_be_decided(a7, expert):
    old, new, _ = a7
    suggestion = article_actions.suggest(
        new, by=make.candidate(), changes={"cause": "The driver was updated."}
    )
    made = actions.merge(old, new, by=expert, words={"resolution": "Choose ZPL."})
    suggestion.refresh_from_db()
    assert suggestion.article == old
    assert suggestion.resolution == "Choose ZPL."
    actions.undo_merge(made, by=expert)
    suggestion.refresh_from_db()
    assert (suggestion.article, suggestion.resolution) == (new, new.resolution)
    assert article_actions.accept(suggestion, by=expert).cause == "The driver was updated."


def test_translations_that_the_survivor_lacks_come_along_and_go_back(a7, expert):
    old, new, _ = a7
    article_actions.translate(
        new, by=expert, language="he", changes={"title": "סמלים", "resolution": "בחרו"}
    )
    made = actions.merge(old, new, by=expert)
    assert old.translations.get().title == "סמלים"
    assert old.versions.filter(language="he", title="סמלים").exists()
    actions.undo_merge(made, by=expert)
    assert not old.translations.exists()
    there = new.translations.get()
    assert new.versions.get(number=there.version_number).title == "סמלים"


def test_chains_lead_to_the_end_and_are_undone_from_it(expert):
    a, b, c = (make.public_article(by=expert, title=f"Words {n}") for n in "abc")
    ticket = used(c, make.contributor())
    first = actions.merge(b, c, by=expert)
    second = actions.merge(a, b, by=expert)
    c.refresh_from_db()
    assert c.merged_into == a
    assert ticket.links.get().article == a
    with pytest.raises(Refused, match="itself been merged"):
        actions.undo_merge(first, by=expert)
    actions.undo_merge(second, by=expert)
    c.refresh_from_db()
    assert c.merged_into == b
    actions.undo_merge(first, by=expert)
    c.refresh_from_db()
    assert (c.merged_into, ticket.links.get().article) == (None, c)


def test_an_undone_merge_cannot_be_undone_twice(a7, expert):
    made = actions.merge(*a7[:2], by=expert)
    actions.undo_merge(made, by=expert)
    with pytest.raises(Refused, match="undone already"):
        actions.undo_merge(made, by=expert)


def test_who_may_not_merge_is_refused_and_nothing_happens(a7):
    old, new, _ = a7
    for person in (make.contributor(), make.candidate()):
        with pytest.raises(NotAllowed):
            actions.merge(old, new, by=person)
    assert not Merge.objects.exists()


def test_compliance_holds(expert):
    """Only a named editor changes a validated article under compliance, by a merge either."""
    old = make.public_article(by=make.publisher(), governance="compliance")
    new = make.public_article(by=expert, title="Newer words")
    with pytest.raises(NotAllowed):
        actions.merge(old, new, by=expert)


def test_who_saved_meanwhile_is_not_written_over(a7, expert):
    old, new, _ = a7
    bases = {old.number: old.version_number, new.number: new.version_number}
    article_actions.improve(new, by=make.publisher(), changes={"cause": "Just found"})
    with pytest.raises(Stale) as stale:
        actions.merge(old, new, by=expert, words={"cause": "Mine"}, bases=bases)
    assert stale.value.current[new.number]["cause"] == "Just found"


def test_different_languages_are_translations_and_not_duplicates(expert):
    one = make.article(by=expert, language="en")
    with pytest.raises(Refused, match="different languages"):
        actions.merge(one, make.article(by=expert, language="he"), by=expert)


def test_an_article_that_went_is_written_to_by_nobody(a7, expert):
    old, new, _ = a7
    actions.merge(old, new, by=expert)
    with pytest.raises(Refused, match=old.number):
        article_actions.improve(new, by=expert, changes={"cause": "Late"})
    with pytest.raises(Refused, match=old.number):
        solving.link(make.ticket(), new, by=expert)
    with pytest.raises(Refused, match=old.number):
        actions.merge(old, new, by=expert)
    assert not Article.objects.changeable_by(expert).filter(pk=new.pk).exists()
