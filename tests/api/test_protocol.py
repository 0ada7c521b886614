"""What holds for every door of the API: who gets in, what is read, how a no looks, once is once."""

import json
import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from people import actions as people_actions
from people.models import ApiKey
from tests import make
from tests.api.conftest import ROOT, Program
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def is_problem(response, status: int, code: str | None = None) -> dict:
    assert response.status_code == status, response.content[:500]
    assert response.headers["Content-Type"] == "application/problem+json"
    told = response.json()
    assert told["status"] == status
    assert {"type", "title", "code", "detail"} <= set(told)
    assert told["detail"]
    if code is not None:
        assert told["code"] == code
    return told


# Who gets in --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "tickets/",
        "tickets/KT-1/",
        "articles/",
        "search/?q=x",
        "schema/",
        "me/",
        "flags/",
        "no/",
    ],
)
def test_a_stranger_is_asked_who_they_are_and_learns_nothing(api, path):
    response = api(None).get(path)
    is_problem(response, 401, "not_authenticated")
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("key", ["", "x", "x.y", "\u00e9.\u00e9", "a" * 5000, "00000000.00"])
def test_a_key_that_is_none_is_refused(api, key):
    program = api(None)
    program.headers["Authorization"] = f"Bearer {key}"
    is_problem(program.get("tickets/"), 401)


def test_a_key_ends_when_it_is_revoked_when_it_expires_and_when_its_person_leaves(api):
    for end in ("revoke", "expire", "leave"):
        person = make.contributor()
        program = api(person)
        assert program.get("tickets/").status_code == 200
        key = ApiKey.objects.get(user=person)
        if end == "revoke":
            ApiKey.objects.filter(pk=key.pk).update(revoked_at=timezone.now())
        elif end == "expire":
            ApiKey.objects.filter(pk=key.pk).update(
                expires_at=timezone.now() - timedelta(seconds=1)
            )
        else:
            person.is_active = False
            person.save(update_fields=["is_active"])
        is_problem(program.get("tickets/"), 401)


def test_a_key_to_read_does_not_write(api):
    agent, ticket = make.contributor(), make.ticket()
    program = api(agent, ("read",))
    assert program.get("tickets/").status_code == 200
    is_problem(program.post("tickets/", {"subject": "x"}), 403)
    is_problem(program.post(f"tickets/{ticket.number}/solve/"), 403)
    is_problem(program.call("PATCH", f"tickets/{ticket.number}/", {}), 403)
    is_problem(program.delete(f"tickets/{ticket.number}/links/1/"), 403)
    assert Ticket.objects.count() == 1
    is_problem(api(agent, ("write",)).get("tickets/"), 403)


def test_a_browser_needs_its_csrf_token_to_write():
    client = Client(enforce_csrf_checks=True)
    client.force_login(make.contributor())
    assert client.get(f"{ROOT}tickets/").status_code == 200
    refused = client.post(
        f"{ROOT}tickets/", json.dumps({"subject": "x"}), content_type="application/json"
    )
    is_problem(refused, 403)
    assert not Ticket.objects.exists()


def test_no_cache_keeps_an_answer(api, client):
    agent, article = make.contributor(), make.public_article()
    client.force_login(agent)
    answers = [
        api(agent).get("tickets/"),
        api(agent).get("tickets/KT-999/"),
        api(None).get("tickets/"),
        client.get(article.get_absolute_url()),
        client.get("/"),
    ]
    for answer in answers:
        assert "no-store" in answer.headers["Cache-Control"]
        assert "private" in answer.headers["Cache-Control"]


def test_me_says_whose_key_this_is_and_what_it_may_do(api):
    person = make.candidate()
    told = api(person).get("me/").json()
    assert told["email"] == person.email
    assert told["rights"]["confidence"] == ["not_validated", "wip"]


# What is read -------------------------------------------------------------------------------

HOSTILE = [
    b"",
    b"{",
    b"nonsense",
    b"\xff\xfe\x00",
    b'{"subject": "\\u0000"}',
    b'{"subject": "a\\u0000b"}',
    b'{"subject": "\\ud800"}',
    b'{"\\ud800": "x"}',
    b'{"subject": "x", "environment": {"a": 1e400}}',
    b'{"subject": "x", "environment": {"a": NaN}}',
    b'{"subject": "x", "environment": {"a": -Infinity}}',
    b'{"subject": "x", "environment": {"a": ' + b"9" * 5000 + b"}}",
    b'{"subject": ' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    b"[" * 200_000,
    b"[]",
    b"null",
    b'"text"',
    b"1",
    b'{"subject": {"a": 1}}',
    b'{"subject": ["x"]}',
    b'{"subject": true}',
    b'{"requester": "me", "subject": "x"}',
    b'{"subject": "x", "domain": 7}',
    b'{"subject": "x", "domain": {"path": "a"}}',
    b'{"subject": "x", "team": []}',
    b'{"subject": "x", "priority": [1]}',
    b'{"subject": "x", "priority": {"a": 1}}',
    b'{"subject": "x", "channel": 7}',
    b'{"subject": "x", "language": "\xd0\xb0\xd0\xb1"}',
]


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_no_ticket_is_refused_and_never_breaks_the_server(api, body):
    response = api(make.contributor()).call("POST", "tickets/", body)
    assert 400 <= response.status_code < 500, response.content[:300]
    is_problem(response, response.status_code)
    assert not Ticket.objects.exists()


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("solve/", {"outcome": "reused\u202e"}),
        ("solve/", {"outcome": 1e20, "reason": [], "note": {}}),
        ("assign/", {"assignee": 5}),
        ("assign/", {"assignee": {"email": "x"}}),
        ("assign/", {"assignee": "x" * 100_000}),
        ("pend/", {"until": "0001-01-01T00:00:00Z"}),
        ("pend/", {"until": "9999-12-31T23:59:59-12:00"}),
        ("pend/", {"until": 10**30}),
        ("links/", {"article": "\u202e"}),
        ("links/", {"article": ["KB-1"]}),
        ("messages/", {"body": 5.5, "internal": "perhaps"}),
        ("messages/", {"body": "x" * 1_000_001}),
        ("messages/", {"body": "x", "article": ["KB-1"] * 500}),
        ("reopen/", {"reason": "x" * 5000}),
    ],
)
def test_a_verb_that_is_told_nonsense_says_so(api, path, asked):
    ticket = make.ticket()
    response = api(make.contributor()).post(f"tickets/{ticket.number}/{path}", asked)
    assert 400 <= response.status_code < 500, response.content[:300]
    is_problem(response, response.status_code)


@pytest.mark.parametrize(
    "query",
    [
        "tickets/?q=%00",
        "tickets/?assignee=%00",
        "tickets/?team=99999999999999999999999",
        "tickets/?domain=%ED%A0%80",
        "tickets/?cursor=%00",
        "tickets/?cursor=WyJvIiwxZTQwMF0",
        "tickets/?limit=99999999999999999999",
        "tickets/?q=" + "x" * 9000,
        "articles/?tag=%00",
        "articles/?owner=%00",
        "articles/?flagged=perhaps",
        "flags/?by=%00",
        "search/?q=%00",
        "search/?q=a&tag=%00",
        "search/?q=a&domain=%00",
        "search/?q=a&limit=%D9%A1",
        "search/?q=a&language=%00",
        "tickets/KT-%00/",
        "tickets/KT-99999999999999999999/",
        "tickets/kt-1'--/",
        "articles/KB-99999999999999999999/",
        "flags/99999999999999999999/",
        "flags/999999999999999999/",
    ],
)
def test_an_address_that_makes_no_sense_never_breaks_the_server(api, query):
    response = api(make.contributor()).get(query)
    assert response.status_code in (200, 400, 404), response.content[:300]
    if response.status_code != 200:
        is_problem(response, response.status_code)


def test_a_search_for_anything_at_all_is_answered(api):
    program = api(make.contributor())
    for text in ("", "   ", "'", "%", "a" * 5000, "\u202e", "\U0001f600", "((((", "or and not"):
        response = program.get("search/?" + _query(q=text))
        assert response.status_code == 200, text


def _query(**values: str) -> str:
    from urllib.parse import urlencode

    return urlencode(values)


def test_another_kind_of_body_is_refused(api):
    program = api(make.contributor())
    sent = program.client.post(f"{ROOT}tickets/", {"subject": "x"}, headers=program.headers)
    is_problem(sent, 415)
    is_problem(
        program.client.get(
            f"{ROOT}tickets/", headers={**program.headers, "Accept": "text/html"}
        ),
        406,
    )


def test_a_method_that_is_not_there_and_an_address_that_is_not_there(api):
    program = api(make.contributor())
    told = program.call("DELETE", "tickets/")
    is_problem(told, 405, "method_not_allowed")
    assert "GET" in told.headers["Allow"]
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        for path in ("nothing/", "tickets", "tickets/what/", "", "tickets/KT-1/explode/"):
            is_problem(program.call(method, path), 404, "not_found")
    is_problem(program.call("OPTIONS", "tickets/"), 405)


def test_a_body_that_is_too_large_is_refused(api, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    response = api(make.contributor()).post("tickets/", {"subject": "x" * 2000})
    is_problem(response, 413, "too_large")


# Once is once -------------------------------------------------------------------------------


def test_a_repeated_key_gets_the_same_answer_and_does_nothing_twice(api):
    program = api(make.contributor())
    first = program.post("tickets/", {"subject": "Once"}, Idempotency_Key="a-1")
    again = program.post("tickets/", {"subject": "Once"}, Idempotency_Key="a-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    for name in ("ETag", "Location", "Content-Type"):
        assert first.headers[name] == again.headers[name]
    assert Ticket.objects.count() == 1
    other = program.post("tickets/", {"subject": "Other"}, Idempotency_Key="a-1")
    is_problem(other, 422)
    assert program.post("tickets/", {"subject": "Once"}).status_code == 201
    theirs = api(make.contributor()).post(
        "tickets/", {"subject": "Once"}, Idempotency_Key="a-1"
    )
    assert theirs.json()["number"] != first.json()["number"]


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("tickets/{t}/messages/", {"body": "Hello"}),
        ("tickets/{t}/links/", {"article": "{a}"}),
        ("tickets/{t}/solve/", {"outcome": "no_knowledge", "reason": "spam"}),
        ("tickets/{t}/assign/", {"assignee": "me"}),
        ("tickets/{t}/pend/", {}),
        ("tickets/{t}/wake/", {}),
        ("tickets/bulk/", {"numbers": ["{t}"], "verb": "assign", "assignee": "me"}),
        ("articles/", {"title": "New"}),
        ("articles/duplicates/", {"title": "New"}),
        ("articles/{a}/flags/", {"kind": "unclear"}),
        ("articles/{a}/feedback/", {"comment": "Good"}),
        ("articles/{a}/suggestions/", {"cause": "Rust"}),
    ],
)
def test_every_post_honours_the_key(api, path, asked):
    ticket, article = make.ticket(), make.article()
    names = {"t": ticket.number, "a": article.number}

    def filled(text: str) -> str:
        for name, value in names.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    program, body = api(make.contributor()), filled(json.dumps(asked))
    answers = [program.call("POST", filled(path), body, Idempotency_Key="k") for _ in range(2)]
    assert answers[0].status_code < 300, answers[0].content
    assert answers[0].content
    assert json.loads(answers[0].content) == json.loads(answers[1].content)
    assert answers[0].status_code == answers[1].status_code
    assert answers[1].headers["Idempotent-Replayed"] == "true"
    assert ticket.messages.count() <= 1
    assert article.flags.count() <= 1
    assert article.feedback.count() <= 1


@pytest.mark.django_db(transaction=True)
def test_the_same_key_from_many_hands_at_once_makes_one_ticket():
    agent = make.contributor()
    programs = [Program(agent) for _ in range(8)]
    start, answers = threading.Barrier(8), []

    def post(program: Program) -> None:
        try:
            start.wait()
            response = program.post("tickets/", {"subject": "Once"}, Idempotency_Key="k")
            answers.append(response.status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=post, args=[program]) for program in programs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Ticket.objects.count() == 1
    assert set(answers) <= {201, 409}
    assert 201 in answers


def test_scopes_are_read_and_write_and_nothing_else():
    from kcs.errors import BadValue

    with pytest.raises(BadValue):
        people_actions.make_key(make.contributor(), scopes=["everything"])


def test_a_database_that_is_away_is_a_503_that_says_when_to_ask_again(rf):
    from django.db import OperationalError

    from kcs import broken

    for path, kind in (("/api/v1/tickets/", "application/problem+json"), ("/", "text/html")):
        try:
            raise OperationalError("terminating connection")
        except OperationalError:
            response = broken.server_error(rf.get(path))
        assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
        assert response.headers["Content-Type"].startswith(kind)
    response = broken.server_error(rf.get("/api/v1/tickets/"))
    assert (response.status_code, json.loads(response.content)["code"]) == (500, "broken")
