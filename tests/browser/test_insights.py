"""The insights in a real browser: no barrier, no report of the policy, a chart as a picture."""

from pathlib import Path

import pytest

from loops.evolve.publication import actions as publication
from loops.evolve.rollups import definitions
from loops.models import Gap, Recount
from people import actions as people
from people.models import SiteSettings
from tests import make
from tests.loops.insights import planted
from tests.loops.insights import test_admin as administered
from tests.loops.insights.test_home import a_team

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDE = "document.documentElement.scrollWidth > innerWidth"
EVERY = (
    "", "baselines", "outcomes", "times", "consistency", "queue", "new-known", "repeats",
    "onboarding", "expertise", "gaps", "topics", "bursts", "misses", "publication",
    "improvements", "improvements/new", "tickets",
)  # fmt: skip


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
        assert not page.evaluate(WIDE), path
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


@pytest.mark.looks
@pytest.mark.parametrize(
    ("theme", "language", "also"), [("light", "en", "dark"), ("dark", "he", "")]
)
def test_no_page_that_has_nothing_to_show_yet_has_a_barrier(
    live, page, axe, theme, language, also
):
    coach = make.coach(name="Ingrid Solheim")
    make.team(name="Tills", manager=coach)
    people.prefer(coach, theme=theme, language=language)
    live.log_in(page, coach)
    for path in EVERY:
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(live.url(f"/insights/{path}/" if path else "/insights/"))
        axe(page, also=also)
        page.set_viewport_size({"width": 390, "height": 850})
        assert not page.evaluate(WIDE), path


@pytest.mark.looks
@pytest.mark.parametrize(
    ("theme", "language"), [("light", "en"), ("dark", "en"), ("dark", "he")]
)
def test_how_figures_are_made_is_administered_without_a_barrier(
    live, page, axe, theme, language
):
    admin = make.administrator()
    longer = definitions.define(
        "abandoned", by=admin, values={"minutes": 60}, note="People read for long"
    )
    publication.set_rule(
        None, by=admin, name="Asked for", active=False, audience="public", min_links=3,
        min_people=2, quiet_days=30, experience_only=True, domains=[make.domain("till")],
    )  # fmt: skip
    Recount.objects.create(day=planted.today(), rows={"flow": [[1, 2]]})
    kept = administered.rows()
    live.log_in(page, admin)
    page.context.add_cookies(
        [
            {"name": "theme", "value": theme, "url": live.root},
            {"name": "django_language", "value": language, "url": live.root},
        ]
    )
    for path in (
        "definition/", "definition/add/", f"definition/{longer.pk}/change/", "recount/",
        "publicationrule/", "publicationrule/add/", "publication/", "improvement/",
        *(f"{model}/" for model in kept), "baseline/add/", "teamaverage/add/",
        *(f"{model}/{row.pk}/change/" for model, row in kept.items()),
    ):  # fmt: skip
        page.goto(live.url(f"/admin/loops/{path}"))
        assert " object at 0x" not in page.inner_text("#content"), path
        axe(page)
