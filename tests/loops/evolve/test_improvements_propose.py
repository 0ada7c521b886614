"""Improvements come by night, with their evidence and once; or by hand; and ship by themselves
when what they ask for was done (acceptance ch/07: the evolve loop)."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from articles import actions as articles
from loops.duplicates import actions as duplicates
from loops.evolve.improvements import actions, evidence, jobs, product, words
from loops.models import Gap, Improvement, ImprovementEvent, Pair
from loops.tasks import run_improvements
from loops.upkeep import computing
from people.models import Notification, User
from tests import make
from tests.api.conftest import Program
from tests.loops.evolve import asked
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def till():
    return make.domain("till")


def defect(till, n=8, marked=6, **fields):
    """A topic of which most tickets are marked, among others of which none is."""
    article = make.public_article(by=make.publisher(), title="One cent off", domain=till)
    topic = asked.topic("One cent off", article=article, domain=till)
    rows = asked.tickets(topic, range(1, n + 1), **fields)
    Ticket.objects.filter(pk__in=[row.pk for row in rows[:marked]]).update(is_defect=True)
    other = asked.topic("Paper jam", domain=till)
    asked.tickets(other, range(1, 41))
    return article, topic, rows


# -- the night -----------------------------------------------------------------------------


def test_a_fault_of_the_product_is_found_with_its_cost_its_words_and_what_stands_out(till):
    private = make.team(private=True)
    article, _topic, rows = defect(
        till,
        description="Hello,\nThe split receipts do not equal the bill since Monday. Call me at "
        "+49 170 5551234.\nDana Moss",
        environment={"version": "6.4"},
    )
    Ticket.objects.exclude(pk__in=[row.pk for row in rows]).update(
        environment={"version": "6.3"}
    )
    hidden = asked.tickets(
        _topic, [1, 2], team=private, description="Nobody may read this text."
    )
    run_improvements()
    found = Improvement.objects.get(kind="product")
    assert (found.article, found.state, found.by) == (article, "proposed", None)
    # Eight tickets at twenty minutes; those of the private team do not count.
    assert (found.evidence["tickets"], found.cost) == (8, 160.0)
    assert words.reasons(found) == [
        "6 of 8 tickets are marked as a defect; elsewhere it is 1.2 %"
    ]
    assert found.evidence["facets"] == [
        {"name": "version", "value": "6.4", "n": 8, "of": 8, "usual": 0.0}
    ]
    assert [one["text"] for one in found.evidence["words"]] == [
        "The split receipts do not equal the bill since Monday."
    ]
    assert hidden[0].number not in found.evidence["numbers"]
    assert Improvement.objects.filter(kind="product").count() == 1


def test_what_chance_marks_and_what_fades_is_no_fault():
    def row(**fields):
        told = {
            "article": 1, "topic": None, "tickets": 40, "defects": 0, "minutes": 20.0, "later": 20,
            "askers": 20, "solved": 40, "linked": 38, "judged": 40, "new": 0,
        }  # fmt: skip
        return product.Asked(**{**told, **fields})

    assert product.is_defect(row(defects=8), 0.01, 100)
    assert not product.is_defect(row(defects=2), 0.0001, 1)
    assert not product.is_defect(row(defects=8), 0.15, 100)
    assert product.returns(row(), 100)
    assert not product.returns(row(later=10), 100)  # half as many lately
    assert not product.returns(row(linked=20), 100)  # not covered
    assert not product.returns(row(new=20), 100)  # still new to many
    assert not product.returns(row(judged=0), 100)  # nothing is known of the unlinked


def test_quotes_name_nobody():
    said = evidence.quote(
        "Dear Mr Bend, our till shows T-1333. Ring Dana about the missing cent on table nine! "
        "Mail dana@bistro.example with anything that you find out about the drawer.",
        ["dana"],
    )
    assert said == "Mail … with anything that you find out about the drawer."
    assert evidence.quote("My will is done when the drawer opens.", ["will"])
    assert evidence.quote("דנה מוס מדברת. המגירה לא נפתחת מאז העדכון האחרון.", ["דנה"]) == (
        "המגירה לא נפתחת מאז העדכון האחרון."
    )


def test_gaps_wrong_articles_pairs_and_what_others_need_are_proposed_once(till):
    gap = Gap.objects.create(
        key="topic:1", kind="topic", name="Loyalty cards", domain=till, tickets=9, cost=300,
        topic=asked.topic("Loyalty cards", domain=till),
    )  # fmt: skip
    wrong = make.public_article(by=make.publisher(), title="Wrong steps", domain=till)
    make.solved_ticket(article=wrong)
    articles.flag(wrong, by=make.contributor(), kind="incorrect")
    inside = make.article(by=make.publisher(), confidence="validated", title="Wanted outside")
    for _ in range(3):
        make.solved_ticket(article=inside)
    one, two = make.article(title="Drawer"), make.article(title="Drawer stuck")
    Pair.objects.create(older=one, newer=two, likeness=0.8)
    computing.compute_all()
    jobs.run()
    jobs.run()
    found = {(i.kind, i.title): i for i in Improvement.objects.all()}
    assert set(found) == {
        ("write", "Loyalty cards"), ("fix", "Wrong steps"), ("publish", "Wanted outside"),
        ("merge", "Drawer"),
    }  # fmt: skip
    assert found["write", "Loyalty cards"].cost == gap.cost
    assert words.reasons(found["merge", "Drawer"]) == [f"like {two.number} (likeness 0.80)"]
    assert all(one.events.count() == 1 for one in found.values())


def test_what_was_done_ships_once_and_tells_whose_knowledge_exposed_it(till):
    gap = Gap.objects.create(key="g", kind="topic", name="Loyalty cards", tickets=9, cost=30)
    author = make.publisher()
    inside = make.article(by=author, confidence="validated", title="Wanted outside")
    for _ in range(3):
        make.solved_ticket(article=inside)
    one, two = make.article(by=author, title="Drawer"), make.article(title="Drawer stuck")
    pair = Pair.objects.create(older=one, newer=two, likeness=0.8)
    computing.compute_all()
    jobs.run()
    coach = make.coach()
    duplicates.merge(one, two, by=coach)
    articles.restate(inside, by=author, audience="public")
    written = make.public_article(by=make.publisher())
    Gap.objects.filter(pk=gap.pk).update(
        state="closed", article=written, closed_at=timezone.now()
    )
    jobs.run()
    jobs.run()
    shipped = {i.kind: i for i in Improvement.objects.filter(state="shipped")}
    assert set(shipped) == {"write", "merge", "publish"}
    assert shipped["merge"].shipped_by == coach
    assert shipped["write"].shipped_by == written.created_by
    assert [e.verb for e in shipped["merge"].events.filter(verb="shipped")] == ["shipped"]
    assert pair.pk == shipped["merge"].pair_id
    told = Notification.objects.filter(user=author, kind="improvement")
    assert told.get().subject == "Your knowledge led to it: Drawer"


def test_a_proposal_lapses_with_its_reason_and_comes_back_with_it_but_a_no_stays():
    one, two = make.article(title="Drawer"), make.article(title="Drawer stuck")
    pair = Pair.objects.create(older=one, newer=two, likeness=0.8)
    jobs.run()
    made = Improvement.objects.get()
    Pair.objects.update(state="gone")
    jobs.run()
    made.refresh_from_db()
    assert (made.state, made.answer) == ("declined", "They are no longer alike.")
    Pair.objects.update(state="open")
    jobs.run()
    made.refresh_from_db()
    assert (made.state, made.answer) == ("proposed", "")
    actions.decline(made, by=make.coach(), answer="Two printers, two answers.")
    jobs.run()
    made.refresh_from_db()
    assert (made.state, pair.state) == ("declined", "open")


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_propose_and_ship_once():
    """Two beats, or a message that came twice."""
    pairs = [
        Pair.objects.create(
            older=make.article(title=f"Drawer {n}"), newer=make.article(), likeness=0.8
        )
        for n in range(6)
    ]

    def run(together: Barrier) -> None:
        together.wait()
        try:
            jobs.run()
        finally:
            connection.close()

    def both() -> None:
        together = Barrier(2)
        threads = [Thread(target=run, args=[together]) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    both()
    assert Improvement.objects.count() == len(pairs)
    Pair.objects.update(state="merged", decided_at=timezone.now())
    both()
    verbs = ImprovementEvent.objects.values_list("verb").annotate(n=Count("pk"))
    assert dict(verbs.order_by().exclude(verb="measured")) == {"proposed": 6, "shipped": 6}


# -- by hand -------------------------------------------------------------------------------


def test_any_agent_proposes_from_what_they_see(client, till):
    article, _topic, _rows = defect(till)
    noa = make.candidate(name="Noa")
    team = make.customer(is_product=True)
    client.force_login(noa)
    place = f"{reverse('insights:propose')}?article={article.number}"
    assert "One cent off" in client.get(place).text
    sent = client.post(
        place, {"kind": "product", "title": "Round fairly", "text": "It is daily."}
    )
    made = Improvement.objects.get()
    assert sent.url == reverse("insights:improvement", args=[made.pk])
    assert (made.by, made.article, made.domain, made.cost) == (noa, article, till, 160.0)
    assert Notification.objects.get(user=team).url == reverse(
        "product:improvement", args=[made.pk]
    )
    refused = client.post(place, {"kind": "product", "title": " "})
    assert refused.status_code == 422
    # The night finds the same, and does not say it again.
    jobs.run()
    assert Improvement.objects.filter(kind="product").get() == made
    # A ticket of a private team is not there for her.
    hidden = make.ticket(team=make.team(private=True))
    elsewhere = f"{reverse('insights:propose')}?ticket={hidden.number}"
    assert client.get(elsewhere).status_code == 404


def test_a_program_proposes_and_reads_what_its_person_may(till):
    article, topic, _rows = defect(till)
    asking = Program(make.contributor())
    said = {"kind": "product", "title": "Round fairly", "topic": topic.pk, "domain": "till"}
    made = asking.post("improvements/", said, Idempotency_Key="once")
    assert made.status_code == 201
    assert made.headers["ETag"]
    assert asking.post("improvements/", said, Idempotency_Key="once").json() == made.json()
    assert Improvement.objects.count() == 1
    listed = asking.get("improvements/?kind=product&state=proposed&domain=till").json()[
        "results"
    ]
    assert [one["title"] for one in listed] == ["Round fairly"]
    assert listed[0]["evidence"]["tickets"] == 8
    assert asking.get("improvements/?owner=me").json()["results"] == []
    assert asking.get("improvements/?colour=red").status_code == 400
    assert asking.post("improvements/", {**said, "kind": "dance"}).status_code == 422
    assert asking.post("improvements/", {**said, "article": "KB-999999"}).status_code == 422
    customer = Program(make.customer())
    assert customer.get("improvements/").status_code == 403
    outside = Program(User.objects.create_user("p@example.org", "x", is_product=True, name="P"))
    assert len(outside.get("improvements/").json()["results"]) == 1
    assert outside.post("improvements/", said).status_code == 403
    assert article.number


def test_a_missing_article_is_begun_in_the_requesters_words_and_ships_when_it_is_used(client):
    topic = asked.topic("Loyalty cards", domain=make.domain("cards"))
    asked.tickets(topic, [1, 2], description="How do I give our guests a loyalty card?")
    noa = make.publisher()
    made = actions.propose(by=noa, kind="write", title="Loyalty cards", topic=topic)
    client.force_login(noa)
    shown = client.get(reverse("insights:improvement", args=[made.pk]))
    where = shown.context["write_url"]
    editor = client.get(where).text
    assert "How do I give our guests a loyalty card?" in editor
    written = make.public_article(by=noa, origin=("improvement", str(made.pk)))
    jobs.run()
    made.refresh_from_db()
    assert made.state == "proposed"
    make.solved_ticket(article=written)
    jobs.run()
    made.refresh_from_db()
    assert (made.state, made.article) == ("shipped", written)
    assert made.shipped_at - timezone.now() < timedelta(minutes=1)


def test_what_is_no_longer_asked_lapses_and_ships_nothing(till):
    gap = Gap.objects.create(key="g", kind="topic", name="Loyalty cards", tickets=9, cost=30)
    other = Gap.objects.create(key="h", kind="topic", name="Gift cards", tickets=9, cost=30)
    jobs.run()
    wanted = Improvement.objects.get(gap=other)
    actions.accept(wanted, by=make.coach())
    Gap.objects.update(state="closed", closed_at=timezone.now())
    jobs.run()
    lapsed = Improvement.objects.get(gap=gap)
    assert (lapsed.state, lapsed.answer) == ("declined", "It is no longer asked.")
    wanted.refresh_from_db()
    assert wanted.state == "accepted"
