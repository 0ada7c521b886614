"""Outcomes, and new against known; who reads the promises; how much they cost."""

import re

import pytest
from django.db import connection

from loops.evolve.promises import jobs as promises
from people.models import SiteSettings
from tests import make
from tests.load.measure import queries_of
from tests.loops.evolve.promising import (
    DAY,
    HOUR,
    counted,
    known,
    seen,
    signed_in,
    table,
    tickets,
)

pytestmark = pytest.mark.usefixtures("nothing_hidden")

PAGES = ("outcomes", "times", "consistency", "queue", "new-known")
EMPTY = {
    "outcomes": "Nothing to show in this period.",
    "times": "Not compared yet",
    "consistency": "Not computed yet",
    "queue": "Nothing arrived in this period, and nothing is open.",
    "new-known": "Nothing to show in this period.",
}


@pytest.fixture
def desk():
    """Two teams. In the first: 12 found, 6 not found; in the second 2 captured by nobody, 4 new,
    and 6 with nothing to know. Three people solved."""
    manager = make.contributor()
    one, two = make.team("Till", manager=manager), make.team("Pay")
    people = [make.contributor(team=one) for _n in range(3)]
    article = make.public_article()
    type(article).objects.update(created_at=article.created_at - 30 * DAY)
    topic = known(article)
    for n, by in enumerate(people):
        tickets([HOUR] * 4, by=by, team=one, outcome="reused", answer=article, topic=topic,
                novelty="known_found")  # fmt: skip
        tickets([HOUR] * 2, by=by, team=one, topic=topic, novelty="known_not_found")
        tickets([HOUR] * 2, by=by, team=two, novelty="no_event", reason="no_reply")
        tickets([HOUR] * (2 if n == 0 else 0), by=by, team=two, novelty="known_not_captured")
        tickets([HOUR] * (4 if n == 1 else 0), by=by, team=two, novelty="new")
    counted()
    return manager


def test_the_promises_are_read_by_those_whom_figures_are_for():
    readers = (make.coach(), make.administrator(), make.team(manager=make.user()).manager)
    foreign = make.team()
    for address in [f"/insights/{page}/" for page in PAGES]:
        for reader in readers:
            assert signed_in(reader).get(address).status_code == 200
        assert signed_in(readers[2]).get(address, {"team": foreign.pk}).status_code == 403
        assert signed_in(make.contributor()).get(address).status_code == 403
        assert signed_in(make.customer()).get(address).status_code in (403, 404)


def test_an_empty_desk_is_said_in_words():
    coach = make.coach()
    for page in PAGES:
        assert EMPTY[page] in seen(coach, page)


def test_a_page_takes_fifteen_queries_at_most(desk):
    for client in (signed_in(desk), signed_in(make.coach())):
        for page in PAGES:
            address = f"/insights/{page}/?period=1y"
            client.get(address)
            statements = queries_of(lambda: client.get(address))  # noqa: B023
            assert len(statements) <= 15, page + "\n".join(sql[:120] for sql in statements)


def test_new_and_known_are_those_counted_by_hand_and_open_their_tickets(desk):
    """Of 24 that could be known: 12 found, 6 not found, 2 not captured, 4 new."""
    coach = make.coach()
    text = seen(coach, "new-known", period="4w")
    for share in ("50.0%", "25.0%", "8.3%", "16.7%"):
        assert share in text
    assert "20.0% had nothing to be known" in text
    till = text[text.index('<th scope="row">Till</th>') :]
    assert "66.7%" in till
    assert "33.3%" in till
    address = re.search(r'href="(/insights/tickets/[^"]*what=known_not_found[^"]*)"', text)
    assert address is not None
    listed = signed_in(coach).get(address[1].replace("&amp;", "&"))
    assert "6" in listed.text
    rows = table(coach, "new-known", "new-known", period="4w")
    assert [sum(float(row[n]) for row in rows[1:]) for n in range(1, 6)] == [12, 6, 2, 4, 6]


def test_a_manager_sees_the_own_team_only(desk):
    text = seen(desk, "new-known", period="4w")
    assert '<th scope="row">Till</th>' in text
    assert "Pay" not in text
    assert "66.7%" in text


def test_a_team_of_one_solver_is_not_shown_to_others(desk):
    SiteSettings.objects.update(figures_minimum=20)
    lonely = make.team("Lonely")
    tickets([HOUR] * 30, by=make.contributor(team=lonely), team=lonely, novelty="new")
    counted()
    text = seen(make.coach(), "new-known", period="4w")
    rows = text[text.index('id="by-team"') :]
    assert "fewer than three people" in rows[rows.index(">Lonely<") : rows.index(">Pay<")]


def test_outcomes_are_those_counted_by_hand(desk):
    """12 of 30 by reuse; of 24 that could be known 12 found and 4 new; nobody wrote anything."""
    coach = make.coach()
    text = seen(coach, "outcomes", period="4w")
    reuse = text[text.index("Solved by reuse") : text.index("Solved at first contact")]
    assert "40.0%" in reuse
    assert "(n = 30)" in reuse
    assert "50.0%" in text[text.index("Captured and found") :]
    people = text[text.index("People take part") :]
    assert "0.0%" in people
    assert "(n = 3)" in people
    rows = table(coach, "outcomes", "efficiency", period="4w", every="month")
    assert rows[0][0] == "Month"
    assert signed_in(coach).get("/insights/outcomes/", {"every": "year"}).status_code == 422


def test_a_change_is_told_only_where_chance_does_not_make_it():
    """From 10 of 40 to 36 of 40 by reuse; then the other figures stay what they were."""
    by, article = make.contributor(), make.public_article()
    type(article).objects.update(created_at=article.created_at - 200 * DAY)
    done = {"outcome": "reused", "answer": article}
    tickets([HOUR] * 10, by=by, ago=40 * DAY, **done)
    tickets([HOUR] * 30, by=by, ago=40 * DAY)
    tickets([HOUR] * 36, by=by, **done)
    tickets([HOUR] * 4, by=by)
    counted()
    text = seen(make.coach(), "outcomes", period="4w")
    reuse = text[text.index("Solved by reuse") : text.index("Solved at first contact")]
    assert "65 points more than before (25%)" in reuse
    contact = text[text.index("Solved at first contact") : text.index("Time to resolve")]
    assert "no difference that chance would not make; 100% before" in contact


def test_what_was_solved_stands_without_what_was_imported(desk):
    """Of 30 tickets 30 were solved; two of history came with an import."""
    make.gate("off")
    with connection.cursor() as cursor:
        cursor.execute("set local kcs.importing = 'on'")
    tickets([HOUR] * 2, by=make.contributor(), outcome="imported")
    counted()
    coach = make.coach()
    page = signed_in(coach).get("/insights/queue/", {"period": "4w"}).context["page"]
    solved = page.figures[1]
    assert (solved.value, solved.n) == ("7.5", 30)
    assert solved.says == "tickets a week, without 2 imported ones"
    assert table(coach, "queue", "flow", period="4w")[0][-1] == "Solved or imported"
    assert "what=solved" in solved.url


def test_a_page_says_which_figures_a_domain_does_not_narrow(desk):
    domain, coach = make.domain(), make.coach()
    promises.run()
    for page, said in (
        ("times", "they are of all domains and channels"),
        ("consistency", "The share and the chart are of all domains"),
    ):
        assert said not in seen(coach, page)
        assert said in seen(coach, page, domain=domain.pk)
    assert "they are of all domains and channels" in seen(coach, "times", channel="mail")
