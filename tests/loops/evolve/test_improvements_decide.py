"""Decide: accept, decline, answer, ship, reopen; by page, program and administration, by whom it
is for and by nobody else."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from kcs.errors import NotAllowed
from loops.credit.lineage import of_articles
from loops.evolve.improvements import actions, jobs, queries
from loops.models import Gap, Improvement, ImprovementEvent, Pair
from people import actions as people
from people.models import Notification
from tests import make
from tests.api.conftest import Program
from tests.loops.evolve import asked, desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def till():
    return make.domain("till")


@pytest.fixture
def article(till):
    return make.public_article(by=make.publisher(), title="One cent off", domain=till)


@pytest.fixture
def fault(article, till):
    """Something to fix in the product, proposed by an agent, with tickets."""
    topic = asked.topic("One cent off", article=article, domain=till)
    asked.tickets(topic, range(1, 9), description="The sum is always a cent short for us.")
    by = make.contributor(name="Noa")
    return actions.propose(by=by, kind="product", title="Round fairly", article=article)


@pytest.fixture
def fix(article):
    by = make.contributor(name="Ben")
    return actions.propose(by=by, kind="fix", title="Wrong steps", article=article)


@pytest.fixture
def product():
    """Somebody who answers for the product and has no place at the desk."""
    return make.customer(name="Ayla", is_product=True)


def act(client, row, act, *, at="insights:improvement_act", **given):
    return client.post(reverse(at, args=[row.pk]), {"act": act, **given})


def state(row):
    row.refresh_from_db()
    return row.state


# -- the product team ------------------------------------------------------------------------


def test_the_product_team_signs_in_to_its_page_and_sees_nothing_else_of_the_desk(
    client, product, fault, fix
):
    hidden = make.ticket(subject="Secret")
    client.force_login(product)
    assert client.get("/").url == "/product/"
    shown = client.get("/product/").text
    assert "Round fairly" in shown
    assert "The sum is always a cent short for us." in shown
    assert "Wrong steps" not in shown
    assert "@" not in client.get(f"/product/{fault.pk}/").text.split("<main")[1]
    for closed in (
        "/insights/improvements/", f"/insights/improvements/{fault.pk}/", "/insights/",
        "/articles/new/", hidden.get_absolute_url(), "/review/", "/people/",
    ):  # fmt: skip
        assert client.get(closed).status_code in (403, 404), closed
    assert client.get(f"/product/{fix.pk}/").status_code == 404
    client.force_login(make.contributor())
    assert client.get("/product/").status_code == 403
    client.force_login(make.customer())
    assert client.get(f"/product/{fault.pk}/").status_code == 403


def test_it_accepts_answers_and_ships_and_everybody_concerned_is_told(
    client, product, fault, article
):
    client.force_login(product)
    at = "product:improvement"
    link = "https://tracker.example.com/1"
    assert (
        act(client, fault, "accept", at=at, tracker_id="T-1", tracker_url=link).status_code
        == 302
    )
    assert (state(fault), fault.owner, fault.tracker_url) == ("accepted", product, link)
    assert act(client, fault, "accept", at=at).status_code == 409
    assert act(client, fault, "answer", at=at, answer=" ").status_code == 422
    assert (
        act(client, fault, "answer", at=at, answer="Give it as an amount.").status_code == 302
    )
    tomorrow = (timezone.now() + timedelta(days=2)).date().isoformat()
    assert act(client, fault, "ship", at=at, on=tomorrow).status_code == 422
    assert act(client, fault, "ship", at=at).status_code == 302
    assert state(fault) == "shipped"
    told = Notification.objects.filter(user=fault.by, kind="improvement")
    assert [one.subject for one in told.order_by("pk")] == [
        "Accepted: Round fairly", "Answered: Round fairly", "Shipped: Round fairly",
    ]  # fmt: skip
    # Whoever wrote the article that showed how often it is asked has part in it.
    author = article.created_by
    assert author.pk in of_articles([article.pk])[article.pk]
    assert Notification.objects.get(user=author, kind="improvement").subject == (
        "Your knowledge led to it: Round fairly"
    )
    client.force_login(author)
    assert "Round fairly" in client.get(reverse("credit:mine")).text
    assert [e.verb for e in fault.events.all()] == [
        "proposed",
        "accepted",
        "answered",
        "shipped",
    ]


def test_agents_read_the_answer_beside_the_article(htmx, product, fault, article):
    where = reverse("upkeep:evidence", args=[article.number])
    htmx.force_login(make.candidate())
    assert "Known fault" not in htmx.get(where).text
    actions.answer(fault, by=product, text="Give the discount as an amount.")
    shown = htmx.get(where).text
    assert "Known fault of the product" in shown
    assert "Give the discount as an amount." in shown
    # And where they answer: beside the ticket, without another statement.
    ticket = make.ticket()
    beside = f"{ticket.get_absolute_url()}reader/{article.number}/"
    assert "Give the discount as an amount." in htmx.get(beside).text
    whole = htmx.get(f"{ticket.get_absolute_url()}?article={article.number}").text
    assert "Known fault of the product" in whole


# -- reviewers -------------------------------------------------------------------------------


def test_reviewers_decide_and_experts_in_their_own_branches(client, fault, fix, till):
    elsewhere = make.domain("pay")
    expert, other = make.publisher(), make.publisher()
    expert.expert_of.add(till)
    other.expert_of.add(elsewhere)
    for refused in (make.publisher(), other, fix.by):
        client.force_login(refused)
        assert act(client, fix, "accept").status_code == 403
    client.force_login(make.candidate())
    assert client.get(reverse("insights:improvement", args=[fix.pk])).status_code == 200
    client.force_login(expert)
    assert act(client, fix, "accept", owner=other.pk).status_code == 302
    assert (state(fix), fix.owner) == ("accepted", other)
    # What is to be fixed in the product is not theirs to decide, but the list is theirs to keep.
    assert act(client, fault, "decline", answer="No").status_code == 403
    assert act(client, fault, "change", tracker_id="T-7").status_code == 302
    assert (state(fault), fault.tracker_id) == ("proposed", "T-7")
    assert act(client, fault, "change", tracker_url="javascript:alert(1)").status_code == 422
    # The owner says when it is done, and only whoever decides opens it again.
    client.force_login(other)
    assert act(client, fix, "ship").status_code == 302
    assert act(client, fix, "reopen").status_code == 403
    client.force_login(make.coach())
    assert act(client, fix, "reopen", reason="It is back").status_code == 302
    assert (state(fix), fix.shipped_at) == ("accepted", None)
    assert act(client, fix, "dance").status_code == 422
    assert act(client, fix, "decline", answer="").status_code == 422
    assert act(client, fix, "decline", answer="It is right.").status_code == 302
    assert (state(fix), fix.answer) == ("declined", "It is right.")


def test_a_program_decides_from_the_state_that_it_read(product, fix, fault):
    coach = make.coach()
    desk = Program(coach)
    place = f"improvements/{fix.pk}/"
    old = desk.get(place).headers["ETag"]
    assert desk.patch(place, {"due_on": "2027-01-31"}).json()["due_on"] == "2027-01-31"
    assert desk.call("PATCH", place, {"title": "x"}).status_code == 428
    stale = desk.post(f"{place}accept/", {"owner": "me"}, If_Match=old)
    assert (stale.status_code, state(fix)) == (412, "proposed")
    done = desk.post(f"{place}accept/", {"owner": "me"}).json()
    assert (done["state"], done["owner"]["email"]) == ("accepted", coach.email)
    assert desk.post(f"{place}ship/").json()["state"] == "shipped"
    assert desk.post(f"{place}ship/").status_code == 409
    assert desk.post(f"{place}reopen/").json()["state"] == "accepted"
    assert desk.post(f"{place}decline/", {"answer": "No."}).json()["answer"] == "No."
    assert Program(make.contributor()).post(f"{place}reopen/").status_code == 403
    said = Program(product).post(f"improvements/{fault.pk}/answer/", {"answer": "In 6.5."})
    assert said.json()["answered_by"]["email"] == product.email
    assert said.json()["evidence"]["tickets_seen"] == []
    assert len(desk.get(f"improvements/{fault.pk}/").json()["evidence"]["tickets_seen"]) == 8


def test_the_administration_calls_the_same_verbs(client, fix):
    client.force_login(make.coach())
    place = reverse("admin:loops_improvement_change", args=[fix.pk])
    assert client.get(reverse("admin:loops_improvement_changelist")).status_code == 200
    assert "Wrong steps" in client.get(place).text
    none = {"owner": "", "tracker_id": "", "tracker_url": "", "due_on": ""}
    refused = client.post(place, {**none, "act": "decline", "answer": ""})
    assert refused.status_code == 422
    client.post(place, {**none, "act": "decline", "answer": "It is right."})
    assert (state(fix), fix.answer) == ("declined", "It is right.")
    other = make.publisher()
    other.expert_of.add(make.domain("pay"))
    client.force_login(other)
    assert client.get(place).status_code == 200
    assert client.post(place, {**none, "act": "reopen", "answer": ""}).status_code == 403
    assert state(fix) == "declined"


# -- what holds always -----------------------------------------------------------------------


def test_evidence_opens_only_the_tickets_that_its_reader_may_see(client, fault, till):
    team = make.team(private=True)
    mine = fault.evidence["numbers"]
    # A team that becomes private later takes its tickets along.
    row = asked.Ticket.objects.get(number=mine[0])
    asked.Ticket.objects.filter(pk=row.pk).update(team=team)
    place = reverse("insights:improvement", args=[fault.pk])
    client.force_login(make.contributor())
    shown = client.get(place).text
    assert mine[0] not in shown
    assert mine[1] in shown
    client.force_login(make.contributor(team=team))
    assert mine[0] in client.get(place).text
    # Whom the figures are for goes on to all tickets of the topic.
    client.force_login(make.coach())
    onward = client.get(place).context["tickets_url"]
    assert client.get(onward).status_code == 200


def test_the_history_cannot_be_changed(fault):
    with pytest.raises(DatabaseError), transaction.atomic():
        ImprovementEvent.objects.update(by=None)


def test_a_leavers_improvements_go_to_the_expert_of_the_branch(fix, till):
    expert, owner = make.publisher(), make.contributor()
    expert.expert_of.add(till)
    actions.accept(fix, by=make.coach(), owner=owner)
    people.deactivate(owner, by=make.administrator())
    fix.refresh_from_db()
    assert fix.owner == expert


def test_the_list_is_narrowed_and_opens_to_every_agent(client, fault, fix, till):
    actions.decline(fix, by=make.coach(), answer="No.")
    client.force_login(make.candidate())

    def shown(**asked):
        return [
            row.row.title
            for row in client.get("/insights/improvements/", asked).context["rows"]
        ]

    assert shown() == ["Round fairly"]
    assert shown(kind="fix") == []
    assert shown(kind="fix", state="declined") == ["Wrong steps"]
    assert shown(state="any", owner="nobody", domain="till") == ["Wrong steps", "Round fairly"]
    assert shown(domain="pay") == shown(owner="me") == []
    hidden = make.article(by=make.publisher(), confidence="validated", audience="internal")
    assert shown(article=hidden.number) == []


def test_the_pages_ask_little_however_long_the_list(
    client, product, fault, article, django_assert_max_num_queries
):
    for n in range(30):
        actions.propose(by=fault.by, kind="product", title=f"No {n}", article=article)
    actions.ship(fault, by=product, at=timezone.now() - timedelta(weeks=6))
    client.force_login(make.administrator())
    for place in (
        "/insights/improvements/?kind=product&state=any", f"/insights/improvements/{fault.pk}/",
        "/product/", f"/product/{fault.pk}/",
    ):  # fmt: skip
        client.get(place)
        with django_assert_max_num_queries(15):
            assert client.get(place).status_code == 200
    assert Improvement.objects.count() == 31


def test_words_and_numbers_of_a_ticket_that_became_private_go(client, product, fault):
    actions.ship(fault, by=product)
    was = fault.evidence
    assert (was["tickets"], len(was["words"])) == (8, 1)
    newest = asked.Ticket.objects.get(number=was["numbers"][0])
    asked.Ticket.objects.filter(pk=newest.pk).update(
        team=make.team(private=True), description="Mrs Lindqvist has lost her salary again."
    )
    fault.evidence["words"][0]["text"] = "The salary is a cent short for us."
    fault.save(update_fields=["evidence"])
    agent = make.contributor()
    client.force_login(agent)
    place = reverse("insights:improvement", args=[fault.pk])
    # At once nobody reads what was said there, and overnight it is not counted either.
    assert "The salary" not in client.get(place).text
    api = Program(agent)
    told = api.get(f"improvements/{fault.pk}/").json()["evidence"]
    listed = api.get("improvements/?state=shipped").json()["results"]
    assert told["words"] == listed[0]["evidence"]["words"] == []
    client.force_login(product)
    assert "The salary" not in client.get(reverse("product:improvement", args=[fault.pk])).text
    jobs.run()
    fault.refresh_from_db()
    now = fault.evidence
    assert now["tickets"] == 7
    assert newest.number not in now["numbers"]
    assert [one["text"] for one in now["words"]] == ["The sum is always a cent short for us."]
    assert fault.cost == pytest.approx(was["cost"] * 7 / 8, abs=0.2)
    told = api.get(f"improvements/{fault.pk}/").json()["evidence"]
    assert set(told["words"][0]) == {"text", "language"}


def test_an_improvement_of_a_hidden_article_is_seen_by_nobody_else(client):
    hidden, shown = desk.hidden("Seat plan of the board"), make.public_article()
    topic = asked.topic(hidden.title, article=hidden)
    found = Gap.objects.create(
        key="f", kind="findability", name=hidden.title, article=hidden, topic=topic
    )
    pair = Pair.objects.create(older=hidden, newer=shown, likeness=0.8)
    rows = [
        Improvement.objects.create(kind="fix", title="Older", article=shown, pair=pair),
        Improvement.objects.create(kind="product", title="Topic", topic=topic),
        Improvement.objects.create(kind="fix", title="Found", gap=found),
    ]
    reader = make.coach()
    assert list(queries.visible_to(reader)) == []
    client.force_login(reader)
    for about in (f"topic={topic.pk}", f"gap={found.pk}"):
        answer = client.get(f"/insights/improvements/new/?{about}")
        assert (answer.status_code, "Seat plan" in answer.text) == (404, False)
    with pytest.raises(NotAllowed):
        actions.propose(by=reader, kind="fix", title="Mend", topic=topic)
    assert queries.visible_to(hidden.created_by).count() == len(rows)
