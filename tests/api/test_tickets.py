"""Tickets through the API: receive, list, read, change, assign, wait, say."""

import json

import pytest

from articles.models import Article
from loops.solve import actions as solve_actions
from tests import make
from tests.api.conftest import codes
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def test_a_program_hands_a_request_in_and_learns_its_number(api):
    make.domain("pay")
    response = api(make.contributor()).post(
        "tickets/",
        {
            "subject": "The terminal says no",
            "description": "It declines  every card.\n",
            "requester": {"name": "Noa", "email": "noa@example.com"},
            "channel": "chat",
            "domain": "pay",
            "environment": {"terminal": "T2", "firmware": 4},
            "language": "he",
            "priority": "high",
            "external": {"system": "crm", "id": "OPP-4711", "url": "https://crm.example/4711"},
        },
    )
    assert response.status_code == 201, response.content
    told = response.json()
    assert response.headers["Location"].endswith(f"/api/v1/tickets/{told['number']}/")
    assert told["description"] == "It declines  every card.\n"
    assert told["environment"] == {"terminal": "T2", "firmware": 4}
    assert (told["state"], told["channel"], told["domain"]) == ("new", "chat", "pay")
    assert (told["priority"], told["language"]) == ("high", "he")
    assert told["external"]["id"] == "OPP-4711"
    assert told["requester"]["email"] == "noa@example.com"


def test_an_outside_record_comes_in_once(api):
    program = api(make.contributor())
    asked = {"subject": "Twice", "external": {"system": "crm", "id": "1"}}
    assert program.post("tickets/", asked).status_code == 201
    again = program.post("tickets/", asked)
    assert (again.status_code, again.json()["code"]) == (409, "exists")


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, 400),
        ({"subject": "   "}, 422),
        ({"subject": "x" * 301}, 400),
        ({"subject": "x", "channel": "pigeon"}, 422),
        ({"subject": "x", "domain": "nowhere"}, 422),
        ({"subject": "x", "priority": "soon"}, 422),
        ({"subject": "x", "environment": {"a": {"b": 1}}}, 400),
        ({"subject": "x", "environment": ["a"]}, 400),
        ({"subject": "x", "requester": {"email": "no address"}}, 400),
        ({"subject": "x", "external": {"system": "s", "id": "1", "url": "javascript:1"}}, 422),
        ({"subject": "x", "number": "KT-1"}, 400),
        ({"subject": "x", "state": "solved"}, 400),
        ({"subject": "x", "solved_at": "2020-01-01T00:00:00Z"}, 400),
    ],
)
def test_what_a_ticket_cannot_be_is_refused_in_words(api, asked, status):
    response = api(make.contributor()).post("tickets/", asked)
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["detail"]
    assert not Ticket.objects.exists()


def test_the_list_is_narrowed_by_the_queues_own_filters(api):
    me = make.contributor()
    mine, other = make.ticket(subject="Mine"), make.ticket(subject="Other")
    program = api(me)
    assert program.post(f"tickets/{mine.number}/assign/", {"assignee": "me"}).status_code == 200
    found = program.get("tickets/?assignee=me").json()["results"]
    assert [row["number"] for row in found] == [mine.number]
    found = program.get("tickets/?state=new").json()["results"]
    assert [row["number"] for row in found] == [other.number]
    found = program.get(f"tickets/?q={other.number}").json()["results"]
    assert [row["number"] for row in found] == [other.number]


@pytest.mark.parametrize("key", ["requester__user__password", "order_by", "assignee__email"])
def test_a_filter_that_is_not_on_the_list_is_refused_by_name(api, key):
    response = api(make.contributor()).get(f"tickets/?{key}=x")
    assert response.status_code == 400
    assert key in response.json()["errors"]


def test_a_filter_value_that_makes_no_sense_is_refused(api):
    program = api(make.contributor())
    for query in ("state=asleep", "limit=0", "limit=many", "cursor=xyz", "sort=password"):
        assert program.get(f"tickets/?{query}").status_code == 400, query


def test_pages_hold_every_ticket_once_though_all_changed_in_the_same_second(api):
    made = {make.ticket().number for _ in range(7)}
    one = Ticket.objects.first()
    Ticket.objects.update(changed_at=one.changed_at)
    program, seen, path = api(make.contributor()), [], "tickets/?limit=3"
    while path:
        page = program.get(path.replace("http://testserver", "")).json()
        seen += [row["number"] for row in page["results"]]
        path = page["next"]
    assert len(seen) == 7
    assert set(seen) == made


def test_a_ticket_shows_its_trail_its_links_its_outcome_and_what_was_said(api):
    agent = make.contributor()
    program, ticket = api(agent), make.ticket(subject="Printer prints symbols")
    article = make.public_article()
    program.get(f"tickets/{ticket.number}/suggestions/")
    search = program.get(f"tickets/{ticket.number}/suggestions/?q=error+79").json()
    program.get(f"articles/{article.number}/?ticket={ticket.number}&search={search['search']}")
    program.post(
        f"tickets/{ticket.number}/messages/", {"body": "See this.", "article": article.number}
    )
    assert program.post(f"tickets/{ticket.number}/solve/", {}).status_code == 200
    told = program.get(f"tickets/{ticket.number}/").json()
    assert [step["kind"] for step in told["trail"]] == ["search", "search", "open"]
    assert [step.get("suggested") for step in told["trail"][:2]] == [True, False]
    assert told["trail"][2]["article"] == article.number
    assert told["trail"][2]["rank"] == 1
    (link,) = told["links"]
    assert (link["article"], link["kind"]) == (article.number, "resolution")
    assert (link["version_delivered"], link["version_current"]) == (1, 1)
    assert told["outcome"]["outcome"] == "reused"
    assert told["messages"][-1]["articles"] == [{"article": article.number, "version": 1}]
    assert told["state"] == "solved"


def test_a_patch_says_what_it_began_from(api):
    program, ticket = api(make.contributor()), make.ticket()
    path = f"tickets/{ticket.number}/"
    etag = program.get(path).headers["ETag"]
    without = program.call("PATCH", path, {"priority": "urgent"})
    assert without.status_code == 428
    first = program.patch(path, {"priority": "urgent"}, If_Match=etag)
    assert first.status_code == 200, first.content
    assert first.headers["ETag"] != etag
    stale = program.patch(path, {"priority": "low"}, If_Match=etag)
    assert stale.status_code == 412
    assert stale.json()["current"]["priority"] == "urgent"
    assert program.get(path).json()["priority"] == "urgent"


def test_a_patch_changes_what_may_be_changed_and_nothing_else(api):
    program, ticket = api(make.contributor()), make.ticket()
    colleague, team = make.publisher(), make.team("Payments")
    make.domain("pay")
    path = f"tickets/{ticket.number}/"
    changed = program.patch(
        path,
        {
            "subject": "Better words",
            "domain": "pay",
            "team": "Payments",
            "assignee": colleague.email,
            "is_defect": True,
            "environment": {"os": "11"},
        },
    )
    assert changed.status_code == 200, changed.content
    told = changed.json()
    assert (told["subject"], told["domain"], told["team"]) == ("Better words", "pay", team.name)
    assert told["assignee"]["email"] == colleague.email
    assert told["is_defect"]
    for field in ("number", "created_at", "solved_by", "requester", "outcome", "channel"):
        refused = program.patch(path, {field: "x"})
        assert refused.status_code == 400, field
        assert field in refused.json()["errors"]


@pytest.mark.parametrize("state", ["solved", "closed", "pending", "open"])
def test_a_state_is_reached_by_its_verb_and_never_by_a_patch(api, state):
    program, ticket = api(make.contributor()), make.ticket()
    refused = program.patch(f"tickets/{ticket.number}/", {"state": state})
    assert refused.status_code == 422
    assert "state" in refused.json()["errors"]
    if state == "solved":
        assert "solve/" in refused.json()["detail"]
    ticket.refresh_from_db()
    assert ticket.state == "new"


def test_an_unchanged_state_may_be_sent_along(api):
    program, ticket = api(make.contributor()), make.ticket()
    changed = program.patch(f"tickets/{ticket.number}/", {"state": "new", "priority": "low"})
    assert (changed.status_code, changed.json()["priority"]) == (200, "low")


def test_a_ticket_is_given_to_somebody_who_may_see_it(api):
    secret = make.team("Board", private=True)
    inside, outside = make.contributor(team=secret), make.contributor()
    ticket = make.ticket(team=secret)
    refused = api(inside).post(f"tickets/{ticket.number}/assign/", {"assignee": outside.email})
    assert refused.status_code == 422
    ticket.refresh_from_db()
    assert ticket.assignee is None
    nobody = api(inside).post(f"tickets/{ticket.number}/assign/", {"assignee": "x@example.org"})
    customer = api(inside).post(
        f"tickets/{ticket.number}/assign/", {"assignee": make.customer().email}
    )
    assert (nobody.status_code, customer.status_code) == (422, 422)
    assert nobody.json()["detail"] == customer.json()["detail"]
    assert api(inside).post(f"tickets/{ticket.number}/assign/", {}).status_code == 400


def test_a_private_teams_ticket_is_missing_for_everybody_else(api):
    secret = make.team("Board", private=True)
    ticket = make.ticket(team=secret, subject="canary-board")
    program = api(make.publisher())
    for path in ("", "suggestions/", "history/", "messages/", "links/"):
        hidden = program.get(f"tickets/{ticket.number}/{path}")
        missing = program.get(f"tickets/KT-999999999/{path}")
        assert (hidden.status_code, hidden.content) == (404, missing.content), path
    for verb in ("assign", "solve", "reopen", "pend", "wake", "messages", "links"):
        assert program.post(f"tickets/{ticket.number}/{verb}/", {}).status_code == 404, verb
    assert "canary" not in program.get("tickets/?state=any").content.decode()
    line = program.post("tickets/bulk/", {"numbers": [ticket.number], "verb": "solve"}).json()[
        "results"
    ][0]
    assert line["status"] == 404
    refused = program.post("tickets/", {"subject": "x", "team": "Board"})
    unknown = program.post("tickets/", {"subject": "x", "team": "None such"})
    assert refused.json()["detail"] == unknown.json()["detail"]


def test_a_pending_ticket_waits_and_wakes(api):
    program, ticket = api(make.contributor()), make.ticket()
    waits = program.post(f"tickets/{ticket.number}/pend/", {"until": "2999-01-01T08:00:00Z"})
    assert (waits.status_code, waits.json()["state"]) == (200, "pending")
    past = program.post(f"tickets/{ticket.number}/pend/", {"until": "2001-01-01T08:00:00Z"})
    assert past.status_code == 422
    woken = program.post(f"tickets/{ticket.number}/wake/")
    assert (woken.status_code, woken.json()["state"]) == (200, "open")


def test_a_reply_and_a_note_are_told_apart(api):
    program, ticket = api(make.contributor()), make.ticket()
    path = f"tickets/{ticket.number}/messages/"
    assert program.post(path, {"body": "Hello"}).json()["internal"] is False
    assert program.post(path, {"body": "Psst", "internal": True}).json()["internal"] is True
    assert program.post(path, {"body": "  "}).status_code == 422
    said = [one["body"] for one in program.get(path).json()["results"]]
    assert said == ["Hello", "Psst"]


def test_an_article_that_the_requester_may_not_see_is_not_sent(api):
    program, ticket = api(make.contributor()), make.ticket()
    article = make.article(title="Only for us")
    path = f"tickets/{ticket.number}/messages/"
    refused = program.post(path, {"body": "See", "article": article.number})
    assert refused.status_code == 422
    assert "article" in refused.json()["errors"]
    assert program.post(path, {"body": "See", "article": "KB-999999"}).status_code == 422
    assert program.post(path, {"body": "See", "article": {"a": 1}}).status_code == 400
    assert not ticket.messages.exists()
    assert not ticket.links.exists()


def test_the_version_that_was_sent_stays_known_after_the_article_moves_on(api):
    agent, publisher = make.contributor(), make.publisher()
    ticket, article = make.ticket(), make.public_article(by=publisher)
    program = api(agent)
    program.post(f"tickets/{ticket.number}/messages/", {"body": "x", "article": article.number})
    changed = api(publisher).patch(f"articles/{article.number}/", {"cause": "Old firmware"})
    assert changed.json()["version"] == 2
    (link,) = program.get(f"tickets/{ticket.number}/").json()["links"]
    assert (link["version_delivered"], link["version_current"]) == (1, 2)
    sent = program.get(f"articles/{article.number}/versions/1/").json()
    assert (sent["cause"], sent["resolution"]) == ("", "Update the firmware.")


# Customers ----------------------------------------------------------------------------------


def own_ticket(customer, **fields):
    from tickets import actions

    who = actions.requester_for(email=customer.email)
    return make.ticket(requester=who, **fields)


def test_a_customer_asks_in_their_own_name(api):
    customer = make.customer()
    program = api(customer)
    made = program.post("tickets/", {"subject": "Help", "description": "Please"})
    assert made.status_code == 201, made.content
    assert made.json()["requester"]["email"] == customer.email
    assert [row["number"] for row in program.get("tickets/").json()["results"]] == [
        made.json()["number"]
    ]
    for field, value in {
        "requester": {"email": "boss@example.com"},
        "priority": "urgent",
        "team": "Board",
        "channel": "mail",
        "external": {"system": "crm", "id": "1"},
    }.items():
        refused = program.post("tickets/", {"subject": "x", field: value})
        assert refused.status_code == 400, field


def test_a_customer_sees_what_was_said_in_public_and_nothing_of_the_work(api):
    customer, agent = make.customer(), make.contributor(name="Anna Agent")
    ticket = own_ticket(customer)
    article = make.public_article(title="canary-article")
    solve_actions.suggest(ticket, by=agent, q="canary-query")
    solve_actions.link(ticket, article, by=agent)
    solve_actions.send(ticket, by=agent, body="canary-note", internal=True)
    solve_actions.send(ticket, by=agent, body="A public answer")
    told = api(customer).get(f"tickets/{ticket.number}/")
    assert told.status_code == 200
    text = told.content.decode()
    assert "A public answer" in text
    assert "Anna Agent" in text
    for hidden in ("canary", "trail", "links", "outcome", "assignee", agent.email):
        assert hidden not in text, hidden
    said = api(customer).get(f"tickets/{ticket.number}/messages/").content.decode()
    assert "canary" not in said


def test_a_customer_does_not_reach_another_ones_ticket_or_a_verb_of_ours(api):
    customer = make.customer()
    mine, other = own_ticket(customer), make.ticket()
    program = api(customer)
    assert program.get(f"tickets/{other.number}/").status_code == 404
    assert program.post(f"tickets/{other.number}/messages/", {"body": "x"}).status_code == 404
    assert program.post(f"tickets/{other.number}/reopen/", {}).status_code == 404
    for verb in ("assign", "pend", "wake", "solve", "links"):
        assert program.post(f"tickets/{mine.number}/{verb}/", {}).status_code == 403, verb
    for path in ("suggestions", "history", "links"):
        assert program.get(f"tickets/{mine.number}/{path}/").status_code == 403, path
    assert program.call("PATCH", f"tickets/{mine.number}/", {}).status_code == 403
    assert program.post("tickets/bulk/", {"numbers": [mine.number]}).status_code == 403
    for key in ("assignee", "team", "priority", "age"):
        assert program.get(f"tickets/?{key}=1").status_code == 400, key


def test_a_customers_words_wake_a_pending_ticket_and_reopen_a_solved_one(api):
    customer, agent = make.customer(), make.contributor()
    ticket = own_ticket(customer)
    program, path = api(customer), f"tickets/{ticket.number}/"
    api(agent).post(path + "pend/")
    heard = program.post(path + "messages/", {"body": "Here I am"})
    assert (heard.status_code, heard.json()["by"]) == (201, None)
    assert program.get(path).json()["state"] == "open"
    make.searched(ticket, by=agent)
    solved = api(agent).post(path + "solve/", {"outcome": "no_knowledge", "reason": "no_reply"})
    assert solved.status_code == 200, codes(solved)
    program.post(path + "messages/", {"body": "Still broken"})
    assert program.get(path).json()["state"] == "open"
    for sneaky in ({"internal": True}, {"article": "KB-1"}):
        assert program.post(path + "messages/", {"body": "x", **sneaky}).status_code == 422


def test_a_colleague_of_the_requester_reads_a_shared_ticket_and_does_not_write_on_it(api):
    company = make.organisation(shares_tickets=True)
    asker, colleague = make.customer(organisation=company), make.customer(organisation=company)
    ticket = own_ticket(asker)
    program = api(colleague)
    assert program.get(f"tickets/{ticket.number}/").status_code == 200
    assert program.post(f"tickets/{ticket.number}/messages/", {"body": "x"}).status_code == 403
    assert program.post(f"tickets/{ticket.number}/reopen/", {}).status_code == 403


# Budgets ------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [2, 20])
def test_a_list_of_tickets_takes_eight_queries_whatever_its_length(
    api, n, django_assert_max_num_queries
):
    agent = make.contributor(team=make.team())
    for _ in range(n):
        ticket = make.ticket(domain=make.domain())
        solve_actions.send(ticket, by=agent, body="x")
    program = api(agent)
    with django_assert_max_num_queries(8):
        assert len(program.get("tickets/").json()["results"]) == n


@pytest.mark.parametrize("n", [1, 12])
def test_a_ticket_takes_fifteen_queries_whatever_happened_to_it(
    api, n, django_assert_max_num_queries
):
    agent, ticket = make.contributor(), make.ticket(domain=make.domain())
    for at in range(n):
        article = make.public_article()
        _results, search = solve_actions.suggest(ticket, by=agent, q=f"words {at}")
        solve_actions.open_article(article, by=agent, ticket=ticket, search=search)
        solve_actions.send(ticket, by=agent, body="x", articles=[article])
    program = api(agent)
    with django_assert_max_num_queries(15):
        told = json.loads(program.get(f"tickets/{ticket.number}/").content)
    assert len(told["links"]) == n == Article.objects.count()
