"""Whether the same question gets the same answer, and answers that contradict each other."""

import pytest

from articles import actions as article_actions
from articles.search import index
from kcs.errors import BadValue, Refused
from loops.evolve.improvements import actions as improvements
from loops.evolve.promises import consistency, differences
from loops.evolve.promises import jobs as promises
from loops.models import Finding, Improvement, Pair
from tests import make
from tests.loops.evolve.promising import DAY, HOUR, known, seen, signed_in, tickets

pytestmark = pytest.mark.usefixtures("nothing_hidden")

ISSUE = "A guest wants a refund of a card payment and the button is grey."


@pytest.fixture
def answers():
    """Two answers to one question, and an article about something else."""
    coach = make.coach()
    one = make.public_article(
        by=coach,
        title="How long can a card payment be refunded?",
        issue=ISSUE,
        resolution="A card payment can be refunded for 90 days.",
    )
    other = make.article(
        by=coach,
        title="Refund period of a card payment",
        issue=ISSUE,
        resolution="A card payment can be refunded for 180 days.",
    )
    make.public_article(by=coach, title="Scanner beeps", issue="Twice", resolution="Echo off.")
    index.refresh_stats()
    Pair.objects.create(older=one, newer=other, likeness=0.8)
    return coach, one, other  # fmt: skip


def test_a_contradiction_is_shown_with_both_sentences(answers):
    coach, one, other = answers
    promises.run()
    text = seen(coach, "consistency")
    assert "Different quantities" in text
    assert "A card payment can be refunded for 90 days." in text
    assert "A card payment can be refunded for 180 days." in text
    assert one.number in text
    assert other.number in text
    before = Finding.objects.get(key="contradictions").data
    promises.run()
    assert Finding.objects.get(key="contradictions").data == before


def test_articles_that_agree_are_no_contradiction(answers):
    coach, _one, other = answers
    article_actions.improve(
        other, by=coach, changes={"resolution": "A card payment can be refunded for 90 days."}
    )
    promises.run()
    assert "None found." in seen(coach, "consistency")


def test_a_pair_that_was_decided_is_no_contradiction_any_more(answers):
    coach, *_both = answers
    promises.run()
    Pair.objects.update(state="dismissed")
    assert "None found." in seen(coach, "consistency")
    promises.run()
    assert Finding.objects.get(key="contradictions").data["pairs"] == []


def test_consistency_is_the_sum_of_squares(answers):
    """Three of four tickets got the first, one the second: (9 + 1) / 16 = 62.5 %."""
    coach, one, other = answers
    tickets([HOUR] * 3, by=coach, outcome="reused", answer=one, topic=known(one))
    tickets([HOUR], by=coach, outcome="reused", answer=other, topic=known(other))
    tickets([HOUR] * 2, by=coach, topic=known(other), ago=4 * DAY)
    secret = make.team(private=True)
    tickets([HOUR] * 9, by=coach, outcome="reused", answer=other, team=secret)
    promises.run()
    found = Finding.objects.get(key="consistency").data
    assert found["all"] == {
        "n": 4, "value": 0.625, "low": pytest.approx(0.25), "high": 1.0,
    }  # fmt: skip
    (question,) = found["several"]
    assert question["articles"] == [{"id": one.pk, "n": 3}, {"id": other.pk, "n": 1}]
    assert question["silent"] == 2
    assert (question["low"], question["high"]) == (0.5, 1.0)
    text = seen(coach, "consistency")
    assert "75%</bdi> (3)" in text
    listed = signed_in(coach).get(
        "/insights/tickets/", {"from": found["since"], "to": found["until"],
                               "answer": one.number},
    )  # fmt: skip
    assert listed.text.count('href="/tickets/KT-') >= 3


def test_simpson_gives_the_error_of_a_sum_of_squares():
    even = consistency.agreement([50, 50])
    assert even is not None
    # All equally frequent: the first-order error is nought, Simpson's is not.
    assert even.value == 0.5
    assert even.interval == pytest.approx((0.5, 0.5 + 1.959964 * 0.0071067), abs=1e-4)
    assert consistency.agreement([]) is None
    once = consistency.agreement([1])
    assert once is not None
    assert once.interval == (0.0, 1.0)
    # What was answered once says nothing about agreement.
    assert consistency.together([[1], [1]]) is None


def test_a_contradiction_is_proposed_once_and_quotes_both(answers):
    coach, one, other = answers
    promises.run()
    pair = Pair.objects.get()
    posted = signed_in(coach).post(f"/insights/consistency/{pair.pk}/propose/", {"kind": "fix"})
    assert posted.status_code == 302
    made = Improvement.objects.get()
    assert (made.kind, made.pair, made.by) == ("fix", pair, coach)
    assert made.key == f"fix:pair:{pair.pk}"
    assert made.article == other
    assert one.number in made.title
    assert "90 days" in made.text
    assert "180 days" in made.text
    again = signed_in(coach).post(
        f"/insights/consistency/{pair.pk}/propose/", {"kind": "merge"}
    )
    assert again.status_code == 409
    with pytest.raises(Refused):
        differences.propose(pair.pk, by=coach, kind="fix")
    assert "Proposed" in seen(coach, "consistency")
    improvements.decline(made, by=make.administrator(), answer="Both are right.")
    assert "None found." in seen(coach, "consistency")


def test_only_what_contradicts_can_be_proposed_and_only_by_readers(answers):
    coach, *_both = answers
    promises.run()
    pair = Pair.objects.get().pk
    agent = signed_in(make.contributor())
    assert agent.post(f"/insights/consistency/{pair}/propose/").status_code == 403
    with pytest.raises(BadValue):
        differences.propose(pair + 1, by=coach, kind="fix")
    with pytest.raises(BadValue):
        differences.propose(pair, by=coach, kind="archive")
    assert not Improvement.objects.exists()
