"""Two articles become one: nothing is lost, every ticket stays proved, and it can be undone."""

import pytest

from articles import actions as article_actions
from articles.models import Article
from kcs.errors import NotAllowed, Refused, Stale
from loops.duplicates import actions
from loops.models import Link, Merge, Outcome
from loops.solve import actions as solving
from tests import make
from tests.api.conftest import Program

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


# Through the doors ------------------------------------------------------------------------------


def page_of(old, new):
    return f"/articles/{old.number}/merge/{new.number}/"


def fields(client, old, new):
    """What a browser would send back, without JavaScript."""
    from loops.duplicates.forms import Sides

    assert client.get(page_of(old, new)).status_code == 200
    sides = Sides(old, new)
    sent = {"base-older": sides.base_older, "base-newer": sides.base_newer, "do": "merge"}
    for side in sides.parts:
        sent[f"choose-{side.key}"] = side.chosen
        sent[f"older-{side.key}"] = side.older
        sent[f"newer-{side.key}"] = side.newer
    return sent


def test_sc6_3_an_expert_merges_on_the_page_and_undoes_it_there(client, a7, expert):
    """SC6.1, SC6.3, SC6.4: both are seen together; the older stays; its tickets lead to it."""
    old, new, tickets = a7
    client.force_login(expert)
    assert client.get(f"/articles/{new.number}/merge/{old.number}/").headers["Location"] == (
        page_of(old, new)
    )
    sent = fields(client, old, new) | {
        "choose-title": "newer",
        "choose-resolution": "both",
        "older-resolution": "1. Open the settings.\n2. Choose ZPL II.",
    }
    answer = client.post(page_of(old, new), sent, follow=True)
    old.refresh_from_db()
    assert old.title == "Hieroglyphs on labels"
    assert old.resolution == (
        "1. Open the settings.\n2. Choose ZPL II.\n\nSwitch the printer to ZPL in the driver."
    )
    assert old.links.count() == 4
    assert "Undo the merge" in answer.content.decode()
    gone = client.get(f"/articles/{new.number}/")
    assert (gone.status_code, gone.headers["Location"]) == (301, old.get_absolute_url())
    assert "no-store" in gone.headers["Cache-Control"]
    stays = client.get(f"/articles/{new.number}/?stay=1").content.decode()
    assert "Switch the printer to ZPL in the driver." in stays
    assert (
        f"/articles/{old.number}/" in client.get("/search/", {"q": new.number}).content.decode()
    )
    shown = client.get(f"/tickets/{tickets[3].number}/").content.decode()
    assert old.number in shown
    assert f"{new.number} v1" in shown
    client.post(f"/merges/{Merge.objects.get().pk}/undo/")
    assert client.get(f"/articles/{new.number}/").status_code == 200
    old.refresh_from_db()
    assert old.title == "Label printer prints symbols"


def test_readers_outside_are_led_on_where_they_may_read(client, expert):
    old = make.public_article(by=expert, title="Older words")
    secret = make.article(title="Internal words")
    public = make.public_article(by=expert, title="Newer words")
    other = make.article(by=expert, title="Another internal one")
    actions.merge(old, public, by=expert)
    actions.merge(secret, other, by=expert)
    assert (
        client.get(f"/articles/{public.number}/").headers["Location"] == old.get_absolute_url()
    )
    assert client.get(f"/articles/{other.number}/").status_code == 404
    reader = Program(make.customer())
    led = reader.get(f"articles/{public.number}/")
    assert (led.status_code, led.headers["Location"]) == (
        301,
        f"/api/v1/articles/{old.number}/",
    )
    assert reader.get(f"articles/{other.number}/").status_code == 404


def test_a_contributor_is_refused_at_every_door(client, a7):
    old, new, _ = a7
    person = make.contributor()
    client.force_login(person)
    assert client.get("/duplicates/").status_code == 403
    assert client.get(page_of(old, new)).status_code == 403
    assert client.post(page_of(old, new), {"do": "merge"}).status_code == 403
    program = Program(person)
    assert program.get("duplicates/").status_code == 403
    refused = program.post(f"articles/{new.number}/merge/", {"into": old.number})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    assert client.get("/admin/loops/pair/").status_code in (302, 403)
    assert not Merge.objects.exists()


def test_improve_06_both_are_edited_together_and_what_others_saved_is_not_lost(
    client, a7, expert
):
    """improve/06: a passage is copied across, both are saved, no lock, no lost update."""
    old, new, _ = a7
    client.force_login(expert)
    sent = fields(client, old, new) | {
        "do": "save",
        "older-cause": "The codepage, or the driver.",
        "newer-cause": "The driver.",
    }
    client.post(page_of(old, new), sent)
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.cause, new.cause) == ("The codepage, or the driver.", "The driver.")
    article_actions.improve(new, by=make.publisher(), changes={"issue": "Saved meanwhile"})
    stale = client.post(
        page_of(old, new), sent | {"do": "merge", "older-title": "My new title"}
    )
    assert stale.status_code == 412
    kept = stale.content.decode()
    assert "My new title" in kept
    assert "Saved meanwhile" in kept
    assert not Merge.objects.exists()
    sent |= {"base-older": old.version_number, "base-newer": new.version_number}
    assert client.post(page_of(old, new), sent | {"do": "merge"}).status_code == 302


def test_what_was_typed_into_the_text_that_is_not_taken_is_kept_as_a_version(
    client, a7, expert
):
    old, new, _ = a7
    client.force_login(expert)
    sent = fields(client, old, new) | {
        "choose-resolution": "older",
        "newer-resolution": "Typed and then not taken",
    }
    client.post(page_of(old, new), sent)
    assert new.versions.filter(resolution="Typed and then not taken").exists()


def test_sc6_in_the_api(a7, expert):
    """SC6.2, SC6.3, SC6.4, reuse/07 after a merge."""
    old, new, tickets = a7
    program = Program(expert)
    made = program.post(
        f"articles/{old.number}/merge/", {"into": new.number, "cause": "Driver", "note": "Same"}
    )
    assert made.status_code == 200, made.json()
    told = made.json()
    assert (told["number"], told["cause"], told["reuse_count"]) == (old.number, "Driver", 4)
    gone = program.get(f"articles/{new.number}/").json()
    assert (gone["merged_into"], gone["confidence"]) == (old.number, "archived")
    link = program.get(f"tickets/{tickets[3].number}/").json()["links"][0]
    assert link["article"] == old.number
    assert (link["article_delivered"], link["version_delivered"]) == (new.number, 1)
    assert link["version_current"] == told["version"]
    again = program.post(f"articles/{old.number}/merge/", {"into": new.number})
    assert (again.status_code, again.json()["code"]) == (409, "merged")
    undone = program.post(f"merges/{told['merge']}/undo/")
    assert undone.json()["undone_by"]["email"] == expert.email
    assert program.get(f"articles/{new.number}/").json()["merged_into"] is None
    assert Program(make.contributor()).post(f"merges/{told['merge']}/undo/").status_code in (
        403,
        409,
    )


def test_a_merge_in_the_api_begins_from_what_was_read(a7, expert):
    old, new, _ = a7
    stale = Program(expert).post(
        f"articles/{old.number}/merge/", {"into": new.number, "bases": {new.number: 7}}
    )
    assert (stale.status_code, stale.json()["current"][old.number]["version"]) == (412, 1)


def test_an_expert_merges_and_undoes_in_the_administration(client, a7, expert):
    """SC:6 in the admin."""
    from loops.models import Pair

    old, new, _ = a7
    pair = Pair.objects.create(older=old, newer=new, likeness=0.8, words=["zpl"])
    client.force_login(expert)
    listed = client.get("/admin/loops/pair/").content.decode()
    assert old.title in listed
    client.post(f"/admin/loops/pair/{pair.pk}/change/", {"act": "merge", "reason": ""})
    pair.refresh_from_db()
    assert pair.state == "merged"
    made = Merge.objects.get()
    assert client.get(f"/admin/loops/merge/{made.pk}/change/").status_code == 200
    client.post(f"/admin/loops/merge/{made.pk}/change/", {"undo": "on"})
    made.refresh_from_db()
    pair.refresh_from_db()
    assert made.undone_by == expert
    assert pair.state == "open"


def test_counts_of_an_import_are_those_of_the_verbs(a7, expert):
    """A recount of everything finds nothing to mend after a merge."""
    from loops.intake import recount

    old, new, _ = a7
    person = make.customer()
    for article in (old, new):
        article_actions.rate(article, by=person, helpful=True)
        article_actions.view(article, by=person)
    actions.merge(old, new, by=expert)
    before = (state(old), state(new))
    assert before[0]["helped_count"] == 1
    assert before[0]["view_count"] == 2
    recount.counters()
    assert (state(old), state(new)) == before


# At the same time ---------------------------------------------------------------------------------


def at_once(*jobs):
    """Run these in threads of their own, as near to one moment as it goes; what each answered."""
    import threading

    from django.db import connection

    start, answers = threading.Barrier(len(jobs)), [None] * len(jobs)

    def run(place, job):
        try:
            start.wait()
            answers[place] = job()
        except Refused as refusal:
            answers[place] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive(), "a deadlock"
    return answers


def again(model, thing):
    return model.objects.get(pk=thing.pk)


@pytest.mark.django_db(transaction=True)
def test_two_merge_the_same_pair_at_once_and_one_wins():
    one, two = make.publisher(), make.publisher()
    old, new = make.public_article(by=one), make.public_article(by=one, title="Newer words")
    answers = at_once(
        lambda: actions.merge(again(Article, old), again(Article, new), by=one),
        lambda: actions.merge(again(Article, new), again(Article, old), by=two),
    )
    assert sorted(type(a).__name__ for a in answers) == ["Merge", "Refused"]
    assert Merge.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_chain_is_made_at_once_without_a_deadlock():
    by = make.publisher()
    a, b, c = (make.public_article(by=by, title=f"Words {n}") for n in "abc")
    ticket = used(c, by)
    answers = at_once(
        lambda: actions.merge(again(Article, a), again(Article, b), by=by),
        lambda: actions.merge(again(Article, b), again(Article, c), by=by),
    )
    assert any(isinstance(answer, Merge) for answer in answers)
    for article in (b, c):
        article.refresh_from_db()
    end = c.merged_into or c
    assert ticket.links.get().article == end
    assert end.merged_into is None


@pytest.mark.django_db(transaction=True)
def test_linking_and_improving_while_merging_lose_nothing():
    by = make.publisher()
    old, new = make.public_article(by=by), make.public_article(by=by, title="Newer words")
    first, second = used(new, by), make.searched(make.ticket(), by=by)
    merged, _linked, improved = at_once(
        lambda: actions.merge(again(Article, old), again(Article, new), by=by),
        lambda: solving.link(second, again(Article, new), by=by),
        lambda: article_actions.improve(
            again(Article, new), by=by, changes={"cause": "Written meanwhile"}, base=1
        ),
    )
    assert isinstance(merged, Merge)
    assert first.links.get().article == old
    assert not Link.objects.filter(article=new).exists()
    written = new.versions.filter(cause="Written meanwhile").exists()
    assert written or isinstance(improved, Refused)
    old.refresh_from_db()
    assert not written or "Written meanwhile" in old.cause


def test_whoever_was_writing_in_the_one_that_went_keeps_the_text(client, a7, expert):
    old, new, _ = a7
    actions.merge(old, new, by=expert)
    client.force_login(expert)
    kept = client.post(
        f"/articles/{new.number}/edit/",
        {"title": new.title, "cause": "Typed before the merge", "base": 1, "do": "save"},
    )
    assert kept.status_code == 409
    assert "Typed before the merge" in kept.content.decode()
    assert f"merged into {old.number}" in kept.content.decode()
