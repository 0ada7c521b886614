"""Text becomes terms: one function for articles and for queries."""

import time

import pytest

from articles.search import analyzer


def terms(text: str, language: str = "en") -> list[str]:
    return [term for _, term in analyzer.analyse(text, language)]


def test_inflected_forms_of_a_word_are_one_term():
    assert terms("cards") == terms("card") == terms("card's") == terms("CARD’S")
    assert terms("verify") == terms("verified") == terms("verification")
    assert terms("paid") == terms("payment") == terms("paying")
    assert terms("delivery") == terms("deliver") == terms("delivered") == terms("deliveries")
    assert terms("терминал", "ru") == terms("терминалы", "ru") == terms("терминалами", "ru")


def test_a_short_form_is_the_words_it_stands_for():
    assert terms("isn’t") == terms("doesn't") == terms("cannot") == terms("dont") == ["not"]
    assert terms("I'd they'll") == terms("I they")
    # What is denied tells as much as what is said.
    assert ("en", "not") not in analyzer.function_terms("en")


def test_hebrew_prefixes_and_quotes_do_not_hide_a_word():
    assert terms("והמדפסת", "he") == terms("מדפסת", "he")
    assert terms('ארה"ב', "he") == terms("ארה״ב", "he") == ["ארהב"]
    assert terms("סֵפֶר", "he") == terms("ספר", "he")


def test_marks_and_compatibility_forms_are_the_same_word():
    assert terms("café", "en") == terms("cafe", "en")
    assert terms("ёлка", "ru") == terms("елка", "ru")
    assert terms("ｏｆｆｉｃｅ ﬁle") == terms("office file")


def test_russian_short_i_is_a_letter_and_not_a_mark():
    assert terms("работой", "ru") == terms("работа", "ru")


def test_a_code_is_one_term_however_it_is_written():
    assert ("", "p4107") in analyzer.analyse("error P-4107", "en")
    assert ("", "p4107") in analyzer.analyse("ошибка p4107", "ru")
    assert ("", "p4107") in analyzer.analyse("שגיאה P‑4107", "he")


def test_a_words_script_decides_whose_stems_it_has():
    assert ("en", "vpn") in analyzer.analyse("VPN לא עובד", "he")
    assert ("en", "vpn") in analyzer.analyse("не работает VPN", "ru")
    assert ("ru", "касс") in analyzer.analyse("the касса sign", "en")


def test_a_language_without_a_stemmer_is_searched_word_by_word():
    assert analyzer.analyse("Кошаре шатап", "mk") == [("mk", "кошаре"), ("mk", "шатап")]


def test_a_script_without_spaces_is_searched_by_pairs():
    assert terms("東京都", "ja") == ["東京", "京都"]


def test_a_regional_language_has_the_stems_of_its_base():
    assert analyzer.analyse("Karten", "de-at") == analyzer.analyse("Karten", "de")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The terminal is offline", "en"),
        ("Терминал не работает с VPN", "ru"),
        ("המסוף לא מתחבר ל-VPN", "he"),
        ("1234 !?", "en"),
        ("", "en"),
    ],
)
def test_a_text_tells_its_language_by_its_script(text, language):
    assert analyzer.detect(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "\0a\0",
        "\ud800 lone",
        "\u202eevil\u202c",
        "a" * 9_000,
        "é" * 9_000,
        "x-" * 9_000,
        "''''’’’’",
        "…—“”",
        "½ ² ﷺ İ ß ŉ",
        "๑๒๓ 👩‍👩‍👧",
    ],
)
def test_any_characters_become_terms_that_can_be_stored(text):
    for space, term in analyzer.analyse(text, "en"):
        assert term
        assert len(term) <= analyzer.MAX_WORD
        assert "\0" not in term
        (space + term).encode()


def test_a_megabyte_of_words_is_read_only_so_far():
    started = time.process_time()
    found = analyzer.analyse(" ".join(f"w{n:x}q" for n in range(200_000)), "en")
    assert len(found) == analyzer.MAX_WORDS
    assert time.process_time() - started < 5


def test_a_terms_id_is_the_same_everywhere():
    assert analyzer.term_id(("en", "card")) == 5859753959961743430
    assert analyzer.term_id(("en", "card")) != analyzer.term_id(("de", "card"))
    assert 0 <= analyzer.term_id(("", "p4107")) < 2**63
