"""What KCS promises, in a real browser: no barrier on any of its pages."""

from datetime import timedelta

import pytest

from articles.search import index
from loops.models import Pair
from people import actions as people
from tests import make
from tests.loops.evolve.promising import HOUR, counted, known, tickets

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDE = "document.documentElement.scrollWidth > innerWidth"


@pytest.mark.parametrize(
    ("theme", "language", "also"),
    [("light", "en", "dark"), pytest.param("dark", "he", "", marks=pytest.mark.looks)],
)
def test_the_promises_have_no_barrier(live, page, axe, theme, language, also):
    coach = make.coach()
    issue = "A guest wants a refund of a card payment and the button is grey."
    one, other = (
        make.article(
            by=coach, title=f"Refund period of a card payment {n}", issue=issue,
            resolution=f"A card payment can be refunded for {n} days.",
        )
        for n in (90, 180)
    )  # fmt: skip
    index.refresh_stats()
    Pair.objects.create(older=one, newer=other, likeness=0.8)
    done = {"outcome": "reused", "novelty": "known_found"}
    for by in (make.contributor(), make.contributor(), coach):
        tickets([HOUR] * 9, by=by, answer=one, topic=known(one), **done)
        tickets([2 * HOUR] * 3, by=by, topic=known(other), novelty="known_not_found")
    tickets([HOUR] * 2, by=coach, answer=other, topic=known(other), **done)
    tickets([None] * 3, by=coach, topic=known(one), ago=timedelta(days=1), is_defect=True)
    counted()
    live.log_in(page, coach)
    people.prefer(coach, theme=theme, language=language)
    for path in ("outcomes", "times", "consistency", "queue", "new-known"):
        page.goto(live.url(f"/insights/{path}/"))
        for details in page.locator("main details:not(.drop)").all():
            details.evaluate("one => { one.open = true }")
        axe(page, also=also)
        page.set_viewport_size({"width": 390, "height": 850})
        assert not page.evaluate(WIDE), path
        page.set_viewport_size({"width": 1440, "height": 900})
    if language != "en":
        return
    page.goto(live.url("/insights/queue/"))
    page.get_by_label("Publish the most asked articles").fill("1")
    page.get_by_role("button", name="Calculate").click()
    page.get_by_text("1 article,").wait_for()
