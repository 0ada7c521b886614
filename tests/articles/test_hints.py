"""Hints while writing: what they find, what they let pass, and that they never stand in the way."""

import pytest

from articles.hints import hints
from articles.models import Article, Standard
from tests import make
from tests.api.conftest import Program

GOOD = {
    "en": {
        "title": "Receipt printer prints blank paper after changing the roll",
        "issue": "After changing the roll the receipt printer prints blank paper.",
        "environment": "Till app 6.2 on iPad, receipt printer over USB",
        "resolution": "1. Open the lid.\n2. Turn the roll, shiny side up.\n3. Close the lid.",
        "cause": "Thermal side is down.",
    },
    "ru": {
        "title": "Принтер печатает пустой чек после замены рулона",
        "issue": "Заменили рулон, принтер печатает пустой чек.",
        "environment": "Till 6.2 на iPad",
        "resolution": "1. Откройте крышку.\n2. Переверните рулон.",
        "cause": "Термослой снизу.",
    },
    "he": {
        "title": "המדפסת מדפיסה נייר ריק אחרי החלפת הגליל",
        "issue": "החלפנו גליל והמדפסת מדפיסה נייר ריק.",
        "environment": "Till 6.2, iPad",
        "resolution": "1. פתחו את המכסה.\n2. הפכו את הגליל.",
        "cause": "הצד התרמי למטה.",
    },
}
LONG = "word " * 45 + "end."


def codes(language="en", **changes):
    words = {**GOOD[language], **changes}
    return [(hint.code, hint.part) for hint in hints(words, language=language)]


@pytest.mark.parametrize("language", GOOD)
def test_a_good_article_gets_no_hint(language):
    assert codes(language) == []


@pytest.mark.parametrize(
    ("language", "part", "said", "code"),
    [
        ("en", "title", "Printer issue", "title_generic"),
        ("ru", "title", "Ошибка принтера не работает", "title_generic"),
        ("he", "title", "בעיה במדפסת", "title_generic"),
        ("en", "title", "Thermal head wear on the Varnel", "title_words"),
        ("en", "title", "Receipt printer prints blank and the drawer does not open", "several_issues"),
        ("en", "title", "Printer problems: blank roll, paper jam, slow receipt", "several_issues"),
        ("ru", "title", "Принтер не печатает чек и ящик не открывается", "several_issues"),
        ("he", "title", "המדפסת לא מדפיסה והמגירה לא נפתחת", "several_issues"),
        ("en", "issue", "The roll is blank. And also the drawer stays shut.", "several_issues"),
        ("en", "issue", "Why is the roll of paper blank? How can I open the drawer by hand?",
         "several_issues"),
        ("en", "environment", "", "environment_missing"),
        ("en", "environment", "customer's device", "environment_vague"),
        ("ru", "environment", "любая", "environment_vague"),
        ("en", "issue", "Dear colleagues, today the roll of the printer is blank.", "filler"),
        ("en", "cause", "It should be noted that the thermal side is down.", "filler"),
        ("ru", "issue", "Здравствуйте, рулон заменили, принтер печатает пустой чек.", "filler"),
        ("he", "issue", "שלום, החלפנו גליל והמדפסת מדפיסה נייר ריק.", "filler"),
        ("en", "cause", LONG, "long_sentence"),
        ("en", "resolution", "1. Open the lid of the printer, then turn the roll around.",
         "several_actions"),
        ("ru", "resolution", "1. Откройте крышку принтера сверху, затем снова переверните рулон.",
         "several_actions"),
        ("en", "resolution", "Open the lid. Take the roll out and look at it. Turn the roll. Put it "
         "back with the shiny side up. Close the lid and print a test.", "resolution_steps"),
        ("en", "resolution", "1. Ask the RMA desk.", "acronym"),
    ],
)  # fmt: skip
def test_what_the_standard_would_say_is_found(language, part, said, code):
    assert (code, part) in codes(language, **{part: said})


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("title", "Receipt printer: error 79 after changing the roll"),
        ("title", "Refunds and disputes of the receipt printer"),
        ("issue", "The receipt printer says: dear customer, the roll is blank."),
        ("environment", "iPad"),
        ("environment", "any till with Till app"),
        ("resolution", "Update the app."),
        ("resolution", "1. Open a PDF over USB.\n2. Ask the returns desk (RMA) about the RMA."),
        ("resolution", "1. Type `DROP TABLE` or KB-12 and ERR-12."),
        ("cause", "THE PRINTER SAYS PAPER JAM NOW"),
    ],
)
def test_what_is_meant_so_is_left_alone(part, said):
    assert codes(**{part: said}) == []


def test_tags_and_facets_explain_an_acronym_and_name_a_place():
    words = {**GOOD["en"], "resolution": "1. Ask the RMA desk.", "environment": ""}
    assert hints(words, language="en", tags=["rma"], facets={"Till app": "6.2"}) == []


def test_hints_are_deterministic_and_silent_in_other_languages():
    words = {"title": "Probleme", "issue": "Sehr geehrte Damen und Herren, es geht nicht."}
    assert hints(words, language="de") == hints(words, language="de")
    assert {hint.code for hint in hints(words, language="de")} == {"environment_missing"}


@pytest.mark.django_db
def test_beside_the_editor_each_hint_leads_to_its_criterion_and_can_be_waved_away(htmx, client):
    htmx.force_login(agent := make.contributor())
    typed = {**GOOD["en"], "resolution": "1. Ask the RMA desk."}
    page = htmx.post("/articles/hints/", typed)
    assert "RMA" in page.text
    assert 'href="/standard/#complete_thoughts"' in page.text
    assert "<html" not in page.text
    waved = {**typed, "dismiss": "acronym:resolution:RMA"}
    again = htmx.post("/articles/hints/", waved)
    assert "stands for" not in again.text
    assert 'name="dismissed" value="acronym:resolution:RMA"' in again.text
    client.force_login(agent)  # without JavaScript
    for do in ({"do": "hints"}, {"dismiss": "x"}):
        plain = client.post("/articles/new/", {**typed, **do}).text
        assert "stands for" in plain
        assert "Ask the RMA desk." in plain
    assert not Article.objects.exists()


@pytest.mark.django_db
def test_hints_never_keep_anybody_from_saving(client):
    client.force_login(make.contributor())
    client.post("/articles/new/", {"title": "Printer issue", "issue": "Hello, and also?"})
    assert Article.objects.get().title == "Printer issue"
    client.force_login(make.customer())
    assert client.post("/articles/hints/", {"title": "x"}).status_code == 403


@pytest.mark.django_db
def test_programs_ask_for_hints_too():
    program = Program(make.candidate())
    draft = {**GOOD["en"], "title": "Printer issue", "parts": {"x": "y"}, "tags": ["a"]}
    told = program.post("articles/hints/", draft).json()
    assert [(one["code"], one["part"], one["criterion"]) for one in told] == [
        ("title_generic", "title", "findable")
    ]
    assert Program(make.customer()).post("articles/hints/", draft).status_code == 403
    assert Standard.objects.current().criteria.filter(key="findable").exists()
