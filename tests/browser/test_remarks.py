"""The queue of flags and feedback in a real browser: nothing for axe, nothing against the CSP."""

import pytest
from playwright.sync_api import expect

from articles import actions
from articles.models import Flag
from tests import make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def agent(db):
    return make.publisher(name="Dana Publisher", is_coach=True)


@pytest.fixture
def remarks(agent):
    article = make.public_article(
        by=agent, title="המדפסת שותקת", language="he", domain=make.domain("till")
    )
    actions.flag(
        article, by=make.contributor(), kind="incorrect", note="Step 2", passage="2. הפכו"
    )
    actions.flag(
        article,
        by=None,
        kind=Flag.Kind.BROKEN_LINK,
        note="The server answers 404.\nhttps://a.example/driver",
        passage="See https://a.example/driver",
    )
    actions.rate(article, by=None, helpful=False, channel="help", email="noa@example.org")
    taken = actions.rate(article, by=make.customer(name="Noa"), comment="למה?")
    actions.take_feedback(taken, by=agent)
    done = actions.rate(article, by=make.candidate(), comment="Why?")
    actions.resolve_feedback(done, by=agent, answer="So.")
    return article


def watched(page) -> list[str]:
    """What the browser complains of, the content security policy first of all."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


@pytest.mark.parametrize(
    ("theme", "language"),
    [("light", "en"), pytest.param("dark", "he", marks=pytest.mark.looks)],
)
def test_axe_and_the_policy_find_nothing(live, page, axe, agent, remarks, theme, language):
    live.log_in(page, agent)
    page.context.add_cookies(
        [
            {"name": "theme", "value": theme, "url": live.root},
            {"name": "django_language", "value": language, "url": live.root},
        ]
    )
    said = watched(page)
    flag = remarks.flags.first()
    for path in (
        "/flags/",
        "/flags/?state=answered&who=nobody",
        "/admin/articles/flag/",
        "/admin/articles/feedback/?state=all",
        f"/admin/articles/flag/{flag.pk}/change/",
    ):
        page.goto(live.url(path))
        axe(page)
    assert [text for text in said if "Content Security" in text or "rror" in text] == []


def test_answering_and_handing_over_without_leaving_the_page(live, page, agent, remarks):
    colleague = make.contributor(name="Ben", email="ben@example.org")
    live.log_in(page, agent)
    page.goto(live.url("/flags/"))
    rows = page.locator(".remark")
    expect(rows).to_have_count(4)
    first = page.locator(f"#flag-{remarks.flags.last().pk}")
    first.locator("summary").click()
    first.locator("input[name=to]").fill(colleague.email)
    first.locator(".handing button").click()
    expect(first).to_contain_text("Ben")
    expect(page.locator("#toasts")).to_contain_text("Handed to Ben")
    first.locator("textarea").fill("Mended.")
    first.get_by_role("button", name="Resolve").click()
    expect(first.locator(".callout")).to_contain_text("Mended.")
    page.select_option("select[name=state]", "answered")
    expect(rows).to_have_count(2)
    assert page.url.endswith("state=answered&kind=&channel=&domain=")
