"""Improvements in a real browser: the list, one with its effect, and the product team's page."""

from datetime import timedelta

import pytest
from django.utils import timezone

from loops.evolve.improvements import actions, effect
from people import actions as people
from tests import make
from tests.loops.evolve import asked

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def fault():
    """Something of the product that shipped ten weeks ago, and one that waits."""
    till = make.domain("till")
    article = make.public_article(by=make.publisher(), title="One cent off", domain=till)
    topic = asked.topic("One cent off", article=article, domain=till)
    said = "The receipts together are always one cent short of the bill."
    asked.tickets(topic, [*range(1, 70, 9), *range(70, 240, 4)], description=said)
    noa = make.contributor(name="Noa")
    for title in ("Round fairly", "Say why the table stays red"):
        made = actions.propose(by=noa, kind="product", title=title, article=article)
    product = make.customer(name="Ayla", is_product=True)
    actions.ship(made, by=product, at=timezone.now() - timedelta(weeks=10))
    effect.measure_all(timezone.now())
    made.product = product
    return made


@pytest.mark.parametrize(
    ("theme", "language", "width", "also"),
    [
        ("light", "en", 1440, "dark"),
        pytest.param("dark", "he", 390, "", marks=pytest.mark.looks),
    ],
)
def test_no_page_of_improvements_has_a_barrier_and_the_product_team_answers(
    fault, live, page, axe, theme, language, width, also
):
    coach = make.coach(name="Miriam Adler")
    page.set_viewport_size({"width": width, "height": 850})
    said = []
    page.on("console", lambda message: said.append(message.text))
    for person, paths in (
        (coach, ("/insights/improvements/?state=any", f"/insights/improvements/{fault.pk}/")),
        (fault.product, ("/product/", f"/product/{fault.pk}/")),
    ):
        people.prefer(person, theme=theme, language=language)
        live.log_in(page, person)
        for path in paths:
            page.goto(live.url(path))
            axe(page, also=also)
            wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
            assert not wide, path
    assert not [text for text in said if "Content Security Policy" in text]
    if language != "en":
        return
    page.goto(live.url("/product/"))
    page.get_by_role("link", name="Answer or decide").click()
    page.get_by_role("textbox", name="Answer").fill("Give the discount as an amount.")
    page.get_by_role("button", name="Answer", exact=True).click()
    page.get_by_text("Answered. Agents read it where they need it.").wait_for()
    page.get_by_label("Number in the tracker").fill("TILL-1")
    page.get_by_role("button", name="Accept").click()
    page.get_by_text("Accepted. Ayla owns it.").wait_for()
