"""Whatever stays inside never leaves: a passage, a whole part, a fixed text. structure/06

One matrix of canaries against the doors that people outside have. In the database the same holds
behind the help centre's wall.
"""

import pytest
from django.core import mail
from django.urls import reverse

from articles import actions, parts
from articles.actions import templates as template_actions
from articles.models import Article, Template, Translation
from articles.tasks import settle_templates
from loops.solve import actions as solve_actions
from people import notices
from tests import make
from tests.api.conftest import Program

pytestmark = pytest.mark.django_db

PASSAGE, PART, FIXED, LOCKED = "canarypassage", "canarypart", "canarycause", "canarylocked"
ALL = (PASSAGE, PART, FIXED, LOCKED)
PARTS = [
    {"key": "workaround", "label": "Workaround"},
    {"key": "notes", "label": "Notes for colleagues", "internal": True},
    {"key": "terms", "label": "Terms", "locked": True, "internal": True, "text": LOCKED},
]


@pytest.fixture
def template(db):
    return actions.save_template(
        None,
        by=make.administrator(),
        name="Known problem",
        parts=PARTS,
        fixed={"cause": {"internal": True}},
    )


@pytest.fixture
def article(template):
    return written(template)


def written(template, **changes):
    words = {
        "title": "Receipts stay white",
        "issue": "White paper comes out",
        "resolution": f"1. Turn the roll.\n\n:::internal\n{PASSAGE}\n:::",
        "cause": FIXED,
        "parts": {"workaround": "Use the spare till", "notes": PART},
    }
    return make.public_article(template=template, **{**words, **changes})


READERS = {
    "visitor": lambda: None,
    "requester": make.customer,
    "partner": lambda: make.customer(organisation=make.organisation(is_partner=True)),
}


@pytest.mark.parametrize("who", READERS)
def test_no_page_that_people_outside_reach_holds_any_of_it(client, article, who):
    # acceptance: structure/06
    reader = READERS[who]()
    if reader:
        client.force_login(reader)
    # Their reading itself is the help centre's: tests/portal looks for the same there.
    page = client.get(article.get_absolute_url())
    told = [page.text, str(page.headers)]
    for canary in ALL:
        found = client.get(reverse("articles:search"), {"q": canary})
        assert article.number not in found.text
        palette = client.get(reverse("palette"), {"q": canary})
        assert article.number not in palette.text
    for words in ({"q": "receipts white roll"}, {}):
        told.append(client.get(reverse("articles:search"), words).text)
    told.append(client.get(reverse("palette"), {"q": "receipts"}).text)
    told.append(
        client.post(reverse("articles:rate", args=[article.number]), {"comment": ""}).text
    )
    for verb in ("history", "versions", "compare", "edit"):
        told.append(client.get(reverse(f"articles:{verb}", args=[article.number])).text)
    for text in told:
        assert not [canary for canary in ALL if canary in text]
        assert "Notes for colleagues" not in text


def test_no_answer_of_the_api_to_a_customer_holds_any_of_it(article):
    # acceptance: structure/06
    for reader in (make.customer(), READERS["partner"]()):
        program, path = Program(reader), f"articles/{article.number}/"
        told = program.get(path)
        assert told.json()["parts"] == {"workaround": "Use the spare till"}
        assert told.json()["cause"] == ""
        texts = [told.text, program.get("articles/").text]
        texts.append(program.get("search/?q=receipts+white+roll+till").text)
        texts.append(program.post(f"{path}feedback/", {"comment": "Thanks"}).text)
        texts += [program.get(f"{path}{name}/").text for name in ("versions", "history")]
        texts.append(program.post("articles/duplicates/", {"title": "Receipts"}).text)
        for canary in ALL:
            assert program.get(f"search/?q={canary}").json()["results"] == []
            assert not [text for text in texts if canary in text]


def test_a_change_inside_leaves_the_answer_outside_the_same_to_the_byte(article):
    # acceptance: structure/06
    program, path = Program(make.customer()), f"articles/{article.number}/"
    before = program.get(path).content
    changes = {"cause": "Another", "parts": {"notes": "Another"}}
    actions.improve(article, by=make.publisher(), changes=changes)
    assert program.get(path).content == before


def test_nothing_of_it_is_sent_to_a_requester(article):
    # acceptance: structure/06
    agent, ticket = make.contributor(), make.ticket()
    make.searched(ticket, by=agent)
    message = solve_actions.send(ticket, by=agent, body="", articles=[article])
    while notices.tell_next():
        pass
    sent = message.body + "".join(letter.subject + letter.body for letter in mail.outbox)
    assert not [canary for canary in ALL if canary in sent]


def test_colleagues_read_and_find_all_of_it(client, article):
    # acceptance: structure/06
    client.force_login(make.contributor())
    page = client.get(article.get_absolute_url()).text
    assert all(canary in page for canary in ALL)
    assert page.count("Internal only") >= 4
    for canary in (PASSAGE, PART, FIXED):
        found = client.get(reverse("articles:search"), {"q": canary})
        assert article.number in found.text
    program = Program(make.contributor())
    assert program.get(f"articles/{article.number}/").json()["parts"]["notes"] == PART


def outside_of(article):
    """What a customer's program gets, and what a page for readers outside would show."""
    fresh = Article.objects.select_related("template").get(pk=article.pk)
    shown = "".join(part.html for part in parts.read(fresh, inside=False))
    return shown + Program(make.customer()).get(f"articles/{article.number}/").text


@pytest.mark.parametrize("many", [False, True])
def test_a_part_that_becomes_internal_is_gone_with_the_same_moment(monkeypatch, many):
    # acceptance: structure/06
    if many:
        monkeypatch.setattr(template_actions, "AT_ONCE", 0)
    by, reader = make.administrator(), make.customer()
    template = actions.save_template(None, by=by, name="New", parts=PARTS[:1])
    article = written(template, parts={"workaround": PART}, cause="", resolution="Turn it.")
    actions.translate(
        article,
        by=make.publisher(),
        language="ru",
        changes={"title": "Чек", "resolution": "Да", "parts": {"workaround": PART}},
    )
    assert PART in outside_of(article)
    changed = actions.save_template(template, by=by, parts=[{**PARTS[0], "internal": True}])
    held = Article.objects.get(pk=article.pk)
    for row in (held, Translation.objects.get(article=article)):
        assert PART not in str(row.outside)
        assert PART not in str(row.rendered["outside"])
    assert PART not in outside_of(article)
    assert Program(reader).get(f"search/?q={PART}").json()["results"] == []
    if many:
        monkeypatch.undo()
        assert settle_templates() == 1
    assert PART not in outside_of(article)
    assert Program(reader).get(f"search/?q={PART}").json()["results"] == []
    found = Program(reader).get("search/?q=white+paper").json()["results"]
    assert [hit["number"] for hit in found] == [article.number]
    actions.save_template(changed, by=by, parts=PARTS[:1])
    assert PART in outside_of(article)
    assert settle_templates() == 0


def test_a_text_that_was_rendered_for_another_template_is_not_served(template):
    """Even when no verb ran: what the template says now decides with every reading."""
    article = written(template)
    Template.objects.filter(pk=template.pk).update(
        parts=[{**part, "internal": True} for part in PARTS]
    )
    assert "Use the spare till" not in outside_of(article)
