"""Translations on the page (structure/10)."""

import pytest
from django.urls import reverse

from articles import actions
from tests import make
from tests.articles.test_translate import HEBREW, translated

pytestmark = pytest.mark.django_db


def page(name: str, article, *args) -> str:
    return reverse(f"articles:{name}", args=[article.number, *args])


def test_the_page_speaks_the_language_that_was_asked_for_in_its_direction(client):
    article = translated()
    client.force_login(make.contributor())
    shown = client.get(article.get_absolute_url(), {"language": "he"}).text
    assert f'<h1 lang="he" dir="rtl">{HEBREW["title"]}</h1>' in shown
    assert HEBREW["resolution"] in shown
    assert article.title in client.get(article.get_absolute_url(), {"language": "en"}).text
    # A language that it does not have is the master's.
    assert article.title in client.get(article.get_absolute_url(), {"language": "ru"}).text


def test_a_reader_of_hebrew_meets_the_hebrew_text_first(client):
    article = translated()
    client.force_login(make.contributor(language="he"))
    assert f'dir="rtl">{HEBREW["title"]}</h1>' in client.get(article.get_absolute_url()).text


def test_the_page_of_an_article_with_translations_keeps_its_budget(
    client, django_assert_max_num_queries
):
    article = translated()
    client.force_login(make.contributor())
    with django_assert_max_num_queries(10):
        client.get(article.get_absolute_url(), {"language": "he"})


def test_a_contributor_translates_beside_the_masters_text(client):
    article = make.article(resolution="Turn the roll.")
    client.force_login(make.contributor())
    address = page("translate", article, "he")
    shown = client.get(address).text
    assert "Turn the roll." in shown
    assert 'lang="he" dir="rtl"' in shown
    client.post(
        address, {**HEBREW, "environment": "", "cause": "", "base": "", "note": "first"}
    )
    assert article.translations.get().title == HEBREW["title"]


def test_a_candidate_is_offered_a_suggestion_and_it_waits(client):
    article = make.article()
    client.force_login(make.candidate())
    address = page("translate", article, "he")
    assert "reviews what you suggest" in client.get(address).text
    client.post(address, {**HEBREW, "note": ""})
    assert not article.translations.exists()
    assert article.suggestions.get().language == "he"


def test_a_stale_translation_shows_both_texts_and_can_be_saved_again(client):
    article = translated()
    base = article.text_in("he").version_number
    actions.translate(
        article, by=make.contributor(), language="he", changes={"cause": "ראש הדפסה"}
    )
    client.force_login(make.contributor())
    address = page("translate", article, "he")
    mine = {**HEBREW, "cause": "גליל הפוך", "base": base}
    response = client.post(address, mine)
    assert response.status_code == 412
    assert "ראש הדפסה" in response.text
    assert "גליל הפוך" in response.text
    newest = article.translations.get().version_number
    assert f'name="base" value="{newest}"' in response.text
    client.post(address, {**mine, "base": newest})
    assert article.translations.get().cause == "גליל הפוך"


def test_a_refused_translation_keeps_what_was_typed(client):
    article = make.article()
    client.force_login(make.contributor())
    response = client.post(page("translate", article, "he"), {**HEBREW, "title": " "})
    assert response.status_code == 422
    assert HEBREW["resolution"] in response.text


def test_the_list_of_languages_names_what_is_outdated_and_chooses_the_master(client):
    article = translated()
    client.force_login(make.contributor())
    actions.improve(article, by=article.created_by, changes={"resolution": "Turn it."})
    assert "Outdated" in client.get(page("translations", article)).text
    client.post(page("translation_confirm", article, "he"))
    assert "Up to date" in client.get(page("translations", article)).text
    client.post(page("translation_master", article, "he"))
    article.refresh_from_db()
    assert article.language == "he"
    client.post(page("translation_remove", article, "en"))
    assert not article.translations.exists()


@pytest.mark.parametrize("verb", ["confirm", "master", "remove"])
def test_a_candidate_may_not_decide_about_languages(client, verb):
    article = translated()
    client.force_login(make.candidate())
    assert client.post(page(f"translation_{verb}", article, "he")).status_code == 403
    assert article.translations.exists()


def test_a_minor_change_is_marked_on_the_page_and_through_the_api(client):
    article = translated()
    client.force_login(article.created_by)
    client.post(
        page("edit", article),
        {
            "title": article.title,
            "issue": article.issue,
            "resolution": "Update the firmware, please.",
            "base": article.version_number,
            "minor": "1",
        },
    )
    assert article.versions.order_by("-number")[0].significance == "minor"
    assert article.translations.get().outdated_at is None
