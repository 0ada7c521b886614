"""Drawing somebody's work by chance, and when enough of it has been looked at."""

import random
from datetime import timedelta
from fractions import Fraction

import pytest
from django.utils import timezone

from kcs.errors import BadValue, NotAllowed, Refused
from loops import tasks
from loops.coaching import sampling, stopping
from loops.coaching.stopping import DEFAULT, GO_ON, MEETS, NOT_YET
from loops.models import Sample
from people import actions as people_actions
from tests import make

# The sequential test -------------------------------------------------------------------------


def test_the_test_says_what_a_pencil_says():
    hand = {
        (0, 0): GO_ON,
        (8, 0): GO_ON,  # (7/9)^8 = 0.1339, above 1/9
        (9, 0): MEETS,  # (7/9)^9 = 0.1042, below 1/9
        (12, 1): GO_ON,  # 3·(7/9)^12 = 0.147
        (14, 1): MEETS,  # 3·(7/9)^14 = 0.0890
        (0, 1): GO_ON,
        (0, 2): NOT_YET,  # 3² = 9, the limit itself
        (1, 2): GO_ON,  # 9·7/9 = 7
        (5, 3): GO_ON,  # 27·(7/9)^5 = 7.68
        (4, 3): NOT_YET,  # 27·(7/9)^4 = 9.88
    }
    assert {pair: DEFAULT.state(*pair) for pair in hand} == hand


def test_the_test_is_cut_off_after_forty_and_the_better_picture_wins():
    # Ratio of 32 passes and 8 failures: 6561·(7/9)^32 = 2.1, so poor explains it better.
    assert DEFAULT.state(32, 8) == NOT_YET
    # 33 and 7: 2187·(7/9)^33 = 0.55.
    assert DEFAULT.state(33, 7) == MEETS
    assert DEFAULT.state(32, 7) == GO_ON


def test_after_a_verdict_a_new_series_begins():
    told = stopping.follow([True] * 9 + [False, True])
    assert (told.state, told.n, told.passed, told.running) == (MEETS, 9, 9, 2)
    assert stopping.follow([True, False]) == stopping.Verdict(GO_ON, 2, 1)
    assert stopping.follow([True] * 9 + [False] * 2).state == NOT_YET


@pytest.mark.parametrize(
    ("share", "meets", "reviews"),
    [(Fraction(9, 10), 0.9236, 16.49), (Fraction(7, 10), 0.1009, 13.59)],
)
def test_its_error_rates_are_those_of_ten_thousand_tries(share, meets, reviews):
    exact = stopping.expected(share)
    assert exact == pytest.approx((meets, reviews), abs=0.01)
    rng = random.Random(3)
    limits = {(p, f): DEFAULT.state(p, f) for p in range(41) for f in range(41 - p)}
    good = looked = 0
    for _try in range(10_000):
        passed = failed = 0
        while limits[passed, failed] == GO_ON:
            ok = rng.random() < share
            passed, failed = passed + ok, failed + (not ok)
        good += limits[passed, failed] == MEETS
        looked += passed + failed
    assert good / 10_000 == pytest.approx(meets, abs=0.015)
    assert looked / 10_000 == pytest.approx(reviews, abs=0.3)


# Strata --------------------------------------------------------------------------------------


def test_every_stratum_has_one_place_and_the_rest_is_shared_in_proportion():
    sizes = {"reused pay": 60, "reused till": 30, "created pay": 9, "no_knowledge pay": 1}
    assert sampling.allocate(sizes, 10, random.Random(1)) == {
        "reused pay": 5, "reused till": 3, "created pay": 1, "no_knowledge pay": 1,
    }  # fmt: skip


def test_no_knowledge_is_looked_at_even_where_places_are_few():
    sizes = {"reused pay": 90, "reused till": 50, "improved till": 20, "no_knowledge pay": 1}
    for seed in range(20):
        drawn = sampling.allocate(sizes, 2, random.Random(seed))
        assert drawn["no_knowledge pay"] == 1
        assert sum(drawn.values()) == 2


def test_nobody_gets_more_places_than_there_are():
    assert sampling.allocate({"a": 2, "b": 1, "c": 0}, 9, random.Random(1)) == {"a": 2, "b": 1}


def test_the_same_seed_draws_the_same():
    now = timezone.now()
    pool = [sampling.Candidate(n, f"reused {n % 3}", now) for n in range(40)]
    draw = [one.pk for one in sampling.choose(pool, 7, random.Random(5))]
    assert draw == [one.pk for one in sampling.choose(pool[::-1], 7, random.Random(5))]
    assert draw != [one.pk for one in sampling.choose(pool, 7, random.Random(6))]
    assert {pk % 3 for pk in draw} == {0, 1, 2}


# The verb ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_ticket_is_drawn_once_and_a_silent_one_is_among_the_first():
    person = make.coachee()
    article = make.public_article()
    solved = [make.solved_ticket(by=person, article=article) for _n in range(3)]
    silent = make.silent_ticket(by=person)
    first = sampling.draw(person, kind="process", n=2, by=person.coach)
    assert silent.pk in {one.ticket_id for one in first}
    assert {one.stratum for one in first} == {"no_knowledge -", "reused -"}
    rest = sampling.draw(person, kind="process", n=20, by=person.coach)
    assert {one.ticket_id for one in first + rest} == {t.pk for t in [*solved, silent]}
    with pytest.raises(Refused, match="Nothing"):
        sampling.draw(person, kind="process", n=1, by=person.coach)


@pytest.mark.django_db
def test_texts_are_drawn_in_the_version_that_the_person_wrote_and_are_sealed():
    person = make.coachee()
    article = make.article(by=person)
    [drawn] = make.sample(person)
    assert (drawn.version.article_id, drawn.stratum) == (article.pk, "create -")
    assert drawn.standard.is_current
    drawn.version.refresh_from_db()
    assert drawn.version.sealed


@pytest.mark.django_db
def test_a_private_teams_ticket_is_drawn_only_by_a_coach_who_may_see_it():
    private = make.team(private=True)
    person = make.coachee()
    ticket = make.solved_ticket(by=person)
    type(ticket).objects.filter(pk=ticket.pk).update(team=private)
    with pytest.raises(Refused, match="Nothing"):
        sampling.draw(person, kind="process", n=1, by=person.coach)
    person.coach.team = private
    person.coach.save(update_fields=["team"])
    [drawn] = sampling.draw(person, kind="process", n=1, by=person.coach)
    # The manager of the person's team does not see the ticket, and so no review of it.
    assert not Sample.objects.readable_by(person.team.manager).exists()
    assert Sample.objects.readable_by(person.coach).get() == drawn


@pytest.mark.django_db
def test_the_word_coach_alone_draws_nobodys_work(client):
    person, stranger = make.coachee(), make.coach()
    make.article(by=person)
    for other in (stranger, make.publisher(), make.administrator(), person.team.manager):
        with pytest.raises(NotAllowed):
            sampling.draw(person, kind="content", n=1, by=other)
    with pytest.raises(NotAllowed):
        sampling.draw(person, kind="content", n=1, by=person)
    client.force_login(stranger)
    sent = {"kind": "content", "n": 1}
    assert client.post(f"/coaching/{person.pk}/draw/", sent).status_code == 403
    client.force_login(person.coach)
    assert client.post(f"/coaching/{person.pk}/draw/", {**sent, "n": 0}).status_code == 422
    assert client.post(f"/coaching/{person.pk}/draw/", sent).status_code == 302
    assert Sample.objects.get().coach == person.coach
    with pytest.raises(BadValue):
        sampling.draw(person, kind="speed", n=1, by=person.coach)


@pytest.mark.django_db
def test_an_expert_draws_in_the_own_branches_and_sees_only_that(client):
    person, expert = make.coachee(), make.publisher()
    pay, till = make.domain("pay"), make.domain("till")
    people_actions.appoint(pay, experts=[expert], by=make.administrator())
    theirs = make.article(by=person, domain=pay)
    make.article(by=person, domain=till)
    make.reviewed(person)
    client.force_login(expert)
    sent = {"person": person.pk, "kind": "content", "n": 5}
    assert client.post("/coaching/draw/", sent).status_code == 302
    [drawn] = Sample.objects.readable_by(expert)
    assert drawn.article_id == theirs.pk
    assert theirs.title in client.get("/coaching/").text
    assert client.get(f"/coaching/{person.pk}/").status_code == 403


@pytest.mark.django_db
def test_the_week_draws_three_until_the_test_has_stopped_and_one_from_then_on():
    person = make.coachee()
    for n in range(6):
        make.article(by=person, title=f"The till number {n} shows no prices")
    assert tasks.draw_samples() == 3
    assert tasks.draw_samples() == 0, "a second run in the same week finds nothing to do"
    now = timezone.now() + timedelta(days=7)
    assert sampling.draw_due(now=now) == 0, "what waits for the coach does not pile up"
    Sample.objects.update(
        state="done", passed=True, score=1, reviewed_by=person.coach, reviewed_at=now
    )
    extra = [Sample(version=v, article=v.article) for v in _versions(person, 7)]
    for one in extra:
        one.kind, one.person, one.coach = "content", person, person.coach
        one.state, one.passed, one.score, one.reviewed_by = "done", True, 1, person.coach
        one.reviewed_at = now
    Sample.objects.bulk_create(extra)
    assert sampling.draw_due(now=now + timedelta(days=7)) == 1


def _versions(person, n):
    return [
        make.article(by=person, title=f"Drawer {i} opens by itself").versions.get()
        for i in range(n)
    ]
