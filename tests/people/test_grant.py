"""Competency is granted, and its history kept; the roles beside it are changed."""

import pytest
from django.urls import reverse

from kcs.errors import BadValue, NotAllowed
from people import actions
from people.models import CompetencyGrant, User
from tests import make

pytestmark = pytest.mark.django_db


def test_a_grant_ends_the_one_before_and_keeps_it():
    admin, noa = make.administrator(), make.candidate()
    actions.grant(noa, competency="contributor", by=admin, evidence="Twelve good articles")
    noa.refresh_from_db()
    assert noa.competency == "contributor"
    newest, before = noa.grants.all()
    assert (newest.competency, newest.evidence) == ("contributor", "Twelve good articles")
    assert newest.revoked_at is None
    assert before.competency == "candidate"
    assert before.revoked_at is not None
    assert noa.events.first().detail == {"from": "candidate", "to": "contributor"}


def test_a_coach_grants_to_those_whom_they_coach_and_to_nobody_else():
    coach = make.publisher(is_coach=True)
    mine, another = make.candidate(coach=coach), make.candidate()
    actions.grant(mine, competency="contributor", by=coach)
    with pytest.raises(NotAllowed):
        actions.grant(another, competency="contributor", by=coach)
    with pytest.raises(NotAllowed):
        actions.grant(coach, competency="publisher", by=mine)


def test_there_are_three_competencies():
    with pytest.raises(BadValue):
        actions.grant(make.candidate(), competency="hero", by=make.administrator())


def test_an_administrator_grants_on_the_page_of_the_person(client):
    admin, noa = make.administrator(), make.candidate()
    client.force_login(admin)
    client.post(
        reverse("people:grant", args=[noa.pk]),
        {"competency": "publisher", "evidence": "Led the domain for a year"},
    )
    assert (
        "Led the domain for a year" in client.get(reverse("people:person", args=[noa.pk])).text
    )
    assert CompetencyGrant.objects.get(user=noa, revoked_at=None).competency == "publisher"


def test_the_new_rights_hold_at_once(client):
    noa = make.candidate()
    assert ("change", "others") not in noa.rights
    actions.grant(noa, competency="contributor", by=make.administrator())
    assert ("change", "others") in User.objects.get(pk=noa.pk).rights


def test_an_administrator_changes_team_and_roles_and_it_is_written_down(client):
    admin, noa, team = make.administrator(), make.candidate(), make.team("Payments")
    client.force_login(admin)
    asked = {"name": "Noa Levi", "email": "NOA@example.org", "team": team.pk, "is_coach": "on"}
    page = client.post(reverse("people:person", args=[noa.pk]), asked)
    assert page.status_code == 302
    noa.refresh_from_db()
    assert (noa.name, noa.email, noa.team, noa.is_coach) == (
        "Noa Levi",
        "noa@example.org",
        team,
        True,
    )
    assert noa.events.first().detail["team"] == {"from": "", "to": "Payments"}


def test_an_address_that_somebody_has_is_refused_beside_its_field(client):
    admin, noa, other = make.administrator(), make.candidate(), make.candidate()
    client.force_login(admin)
    asked = {"name": "Noa", "email": other.email.upper()}
    page = client.post(reverse("people:person", args=[noa.pk]), asked)
    assert page.status_code == 422
    assert "already has this e-mail address" in page.text


def test_a_person_has_no_way_to_change_their_own_competency(client):
    noa = make.candidate()
    client.force_login(noa)
    for name in ("person", "grant", "deactivate", "reset", "drop_second_step"):
        assert client.post(reverse(f"people:{name}", args=[noa.pk]), {}).status_code == 403


def test_an_administrator_is_always_staff():
    admin, noa = make.administrator(), make.candidate()
    actions.change_person(noa, by=admin, is_superuser=True)
    assert noa.is_staff
