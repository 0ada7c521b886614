"""Why the queue does not get shorter: backlog, its parts, and what would change it."""

import pytest

from loops.evolve.promises import jobs as promises
from loops.models import Finding, Improvement, Topic
from tests import make
from tests.loops.evolve import desk
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
from tickets.models import Ticket

pytestmark = pytest.mark.usefixtures("nothing_hidden")


def test_the_backlog_is_counted_back_from_what_is_open():
    """Ten days ago 5 came and 3 were solved after a day; three days ago 4 came, 1 was solved
    after two days. Open at the end: 5, 2, … 2, 6, 6, 5, 5."""
    by = make.contributor()
    tickets([DAY] * 3 + [None] * 2, by=by, ago=10 * DAY)
    tickets([2 * DAY] + [None] * 3, by=by, ago=3 * DAY)
    counted()
    coach = make.coach()
    week = table(coach, "queue", "backlog", period="4w")
    assert week[-1][1] == "5"
    assert week[1][1] == "0"
    came = sum(float(row[1]) for row in table(coach, "queue", "flow", period="4w")[1:])
    assert came == 9
    # A period that ended before: what came and went since is put back.
    now = Ticket.objects.latest("created_at").created_at
    ends = (now - 2 * DAY).date()
    earlier = table(
        coach, "queue", "backlog", **{"from": (now - 9 * DAY).date(), "to": ends - DAY}
    )
    assert earlier[-1][1] == "2"


def test_what_is_open_is_in_the_first_part_that_fits():
    by = make.contributor()
    outside, inside = make.public_article(), make.article()
    unknown = Topic.objects.create(kind="unknown", name="Something")
    tickets([None] * 2, by=by, topic=known(outside))
    tickets([None], by=by, topic=known(outside), is_defect=True)
    tickets([None] * 3, by=by, topic=known(inside))
    tickets([None] * 4, by=by, topic=unknown)
    tickets([None] * 5, by=by)
    promises.run()
    rows = table(make.coach(), "queue", "split")
    assert [row[1] for row in rows[1:]] == ["1", "2", "3", "4", "5"]
    assert "15" in seen(make.coach(), "queue")
    other = make.contributor()
    team = make.team(manager=other)
    assert [row[1] for row in table(other, "queue", "split", team=team.pk)[1:]] == ["0"] * 5


def test_what_if_is_counted_by_hand_and_never_a_promise():
    """Thirteen links in 90 days ask for the article outside. Without a reader so far it is the
    prior: 2 of 10 get by. 13 / (90/7) × 0.2 = 0.2 tickets a week."""
    by, article = make.contributor(), make.article()
    tickets([HOUR] * 13, by=by, outcome="reused", answer=article, topic=known(article))
    fault = Topic.objects.create(kind="unknown", name="One cent is missing")
    tickets([HOUR] * 26, by=by, topic=fault, is_defect=True)
    promises.run()
    coach = make.coach()
    text = seen(coach, "queue", articles=1, causes=0)
    assert "0.2 (0" in text
    assert "1 article, 1.0 tickets a week" in text
    assert article.title in text
    assert "never a promise" in text
    limited = seen(coach, "queue", articles=0, causes=1)
    # Poisson: (√26 + 0.98)² / 12.857 = 2.9.
    assert "between 0 and 2.9" in limited
    assert "One cent is missing" in limited
    Improvement.objects.create(
        kind="product", state="shipped", title="Mended", shipped_at=Ticket.objects.first().created_at,
        effect={"seen": 40, "expected": 100.0, "ratio": 0.4, "low": 0.28, "high": 0.571},
    )  # fmt: skip
    promises.run()
    # 26 / 12.857 × (1 − 0.4) = 1.2, of a fix that left 28 to 57 of 100: from 1.3 × .43 to
    # 2.9 × .72 a week.
    assert "1.2 (0.6 – 2.1)" in seen(coach, "queue", articles=0, causes=1)
    assert Finding.objects.get(key="expecting").data["fixed"]["fixes"] == 1


def test_a_number_that_is_none_is_refused():
    client = signed_in(make.coach())
    for asked in ("-1", "101", "many", "1.5"):
        assert client.get("/insights/queue/", {"articles": asked}).status_code == 422


def test_a_cause_that_is_a_hidden_article_is_not_named():
    by, hidden = make.contributor(), desk.hidden("Seat plan of the board")
    tickets([HOUR] * 26, by=by, topic=known(hidden), is_defect=True)
    promises.run()
    assert "Seat plan" not in seen(make.coach(), "queue", articles=0, causes=1)
    assert "Seat plan" in seen(hidden.created_by, "queue", articles=0, causes=1)
