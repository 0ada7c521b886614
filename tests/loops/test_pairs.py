"""Pairs: found every night with their evidence, decided once; and the check while writing."""

import pytest

from articles import actions as article_actions
from articles.models import Article
from kcs.errors import BadValue, NotAllowed, Refused
from loops.duplicates import actions
from loops.models import Pair
from loops.solve import actions as solving
from tests import make
from tests.api.conftest import Program

pytestmark = pytest.mark.django_db

SAID = {
    "title": "Label printer prints symbols",
    "issue": "The Zebra label printer prints hieroglyphs instead of text.",
    "resolution": "Open the driver settings of the Zebra and choose ZPL as language.",
}
TWIN = {
    "title": "Hieroglyphs on labels of the Zebra printer",
    "issue": "Labels show hieroglyphs and symbols instead of text.",
    "resolution": "Choose ZPL as the language in the driver settings of the label printer.",
}
OTHERS = [
    ("Password expired", "The mail server asks for a password again.", "Reset it in the portal."),
    ("VPN is slow at home", "Video calls stutter over the tunnel.", "Choose the nearest gateway."),
    ("Invoice total is wrong", "Rounding of cents differs.", "Recalculate taxes by line."),
    ("Scanner beeps twice", "Barcodes are read two times.", "Disable the echo mode."),
]  # fmt: skip


@pytest.fixture
def expert():
    person = make.publisher(name="Dana Expert")
    make.domain("printing").experts.add(person)
    return person


@pytest.fixture
def twins(expert):
    """A7: two articles about one issue among others."""
    for title, issue, resolution in OTHERS:
        make.public_article(by=expert, title=title, issue=issue, resolution=resolution)
    old = make.public_article(by=expert, **SAID)
    return old, make.public_article(by=expert, **TWIN)


def open_pairs():
    return set(Pair.objects.filter(state="open").values_list("older__number", "newer__number"))


def test_sc6_2_the_planted_pair_is_found_with_its_evidence_and_no_other(twins):
    """SC6.2."""
    old, new = twins
    assert actions.find_pairs() == 1
    pair = Pair.objects.get()
    assert (pair.older, pair.newer) == (old, new)
    assert pair.likeness > 0.5
    assert {"hieroglyphs", "zpl"} & {word.lower() for word in pair.words}


def test_a_second_round_changes_nothing(twins):
    actions.find_pairs()
    before = list(
        Pair.objects.values("older", "newer", "likeness", "words", "state", "found_at")
    )
    actions.find_pairs()
    actions.find_pairs(everything=True)
    after = list(
        Pair.objects.values("older", "newer", "likeness", "words", "state", "found_at")
    )
    assert after == before


def test_a_later_article_is_compared_in_the_next_round(twins, expert):
    actions.find_pairs()
    third = make.public_article(by=expert, **{**SAID, "title": "Zebra label printer: symbols"})
    actions.find_pairs()
    assert third.number in {number for pair in open_pairs() for number in pair}


def test_tickets_solved_by_both_make_a_pair_of_texts_that_are_little_alike(expert):
    one = make.public_article(
        by=expert, title="Symbols on labels", issue="Zebra prints symbols"
    )
    two = make.public_article(
        by=expert,
        title="Choose ZPL on the Zebra",
        issue="Labels",
        resolution="Set ZPL, then print",
    )
    for title, issue, resolution in OTHERS:
        make.public_article(by=expert, title=title, issue=issue, resolution=resolution)
    agent = make.contributor()
    for _ in range(2):
        ticket = make.ticket()
        solving.link(ticket, one, by=agent)
        solving.link(ticket, two, by=agent)
    actions.find_pairs()
    assert Pair.objects.get().tickets == 2


def test_a_private_teams_tickets_are_nobodys_evidence(client, twins, expert):
    old, new = twins
    hidden = make.team(private=True)
    agent = make.contributor(team=hidden)
    for team in (hidden, hidden, None):
        ticket = make.ticket()
        ticket.team = team
        ticket.save()
        solving.link(ticket, old, by=agent)
        solving.link(ticket, new, by=agent)
    actions.find_pairs()
    assert Pair.objects.get().tickets == 0, "one ticket that everybody sees is too few"
    Pair.objects.update(tickets=3)
    client.force_login(expert)
    page = client.get("/duplicates/").content.decode()
    assert "Both were used for 1 ticket:" in page
    assert page.count("/tickets/KT-") == 1


def test_a_dismissed_pair_never_returns(twins, expert):
    """SC6.2: dismissed pairs do not return, whatever is written afterwards."""
    actions.find_pairs()
    pair = Pair.objects.get()
    with pytest.raises(BadValue):
        actions.dismiss(pair, by=expert, reason=" ")
    with pytest.raises(NotAllowed):
        actions.dismiss(pair, by=make.contributor(), reason="Different printers")
    actions.dismiss(pair, by=expert, reason="Different printers")
    article_actions.improve(twins[1], by=expert, changes={"issue": SAID["issue"]})
    actions.find_pairs()
    pair.refresh_from_db()
    assert (pair.state, pair.decided_by) == ("dismissed", expert)
    assert not open_pairs()
    with pytest.raises(Refused):
        actions.dismiss(pair, by=expert, reason="Again")


def test_what_is_alike_no_longer_or_archived_is_gone_and_may_come_back(twins, expert):
    _old, new = twins
    actions.find_pairs()
    article_actions.improve(
        new,
        by=expert,
        changes={"title": "Camera stays dark", "issue": "No picture", "resolution": "Open lid"},
    )
    actions.find_pairs()
    assert Pair.objects.get().state == "gone"
    article_actions.improve(new, by=expert, changes=TWIN)
    actions.find_pairs()
    assert Pair.objects.get().state == "open"
    article_actions.restate(new, by=expert, confidence="archived", reason="Old printer")
    actions.find_pairs()
    assert Pair.objects.get().state == "gone"


def test_different_languages_are_not_pairs(expert):
    make.public_article(by=expert, **SAID, language="en")
    make.public_article(by=expert, **SAID, language="de")
    assert actions.find_pairs() == 0


def test_a_merged_pair_is_merged_and_open_again_after_the_undo(twins, expert):
    actions.find_pairs()
    made = actions.merge(*twins, by=expert)
    actions.find_pairs()
    assert Pair.objects.get().state == "merged"
    actions.undo_merge(made, by=expert)
    actions.find_pairs()
    assert Pair.objects.get().state == "open"


def test_pairs_and_their_decision_on_the_page_and_in_the_api(
    client, twins, expert, django_assert_max_num_queries
):
    old, new = twins
    actions.find_pairs()
    client.force_login(expert)
    with django_assert_max_num_queries(15):
        page = client.get("/duplicates/").content.decode()
    assert old.title in page
    assert f"/articles/{old.number}/merge/{new.number}/" in page
    with django_assert_max_num_queries(15):
        client.get(f"/articles/{old.number}/merge/{new.number}/")
    with django_assert_max_num_queries(15):
        assert old.title in client.get("/admin/loops/pair/").content.decode()
    program = Program(expert)
    told = program.get("duplicates/").json()["results"][0]
    assert (told["older"]["number"], told["newer"]["number"]) == (old.number, new.number)
    pair = Pair.objects.get()
    refused = Program(make.contributor()).post(
        f"duplicates/{pair.pk}/dismiss/", {"reason": "Different"}
    )
    assert refused.status_code == 403
    assert program.post(f"duplicates/{pair.pk}/dismiss/", {"reason": ""}).status_code == 422
    client.post(f"/duplicates/{pair.pk}/dismiss/", {"reason": "Different printers"})
    assert old.title not in client.get("/duplicates/").content.decode()
    assert "Different printers" in client.get("/duplicates/?state=dismissed").content.decode()
    assert program.get("duplicates/").json()["results"] == []


def test_a_pair_is_dismissed_in_the_administration(client, twins, expert):
    actions.find_pairs()
    pair = Pair.objects.get()
    client.force_login(expert)
    where = f"/admin/loops/pair/{pair.pk}/change/"
    refused = client.post(where, {"act": "dismiss", "reason": ""})
    assert refused.status_code == 422
    client.post(where, {"act": "dismiss", "reason": "Different printers"})
    pair.refresh_from_db()
    assert pair.state == "dismissed"


def test_an_expert_finds_what_an_article_could_be_merged_with(client, twins, expert):
    old, new = twins
    client.force_login(expert)
    page = client.get(f"/articles/{old.number}/merge/").content.decode()
    assert new.title in page
    led = client.get(f"/articles/{new.number}/merge/", {"with": old.number})
    assert led.headers["Location"] == f"/articles/{old.number}/merge/{new.number}/"
    assert client.get(f"/articles/{old.number}/merge/", {"with": "KB-9"}).status_code == 404


# While writing, and before saving ---------------------------------------------------------------

DRAFT = {"title": "Something new", "issue": "Nothing known", "resolution": "Wait"}


@pytest.mark.parametrize("part", ["cause", "environment", "resolution"])
def test_improve_04_every_part_feeds_the_look_for_duplicates(client, twins, expert, part):
    """improve/04, SC5.4, SC1.12: the only shared rare word stands in one part alone."""
    a1 = make.public_article(by=expert, title="Terminal stops", cause="Flux capacitor worn out")
    draft = {**DRAFT, part: "The capacitor"}
    found = Program(make.candidate()).post("articles/duplicates/", draft).json()["results"]
    assert a1.number in [hit["number"] for hit in found[:3]]
    client.force_login(make.candidate())
    page = client.post("/articles/duplicates/", draft).content.decode()
    assert a1.number in page
    beside = client.post(f"/tickets/{make.ticket().number}/duplicates/", draft)
    assert a1.number in beside.content.decode()


def test_improve_04_further_parts_of_the_template_feed_it_too(client, twins, expert):
    """improve/04, structure/05: what an administrator's part says is compared as well."""
    from articles.models import Template

    template = Template.objects.create(
        name="With workaround", parts=[{"key": "workaround", "label": "Workaround"}]
    )
    a1 = make.public_article(by=expert, title="Terminal stops", cause="Flux capacitor worn out")
    draft = {**DRAFT, "template": template.pk, "parts-workaround": "Change the capacitor"}
    client.force_login(make.candidate())
    assert a1.number in client.post("/articles/duplicates/", draft).content.decode()
    draft = {**DRAFT, "parts": {"workaround": "Change the capacitor"}}
    found = Program(make.candidate()).post("articles/duplicates/", draft).json()["results"]
    assert a1.number in [hit["number"] for hit in found[:3]]


def test_sc5_4_right_before_saving_the_newest_text_is_asked_about(client, twins):
    """improve/04, SC5.4: the twin is in the top 3, and saving stays possible."""
    old, new = twins
    client.force_login(make.candidate())
    draft = {**SAID, "template": "", "language": "en", "confidence": "wip",
             "audience": "internal", "governance": "experience"}  # fmt: skip
    asked = client.post("/articles/new/", draft | {"do": "save"}).content.decode()
    assert "Is it one of these?" in asked
    assert old.number in asked
    assert not Article.objects.filter(title=SAID["title"]).exclude(pk=old.pk).exists()
    saved = client.post("/articles/new/", draft | {"seen": f"{old.number},{new.number}"})
    assert saved.status_code == 302


def test_improve_04_an_edit_that_made_a_twin_is_asked_about_once_before_saving(client, twins):
    """improve/04: the same for an article that exists; it is not its own duplicate."""
    old, new = twins
    by = make.publisher()
    article = make.article(by=by, title="Camera stays dark", issue="No picture")
    client.force_login(by)
    where = f"/articles/{article.number}/edit/"
    edited = {**SAID, "base": article.version_number, "do": "save"}
    asked = client.post(where, edited).content.decode()
    assert "Is it one of these?" in asked
    assert old.number in asked
    article.refresh_from_db()
    assert article.title == "Camera stays dark"
    client.post(where, edited | {"seen": f"{old.number},{new.number}"})
    article.refresh_from_db()
    assert article.title == SAID["title"]
    # It is alike now and everybody knows: a small change is not asked about again.
    again = {**SAID, "cause": "The driver", "base": article.version_number, "do": "save"}
    assert client.post(where, again).status_code == 302
