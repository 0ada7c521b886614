"""API keys: shown once, scoped, revocable at once."""

import re
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from kcs.errors import BadValue, Refused
from people import actions
from people.models import ApiKey
from tests import make

pytestmark = pytest.mark.django_db
TICKETS = "/api/v1/tickets/"
TICKET = {"subject": "It beeps", "requester": {"email": "maya@example.com"}}


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def post(client, key, **more):
    return client.post(TICKETS, TICKET, "application/json", headers={**bearer(key), **more})


def test_a_key_works_as_its_person(client):
    _made, key = actions.make_key(make.contributor(), scopes=["read", "write"])
    assert client.get(TICKETS, headers=bearer(key)).status_code == 200
    assert post(client, key).status_code == 201


def test_only_its_hash_is_kept():
    made, key = actions.make_key(make.contributor(), scopes=["read"])
    secret = key.partition(".")[2]
    assert secret not in str(ApiKey.objects.filter(pk=made.pk).values())


def test_a_key_does_only_what_its_scopes_say(client):
    _made, reads = actions.make_key(make.contributor(), scopes=["read"])
    assert client.get(TICKETS, headers=bearer(reads)).status_code == 200
    assert post(client, reads).status_code == 403
    _made, writes = actions.make_key(make.contributor(), scopes=["write"])
    assert client.get(TICKETS, headers=bearer(writes)).status_code == 403
    assert post(client, writes).status_code == 201


def test_a_revoked_key_opens_nothing_from_now_on(client):
    made, key = actions.make_key(make.contributor(), scopes=["read"])
    actions.revoke_key(made)
    refused = client.get(TICKETS, headers=bearer(key))
    assert refused.status_code == 401
    assert refused["WWW-Authenticate"] == "Bearer"
    assert refused["Content-Type"] == "application/problem+json"


def test_a_key_ends_on_its_day(client):
    tomorrow = timezone.now() + timedelta(days=1)
    _made, key = actions.make_key(make.contributor(), scopes=["read"], expires_at=tomorrow)
    assert client.get(TICKETS, headers=bearer(key)).status_code == 200
    with time_machine.travel(tomorrow + timedelta(seconds=1)):
        assert client.get(TICKETS, headers=bearer(key)).status_code == 401


@pytest.mark.parametrize(
    "key",
    [
        "",
        "x",
        "00000000." + "x" * 43,
        "\x00.\x00",
        "é" * 52,
        "0" * 5000,
        "ffffffff.' or 1=1 --",
    ],
)
def test_what_is_no_key_is_answered_alike(client, key):
    answer = client.get(TICKETS, headers=bearer(key))
    assert answer.status_code == 401
    assert answer.json()["detail"] == "This API key is not valid."


def test_a_right_prefix_with_a_wrong_secret_is_no_key(client):
    made, _key = actions.make_key(make.contributor(), scopes=["read"])
    wrong = client.get(TICKETS, headers=bearer(f"{made.prefix}.{'x' * 43}"))
    assert wrong.status_code == 401


def test_it_is_known_when_a_key_was_used(client):
    made, key = actions.make_key(make.contributor(), scopes=["read"])
    client.get(TICKETS, headers=bearer(key))
    made.refresh_from_db()
    assert made.last_used_at is not None


def test_scopes_are_read_and_write_and_days_are_to_come():
    noa = make.contributor()
    for scopes in ([], ["admin"], ["read", "root"]):
        with pytest.raises(BadValue):
            actions.make_key(noa, scopes=scopes)
    with pytest.raises(BadValue):
        actions.make_key(noa, scopes=["read"], expires_at=timezone.now())


def test_a_leaver_gets_no_key():
    noa = make.contributor()
    actions.deactivate(noa, by=make.administrator())
    with pytest.raises(Refused, match="not active"):
        actions.make_key(noa, scopes=["read"])


def test_the_page_shows_a_new_key_this_once(client):
    noa = make.contributor()
    client.force_login(noa)
    page = client.post(reverse("people:keys"), {"name": "Export", "scopes": ["read"]})
    key = re.search(r'value="([0-9a-f]{8}\.[\w-]{43})"', page.text)[1]
    assert client.get(TICKETS, headers=bearer(key)).status_code == 200
    assert key not in client.get(reverse("people:keys")).text
    assert noa.events.first().verb == "key_made"


def test_people_revoke_their_own_keys_and_no_others(client):
    noa, dan = make.contributor(), make.contributor()
    mine, _key = actions.make_key(noa, scopes=["read"])
    his, _key = actions.make_key(dan, scopes=["read"])
    client.force_login(noa)
    client.post(reverse("people:revoke_key", args=[mine.prefix]))
    assert client.post(reverse("people:revoke_key", args=[his.prefix])).status_code == 404
    mine.refresh_from_db()
    his.refresh_from_db()
    assert mine.revoked_at
    assert not his.revoked_at


def command(*arguments: str) -> str:
    said = StringIO()
    call_command("apikey", *arguments, stdout=said)
    return said.getvalue()


def test_the_command_makes_lists_and_revokes(client):
    noa = make.contributor(email="noa@example.org")
    key = command("create", "--user", "noa@example.org", "--scope", "read", "--name", "nightly")
    assert client.get(TICKETS, headers=bearer(key.strip())).status_code == 200
    listed = command("list", "--user", "noa@example.org")
    assert key[:8] in listed
    assert "nightly" in listed
    assert key.strip() not in listed
    command("revoke", key[:8])
    assert client.get(TICKETS, headers=bearer(key.strip())).status_code == 401
    assert [e.verb for e in noa.events.all()][:2] == ["key_revoked", "key_made"]


def test_the_command_gives_both_scopes_when_none_is_named(client):
    make.contributor(email="noa@example.org")
    assert (
        post(client, command("create", "--user", "noa@example.org").strip()).status_code == 201
    )


def test_the_command_says_what_is_wrong():
    with pytest.raises(CommandError, match="Nobody here"):
        command("create", "--user", "nobody@example.org")
    with pytest.raises(CommandError, match="No key begins"):
        command("revoke", "12345678")
