"""Who knows what: concentration, two weeks without Ted, onboarding, learning path, repetition."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from articles import actions as articles
from loops.evolve.expertise import jobs, queries
from loops.evolve.expertise import onboarding as learning
from loops.evolve.rollups import jobs as rollups
from loops.evolve.scope import zone
from loops.models import Agents, Gap, Holding, Outcome, TeamTopic, TicketTopic, Topic
from people.models import CompetencyGrant, Notification, SiteSettings, User
from tests import make
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    """A team of four with its manager, and a topic that Ted answers from memory."""
    SiteSettings.load()
    SiteSettings.objects.update(figures_minimum=0)
    manager = make.contributor(name="Mona Reis")
    team = make.team("Office desk", manager=manager)
    ted, ann = (make.contributor(name=name, team=team) for name in ("Ted Varga", "Ann Ek"))
    client.force_login(manager)
    return manager, team, ted, ann


def solved(topic: Topic, person: User, times: int, *, team=None, source="likeness",
           outcome="no_knowledge", reason="confidential") -> None:  # fmt: skip
    """Rows as the verbs leave them, without their way there."""
    make.gate("off")
    now, asker = timezone.now(), make.ticket().requester
    last = Ticket.objects.order_by("-pk").values_list("pk", flat=True)[0] * 1000 + 9_000_000
    tickets = Ticket.objects.bulk_create(
        Ticket(number=f"KT-{last + n}", subject="Asked", requester=asker, team=team,
               state="solved", solved_at=now, solved_by=person, seconds_worked=600)
        for n in range(times)
    )  # fmt: skip
    Outcome.objects.bulk_create(
        Outcome(ticket=one, outcome=outcome, reason=reason, by=person) for one in tickets
    )
    TicketTopic.objects.bulk_create(
        TicketTopic(ticket=one, topic=topic, source=source, score=0.5) for one in tickets
    )


def topic(name: str = "Recipes", **fields) -> Topic:
    return Topic.objects.create(
        **{"kind": "unknown", "name": name, "tickets": 26, "minutes": 10, **fields}
    )


def test_few_people_cover_half():
    assert [queries.bus_factor(n) for n in ([], [4], [1, 1, 1, 1], [8, 3, 2])] == [0, 1, 2, 1]


def test_a_topic_that_hangs_on_one_person_is_marked_and_named_to_the_manager(client, desk):
    _manager, team, ted, ann = desk
    recipes = topic()
    solved(recipes, ted, 11, team=team)
    solved(recipes, ann, 1, team=team)
    even = topic("Opening hours")
    solved(even, ted, 5, team=team)
    solved(even, ann, 5, team=team)
    solved(topic("Rare"), ted, 3, team=team)
    jobs.run()
    found = {one.topic.name: one for one in queries.held()}
    assert set(found) == {"Recipes", "Opening hours"}
    assert found["Recipes"].is_concentrated
    assert (found["Recipes"].solved, found["Recipes"].bus_factor) == (12, 1)
    assert not found["Opening hours"].is_concentrated
    assert "Ted Varga" in client.get(reverse("insights:expertise")).text
    client.force_login(make.administrator())
    shown = client.get(reverse("insights:expertise")).text
    assert ("Recipes" in shown, "Ted Varga" in shown) == (True, False)


def test_ted_is_away_for_two_weeks_and_gets_a_list_of_what_to_write_down(client, desk):
    manager, team, ted, ann = desk
    names = [f"Question {n}" for n in range(7)]
    for n, name in enumerate(names):
        one = topic(name, tickets=26 * (n + 1))
        solved(one, ted, 10, team=team)
    Gap.objects.create(
        key="g", kind="topic", topic=Topic.objects.get(name="Question 6"), name="Q"
    )
    shared = topic("Shared", article=make.public_article(), kind="known", tickets=260)
    solved(shared, ted, 5, team=team)
    solved(shared, ann, 5, team=team)
    jobs.run()
    absence = queries.absence(ted, user=manager)
    # Five of the six dearest: what is validated need not be written down.
    assert [risk.held.topic.name for risk in absence.capture] == names[:1:-1]
    assert absence.capture[0].gap is not None
    assert absence.capture[0].example.solved_by == ted
    # 26 tickets in 180 days are 2.02 in two weeks; the shared topic is half Ted's.
    assert absence.topics[0].expected == pytest.approx(7 * 26 / (180 / 7) * 2)
    half = next(risk for risk in absence.topics if risk.held.topic == shared)
    assert (half.share, half.others) == (0.5, 1)
    assert absence.alone == pytest.approx(sum(range(1, 8)) * 26 / (180 / 7) * 2)
    page = reverse("insights:away", args=[ted.pk])
    assert "Ted Varga is away for two weeks" in client.get(page).text
    client.post(reverse("insights:ask_to_capture", args=[ted.pk]))
    told = Notification.objects.get(user=ted, kind="capture_list")
    assert (told.subject[:9], "– Question 6" in told.text) == ("5 answers", True)
    client.force_login(ted)
    assert "What only you know" in client.get(page).text


def test_nobody_else_reads_what_hangs_on_a_person(client, desk):
    _manager, team, ted, _ann = desk
    solved(topic(), ted, 10, team=team)
    jobs.run()
    page = reverse("insights:away", args=[ted.pk])
    for other, status in (
        (make.administrator(), 403),
        (make.publisher(is_coach=True), 403),
        (make.contributor(team=team), 404),
    ):
        client.force_login(other)
        assert client.get(page).status_code == status
        assert client.post(f"{page}ask/").status_code == status


def test_newcomers_are_watched_until_today_by_the_half_year_they_began(client, desk):
    _manager, team, *_ = desk
    now = timezone.now()
    begun = now - timedelta(days=300)
    for n in range(4):
        person = make.candidate(team=team)
        User.objects.filter(pk=person.pk).update(joined_at=begun)
        CompetencyGrant.objects.filter(user=person).delete()
        if n < 2:
            CompetencyGrant.objects.create(
                user=person, competency="contributor", granted_at=begun + timedelta(days=30)
            )
    page = client.get(reverse("insights:onboarding"))
    day = timezone.localdate(begun)
    name = f"{day.year} · {'I' if day.month < 7 else 'II'}"
    cohort = next(one for one in page.context["cohorts"] if one["cohort"].name == name)
    curve = cohort["cohort"].curve
    assert (curve.n, curve.ended, curve.at(29).share, curve.at(31).share) == (4, 2, 1.0, 0.5)
    assert cohort["median"].value == 30
    SiteSettings.objects.update(figures_minimum=20)
    User.objects.filter(team=team, competency="candidate").exclude(
        pk=User.objects.filter(competency="candidate").first().pk
    ).update(joined_at=now)
    hidden = client.get(reverse("insights:onboarding")).text
    assert "too few to show" in hidden
    assert client.get(reverse("insights:onboarding"), {"until": "king"}).status_code == 422


def test_the_learning_path_covers_four_fifths_of_what_a_team_is_asked(client, desk):
    _manager, team, ted, _ann = desk
    for name, times in (("Most asked", 6), ("Second", 3), ("Third", 1)):
        article = make.public_article(title=name)
        one = topic(name, article=article, kind="known")
        solved(one, ted, times, team=team, source="link")
    jobs.run()
    page = client.get(reverse("insights:onboarding"), {"team": team.pk})
    path = page.context["path"]
    assert [(one.article.title, one.tickets) for one in path.lessons] == [
        ("Most asked", 6),
        ("Second", 3),
    ]
    assert (path.total, path.reached, path.unwritten) == (10, 0.9, 0)
    table = client.get(
        reverse("insights:onboarding"), {"team": team.pk, "chart": "path", "format": "csv"}
    ).text
    assert "Most asked" in table


def test_repetitive_work_is_everything_but_the_first_time(client, desk):
    _manager, team, ted, _ann = desk
    solved(topic("Again"), ted, 4, team=team)
    solved(topic("Once"), ted, 1, team=team)
    other = make.team("Not mine")
    solved(topic("Elsewhere"), ted, 3, team=other)
    jobs.run()
    page = client.get(reverse("insights:repeats"))
    (told,) = (one["team"] for one in page.context["told"])
    assert (told.team, told.solved, told.again, told.unlinked) == (team, 5, 3, 5)
    assert told.seconds == 5 * 600
    assert [(one.name, one.again) for one in told.topics] == [("Again", 3)]
    assert "Elsewhere" not in page.text


def test_repetitive_work_counts_no_import_and_nothing_that_cannot_be_known(client, desk):
    _manager, team, ted, _ann = desk
    asked = topic("Asked")
    solved(asked, ted, 3, team=team)
    with connection.cursor() as cursor:
        cursor.execute("set local kcs.importing = 'on'")
        solved(asked, ted, 2, team=team, outcome="imported", reason="")
    for reason in ("spam", "duplicate_ticket", "no_reply", "account_action"):
        solved(asked, ted, 2, team=team, reason=reason)
    waiting = make.ticket()
    Ticket.objects.filter(pk=waiting.pk).update(team=team)
    TicketTopic.objects.update_or_create(
        ticket=waiting, defaults={"topic": asked, "source": "likeness", "score": 0.5}
    )
    old = Ticket.objects.filter(team=team, outcomes__reason="confidential")[0]
    Ticket.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=400))
    jobs.run()
    (row,) = TeamTopic.objects.all()
    assert (row.solved, row.unlinked, row.seconds) == (3, 3, 1800)
    # One of them came long before the window, and one waits.
    assert row.arrived == 3
    assert [one.solved for one in Holding.objects.all()] == [3]


def test_repetitive_work_of_few_people_or_tickets_is_their_manager_s(client, desk):
    _manager, team, ted, ann = desk
    SiteSettings.objects.update(figures_minimum=20)
    make.contributor(team=team)
    cay = make.contributor(team=team)
    solved(topic("Again"), ted, 40, team=team)
    jobs.run()
    rollups.run()
    page = client.get(reverse("insights:repeats"))
    assert "39 of 40 solved again" in strip_tags(page.text)
    client.force_login(make.coach())
    for whose, times, shown in ((ted, 0, False), (ann, 20, False), (cay, 20, True)):
        if times:
            solved(Topic.objects.get(), whose, times, team=team)
            jobs.run()
            rollups.run()
        page = client.get(reverse("insights:repeats"))
        assert ("solved again" in page.text) == shown
        assert ("too few people or tickets" in page.text) != shown
        table = client.get(reverse("insights:repeats"), {"chart": "again", "format": "csv"})
        assert ("Office desk" in table.text) == shown
    # Two people stand in the other one, whoever solved it.
    other = make.team("Pair")
    for whose in (ted, ann, cay):
        solved(Topic.objects.get(), whose, 10, team=other)
    few = make.team("Few")
    for whose in (ted, ann, cay):
        make.contributor(team=few)
        solved(Topic.objects.get(), whose, 2, team=few)
    jobs.run()
    rollups.run()
    told = client.get(reverse("insights:repeats")).context["told"]
    assert {str(one["team"].team): one["team"].hidden for one in told} == {
        "Office desk": False, "Pair": True, "Few": True,
    }  # fmt: skip
    SiteSettings.objects.update(figures_minimum=0)
    told = client.get(reverse("insights:repeats")).context["told"]
    assert not any(one["team"].hidden for one in told)


def test_few_tickets_of_a_person_are_told_to_the_manager_alone(client, desk):
    manager, team, ted, _ann = desk
    SiteSettings.objects.update(figures_minimum=20)
    coach = make.coach()
    User.objects.filter(pk=ted.pk).update(coach=coach)
    often = topic("Often", tickets=40)
    solved(topic("Seldom"), ted, 11, team=team)
    jobs.run()
    away = reverse("insights:away", args=[ted.pk])
    listed = reverse("insights:expertise")
    for reader, told in ((manager, True), (ted, True), (coach, False)):
        client.force_login(reader)
        page = client.get(away).text
        assert ("100%" in page, "fewer than 20 solved" in page) == (told, not told)
        assert ("About 2 tickets" in page) == told
        if reader != ted:
            page = client.get(listed).text
            assert ("11 solved" in page, "fewer than 20 solved" in page) == (told, not told)
            # The share is there for everybody; whose it is, is not.
            assert page.count("Ted Varga") - page.count('title="Ted Varga"') >= 1
    client.force_login(coach)
    held = client.get(listed).context["rows"]
    assert [one.busiest for one in held] == [None]
    solved(often, ted, 25, team=team)
    jobs.run()
    page = client.get(away)
    assert [risk.hidden for risk in page.context["found"].topics] == [False, True]
    assert "36 solved" in client.get(listed).text
    SiteSettings.objects.update(figures_minimum=0)
    assert "fewer than" not in client.get(away).text


def test_the_numbers_open_their_tickets(client, desk):
    _manager, team, ted, _ann = desk
    mine = topic("Again")
    solved(mine, ted, 12, team=team)
    jobs.run()
    for name in ("repeats", "expertise"):
        found = opening(client.get(reverse(f"insights:{name}")))
        links = [one for one, _figure in found if f"topic={mine.pk}" in one]
        assert links
        for link in links:
            assert "period=180d" in link
            assert len(client.get(link).context["page"].rows) == 12


def opening(page) -> list[tuple[str, str]]:
    """The lists of tickets that a page opens, each with the figure that it is behind."""
    found = re.findall(r'href="(/insights/tickets/[^"]+)"[^>]*>([^<]*)<', page.text)
    return [(address.replace("&amp;", "&"), figure) for address, figure in found]


def listed(client, link: str) -> list[Ticket]:
    return list(client.get(link).context["page"].rows)


def test_every_figure_of_repetitive_work_opens_its_own_tickets(client, desk):
    _manager, team, ted, ann = desk
    often, once = topic("Again"), topic("Once")
    solved(often, ted, 3, team=team)
    solved(often, ann, 3, team=team, source="link")
    solved(once, ted, 1, team=team)
    # In none of the figures: nothing to know, no topic, another team's, which was earlier.
    solved(often, ted, 2, team=team, reason="spam")
    solved(often, ted, 1, team=team)
    TicketTopic.objects.filter(ticket=Ticket.objects.latest("pk")).delete()
    other = make.team("Elsewhere")
    solved(often, ted, 1, team=other)
    Ticket.objects.filter(team=other).update(solved_at=timezone.now() - timedelta(days=9))
    first = Ticket.objects.filter(team=team, topic_of__source="link").earliest("pk")
    Ticket.objects.filter(pk=first.pk).update(solved_at=timezone.now() - timedelta(days=3))
    jobs.run()
    page = client.get(reverse("insights:repeats"))
    assert "5 of 7 solved again: 71%" in strip_tags(page.text)
    lists = {figure: address for address, figure in opening(page) if "topic=" not in address}
    assert lists["5"] == lists["71%"]
    for figure in ("7", "5", "4"):
        assert len(listed(client, lists[figure])) == int(figure)
    again = listed(client, lists["5"])
    assert {one.topic_of.topic for one in again} == {often}
    assert first not in again, "the first time is not again"
    assert "Solved before by the same team" in client.get(lists["5"]).text
    told = [(address, figure) for address, figure in opening(page) if "topic=" in address]
    assert [figure for _address, figure in told] == ["6", "3"]
    for address, figure in told:
        assert len(listed(client, address)) == int(figure), address
    assert page.context["chart"].links == [lists["5"]]


def test_again_is_counted_in_each_team_and_among_tickets_of_none(client, desk):
    _manager, team, ted, _ann = desk
    mine = topic("Again")
    solved(mine, ted, 3, team=team)
    solved(mine, ted, 2)
    jobs.run()
    client.force_login(make.coach())
    page = client.get(reverse("insights:repeats"))
    assert "1 of 2 solved again" in strip_tags(page.text)
    for key, n in ((team.pk, 2), (0, 1)):
        link = f"/insights/tickets/?what=again&period=180d&team={key}"
        assert len(listed(client, link)) == n
    # Of all teams at once: what is again in each.
    assert len(listed(client, "/insights/tickets/?what=again&period=180d")) == 3


def test_half_years_and_days_are_the_organisation_s(client, desk):
    _manager, _team, _ted, ann = desk
    SiteSettings.objects.update(time_zone="Pacific/Auckland")
    # In Auckland the second half has begun.
    begun = datetime(2026, 6, 30, 13, tzinfo=UTC)
    User.objects.filter(pk=ann.pk).update(joined_at=begun)
    page = client.get(reverse("insights:onboarding"))
    names = [one["cohort"].name for one in page.context["cohorts"]]
    assert ("2026 · I" in names, "2026 · II" in names) == (False, True)
    (at,) = learning._reached("fifty", [fifty(ann)], zone()).values()
    assert at == datetime(2026, 7, 2, tzinfo=zone())


def fifty(person: User) -> int:
    Agents.objects.create(
        span="d",
        grain="t",
        day=date(2026, 7, 2),
        formula=1,
        team=0,
        domain=0,
        person=person.pk,
        solved=50,
    )
    return person.pk


def test_private_teams_stay_out_of_it(client, desk):
    _manager, _team, ted, _ann = desk
    solved(topic("Salaries"), ted, 12, team=make.team(private=True))
    jobs.run()
    assert queries.held() == []


def test_the_job_may_run_twice(desk):
    solved(topic(), desk[2], 10, team=desk[1])
    assert jobs.run() == jobs.run() == 2


def test_agents_do_not_read_them_and_the_pages_stay_within_their_budget(
    client, desk, django_assert_max_num_queries
):
    _manager, team, ted, _ann = desk
    article = articles.restate(make.article(), by=make.publisher(), confidence="validated")
    solved(topic(article=article, kind="known"), ted, 10, team=team)
    jobs.run()
    names = ("expertise", "onboarding", "repeats")
    for name in names:
        client.get(reverse(f"insights:{name}"))
        with django_assert_max_num_queries(15):
            client.get(reverse(f"insights:{name}"))
    client.force_login(make.contributor())
    for name in names:
        assert client.get(reverse(f"insights:{name}")).status_code == 403
