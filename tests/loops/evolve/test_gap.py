"""Gaps as people work on them: read the evidence, write it, dismiss it; bursts and misses."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from articles import actions as articles
from articles.models import Article
from loops.models import Burst, Gap, GapSearch, Improvement, Miss, Search, TicketTopic, Topic
from tests import make
from tests.loops.evolve import desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def expert(client):
    made = make.publisher(is_coach=True)
    client.force_login(made)
    return made


def gap(subject: str = "Export to the tax adviser", *, team=None, tickets: int = 3) -> Gap:
    asked = [
        make.ticket(
            subject=f"{subject} {n}",
            description=f"How do I {subject.lower()}? ({n})",
            environment={"version": "6.4"},
            team=team,
        )
        for n in range(tickets)
    ]
    topic = Topic.objects.create(
        kind="unknown", name=subject, label=["export", "tax"], central=asked[0],
        tickets=tickets, minutes=20, cost=tickets * 20,
    )  # fmt: skip
    for n, ticket in enumerate(asked):
        TicketTopic.objects.create(
            ticket=ticket, topic=topic, source="cluster", score=1 - n / 10
        )
    found = Gap.objects.create(
        key=f"topic:{topic.pk}", kind="topic", topic=topic, name=subject, label=topic.label,
        tickets=tickets, minutes=20, cost=tickets * 20, times_searched=1,
    )  # fmt: skip
    search = Search.objects.create(kind="asked", query="tax export", channel="help")
    GapSearch.objects.create(gap=found, search=search)
    return found


def test_gaps_stand_by_what_they_cost_with_words_and_tickets(client, expert):
    cheap, dear = gap("Print a menu", tickets=1), gap(tickets=3)
    shown = client.get(reverse("insights:gaps")).text
    assert shown.index(dear.name) < shown.index(cheap.name)
    assert "3 tickets" in shown
    assert "export · tax" in shown
    page = client.get(reverse("insights:gap", args=[dear.pk])).text
    assert "How do I export to the tax adviser? (0)" in page
    assert "tax export" in page
    assert "1 outside" in page
    assert "6.4" in page


def test_few_links_make_a_gap_one_of_low_confidence(client, expert):
    found = gap()
    assert "Low confidence" not in client.get(reverse("insights:gaps")).text
    Gap.objects.filter(pk=found.pk).update(unsure=True)
    assert "Low confidence" in client.get(reverse("insights:gaps")).text


def test_write_it_begins_an_article_with_the_requesters_words(client, expert):
    found = gap()
    answer = client.post(reverse("insights:write", args=[found.pk]))
    article = Article.objects.get()
    assert answer["Location"] == reverse("articles:edit", args=[article.number])
    assert (article.title, article.confidence, article.owner) == (found.name, "wip", expert)
    assert "> How do I export to the tax adviser? (0)" in article.issue
    assert "> tax export" in article.issue
    assert article.environment_facets == {"version": "6.4"}
    assert (article.origin_type, article.origin_id) == ("gap", str(found.pk))
    found.refresh_from_db()
    assert (found.state, found.article) == ("written", article)
    again = client.post(reverse("insights:write", args=[found.pk]))
    assert (again.status_code, "Somebody has begun it" in again.text) == (409, True)
    assert Article.objects.count() == 1


def test_a_gap_is_dismissed_with_a_reason_and_opened_again(client, expert):
    found = gap()
    place = reverse("insights:decide", args=[found.pk])
    refused = client.post(place, {"act": "dismiss", "reason": " "})
    assert (refused.status_code, "Say why" in refused.text) == (422, True)
    client.post(place, {"act": "dismiss", "reason": "Not our product"})
    assert found.name not in client.get(reverse("insights:gaps")).text
    assert found.name in client.get(reverse("insights:gaps"), {"state": "dismissed"}).text
    client.post(place, {"act": "reopen"})
    found.refresh_from_db()
    assert (found.state, found.reason) == ("open", "")


def test_words_of_a_private_teams_ticket_are_shown_to_nobody_else(client, expert):
    found = gap("Salary of the cook", team=make.team(private=True))
    page = client.get(reverse("insights:gap", args=[found.pk])).text
    assert "How do I salary" not in page
    client.post(reverse("insights:write", args=[found.pk]))
    assert "How do I salary" not in Article.objects.get().issue


def test_an_article_that_one_may_not_see_is_not_named(client, expert, api):
    hidden = make.article(title="Seat plan of the board")
    topic = Topic.objects.create(kind="known", article=hidden, name=hidden.title, tickets=5)
    articles.restate(hidden, by=make.publisher(), confidence="archived", reason="Old")
    from people.models import Right

    Right.objects.filter(aspect="see", value="archived").delete()
    shown = client.get(reverse("insights:topics")).text
    assert "Seat plan" not in shown
    assert "Seat plan" not in client.get(reverse("insights:topic", args=[topic.pk])).text
    assert "Seat plan" not in api(expert).get("topics/").text


def test_a_topic_shows_its_weeks_its_answers_and_how_far_they_agree(client, expert):
    article, other = make.public_article(), make.public_article(title="Another way")
    topic = Topic.objects.create(kind="known", article=article, name=article.title, tickets=4)
    for one in (article, article, article, other):
        ticket = make.solved_ticket(article=one)
        TicketTopic.objects.create(ticket=ticket, topic=topic, source="link", score=1)
    page = client.get(reverse("insights:topic", args=[topic.pk]))
    assert "Another way" in page.text
    assert page.context["consistency"] == 0.75**2 + 0.25**2
    table = client.get(
        reverse("insights:topic", args=[topic.pk]), {"chart": "weeks", "format": "csv"}
    )
    last = table.text.strip().splitlines()[-1].split(",")
    assert last[-2:] == ["4", "0"]


def test_somebody_says_that_they_know_of_a_burst(client, expert):
    topic = gap().topic
    burst = Burst.objects.create(
        topic=topic, day=timezone.localdate(), span=1, count=30, expected=1.2, strength=9
    )
    old = timezone.localdate() - timedelta(days=90)
    Burst.objects.create(topic=topic, day=old, span=3, count=99, expected=1, strength=5)
    shown = client.get(reverse("insights:bursts")).text
    assert "30 tickets in 1 day, usually 1.2" in shown
    assert "99 tickets" not in shown
    client.post(reverse("insights:see", args=[burst.pk]))
    burst.refresh_from_db()
    assert burst.seen_by == expert


def test_missed_words_are_taken_over_into_the_issue_once(client, expert):
    article = make.article(title="Receipt stays white", issue="White paper")
    ticket = make.ticket(subject="Bon comes out empty")
    miss = Miss.objects.create(
        ticket=ticket, article=article, rank_with=1, words=ticket.subject
    )
    shown = client.get(reverse("insights:misses")).text
    assert "not found then, place 1 with these words" in shown
    place = reverse("insights:settle", args=[miss.pk])
    client.post(place, {"act": "take", "words": " "})
    article.refresh_from_db()
    assert article.issue == "White paper"
    client.post(place, {"act": "take", "words": "Bon comes out\nempty"})
    article.refresh_from_db()
    assert article.issue == "White paper\n\n> Bon comes out empty"
    assert client.post(place, {"act": "drop"}).status_code == 404
    miss.refresh_from_db()
    assert (miss.state, miss.decided_by) == ("taken", expert)


def test_programs_read_and_decide_and_agents_are_refused(client, api, expert):
    found = gap()
    program = api(expert)
    listed = program.get("gaps/").json()["results"]
    assert [(row["name"], row["cost"], row["low_confidence"]) for row in listed] == [
        (found.name, 60, False)
    ]
    assert program.get("topics/?kind=unknown").json()["results"][0]["tickets"] == 3
    assert program.get("gaps/?state=lost").status_code == 400
    assert program.get("bursts/").json()["results"] == []
    assert program.get("misses/").json()["results"] == []
    made = program.post(f"gaps/{found.pk}/write/")
    assert made.status_code == 201
    assert Article.objects.get().number == made.json()["number"]
    agent = make.contributor()
    for path in ("gaps/", "topics/", "bursts/", "misses/"):
        assert api(agent).get(path).status_code == 403
    assert api(agent).post(f"gaps/{found.pk}/dismiss/", {"reason": "No"}).status_code == 403
    client.force_login(agent)
    for name in ("gaps", "topics", "bursts", "misses"):
        assert client.get(reverse(f"insights:{name}")).status_code == 403


def test_the_pages_stay_within_their_budget(client, expert, django_assert_max_num_queries):
    found = gap()
    client.get(reverse("insights:gaps"))
    for name in ("gaps", "topics", "bursts", "misses"):
        with django_assert_max_num_queries(12):
            client.get(reverse(f"insights:{name}"))
    with django_assert_max_num_queries(15):
        client.get(reverse("insights:gap", args=[found.pk]))
    with django_assert_max_num_queries(15):
        client.get(reverse("insights:topic", args=[found.topic_id]))


def test_what_a_private_teams_agents_typed_is_shown_to_nobody_else(client, expert):
    found = gap()
    insider = make.contributor(team=make.team(private=True))
    search = Search.objects.create(kind="asked", query="chargeback fraud", by=insider)
    GapSearch.objects.create(gap=found, search=search)
    assert "chargeback" not in client.get(reverse("insights:gap", args=[found.pk])).text
    client.post(reverse("insights:write", args=[found.pk]))
    article = Article.objects.get()
    assert "tax export" in article.issue
    assert "chargeback" not in article.issue


def test_a_private_teams_environment_is_not_what_they_have_in_common(client, expert):
    found = gap(team=make.team(private=True))
    page = client.get(reverse("insights:gap", args=[found.pk]))
    assert page.context["facets"] == {}
    client.post(reverse("insights:write", args=[found.pk]))
    assert Article.objects.get().environment_facets == {}


def test_no_page_names_the_hidden_article_of_a_gap_or_a_topic(client, expert, api):
    hidden = desk.hidden("Seat plan of the board")
    topic = Topic.objects.create(kind="known", article=hidden, name=hidden.title, tickets=5)
    found = Gap.objects.create(
        key="f", kind="findability", name=hidden.title, article=hidden, topic=topic, cost=9
    )
    Improvement.objects.create(kind="fix", title=hidden.title, gap=found)
    for place in (
        reverse("insights:gaps"),
        reverse("insights:gap", args=[found.pk]),
        reverse("insights:home"),
        f"{reverse('insights:home')}?format=csv",
        f"{reverse('insights:tickets')}?topic={topic.pk}",
    ):
        answer = client.get(place)
        assert (answer.status_code, "Seat plan" in answer.text) == (200, False), place
    assert "Seat plan" not in api(expert).get("gaps/").text
    assert api(expert).get(f"gaps/{found.pk}/").json()["name"] == ""
    client.force_login(hidden.created_by)
    assert "Seat plan" in client.get(reverse("insights:gap", args=[found.pk])).text
    assert "Seat plan" in client.get(reverse("insights:home")).text
