"""What the evolve loop keeps, in the administration: looked at, and changed by the verbs alone."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from loops.models import Baseline, Digest, Pattern, TeamAverage
from people.models import Right, SiteSettings
from tests import make
from tests.loops.insights import planted
from tests.loops.insights.test_home import a_team

pytestmark = pytest.mark.django_db
MODELS = ("baseline", "digest", "pattern", "teamaverage")


@pytest.fixture
def admin(client):
    found = make.administrator()
    client.force_login(found)
    return found


def at(model, page="changelist", *args):
    return reverse(f"admin:loops_{model}_{page}", args=args)


def rows():
    """One of each."""
    SiteSettings.load()
    SiteSettings.objects.update(figures_minimum=0)
    by, team = make.administrator(), make.team("Desk")
    day = timezone.localdate()
    pattern = Pattern.objects.create(
        key="symptom:1", kind="symptom", name="The drawer", strength=0.4,
        evidence={"alike": 0.6, "apart": 0.2},
    )  # fmt: skip
    pattern.articles.set([make.article(title="One"), make.article(title="Two")])
    return {
        "baseline": Baseline.objects.create(name="Before", begins=day, ends=day, by=by),
        "digest": Digest.objects.create(person=by, week=day),
        "pattern": pattern,
        "teamaverage": TeamAverage.objects.create(
            team=team, axis="link_rate", value=0.7, by=by
        ),
    }


def test_every_list_opens_in_few_queries_and_nothing_can_be_deleted(
    client, admin, django_assert_max_num_queries
):
    for model, row in rows().items():
        with django_assert_max_num_queries(15):
            page = client.get(at(model))
        assert page.status_code == 200
        assert "delete_selected" not in page.text
        with django_assert_max_num_queries(20):
            shown = client.get(at(model, "change", row.pk))
        assert shown.status_code == 200, model
        gone = client.post(at(model, "delete", row.pk), {"post": "yes"})
        assert gone.status_code == 403
        assert type(row).objects.filter(pk=row.pk).exists()


def test_what_was_computed_is_not_written_by_hand(client, admin):
    for model, row in rows().items():
        if model == "teamaverage":
            continue
        sent = {"name": "Forged", "strength": 9, "week": "2026-01-05", "evidence": "{}"}
        assert client.post(at(model, "change", row.pk), sent).status_code == 403, model
        if model != "baseline":
            assert client.get(at(model, "add")).status_code == 403
        row.refresh_from_db()
        assert str(row) not in ("Forged", "")
    assert Pattern.objects.get().strength == 0.4


def test_reviewers_see_baselines_and_patterns_and_neither_letters_nor_averages(client):
    rows()
    client.force_login(make.coach())
    answers = {model: client.get(at(model)).status_code for model in MODELS}
    assert answers == {"baseline": 200, "digest": 403, "pattern": 200, "teamaverage": 403}
    assert client.get(at("baseline", "add")).status_code == 403
    client.force_login(make.contributor())
    assert {client.get(at(model), follow=True).status_code for model in MODELS} == {403}


# Baselines ----------------------------------------------------------------------------------------


def test_administrators_freeze_by_the_verb_here_too(client, admin):
    team = a_team()
    planted.day(3, team=team.pk, reused=20, silent=80)
    day = timezone.localdate()
    sent = {"name": "Before we began", "begins": str(day - timedelta(days=30)),
            "ends": str(day), "team": "", "domain": "", "channel": ""}  # fmt: skip
    assert client.post(at("baseline", "add"), sent).status_code == 302
    kept = Baseline.objects.get()
    assert (kept.by, kept.team, kept.begins) == (admin, None, day - timedelta(days=30))
    assert kept.figures["totals"]["solved"] == 100, "copied, and not typed"
    twice = client.post(at("baseline", "add"), sent)
    assert "There is a baseline of this name." in twice.text
    turned = {**sent, "name": "Turned", "begins": str(day), "ends": "2020-01-01"}
    assert (
        "The period ends before it begins." in client.post(at("baseline", "add"), turned).text
    )
    empty = {**sent, "name": "Empty", "begins": ""}
    assert client.post(at("baseline", "add"), empty).status_code == 200
    assert Baseline.objects.count() == 1


def test_a_baseline_is_removed_by_whoever_may(client):
    row = rows()["baseline"]
    asked = {"action": "forget", "_selected_action": [row.pk]}
    client.force_login(make.coach())
    client.post(at("baseline"), asked, follow=True)
    assert Baseline.objects.exists()
    client.force_login(row.by)
    client.post(at("baseline"), asked)
    assert not Baseline.objects.exists()


def test_a_private_teams_baseline_and_the_figures_of_few_are_not_shown(client):
    row = rows()["baseline"]
    SiteSettings.objects.update(figures_minimum=20)
    hidden = make.team("HR", private=True)
    Baseline.objects.filter(pk=row.pk).update(figures={"behind": 1})
    Baseline.objects.create(name="Salaries", begins=date(2026, 1, 1), ends=date(2026, 1, 2),
                            team=hidden, by=row.by)  # fmt: skip
    client.force_login(make.coach())
    page = client.get(at("baseline"))
    assert "Before" in page.text
    assert "Salaries" not in page.text
    shown = client.get(at("baseline", "change", row.pk)).text
    assert "too few people or tickets to be shown" in shown
    assert f"baseline={row.pk}" not in shown
    assert "behind" not in shown


# Patterns -----------------------------------------------------------------------------------------


def test_who_may_not_see_one_of_its_articles_does_not_see_the_pattern(client):
    row = rows()["pattern"]
    Right.objects.filter(competency="contributor", aspect="see", value="wip").delete()
    client.force_login(make.contributor(is_staff=True))
    shown = client.get(at("pattern", "change", row.pk)).text
    assert "symptoms alike by 60%" in shown
    for article in row.articles.all():
        assert article.number in shown
    row.articles.add(make.article(by=make.publisher(), confidence="wip", title="Draft"))
    assert "The drawer" not in client.get(at("pattern")).text
    assert client.get(at("pattern", "change", row.pk)).status_code == 302


# Averages -----------------------------------------------------------------------------------------


def test_averages_are_set_by_the_verb_here_too(client, admin):
    row = rows()["teamaverage"]
    address = at("teamaverage", "change", row.pk)
    assert client.post(address, {"value": "0.8", "axis": "tickets"}).status_code == 302
    row.refresh_from_db()
    assert (row.value, row.by, row.axis) == (0.8, admin, "link_rate")
    refused = client.post(address, {"value": "80"})
    assert "at most 100 %" in refused.text
    sent = {"team": row.team_id, "axis": "tickets", "value": "12"}
    assert client.post(at("teamaverage", "add"), sent).status_code == 302
    assert TeamAverage.objects.get(axis="tickets").value == 12
    asked = {"action": "as_it_was", "_selected_action": [row.pk]}
    client.post(at("teamaverage"), asked)
    assert list(TeamAverage.objects.values_list("axis", flat=True)) == ["tickets"]
