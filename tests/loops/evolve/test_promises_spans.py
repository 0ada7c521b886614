"""Two periods and all groups in one question say what one question each says."""

from dataclasses import replace
from datetime import timedelta

import pytest

from loops.evolve.rollups import numbers, spans
from loops.evolve.scope import Scope
from tests import make
from tests.loops.evolve.promising import DAY, HOUR, counted, tickets

pytestmark = pytest.mark.usefixtures("nothing_hidden")


def test_they_are_the_figures_of_each_period_and_of_each_group():
    """Over the edges of months and weeks, with months that are added up and one that is not."""
    one, two = make.team(), make.team()
    branch = make.domain("tills")
    people = [make.contributor() for _n in range(3)]
    for ago in (2, 9, 20, 33, 40, 61, 75, 100):
        tickets([HOUR, 5 * HOUR, None], by=people[0], team=one, domain=branch, ago=ago * DAY)
        tickets([3 * HOUR], by=people[ago % 3], team=two, ago=ago * DAY, novelty="new")
    counted()
    for begins, narrow in ((50, {}), (37, {"domains": frozenset({branch.pk})})):
        base = Scope.asked({"period": f"{begins}d"}, make.administrator())
        scope = replace(base, **narrow)
        before = scope.before()
        for every in ("week", "month"):
            points, earlier = spans.flow(scope, before, every)
            assert points == numbers.series(scope, every)
            assert earlier == numbers.totals(before)
            assert spans.team_flow(scope, before, every) == (
                numbers.team_series(scope, every),
                numbers.teams(before),
            )
            assert spans.few_of_both(scope, before) == (spans.few(scope), spans.few(before))
            assert spans.people(scope, before, every)[1] == numbers.agents(before)
            visits, seen = spans.visits(scope, before, every)
            assert (visits, seen) == (
                numbers.visits_series(scope, every),
                numbers.visits(before),
            )
            kinds = [numbers.RESOLUTION, numbers.WORKED]
            steps, whole = spans.times_series(scope, kinds, every, before)
            for kind in kinds:
                assert steps[kind] == numbers.times_series(scope, kind, every)
                assert whole[kind] == numbers.times(before, kind)[""]
        by_outcome = spans.times(scope, [numbers.RESOLUTION])[numbers.RESOLUTION]
        assert by_outcome == numbers.times(scope, numbers.RESOLUTION, by_outcome=True)
        assert spans.groups(scope) == (numbers.teams(scope), numbers.domains(scope))
    # After the period, as before it.
    ended = replace(scope, ends=scope.ends - timedelta(days=10))
    since = replace(scope, begins=ended.ends + timedelta(days=1))
    assert spans.flow(ended, since, "week")[1] == numbers.totals(since)


def test_only_groups_of_fewer_than_three_are_named():
    one, two = make.team(), make.team()
    people = [make.contributor() for _n in range(3)]
    for by in people:
        tickets([HOUR], by=by, team=one)
    tickets([HOUR], by=people[0], team=two, domain=make.domain("tills"))
    counted()
    scope = Scope.asked({"period": "4w"}, make.administrator())
    found = spans.few(scope, domains=True)
    assert found.everybody is None
    assert found.teams == {two.pk: frozenset({people[0].pk})}
    assert list(found.domains.values()) == [frozenset({people[0].pk})]
    small = replace(scope, teams=frozenset({two.pk}))
    assert spans.few(small).everybody == frozenset({people[0].pk})
