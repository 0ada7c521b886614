"""Duplicates in a real browser: nothing for axe to find, and two people at once lose nothing."""

import pytest
from playwright.sync_api import expect

from loops.duplicates import actions
from loops.models import Merge
from tests import make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SAID = "Choose ZPL in the driver of the Zebra label printer, then print again."


@pytest.fixture
def expert(db):
    return make.publisher(name="Dana Expert")


@pytest.fixture
def twins(expert):
    old = make.public_article(by=expert, title="Labels show symbols", resolution=SAID)
    new = make.public_article(
        by=expert, title="Zebra prints symbols on labels", resolution=SAID + " Restart it."
    )
    for title in ("Password expired", "Camera stays dark", "Invoice is empty"):
        make.public_article(by=expert, title=title, issue=title, resolution=f"Mend: {title}")
    actions.find_pairs()
    return old, new


def test_the_pages_are_for_everyone_and_keep_the_strict_policy(live, page, axe, expert, twins):
    """axe, light and dark, Hebrew; no report against the policy; nothing scrolls sideways."""
    old, new = twins
    said = []
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: said.append(str(e)))
    live.log_in(page, expert)
    side_by_side = f"/articles/{old.number}/merge/{new.number}/"
    one = make.public_article(by=expert, title="One of two")
    other = make.public_article(by=expert, title="Two of two")
    actions.merge(one, other, by=expert)
    paths = ["/duplicates/", side_by_side, f"/articles/{old.number}/merge/",
             f"/articles/{one.number}/merges/", f"/articles/{other.number}/history/"]  # fmt: skip
    for theme, language in (("light", "en"), ("dark", "he")):
        page.context.add_cookies(
            [
                {"name": "theme", "value": theme, "url": live.root},
                {"name": "django_language", "value": language, "url": live.root},
            ]
        )
        for path in paths:
            page.goto(live.url(path))
            axe(page)
    page.set_viewport_size({"width": 390, "height": 800})
    for path in paths:
        page.goto(live.url(path))
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, path
    assert not said


def test_two_people_edit_and_merge_one_pair_and_both_texts_survive(
    live, browser, page, expert, twins
):
    """improve/06: two browsers, both articles, at the same time."""
    old, new = twins
    path = live.url(f"/articles/{old.number}/merge/{new.number}/")
    second = browser.new_context().new_page()
    live.log_in(page, expert)
    live.log_in(second, make.publisher(name="Omer Expert"))
    page.goto(path)
    second.goto(path)
    page.fill("#older-cause", "Dana's cause")
    page.fill("#newer-cause", "Dana's other cause")
    second.fill("#older-environment", "Omer's environment")
    page.click("button[value=save]")
    expect(page.get_by_text("Saved:").first).to_be_visible()
    # The other browser began before that: it is told, keeps its text, sees hers, and goes on.
    second.click("button[value=merge]")
    expect(second.get_by_role("alert")).to_contain_text("Nothing is lost")
    expect(second.locator("#older-environment")).to_have_value("Omer's environment")
    expect(second.locator("#older-cause")).to_have_value("Dana's cause")
    page.reload()
    second.click("button[value=merge]")
    second.wait_for_url(live.url(f"/articles/{old.number}/merges/"))
    # And the first one, who merges a moment later, keeps what was typed.
    page.fill("#older-title", "Dana's title")
    page.click("button[value=merge]")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#older-title")).to_have_value("Dana's title")
    assert Merge.objects.count() == 1
    old.refresh_from_db()
    assert old.environment == "Omer's environment"
    assert "Dana's cause" in old.cause
    assert "Dana's other cause" in old.cause
    second.click("button:has-text('Undo the merge')")
    expect(second.get_by_text("taken out again").first).to_be_visible()
    new.refresh_from_db()
    assert (new.merged_into, new.cause) == (None, "Dana's other cause")
    second.context.close()
