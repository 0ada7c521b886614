"""pa/11: the radar of one person, against a team average that can be set."""

import pytest
from django.urls import reverse

from articles import actions as article_actions
from loops.models import TeamAverage
from tests import make
from tests.loops.reports.protocol import ago, asked, day, rows, show_all, signed_in, told

pytestmark = pytest.mark.django_db
KEY = "radar"


@pytest.fixture
def world():
    """Dana solved four tickets, three of them with knowledge, and one flag waits for her. Her
    article was reused twice by Erik. A link of hers was judged wrong, of two."""
    show_all()

    class World:
        manager, coach = make.contributor(name="Manager"), make.coach()
        team = make.team("Desk", manager=manager)
        dana = make.contributor(name="Dana", team=team, coach=coach)
        erik = make.contributor(name="Erik")
        article = make.public_article(by=make.publisher())

    for n in range(2):
        drawn = make.reviewed(World.dana, kind="process", links="no" if n else "yes")
        assert drawn.reviewed_by == World.coach
    make.solved_ticket(by=World.dana, article=World.article)
    make.silent_ticket(by=World.dana)
    make.silent_ticket(by=World.dana, reason="spam")
    own = make.reviewed(World.dana).article
    for _n in range(2):
        make.solved_ticket(by=World.erik, article=own)
    flag = article_actions.flag(own, by=World.erik, kind="unclear")
    type(flag).objects.filter(pk=flag.pk).update(owner=World.dana)
    return World


EXPECTED = {
    "Content standard score": 1.0,
    "Citations": 2,
    "Link rate": 0.6,  # three of five solved, spam counted like all
    "Contribution index": 0.6,  # three of four tickets and one flag; spam offers nothing
    "Link accuracy": 0.5,
}


def test_each_axis_is_what_its_report_tells_of_the_person(world):
    # acceptance: pa/11
    found = told(world.manager, KEY, person=world.dana.pk)["rows"]
    assert {row["measure"]: row["value"] for row in found} == EXPECTED
    source = {"person": world.dana.pk, "by": "person"}
    assert rows(world.manager, "citations", "citations", **source) == [2]
    assert rows(world.manager, "link-rate", "link_rate", **source) == [0.6]
    assert rows(world.manager, "checklist", "score", **source) == [1.0]
    assert rows(world.manager, "process-review", "link_accuracy", **source) == [0.5]
    counts = rows(world.manager, KEY, "measure", "value", person=world.dana.pk, axes="all")
    assert dict(counts)["Tickets solved"] == 5
    assert dict(counts)["Articles created"] == 1
    page = signed_in(world.manager).get(f"/insights/reports/{KEY}/?person={world.dana.pk}")
    assert b"<svg" in page.content
    empty = rows(world.manager, KEY, "value", person=world.dana.pk, to=day(ago(days=300)))
    assert set(empty) == {None, 0}


def test_whoever_is_exactly_at_average_is_a_ring_and_setting_it_moves_the_shape(world):
    # acceptance: pa/11
    # Alone in her team she is what the team did.
    assert rows(world.manager, KEY, "ratio", person=world.dana.pk) == [1.0] * 5
    client, address = (
        signed_in(world.manager),
        reverse("insights:averages", args=[world.team.pk]),
    )
    said = {"link_rate": "30", "citations": "4", "link_accuracy": ""}
    assert client.post(address, said).status_code == 302
    assert b'value="30"' in client.get(address).content
    found = asked(world.manager, KEY, person=world.dana.pk)["rows"]
    assert {row["measure"]: row["ratio"] for row in found} == {
        "Content standard score": 1.0, "Citations": 0.5, "Link rate": 2.0,
        "Contribution index": 1.0, "Link accuracy": 1.0,
    }  # fmt: skip
    exact = {"link_rate": "60", "citations": "2", "contribution": "60", "checklist": "100",
             "link_accuracy": "50"}  # fmt: skip
    client.post(address, exact)
    assert rows(world.manager, KEY, "ratio", person=world.dana.pk) == [1.0] * 5


def test_averages_are_set_by_the_teams_manager_and_are_possible(world):
    # acceptance: pa/11
    address = reverse("insights:averages", args=[world.team.pk])
    for stranger in (world.dana, world.coach, make.customer()):
        assert signed_in(stranger).post(address, {"link_rate": "1"}).status_code == 403
    for value in ("0", "101", "nan", "much"):
        refused = signed_in(world.manager).post(address, {"link_rate": value})
        assert refused.status_code == 422
    assert not TeamAverage.objects.exists()


def test_it_is_for_the_person_the_coach_and_the_own_manager(world):
    # acceptance: pa/11
    whose = {"person": world.dana.pk}
    assert rows(world.coach, KEY, "value", **whose) == list(EXPECTED.values())
    assert rows(world.dana, KEY, "value") == list(EXPECTED.values())
    others = (world.erik, make.coach(), make.administrator(), make.customer(),
              make.contributor())  # fmt: skip
    make.team(manager=others[-1])
    for stranger in others:
        client = signed_in(stranger)
        for path in (
            f"/insights/reports/{KEY}/", f"/api/v1/reports/{KEY}/",
            f"/insights/reports/{KEY}/export/",
        ):  # fmt: skip
            assert client.get(path, whose).status_code == 403, (stranger, path)


def test_too_few_behind_a_figure_hide_it_from_the_manager(world):
    site = make.SiteSettings.load()
    site.figures_minimum = 20
    site.save()
    assert rows(world.manager, KEY, "value", person=world.dana.pk) == [None] * 5
    # The coach knows the reviews that the coach wrote.
    found = dict(rows(world.coach, KEY, "measure", "value", person=world.dana.pk))
    assert found["Content standard score"] == 1.0
    assert found["Link rate"] is None


def test_how_many_stand_behind_a_hidden_count_is_not_told_either(world):
    site = make.SiteSettings.load()
    site.figures_minimum = 20
    site.save()
    answer = asked(world.manager, KEY, person=world.dana.pk)
    found = {row["measure"]: row["n"] for row in answer["rows"]}
    assert found["Citations"] is None  # n is the value
    assert found["Link rate"] == 5
    assert answer["n"] == sum(n for n in found.values() if n)
