"""Idempotency-Key: the repeat of a POST gets the same answer, and does nothing again."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, connections, transaction
from django.test import Client
from django.utils import timezone

from people import actions, idempotency, tasks
from people.models import Reply
from tests import make
from tickets.models import Ticket

TICKETS = "/api/v1/tickets/"
TICKET = {"subject": "It beeps", "requester": {"email": "maya@example.com"}}


@pytest.fixture
def key(db) -> str:
    return actions.make_key(make.contributor(), scopes=["read", "write"])[1]


def post(client, key, once="first", body=None, path=TICKETS):
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": once}
    return client.post(path, body or TICKET, "application/json", headers=headers)


def test_a_repeat_is_answered_alike_and_makes_nothing(client, key):
    first, second = post(client, key), post(client, key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert first.headers.get("ETag") == second.headers.get("ETag")
    assert second["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert Ticket.objects.count() == 1


def test_another_key_is_another_request(client, key):
    post(client, key, "first")
    post(client, key, "second")
    assert Ticket.objects.count() == 2


def test_a_key_used_for_another_body_is_refused(client, key):
    post(client, key)
    refused = post(client, key, body={**TICKET, "subject": "It hums"})
    assert refused.status_code == 422
    assert refused.json()["code"] == "idempotency_key_reused"
    assert refused["Content-Type"] == "application/problem+json"
    assert Ticket.objects.count() == 1


def test_two_people_may_choose_the_same_key(client, key):
    post(client, key)
    other = actions.make_key(make.contributor(), scopes=["write"])[1]
    assert post(client, other, body={**TICKET, "subject": "It hums"}).status_code == 201


def test_a_refusal_is_repeated_too(client, key):
    ticket = make.ticket()
    path = f"{TICKETS}{ticket.number}/solve/"
    first, second = (post(client, key, path=path, body={"outcome": "reused"}) for _ in "12")
    assert (first.status_code, second.status_code) == (409, 409)
    assert first.json() == second.json()
    assert second["Content-Type"].startswith("application/problem+json")


def test_who_may_not_come_in_is_not_remembered(client, key):
    reads = actions.make_key(make.contributor(), scopes=["read"])[1]
    assert post(client, reads).status_code == 403
    assert post(client, "00000000." + "x" * 43).status_code == 401
    assert not Reply.objects.exists()


@pytest.mark.parametrize("once", ["", "x" * 201, "a b", "é"])
def test_what_is_no_key_is_refused_in_words(client, key, once):
    refused = post(client, key, once)
    assert refused.status_code == 400
    assert refused.json()["code"] == "idempotency_key_invalid"


def test_a_signed_in_browser_may_use_it_too(client, db):
    client.force_login(make.contributor())
    headers = {"Idempotency-Key": "mine"}
    for _time in range(2):
        made = client.post(TICKETS, TICKET, "application/json", headers=headers)
        assert made.status_code == 201
    assert Ticket.objects.count() == 1


def test_reading_needs_no_key_and_keeps_nothing(client, key):
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "x"}
    client.get(TICKETS, headers=headers)
    assert not Reply.objects.exists()


def test_an_answer_is_kept_for_a_day(client, key):
    post(client, key)
    with time_machine.travel(timezone.now() + timedelta(hours=23)):
        assert tasks.tidy()["replies"] == 0
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert tasks.tidy()["replies"] == 1


@pytest.mark.django_db(transaction=True)
def test_a_repeat_while_the_first_is_being_worked_on_is_refused():
    noa = make.contributor()
    key = actions.make_key(noa, scopes=["write"])[1]
    held, done = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            assert idempotency.lock(noa, "first")
            held.set()
            done.wait(20)
        connections.close_all()

    worker = threading.Thread(target=hold)
    worker.start()
    try:
        assert held.wait(20)
        refused = post(Client(), key)
        assert refused.status_code == 409
        assert refused.json()["code"] == "idempotency_in_progress"
    finally:
        done.set()
        worker.join()
    assert post(Client(), key).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_make_one_ticket():
    noa = make.contributor()
    key = actions.make_key(noa, scopes=["write"])[1]
    start, answers = threading.Barrier(10), []

    def ask():
        start.wait(20)
        answers.append(post(Client(), key).status_code)
        connections.close_all()

    workers = [threading.Thread(target=ask) for _n in range(10)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert Ticket.objects.count() == 1
    assert set(answers) <= {201, 409}
    assert 201 in answers


@pytest.mark.django_db
def test_what_broke_is_undone_and_may_be_tried_again(client, key):
    """An error of ours is no answer: nothing of the work stays, and the key is free again."""
    client.raise_request_exception = False
    with connection.cursor() as cursor:  # a database that cannot keep the event
        cursor.execute("alter table tickets_ticketevent add constraint broken check (false)")
        assert post(client, key).status_code == 500
        assert not Ticket.objects.exists()
        assert not Reply.objects.exists()
        cursor.execute("alter table tickets_ticketevent drop constraint broken")
    assert post(client, key).status_code == 201
