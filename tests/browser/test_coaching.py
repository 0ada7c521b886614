"""Coaching in a real browser: nothing for axe to find, nothing that the policy forbids."""

import pytest
from django.urls import reverse

from loops.coaching import goals, packets, reviewing
from tests import make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LISTEN = """
window.broken = [];
document.addEventListener('securitypolicyviolation', (event) => window.broken.push(
  event.violatedDirective + ' ' + event.blockedURI));
"""


@pytest.fixture
def person():
    """A coachee with everything that a page can show."""
    made = make.coachee(name="נועה Coachee", competency="candidate")
    make.reviewed(made, note="Well found")
    make.reviewed(made, kind="process", links="no")
    make.article(by=made, title="המדפסת שותקת", language="he")
    make.solved_ticket(by=made)
    make.sample(made)
    make.sample(made, kind="process")
    packets.write_note(made, by=made.coach, text="Between us", shared=False)
    packets.propose(made, competency="contributor", reason="Good links", by=made.coach)
    goals.set_goal(by=made.coach, person=made, measure="link_accuracy", target=0.9)
    return made


@pytest.mark.parametrize("language", ["en", pytest.param("he", marks=pytest.mark.looks)])
def test_axe_finds_nothing_on_any_page_of_coaching(live, page, axe, person, language):
    page.add_init_script(LISTEN)
    page.context.add_cookies(
        [
            {"name": "theme", "value": "light", "url": live.root},
            {"name": "django_language", "value": language, "url": live.root},
        ]
    )
    due, done = (person.samples.filter(state=state) for state in ("due", "done"))
    tour = {
        person.coach: [
            reverse("coaching:home"),
            reverse("coaching:person", args=[person.pk]),
            *(reverse("coaching:sample", args=[one.pk]) for one in (*due, done.first())),
            reverse("admin:loops_sample_changelist"),
            reverse("admin:loops_sample_change", args=[due.first().pk]),
            reverse("admin:loops_proposal_changelist"),
            reverse("admin:loops_goal_add"),
            reverse("admin:loops_coachnote_add"),
        ],
        person: [reverse("coaching:me"), reverse("coaching:sample", args=[done.first().pk])],
        person.team.manager: [reverse("coaching:home")],
        make.administrator(): [reverse("coaching:person", args=[person.pk])],
    }
    for reader, paths in tour.items():
        live.log_in(page, reader)
        for path in paths:
            page.goto(live.url(path))
            for details in page.locator("main details").all():
                details.evaluate("one => { one.open = true }")
            # Before axe, which writes styles of its own.
            assert page.evaluate("window.broken") == [], path
            axe(page, also="" if "/admin/" in path else "dark")


def test_a_review_is_given_by_clicking(live, page, person):
    sample = person.samples.get(state="due", kind="process")
    live.log_in(page, person.coach)
    page.goto(live.url(reverse("coaching:sample", args=[sample.pk])))
    for question in page.locator("fieldset.question").all():
        good = "No" if "Should" in question.inner_text() else "Yes"
        question.get_by_text(good, exact=True).click()
    page.get_by_label("Note").fill("As I would have done it")
    page.get_by_role("button", name="Done").click()
    page.get_by_text("Reviewed. The person reads it now.").first.wait_for()
    sample.refresh_from_db()
    assert (sample.passed, sample.note) == (True, "As I would have done it")
    assert reviewing.may_review(person.coach, sample)
