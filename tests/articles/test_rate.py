"""Feedback: a rating, a comment or both, from anyone who may read."""

import pytest
from django.urls import reverse

from articles import actions
from kcs.errors import BadValue
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def article(db):
    return make.public_article()


def where(article):
    return reverse("articles:rate", args=[article.number])


def test_everyone_who_reads_may_say_whether_it_helped(client, article):
    # acceptance: improve/03
    people = {"visitor": None, "customer": make.customer(), "candidate": make.candidate(),
              "contributor": make.contributor()}  # fmt: skip
    for role, person in people.items():
        client.logout()
        if person:
            client.force_login(person)
        response = client.post(where(article), {"helpful": "true", "comment": f"by {role}"})
        assert response.status_code == 302
    said = {f.role: (f.comment, f.helpful, f.channel, f.by) for f in article.feedback.all()}
    assert said == {
        role: (f"by {role}", True, "web", person) for role, person in people.items()
    }
    article.refresh_from_db()
    assert article.helped_count == 4


def test_a_comment_stands_in_the_fifth_part(client, article):
    # acceptance: structure/01
    client.force_login(make.customer())
    client.post(where(article), {"comment": "canary-comment <b>bold</b>"})
    client.force_login(make.contributor())
    page = client.get(article.get_absolute_url()).content.decode()
    assert "canary-comment &lt;b&gt;" in page


def test_a_comment_is_not_shown_to_strangers(client, article):
    actions.rate(article, by=make.contributor(), comment="canary-inside")
    for reader in (None, make.customer()):
        client.logout()
        if reader:
            client.force_login(reader)
        assert "canary" not in client.get(article.get_absolute_url()).content.decode()


@pytest.mark.parametrize("reader", ["visitor", "customer", "contributor"])
def test_a_second_press_does_not_count(client, article, reader):
    if reader != "visitor":
        client.force_login(make.user("" if reader == "customer" else reader))
    for _ in range(3):
        assert client.post(where(article), {"helpful": "true"}).status_code == 302
    article.refresh_from_db()
    assert article.helped_count == article.feedback.count() == 1


def test_a_comment_after_the_press_is_kept(article):
    reader = make.customer()
    actions.rate(article, by=reader, helpful=True)
    actions.rate(article, by=reader, helpful=True, comment="Thanks")
    article.refresh_from_db()
    assert (article.helped_count, article.feedback.count()) == (1, 2)


def test_hidden_articles_take_no_feedback(client):
    # acceptance: improve/03
    hidden = make.article()
    client.force_login(make.customer())
    assert client.post(where(hidden), {"helpful": "true"}).status_code == 404
    assert not hidden.feedback.exists()


def test_saying_nothing_is_refused_in_words(client, article):
    client.force_login(make.customer())
    response = client.post(where(article), {"comment": "  "})
    assert response.status_code == 422
    assert "Say whether it helped" in response.content.decode()


@pytest.mark.parametrize("comment", ["a\x00b", "x" * 10_001])
def test_a_comment_that_cannot_be_kept_is_refused_in_words(client, article, comment):
    assert client.post(where(article), {"comment": comment}).status_code == 422


def test_an_untrue_rating_is_refused_by_the_verb(article):
    with pytest.raises(BadValue):
        actions.rate(article, by=None)


def test_htmx_gets_the_comments_alone(htmx, article):
    htmx.force_login(make.contributor())
    page = htmx.post(where(article), {"comment": "canary"}).text
    assert 'id="comments"' in page
    assert "canary" in page
    assert "<html" not in page
