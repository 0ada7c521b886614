"""Two people in two browsers edit one article; somebody pastes a picture."""

import base64
import re

import pytest
from playwright.sync_api import expect

from articles.models import Attachment
from tests import make
from tests.articles.test_attach import picture

pytestmark = pytest.mark.browser

PASTE = """
([box, data]) => {
  const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], "shot.png", { type: "image/png" }));
  box.focus();
  box.dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true })
  );
}
"""


def test_two_people_edit_one_article_and_both_texts_survive(live, page, browser):
    article = make.article(by=make.contributor(), resolution="Turn the roll.")
    edit = live.url("articles:edit", article.number)
    second = browser.new_context().new_page()
    live.log_in(page, make.contributor(name="Dana First"))
    live.log_in(second, make.contributor(name="Omer Second"))
    page.goto(edit)
    second.goto(edit)
    page.locator("#id_resolution").fill("Turn the roll, shiny side up.")
    page.get_by_role("button", name="Save, live at once").click()
    expect(page).to_have_url(live.url(article.get_absolute_url()))
    second.locator("#id_resolution").fill("Turn the roll. Close the lid.")
    second.get_by_role("button", name="Save, live at once").click()
    # Neither is lost: both stand there, and the second person chooses.
    expect(second.get_by_text("Dana First saved a newer version")).to_be_visible()
    expect(second.locator("#editor")).to_contain_text("shiny side up")
    expect(second.locator("#editor")).to_contain_text("Close the lid")
    second.locator("#editor button[value=save]").click()
    expect(second).to_have_url(live.url(article.get_absolute_url()))
    said = list(article.versions.order_by("number").values_list("resolution", flat=True))
    assert said == [
        "Turn the roll.",
        "Turn the roll, shiny side up.",
        "Turn the roll. Close the lid.",
    ]


def test_a_picture_is_pasted_into_the_text_and_shown(live, page, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    article = make.article(by=make.contributor(), resolution="")
    live.log_in(page, make.contributor())
    page.goto(live.url("articles:edit", article.number))
    box = page.locator("#id_resolution")
    box.fill("Look: ")
    page.evaluate(PASTE, [box.element_handle(), base64.b64encode(picture()).decode()])
    expect(box).to_have_value(re.compile(r"!\[shot\.png\]\(/files/[\w-]{24}/shot\.png\)"))
    page.get_by_role("button", name="Save, live at once").click()
    shown = page.locator(".prose img")
    expect(shown).to_be_visible()
    assert shown.evaluate("(image) => image.naturalWidth") == 40
    assert Attachment.objects.get().article == article
