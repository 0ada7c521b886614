"""The pages of knowledge in a real browser: nothing for axe to find, nothing typed is lost."""

import re

import pytest
from playwright.sync_api import expect

from articles import actions
from articles.models import Article
from tests import make
from tests.conftest import settle

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def agent(db):
    return make.publisher(name="Dana Publisher")


@pytest.fixture
def article(agent):
    """An article that has everything that a page can show."""
    made = make.public_article(
        by=agent,
        title="macOS 26: המדפסת שותקת",
        language="he",
        issue="המדפסת **ריקה**",
        environment="Till 6.2",
        environment_facets={"Till app": "6.2"},
        resolution="1. פתחו את המכסה\n2. הפכו את הגליל\n\n:::internal\nשאלו את הקו השני\n:::",
        cause="הצד התרמי למטה",
        tags=["מדפסת"],
        domain=make.domain("till"),
    )
    actions.flag(made, by=make.contributor(), kind="incorrect", note="Step 2")
    actions.improve(made, by=make.contributor(), changes={"cause": "הצד התרמי"}, note="shorter")
    actions.suggest(made, by=make.candidate(), changes={"title": "המדפסת שותקת"})
    actions.rate(made, by=make.customer(), helpful=True, comment="תודה")
    return made


PAGES = (
    "",
    "edit/",
    "history/",
    "versions/",
    "versions/1/",
    "compare/",
    "counters/",
    "tickets/",
)


@pytest.mark.parametrize("language", ["en", pytest.param("he", marks=pytest.mark.looks)])
def test_axe_finds_nothing_on_any_page_of_knowledge(live, page, axe, agent, article, language):
    live.log_in(page, agent)
    page.context.add_cookies(
        [
            {"name": "theme", "value": "light", "url": live.root},
            {"name": "django_language", "value": language, "url": live.root},
        ]
    )
    suggestion = article.suggestions.get()
    paths = [article.get_absolute_url() + rest for rest in PAGES]
    paths += [f"{article.get_absolute_url()}suggestions/{suggestion.pk}/"]
    paths += ["/articles/new/", "/search/", "/search/?q=6.2&confidence=validated", "/flags/"]
    for path in paths:
        page.goto(live.url(path))
        axe(page, also="dark")


def test_axe_finds_nothing_on_the_page_of_two_texts_and_on_the_outside(
    live, page, axe, article
):
    reader = make.contributor()
    axe_ready = live.url(article.get_absolute_url())
    page.goto(axe_ready)
    axe(page)
    live.log_in(page, reader)
    page.goto(axe_ready + "edit/")
    page.fill("#id_resolution", "1. mine")
    actions.improve(article, by=make.contributor(), changes={"resolution": "1. theirs"})
    page.keyboard.press("Control+Enter")
    page.get_by_text("Keep mine").first.wait_for()
    axe(page)


def test_a_narrow_page_does_not_scroll_sideways(live, page, agent, article):
    live.log_in(page, agent)
    page.set_viewport_size({"width": 390, "height": 800})
    for path in (article.get_absolute_url(), article.get_absolute_url() + "edit/", "/search/",
                 "/flags/", article.get_absolute_url() + "versions/"):  # fmt: skip
        page.goto(live.url(path))
        wide = page.evaluate(
            "() => { const m = document.querySelector('main');"
            " return Math.max(document.documentElement.scrollWidth - innerWidth,"
            " m.scrollWidth - m.clientWidth) }"
        )
        assert wide <= 0, path


def test_what_was_being_written_survives_a_reload(live, page, agent):
    live.log_in(page, agent)
    page.goto(live.url("/articles/new/"))
    page.fill("#id_title", "Typed title")
    page.fill("#id_issue", "Typed issue")
    page.reload()
    expect(page.locator("#id_issue")).to_have_value("Typed issue")
    expect(page.locator("[data-restored-note]")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("#id_issue").press("Control+Enter")
    page.wait_for_url(re.compile(r"/articles/KB-\d+/$"))
    assert Article.objects.get().issue == "Typed issue"
    page.goto(live.url("/articles/new/"))
    expect(page.locator("#id_title")).to_have_value("")
    expect(page.locator("[data-restored-note]")).to_be_hidden()


def test_a_refusal_leaves_the_typed_text_where_it_is(live, page, agent):
    live.log_in(page, agent)
    page.goto(live.url("/articles/new/"))
    page.fill("#id_issue", "Typed issue")
    page.click("button[value=save]")
    expect(page.locator("#complaints")).to_contain_text("An article needs a title.")
    expect(page.locator("#id_issue")).to_have_value("Typed issue")


def test_a_draft_of_an_older_version_shows_both_texts(live, page, agent):
    article = make.article(by=make.contributor(), resolution="Old text")
    edit = live.url(article.get_absolute_url() + "edit/")
    live.log_in(page, agent)
    page.goto(edit)
    page.fill("#id_resolution", "My draft")
    page.wait_for_timeout(400)
    actions.flag(article, by=agent, kind="unclear")
    actions.improve(article, by=article.owner, changes={"resolution": "Their text"})
    page.goto(edit)
    expect(page.locator("#id_resolution")).to_have_value("My draft")
    page.click("button[value=save]")
    page.get_by_text("Keep mine").wait_for()
    page.click("summary:has-text('Merge by hand')")
    page.fill("#merged-resolution", "Both texts")
    page.click("button[value=save]")
    page.wait_for_url(live.url(article.get_absolute_url()))
    article.refresh_from_db()
    assert article.resolution == "Both texts"
    page.goto(edit)
    expect(page.locator("#id_resolution")).to_have_value("Both texts")


def test_likely_duplicates_are_shown_while_typing_and_before_saving(live, page, agent):
    # acceptance: improve/04
    twin = make.article(title="Receipt printer prints symbols", issue="Strange symbols")
    live.log_in(page, agent)
    page.goto(live.url("/articles/new/"))
    page.locator("#id_title").press_sequentially("Receipt printer prints symbols")
    expect(page.locator("#duplicates")).to_contain_text(twin.number)
    page.click("button[value=save]")
    expect(page.locator("#duplicates")).to_contain_text("Is it one of these?")
    assert Article.objects.count() == 1
    page.click("text=Save as a new article")
    page.wait_for_url(re.compile(r"/articles/KB-\d+/$"))
    assert Article.objects.count() == 2


def test_an_audience_outside_can_be_picked_once_it_is_validated(live, page, agent):
    # acceptance: SC7.8
    article = make.article()
    live.log_in(page, agent)
    page.goto(live.url(article.get_absolute_url()))
    page.click("summary:has-text('Change state')")
    public = page.locator("#states form [name=audience] option[value=public]").first
    expect(public).to_be_disabled()
    page.select_option("#states [name=confidence]", "validated")
    expect(public).to_be_enabled()
    page.select_option("#states [name=audience]", "public")
    page.click("#states button:has-text('Set')")
    expect(page.locator("#badges")).to_contain_text("Public")
    article.refresh_from_db()
    assert (article.confidence, article.audience) == ("validated", "public")


def test_a_flag_and_its_answer_need_no_new_page(live, page, agent):
    article = make.article(by=agent)
    live.log_in(page, agent)
    page.goto(live.url(article.get_absolute_url()))
    page.click("summary:has-text('Flag')")
    page.fill("#flag-note", "Step 2 is wrong")
    page.click(".flagging button:has-text('Flag')")
    flags = page.locator("#flags")
    expect(flags).to_contain_text("Step 2 is wrong")
    flags.locator("textarea").fill("Mended.")
    flags.locator("button:has-text('Resolve')").click()
    expect(flags).to_contain_text("Mended.")
    assert article.flags.get().state == "resolved"


def test_a_link_to_another_article_is_picked(live, page, agent):
    # acceptance: structure/09
    other = make.article(title="Blank receipts")
    live.log_in(page, agent)
    page.goto(live.url("/articles/new/"))
    page.fill("#id_resolution", "See ")
    page.locator("#id_resolution").focus()
    page.keyboard.press("Control+End")
    page.click("summary:has-text('Link to another article')")
    page.locator("#pick").press_sequentially("blank")
    page.click(f"button[data-number={other.number}]")
    expect(page.locator("#id_resolution")).to_have_value(
        f"See [Blank receipts]({other.number})"
    )
    page.locator("#id_resolution ~ .preview, [data-md=preview]").first.wait_for()


def test_typing_in_the_search_narrows_the_list(live, page, agent):
    make.article(title="Blank receipts")
    make.article(title="Silent drawer")
    live.log_in(page, agent)
    page.goto(live.url("/search/"))
    expect(page.locator("#found .title")).to_have_count(2)
    page.locator("#q").press_sequentially("drawer")
    expect(page.locator("#found .title")).to_have_text(["Silent drawer"])
    assert "q=drawer" in page.url


def test_the_pages_report_nothing_against_the_strict_policy(live, page, agent, article):
    said = []
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: said.append(str(e)))
    live.log_in(page, agent)
    for path in (article.get_absolute_url(), article.get_absolute_url() + "edit/",
                 "/articles/new/", "/search/?q=6.2", "/flags/"):  # fmt: skip
        page.goto(live.url(path))
        settle(page)
    assert not said
