"""The three states: who may set what, on the page and by force."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from articles import actions, rules
from articles.models import Article, ArticleEvent, Audience, Confidence, Governance
from kcs.errors import BadValue, NotAllowed
from tests import make

pytestmark = pytest.mark.django_db

ALL = {
    "confidence": Confidence.values,
    "audience": Audience.values,
    "governance": Governance.values,
}
INSIDE = {"wip", "not_validated"}
FOUR = set(Confidence.values)
# What each role is offered for an article of its own, by confidence (domain.md, SC7.6–8).
OFFERED = {
    ("candidate", "not_validated"): (INSIDE, {"internal"}, {"experience"}),
    ("contributor", "not_validated"): (FOUR, {"internal"}, {"experience"}),
    ("contributor", "validated"): (FOUR, {"internal"}, {"experience"}),
    ("publisher", "wip"): (FOUR, {"internal"}, {"experience", "compliance"}),
    ("publisher", "not_validated"): (FOUR, {"internal"}, {"experience", "compliance"}),
    ("publisher", "validated"): (FOUR, set(Audience.values), {"experience", "compliance"}),
}


@pytest.mark.parametrize(("role", "confidence"), OFFERED)
def test_each_role_is_offered_what_the_matrix_grants(role, confidence):
    # acceptance: SC7.6 SC7.7 SC7.8 ch/03 pa/15
    offered = rules.options(make.user(role), None, confidence=confidence)
    wanted = OFFERED[role, confidence]
    assert (set(offered.confidence), set(offered.audience), set(offered.governance)) == wanted


def test_candidate_is_not_offered_validated(client):
    # acceptance: SC5.5 SC5.6 SC5.7
    candidate = make.candidate()
    article = make.article(by=candidate)
    client.force_login(candidate)
    page = client.get(reverse("articles:edit", args=[article.number])).content.decode()
    assert 'value="not_validated"' in page
    assert 'value="wip"' in page
    for value in ("validated", "archived", "public", "partner", "customer", "compliance"):
        assert f'<option value="{value}"' not in page


def test_contributor_is_not_offered_an_external_audience(client):
    # acceptance: SC4.4
    article = make.article()
    client.force_login(make.contributor())
    page = client.get(reverse("articles:detail", args=[article.number])).content.decode()
    assert '<option value="validated"' in page
    assert '<option value="public"' not in page
    assert '<option value="compliance"' not in page


@pytest.mark.parametrize("role", ["candidate", "contributor", "publisher"])
@pytest.mark.parametrize("door", ["restate", "edit"])
def test_what_is_not_offered_is_refused_by_force(client, role, door):
    # acceptance: SC7.9
    person = make.user(role)
    article = make.article(by=person)
    client.force_login(person)
    offered = rules.options(person, article)
    for aspect, values in ALL.items():
        for value in values:
            if value in getattr(offered, aspect):
                continue
            data = {aspect: value, **({"title": article.title} if door == "edit" else {})}
            response = client.post(reverse(f"articles:{door}", args=[article.number]), data)
            assert response.status_code == 422, (aspect, value)
            article.refresh_from_db()
            assert getattr(article, aspect) != value


def test_an_unknown_value_is_refused_in_words(client):
    article = make.article()
    client.force_login(make.publisher())
    where = reverse("articles:restate", args=[article.number])
    response = client.post(where, {"confidence": "gold"})
    assert response.status_code == 422
    with pytest.raises(BadValue, match="not a known value"):
        actions.restate(article, by=make.publisher(), confidence="gold")


def test_publisher_sets_all_three_in_one_go(client):
    # acceptance: SC1.14 ch/01
    article = make.article()
    publisher = make.publisher()
    client.force_login(publisher)
    client.post(
        reverse("articles:restate", args=[article.number]),
        {"confidence": "validated", "audience": "public", "governance": "compliance"},
    )
    article.refresh_from_db()
    assert (article.confidence, article.audience) == ("validated", "public")
    assert article.governance == "compliance"
    verbs = ["confidence", "audience", "governance"]
    assert article.events.filter(by=publisher, verb__in=verbs).count() == 3


def test_an_article_is_not_shown_outside_before_it_is_validated():
    article = make.article()
    with pytest.raises(BadValue, match="Only a validated article"):
        actions.restate(article, by=make.publisher(), audience="public")


def test_an_article_without_a_resolution_is_not_validated():
    article = make.article(resolution="")
    with pytest.raises(BadValue, match="without a resolution"):
        actions.restate(article, by=make.publisher(), confidence="validated")


def test_the_database_itself_refuses_validated_without_a_resolution():
    article = make.article(resolution="")
    with pytest.raises(IntegrityError, match="article_validated_has_resolution"):
        Article.objects.filter(pk=article.pk).update(confidence="validated")


def test_a_value_that_was_there_already_is_legal(client):
    # acceptance: SC4.5
    article = make.public_article()
    contributor = make.contributor()
    client.force_login(contributor)
    page = client.get(reverse("articles:edit", args=[article.number])).content.decode()
    assert '<option value="public" selected' in page
    response = client.post(
        reverse("articles:edit", args=[article.number]),
        {"title": article.title, "issue": article.issue, "resolution": "Better.",
         "base": article.version_number, "audience": "public", "was-audience": "public",
         "confidence": "validated", "was-confidence": "validated"},
    )  # fmt: skip
    assert response.status_code == 302, response.content.decode()
    article.refresh_from_db()
    assert (article.audience, article.resolution) == ("public", "Better.")


def test_saving_a_text_does_not_put_back_a_state_that_a_colleague_set(client):
    article = make.article()
    contributor = make.contributor()
    client.force_login(contributor)
    actions.restate(article, by=make.publisher(), confidence="validated")
    client.post(
        reverse("articles:edit", args=[article.number]),
        {"title": article.title, "issue": article.issue, "resolution": "Better.",
         "base": article.version_number, "confidence": "not_validated",
         "was-confidence": "not_validated"},
    )  # fmt: skip
    article.refresh_from_db()
    assert (article.confidence, article.resolution) == ("validated", "Better.")


def test_whoever_puts_an_article_under_compliance_is_its_first_editor():
    publisher = make.publisher()
    article = make.article()
    actions.restate(article, by=publisher, governance="compliance", confidence="validated")
    assert list(article.editors.all()) == [publisher]


def test_only_named_editors_change_a_validated_article_under_compliance(client):
    # acceptance: pa/16
    editor, other = make.publisher(), make.publisher()
    contributor = make.contributor()
    article = make.article(by=contributor)
    actions.restate(article, by=editor, governance="compliance")
    actions.improve(article, by=contributor, changes={"cause": "Known."})  # not validated yet
    actions.restate(article, by=editor, confidence="validated")
    article.refresh_from_db()
    for person in (contributor, other):
        with pytest.raises(NotAllowed):
            actions.improve(article, by=person, changes={"cause": "No."})
        client.force_login(person)
        assert client.get(reverse("articles:edit", args=[article.number])).status_code == 403
        page = client.get(reverse("articles:detail", args=[article.number])).content.decode()
        assert reverse("articles:flag", args=[article.number]) in page
        assert reverse("articles:edit", args=[article.number]) not in page
    actions.improve(article, by=editor, changes={"cause": "Yes."})
    article.refresh_from_db()
    assert article.cause == "Yes."


def test_a_changed_cell_of_the_matrix_acts_at_once(client):
    # acceptance: pa/15
    from people.models import Right

    Right.objects.filter(competency="candidate", aspect="see", value="archived").delete()
    article = make.article()
    actions.restate(article, by=make.publisher(), confidence="archived", reason="Old")
    candidate = make.candidate()
    client.force_login(candidate)
    where = reverse("articles:detail", args=[article.number])
    assert client.get(where).status_code == 404
    Right.objects.create(competency="candidate", aspect="see", value="archived")
    assert client.get(where).status_code == 200


def test_the_archived_reason_is_kept_and_goes_with_the_archive():
    article = make.article()
    publisher = make.publisher()
    actions.restate(article, by=publisher, confidence="archived", reason="Product ended")
    article.refresh_from_db()
    assert article.archived_reason == "Product ended"
    actions.restate(article, by=publisher, confidence="not_validated")
    article.refresh_from_db()
    assert article.archived_reason == ""


@pytest.mark.parametrize("role", ["candidate", "contributor", "publisher"])
@pytest.mark.parametrize("governance", ["experience", "compliance"])
@pytest.mark.parametrize("confidence", Confidence.values)
def test_the_rule_in_sql_is_the_rule_in_python(role, governance, confidence):
    # acceptance: pa/14 pa/16
    person = make.user(role)
    author = make.publisher()
    articles = [make.article(by=by) for by in (person, author)]
    for article in articles:
        actions.restate(article, by=author, governance=governance, confidence=confidence)
    articles[0].editors.set([person, author] if role == "publisher" else [author])
    for article in articles:
        in_sql = Article.objects.changeable_by(person).filter(pk=article.pk).exists()
        assert in_sql == rules.may_change(person, Article.objects.get(pk=article.pk))


def test_history_tells_the_five_kinds_of_change_and_nobody_can_edit_it(client):
    # acceptance: ch/01 SC3.8
    author, fixer, publisher = make.contributor(), make.contributor(), make.publisher()
    article = make.article(by=author)
    actions.improve(article, by=fixer, changes={"cause": "Known."}, note="found it")
    for state, value in {
        "confidence": "validated",
        "audience": "customer",
        "governance": "compliance",
    }.items():
        actions.restate(article, by=publisher, **{state: value})
    events = article.events.all()
    assert {e.verb: e.by for e in events} == {
        "created": author,
        "improved": fixer,
        "confidence": publisher,
        "audience": publisher,
        "governance": publisher,
    }
    client.force_login(make.candidate())
    page = client.get(reverse("articles:history", args=[article.number])).content.decode()
    for sentence in ("Created the article", "Improved Cause, now version 2", "found it",
                     "from “Not validated” to “Validated”", "from “Internal” to “Customer”",
                     "from “Experience based” to “Compliance based”"):  # fmt: skip
        assert sentence in page
    for person in (author, fixer, publisher):
        assert str(person) in page
    for change in (
        "delete from articles_articleevent",
        "update articles_articleevent set by_id = null",
    ):
        with pytest.raises(Exception, match="append"), transaction.atomic():
            connection.cursor().execute(change)
    assert ArticleEvent.objects.filter(article=article).count() == 5


def test_htmx_gets_only_the_states_and_the_badges(htmx):
    article = make.article()
    htmx.force_login(make.contributor())
    response = htmx.post(
        reverse("articles:restate", args=[article.number]), {"confidence": "validated"}
    )
    assert 'id="states"' in response.text
    assert 'id="badges"' in response.text
    assert "<html" not in response.text
    assert "HX-Request" in response["Vary"]
