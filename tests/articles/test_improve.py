"""Changing an article: live at once, and nothing lost when two people save."""

import threading

import pytest
from django.db import connection
from django.urls import reverse

from articles import actions
from kcs.errors import Stale
from people.models import Notification
from tests import make

pytestmark = pytest.mark.django_db


def editor(article):
    return reverse("articles:edit", args=[article.number])


def posted(article, **changes):
    """What the page of the editor posts."""
    return {
        "title": article.title,
        "issue": article.issue,
        "environment": article.environment,
        "resolution": article.resolution,
        "cause": article.cause,
        "base": article.version_number,
        **changes,
    }


def test_a_contributor_fixes_somebody_elses_article_at_once(client):
    # acceptance: improve/02 SC4.2 SC4.3
    author, fixer = make.contributor(), make.contributor()
    article = make.article(by=author)
    client.force_login(fixer)
    client.post(editor(article), posted(article, resolution="Turn it. canaryfresh"))
    client.force_login(author)
    assert "canaryfresh" in client.get(article.get_absolute_url()).content.decode()
    found = client.get(reverse("articles:search"), {"q": "canaryfresh"}).content.decode()
    assert article.number in found
    assert not article.suggestions.exists()


def test_the_owner_is_told_and_the_one_who_did_it_is_not():
    author, fixer = make.contributor(), make.contributor()
    article = make.article(by=author)
    actions.improve(article, by=fixer, changes={"cause": "Known."})
    assert Notification.objects.filter(user=author, kind="article_changed").exists()
    assert not Notification.objects.filter(user=fixer).exists()


def test_saves_of_one_person_within_ten_minutes_are_one_version(client):
    author = make.contributor()
    article = make.article(by=author)
    for text in ("One.", "Two."):
        actions.improve(article, by=author, changes={"cause": text})
    assert article.versions.count() == 1


def test_a_version_that_something_refers_to_is_never_replaced():
    author = make.contributor()
    article = make.article(by=author)
    actions.flag(article, by=make.candidate(), kind="unclear")
    actions.improve(article, by=author, changes={"cause": "One."})
    assert article.versions.count() == 2
    assert article.versions.get(number=1).cause == ""


def test_a_stale_edit_shows_both_texts_and_saves_nothing(client):
    one, two = make.contributor(), make.contributor()
    article = make.article(by=one, resolution="Old text", cause="Old cause")
    client.force_login(two)
    mine = posted(article, resolution="My text canary-mine", note="why")
    actions.improve(article, by=one, changes={"cause": "x"})
    actions.flag(article, by=two, kind="unclear")
    actions.improve(article, by=one, changes={"resolution": "Their text canary-theirs"})
    response = client.post(editor(article), mine)
    page = response.content.decode()
    assert response.status_code == 412
    assert "canary-mine" in page
    assert "canary-theirs" in page
    assert str(one) in page
    article.refresh_from_db()
    assert article.resolution == "Their text canary-theirs"


@pytest.mark.parametrize(
    ("choice", "expected"),
    [("mine", "My text"), ("theirs", "Their text"), ("merged", "Both texts")],
)
def test_of_two_texts_either_is_kept_or_both_are_merged(client, choice, expected):
    one, two = make.contributor(), make.contributor()
    article = make.article(by=one, resolution="Old text")
    actions.flag(article, by=two, kind="unclear")
    stale = posted(article, resolution="My text")
    actions.improve(article, by=one, changes={"resolution": "Their text"})
    client.force_login(two)
    page = client.post(editor(article), stale).context
    assert [c["key"] for c in page["choices"]] == ["resolution"]
    answer = {
        "choose": "1",
        "base": page["article"].version_number,
        **dict(page["same"]),
        **dict(page["carried"]),
        "choose-resolution": choice,
        "mine-resolution": page["choices"][0]["mine"],
        "resolution": "Both texts",
    }
    response = client.post(editor(article), answer)
    assert response.status_code == 302, response.content.decode()
    article.refresh_from_db()
    assert article.resolution == expected


def test_a_third_save_while_choosing_is_shown_again(client):
    one, two = make.contributor(), make.contributor()
    article = make.article(by=one, resolution="Old text")
    actions.flag(article, by=two, kind="unclear")
    stale = posted(article, resolution="My text")
    actions.improve(article, by=one, changes={"resolution": "Their text"})
    client.force_login(two)
    page = client.post(editor(article), stale).context
    actions.flag(article, by=two, kind="unclear")
    actions.improve(article, by=one, changes={"resolution": "Third text"})
    response = client.post(
        editor(article),
        {"choose": "1", "base": page["article"].version_number, **dict(page["same"]),
         "choose-resolution": "mine", "mine-resolution": "My text", "resolution": "x"},
    )  # fmt: skip
    assert response.status_code == 412
    assert "My text" in response.content.decode()
    assert "Third" in response.content.decode()


def test_where_only_one_wrote_that_one_is_the_likely_choice(client):
    one, two = make.contributor(), make.contributor()
    article = make.article(by=one, resolution="Old text", cause="Old cause")
    actions.flag(article, by=two, kind="unclear")
    stale = posted(article, resolution="My text")
    actions.improve(article, by=one, changes={"cause": "Their cause"})
    client.force_login(two)
    choices = {c["key"]: c for c in client.post(editor(article), stale).context["choices"]}
    assert (choices["resolution"]["chosen"], choices["cause"]["chosen"]) == ("mine", "theirs")
    assert not choices["resolution"]["conflict"]


def test_htmx_gets_both_texts_in_place_of_the_editor(htmx):
    one, two = make.contributor(), make.contributor()
    article = make.article(by=one, resolution="Old text")
    actions.flag(article, by=two, kind="unclear")
    stale = posted(article, resolution="My text")
    actions.improve(article, by=one, changes={"resolution": "Their text"})
    htmx.force_login(two)
    response = htmx.post(editor(article), stale)
    assert response.status_code == 412
    assert response["HX-Retarget"] == "#editor"
    assert 'id="editor"' in response.text
    assert "<html" not in response.text


def test_who_only_sets_a_tag_is_not_asked_about_the_text(client):
    one, two = make.contributor(), make.contributor()
    article = make.article(by=one)
    actions.flag(article, by=two, kind="unclear")
    stale = posted(article, tags="printer", **{"was-tags": ""})
    actions.improve(article, by=one, changes={"resolution": "Their text"})
    client.force_login(two)
    assert client.post(editor(article), stale).status_code == 302
    article.refresh_from_db()
    assert (article.tags, article.resolution) == (["printer"], "Their text")


def test_two_different_articles_are_edited_at_the_same_time(client):
    # acceptance: improve/06
    person = make.contributor()
    old, new = (make.article(title=f"Twin {n}", resolution=f"Text {n}") for n in (1, 2))
    client.force_login(person)
    for article in (old, new):
        assert client.get(editor(article)).status_code == 200
    client.post(editor(old), posted(old, resolution="Text 1\n\nText 2"))
    response = client.post(
        editor(new),
        posted(
            new,
            confidence="archived",
            note="It says what the other says",
            **{"was-confidence": "not_validated"},
        ),
    )
    assert response.status_code == 302
    for article in (old, new):
        article.refresh_from_db()
    assert old.resolution == "Text 1\n\nText 2"
    assert new.confidence == "archived"


def test_the_text_and_the_states_are_saved_together_or_not_at_all(client):
    person = make.contributor()
    article = make.article(by=person, resolution="")
    client.force_login(person)
    response = client.post(
        editor(article),
        posted(article, cause="canary-typed", confidence="validated",
               **{"was-confidence": "not_validated"}),
    )  # fmt: skip
    assert response.status_code == 422
    assert "canary-typed" in response.content.decode()
    article.refresh_from_db()
    assert (article.cause, article.confidence) == ("", "not_validated")
    response = client.post(
        editor(article),
        posted(article, resolution="Turn it.", confidence="validated",
               **{"was-confidence": "not_validated"}),
    )  # fmt: skip
    assert response.status_code == 302
    article.refresh_from_db()
    assert (article.resolution, article.confidence) == ("Turn it.", "validated")


def test_an_unknown_part_is_refused():
    # acceptance: structure/03
    from kcs.errors import BadValue

    article = make.article()
    for changes in ({"own": "x"}, {"parts": {"own": "x"}}):
        with pytest.raises(BadValue, match="no part"):
            actions.improve(article, by=make.publisher(), changes=changes)


def test_a_verified_answer_that_equals_what_stands_there_is_no_conflict():
    one, two = make.contributor(), make.contributor()
    article = make.article(by=one)
    actions.flag(article, by=two, kind="unclear")
    actions.improve(article, by=one, changes={"cause": "Same."})
    actions.improve(article, by=two, changes={"cause": "Same."}, base=1)
    assert article.versions.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_saves_at_the_same_moment_one_is_told_of_the_other():
    one, two = make.contributor(), make.contributor()
    article = make.article(by=make.contributor())
    actions.flag(article, by=one, kind="unclear")
    start, said = threading.Barrier(2), []

    def save(person, text):
        try:
            start.wait(5)
            from articles.models import Article

            mine = Article.objects.get(pk=article.pk)
            actions.improve(mine, by=person, changes={"resolution": text}, base=1)
            said.append("saved")
        except Stale:
            said.append("stale")
        finally:
            connection.close()

    threads = [
        threading.Thread(target=save, args=(one, "One")),
        threading.Thread(target=save, args=(two, "Two")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(said) == ["saved", "stale"]
    assert article.versions.count() == 2


def test_what_was_being_written_stays_when_the_right_is_lost_meanwhile(client):
    article = make.article(by=make.contributor())
    fixer = make.contributor()
    client.force_login(fixer)
    typed = posted(article, cause="canary-typed")
    actions.restate(
        article, by=make.publisher(), confidence="validated", governance="compliance"
    )
    response = client.post(editor(article), typed)
    assert response.status_code == 403
    assert "canary-typed" in response.content.decode()
    article.refresh_from_db()
    assert article.cause == ""


def test_two_people_who_write_at_once_are_told_however_soon_the_first_saves_again(client):
    """A save within ten minutes replaces the version under its number; not when a colleague
    has begun to write from it."""
    author, colleague = make.contributor(), make.contributor()
    article = make.article(by=author)
    client.force_login(colleague)
    page = reverse("articles:edit", args=[article.number])
    assert f'name="base" value="{article.version_number}"' in client.get(page).text
    actions.improve(article, by=author, changes={"cause": "Mine"}, base=1)
    said = {"title": article.title, "resolution": "Theirs", "base": 1}
    response = client.post(page, said)
    assert response.status_code == 412
    assert article.versions.filter(cause="Mine").exists()


def test_the_authors_own_second_save_still_replaces_the_first(client):
    author = make.contributor()
    article = make.article(by=author)
    client.force_login(author)
    client.get(reverse("articles:edit", args=[article.number]))
    actions.improve(article, by=author, changes={"cause": "Mine"}, base=1)
    assert article.versions.count() == 1
