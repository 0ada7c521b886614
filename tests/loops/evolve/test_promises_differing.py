"""Two answers that cannot both be right: what counts as one, in three languages."""

from loops.evolve.promises import differing

DIFFERENT = [
    ("en", "A sale can be refunded for **90 days**.", "The limit of a sale is 180 days."),
    ("en", "The till works for 24 hours.", "The till works for 3 days."),
    ("en", "The fee of a payout is 2 %.", "The fee of a payout is 3%."),
    ("en", "The fee of a payout is €5.", "The fee of a payout is €7.50."),
    ("en", "Up to 5,000 receipts fit on it.", "Only 300 receipts fit on it."),
    ("ru", "Касса работает 24 часа.", "Касса работает без сети 3 суток."),
    ("he", "הקופה עובדת 24 שעות.", "הקופה עובדת יומיים וגם 3 ימים."),
    ("he", "אפשר לזכות עסקה תוך 90 יום.", "אפשר לזכות עסקה תוך 180 ימים."),
]
ALIKE = [
    ("en", "The till works for 72 hours.", "The till works for 3 days."),
    ("en", "It takes 2 to 5 banking days.", "After 5 days the money is there."),
    ("en", "1. Open the lid.\n2. Close the lid.", "1. Press start.\n3. Close the lid."),
    ("en", "The message T-1401 appears.", "The message T-1402 appears on version 6.4."),
    ("en", "Wait 5 minutes for the printer.", "The invoice has 30 pages."),
    ("ru", "Оплата хранится 30 дней.", "Оплата хранится 1 месяц."),
    ("he", "הקופה עובדת 48 שעות.", "הקופה עובדת יומיים."),
]
NEGATED = [
    ("en", "Delete the app and install it.", "Never delete the app or install it."),
    ("ru", "Удалите приложение и установите.", "Не удалите приложение, установите."),
    ("he", "מחקו את האפליקציה והתקינו", "אין למחקו את האפליקציה והתקינו"),
]


def conflicts(language: str, one: str, other: str) -> list[tuple[str, str, str]]:
    found = differing.compare(differing.read(one, language), differing.read(other, language))
    return [(c.kind, c.here, c.there) for c in found.conflicts]


def test_quantities_that_differ_are_a_conflict():
    for case in DIFFERENT:
        assert [kind for kind, *_said in conflicts(*case)][:1] == ["quantity"], case


def test_what_says_the_same_or_speaks_of_other_things_is_none():
    for case in ALIKE:
        assert conflicts(*case) == [], case


def test_a_sentence_and_its_negation_are_a_conflict():
    for language, one, other in NEGATED:
        assert conflicts(language, one, other) == [("negation", one, other)]


def test_the_conflict_that_is_said_most_often_comes_first():
    found = conflicts(
        "en",
        "A break is 10 minutes. A till works for 24 hours. 24 hours are the limit of a till.",
        "A break is 20 minutes. A till works for 72 hours. 72 hours are the limit of a till.",
    )
    assert "24 hours" in found[0][1]
    assert "72 hours" in found[0][2]
