"""Translations under one number (structure/10): any language may be the master."""

import pytest

from articles import actions
from articles.models import Article, ArticleEvent
from articles.search import query as engine
from kcs.errors import BadValue, NotAllowed, Refused, Stale
from loops.solve import actions as solving
from tests import make

pytestmark = pytest.mark.django_db

HEBREW = {
    "title": "המדפסת מדפיסה דף ריק",
    "issue": "המדפסת מוציאה נייר בלי כלום",
    "resolution": "הפכו את גליל הנייר.",
}
JAPANESE = {"title": "プリンターが白紙を出す", "resolution": "紙を裏返してください。"}


def translated(**fields) -> Article:
    article = make.article(by=make.contributor(), **fields)
    actions.translate(article, by=article.created_by, language="he", changes=HEBREW)
    return article


def test_a_translation_has_the_number_and_the_states_of_its_article():
    article = translated()
    assert Article.objects.count() == 1
    hebrew = article.text_in("he")
    assert hebrew.title == HEBREW["title"]
    assert article.versions.get(number=hebrew.version_number).language == "he"
    assert article.events.filter(verb=ArticleEvent.Verb.TRANSLATED).count() == 1
    # The master's own text and number are untouched.
    article.refresh_from_db()
    assert (article.title, article.version_number) == ("The printer shows error 79", 1)


def test_words_are_found_in_every_language_that_the_article_speaks():
    article, reader = translated(), make.contributor()
    for words, title in [("error 79", article.title), ("גליל נייר ריק", HEBREW["title"])]:
        hit = engine.search(words, user=reader).hits[0]
        assert (hit.number, hit.title) == (article.number, title)


def test_a_removed_translation_is_found_no_more_and_stays_in_the_versions():
    article = translated()
    actions.remove_translation(article, by=article.created_by, language="he")
    assert not engine.search("גליל נייר ריק", user=make.contributor()).hits
    assert article.versions.filter(language="he").exists()


def test_a_material_change_of_the_master_marks_the_others_outdated():
    article = translated()
    by = article.created_by
    actions.translate(article, by=by, language="ja", changes=JAPANESE)
    actions.improve(article, by=by, changes={"cause": "Worn head."}, significance="minor")
    assert not article.translations.exclude(outdated_at=None).exists()
    actions.improve(article, by=by, changes={"resolution": "Turn the roll."})
    assert article.translations.filter(outdated_at=None).count() == 0


def test_translating_again_or_confirming_takes_the_mark_away():
    article = translated()
    by = article.created_by
    actions.improve(article, by=by, changes={"resolution": "Turn the roll."})
    actions.translate(
        article, by=by, language="he", changes={"cause": "x"}, significance="minor"
    )
    assert article.translations.get().outdated_at is not None
    actions.translate(article, by=by, language="he", changes={"resolution": "הפכו את הגליל."})
    assert article.translations.get().outdated_at is None
    actions.improve(article, by=by, changes={"resolution": "Turn the roll, shiny side up."})
    actions.confirm_translation(article, by=by, language="he")
    hebrew = article.translations.get()
    assert (hebrew.outdated_at, hebrew.base) == (None, article.version_number)
    with pytest.raises(Refused, match="not outdated"):
        actions.confirm_translation(article, by=by, language="he")


def test_any_language_can_be_made_the_master():
    article = translated()
    by = article.created_by
    actions.make_master(article, by=by, language="he")
    article.refresh_from_db()
    assert (article.language, article.title) == ("he", HEBREW["title"])
    english = article.text_in("en")
    assert (english.title, english.version_number) == ("The printer shows error 79", 1)
    # From now on a change of the Hebrew text marks the English one.
    actions.improve(article, by=by, changes={"resolution": "החליפו את הגליל."})
    assert article.translations.get(language="en").outdated_at is not None
    with pytest.raises(Refused, match="outdated"):
        actions.make_master(article, by=by, language="en")


def test_each_language_has_its_own_stale_edits():
    article = translated()
    by, number = article.created_by, article.text_in("he").version_number
    other = make.contributor()
    actions.translate(article, by=other, language="he", changes={"cause": "א"}, base=number)
    # The master has not moved, so an edit of it is not stale.
    actions.improve(article, by=by, changes={"cause": "Old"}, base=1)
    with pytest.raises(Stale) as stale:
        actions.translate(article, by=by, language="he", changes={"cause": "ב"}, base=number)
    assert stale.value.current["cause"] == "א"


def test_an_earlier_text_is_restored_in_its_own_language():
    article = translated()
    first = article.text_in("he").version_number
    other = make.contributor()
    actions.translate(article, by=other, language="he", changes={"title": "אחר"})
    actions.restore(article, by=other, version=first)
    assert article.translations.get().title == HEBREW["title"]
    article.refresh_from_db()
    assert article.title == "The printer shows error 79"


def test_a_candidate_suggests_a_translation_and_keeps_the_credit():
    article, candidate = make.article(), make.candidate()
    with pytest.raises(NotAllowed):
        actions.translate(article, by=candidate, language="he", changes=HEBREW)
    suggestion = actions.suggest(article, by=candidate, changes=HEBREW, language="he")
    assert not article.translations.exists()
    version = actions.accept(suggestion, by=make.publisher())
    assert (version.language, version.by) == ("he", candidate)
    assert article.translations.get().title == HEBREW["title"]


@pytest.mark.parametrize(
    ("language", "changes", "said"),
    [
        ("en", HEBREW, "written in this language"),
        ("not a tag", HEBREW, "not the tag"),
        ("he", {"title": " "}, "needs a title"),
        ("he", {"title": "x", "workaround": "y"}, "no part"),
        ("he", {"resolution": "x"}, "needs a title"),
    ],
)
def test_what_is_no_translation_is_refused_in_words(language, changes, said):
    article = make.article()
    with pytest.raises(BadValue, match=said):
        actions.translate(article, by=article.created_by, language=language, changes=changes)
    assert not article.translations.exists()


def test_a_validated_article_says_in_each_language_how_it_is_solved():
    article = make.article(by=make.contributor(), confidence="validated")
    with pytest.raises(BadValue, match="without a resolution"):
        actions.translate(
            article, by=article.created_by, language="he", changes={"title": HEBREW["title"]}
        )


def test_internal_passages_of_a_translation_stay_inside():
    article = make.public_article()
    actions.translate(
        article,
        by=article.created_by,
        language="he",
        changes={**HEBREW, "resolution": "הפכו.\n:::internal\nסודיביותר\n:::\n"},
    )
    customer = make.customer()
    assert not engine.search("סודיביותר", user=customer).hits
    hit = engine.search("גליל נייר ריק מדפסת", user=customer).hits[0]
    assert "סודיביותר" not in hit.snippet
    assert engine.search("סודיביותר", user=make.candidate()).hits


def test_a_requester_is_sent_the_version_in_their_own_language():
    article = make.public_article()
    by = article.created_by
    actions.translate(article, by=by, language="he", changes=HEBREW)
    ticket = make.searched(make.ticket(language="he"), by=by)
    solving.send(ticket, by=by, body="שלום", articles=[article])
    link = ticket.links.get()
    assert (link.delivered.language, link.version_current) == ("he", link.delivered.number)
    actions.translate(article, by=make.contributor(), language="he", changes={"cause": "א"})
    assert ticket.links.get().version_current > link.delivered.number
    # A reply in the same language carries the newer one.
    solving.send(ticket, by=by, body="עוד", articles=[Article.objects.get()])
    assert ticket.links.get().delivered.number == ticket.links.get().version_current
