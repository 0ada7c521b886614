"""Gaps, topics, publication and who knows what, in a real browser: no barrier on any page, no
sideways scroll on a telephone, and the missing article is begun by one press."""

import pytest
from django.utils import timezone

from articles.models import Article
from loops.evolve.expertise import jobs
from loops.evolve.publication import actions as publishing
from loops.models import Burst, Miss
from loops.upkeep import computing
from people import actions as people
from people.models import SiteSettings
from tests import make
from tests.conftest import EVERY_LOOK
from tests.loops.evolve import test_expertise as knowing
from tests.loops.evolve.test_gap import gap

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDE = "document.documentElement.scrollWidth > innerWidth"


@pytest.fixture
def coach(live, page):
    SiteSettings.load()
    SiteSettings.objects.update(figures_minimum=0)
    coach = make.coach(name="Ingrid Solheim")
    team = make.team("Office desk", manager=coach)
    ted = make.contributor(name="Ted Varga", team=team)
    one = gap()
    Burst.objects.create(
        topic=one.topic, day=timezone.localdate(), span=1, count=30, expected=1.2, strength=9
    )
    article = make.article(
        by=make.publisher(), confidence="validated", resolution="Mail ops@tilia.io."
    )
    for _ in range(3):
        make.solved_ticket(article=article)
    computing.compute([article.pk])
    Miss.objects.create(
        ticket=make.ticket(), article=article, rank_with=1, words="Paper is white"
    )
    knowing.solved(knowing.topic(), ted, 11, team=team)
    jobs.run()
    live.log_in(page, coach)
    coach.paths = (
        f"gaps/ gaps/{one.pk}/ topics/ topics/{one.topic_id}/ bursts/ misses/ publication/"
        f" publication/{article.number}/ expertise/ expertise/{ted.pk}/ onboarding/ repeats/"
        " tickets/?what=solved"
    ).split()
    if EVERY_LOOK:
        taken_back(by=make.publisher())
        coach.paths += ["publication/?list=ever", "publication/?list=done"]
        coach.paths += [f"improvements/new/?gap={one.pk}"]
    return coach


def taken_back(*, by):
    known = make.article(by=by, confidence="validated", title="Print two bills")
    gone = publishing.publish(known, by=by, audience="public", checked=True)
    publishing.retract(gone, by=by, reason="An old menu")
    publishing.publish(known, by=by, audience="public", checked=True)


@pytest.mark.parametrize(
    ("theme", "language", "also"),
    [("light", "en", "dark"), pytest.param("dark", "he", "", marks=pytest.mark.looks)],
)
def test_axe_finds_nothing_on_what_is_missing_and_who_knows_it(
    coach, live, page, axe, theme, language, also
):
    people.prefer(coach, theme=theme, language=language)
    for path in coach.paths:
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(live.url(f"/insights/{path}"))
        axe(page, also=also)
        page.set_viewport_size({"width": 390, "height": 850})
        assert not page.evaluate(WIDE), path


def test_the_missing_article_is_begun_by_one_press(coach, live, page):
    page.goto(live.url("/insights/gaps/"))
    page.get_by_role("button", name="Write it").click()
    page.wait_for_url("**/edit/")
    article = Article.objects.get(origin_type="gap")
    assert article.number in page.url
    assert "How do I export" in page.locator("textarea[name=issue]").input_value()
