"""pa/09: how often an article served as a reference."""

import pytest

from loops.models import Link
from loops.solve import actions
from tests import make
from tests.loops.reports.protocol import ago, day, is_closed, opened, rows, show_all, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    """Two references, a month apart and by two people, and three resolutions."""
    show_all()

    class World:
        manager = make.contributor()
        team = make.team(manager=manager)
        dana, erik = make.contributor(team=team), make.contributor(team=team)
        branch = make.domain("till")
        article = make.public_article(domain=branch, by=make.publisher())

    for by, kind, days in (
        (World.dana, "reference", 40),
        (World.erik, "reference", 5),
        (World.dana, "resolution", 40),
        (World.dana, "resolution", 5),
        (World.erik, "resolution", 5),
    ):
        made = actions.link(make.ticket(), World.article, by=by, kind=kind)
        Link.objects.filter(pk=made.pk).update(at=ago(days=days))
    return World


def test_two_references_and_three_resolutions_are_two(world):
    # acceptance: pa/09
    number = world.article.number
    [row] = told(world.manager, "references")["rows"]
    assert (row["article"], row["references"]) == (number, 2)
    assert opened(world.manager, row, "references", "references") == 2
    half = {"from_": day(ago(days=20))}
    assert rows(world.manager, "references", "article", "references", **half) == [(number, 1)]
    assert rows(world.manager, "references", "references", to=day(ago(days=60))) == []


def test_references_by_person_team_branch_owner_and_first_author(world):
    # acceptance: pa/09
    manager, names = world.manager, ("person", "references")
    assert sorted(rows(manager, "references", *names, by="person")) == sorted(
        [(str(world.dana), 1), (str(world.erik), 1)]
    )
    one = {"references": 1}
    for query in ({"person": world.dana.email}, {"person": world.erik.email}):
        assert rows(manager, "references", *one, **query) == [1]
    for query in (
        {"team": world.team.pk}, {"domain": "till"}, {"category": "till"},
        {"role": "contributor"}, {"creator": world.article.created_by.email},
    ):  # fmt: skip
        assert rows(manager, "references", *one, **query) == [2], query
    make.domain("kiosk")
    assert rows(manager, "references", *one, domain="kiosk") == []
    assert rows(manager, "references", *one, owner=manager.email) == []


def test_references_are_for_readers_of_figures(world):
    # acceptance: pa/09
    assert is_closed("references")
