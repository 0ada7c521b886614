"""Links, the gate and its outcomes through the API: single, in bulk, and fifty at once."""

import threading

import pytest
from django.db import connection, connections

from loops.models import Link, Outcome
from loops.solve import actions as solve_actions
from tests import make
from tests.api.conftest import Program, codes

pytestmark = pytest.mark.django_db


# Links --------------------------------------------------------------------------------------


def test_a_link_counts_on_both_sides_and_goes_again(api):
    program, ticket, article = api(make.contributor()), make.ticket(), make.article()
    path = f"tickets/{ticket.number}/links/"
    made = program.post(path, {"article": article.number})
    assert (made.status_code, made.json()["kind"]) == (201, "resolution")
    assert program.get(f"articles/{article.number}/").json()["reuse_count"] == 1
    again = program.post(path, {"article": article.number, "kind": "reference"})
    assert (again.status_code, again.json()["id"]) == (200, made.json()["id"])
    assert program.get(f"articles/{article.number}/").json()["reuse_count"] == 0
    back = program.patch(f"{path}{made.json()['id']}/", {"kind": "resolution"})
    assert (back.status_code, back.json()["kind"]) == (200, "resolution")
    gone = program.delete(f"{path}{made.json()['id']}/")
    assert (gone.status_code, gone.content) == (204, b"")
    assert program.get(path).json()["results"] == []
    assert program.get(f"articles/{article.number}/").json()["reuse_count"] == 0
    verbs = [
        e["verb"] for e in program.get(f"tickets/{ticket.number}/history/").json()["results"]
    ]
    assert verbs.count("unlinked") == 1


def test_a_links_kind_is_patched_from_what_it_was(api):
    program, ticket, article = api(make.contributor()), make.ticket(), make.article()
    path = f"tickets/{ticket.number}/links/"
    one = program.post(path, {"article": article.number})
    mine = f"{path}{one.json()['id']}/"
    assert program.call("PATCH", mine, {"kind": "reference"}).status_code == 428
    etag = one.headers["ETag"]
    assert program.patch(mine, {"kind": "reference"}, If_Match=etag).status_code == 200
    stale = program.patch(mine, {"kind": "resolution"}, If_Match=etag)
    assert (stale.status_code, stale.json()["current"]["kind"]) == (412, "reference")
    assert program.patch(mine, {"kind": "friend"}).status_code == 422


def test_pasting_an_articles_address_into_a_note_counts_nothing(api):
    program, ticket, article = api(make.contributor()), make.ticket(), make.article()
    body = f"See /articles/{article.number}/"
    program.post(f"tickets/{ticket.number}/messages/", {"body": body, "internal": True})
    assert program.get(f"articles/{article.number}/").json()["reuse_count"] == 0
    assert program.get(f"tickets/{ticket.number}/").json()["links"] == []


def test_a_candidate_removes_the_links_that_a_candidate_made(api):
    candidate, agent = make.candidate(), make.contributor()
    ticket, article = make.ticket(), make.article()
    theirs = solve_actions.link(ticket, article, by=agent)
    mine = solve_actions.link(ticket, make.article(), by=candidate)
    path = f"tickets/{ticket.number}/links/"
    assert api(candidate).delete(f"{path}{theirs.pk}/").status_code == 403
    assert api(candidate).delete(f"{path}{mine.pk}/").status_code == 204
    assert api(agent).delete(f"{path}{theirs.pk}/").status_code == 204


def test_a_link_is_reached_through_its_own_ticket_only(api):
    agent, article = make.contributor(), make.article()
    one, other = make.ticket(), make.ticket()
    link = solve_actions.link(one, article, by=agent)
    program = api(agent)
    for call in (program.get, program.delete):
        assert call(f"tickets/{other.number}/links/{link.pk}/").status_code == 404
    assert program.get(f"tickets/{one.number}/links/{10**17}/").status_code == 404
    hidden = program.post(f"tickets/{one.number}/links/", {"article": "KB-999999"})
    assert hidden.status_code == 422


def test_an_archived_article_is_not_linked(api):
    article = make.article(by=make.contributor(), confidence="archived")
    refused = api(make.contributor()).post(
        f"tickets/{make.ticket().number}/links/", {"article": article.number}
    )
    assert refused.status_code == 409


# The gate, code by code ---------------------------------------------------------------------


def refused(response, *wanted: str) -> None:
    assert response.status_code == 409, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "gate"
    assert sorted(codes(response)) == sorted(wanted)
    assert all(one["detail"].strip() for one in response.json()["missing"])


@pytest.mark.parametrize(
    ("asked", "searched", "missing"),
    [
        ({}, False, ["outcome", "search"]),
        ({}, True, ["outcome"]),
        ({"outcome": "reused"}, True, ["link"]),
        ({"outcome": "reused"}, False, ["link", "search"]),
        ({"outcome": "improved"}, True, ["link", "version"]),
        ({"outcome": "flagged"}, True, ["flag", "link"]),
        ({"outcome": "created"}, True, ["article"]),
        ({"outcome": "no_knowledge"}, True, ["reason"]),
        ({"outcome": "no_knowledge", "reason": "other"}, True, ["reason"]),
        ({"outcome": "no_knowledge", "reason": "no_reply"}, False, ["search"]),
    ],
)
def test_the_gate_says_what_is_missing(api, asked, searched, missing):
    agent, ticket = make.contributor(), make.ticket()
    if searched:
        make.searched(ticket, by=agent)
    program = api(agent)
    refused(program.post(f"tickets/{ticket.number}/solve/", asked), *missing)
    told = program.get(f"tickets/{ticket.number}/").json()
    assert (told["state"], told["outcome"]) == ("new", None)


def test_a_linked_article_is_not_yet_an_improved_or_a_flagged_one(api):
    agent, ticket = make.contributor(), make.searched(make.ticket(), by=make.contributor())
    solve_actions.link(ticket, make.article(), by=agent)
    path = f"tickets/{ticket.number}/solve/"
    refused(api(agent).post(path, {"outcome": "improved"}), "version")
    refused(api(agent).post(path, {"outcome": "flagged"}), "flag")
    refused(api(agent).post(path, {"outcome": "created"}), "article")


def test_a_reference_is_not_reuse(api):
    agent, ticket = make.contributor(), make.searched(make.ticket(), by=make.contributor())
    solve_actions.link(ticket, make.article(), by=agent, kind="reference")
    refused(api(agent).post(f"tickets/{ticket.number}/solve/", {"outcome": "reused"}), "link")


@pytest.mark.parametrize("outcome", ["imported", "solved", "", None])
def test_only_an_agents_outcomes_can_be_declared(api, outcome):
    agent = make.contributor()
    ticket = make.searched(make.ticket(), by=agent)
    response = api(agent).post(f"tickets/{ticket.number}/solve/", {"outcome": outcome})
    assert response.status_code == (409 if not outcome else 422)
    assert not Outcome.objects.exists()


@pytest.mark.parametrize("maker", [make.candidate, make.contributor, make.publisher])
@pytest.mark.parametrize(
    "outcome", ["reused", "improved", "flagged", "created", "no_knowledge"]
)
def test_every_competency_reaches_every_outcome_through_the_api(api, maker, outcome):
    agent, article, ticket = maker(), make.article(), make.ticket()
    program, path = api(agent), f"tickets/{ticket.number}/"
    program.get(path + "suggestions/")
    about, kb = {"ticket": ticket.number}, f"articles/{article.number}/"
    declared = {}
    if outcome == "reused":
        program.post(path + "links/", {"article": article.number})
    elif outcome == "improved":
        made = program.patch(kb, {"cause": "Dust", **about})
        assert made.status_code == (202 if agent.competency == "candidate" else 200)
    elif outcome == "flagged":
        assert program.post(f"{kb}flags/", {"kind": "unclear", **about}).status_code == 201
    elif outcome == "created":
        assert program.post("articles/", about).status_code == 201
    else:
        declared = {"outcome": "no_knowledge", "reason": "account_action"}
    solved = program.post(path + "solve/", declared)
    assert solved.status_code == 200, solved.content
    assert solved.json()["outcome"]["outcome"] == outcome
    assert solved.json()["state"] == "solved"
    assert solved.headers["ETag"] == program.get(path).headers["ETag"]


def test_a_solved_ticket_is_solved_once_and_its_evidence_stays(api):
    agent, article = make.contributor(), make.public_article()
    ticket = make.solved_ticket(by=agent, article=article)
    program, path = api(agent), f"tickets/{ticket.number}/"
    again = program.post(path + "solve/", {"outcome": "reused"})
    assert (again.status_code, again.json()["code"]) == (409, "solved")
    link = Link.objects.get(ticket=ticket)
    kept = program.delete(f"{path}links/{link.pk}/")
    assert (kept.status_code, kept.json()["code"]) == (409, "evidence")
    assert program.patch(f"{path}links/{link.pk}/", {"kind": "reference"}).status_code == 409


def test_a_reopened_ticket_meets_the_gate_again_and_keeps_its_history(api):
    agent = make.contributor()
    ticket = make.solved_ticket(by=agent)
    program, path = api(agent), f"tickets/{ticket.number}/"
    opened = program.post(path + "reopen/", {"reason": "It came back"})
    assert (opened.status_code, opened.json()["state"]) == (200, "open")
    assert opened.json()["outcome"] is None
    assert [one["outcome"] for one in opened.json()["outcomes"]] == ["reused"]
    assert opened.json()["outcomes"][0]["ended_at"]
    assert program.post(path + "reopen/").status_code == 409
    refused(program.post(path + "solve/", {"outcome": "flagged"}), "flag")
    assert program.post(path + "solve/").json()["outcome"]["outcome"] == "reused"
    assert len(program.get(path).json()["outcomes"]) == 2


@pytest.mark.parametrize("mode", ["remind", "off"])
def test_a_gate_that_only_reminds_lets_through_and_writes_no_outcome_that_is_not_proved(
    api, mode
):
    make.gate(mode)
    ticket = make.ticket()
    solved = api(make.contributor()).post(f"tickets/{ticket.number}/solve/", {})
    assert solved.status_code == 200
    assert (solved.json()["state"], solved.json()["outcome"]) == ("solved", None)


# Bulk ---------------------------------------------------------------------------------------


def test_bulk_answers_for_each_ticket_by_itself(api):
    agent = make.contributor()
    ready, bare = make.searched(make.ticket(), by=agent), make.ticket()
    done = make.solved_ticket(by=agent)
    solve_actions.link(ready, make.article(), by=agent)
    numbers = [ready.number, bare.number, done.number, "KT-99999999", "what", ready.number]
    response = api(agent).post("tickets/bulk/", {"numbers": numbers, "verb": "solve"})
    assert response.status_code == 207
    lines = response.json()["results"]
    assert [line["number"] for line in lines] == numbers[:5]
    assert [line["status"] for line in lines] == [200, 409, 409, 404, 404]
    assert lines[0]["state"] == "solved"
    assert [one["code"] for one in lines[1]["missing"]] == ["outcome", "search"]
    assert lines[2]["code"] == "solved"
    bare.refresh_from_db()
    assert bare.state == "new"


def test_bulk_closes_spam_with_the_reason_it_names(api):
    numbers = [make.ticket().number for _ in range(3)]
    response = api(make.contributor()).post(
        "tickets/bulk/",
        {"numbers": numbers, "verb": "solve", "outcome": "no_knowledge", "reason": "spam"},
    )
    assert response.status_code == 200, response.content
    assert Outcome.objects.filter(outcome="no_knowledge", reason="spam").count() == 3


def test_bulk_gives_changes_waits_and_reopens(api):
    agent, colleague = make.contributor(), make.publisher()
    make.domain("pay")
    tickets = [make.ticket() for _ in range(2)]
    program, numbers = api(agent), [ticket.number for ticket in tickets]

    def bulk(verb: str, **fields: object) -> None:
        response = program.post("tickets/bulk/", {"numbers": numbers, "verb": verb, **fields})
        assert response.status_code == 200, response.content

    bulk("assign", assignee=colleague.email)
    bulk("change", priority="urgent", domain="pay")
    bulk("pend", until="2999-01-01T00:00:00Z")
    bulk("wake")
    bulk("solve", outcome="no_knowledge", reason="spam")
    bulk("reopen", reason="Not spam")
    for ticket in tickets:
        ticket.refresh_from_db()
        assert (ticket.assignee, ticket.priority, ticket.state) == (colleague, 4, "open")
        assert ticket.domain is not None


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"verb": "solve"},
        {"numbers": [], "verb": "solve"},
        {"numbers": ["KT-1"], "verb": "delete"},
        {"numbers": ["KT-1"], "verb": "assign"},
        {"numbers": ["KT-1"], "verb": "solve", "assignee": None},
        {"numbers": ["KT-1"], "verb": "change", "state": "solved"},
        {"numbers": "KT-1", "verb": "solve"},
        {"numbers": ["KT-1"] * 201, "verb": "solve"},
    ],
)
def test_a_bulk_request_that_makes_no_sense_is_refused_whole(api, asked):
    assert api(make.contributor()).post("tickets/bulk/", asked).status_code == 400


# Fifty at once ------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_fifty_parallel_closes_make_one_outcome():
    agent = make.contributor()
    ticket = make.searched(make.ticket(), by=agent)
    solve_actions.link(ticket, make.article(), by=agent)
    programs = [Program(agent) for _ in range(50)]
    start, answers = threading.Barrier(50), []

    def close(program: Program) -> None:
        try:
            start.wait()
            response = program.post(f"tickets/{ticket.number}/solve/", {"outcome": "reused"})
            answers.append((response.status_code, response.json().get("code")))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=close, args=[program]) for program in programs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers, key=str) == [(200, None)] + [(409, "solved")] * 49
    assert Outcome.objects.filter(ticket=ticket, ended_at=None).count() == 1
    assert Outcome.objects.count() == 1
    assert ticket.events.filter(verb="solved").count() == 1


def test_raw_sql_meets_the_same_gate_as_the_api(api):
    ticket = make.ticket()
    refused(
        api(make.contributor()).post(f"tickets/{ticket.number}/solve/"), "outcome", "search"
    )
    with (
        pytest.raises(Exception, match="missing outcome, search"),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "update tickets_ticket set state = 'solved', solved_at = now() where id = %s",
            [ticket.pk],
        )
