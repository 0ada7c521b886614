"""The rights matrix: edited whole, by administrators, in force at once, and kept sane."""

import pytest
from django.urls import reverse

from kcs.errors import BadValue, NotAllowed, Stale
from people import actions
from people.models import Right, SiteEvent, User
from people.rights import DEFAULTS, KEPT, cells, default_rows, digest, explained, held
from tests import make

pytestmark = pytest.mark.django_db
PAGE = "/admin/people/right/"
WIP = ("candidate", "see", "wip")


def matrix(*gone, more=()):
    return (set(default_rows()) - set(gone)) | set(more)


def sent(wanted, **more):
    """What the browser sends: the ticked boxes, but for those that cannot be switched off."""
    boxes = [" ".join(cell) for cell in wanted - KEPT]
    return {"right": boxes, "base": digest(held()), **more}


def test_an_administrator_changes_the_matrix_and_it_is_written_down():
    admin = make.administrator()
    granted, revoked = actions.set_rights(
        by=admin, wanted=matrix(WIP, more=[("visitor", "see", "customer")])
    )
    assert (granted, revoked) == ({("visitor", "see", "customer")}, {WIP})
    assert held() == matrix(WIP, more=[("visitor", "see", "customer")])
    event = SiteEvent.objects.get(verb="rights")
    assert event.by == admin
    assert event.detail == {
        "granted": ["visitor see customer"],
        "revoked": ["candidate see wip"],
    }
    actions.set_rights(by=admin, wanted=held())
    assert SiteEvent.objects.count() == 1, "nothing moved, nothing is told"


def test_nobody_else_changes_it():
    for person in (make.publisher(), make.contributor(is_coach=True, is_staff=True)):
        with pytest.raises(NotAllowed):
            actions.set_rights(by=person, wanted=matrix(WIP))
    assert held() == matrix()


@pytest.mark.parametrize(
    "wanted",
    [
        matrix(more=[("candidate", "see", "everything")]),
        matrix(more=[("king", "see", "wip")]),
        matrix(more=[("visitor", "see", "internal")]),
        matrix(more=[("customer", "change", "others")]),
        matrix(("publisher", "change", "others")),
        matrix(("publisher", "see", "archived")),
        matrix(*[("candidate", "see", value) for value in DEFAULTS["candidate"]["see"]]),
    ],
)
def test_what_does_not_exist_or_makes_the_desk_stand_still_is_refused(wanted):
    with pytest.raises(BadValue) as refusal:
        actions.set_rights(by=make.administrator(), wanted=wanted)
    assert refusal.value.field == "rights"
    assert held() == matrix()


def test_two_administrators_do_not_overwrite_each_other():
    admin, base = make.administrator(), digest(held())
    actions.set_rights(by=admin, wanted=matrix(WIP), base=base)
    with pytest.raises(Stale):
        actions.set_rights(by=admin, wanted=matrix(), base=base)


def test_sc7_5_the_page_shows_every_right_in_words_and_saves_it(client):
    client.force_login(make.administrator())
    page = client.get(PAGE).text
    for cell in cells():
        assert f'value="{" ".join(cell)}"' in page
    assert "Candidate: see articles, Work in progress" in page
    saved = client.post(PAGE, sent(matrix(WIP)), follow=True)
    assert "It holds at once" in saved.text
    assert held() == matrix(WIP)


def test_sc7_1_the_page_is_for_administrators_alone(client):
    for person in (make.publisher(is_staff=True), make.candidate(is_coach=True)):
        client.force_login(person)
        assert client.get(PAGE).status_code == 403
        assert client.post(PAGE, sent(matrix(WIP))).status_code == 403
    assert held() == matrix()


def test_what_the_page_is_refused_stands_there_as_it_was_ticked(client):
    client.force_login(make.administrator())
    nothing = [("candidate", "see", value) for value in DEFAULTS["candidate"]["see"]]
    answer = client.post(PAGE, sent(matrix(*nothing, more=[("visitor", "see", "partner")])))
    assert answer.status_code == 422
    assert "they see nothing" in answer.text
    box = answer.text.split('value="visitor see partner"')[1].split(">")[0]
    assert "checked" in box
    stale = client.post(PAGE, sent(matrix(WIP), base="another"))
    assert stale.status_code == 412
    assert held() == matrix()


def test_the_defaults_are_proposed_and_come_back_when_they_are_saved(client):
    client.force_login(make.administrator())
    client.post(PAGE, sent(matrix(WIP)))
    page = client.get(f"{PAGE}?defaults=1")
    assert "Nothing is changed before you save" in page.text
    assert held() == matrix(WIP)
    client.post(PAGE, sent(matrix()))
    assert held() == matrix()


def test_programs_of_administrators_read_and_change_the_matrix(api):
    program = api(make.administrator())
    answer = program.get("rights/")
    told, tag = answer.json(), answer["ETag"]
    assert told["rights"]["candidate"]["confidence"] == ["not_validated", "wip"]
    told["rights"]["candidate"]["see"].remove("wip")
    assert program.call("PUT", "rights/", told, If_Match=tag).status_code == 200
    assert held() == matrix(WIP)
    assert program.call("PUT", "rights/", told, If_Match=tag).status_code == 412
    told["rights"]["king"] = {"see": ["wip"]}
    refused = program.call("PUT", "rights/", told)
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["rights"])
    for person in (make.publisher(is_staff=True), make.candidate(is_coach=True)):
        assert api(person).get("rights/").status_code == 403
        assert api(person).call("PUT", "rights/", told).status_code == 403


def test_sc7_3_the_effective_rights_of_a_person_are_shown_and_are_what_the_verbs_ask(client):
    admin, domain = make.administrator(), make.domain("pay")
    expert = make.candidate()
    actions.appoint(domain, experts=[expert], by=admin)
    Right.objects.filter(competency="contributor", aspect="change", value="others").delete()
    everybody = {
        "candidate": make.candidate(),
        "contributor": make.contributor(),
        "coach": make.candidate(is_coach=True),
        "expert": expert,
        "administrator": admin,
        "customer": make.customer(),
    }
    client.force_login(admin)
    for person in everybody.values():
        person = User.objects.get(pk=person.pk)
        shown = explained(person)
        count = sum(len(words) for _aspect, lines in shown for words, _roles in lines)
        assert count == len(person.rights)
        assert all(roles for _aspect, lines in shown for _words, roles in lines)
        for page in (
            reverse("people:person", args=[person.pk]),
            reverse("admin:people_user_change", args=[person.pk]),
        ):
            text = client.get(page).text
            for _aspect, lines in shown:
                for words, roles in lines:
                    assert ", ".join(words) in text
                    assert ", ".join(roles) in text
    lines = dict(explained(User.objects.get(pk=expert.pk)))["set confidence"]
    assert lines == [
        (["Work in progress", "Not validated"], ["Candidate", "Domain expert"]),
        (["Validated", "Archived"], ["Domain expert"]),
    ]
