"""The same figures for programs, with the same rights."""

import pytest

from loops.models import Baseline
from tests import make
from tests.api.conftest import api
from tests.loops.insights import planted
from tests.loops.insights.test_home import a_team, in_phase

__all__ = ["api"]
pytestmark = pytest.mark.django_db


def test_programs_read_the_figures_of_the_page_and_no_others(api):
    manager = make.contributor()
    mine, other = a_team(manager=manager), a_team(2)
    planted.day(3, team=mine.pk, reused=30, silent=10)
    planted.day(3, team=other.pk, reused=10)
    in_phase("grow")
    told = api(manager).get("insights/").json()
    assert (told["phase"], told["hidden"]) == ("grow", False)
    rate = told["figures"][0]
    assert (rate["key"], rate["value"], rate["n"]) == ("link-rate", 0.75, 40)
    assert [(team["name"], team["solved"]) for team in told["teams"]] == [(mine.name, 40)]
    assert told["charts"]["outcomes"][0][0] == "Week"
    third = a_team()
    planted.day(3, team=third.pk, reused=50)
    told = api(make.coach()).get("insights/").json()
    assert {team["name"]: team["solved"] for team in told["teams"]} == {
        mine.name: None, other.name: None, third.name: 50,
    }  # fmt: skip
    assert api(manager).get(f"insights/?team={other.pk}").status_code == 403
    assert api(make.publisher()).get("insights/").status_code == 403
    assert api(make.coach()).get("insights/?colour=red").status_code == 400
    assert api(make.coach()).get("insights/?baseline=1").status_code == 404


def test_programs_do_not_read_what_was_frozen_of_one_person(api):
    manager = make.contributor()
    mine = a_team(1, manager=manager)
    planted.day(3, team=mine.pk, reused=30)
    api(manager).post(f"baselines/?team={mine.pk}", {"name": "May"})
    (kept,) = api(manager).get("baselines/").json()["results"]
    assert kept["figures"]["totals"]["linked"] == 30
    (kept,) = api(make.coach()).get("baselines/").json()["results"]
    assert (kept["name"], kept["figures"]) == ("May", None)
    assert api(make.coach()).get(f"insights/?baseline={kept['id']}").status_code == 404
    assert api(manager).get(f"insights/?baseline={kept['id']}").status_code == 200


def test_programs_freeze_and_forget(api):
    manager = make.contributor()
    mine = a_team(manager=manager)
    address = f"baselines/?team={mine.pk}&period=4w"
    made = api(manager).post(address, {"name": "May"})
    assert made.status_code == 201
    assert api(manager).post(address, {"name": "May"}).status_code == 422
    assert api(manager).post("baselines/", {"name": "All"}).status_code == 403
    assert api(make.coach()).post(address, {"name": "June"}).status_code == 403
    assert [one["name"] for one in api(make.coach()).get("baselines/").json()["results"]] == [
        "May"
    ]
    assert api(make.publisher()).get("baselines/").status_code == 403
    one = f"baselines/{made.json()['id']}/"
    assert api(make.coach()).delete(one).status_code == 403
    assert api(manager).delete(one).status_code == 204
    assert not Baseline.objects.exists()
