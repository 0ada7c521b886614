"""What is said about an article: domain, tags, owner, facets, language, editors."""

import pytest
from django.urls import reverse

from articles import actions
from kcs.errors import BadValue, NotAllowed
from tests import make

pytestmark = pytest.mark.django_db


def edited(client, article, **facts):
    data = {"title": article.title, "issue": article.issue, "resolution": article.resolution,
            "base": article.version_number, **facts}  # fmt: skip
    return client.post(reverse("articles:edit", args=[article.number]), data)


def test_facts_are_changed_in_the_editor_and_told_in_the_history(client):
    article = make.article(tags=["old"])
    domain, owner = make.domain("till"), make.contributor(name="New Owner")
    client.force_login(make.contributor())
    edited(client, article, domain=domain.pk, owner=owner.pk, tags="new, printer",
           facets="Till app: 6.2", language="ru")  # fmt: skip
    article.refresh_from_db()
    assert (article.domain, article.owner, article.language) == (domain, owner, "ru")
    assert (article.tags, article.environment_facets) == (
        ["new", "printer"],
        {"Till app": "6.2"},
    )
    assert article.version_number == 1
    page = client.get(reverse("articles:history", args=[article.number])).content.decode()
    for told in ("New Owner", "new, printer", "Till app 6.2"):
        assert told in page


def test_a_domain_and_an_owner_can_be_taken_away(client):
    article = make.article(domain=make.domain("till"))
    client.force_login(make.contributor())
    edited(client, article, domain="", owner="",
           **{"was-domain": article.domain_id, "was-owner": article.owner_id})  # fmt: skip
    article.refresh_from_db()
    assert (article.domain, article.owner) == (None, None)


def test_what_was_not_sent_stays(client):
    article = make.article(domain=make.domain("till"), tags=["a"])
    client.force_login(make.contributor())
    edited(client, article)
    article.refresh_from_db()
    assert (article.domain.slug, article.tags) == ("till", ["a"])
    assert not article.events.filter(verb="described").exists()


def test_a_customer_owns_no_article():
    with pytest.raises(BadValue, match="Only agents"):
        actions.describe(make.article(), by=make.contributor(), owner=make.customer())


def test_a_candidate_describes_own_articles_only():
    candidate = make.candidate()
    actions.describe(make.article(by=candidate), by=candidate, tags=["mine"])
    with pytest.raises(NotAllowed):
        actions.describe(make.article(), by=candidate, tags=["not mine"])


def test_editors_are_named_by_those_who_may_set_compliance(client):
    editor, second = make.publisher(name="Second Editor"), make.publisher()
    article = make.article()
    actions.restate(article, by=editor, governance="compliance", confidence="validated")
    with pytest.raises(NotAllowed):
        actions.describe(make.article(), by=make.contributor(), editors=[editor])
    with pytest.raises(BadValue, match="Only people"):
        actions.describe(article, by=editor, editors=[editor, make.contributor()])
    client.force_login(editor)
    edited(client, article, editors=[editor.pk, second.pk], **{"was-editors": str(editor.pk)})
    assert set(article.editors.all()) == {editor, second}
    assert "Second Editor" in client.get(article.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    "bad",
    [
        {"tags": ",".join(f"t{n}" for n in range(31))},
        {"tags": "x" * 61},
        {"facets": "\n".join(f"a{n}: b" for n in range(31))},
        {"facets": "a: " + "x" * 201},
        {"language": "klingon"},
        {"domain": "999999"},
        {"owner": "x"},
    ],
)
def test_what_cannot_be_kept_is_refused_beside_the_typed_text(client, bad):
    article = make.article()
    client.force_login(make.contributor())
    response = edited(client, article, cause="canary-typed", **bad)
    assert response.status_code == 422
    assert "canary-typed" in response.content.decode()
    article.refresh_from_db()
    assert article.cause == ""


def test_a_new_language_is_searched_in_that_language():
    article = make.article(title="Книги", issue="", resolution="")
    actions.describe(article, by=make.contributor(), language="ru")
    from articles.search import query

    hits = query.search("книгами", user=make.contributor(), language="ru").hits
    assert [hit.number for hit in hits] == [article.number]
