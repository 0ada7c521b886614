"""Translations for programs (structure/10)."""

import pytest

from tests import make
from tests.articles.test_translate import HEBREW, translated

pytestmark = pytest.mark.django_db


def where(article) -> str:
    return f"articles/{article.number}/translations/"


def test_a_program_translates_reads_changes_and_chooses_the_master(api):
    article, program = make.article(), api(make.contributor())
    url = where(article)
    made = program.post(url, {"language": "he", **HEBREW})
    assert (made.status_code, made.json()["outdated"]) == (201, False)
    one = program.get(f"{url}he/")
    assert one.json()["title"] == HEBREW["title"]
    assert program.patch(f"{url}he/", {"cause": "א"}, If_Match="").status_code == 428
    assert program.patch(f"{url}he/", {"cause": "א"}).json()["cause"] == "א"
    stale = program.patch(f"{url}he/", {"cause": "ב"}, If_Match=one.headers["ETag"])
    assert stale.status_code == 412
    assert program.post(f"{url}he/master/").json()["language"] == "he"
    assert program.delete(f"{url}en/").status_code == 204
    assert program.get(url).json() == {"master": "he", "results": []}


def test_a_language_that_is_not_there_is_missing(api):
    article = translated()
    assert api(make.contributor()).get(f"{where(article)}ru/").status_code == 404


def test_a_program_of_a_candidate_may_not_translate_others_articles(api):
    url = where(make.article())
    assert api(make.candidate()).post(url, {"language": "he", **HEBREW}).status_code == 403
    assert api(make.customer()).get(url).status_code == 403


def test_a_program_of_a_candidate_suggests_a_translation(api):
    article = make.article()
    made = api(make.candidate()).post(
        f"articles/{article.number}/suggestions/", {"language": "he", **HEBREW}
    )
    assert (made.status_code, made.json()["language"]) == (201, "he")


def test_a_minor_change_leaves_the_translations_as_they_are(api):
    article, program = translated(), api(make.contributor())
    program.patch(f"articles/{article.number}/", {"cause": "Old", "significance": "minor"})
    assert article.translations.get().outdated_at is None
    program.patch(f"articles/{article.number}/", {"cause": "Worn"})
    assert article.translations.get().outdated_at is not None
