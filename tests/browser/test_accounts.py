"""The door, people, keys and the administration in a real browser."""

import re

import pytest
from django.urls import reverse

from articles import actions as article_actions
from people import actions
from people.models import User
from tests import make
from tests.conftest import EVERY_LOOK

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Not console errors: axe itself writes inline styles, which the policy then reports.
WATCH = """
window.refusedByPolicy = [];
document.addEventListener('securitypolicyviolation', (event) =>
  window.refusedByPolicy.push(`${event.violatedDirective} ${event.sourceFile}`));
"""
DOOR = [
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/1-nonsense/",
    "/invitation/nonsense/",
    "/setup/nonsense/",
]
INSIDE = [
    "/people/",
    "/people/?kind=gone",
    "/api-keys/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/password/change/",
    "/accounts/logout/",
    "/admin/",
]
MODELS = [
    "people_user",
    "people_apikey",
    "people_team",
    "people_domain",
    "people_right",
    "people_personevent",
    "articles_article",
    "articles_flag",
    "articles_template",
    "tickets_ticket",
    "tickets_requester",
    "tickets_ticketevent",
    "loops_search",
    "loops_link",
    "loops_outcome",
]
LOOKS = [("light", "en"), ("dark", "he")]
EACH = [LOOKS[0], pytest.param(LOOKS[1], marks=pytest.mark.looks)]


@pytest.fixture
def admin(db) -> User:
    """An administrator of a help desk in which something has happened."""
    found = make.administrator(name="Ada Berg")
    noa = make.candidate(name="נועה לוי", team=make.team("Payments"))
    actions.invite(by=found, email="dan@example.org")
    actions.make_key(noa, scopes=["read"], name="nightly")
    actions.make_key(found, scopes=["read", "write"], name="export")
    article = make.article(domain=make.domain("pay"))
    article_actions.flag(article, by=noa, kind="outdated", note="An old screen")
    make.solved_ticket()
    return found


@pytest.fixture
def walk(live, page, axe):
    """Open a page, and fail with what axe or the policy found."""
    page.add_init_script(WATCH)

    def visit(path: str, look: tuple[str, str]) -> None:
        theme, language = look
        page.context.add_cookies(
            [
                {"name": "theme", "value": theme, "url": live.root},
                {"name": "django_language", "value": language, "url": live.root},
            ]
        )
        page.goto(live.url(path))
        page.wait_for_load_state()
        assert page.evaluate("window.refusedByPolicy") == [], path
        assert page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        ), f"{path} scrolls sideways"
        axe(page)

    return visit


@pytest.mark.parametrize("look", LOOKS, ids="-".join)
def test_axe_finds_nothing_at_the_door(walk, admin, look):
    for path in DOOR:
        walk(path, look)


@pytest.mark.parametrize("look", EACH, ids="-".join)
def test_axe_finds_nothing_on_the_pages_of_accounts(live, page, walk, admin, look):
    live.log_in(page, admin)
    noa = User.objects.get(name="נועה לוי")
    for path in [*INSIDE, reverse("people:person", args=[noa.pk])]:
        walk(path, look)


@pytest.mark.parametrize("look", EACH, ids="-".join)
def test_axe_finds_nothing_in_the_administration(live, page, walk, admin, look):
    live.log_in(page, admin)
    # All lists are one template and all change pages another, and those that reviewers work on
    # have tests of their own: some of them stand for the others, and `make looks` walks all.
    listed = MODELS if EVERY_LOOK else MODELS[::3]
    opened = MODELS if EVERY_LOOK and look == LOOKS[0] else listed[::2]
    for model in listed:
        walk(reverse(f"admin:{model}_changelist"), look)
        rows = page.locator("#result_list tbody a[href*='/change/']")
        if model in opened and rows.count():
            walk(rows.first.get_attribute("href"), look)
    walk(reverse("admin:people_sitesettings_change", args=[1]), look)
    walk(reverse("admin:people_domain_add"), look)


def test_a_telephone_shows_all_of_it(live, page, walk, admin):
    page.set_viewport_size({"width": 390, "height": 800})
    for path in DOOR[:2]:
        walk(path, LOOKS[0])
    live.log_in(page, admin)
    for path in INSIDE[:6]:
        walk(path, LOOKS[0])


def test_from_the_printed_address_to_a_colleague_who_works(live, page, context):
    """An empty install: set up, invite, accept, sign in with the second browser."""
    page.goto(live.url("/setup/"))
    assert page.get_by_text("one-time address").is_visible()
    page.goto(live.url(actions.setup_link()))
    page.fill("#id_site_name", "Tilia Support")
    page.fill("#id_name", "Ada Berg")
    page.fill("#id_email", "ada@example.org")
    page.fill("#id_password", "correct-horse-battery")
    page.click("main button.primary")
    page.wait_for_url("**/people/")
    page.fill("#id_email", "noa@example.org")
    page.click("form[action$='/people/invite/'] button")
    link = page.input_value("#link")
    assert re.search(r"/invitation/[\w-]+/$", link)

    other = context.browser.new_context()
    noa = other.new_page()
    noa.goto(link)
    noa.fill("#id_name", "Noa Levi")
    noa.fill("#id_password", "another-horse-battery")
    noa.click("main button.primary")
    noa.wait_for_load_state()
    assert noa.get_by_role("navigation", name="Main").is_visible()

    page.goto(live.url("/people/"))
    page.click("text=Noa Levi")
    page.click("text=Deactivate")
    page.wait_for_load_state()
    noa.goto(live.url("/"))
    assert "/accounts/login/" in noa.url
    other.close()


def test_the_door_works_without_javascript(live, browser, admin):
    bare = browser.new_context(java_script_enabled=False)
    page = bare.new_page()
    page.goto(live.url("/accounts/login/?next=/people/"))
    page.click("text=עברית")
    assert page.locator("html").get_attribute("dir") == "rtl"
    page.locator("button[name=theme][value=dark]").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.fill("#id_login", admin.email)
    page.fill("#id_password", make.PASSWORD)
    page.click("main form button.primary")
    assert page.url.endswith("/people/"), "and where one wanted to go"
    bare.close()
