"""pa/12: self-service, of planted visits; tests/portal/test_visits.py plays real ones."""

from datetime import timedelta

import pytest

from articles import actions
from articles.models import Feedback
from loops.models import Search
from people.models import User
from portal import actions as portal_actions
from tests import make
from tests.loops.reports.protocol import (
    ago,
    day,
    is_closed,
    opened,
    rows,
    show_all,
    signed_in,
    told,
)
from tests.loops.reports.sessions import MINUTE, read, searched
from tickets.models import TicketEvent

pytestmark = pytest.mark.django_db
KEY = "self-service"


@pytest.fixture
def world():
    """Five visits, two of them long ago: it helped; it was read; nothing was found; a ticket was
    asked; it did not help. And one that goes on."""
    show_all()

    class World:
        expert = make.publisher(name="Expert")
        customer = make.customer()
        till, kiosk = make.domain("till"), make.domain("kiosk")
        one = make.publisher(name="One")
        a = make.public_article(domain=till, by=one)
        b = make.public_article(domain=kiosk, by=make.publisher())

    World.till.experts.add(World.expert)
    World.expert = User.objects.get(pk=World.expert.pk)
    old, new = ago(days=40), ago(days=3)
    searched("receipts blank", World.a, World.b, at=old, visit="helped", click=1)
    said = actions.rate(World.a, by=None, helpful=True, visit="helped", channel="help")
    Feedback.objects.filter(pk=said.pk).update(at=old + 2 * MINUTE)
    searched("Receipts blank", World.a, at=new, visit="read", click=1)
    read(World.b, at=new + 2 * MINUTE, visit="read", printed_at=new + 3 * MINUTE)
    searched("no such thing", at=new, visit="nothing")
    searched("drawer", World.b, at=new, visit="asked", by=World.customer)
    ticket = portal_actions.ask(
        by=World.customer, subject="Drawer", description="", language="en", visit="asked"
    )
    events = TicketEvent.objects.filter(ticket=ticket)
    assert [event.detail["visit"] for event in events] == ["asked"]
    searched("kiosk", World.b, at=old, visit="not helped", click=1)
    said = actions.rate(World.b, by=None, helpful=False, visit="not helped", channel="help")
    Feedback.objects.filter(pk=said.pk).update(at=old + 2 * MINUTE)
    searched("just now", World.a, at=ago(minutes=5), visit="going on")
    # A colleague's look at the help centre is nobody's self-service.
    searched("receipts blank", World.a, at=new, visit="colleague", click=1, by=World.expert)
    return World


def test_each_string_view_feedback_and_outcome_once(world):
    # acceptance: pa/12
    names = ("string", "searches", "empty", "clicked", "abandoned", "escalated")
    assert sorted(rows(world.expert, KEY, *names)) == [
        ("drawer", 1, 0, 0, 0, 1), ("just now", 1, 0, 0, 0, 0), ("kiosk", 1, 0, 1, 0, 0),
        ("no such thing", 1, 1, 0, 1, 0), ("receipts blank", 2, 0, 2, 0, 0),
    ]  # fmt: skip
    a, b = world.a.number, world.b.number
    names = ("article", "views", "printed", "helped", "not_helped")
    assert rows(world.expert, KEY, *names, by="article") == [(a, 2, 0, 1, 0), (b, 2, 1, 0, 1)]
    assert sorted(rows(world.expert, KEY, "article", by="view")) == sorted([a, a, b, b])
    assert rows(world.expert, KEY, "rating", by="feedback") == ["It did not help", "It helped"]
    outcomes = sorted(rows(world.expert, KEY, "outcome", by="visit"))
    assert [one.partition(":")[0] for one in outcomes] == [
        "Confirmed", "None", "None", "None", "Potential", "Still going on",
    ]  # fmt: skip


def test_half_the_period_and_an_empty_one(world):
    # acceptance: pa/12
    late, early = {"from_": day(ago(days=20))}, {"to": day(ago(days=20))}
    assert sorted(rows(world.expert, KEY, "string", **late)) == [
        "drawer", "just now", "no such thing", "receipts blank",
    ]  # fmt: skip
    assert sorted(rows(world.expert, KEY, "string", **early)) == ["kiosk", "receipts blank"]
    assert rows(world.expert, KEY, "article", "views", by="article", **late) == [
        (world.a.number, 1), (world.b.number, 1),
    ]  # fmt: skip
    assert rows(world.expert, KEY, "rating", by="feedback", **late) == []
    assert len(rows(world.expert, KEY, "outcome", by="visit", **early)) == 2
    for by in ("string", "article", "view", "feedback", "visit", "search"):
        assert rows(world.expert, KEY, "_", by=by, to=day(ago(days=300))) == []
    # To the minute.
    moment = (Search.objects.get(query="kiosk").at + timedelta(seconds=1)).isoformat()
    assert "kiosk" not in rows(world.expert, KEY, "string", from_=moment)


def test_branch_owner_first_author_role_and_outcome(world):
    # acceptance: pa/12
    a, one = world.a.number, world.one.email
    for query in ({"domain": "till"}, {"category": "till"}, {"creator": one}, {"owner": one}):
        strings = rows(world.expert, KEY, "string", **query)
        assert sorted(strings) == ["just now", "receipts blank"], query
        assert rows(world.expert, KEY, "article", by="article", **query) == [a], query
        assert rows(world.expert, KEY, "rating", by="feedback", **query) == ["It helped"]
        assert len(rows(world.expert, KEY, "visit", by="visit", **query)) == 3, query
    assert rows(world.expert, KEY, "string", role="customer") == ["drawer"]
    assert len(rows(world.expert, KEY, "visit", by="visit", role="customer")) == 1
    assert rows(world.expert, KEY, "string", q="receipts") == ["receipts blank"]
    assert len(rows(world.expert, KEY, "visit", by="visit", outcome="none")) == 3


def test_every_number_opens_its_records(world):
    # acceptance: pa/12
    found = {row["string"]: row for row in told(world.expert, KEY)["rows"]}
    for string, name, n in (
        ("receipts blank", "searches", 2), ("receipts blank", "clicked", 2),
        ("no such thing", "empty", 1), ("drawer", "escalated", 1),
    ):  # fmt: skip
        assert opened(world.expert, found[string], name, KEY) == n
    row = told(world.expert, KEY, by="article", domain="kiosk")["rows"][0]
    for name, n in (("views", 2), ("printed", 1), ("not_helped", 1)):
        assert opened(world.expert, row, name, KEY) == n
    shown = signed_in(world.expert).get(f"/insights/reports/{KEY}/").content.decode()
    for words in ("Confirmed", "Potential", "None: asked us", "Confirmed, of all visits"):
        assert words in shown


def test_the_log_of_a_visit_names_nobody_and_is_for_readers_of_figures(world):
    # acceptance: pa/12 SC11.7
    client = signed_in(world.expert)
    log = client.get("/insights/reports/visits/asked/").content.decode()
    assert "drawer" in log
    assert "Customer" in log
    assert world.customer.email not in log
    assert world.customer.name not in log
    assert client.get("/insights/reports/visits/nobody/").status_code == 404
    assert signed_in(make.contributor()).get(
        "/insights/reports/visits/asked/"
    ).status_code == 403  # fmt: skip
    assert is_closed(KEY)
