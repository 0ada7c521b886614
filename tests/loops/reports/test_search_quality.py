"""pa/24 and pa/25: how well search works, and which searches were given up."""

from datetime import timedelta

import pytest
from django.urls import reverse

from loops.evolve.rollups import jobs as rollups
from loops.evolve.rollups import numbers
from loops.evolve.scope import Scope
from loops.models import Link, Opening, Question, Search
from loops.reports.search_quality import ndcg
from tests import make
from tests.loops.reports.protocol import (
    ago,
    asked,
    day,
    is_closed,
    opened,
    rows,
    show_all,
    signed_in,
    told,
)
from tests.loops.reports.sessions import MINUTE, read, searched

pytestmark = pytest.mark.django_db
QUALITY, ABANDONED = "search-quality", "abandoned-searches"
PLANTED = (1, 1, 2, 5, 9)


@pytest.fixture
def world():
    """Outside ten searches: two find nothing, three are not clicked, five are, at the places
    1, 1, 2, 5, 9; half of them long ago. Inside four of one agent."""
    show_all()

    class World:
        coach = make.coach()
        agent = make.contributor(team=make.team("Desk"))
        till = make.domain("till")
        a = make.public_article(domain=till)
        b = make.public_article()

    old, new = ago(days=40), ago(days=4)
    for place, rank in enumerate(PLANTED):
        at = old if place % 2 else new
        searched("found", World.a, World.b, at=at, visit=f"click {place}", click=rank)
    for place in range(3):
        at = old if place == 0 else new
        searched("Not clicked", World.a, at=at, visit=f"left {place}")
    for place in range(2):
        searched("nothing", at=old if place else new, visit=f"empty {place}")
    ticket = make.ticket(domain=World.till)
    desk = {"by": World.agent, "ticket": ticket, "at": new}
    searched("", World.b, World.a, kind="suggested", **desk)
    searched("symbols", World.b, World.a, click=2, **desk)
    version = World.a.versions.get()
    Link.objects.create(ticket=ticket, article=World.a, version=version, delivered=version,
                        by=World.agent, at=new + 5 * MINUTE)  # fmt: skip
    other = make.ticket()
    searched("too hard", World.b, by=World.agent, ticket=other, at=new)
    Question.objects.create(ticket=other, by=World.agent, asked=World.coach, title="How?")
    searched("given up", World.b, by=World.agent, ticket=make.ticket(), at=new)
    return World


def test_planted_searches_give_the_computed_figures_inside_and_outside_apart(world):
    # acceptance: pa/24
    outside, inside, suggested = told(world.coach, QUALITY)["rows"]
    expected = {
        "searches": 10, "empty": 2, "empty_rate": 0.2, "unclicked": 3, "unclicked_rate": 0.3,
        "clicked": 5, "clicked_rate": 0.5, "escalated": 0, "rank": 2, "rank_p90": 7.4,
        "mrr": round((1 + 1 + 1 / 2 + 1 / 5 + 1 / 9) / 10, 4), "ndcg": None, "judged": 0,
    }  # fmt: skip
    assert {name: outside[name] for name in expected} == expected
    expected = {
        "searches": 3, "empty": 0, "unclicked": 2, "clicked": 1, "escalated": 1,
        "abandoned": 1, "rank": 2, "mrr": round(1 / 2 / 3, 4), "judged": 1, "ndcg": 0.6309,
    }  # fmt: skip
    assert {name: inside[name] for name in expected} == expected
    assert (suggested["searches"], suggested["ndcg"], suggested["abandoned"]) == (1, 0.6309, 0)
    assert rows(world.coach, QUALITY, "rank", "clicks", by="rank", where="outside") == [
        (1, 2), (2, 1), (5, 1), (9, 1),
    ]  # fmt: skip
    for name in ("searches", "empty", "unclicked", "clicked", "abandoned"):
        assert opened(world.coach, outside, name, QUALITY) == outside[name]
    assert opened(world.coach, inside, "escalated", QUALITY) == 1


def test_half_the_period_the_branch_and_the_team(world):
    # acceptance: pa/24
    early, late = {"to": day(ago(days=20))}, {"from_": day(ago(days=20))}
    names = ("searches", "empty", "unclicked", "clicked", "mrr")
    assert rows(world.coach, QUALITY, *names, where="outside", **early) == [
        (4, 1, 1, 2, round((1 + 1 / 5) / 4, 4))
    ]
    assert rows(world.coach, QUALITY, *names, where="outside", **late) == [
        (6, 1, 2, 3, round((1 + 1 / 2 + 1 / 9) / 6, 4))
    ]
    # A search belongs to what it led to: those that found nothing are in no branch.
    names = ("searches", "empty", "clicked")
    assert rows(world.coach, QUALITY, *names, domain="till") == [
        (5, 0, 2),
        (1, 0, 1),
        (1, 0, 0),
    ]
    assert rows(world.coach, QUALITY, "searches", category="till") == [5, 1, 1]
    assert rows(world.coach, QUALITY, "searches", team="Desk") == [3, 1]
    assert rows(world.coach, QUALITY, "searches", q="found") == [5, 0, 0]
    empty = rows(world.coach, QUALITY, "searches", "mrr", to=day(ago(days=300)))
    assert empty == [(0, None)] * 3


def test_searches_of_private_teams_are_nobody_elses(world):
    team = make.team(private=True)
    own = make.ticket(team=team)
    member = make.contributor(team=team)
    searched("secret", world.a, by=member, ticket=own, at=ago(days=4))
    assert rows(world.coach, QUALITY, "string", by="search", q="secret") == []


def test_an_administrator_counts_the_searches_on_tickets_too(world):
    reader = make.administrator()
    for query in ({}, {"by": "search"}, {"where": "inside"}):
        assert asked(reader, QUALITY, **query)["n"] == asked(world.coach, QUALITY, **query)["n"]
    assert rows(reader, QUALITY, "searches") == [10, 3, 1]
    strings = rows(reader, ABANDONED, "string", by="string")
    assert strings == rows(world.coach, ABANDONED, "string", by="string")


def test_ndcg_by_hand():
    # acceptance: pa/24
    assert ndcg([7, 8, 9], {7}) == 1
    assert ndcg([8, 9], {7}) == 0
    assert round(ndcg([8, 7, 9, 6], {7, 6}), 4) == 0.6509
    assert ndcg([*range(10), 77], {77}) == 0


def test_what_was_given_up_without_a_word_is_listed(world):
    # acceptance: pa/25
    answer = told(world.coach, ABANDONED)
    assert sorted(row["string"] for row in answer["rows"]) == [
        "Not clicked", "Not clicked", "Not clicked", "given up", "nothing", "nothing",
    ]  # fmt: skip
    assert answer["n"] == 6
    names = ("string", "searches", "empty")
    assert rows(world.coach, ABANDONED, *names, by="string", where="outside") == [
        ("not clicked", 3, 0), ("nothing", 2, 2),
    ]  # fmt: skip
    row = asked(world.coach, ABANDONED, by="string")["rows"][0]
    assert opened(world.coach, row, "searches", ABANDONED) == 3
    assert len(rows(world.coach, ABANDONED, "string", domain="till")) == 3
    assert len(rows(world.coach, ABANDONED, "string", q="clicked", to=day(ago(days=20)))) == 1
    assert rows(world.coach, ABANDONED, "string", team="Desk") == ["given up"]
    assert rows(world.coach, ABANDONED, "string", to=day(ago(days=300))) == []


def test_neither_what_was_found_in_other_words_nor_what_goes_on_is_abandoned(world):
    # acceptance: pa/25
    at = ago(hours=3)
    searched("in my words", world.a, at=at, visit="twice")
    searched("in theirs", world.a, at=at + MINUTE, visit="twice", click=1)
    searched("a minute ago", world.a, at=ago(minutes=1), visit="now")
    searched("an hour ago", world.a, at=ago(hours=1), visit="still")
    searched("and again", world.a, at=ago(minutes=10), visit="still")
    searched("browsed", world.a, at=at, visit="by address")
    read(world.b, at=at + timedelta(minutes=5), visit="by address")
    found = rows(world.coach, ABANDONED, "string", from_=day(ago(hours=4)))
    assert found == []
    # One that was left: what was clicked before does not save what was given up after.
    searched("at last", world.a, at=at + 9 * MINUTE, visit="twice")
    assert rows(world.coach, ABANDONED, "string", from_=day(ago(hours=4))) == ["at last"]
    Opening.objects.all().delete()
    assert len(rows(world.coach, ABANDONED, "string", from_=day(ago(hours=4)))) == 4


def test_the_day_tables_look_at_each_search_by_itself_and_the_report_at_sessions(world):
    """docs/reports.md says where the two differ: each search here, and nothing else."""
    Search.objects.all().delete()
    Opening.objects.all().delete()
    agent, at = world.agent, ago(hours=5)

    def alone(query, *articles, **fields):
        ticket = make.ticket()
        return ticket, searched(query, *articles, by=agent, ticket=ticket, at=at, **fields)

    def linked(ticket, article, moment):
        version = article.versions.get()
        Link.objects.create(ticket=ticket, article=article, version=version, delivered=version,
                            by=agent, at=moment)  # fmt: skip

    alone("both", world.a)
    alone("clicked", world.a, click=1)
    # In the report alone.
    alone("empty")
    before, _search = alone("linked before", world.a)
    linked(before, world.a, at - MINUTE)
    # In the day tables alone.
    _ticket, slow = alone("opened late", world.a)
    read(world.a, at=at + 31 * MINUTE, of=slow, rank=1)
    other, _search = alone("another was linked", world.a)
    linked(other, world.b, at + MINUTE)
    wanted, _search = alone("asked", world.a)
    Question.objects.create(
        ticket=wanted, by=agent, asked=world.coach, title="How?", at=at + MINUTE
    )
    again, _search = alone("other words", world.a)
    searched("then found", world.a, by=agent, ticket=again, at=at + MINUTE, click=1)
    searched("just now", world.a, by=agent, ticket=make.ticket(), at=ago(minutes=1))
    day_of = {"from_": day(at), "to": day(ago())}
    assert sorted(rows(world.coach, ABANDONED, "string", **day_of)) == [
        "both", "empty", "linked before",
    ]  # fmt: skip
    rollups.run()
    told = numbers.searches(Scope.asked({"period": "2d"}, world.coach), channel="desk")
    assert told["desk/asked"].abandoned == len(
        ["both", "opened late", "another was linked", "asked", "other words", "just now"]
    )
    page = signed_in(world.coach).get(reverse("insights:report", args=[ABANDONED]))
    assert "Whole sessions are looked at" in page.text


@pytest.mark.parametrize("key", [QUALITY, ABANDONED])
def test_both_are_for_readers_of_figures(world, key):
    # acceptance: pa/24 pa/25
    assert is_closed(key)
