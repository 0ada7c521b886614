"""Competencies are proposed with the evidence of that day, granted, declined, taken back."""

import pytest
from django.urls import reverse

from kcs.errors import BadValue, NotAllowed, Refused
from loops.coaching import access, packets
from loops.models import Proposal
from people import actions as people_actions
from people.models import Notification, PersonEvent
from tests import make

pytestmark = pytest.mark.django_db
WHY = "Writes so that others find it"


def proposed(person=None):
    person = person or make.coachee("candidate")
    return packets.propose(person, competency="contributor", reason=WHY, by=person.coach)


def test_the_evidence_is_frozen_with_its_n_and_intervals():
    person = make.coachee("candidate")
    samples = [make.reviewed(person), make.reviewed(person, kind="process")]
    make.solved_ticket(by=make.contributor(), article=samples[0].article)
    made = proposed(person)
    told = made.evidence
    assert told["figures"]["content_standard"] == {
        "n": 1, "value": 1.0, "low": pytest.approx(0.2065, abs=0.001), "high": 1.0,
    }  # fmt: skip
    assert told["verdicts"]["process"] == {"state": "go_on", "n": 1, "passed": 1}
    assert told["samples"] == sorted(one.pk for one in samples)
    assert told["reuse_by_others"] == {"articles": 1, "colleagues": 1}
    assert told["days_held"] == 0
    make.reviewed(person, findable="no")
    made.refresh_from_db()
    assert made.evidence["figures"]["content_standard"]["n"] == 1
    assert Notification.objects.get(user=person, kind="proposed").text == WHY


def test_only_the_own_coach_proposes_and_one_at_a_time(client):
    person = make.coachee("candidate")
    for other in (make.coach(), person.team.manager, make.administrator(), person):
        with pytest.raises(NotAllowed):
            packets.propose(person, competency="contributor", reason=WHY, by=other)
    client.force_login(person.coach)
    page = reverse("coaching:propose", args=[person.pk])
    sent = {"competency": "contributor", "reason": WHY}
    assert client.post(page, {**sent, "reason": " "}).status_code == 422
    assert client.post(page, sent).status_code == 302
    again = client.post(page, sent)
    assert again.status_code == 409
    assert Proposal.objects.count() == 1


def test_the_coach_grants_and_the_history_names_the_packet_but_not_the_results(client):
    made = proposed()
    person = made.person
    client.force_login(person.coach)
    url = reverse("coaching:decide", args=[made.pk])
    assert client.post(url, {"granted": "yes", "answer": "Well done"}).status_code == 302
    made.refresh_from_db()
    person.refresh_from_db()
    assert (made.state, made.decided_by, person.competency) == (
        "granted", person.coach, "contributor",
    )  # fmt: skip
    evidence = person.grants.first().evidence
    assert f"Proposal {made.pk}" in evidence
    assert WHY not in evidence
    assert evidence in client.get(reverse("coaching:person", args=[person.pk])).text
    with pytest.raises(Refused, match="decided"):
        packets.decide(made, by=person.coach, granted=False, answer="No")


def test_declining_needs_an_answer_which_the_person_reads(client):
    made = proposed()
    with pytest.raises(BadValue, match="Say why not"):
        packets.decide(made, by=made.person.coach, granted=False)
    packets.decide(made, by=made.person.coach, granted=False, answer="Ten more links first")
    client.force_login(made.person)
    assert "Ten more links first" in client.get(reverse("coaching:me")).text
    assert made.person.competency == "candidate"


def test_nobody_decides_about_themselves_or_about_strangers(client):
    made = proposed()
    person = made.person
    for other in (person, person.team.manager, make.coach(), make.administrator()):
        with pytest.raises(NotAllowed):
            packets.decide(made, by=other, granted=True)
    client.force_login(make.coach())
    url = reverse("coaching:decide", args=[made.pk])
    assert client.post(url, {"granted": "yes"}).status_code == 404


def test_an_administrator_decides_once_the_results_are_open():
    made, admin = proposed(), make.administrator()
    assert not Proposal.objects.readable_by(admin).exists()
    access.open_results(made.person, by=admin, reason="To decide about the proposal")
    packets.decide(made, by=admin, granted=True)
    made.person.refresh_from_db()
    assert made.person.competency == "contributor"


def test_the_administrations_form_decides_as_the_page_does(client):
    made = proposed()
    page = reverse("admin:loops_proposal_change", args=[made.pk])
    client.force_login(make.coach())
    assert client.get(page).status_code == 404
    client.force_login(made.person.coach)
    assert client.post(page, {"decision": "declined", "answer": ""}).status_code == 422
    assert client.post(page, {"decision": "granted", "answer": ""}).status_code == 302
    made.person.refresh_from_db()
    assert made.person.competency == "contributor"


def test_a_competency_is_taken_back_with_a_reason_and_the_history_stays(client):
    person = make.coachee("publisher")
    page = reverse("coaching:revoke", args=[person.pk])
    sent = {"competency": "contributor", "evidence": "Agreed with Ada for three months"}
    client.force_login(make.coach())
    assert client.post(page, sent).status_code == 403
    client.force_login(person.coach)
    assert client.post(page, {**sent, "evidence": ""}).status_code == 422
    assert client.post(page, {**sent, "competency": "publisher"}).status_code == 422
    assert client.post(page, sent).status_code == 302
    person.refresh_from_db()
    assert person.competency == "contributor"
    ended = person.grants.get(competency="publisher")
    assert ended.revoked_by == person.coach
    event = PersonEvent.objects.get(person=person, verb="demoted")
    assert event.detail == {"from": "publisher", "to": "contributor"}


def test_there_is_nothing_below_a_candidate_and_nobody_lifts_themselves():
    candidate, admin = make.candidate(), make.administrator()
    with pytest.raises(Refused, match="nothing below"):
        people_actions.revoke_competency(candidate, by=admin, evidence="x")
    with pytest.raises(NotAllowed):
        people_actions.grant(admin, competency="publisher", by=admin)
    with pytest.raises(NotAllowed):
        people_actions.revoke_competency(admin, by=admin, evidence="x")
