"""The workspace in a real browser: what is typed survives, two people see each other, and the
page fits every screen, language and theme."""

import gzip
import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from articles import actions as article_actions
from kcs.static import OURS, slim
from loops.solve import actions
from tests import make
from tests.conftest import settle
from tickets import actions as ticket_actions

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGE_BUDGET = 100 * 1024  # bytes of all files of one page, as they are sent: slim, compressed


@pytest.fixture
def agent(db):
    return make.contributor(name="Noa Peled")


@pytest.fixture
def article(db):
    return make.public_article(
        title="The printer shows error 79",
        issue="It shows error 79 and stops",
        environment="- Tilia Till 6.4",
        resolution="1. Open the lid.\n2. Turn the roll round.",
        cause="The paper lies wrong.",
    )


@pytest.fixture
def ticket(article):
    made = make.ticket(
        subject="Printer error 79", description="The printer shows error 79 since this morning."
    )
    make.article(title="Error 79 on the kitchen printer", resolution="", confidence="wip")
    return made


@pytest.fixture
def desk(live, page, agent, ticket):
    """The agent's browser, with the ticket open."""
    live.log_in(page, agent)
    page.goto(live.url(ticket.get_absolute_url()))
    page.wait_for_selector("#results .hit-row")
    return page


@pytest.mark.parametrize("language", ["en", pytest.param("he", marks=pytest.mark.looks)])
def test_axe_finds_nothing_in_any_state_of_the_workspace(
    live, page, axe, agent, ticket, language
):
    live.log_in(page, agent)
    page.context.add_cookies(
        [
            {"name": "theme", "value": "light", "url": live.root},
            {"name": "django_language", "value": language, "url": live.root},
        ]
    )
    page.goto(live.url(ticket.get_absolute_url()))
    axe(page, also="dark")
    page.keyboard.press("u")
    page.wait_for_selector("#why.ready")
    axe(page, also="dark")
    page.keyboard.press("f")
    page.wait_for_selector("#flag-pop:popover-open")
    axe(page, also="dark")
    page.keyboard.press("Escape")
    page.click("#aside summary")
    page.wait_for_selector("#assign-to")
    axe(page, also="dark")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("i")
    page.wait_for_selector("#f-resolution:focus")
    axe(page, also="dark")
    page.keyboard.press("Escape")
    page.wait_for_selector("#results .hit-row")
    page.keyboard.press("Control+k")
    page.wait_for_selector("#palette[open]")
    axe(page, also="dark")


def test_a_reply_half_written_survives_a_reload(desk):
    desk.fill("#reply", "Please open the lid and")
    desk.wait_for_timeout(400)
    desk.reload()
    expect(desk.locator("#reply")).to_have_value("Please open the lid and")


def test_using_an_article_keeps_what_was_typed_and_can_be_undone(desk, ticket):
    desk.fill("#reply", "Please open the lid.")
    desk.evaluate("document.activeElement.blur()")
    desk.keyboard.press("u")
    desk.wait_for_selector("#why.ready")
    expect(desk.locator("#reply")).to_have_value("Please open the lid.")
    desk.click("#toasts [data-toast] button")
    expect(desk.locator("#why")).not_to_have_class(re.compile("ready"))
    expect(desk.locator("#reply")).to_have_value("Please open the lid.")
    assert not ticket.links.exists()


def test_what_was_sent_does_not_come_back_as_a_draft(desk, ticket):
    desk.fill("#reply", "Please open the lid.")
    desk.wait_for_timeout(400)
    desk.click("#answer button[type=submit]:has-text('Send')")
    expect(desk.locator("#thread")).to_contain_text("Please open the lid.")
    expect(desk.locator("#reply")).to_have_value("")
    desk.reload()
    expect(desk.locator("#reply")).to_have_value("")


def test_two_agents_on_one_ticket_see_each_other(desk, live, ticket, agent):
    ticket_actions.attend(ticket, by=make.contributor(name="Lev Brandt"))
    desk.reload()
    expect(desk.locator("#presence .here")).to_have_attribute(
        "title", re.compile("Lev Brandt has this ticket open too")
    )


def test_a_stale_edit_shows_both_texts_and_loses_nothing(desk, article):
    desk.keyboard.press("i")
    desk.wait_for_selector("#f-resolution:focus")
    desk.fill("#f-resolution", "1. Mine.")
    article_actions.improve(article, by=make.publisher(), changes={"resolution": "1. Theirs."})
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".stale")).to_be_visible()
    expect(desk.locator("#f-resolution")).to_have_value("1. Mine.")
    expect(desk.locator(".theirs")).to_have_text("1. Theirs.")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#reader .doc")).to_contain_text("Mine.")


def test_a_closed_gate_stays_in_reach_and_says_why(desk, ticket):
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#live")).to_have_text("Link an article to close")
    ticket.refresh_from_db()
    assert not ticket.is_done


def test_words_are_taken_out_of_the_search_and_the_ticket_stays(desk, ticket):
    before = desk.locator("#terms .term").count()
    desk.locator("#terms .term").first.click()
    expect(desk.locator("#terms .term:has(:checked)")).to_have_count(1)
    assert desk.locator("#terms .term").count() >= before - 1
    expect(desk.locator("#subject")).to_have_text("Printer error 79")


def test_a_duplicate_is_shown_while_the_article_is_written(desk, article):
    desk.keyboard.press("c")
    desk.wait_for_selector("#f-resolution:focus")
    expect(desk.locator("#duplicates li").first).to_contain_text(article.number)


def test_a_lost_session_asks_to_sign_in_and_then_goes_on(desk, live, agent):
    desk.fill("#reply", "Nothing of this is lost.")
    desk.context.clear_cookies()
    desk.evaluate("document.activeElement.blur()")
    desk.keyboard.press("2")
    desk.wait_for_selector("#signin[open]")
    live.log_in(desk, agent)
    desk.click("#signin [data-act=replay]")
    expect(desk.locator("#reader h2")).to_have_text("Error 79 on the kitchen printer")
    expect(desk.locator("#reply")).to_have_value("Nothing of this is lost.")


@pytest.mark.parametrize("language", ["en", "ru", "he"])
def test_nothing_sticks_out_of_any_screen(live, page, agent, ticket, article, language):
    actions.link(ticket, article, by=agent)
    live.log_in(page, agent)
    page.context.add_cookies([{"name": "django_language", "value": language, "url": live.root}])
    out_of_sight = """
        () => [...document.querySelectorAll('#close, #use, #reply, #answer button')]
          .filter((each) => each.getClientRects().length)
          .filter((each) => {
            const box = each.getBoundingClientRect();
            return box.left < -1 || box.right > innerWidth + 1;
          })
          .map((each) => each.outerHTML.slice(0, 80))
    """
    for width in (360, 900, 1366, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(live.url(ticket.get_absolute_url()))
        page.wait_for_selector("#results", state="attached")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(out_of_sight) == [], width


def test_on_a_narrow_screen_one_switches_between_ticket_and_knowledge(desk):
    desk.set_viewport_size({"width": 900, "height": 900})
    expect(desk.locator("#ticket")).to_be_visible()
    expect(desk.locator("#know")).to_be_hidden()
    desk.click(".panes [data-pane=know]")
    expect(desk.locator("#know")).to_be_visible()
    expect(desk.locator("#ticket")).to_be_hidden()
    desk.keyboard.press("r")
    expect(desk.locator("#reply")).to_be_focused()


def test_the_page_reports_no_breach_of_its_policy_and_no_error(live, page, agent, ticket):
    said = []
    # Walking on cancels the article that was on its way; htmx calls that an error.
    page.on(
        "console",
        lambda message: (
            message.type == "error"
            and not re.match("htmx:(afterRequest|sendAbort)", message.text)
            and said.append(message.text)
        ),
    )
    page.on("pageerror", lambda error: said.append(str(error)))
    live.log_in(page, agent)
    page.goto(live.url(ticket.get_absolute_url()))
    for key in ("j", "k", "u"):
        page.keyboard.press(key)
    page.wait_for_selector("#why.ready")
    page.keyboard.press("i")
    page.wait_for_selector("#f-resolution:focus")
    page.keyboard.type("\nOne more step.")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#results .hit-row")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#next-ticket")
    assert said == [], "\n".join(said)


def test_no_page_asks_another_origin(live, page, agent, ticket):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    live.log_in(page, agent)
    page.goto(live.url(ticket.get_absolute_url()))
    page.wait_for_selector("#results .hit-row")
    settle(page)
    assert [url for url in asked if not url.startswith((live.root, "data:", "blob:"))] == []


def test_using_right_after_walking_on_uses_what_was_walked_to(desk, ticket):
    second = desk.locator("#results .hit-row").nth(1).get_attribute("data-number")
    desk.keyboard.press("j")
    desk.keyboard.press("u")
    desk.wait_for_selector("#why.ready")
    assert [link.article.number for link in ticket.links.all()] == [second]
    expect(desk.locator(f"#hit-{second} .used-tag")).to_be_visible()


def test_all_files_of_the_page_together_stay_within_their_budget(live, page, agent, ticket):
    """The test server sends files as they lie there; production sends them slim and packed."""
    answers = []
    page.on("response", lambda answer: answers.append(answer))
    live.log_in(page, agent)
    page.goto(live.url(ticket.get_absolute_url()))
    page.wait_for_selector("#results .hit-row")
    settle(page)
    weights = {}
    for answer in answers:
        if answer.status != 200 or answer.request.method != "GET":
            continue
        name = urlsplit(answer.url).path.removeprefix("/static/")
        body = answer.body()
        if name.startswith(OURS):
            body = slim(name, body)
        weights[name] = len(body if name.endswith(".woff2") else gzip.compress(body))
    assert any(name.endswith("workspace.js") for name in weights)
    assert sum(weights.values()) <= PAGE_BUDGET, weights
