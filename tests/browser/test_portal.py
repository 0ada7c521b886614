"""The help centre in a real browser: with nothing for axe to find, and with no script at all."""

import pytest
from playwright.sync_api import expect

from articles.models import Feedback
from people.models import SiteSettings
from tests import make
from tests.portal.conftest import SECRETS, base

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "help"]),
]
LOOKS = [("light", "en", 1440), ("dark", "he", 1440), ("light", "ru", 360)]


def test_axe_finds_nothing_and_nothing_breaks_in_the_help_centre(live, page, axe):
    # acceptance: structure/06 improve/03
    world = base()
    SiteSettings.objects.update(outside_authors=True)
    reader = make.customer()
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    for theme, language, width in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.context.clear_cookies()
        page.context.add_cookies(
            [
                {"name": "theme", "value": theme, "url": live.root},
                {"name": "django_language", "value": language, "url": live.root},
            ]
        )
        if language == "ru":  # what only somebody signed in sees
            live.log_in(page, reader)
            own = [
                "/help/write/",
                "/help/mine/",
                "/help/ask/",
                f"/help/{world.a1.number}/suggest/",
            ]
        else:
            own = ["/help/search/?q=xylophone", "/help/search/?q=receipts+blank"]
        for path in ("/help/", "/help/browse/till/", f"/help/{world.a1.number}/", *own):
            page.goto(live.url(path))
            axe(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert not any(secret in page.content() for secret in SECRETS)
    missing = live.url("/help/KB-999999/")
    page.goto(missing)
    axe(page)
    assert [line for line in said if "404" not in line] == []


def test_without_javascript_one_searches_reads_and_says_what_is_missing(live, browser):
    # acceptance: SC10.1 SC10.3 SC10.4 SC10.5
    world = base()
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(live.url("/help/"))
    page.get_by_role("searchbox").fill("receipts come out blank, Till 6.2")
    page.get_by_role("searchbox").press("Enter")
    page.get_by_role("link", name="Receipts come out blank").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Receipts come out blank")
    page.get_by_role("button", name="Not quite").click()
    expect(page.get_by_role("status")).to_contain_text("What is missing?")
    page.get_by_label("What is missing or wrong?").fill("Which side is up?")
    page.get_by_label("Your e-mail").fill("me@example.net")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_contain_text("goes to the people")
    told = Feedback.objects.filter(article=world.a1).order_by("pk")
    assert [(one.helpful, one.comment) for one in told] == [
        (False, ""),
        (None, "Which side is up?"),
    ]
    assert len({one.visit for one in told}) == 1
    context.close()
