"""Freezing figures, comparing with them, forgetting them."""

import pytest
from django.test import Client
from django.urls import reverse

from loops.models import Baseline
from people.models import SiteSettings, User
from tests import make
from tests.loops.insights import planted
from tests.loops.insights.test_home import (
    HOME,
    a_team,
    figure,
    in_phase,
    seen,
    signed_in,
    solved_by,
)

pytestmark = pytest.mark.django_db
FREEZE = "/insights/baselines/freeze/"
LIST = "/insights/baselines/"


def frozen(user: User, name: str = "Before", scope: str = "") -> int:
    return signed_in(user).post(f"{FREEZE}?{scope}", {"name": name}).status_code


def test_a_baseline_stays_as_it_was_and_later_figures_are_compared_with_it():
    team = a_team()
    in_phase("grow")
    planted.day(3, team=team.pk, reused=20, silent=80)
    root = make.administrator()
    assert frozen(root, "Before we began") == 302
    kept = Baseline.objects.get()
    assert (kept.by, kept.team, kept.figures["totals"]["solved"]) == (root, None, 100)
    planted.day(2, team=team.pk, reused=100)
    kept.refresh_from_db()
    assert kept.figures["totals"]["linked"] == 20
    html = seen(root, f"{HOME}?baseline={kept.pk}")
    assert "Compared with “Before we began”" in html
    assert "+40.0 points" in figure(html, "Link rate")
    assert "+40.0 points" not in figure(seen(root), "Link rate")
    assert "Before we began" in seen(make.coach(), LIST)


def test_managers_freeze_one_team_of_theirs_and_nobody_else_freezes():
    manager = make.contributor()
    mine, other = a_team(manager=manager), a_team()
    assert frozen(manager) == 403
    assert frozen(manager, scope=f"team={other.pk}") == 403
    for refused in (make.coach(), make.publisher(), make.customer()):
        assert frozen(refused) == 403
        assert "Freeze the figures" not in Client().get(LIST).content.decode()
    assert frozen(manager, scope=f"team={mine.pk}") == 302
    assert Baseline.objects.get().team == mine
    assert "Freeze the figures" not in seen(manager, LIST)
    assert "Freeze the figures" in seen(manager, f"{LIST}?team={mine.pk}")


def test_a_name_is_given_once_and_is_never_empty():
    root = make.administrator()
    assert frozen(root, "Spring") == 302
    assert frozen(root, " Spring ") == 422
    assert frozen(root, "") == 422
    assert frozen(root, "x" * 81) == 422
    assert Baseline.objects.count() == 1


def test_a_baseline_is_read_by_whom_its_figures_are_for():
    manager, stranger = make.contributor(), make.contributor()
    mine = a_team(manager=manager)
    hidden = a_team(private=True, manager=make.contributor())
    a_team(manager=stranger)
    for team in (mine, hidden):
        planted.day(3, team=team.pk, reused=30)
    root = make.administrator()
    frozen(root, "All")
    frozen(root, "Mine", f"team={mine.pk}")
    frozen(root, "Private", f"team={hidden.pk}")
    keys = dict(Baseline.objects.values_list("name", "pk"))
    may = {
        manager: {"Mine"},
        stranger: set(),
        hidden.manager: {"Private"},
        make.coach(): {"All", "Mine"},
        root: {"All", "Mine", "Private"},
    }
    for person, names in may.items():
        client = signed_in(person)
        answers = {
            name: client.get(f"{HOME}?baseline={keys[name]}").status_code for name in keys
        }
        assert {name for name, status in answers.items() if status == 200} == names
        assert set(answers.values()) <= {200, 404}


def test_who_froze_it_or_an_administrator_removes_it():
    manager = make.contributor()
    mine = a_team(manager=manager)
    frozen(manager, "One", f"team={mine.pk}")
    frozen(make.administrator(), "Two", f"team={mine.pk}")
    one, two = Baseline.objects.order_by("name")

    def removed(user: User, baseline: Baseline) -> int:
        address = reverse("insights:remove_baseline", args=[baseline.pk])
        return signed_in(user).post(address).status_code

    assert removed(manager, two) == 403
    assert removed(make.coach(), one) == 403
    assert removed(make.contributor(), one) == 403
    assert removed(manager, one) == 302
    assert removed(make.administrator(), two) == 302
    assert not Baseline.objects.exists()


def test_what_is_frozen_of_the_whole_desk_holds_no_private_team():
    secret = a_team(private=True)
    planted.day(3, team=secret.pk, reused=30)
    planted.day(3, team=a_team().pk, reused=10)
    frozen(make.administrator())
    assert Baseline.objects.get().figures["totals"]["solved"] == 10


def test_what_is_frozen_of_few_people_is_for_their_manager():
    manager = make.contributor()
    lonely = a_team(1, manager=manager)
    planted.day(3, team=lonely.pk, reused=30)
    assert frozen(manager, "Mine", f"team={lonely.pk}") == 302
    key = Baseline.objects.get().pk
    # It stays small although two people came later.
    make.contributor(team=lonely)
    make.contributor(team=lonely)
    for reader, status in ((manager, 200), (make.coach(), 404), (make.administrator(), 404)):
        client = signed_in(reader)
        assert client.get(f"{HOME}?baseline={key}").status_code == status
        assert (f"baseline={key}" in client.get(LIST).text) == (status == 200)
    SiteSettings.objects.update(figures_minimum=0)
    assert signed_in(make.coach()).get(f"{HOME}?baseline={key}").status_code == 200


def test_what_is_frozen_of_one_solver_s_domain_is_hidden_from_all_who_do_not_manage_it():
    team = a_team(4)
    planted.day(3, team=team.pk, reused=30)
    solved_by(team.members.first(), team, 30)
    root = make.administrator()
    frozen(root, "Whole")
    kept = Baseline.objects.get()
    assert kept.figures["behind"] == 1
    assert signed_in(make.coach()).get(f"{HOME}?baseline={kept.pk}").status_code == 404
    assert seen(root, LIST).count("Whole") >= 1
