"""Real customer questions, worked in the workspace by keyboard only, to each of the outcomes."""

import csv

import pytest
from django.conf import settings
from django.core.management import call_command

from articles.models import Suggestion
from loops.models import Outcome
from tests import make
from tickets.models import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
QUESTIONS = settings.KCS_DATA / "banking77" / "test.csv"
LABEL = "card_arrival"


@pytest.fixture
def bank(tmp_path):
    """Five imported questions about one topic, and the articles of a small bank."""
    if not QUESTIONS.exists():
        pytest.skip(f"The real questions are not here: {QUESTIONS}. Set KCS_DATA.")
    with QUESTIONS.open(newline="") as file:
        rows = list(csv.DictReader(file))
    topics = list(dict.fromkeys(row["category"] for row in rows))[:12]
    for topic in topics:
        make.public_article(
            title=topic.replace("_", " "), issue="", resolution="1. Wait a day."
        )
    wanted = [row for row in rows if row["category"] == LABEL][:5]
    some = tmp_path / "questions.csv"
    with some.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["text", "category"])
        writer.writeheader()
        writer.writerows(wanted)
    call_command("import", "tickets", str(some), "--map", "text=subject")
    tickets = list(Ticket.objects.filter(channel="import").order_by("pk"))
    assert [ticket.subject for ticket in tickets] == [row["text"][:300] for row in wanted]
    return tickets


def reuse(page):
    page.keyboard.press("u")


def flag(page):
    page.keyboard.press("f")
    page.wait_for_selector("#flag-pop:popover-open")
    page.keyboard.press("2")
    page.keyboard.press("Enter")


def improve(page):
    page.keyboard.press("i")
    page.wait_for_selector("#f-resolution:focus")
    page.keyboard.press("Control+End")
    page.keyboard.type("\nAsk for the tracking number.")
    page.keyboard.press("Control+Enter")


def create(page):
    page.keyboard.press("c")
    page.wait_for_selector("#f-resolution:focus")
    page.keyboard.type("1. Send a new card.")
    page.keyboard.press("Control+Enter")


def give_a_reason(page):
    page.keyboard.press("x")
    page.wait_for_selector("#reasons:popover-open")
    page.keyboard.press("4")
    page.keyboard.press("Enter")


WAYS = {
    "reused": reuse,
    "flagged": flag,
    "improved": improve,
    "created": create,
    "no_knowledge": give_a_reason,
}


@pytest.mark.parametrize("competency", ["candidate", "contributor"])
def test_every_outcome_can_be_reached_without_a_mouse(competency, bank, live, page):
    agent = make.user(competency)
    live.log_in(page, agent)
    page.goto(live.url("/"))
    for ticket, (outcome, act) in zip(bank, WAYS.items(), strict=True):
        page.goto(live.url(ticket.get_absolute_url()))
        page.wait_for_selector("#results .hit-row")
        act(page)
        page.wait_for_selector("#why.ready")
        page.keyboard.press("Control+Enter")
        page.wait_for_selector("#next-ticket")
        declared = Outcome.objects.get(ticket=ticket, ended_at=None)
        assert (declared.outcome, declared.by) == (outcome, agent)
        assert Ticket.objects.get(pk=ticket.pk).state == "solved"
    # A Candidate's improvement of another's article waits; the others' is live.
    waiting = Suggestion.objects.filter(by=agent, state="open").count()
    assert waiting == (1 if competency == "candidate" else 0)


@pytest.mark.parametrize("key", ["г", "ו"])
def test_the_key_of_u_works_on_russian_and_hebrew_layouts(key, bank, live, page):
    live.log_in(page, make.contributor())
    page.goto(live.url(bank[0].get_absolute_url()))
    page.wait_for_selector("#results .hit-row")
    page.evaluate(
        "key => document.body.dispatchEvent(new KeyboardEvent('keydown',"
        " {key, code: 'KeyU', bubbles: true, cancelable: true}))",
        key,
    )
    page.wait_for_selector("#why.ready")


@pytest.mark.parametrize(("letter", "popover"), [("f", "#flag-pop"), ("x", "#reasons")])
def test_a_digit_that_follows_at_once_is_not_lost(letter, popover, bank, live, page):
    live.log_in(page, make.contributor())
    page.goto(live.url(bank[0].get_absolute_url()))
    page.wait_for_selector("#results .hit-row")
    # Both in one turn of the page: nothing that is left for later has happened between them.
    page.evaluate(
        """keys => { for (const key of keys)
             (document.activeElement ?? document.body).dispatchEvent(
               new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true})) }""",
        [letter, "2"],
    )
    radio = page.locator(f"{popover} li:nth-child(2) input, {popover} input[name=reason]").nth(
        0 if letter == "f" else 1
    )
    assert radio.is_checked()
