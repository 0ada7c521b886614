"""The gate, by way of the administration: its page asks the verbs, and shows what they say."""

import pytest
from django.urls import reverse

from loops.models import Outcome
from loops.solve import actions as solving
from tests import make
from tickets import actions

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    found = make.administrator()
    client.force_login(found)
    return found


def page_of(ticket) -> str:
    return reverse("admin:tickets_ticket_change", args=[ticket.pk])


def form_of(ticket, **changes) -> dict[str, str]:
    """What the browser would send: everything as it stands, but for the changes."""
    sent = {
        "subject": ticket.subject,
        "domain": ticket.domain_id or "",
        "environment": "{}",
        "language": ticket.language,
        "priority": ticket.priority,
        "assignee": ticket.assignee_id or "",
        "team": ticket.team_id or "",
        "state": ticket.state,
        "outcome": "",
        "reason": "",
        "note": "",
    }
    return {**sent, **changes}


def test_the_administration_does_not_solve_around_the_gate(client, admin):
    ticket = make.ticket()
    answer = client.post(page_of(ticket), form_of(ticket, state="solved", subject="Changed"))
    assert answer.status_code == 409
    assert "This ticket cannot be solved yet." in answer.text
    assert "Changed" in answer.text, "what was typed is still there"
    ticket.refresh_from_db()
    assert (ticket.state, ticket.subject) == ("new", "Printer prints symbols")
    assert not Outcome.objects.exists()


def test_every_thing_that_is_missing_is_named(client, admin):
    ticket = make.ticket()
    with pytest.raises(solving.Refused) as refusal:
        solving.solve(ticket, by=admin)
    answer = client.post(page_of(ticket), form_of(ticket, state="solved"))
    for missing in refusal.value.missing:
        assert missing.detail in answer.context["adminform"].form.non_field_errors()


@pytest.mark.parametrize("state", ["closed", "new"])
def test_a_state_that_no_verb_leads_to_is_refused(client, admin, state):
    ticket = actions.assign(make.ticket(), by=admin, to=admin)
    answer = client.post(page_of(ticket), form_of(ticket, state=state))
    assert answer.status_code in (409, 422)
    ticket.refresh_from_db()
    assert ticket.state == "open"


def test_a_proved_outcome_solves_here_as_everywhere(client, admin):
    ticket = make.searched(make.ticket(), by=admin)
    solving.link(ticket, make.public_article(), by=admin)
    answer = client.post(page_of(ticket), form_of(ticket, state="solved"))
    assert answer.status_code == 302
    ticket.refresh_from_db()
    assert (ticket.state, ticket.solved_by) == ("solved", admin)
    assert ticket.outcomes.get().outcome == "reused"


def test_the_honest_no_knowledge_needs_its_reason_here_too(client, admin):
    ticket = make.searched(make.ticket(), by=admin)
    wanted = {"state": "solved", "outcome": "no_knowledge"}
    assert client.post(page_of(ticket), form_of(ticket, **wanted)).status_code == 409
    wanted["reason"] = "no_reply"
    assert client.post(page_of(ticket), form_of(ticket, **wanted)).status_code == 302
    assert ticket.outcomes.get().reason == "no_reply"


def test_imported_is_not_offered(client, admin):
    ticket = make.searched(make.ticket(), by=admin)
    answer = client.post(page_of(ticket), form_of(ticket, state="solved", outcome="imported"))
    assert answer.status_code == 200
    assert "outcome" in answer.context["adminform"].form.errors


def test_a_solved_ticket_is_reopened_by_the_verb(client, admin):
    ticket = make.solved_ticket()
    answer = client.post(page_of(ticket), form_of(ticket, state="open", subject="Again"))
    assert answer.status_code == 302
    ticket.refresh_from_db()
    assert (ticket.state, ticket.subject, ticket.reopened_count) == ("open", "Again", 1)
    assert ticket.outcomes.get().ended_at is not None


def test_what_is_changed_here_leaves_its_event(client, admin):
    ticket, team = make.ticket(), make.team("Payments")
    client.post(page_of(ticket), form_of(ticket, priority=4, team=team.pk, assignee=admin.pk))
    ticket.refresh_from_db()
    assert (ticket.priority, ticket.team, ticket.assignee) == (4, team, admin)
    verbs = [(event.verb, event.by) for event in ticket.events.all()]
    assert ("changed", admin) in verbs
    assert ("assigned", admin) in verbs


def test_reviewers_look_and_change_nothing(client):
    reviewer = make.publisher(is_staff=True)
    client.force_login(reviewer)
    ticket = make.ticket()
    assert "Printer prints symbols" in client.get(page_of(ticket)).text
    refused = client.post(page_of(ticket), form_of(ticket, subject="Mine"))
    assert refused.status_code == 403
    ticket.refresh_from_db()
    assert ticket.subject == "Printer prints symbols"


def test_a_private_teams_tickets_are_not_shown_to_reviewers(client):
    reviewer = make.publisher(is_staff=True)
    client.force_login(reviewer)
    ticket = make.ticket(subject="The salary of Dana", team=make.team("HR", private=True))
    make.searched(ticket, by=make.administrator())
    listed = client.get(reverse("admin:tickets_ticket_changelist"))
    assert "salary" not in listed.text
    assert "salary" not in client.get(reverse("admin:loops_search_changelist")).text
    assert "salary" not in client.get(reverse("admin:tickets_ticketevent_changelist")).text
    assert client.get(page_of(ticket)).status_code == 302, "as if it did not exist"


@pytest.mark.parametrize(
    "model",
    [
        "tickets_ticket",
        "tickets_requester",
        "tickets_cannedreply",
        "tickets_savedview",
        "tickets_ticketevent",
        "loops_search",
        "loops_opening",
        "loops_link",
        "loops_outcome",
    ],
)
def test_every_list_opens_and_nothing_in_it_can_be_deleted(client, admin, model):
    ticket = make.solved_ticket()
    assert ticket
    page = client.get(reverse(f"admin:{model}_changelist"))
    assert page.status_code == 200
    assert "delete_selected" not in page.text
    for row in page.context["cl"].result_list[:1]:
        assert client.get(reverse(f"admin:{model}_change", args=[row.pk])).status_code == 200
        gone = client.post(reverse(f"admin:{model}_delete", args=[row.pk]), {"post": "yes"})
        assert gone.status_code == 403
