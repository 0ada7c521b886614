"""Templates, hints and the content standard in a real browser: nothing for axe or the CSP."""

import pytest
from playwright.sync_api import expect

from articles import actions
from tests import make
from tests.conftest import settle

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PARTS = [
    {"key": "workaround", "label": "Workaround"},
    {"key": "notes", "label": "Notes for colleagues", "internal": True},
    {"key": "terms", "label": "Terms", "locked": True, "text": "Valid **here**."},
]


@pytest.mark.parametrize(
    ("theme", "language"),
    [("light", "en"), pytest.param("dark", "he", marks=pytest.mark.looks)],
)
def test_axe_finds_nothing_where_templates_and_standards_are_shaped_and_used(
    live, page, axe, theme, language
):
    admin = make.administrator()
    template = actions.save_template(None, by=admin, name="Known problem", parts=PARTS)
    standard = actions.publish_standard(
        by=admin,
        title="Ours",
        criteria=[{"asks": "Is it short?", "good": "1. a", "bad": "Dear"}],
    )
    live.log_in(page, admin)
    page.context.add_cookies(
        [
            {"name": "theme", "value": theme, "url": live.url("/")},
            {"name": "django_language", "value": language, "url": live.url("/")},
        ]
    )
    said = []
    page.on("console", lambda message: said.append(message.text))
    for path in (
        f"/admin/articles/template/{template.pk}/change/",
        f"/admin/articles/standard/{standard.pk}/change/",
        "/standard/",
        f"/articles/new/?template={template.pk}&issue=It+is+blank",
    ):
        page.goto(live.url(path))
        if "new" in path:
            page.locator("#id_title").press_sequentially("Printer issue")
            expect(page.locator(".hints")).to_contain_text("Printer issue")
        axe(page)
    assert not [text for text in said if "Content Security Policy" in text]


def test_hints_follow_the_typing_and_stay_waved_away_and_switching_keeps_the_text(live, page):
    actions.save_template(None, by=make.administrator(), name="Known problem", parts=PARTS)
    live.log_in(page, make.contributor())
    page.goto(live.url("/articles/new/"))
    page.locator("#id_issue").fill("It is blank.")
    page.locator("#id_title").press_sequentially("Printer issue")
    hints = page.locator(".hints")
    expect(hints).to_contain_text("Many articles could be called so")
    hints.locator("li", has_text="Many articles").get_by_role("button").click()
    expect(page.locator("#hints")).not_to_contain_text("Many articles")
    page.locator("#id_template").select_option(label="Known problem")
    expect(page.locator("#id_parts-workaround")).to_be_visible()
    expect(page.locator("#id_issue")).to_have_value("It is blank.")
    expect(page.locator(".part-locked")).to_contain_text("Valid here.")
    with page.expect_response(lambda one: "Wait" in (one.request.post_data or "")):
        page.locator("#id_parts-workaround").press_sequentially("Wait")
    settle(page)
    expect(page.locator("#hints")).not_to_contain_text("Many articles")
