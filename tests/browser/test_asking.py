"""The pages between colleagues in a real browser: nothing for axe to find, in light, dark and
Hebrew; a question becomes an article by two buttons."""

import pytest
from playwright.sync_api import expect

from articles import actions as articles
from articles.models import Article
from loops.asking import actions
from loops.credit import actions as credit
from loops.solve import actions as solve
from tests import make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ted(db):
    return make.contributor(name="Ted Varga")


@pytest.fixture
def noa(db):
    return make.contributor(name="Noa")


@pytest.mark.parametrize("language", ["en", pytest.param("he", marks=pytest.mark.looks)])
def test_axe_finds_nothing_between_colleagues(live, page, axe, noa, ted, language):
    article = make.article(by=ted)
    articles.improve(article, by=noa, changes={"cause": "The old firmware."})
    ticket = make.ticket()
    solve.link(ticket, article, by=make.contributor())
    credit.thank(article, to=ted, by=noa, text="Saved my day")
    asked = actions.ask(by=noa, asked=ted, title="Which firmware?", ticket=ticket)
    done = actions.ask(by=ted, asked=noa, title="Which printer?")
    actions.answer(done, by=noa, text="The small one.")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    live.log_in(page, ted)
    page.context.add_cookies(
        [
            {"name": "theme", "value": "light", "url": live.root},
            {"name": "django_language", "value": language, "url": live.root},
        ]
    )
    one = f"/articles/{article.number}"
    for path in (
        "/my-knowledge/", f"/my-knowledge/{article.number}/", f"{one}/contributors/",
        f"{one}/evidence/", "/ask/?q=printer", f"/tickets/{ticket.number}/ask/",
        "/questions/", f"/questions/{asked.pk}/", f"/questions/{done.pk}/",
    ):  # fmt: skip
        page.goto(live.url(path))
        axe(page, also="dark")
    assert not [text for text in said if "Content Security Policy" in text]


def test_an_answer_becomes_an_article_by_two_buttons(live, page, noa, ted):
    live.log_in(page, noa)
    page.goto(live.url("/ask/?q=Which+firmware+is+the+good+one"))
    page.get_by_label("Anybody else").select_option(label="Ted Varga")
    page.get_by_role("button", name="Ask this person").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Which firmware is the good one")
    address = page.url
    live.log_in(page, ted)
    page.goto(address)
    page.get_by_label("Your answer").fill("Install 4.2.")
    page.get_by_role("button", name="Answer and make it an article").click()
    page.wait_for_url("**/edit/")
    assert Article.objects.get().resolution == "Install 4.2."
