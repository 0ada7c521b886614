"""Articles in the administration: changed by the verbs, with their rights, events and refusals."""

import pytest
from django.urls import reverse

from articles import actions
from articles.models import TEXT, Article
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    found = make.administrator()
    client.force_login(found)
    return found


def page_of(article) -> str:
    return reverse("admin:articles_article_change", args=[article.pk])


def form_of(article, **changes) -> dict[str, str]:
    sent = {name: getattr(article, name) for name in TEXT}
    sent |= {
        "confidence": article.confidence,
        "audience": article.audience,
        "governance": article.governance,
        "domain": article.domain_id or "",
        "owner": article.owner_id or "",
        "tags": ", ".join(article.tags),
        "note": "",
        "version": article.version_number,
    }
    return {**sent, **changes}


def test_text_is_improved_and_becomes_a_version(client, admin):
    article = make.article()
    sent = form_of(article, resolution="Replace the cable.", note="The cable it was")
    assert client.post(page_of(article), sent).status_code == 302
    article.refresh_from_db()
    assert article.resolution == "Replace the cable."
    newest = article.versions.first()
    assert (newest.number, newest.by, newest.note) == (2, admin, "The cable it was")
    assert article.events.last().verb == "improved"


def test_states_are_restated_in_the_order_that_makes_sense(client, admin):
    article = make.article(resolution="")
    sent = form_of(article, resolution="Restart it.", confidence="validated", audience="public")
    assert client.post(page_of(article), sent).status_code == 302
    article.refresh_from_db()
    assert (article.confidence, article.audience) == ("validated", "public")
    assert {"improved", "confidence", "audience"} <= {e.verb for e in article.events.all()}


def test_what_the_verb_refuses_is_refused_here_and_nothing_typed_is_lost(client, admin):
    article = make.article(resolution="")
    sent = form_of(article, confidence="validated", cause="A loose cable")
    answer = client.post(page_of(article), sent)
    assert answer.status_code == 422
    assert "without a resolution cannot be validated" in answer.text
    assert "A loose cable" in answer.text
    article.refresh_from_db()
    assert (article.confidence, article.cause) == ("not_validated", "")


def test_external_is_offered_only_with_validated(client, admin):
    article = make.article()
    assert 'value="public"' not in client.get(page_of(article)).text
    assert 'value="public"' in client.get(page_of(make.public_article())).text


def test_a_stale_edit_is_refused(client, admin):
    article = make.article()
    sent = form_of(article, resolution="From the administration")
    actions.improve(article, by=make.contributor(), changes={"resolution": "From the desk"})
    answer = client.post(page_of(article), sent)
    assert answer.status_code == 412
    assert "From the administration" in answer.text
    article.refresh_from_db()
    assert article.resolution == "From the desk"


def test_tags_and_domain_are_described(client, admin):
    article, pay = make.article(), make.domain("pay")
    client.post(page_of(article), form_of(article, tags="Printer, error 79", domain=pay.pk))
    article.refresh_from_db()
    assert article.tags == ["printer", "error 79"]
    assert article.domain == pay
    client.post(page_of(article), form_of(article, domain=""))
    article.refresh_from_db()
    assert article.domain is None


def test_compliance_is_for_its_named_editors_even_here(client, admin):
    article = make.public_article(by=make.publisher(), governance="compliance")
    answer = client.post(page_of(article), form_of(article, resolution="Mine"))
    assert answer.status_code == 403
    assert "You may not change this article" in answer.text


def test_a_reviewer_changes_here_what_they_may_change_anywhere(client):
    client.force_login(make.contributor(is_staff=True))
    article = make.article()
    assert 'name="_save"' in client.get(page_of(article)).text
    assert client.post(page_of(article), form_of(article, title="Mine")).status_code == 302
    article.refresh_from_db()
    assert article.title == "Mine"


def test_a_review_list_asks_few_questions_however_long_it_is(
    client, django_assert_max_num_queries
):
    client.force_login(make.candidate(is_coach=True))
    pay = make.domain("pay")
    for _ in range(12):
        make.article(domain=pay, owner=make.contributor())
    with django_assert_max_num_queries(15):
        page = client.get(reverse("admin:articles_article_changelist"))
    assert len(page.context["cl"].result_list) == 12


def test_a_reviewer_who_may_not_change_it_looks_at_it(client):
    client.force_login(make.candidate(is_staff=True))
    article = make.article()
    page = client.get(page_of(article))
    assert article.title in page.text
    assert 'name="_save"' not in page.text
    refused = client.post(page_of(article), form_of(article, title="Mine"))
    assert refused.status_code == 403
    assert "You may not change this article" in refused.text
    article.refresh_from_db()
    assert article.title != "Mine"


def test_customers_and_strangers_see_nothing(client):
    make.article()
    listed = reverse("admin:articles_article_changelist")
    assert "login" in client.get(listed)["Location"]
    client.force_login(make.customer(is_staff=True))
    assert client.get(listed, follow=True).status_code == 403


@pytest.mark.parametrize("model", ["article", "flag", "suggestion", "feedback", "articleevent"])
def test_every_list_opens_and_nothing_in_it_can_be_deleted(client, admin, model):
    article = make.article()
    actions.flag(article, by=make.candidate(), kind="outdated")
    actions.suggest(article, by=make.candidate(), changes={"cause": "Dust"})
    actions.rate(article, by=None, comment="It says nothing about mine")
    page = client.get(reverse(f"admin:articles_{model}_changelist"))
    assert "delete_selected" not in page.text
    row = page.context["cl"].result_list[0]
    assert (
        client.get(reverse(f"admin:articles_{model}_change", args=[row.pk])).status_code == 200
    )
    gone = client.post(
        reverse(f"admin:articles_{model}_delete", args=[row.pk]), {"post": "yes"}
    )
    assert gone.status_code == 403
    assert Article.objects.exists()
