"""The desk in a real browser: by keyboard, while typing, and for people who listen."""

import pytest
from playwright.sync_api import expect

from people import actions as people
from tests import make
from tests.conftest import settle
from tickets import actions, canned, saved

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def noa(live, page):
    """An agent with something in every list."""
    noa = make.contributor(name="Noa Peretz", team=make.team(name="Till"))
    live.log_in(page, noa)
    for n in range(3):
        make.ticket(subject=f"Drawer {n}", priority=n + 1, domain=make.domain())
    hebrew = make.ticket(subject="macOS 26: המדפסת לא מדפיסה", language="he")
    actions.pend(hebrew, by=noa)
    make.solved_ticket(by=noa)
    saved.save(by=noa, name="Phone", query="channel=phone")
    canned.write(None, by=noa, name="Log", body="Send the log, {first_name}.")
    told = people.tell([noa], by=None, kind="assigned", subject="KT-1 Old", url="/")
    people.read_notifications(noa, ids=[told[0].pk])
    people.tell(
        [noa], by=None, kind="mentioned", subject="KT-2 New", text="Look", url="/inbox/"
    )
    return noa


def focused(page) -> str:
    return page.evaluate("document.activeElement.textContent")


def test_the_queue_is_worked_by_keyboard(noa, live, page):
    page.goto(live.url("/?assignee=nobody"))
    page.keyboard.press("j")
    assert focused(page) == "Drawer 2"
    page.keyboard.press("j")
    assert focused(page) == "Drawer 1"
    page.keyboard.press("x")
    page.keyboard.press("k")
    page.keyboard.press("x")
    page.wait_for_selector(".bulk[data-some]")
    assert page.inner_text(".bulk [data-count]") == "2"
    page.keyboard.press("Escape")
    assert page.locator("#bulk input[name=numbers]:checked").count() == 0
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tickets/KT-*/")


def test_the_next_ticket_is_taken_by_one_key_on_any_layout(noa, live, page):
    page.goto(live.url("/"))
    page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown',"
        " {key: 'ש', code: 'KeyA', bubbles: true}))"
    )
    page.wait_for_url("**/tickets/KT-*/")
    assert noa.tickets.filter(state="open", priority=3).exists()


def test_letters_that_are_switched_off_do_nothing(noa, live, page):
    people.prefer(noa, letter_keys=False)
    page.goto(live.url("/"))
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.wait_for_timeout(300)
    assert page.url == live.url("/")


def test_the_list_follows_what_is_typed_and_the_address_follows_the_list(noa, live, page):
    page.goto(live.url("/"))
    page.keyboard.press("/")
    page.keyboard.type("drawer 1")
    expect(page.locator("#list [data-row]")).to_have_count(1)
    expect(page).to_have_url(live.url("/") + "?q=drawer%201")
    assert page.evaluate("document.activeElement.id") == "queue-q"
    page.keyboard.press("ArrowDown")
    expect(page.locator(":focus")).to_contain_text("Drawer 1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tickets/KT-*/")
    page.go_back()
    expect(page.locator("#list [data-row]")).to_have_count(1)
    assert page.input_value("#queue-q") == "drawer 1"
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()


def test_the_arrow_out_of_the_search_keeps_its_row(noa, live, page):
    page.goto(live.url("/"))
    page.keyboard.press("/")
    page.keyboard.type("drawer 1")
    expect(page.locator("#list [data-row]")).to_have_count(1)
    lists = []
    page.on("request", lambda asked: lists.append(asked.url) if "?q=" in asked.url else None)
    page.keyboard.press("ArrowDown")
    # Leaving the field tells the form of a change; nothing has, since the list came.
    settle(page)
    page.wait_for_timeout(400)
    expect(page.locator(":focus")).to_contain_text("Drawer 1")
    assert not lists


def test_the_arrow_may_come_before_the_list(noa, live, page):
    page.goto(live.url("/"))
    page.keyboard.press("/")
    page.keyboard.type("drawer 1")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#list [data-row]")).to_have_count(1)
    expect(page.locator(":focus")).to_contain_text("Drawer 1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tickets/KT-*/")


def test_a_new_ticket_appears_by_itself_but_not_under_a_picking_hand(noa, live, page):
    # What is the newest is asked when the page opens, and compared with later.
    with page.expect_response("**/queue/newest/") as asked:
        page.goto(live.url("/?assignee=nobody"))
    asked.value.finished()
    page.keyboard.press("j")
    make.ticket(subject="Just now")
    page.keyboard.press("x")
    page.evaluate("document.dispatchEvent(new Event('queue:look'))")
    page.wait_for_timeout(500)
    expect(page.locator("#list [data-row]")).to_have_count(3)
    page.keyboard.press("x")
    page.evaluate("document.dispatchEvent(new Event('queue:look'))")
    expect(page.locator("#list [data-row]")).to_have_count(4)
    assert focused(page) == "Drawer 2"


def test_picked_tickets_are_given_to_oneself(noa, live, page):
    page.goto(live.url("/?assignee=nobody"))
    page.check("[data-pick-all]")
    assert page.inner_text(".bulk [data-count]") == "3"
    page.click("button[value=assign]")
    page.wait_for_selector(".toast")
    assert "3 tickets changed." in page.inner_text("#toasts")
    assert noa.tickets.filter(state="open").count() == 3


def test_the_palette_leads_to_a_ticket(noa, live, page):
    page.goto(live.url("/inbox/"))
    page.keyboard.press("Control+k")
    page.keyboard.type("drawer 2")
    page.wait_for_selector("#palette [data-found] [role=option]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tickets/KT-*/")


def test_the_bell_loses_its_number_when_everything_is_read(noa, live, page):
    page.goto(live.url("/inbox/"))
    assert page.inner_text("[data-unread] .dot") == "1"
    page.click("button[name=all]")
    page.wait_for_selector("#inbox-new", state="detached")
    page.goto(live.url("/inbox/"))
    assert page.locator("[data-unread] .dot").count() == 0


PAGES = [
    "/",
    "/?state=any&q=nothing-like-it",
    "/?state=solved",
    "/tickets/new/",
    "/queue/claim/",
    "/queue/views/",
    "/canned/",
    "/canned/new/",
    "/inbox/",
    "/preferences/",
]


@pytest.mark.parametrize(
    ("theme", "language", "width", "also"),
    [
        ("light", "en", 1440, "dark"),
        ("dark", "he", 1440, ""),
        pytest.param("light", "ru", 390, "", marks=pytest.mark.looks),
    ],
)
def test_axe_finds_nothing_on_the_desk(noa, live, page, axe, theme, language, width, also):
    people.prefer(noa, theme=theme, language=language)
    page.set_viewport_size({"width": width, "height": 850})
    for path in PAGES:
        page.goto(live.url(path))
        axe(page, also=also)
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), path
    page.goto(live.url("/?assignee=nobody"))
    page.check("#bulk input[name=numbers] >> nth=0")
    page.click(".bulk details summary")
    axe(page, also=also)


def test_a_customers_pages_are_clean_too(live, page, axe):
    carla = make.customer(name="Carla")
    requester = actions.requester_for(email=carla.email, name="Carla")
    ticket = make.ticket(requester=requester)
    actions.reply(ticket, by=make.contributor(), body="Please restart it.")
    live.log_in(page, carla)
    for path in ("/", f"/my-tickets/{ticket.number}/", "/inbox/", "/preferences/"):
        page.goto(live.url(path))
        axe(page)


def test_without_javascript_the_queue_is_worked_by_links_and_forms(noa, live, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    live.log_in(page, noa)
    page.goto(live.url("/"))
    page.fill("#queue-q", "drawer")
    page.click("#queue-filters button:has-text('Show')")
    assert page.locator("[data-row]").count() == 3
    page.check("input[name=numbers] >> nth=0")
    page.select_option(".bulk select[name=priority]", "4")
    page.click("button[value=priority]")
    assert "1 ticket changed." in page.inner_text("#toasts")
    assert "q=drawer" in page.url
    page.click("text=Drawer 0")
    assert "/tickets/KT-" in page.url
    context.close()
