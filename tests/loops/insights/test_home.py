"""The front page of the insights: what it says, of what, and to whom."""

import csv
import re
from datetime import timedelta
from io import StringIO

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from loops.evolve.rollups import jobs
from loops.models import Agents, Flow, Gap, Visits
from loops.solve import actions
from people.models import SiteSettings, User
from tests import make
from tests.load.measure import queries_of
from tests.loops.insights import planted
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
HOME = "/insights/"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def seen(user: User, address: str = HOME) -> str:
    response = signed_in(user).get(address)
    assert response.status_code == 200, response.status_code
    return re.sub(r"\s+", " ", response.content.decode())


def figure(html: str, name: str) -> str:
    """What the strip says under a name, as plain text."""
    part = re.search(rf'<h2 class="t2">{name}</h2>(.*?)</div>', html)
    assert part, name
    return " ".join(re.sub(r"<[^>]+>", " ", part[1]).split())


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def in_phase(phase: str) -> None:
    SiteSettings.load()
    SiteSettings.objects.update(phase=phase)


def a_team(people: int = 3, **fields):
    team = make.team(**fields)
    for _n in range(people):
        make.contributor(team=team)
    return team


def test_an_empty_desk_is_said_in_words():
    html = seen(make.administrator())
    assert "No outcome has been declared yet." in html
    assert html.count("No ticket was solved in this period.") == 2
    assert "No gap is known." in html
    assert "nothing yet" in figure(html, "Link rate")
    assert '<svg class="chart' not in html


def test_figures_are_those_counted_by_hand_and_open_their_tickets():
    team = a_team()
    agent = make.publisher(team=team)
    known = make.public_article()
    type(known).objects.update(created_at=timezone.now() - timedelta(days=9))
    for outcome in ("reused", "reused", "created", "no_knowledge"):
        ticket = make.searched(make.ticket(), by=agent)
        Ticket.objects.filter(pk=ticket.pk).update(team=team)
        ticket.refresh_from_db()
        if outcome == "reused":
            actions.link(ticket, known, by=agent)
        elif outcome == "created":
            actions.create(ticket, by=agent, title="New", resolution="Do this.")
        reason = {"reason": "account_action"} if outcome == "no_knowledge" else {}
        actions.solve(ticket, by=agent, outcome=outcome, **reason)
    jobs.run()
    in_phase("grow")
    SiteSettings.objects.update(figures_minimum=0)
    root = make.administrator()
    html = seen(root)
    assert "75%" in figure(html, "Link rate")
    assert "too few to tell" in figure(html, "Link rate")
    assert "30% to 95%, n = 4" in figure(html, "Link rate")
    assert "2.0 : 1" in figure(html, "Reuse to create")
    assert "Too few to tell: n = 4." in html
    told = re.search(r'<h2 class="t2">Link rate</h2>.*?href="([^"]+)"', html)
    assert told
    listed = signed_in(root).get(told[1].replace("&amp;", "&"))
    assert listed.status_code == 200
    assert listed.content.decode().count("/tickets/KT-") >= 3
    # Adoption asks other questions of the same tickets.
    assert "100%" in figure(seen(root, f"{HOME}?phase=adopt"), "Outcome declared")
    assert "33%" not in figure(seen(root, f"{HOME}?phase=lead"), "First-contact resolution")


def test_figures_are_for_managers_coaches_experts_and_administrators():
    manager = make.contributor()
    mine, other = a_team(manager=manager), a_team(name="Payments")
    planted.day(3, team=mine.pk, reused=30, silent=10)
    planted.day(3, team=other.pk, reused=10, silent=30)
    assert Client().get(HOME).status_code == 302
    for refused in (make.customer(), make.publisher()):
        assert signed_in(refused).get(HOME).status_code == 403
        assert 'href="/insights/"' not in signed_in(refused).get("/settings/").content.decode()
        assert signed_in(refused).get(f"{HOME}?format=csv").status_code == 403
    in_phase("grow")
    html = seen(manager)
    assert "75.0%" in figure(html, "Link rate")
    assert "Payments" not in html
    for address in (f"{HOME}?team={other.pk}", f"{HOME}?team={other.pk}&format=csv"):
        assert signed_in(manager).get(address).status_code == 403
    for may in (make.coach(), make.administrator()):
        assert "50.0%" in figure(seen(may), "Link rate")
    assert "75.0%" in figure(seen(make.coach(), f"{HOME}?team={mine.pk}"), "Link rate")
    assert "100%" not in figure(seen(make.coach(), f"{HOME}?channel=mail"), "Link rate")
    assert signed_in(make.coach()).get(f"{HOME}?period=nonsense").status_code == 422


def test_a_team_of_two_is_shown_to_its_manager_alone():
    manager = make.contributor()
    team = a_team(2, manager=manager)
    planted.day(3, team=team.pk, reused=30)
    planted.day(3, team=a_team().pk, reused=40)
    in_phase("grow")
    html = seen(make.administrator())
    assert "too few people or tickets to be shown" in html
    html = seen(make.administrator(), f"{HOME}?team={team.pk}")
    assert "Too few to be shown" in html
    assert 'class="kpi ' not in html
    assert "100%" not in plain(html)
    assert "100.0%" in figure(seen(manager), "Link rate")
    # In fixtures a minimum of nothing hides nothing.
    SiteSettings.objects.update(figures_minimum=0)
    assert "100.0%" in figure(seen(make.administrator(), f"{HOME}?team={team.pk}"), "Link rate")


def solved_by(person: User, team, times: int, *, ago: int = 3, domain: int = 0) -> None:
    """That these tickets were one person's."""
    for grain, of in (("t", 0), ("td", domain)):
        Agents.objects.create(
            span="d",
            grain=grain,
            day=planted.today() - timedelta(days=ago),
            formula=1,
            team=team.pk,
            domain=of,
            person=person.pk,
            solved=times,
        )


def rows_of(user: User, address: str = HOME) -> dict[str, bool]:
    """Which teams are shown, by name."""
    found = signed_in(user).get(address).context["front"].teams
    return {row.name: not row.hidden for row in found}


def test_what_one_person_solved_is_hidden_whatever_it_was_narrowed_by():
    manager = make.contributor()
    team = a_team(4, manager=manager, name="Till")
    planted.day(3, team=team.pk, reused=30)
    planted.day(60, team=team.pk, reused=30)
    people = list(team.members.all())
    solved_by(people[0], team, 30)
    for one in people:
        solved_by(one, team, 10, ago=60)
    in_phase("grow")
    expert = make.coach()
    short = f"{HOME}?period=2w&team={team.pk}"
    # Four stand behind the quarter, and one behind the last two weeks.
    assert "100.0%" in figure(seen(expert, f"{HOME}?team={team.pk}"), "Link rate")
    for address in (short, f"{HOME}?period=2w"):
        assert "Too few to be shown" in seen(expert, address)
        assert "100.0%" in figure(seen(manager, address), "Link rate")
    SiteSettings.objects.update(figures_minimum=0)
    assert "100.0%" in figure(seen(expert, short), "Link rate")


def test_the_period_before_is_not_told_where_one_person_stands_behind_it():
    team = a_team(4)
    people = list(team.members.all())
    planted.day(3, team=team.pk, reused=30, silent=10)
    planted.day(1, team=team.pk, reused=30, silent=10)
    solved_by(people[0], team, 40, ago=3)
    for one in people:
        solved_by(one, team, 10, ago=1)
    in_phase("grow")
    front = signed_in(make.coach()).get(f"{HOME}?period=2d").context["front"]
    assert (front.hidden, front.kpis[0].raw[4]) == (False, None)
    front = signed_in(people[0]).get(HOME)
    assert front.status_code == 403
    SiteSettings.objects.update(figures_minimum=0)
    front = signed_in(make.coach()).get(f"{HOME}?period=2d").context["front"]
    assert front.kpis[0].raw[4] == 0.75


def test_what_one_person_solved_of_a_domain_is_hidden():
    team, domain = a_team(4), make.domain()
    planted.day(3, team=team.pk, reused=40)
    people = list(team.members.all())
    for one in people:
        solved_by(one, team, 10, domain=domain.pk)
    Flow.objects.filter(grain__in=["td", "tdc"]).update(domain=domain.pk)
    in_phase("grow")
    coach = make.coach()
    for narrowed in (f"domain={domain.pk}", f"domain={domain.pk}&team={team.pk}"):
        address = f"{HOME}?{narrowed}"
        assert "100.0%" in figure(seen(coach, address), "Link rate")
    Agents.objects.filter(grain="td").exclude(person=people[0].pk).delete()
    for narrowed in (f"domain={domain.pk}", f"domain={domain.pk}&team={team.pk}"):
        address = f"{HOME}?{narrowed}"
        assert "Too few to be shown" in seen(coach, address)
        told = signed_in(coach).get(f"{address}&format=csv").content.decode()
        assert "Link rate" not in told
        assert "hidden: too few" in told or "team" in narrowed
    # All of the desk is four people's, and is told.
    assert "100.0%" in figure(seen(coach), "Link rate")


def test_a_few_tickets_of_a_domain_or_channel_are_not_told():
    planted.day(3, team=a_team().pk, reused=12)
    in_phase("grow")
    coach = make.coach()
    assert "Too few to be shown" not in seen(coach)
    assert "Too few to be shown" in seen(coach, f"{HOME}?channel=mail")


def test_where_one_team_is_hidden_the_next_smallest_is_hidden_too():
    small = a_team(2, name="Two")
    middle, large = a_team(name="Middle"), a_team(name="Large")
    planted.day(3, team=small.pk, reused=30)
    planted.day(3, team=middle.pk, reused=40)
    planted.day(3, team=large.pk, reused=50)
    in_phase("grow")
    coach = make.coach()
    assert rows_of(coach) == {"Two": False, "Middle": False, "Large": True}
    # And its own page does not tell what the table left out.
    assert "Too few to be shown" in seen(coach, f"{HOME}?team={middle.pk}")
    assert "100.0%" in figure(seen(coach, f"{HOME}?team={large.pk}"), "Link rate")
    assert "100.0%" in figure(seen(coach), "Link rate")
    other = a_team(2, name="Another two")
    planted.day(3, team=other.pk, reused=30)
    assert rows_of(coach) == {
        "Two": False, "Another two": False, "Middle": True, "Large": True,
    }  # fmt: skip
    SiteSettings.objects.update(figures_minimum=0)
    assert all(rows_of(coach).values())


def test_a_change_is_told_only_where_chance_does_not_explain_it():
    team = a_team()
    in_phase("grow")
    planted.day(100, team=team.pk, reused=50, silent=50)
    planted.day(3, team=team.pk, reused=52, silent=48)
    root = make.administrator()
    assert "+2.0 points, no clear change" in figure(seen(root), "Link rate")
    planted.day(2, team=team.pk, reused=100)
    assert figure(seen(root), "Link rate").count("no clear change") == 0
    assert "+26.0 points" in figure(seen(root), "Link rate")


def test_the_classes_of_self_service_stand_beside_each_other():
    in_phase("grow")
    for ago, confirmed in ((3, 30), (100, 10)):
        day = planted.today() - timedelta(days=ago)
        Visits.objects.create(
            span="d",
            day=day,
            formula=1,
            visits=100,
            confirmed=confirmed,
            potential=20,
            nothing=50,
        )
    told = figure(seen(make.administrator()), "Self-service, confirmed")
    assert "30.0%" in told
    assert "potential 20%, none 50%: never added up" in told
    assert "+20.0 points" in told


def test_the_quality_is_told_of_three_people_and_not_of_two():
    in_phase("grow")
    team = make.team()
    coach = make.coach()
    for _n in range(2):
        make.reviewed(make.contributor(team=team, coach=coach))
    root = make.administrator()
    assert "hidden: fewer than three people" in figure(seen(root), "Article quality")
    make.reviewed(make.contributor(team=team, coach=coach))
    assert "100%" in figure(seen(root), "Article quality")


@pytest.mark.parametrize(
    ("ago", "shown"), [(30, "Adoption"), (200, "Growth"), (800, "Outcomes")]
)
def test_the_phase_follows_from_the_first_declared_outcome(ago, shown):
    planted.day(ago + 50, undeclared=3)
    planted.day(ago, reused=25)
    html = seen(make.administrator())
    assert f'aria-current="true">{shown}</a>' in html
    assert "The first outcome was declared on" in html


def test_an_administrator_chooses_the_phase_and_a_reader_looks_at_another():
    root = make.administrator()
    in_phase("lead")
    html = seen(root)
    assert "An administrator chose this phase." in html
    assert "Time to resolve" in html
    assert "Searches per solved ticket" in seen(root, f"{HOME}?phase=adopt")
    # What it was chosen for stays what it is for the next reader.
    assert "Time to resolve" in seen(root)


@pytest.mark.parametrize("phase", ["adopt", "grow", "lead"])
def test_the_page_stays_within_its_budget(phase):
    manager = make.contributor()
    team = a_team(manager=manager)
    for ago in range(1, 100, 9):
        planted.day(ago, team=team.pk, reused=20, created=3)
    client, domain = signed_in(manager), make.domain()
    for more in ("", f"&period=3y&channel=mail&team={team.pk}&domain={domain.pk}"):
        address = f"{HOME}?phase={phase}{more}"
        client.get(address)
        statements = queries_of(lambda: client.get(address))  # noqa: B023
        assert len(statements) <= 15, "\n".join(sql[:120] for sql in statements)


def test_the_page_is_exported_as_one_table_and_each_chart_by_itself():
    team = a_team(name="=Tills")
    planted.day(3, team=team.pk, reused=30, silent=10)
    in_phase("grow")
    client = signed_in(make.administrator())
    told = client.get(f"{HOME}?format=csv&team=")
    assert told.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.reader(StringIO(told.content.decode("utf-8-sig"))))
    assert ["Link rate", "0.75", "40", "0.5981", "0.8581", ""] in rows
    assert ["'=Tills", "40", "30", "30", "0", "0"] in rows
    told = client.get(f"{HOME}?chart=outcomes&format=csv")
    rows = list(csv.reader(StringIO(told.content.decode("utf-8-sig"))))
    assert rows[0][:2] == ["Week", "Reused"]
    assert sum(float(row[1]) for row in rows[1:]) == 30
    assert client.get(f"{HOME}?chart=nothing&format=csv").status_code == 404


def test_what_is_missing_most_is_one_press_from_being_written():
    Gap.objects.create(
        key="empty:datev", kind="empty", name="export to datev", times_searched=41
    )
    Gap.objects.create(key="topic:1", kind="topic", name="Split bill", tickets=12, cost=90)
    Gap.objects.create(
        key="topic:2", kind="topic", name="Not ours", tickets=9, state="dismissed", reason="no"
    )
    html = seen(make.administrator())
    assert 'aria-label="Write about “export to datev”"' in html
    gap = Gap.objects.get(key="topic:1")
    assert f'href="{reverse("insights:gap", args=[gap.pk])}"' in html
    assert "12 tickets" in html
    assert "Not ours" not in html


def test_every_number_leads_somewhere_that_answers():
    team = a_team()
    planted.day(3, team=team.pk, reused=30, created=5)
    Visits.objects.create(span="d", day=planted.today(), formula=1, visits=40, confirmed=30)
    make.reviewed(make.contributor(team=team, coach=make.coach()))
    client = signed_in(make.administrator())
    SiteSettings.objects.update(figures_minimum=0)
    found: dict[tuple[str, ...], str] = {}
    for phase in ("adopt", "grow", "lead"):
        html = client.get(f"{HOME}?phase={phase}").content.decode()
        main = html[html.index('class="panel kpis"') : html.index("insight-foot")]
        for link in re.findall(r'href="([^"#]+)"', main):
            link = link.replace("&amp;", "&")
            # One of each kind: thirteen weeks lead to thirteen lists.
            found[(link.split("?")[0], *re.findall(r"what=\w+|chart=\w+|team=", link))] = link
    assert len(found) > 12
    for link in found.values():
        assert client.get(link).status_code == 200, link


@pytest.mark.parametrize(
    "page", ["", "queue/", "outcomes/", "times/", "new-known/", "publication/", "tickets/"]
)
def test_days_outside_the_calendar_are_refused(page):
    client = signed_in(make.coach())
    for asked in ("to=9999-12-31", "to=0001-01-01", "from=0001-01-01&to=0001-01-10",
                  "from=1969-12-31", "to=9001-01-01"):  # fmt: skip
        assert client.get(f"{HOME}{page}?{asked}").status_code == 422, asked
    assert client.get(f"{HOME}{page}?from=1970-01-01&to=1970-01-02").status_code == 200
    assert client.get(f"{HOME}{page}?to=9000-12-31").status_code == 200


@pytest.mark.parametrize(
    ("page", "status"),
    [
        ("tickets/?article=%00", 422),
        ("tickets/?answer=%00", 422),
        ("gaps/?domain=%00", 422),
        ("bursts/?domain=%00", 422),
        ("expertise/?domain=%00", 422),
        ("publication/?owner=%00&language=%00", 422),
        ("improvements/new/?article=%00&ticket=%00", 422),
        ("reports/links/?owner=%00", 422),
        ("?%00=1", 422),
        ("publication/%00/", 404),
        ("reports/visits/%00/", 404),
        (f"onboarding/?team={'9' * 5000}", 200),
        (f"onboarding/?team={'9' * 15}", 200),
        (f"?team={'9' * 5000}", 422),
        (f"?baseline={'9' * 5000}", 404),
        (f"tickets/?topic={'9' * 5000}", 422),
        (f"expertise/{'9' * 30}/", 403),
        (f"topics/{'9' * 30}/", 404),
        (f"topics/{'9' * 5000}/", 404),
        (f"queue/?articles={'9' * 5000}", 422),
    ],
)
def test_what_no_text_may_hold_is_refused_everywhere(page, status):
    assert signed_in(make.coach()).get(f"{HOME}{page}").status_code == status
    assert Client().get(f"{HOME}{page}").status_code in (302, 404)


def test_a_form_with_it_is_refused_too():
    client = signed_in(make.administrator())
    address = reverse("insights:retract", args=[make.public_article().pk])
    assert client.post(address, {"reason": "a\x00b"}).status_code == 422
