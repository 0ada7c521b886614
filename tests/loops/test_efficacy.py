"""Version efficacy: what became of the tickets that each version solved. Worked out by hand."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from articles import actions
from loops.solve import actions as solving
from loops.statistics.rates import Share, differ, wilson
from loops.upkeep import efficacy
from tests import make
from tickets.models import Ticket

MONTH = timedelta(days=30)


def test_wilsons_interval_is_the_textbooks():
    low, high = wilson(8, 10)
    assert (round(low, 3), round(high, 3)) == (0.49, 0.943)
    assert wilson(0, 20)[0] == 0
    assert round(wilson(0, 20)[1], 3) == 0.161
    assert wilson(5, 5)[1] == 1
    assert wilson(0, 0) == (0, 1)


def test_a_difference_is_only_told_when_the_interval_leaves_zero_out():
    assert differ(Share(2, 40), Share(14, 40)) == 1  # 5 % and 35 %
    assert differ(Share(14, 40), Share(2, 40)) == -1
    assert differ(Share(10, 40), Share(14, 40)) == 0  # could be chance
    assert differ(Share(0, 10), Share(10, 10)) == 0  # too few to say


@pytest.fixture
def article(db):
    """Version 1 solved three tickets: one reopened, one of a requester who came back, one whose
    requester was satisfied. Version 2 solved one. The figures are read a month from now."""
    agent, till = make.contributor(), make.domain("till")
    article = make.public_article(by=make.publisher(), domain=till)
    opened, back, pleased = (solved(article, agent, till) for _ in range(3))
    solving.reopen(opened, by=agent)
    then = timezone.now()
    again = make.ticket(requester=back.requester, domain=till)
    Ticket.objects.filter(pk=again.pk).update(created_at=then + timedelta(days=13))
    late = make.ticket(requester=pleased.requester, domain=till)
    Ticket.objects.filter(pk=late.pk).update(created_at=then + timedelta(days=15))
    other = make.ticket(requester=pleased.requester, domain=make.domain("pay"))
    Ticket.objects.filter(pk=other.pk).update(created_at=then + timedelta(days=2))
    Ticket.objects.filter(pk=back.pk).update(csat=2)
    Ticket.objects.filter(pk=pleased.pk).update(csat=5)
    actions.improve(article, by=make.publisher(), changes={"resolution": "Better steps."})
    article.refresh_from_db()
    solved(article, agent, till)
    return article


def solved(article, agent, domain) -> Ticket:
    ticket = make.searched(make.ticket(domain=domain), by=agent)
    solving.link(ticket, article, by=agent)
    return solving.solve(ticket, by=agent)


def test_each_version_has_its_own_figures(article):
    reader, later = make.publisher(), timezone.now() + MONTH
    newer, older = efficacy.by_version(article, user=reader, now=later)
    assert (older.version, older.tickets, newer.version, newer.tickets) == (1, 3, 2, 1)
    assert (older.reopened.hits, older.reopened.n) == (1, 3)
    assert (older.repeated.hits, older.repeated.n) == (1, 3)
    assert (older.satisfied.hits, older.satisfied.n, older.csat) == (1, 2, 3.5)
    assert (newer.repeated.hits, newer.repeated.n) == (0, 1)
    early = efficacy.by_version(article, user=reader)
    assert [row.repeated.n for row in early] == [0, 0]  # two weeks have not passed yet
    assert not older.reopened.enough
    assert newer.said == []


def test_the_page_shows_share_interval_and_n(client, article, django_assert_max_num_queries):
    client.force_login(make.contributor())
    address = reverse("upkeep:efficacy", args=[article.number])
    client.get(address)  # a process asks once whether anybody was set up
    with django_assert_max_num_queries(10):
        page = client.get(address).text
    assert "33%" in page
    assert "6%–79% · n=3" in page
    assert "share few" in page
    assert "Recall" not in page  # not a contributor's to do
    client.force_login(make.publisher())
    assert "?version=1" in client.get(reverse("upkeep:efficacy", args=[article.number])).text


def test_programs_read_the_same(api, article):
    rows = api(make.contributor()).get(f"articles/{article.number}/efficacy/").json()
    assert rows[1]["reopened"] == {
        "value": pytest.approx(1 / 3), "hits": 1, "n": 3, "enough": False,
        "interval": [pytest.approx(0.0615, abs=0.001), pytest.approx(0.7923, abs=0.001)],
    }  # fmt: skip
    assert api(make.customer()).get(f"articles/{article.number}/efficacy/").status_code == 403


def test_a_private_teams_tickets_count_for_those_who_see_them(article):
    team = make.team(private=True)
    Ticket.objects.filter(csat=5).update(team=team)

    def tickets(user) -> int:
        return efficacy.by_version(article, user=user)[1].tickets

    assert tickets(make.publisher()) == 2
    assert tickets(make.contributor(team=team)) == 3


def test_what_the_intervals_carry_is_said_in_words():
    def row(version: int, reopened: Share) -> efficacy.Row:
        return efficacy.Row(version=version, at=None, by="", note="", current=False, tickets=40,
                            reopened=reopened, repeated=Share(1, 40), satisfied=Share(3, 5),
                            csat=None)  # fmt: skip

    older, newer = row(1, Share(14, 40)), row(2, Share(2, 40))
    assert efficacy.compare(older, newer) == [
        "Fewer of its tickets were reopened than with version 1."
    ]
    assert efficacy.compare(older, row(2, Share(13, 40))) == []
