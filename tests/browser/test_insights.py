"""The insights in a real browser: no barrier, no report of the policy, a chart as a picture."""

from pathlib import Path

import pytest

from loops.models import Gap
from people import actions as people
from people.models import SiteSettings
from tests import make
from tests.loops.insights import planted
from tests.loops.insights.test_home import a_team

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def manager(live, page):
    """A manager with some weeks of figures, and something missing."""
    manager = make.contributor(name="Ingrid Solheim")
    for name in ("Tills", "Payments"):
        team = a_team(name=name, manager=manager)
        for ago in range(3, 150, 7):
            planted.day(ago, team=team.pk, reused=20, created=4, silent=200 // ago)
    Gap.objects.create(key="empty:a", kind="empty", name="export to datev", times_searched=41)
    Gap.objects.create(
        key="topic:b", kind="topic", name="פיצול חשבון", language="he", tickets=9
    )
    make.public_article()
    SiteSettings.load()
    SiteSettings.objects.update(phase="grow")
    live.log_in(page, manager)
    return manager


@pytest.mark.parametrize(
    ("theme", "language", "width", "also"),
    [
        ("light", "en", 1440, "dark"),
        pytest.param("dark", "he", 390, "", marks=pytest.mark.looks),
    ],
)
def test_the_insights_have_no_barrier_and_draw_a_picture_of_a_chart(
    manager, live, page, axe, theme, language, width, also
):
    people.prefer(manager, theme=theme, language=language)
    page.set_viewport_size({"width": width, "height": 850})
    said = []
    page.on("console", lambda message: said.append(message.text))
    team = manager.manages.first()
    for path in (f"/insights/baselines/?team={team.pk}", "/insights/"):
        page.goto(live.url(path))
        for details in page.locator("main details:not(.drop)").all():
            details.evaluate("one => { one.open = true }")
        axe(page, also=also)
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wide, path
    with page.expect_download() as fetched:
        page.locator("[data-chart=outcomes]").click()
    assert fetched.value.suggested_filename == "outcomes.png"
    drawn = Path(fetched.value.path()).read_bytes()
    assert drawn.startswith(b"\x89PNG")
    assert len(drawn) > 5000
    page.locator("details.drop").first.locator("summary").click()
    page.locator("details.drop[open] a[href*='period=26w']").click()
    page.wait_for_url("**period=26w**")
    assert not [text for text in said if "Content Security Policy" in text]
