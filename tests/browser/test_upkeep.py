"""The review lists and recalls in a real browser: by htmx, in both themes, in Hebrew."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from articles import actions
from loops.models import Upkeep
from loops.solve import actions as solving
from loops.upkeep import computing, deciding
from loops.upkeep import recall as verbs
from people import actions as people
from tests import make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def coach(live, page):
    """A coach with something on every page."""
    coach = make.publisher(name="Miriam Adler", is_coach=True)
    live.log_in(page, coach)
    domain = make.domain("till")
    for title in ("The drawer stays shut", "המדפסת לא מדפיסה"):
        article = make.public_article(by=make.publisher(), title=title, domain=domain)
        agent = make.contributor(name="Dana Moss")
        ticket = make.searched(make.ticket(subject=title), by=agent)
        solving.send(ticket, by=agent, body="Try this.", articles=[article])
        solving.solve(ticket, by=agent)
        actions.flag(article, by=agent, kind="unclear")
        actions.improve(article, by=agent, changes={"resolution": "Better steps."})
    article.refresh_from_db()
    until = timezone.localdate() + timedelta(days=30)
    deciding.decide(article, by=coach, list="publish", until=until, reason="Not yet")
    recall = verbs.recall(article, versions=[1], reason="Step 2 was wrong.", by=coach)
    computing.compute_all()
    coach.pages = [
        "/review/",
        "/review/?list=due",
        f"/review/{article.number}/",
        f"/articles/{article.number}/evidence/",
        f"/articles/{article.number}/efficacy/",
        f"/articles/{article.number}/recall/",
        "/recalls/",
        f"/recalls/{recall.pk}/",
        "/admin/loops/upkeep/",
        f"/admin/loops/recall/{recall.pk}/change/",
    ]
    return coach


@pytest.mark.parametrize(
    ("theme", "language", "width", "also"),
    [
        ("light", "en", 1440, "dark"),
        pytest.param("dark", "he", 390, "", marks=pytest.mark.looks),
    ],
)
def test_no_page_of_upkeep_has_a_barrier_or_a_csp_report(
    coach, live, page, axe, theme, language, width, also
):
    people.prefer(coach, theme=theme, language=language)
    page.set_viewport_size({"width": width, "height": 850})
    said = []
    page.on("console", lambda message: said.append(message.text))
    for path in coach.pages:
        page.goto(live.url(path))
        administered = path.startswith("/admin/")
        axe(page, also="" if administered else also)
        if not administered:
            wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
            assert not wide, path
    assert not [text for text in said if "Content Security Policy" in text]


def test_a_row_is_decided_where_it_stands(coach, live, page):
    page.goto(live.url("/review/"))
    row = page.locator(".proposals li", has_text="The drawer stays shut")
    row.get_by_role("link", name="Decide").click()
    row.get_by_role("button", name="Archive").click()
    page.get_by_text("Say why it is archived.").wait_for()
    row.get_by_role("button", name="It is right").click()
    page.get_by_text("Confirmed. That counts as a proof.").wait_for()
    expect(page.locator(".proposals li")).to_have_count(2)
    found = Upkeep.objects.get(article__title="The drawer stays shut")
    assert ["confirmed", 1] in found.reasons
