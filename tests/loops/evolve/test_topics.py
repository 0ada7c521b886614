"""Each night every ticket gets its topic, and what has no answer becomes a gap."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from loops.evolve.topics import night
from loops.models import (
    Finding,
    Gap,
    GapSearch,
    Improvement,
    Link,
    Miss,
    Opening,
    Search,
    TicketTopic,
    Topic,
)
from people.models import Team
from tests import make
from tests.loops.evolve import desk
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def agent():
    make.gate("off")
    return make.contributor()


@pytest.fixture
def known(agent):
    """Three things that are asked and linked, and articles older than all of it."""
    articles = {}
    for about in ("vpn", "printer", "invoice"):
        articles[about] = desk.old_article(f"The {about}")
        desk.asked(about, 9, article=articles[about], by=agent, ago=60)
    return articles


def test_the_link_is_the_topic_and_what_nobody_answers_is_a_gap(known, agent):
    """SC:8: a cluster has its words, its central ticket, its tickets and its cost."""
    alike = desk.asked("vpn", 2, by=agent, ago=30)
    unheard = desk.asked("coffee", 7, by=agent, ago=20, seconds_worked=1800)
    assert night.run() == 1
    linked = Link.objects.filter(article=known["vpn"]).values("ticket")
    topics = TicketTopic.objects.filter(ticket__in=linked).values_list(
        "topic__article", "source"
    )
    assert set(topics) == {(known["vpn"].pk, "link")}
    near = TicketTopic.objects.filter(ticket__in=alike)
    assert {(one.topic.article_id, one.source) for one in near} == {
        (known["vpn"].pk, "likeness")
    }
    topic = Topic.objects.get(kind="unknown")
    assert set(topic.members.values_list("ticket", flat=True)) == {one.pk for one in unheard}
    assert topic.central in unheard
    assert topic.name == topic.central.subject
    assert set(topic.label) <= set(desk.SAID["coffee"].split())
    gap = Gap.objects.get()
    assert (gap.kind, gap.state, gap.topic, gap.key) == (
        "topic",
        "open",
        topic,
        f"topic:{topic.pk}",
    )
    assert (gap.tickets, gap.minutes, gap.trend, gap.cost) == (7, 30, 1, 210)
    assert not gap.unsure


def test_new_and_known_of_every_solved_ticket(known, agent):
    late = desk.old_article("Written later", days=10)
    missed = desk.asked("vpn", 2, by=agent, ago=30)
    again = desk.asked("coffee", 6, by=agent, ago=20)
    spam = desk.asked("roof", 1, by=agent, outcome="no_knowledge", reason="spam")
    with connection.cursor() as cursor:
        cursor.execute("set local kcs.importing = 'on'")
    history = desk.asked("roof", 1, article=late, by=agent, outcome="imported")
    created = desk.asked("roof", 1, article=late, by=agent)
    waits = desk.asked("printer", 1, by=agent, solved=False)
    night.run()
    said = dict(TicketTopic.objects.values_list("ticket", "novelty"))
    linked = Link.objects.filter(article__in=known.values()).values_list("ticket", flat=True)
    assert {said[one] for one in linked} == {"known_found"}
    assert [said[one.pk] for one in missed] == ["known_not_found"] * 2
    # The first was solved before the second came: from then on somebody knew.
    assert [said[one.pk] for one in again] == ["new", *["known_not_captured"] * 5]
    assert said[spam[0].pk] == "no_event"
    assert said[created[0].pk] == "new"
    assert said[history[0].pk] == said[waits[0].pk] == ""
    answers = TicketTopic.objects.filter(ticket__in=missed).values_list(
        "answered_by", flat=True
    )
    assert set(answers) == {known["vpn"].pk}


def test_private_teams_tickets_stand_nowhere(known, agent):
    team = make.team()
    desk.asked("coffee", 7, by=agent, team=team)
    night.run()
    assert Gap.objects.filter(state="open").count() == 1
    team.private = True
    team.save(update_fields=["private"])
    night.run()
    assert not TicketTopic.objects.filter(ticket__team=team).exists()
    assert not Gap.objects.filter(state="open").exists()


def test_a_topic_keeps_its_identity_while_half_of_its_members_stay(known, agent):
    first = desk.asked("coffee", 6, by=agent, ago=30)
    night.run()
    topic = Topic.objects.get(kind="unknown")
    before = set(TicketTopic.objects.values_list())
    night.run()
    assert set(TicketTopic.objects.values_list()) == before
    desk.asked("coffee", 5, by=agent, ago=5)
    Ticket.objects.filter(pk__in=[one.pk for one in first[:3]]).update(
        subject=desk.wording("roof", 1), description=desk.wording("roof", 2)
    )
    night.run()
    assert Topic.objects.get(kind="unknown") == topic
    assert Gap.objects.get().topic == topic
    assert topic.members.count() >= 8


def test_a_gap_closes_itself_when_an_article_earns_three_links(known, agent):
    asked = desk.asked("coffee", 7, by=agent)
    night.run()
    written = make.article(title="Descale the espresso machine", by=agent)
    desk.link(asked[0], to=written, by=agent)
    night.run()
    gap = Gap.objects.get()
    assert (gap.state, gap.article) == ("written", written)
    desk.link(*asked[1:3], to=written, by=agent)
    night.run()
    gap.refresh_from_db()
    assert (gap.state, gap.article) == ("closed", written)
    assert gap.topic.state == "covered"
    others = TicketTopic.objects.filter(ticket__in=asked[3:])
    assert others.filter(topic__article=written, source="likeness").exists()
    assert not Gap.objects.filter(state="open").exists()


def test_what_is_dismissed_stays_dismissed(known, agent):
    desk.asked("coffee", 7, by=agent)
    night.run()
    Gap.objects.update(state="dismissed", reason="We do not sell coffee")
    desk.asked("coffee", 2, by=agent, ago=2)
    night.run()
    assert Gap.objects.get().state == "dismissed"


def test_a_topic_that_is_no_longer_asked_fades(known, agent):
    asked = desk.asked("coffee", 7, by=agent, ago=100)
    night.run()
    assert Gap.objects.get().state == "open"
    Ticket.objects.filter(pk__in=[one.pk for one in asked]).update(
        created_at=timezone.now() - timedelta(days=200)
    )
    night.run()
    assert Gap.objects.get().state == "closed"
    assert Topic.objects.get(kind="unknown").state == "faded"


def test_few_links_make_the_list_unsure(agent):
    article = desk.old_article("The vpn")
    desk.asked("vpn", 4, article=article, by=agent)
    desk.asked("coffee", 7, by=agent)
    desk.asked("roof", 7, by=agent)
    night.run()
    assert Gap.objects.filter(state="open").exists()
    assert all(gap.unsure for gap in Gap.objects.all())


def test_an_answer_that_nobody_links_is_there_and_not_found(known, agent):
    """The agents answer with the article's words and link nothing: not a gap to write."""
    words = "Descale the boiler with citric acid, then rinse it twice with clear water."
    article = desk.old_article("Descale the machine")
    for about, found in known.items():
        linked = Ticket.objects.filter(links__article=found)
        desk.answered(
            list(linked), f"Here is what helps with the {about}: {about} first.", by=agent
        )
    few = desk.asked("coffee", 4, article=article, by=agent, ago=50)
    desk.answered(few, words, by=agent)
    many = desk.asked("coffee", 9, by=agent, ago=20)
    desk.answered(many, words, by=agent)
    night.run()
    gap = Gap.objects.get()
    assert (gap.kind, gap.article) == ("findability", article)
    assert gap.tickets >= 6
    assert not Topic.objects.filter(kind="unknown").exists()
    desk.link(*many, to=article, by=agent)
    night.run()
    gap.refresh_from_db()
    assert gap.state == "closed"


def vain(query: str, *, ago: timedelta, count: int = 0, **fields) -> Search:
    results = [{"article": 1, "number": "KB-1", "score": 1.0}] * count
    return Search.objects.create(
        kind="asked", query=query, count=count, results=results, channel="help",
        at=timezone.now() - ago, **fields,
    )  # fmt: skip


def test_a_search_repeated_in_vain_opens_one_gap_exactly_once(agent):
    """pa/25: three times the same in seven days, whatever the case and the marks."""
    for days in (1, 3, 6):
        vain(["Tip sharing?", "tip sharing", "TIP  SHARING"][days // 3], ago=days * desk.DAY)
    vain("fiscal printer", ago=desk.DAY)
    vain("fiscal printer", ago=2 * desk.DAY)
    vain("fiscal printer", ago=12 * desk.DAY)
    night.run()
    night.run()
    gap = Gap.objects.get()
    assert (gap.kind, gap.times_searched, gap.key) == ("empty", 3, "search:tip sharing")
    assert GapSearch.objects.filter(gap=gap).count() == 3


def test_an_abandoned_search_counts_and_one_that_was_followed_does_not(agent):
    """pa/25: results, no click, and the visit is over."""
    article = make.article()
    for n in range(3):
        vain("opening hours", ago=(n + 1) * desk.DAY, count=2, visit=f"left{n}")
        opened = vain("gift card", ago=(n + 1) * desk.DAY, count=2, visit=f"stayed{n}")
        Opening.objects.create(
            search=opened, article=article, visit=f"stayed{n}", at=opened.at + HOUR / 60
        )
        vain("too soon", ago=HOUR / 20 * (n + 1), count=2, visit=f"still{n}")
    night.run()
    assert [(one.kind, one.name) for one in Gap.objects.all()] == [
        ("abandoned", "opening hours")
    ]


def test_searches_in_vain_are_evidence_of_the_gap_whose_words_they_use(known, agent):
    asked = desk.asked("coffee", 7, by=agent)
    on_ticket = Search.objects.create(
        ticket=asked[0], by=agent, kind="asked", query="anything", at=timezone.now() - HOUR
    )
    outside = vain("espresso descaling nozzle", ago=desk.DAY)
    vain("printer toner jam", ago=desk.DAY)
    night.run()
    gap = Gap.objects.get()
    found = GapSearch.objects.filter(gap=gap).values_list("search", flat=True)
    assert set(found) == {on_ticket.pk, outside.pk}
    assert gap.times_searched == 2


def test_a_start_within_the_same_night_looks_only_at_what_is_left(known, agent):
    desk.asked("coffee", 7, by=agent)
    assert night.run(seconds=60) == 1
    assert night.run(seconds=60) == 0
    Finding.objects.update(computed_at=timezone.now() - timedelta(hours=20))
    assert night.run(seconds=60) == 1


def test_the_second_of_two_at_once_goes_home(known):
    """A doubled message, or two beats: the lock is let go however its holder ends."""
    other = connection.get_new_connection(connection.get_connection_params())
    try:
        with other.cursor() as cursor:
            cursor.execute("select pg_advisory_lock(%s)", [night.LOCK])
            assert night.run() == 0
            assert not TicketTopic.objects.exists()
            cursor.execute("select pg_advisory_unlock(%s)", [night.LOCK])
    finally:
        other.close()
    night.run()
    assert TicketTopic.objects.count() == 27


def test_what_a_private_teams_agents_typed_is_no_evidence(known, agent):
    desk.asked("coffee", 7, by=agent)
    insider = make.contributor(team=make.team(private=True))
    for days in (1, 2, 3):
        vain("chargeback fraud", ago=days * desk.DAY, by=insider)
    vain("espresso descaling nozzle", ago=desk.DAY, by=insider)
    night.run()
    gap = Gap.objects.get()
    assert (gap.kind, gap.times_searched) == ("topic", 0)
    assert not GapSearch.objects.exists()


def test_what_they_typed_is_forgotten_once_their_team_is_private(known, agent):
    asked = desk.asked("coffee", 7, by=agent)
    team = make.team()
    one = make.contributor(team=team)
    for days in (1, 2, 3):
        vain("chargeback fraud", ago=days * desk.DAY, by=one)
        vain("void receipt", ago=days * desk.DAY, by=one)
    vain("chargeback fraud", ago=desk.DAY)
    vain("espresso descaling nozzle", ago=desk.DAY, by=one)
    vain("espresso descaling nozzle", ago=2 * desk.DAY)
    night.run()
    searched = Gap.objects.get(key="search:void receipt")
    made = Improvement.objects.create(
        key="write:gap:1", kind="write", title=searched.name, gap=searched
    )
    assert Gap.objects.count() == 3
    assert Gap.objects.get(kind="topic").times_searched == 2
    team.private = True
    team.save(update_fields=["private"])
    night.run()
    assert not Gap.objects.filter(name__contains="chargeback").exists()
    assert Gap.objects.get(kind="topic").times_searched == 1
    # Where something hangs on it only the words go.
    searched.refresh_from_db()
    made.refresh_from_db()
    assert (searched.state, searched.name, searched.label) == ("closed", "—", [])
    assert (made.gap, made.title) == (searched, "—")
    assert Ticket.objects.filter(pk__in=[one.pk for one in asked]).count() == 7


def test_a_searchs_gap_is_named_without_addresses_and_numbers(agent):
    for days in (1, 2, 3):
        vain("refund lena@example.org 4402 118 773", ago=days * desk.DAY)
    night.run()
    gap = Gap.objects.get()
    assert "lena" not in gap.name
    assert "4402" not in gap.name
    assert not {"lena", "4402"} & set(gap.label)


def test_words_of_tickets_that_became_private_go_overnight(known, agent):
    asked = desk.asked("coffee", 8, by=agent)
    night.run()
    gap = Gap.objects.get()
    was = gap.topic.central
    made = Improvement.objects.create(
        key=f"write:gap:{gap.pk}", kind="write", title=gap.name, gap=gap, topic=gap.topic
    )
    Miss.objects.create(ticket=was, article=known["vpn"], words=was.description)
    taken = next(one for one in asked if one != was)
    Miss.objects.create(
        ticket=taken, article=known["vpn"], words=taken.description, state="taken"
    )
    Gap.objects.update(state="dismissed", reason="We do not sell coffee")
    Ticket.objects.filter(pk__in=[was.pk, taken.pk]).update(team=make.team(private=True))
    night.run()
    gap.refresh_from_db()
    made.refresh_from_db()
    assert gap.topic.central in asked
    assert gap.topic.central != was
    assert gap.name == made.title
    assert gap.name in {one.subject for one in asked if one not in (was, taken)}
    assert [one.words for one in Miss.objects.all()] == [""]
    # And where none of them is left, no word is.
    private = Team.objects.get(private=True)
    Ticket.objects.filter(pk__in=[one.pk for one in asked]).update(team=private)
    night.run(seconds=60)
    gap.refresh_from_db()
    made.refresh_from_db()
    assert (gap.name, gap.label, gap.topic.label, made.title) == ("—", [], [], "—")
