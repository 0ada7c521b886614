"""What figures say, counted by hand; and the tickets behind each."""

import random
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from articles import actions as article_actions
from articles.models import ArticleEvent, Version
from kcs.errors import BadValue, NotAllowed
from loops.evolve.rollups import definitions, jobs, numbers, records
from loops.evolve.scope import Scope
from loops.models import Definition, Link, Opening, Outcome, Search, TicketTopic, Topic
from loops.solve import actions
from loops.statistics import durations
from people.models import SiteEvent, User
from tests import make
from tests.load.measure import queries_of
from tickets import actions as ticket_actions
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def scope(user: User | None = None, **given: object) -> Scope:
    return Scope.asked({"period": "4w", **given}, user or make.administrator())


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def week() -> User:
    """One of each outcome: reused, improved, flagged, created, and twice no knowledge, once
    reopened; the manager of the team whose tickets three of them are."""
    make.gate("require")
    manager = make.contributor()
    team = make.team(manager=manager)
    agent = make.publisher(team=team)
    known = make.public_article(title="Error 79")
    Version.objects.filter(article=known).update(at=timezone.now() - 9 * DAY)
    type(known).objects.filter(pk=known.pk).update(created_at=timezone.now() - 9 * DAY)

    def ticket(**fields) -> Ticket:
        made = make.searched(make.ticket(**fields), by=agent)
        Ticket.objects.filter(pk=made.pk).update(created_at=timezone.now() - 2 * DAY)
        made.refresh_from_db()
        return made

    reused = ticket(channel="mail")
    actions.link(reused, known, by=agent)
    actions.send_and_solve(reused, by=agent, body="Please try this.", articles=[known])
    ticket_actions.change(reused, by=agent, csat=5, team=team, is_defect=True)
    improved = ticket()
    actions.improve(improved, known, by=agent, changes={"cause": "Old firmware"})
    actions.solve(improved, by=agent, outcome="improved")
    flagged = ticket()
    actions.flag(flagged, known, by=agent, kind="outdated", note="Moved")
    actions.solve(flagged, by=agent, outcome="flagged")
    ticket_actions.change(flagged, by=agent, csat=2, team=team)
    created = ticket()
    actions.create(created, by=agent, title="A new one", resolution="Do this.")
    actions.solve(created, by=agent, outcome="created")
    for _n in range(2):
        silent = ticket()
        actions.solve(silent, by=agent, outcome="no_knowledge", reason="account_action")
    actions.reopen(silent, by=agent)
    actions.solve(silent, by=agent, outcome="no_knowledge", reason="account_action")
    ticket_actions.change(silent, by=agent, team=team)
    make.ticket()
    jobs.run()
    return manager


def test_totals_are_those_counted_by_hand(week):
    found = numbers.totals(scope())
    assert found.outcomes == {
        **{"reused": 1, "improved": 1, "flagged": 1, "created": 1, "no_knowledge": 2}
    }
    assert (found.arrived, found.solved, found.defects, found.imported) == (7, 6, 1, 0)
    assert (found.linked, found.reused) == (4, 3)
    assert (found.created, found.improved, found.flagged) == (1, 1, 1)
    assert (found.reopened, found.first_contact) == (1, 5)
    assert (found.csat_n, found.csat_good, found.csat_sum) == (2, 1, 7)
    assert found.self_serviceable == 3
    assert found.link_rate.value == 4 / 6
    assert found.satisfied.interval[0] > 0
    split = numbers.by_outcome(scope())
    assert {name: one.solved for name, one in split.items()} == found.outcomes
    assert split["no_knowledge"].reopened == 1
    mail = numbers.totals(scope(channel="mail"))
    assert (mail.arrived, mail.solved, mail.linked) == (1, 1, 1)


def test_every_figure_opens_as_many_tickets_as_it_counts(week):
    root = make.administrator()
    for given in ({}, {"channel": "mail"}, {"team": week.manages.get().pk}):
        wanted = scope(root, **given)
        for what in records.WHAT:
            asked = records.asked({"what": what}, wanted, root)
            assert asked.tickets.count() == asked.figure(wanted), what
        outcome = records.asked({"what": "solved", "outcome": "flagged"}, wanted, root)
        expected = numbers.totals(wanted).outcomes.get("flagged", 0)
        assert outcome.tickets.count() == expected
        assert outcome.figure(wanted) is None


def test_the_tickets_behind_a_figure_are_a_page_for_those_who_read_figures(week):
    client = signed_in(week)
    team = week.manages.get()
    response = client.get("/insights/tickets/", {"what": "solved", "team": team.pk})
    assert response.status_code == 200
    assert response.context["count"] == len(response.context["page"].rows) == 3
    statements = queries_of(lambda: client.get("/insights/tickets/", {"what": "linked"}))
    assert len(statements) <= 15
    assert client.get("/insights/tickets/", {"what": "nonsense"}).status_code == 422
    assert client.get("/insights/tickets/", {"topic": "77"}).status_code == 422
    assert client.get("/insights/tickets/", {"person": "1"}).status_code == 403
    assert client.get("/insights/tickets/", {"team": team.pk + 1000}).status_code == 403
    assert signed_in(make.contributor()).get("/insights/tickets/").status_code == 403


def test_a_private_teams_tickets_count_for_its_own_readers_only(week):
    team = week.manages.get()
    expert = make.coach()
    assert numbers.totals(scope(expert)).solved == 6
    linked = {one.resolutions for one in numbers.articles(scope(expert)).values()}
    team.private = True
    team.save(update_fields=["private"])
    jobs.run()
    assert numbers.totals(scope(expert)).solved == 3
    assert numbers.totals(scope(week)).solved == 3
    assert numbers.totals(scope()).solved == 6
    assert {one.resolutions for one in numbers.articles(scope(expert)).values()} != linked
    with pytest.raises(NotAllowed):
        scope(expert, team=team.pk)


def test_imported_history_has_its_own_share_and_no_other(week):
    make.gate("off")
    ticket = make.ticket()
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("set local kcs.importing = 'on'")
    Outcome.objects.create(ticket=ticket, outcome="imported")
    Ticket.objects.filter(pk=ticket.pk).update(state="closed", solved_at=timezone.now())
    jobs.run()
    found = numbers.totals(scope())
    assert (found.solved, found.imported) == (6, 1)
    assert found.imported_share.value == 1 / 7
    assert numbers.by_outcome(scope())["imported"].solved == 1
    assert sum(one.solved for one in numbers.agents(scope()).values()) == 6


def test_self_serviceable_looks_at_who_could_read_the_answer_then(week):
    """An article that went outside later does not make yesterday's tickets avoidable."""
    article = make.article(confidence="validated", by=make.publisher())
    agent = make.publisher()
    for text in ("before", "after"):
        ticket = make.searched(make.ticket(subject=text), by=agent)
        actions.link(ticket, article, by=agent)
        actions.solve(ticket, by=agent)
        if text == "before":
            article_actions.restate(article, by=agent, audience="public")
    assert ArticleEvent.objects.filter(article=article, verb="audience").count() == 1
    jobs.run()
    assert numbers.totals(scope()).self_serviceable == 4


def test_searches_and_clicks_are_counted_by_place_and_kind():
    agent = make.contributor()
    found, other = make.public_article(), make.public_article(title="Other")
    hits = [{"article": one.pk, "number": one.number, "score": 1} for one in (other, found)]
    ticket = make.ticket()
    now = timezone.now()

    def search(**fields) -> Search:
        return Search.objects.create(
            **{"kind": "asked", "results": hits, "count": 2, "at": now, "by": agent, **fields}
        )

    search(results=[], count=0)
    search()
    clicked = search()
    Opening.objects.create(search=clicked, article=found, rank=2, by=agent, at=now)
    late = search()
    Opening.objects.create(search=late, article=found, rank=1, at=now + timedelta(hours=2))
    truth = search(ticket=ticket)
    version = found.versions.get()
    Link.objects.create(
        ticket=ticket, article=found, version=version, delivered=version, by=agent, at=now
    )
    assert truth.count
    search(channel="help", visit="v1")
    jobs.run()
    desk = numbers.searches(scope())["desk/asked"]
    assert (desk.searches, desk.empty, desk.opened, desk.abandoned) == (5, 1, 2, 2)
    assert (desk.first, desk.second, desk.third, desk.clicks) == (1, 1, 0, 2)
    assert (desk.judged, desk.mrr) == (1, 0.5)
    assert round(desk.ndcg or 0, 3) == 0.631
    assert numbers.searches(scope(), channel="help")["help/asked"].abandoned == 1
    root = make.administrator()
    longer = definitions.define(
        "abandoned", by=root, values={"minutes": 180}, note="People read slowly"
    )
    definitions.activate(longer, by=root)
    jobs.run()
    assert numbers.searches(scope())["desk/asked"].abandoned == 1


def test_visits_are_confirmed_potential_or_nothing_and_never_two_of_them():
    article = make.public_article()
    now = timezone.now()

    def visit(name: str, *, reads: bool = True) -> None:
        Search.objects.create(kind="asked", channel="help", visit=name, count=1, at=now)
        if reads:
            Opening.objects.create(article=article, visit=name, at=now)

    (
        visit("helped"),
        visit("read"),
        visit("unhelped"),
        visit("left", reads=False),
        visit("asked"),
    )
    for name, helped in (("helped", True), ("unhelped", False)):
        article_actions.rate(article, by=None, helpful=helped, visit=name)
    ticket_actions.receive(
        by=None,
        requester=make.ticket().requester,
        subject="Still broken",
        visit="asked",
    )
    jobs.run()
    found = numbers.visits(scope())
    assert (found.visits, found.confirmed, found.potential) == (5, 1, 1)
    assert (found.nothing, found.asked) == (3, 1)
    totals = numbers.totals(scope())
    assert (totals.arrived, totals.in_help, totals.used_first) == (2, 1, 1)


def test_topics_have_their_tickets_and_the_median_of_the_minutes():
    agent = make.contributor()
    topic = Topic.objects.create(kind="unknown", name="Symbols", tickets=3)
    for minutes in (10, 20, 90):
        ticket = make.silent_ticket(by=agent)
        ticket_actions.change(ticket, by=agent, seconds_worked=minutes * 60)
        TicketTopic.objects.create(ticket=ticket, topic=topic, novelty="known_not_captured")
    jobs.run()
    found = numbers.topics(scope())[topic.pk]
    assert (found.arrived, found.solved, found.linked, found.reused) == (3, 3, 0, 0)
    assert found.minutes == pytest.approx(20, rel=0.1)
    totals = numbers.totals(scope())
    assert (totals.known_not_captured, totals.classified) == (3, 3)
    root = make.administrator()
    asked = records.asked({"what": "solved", "topic": str(topic.pk)}, scope(root), root)
    assert asked.tickets.count() == 3


def test_a_histogram_gives_quantiles_within_two_percent():
    chance = random.Random(4)
    drawn = sorted(chance.lognormvariate(9, 1.4) for _ in range(20_000))
    counts: dict[int, int] = {}
    for seconds in drawn:
        bucket = durations.bucket_of(seconds)
        counts[bucket] = counts.get(bucket, 0) + 1
    for q in (0.1, 0.5, 0.9):
        exact = drawn[int(q * len(drawn))]
        assert durations.quantile(counts, q) == pytest.approx(exact, rel=0.02)
    assert durations.quantile({}, 0.5) is None


def test_the_buckets_of_the_database_are_those_of_python():
    agent = make.contributor()
    spent = [1, 59, 60, 61, 3_600, 86_399, 1_000_003]
    for seconds in spent:
        ticket_actions.change(make.silent_ticket(by=agent), by=agent, seconds_worked=seconds)
    jobs.run()
    found = numbers.times(scope(), "worked")[""]
    expected: dict[int, int] = {}
    for seconds in spent:
        bucket = durations.bucket_of(seconds)
        expected[bucket] = expected.get(bucket, 0) + 1
    assert dict(found.counts) == expected
    assert found.n == 7
    split = numbers.times(scope(), "worked", by_outcome=True)
    assert list(split) == ["no_knowledge"]


def test_a_scope_says_what_it_can_not_read():
    root = make.administrator()
    for wrong in (
        *({"from": "yesterday"}, {"period": "12"}, {"period": "9999w"}, {"channel": "fax"}),
        *({"domain": "99999"}, {"domain": "x"}, {"from": "2026-05-02", "to": "2026-05-01"}),
    ):
        with pytest.raises(BadValue):
            Scope.asked(wrong, root)
    year = Scope.asked({"period": "1y"}, root)
    assert year.days in (365, 366)
    first, second = year.halves()
    assert (first.begins, second.ends) == (year.begins, year.ends)
    assert second.begins - first.ends == DAY
    assert year.before().days == year.days
    assert "period=1y" in year.query(what="solved")


def test_an_administrator_writes_and_chooses_a_definition_and_nobody_else_does():
    root = make.administrator()
    client = signed_in(root)
    added = client.post(
        "/admin/loops/definition/add/",
        {"key": "first_contact", "value": "2", "note": "Two replies are still one contact"},
    )
    assert added.status_code == 302
    made = Definition.objects.get(key="first_contact", parameters={"replies": 2})
    client.post("/admin/loops/definition/", {"action": "choose", "_selected_action": [made.pk]})
    assert definitions.active()["first_contact"] == {"replies": 2}
    assert SiteEvent.objects.filter(verb="definition", by=root).count() == 1
    wrong = client.post(
        "/admin/loops/definition/add/", {"key": "satisfied", "value": "9", "note": "Because"}
    )
    assert wrong.status_code == 422
    with pytest.raises(NotAllowed):
        definitions.activate(made, by=make.coach())
    assert signed_in(make.coach()).get("/admin/loops/definition/").status_code == 403
