"""Writing a new article."""

import threading

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from articles.models import Article, Template
from tests import make

pytestmark = pytest.mark.django_db

NEW = "/articles/new/"


@pytest.fixture
def agent(client):
    person = make.contributor()
    client.force_login(person)
    return person


def test_a_title_is_enough_for_work_in_progress(client, agent):
    response = client.post(NEW, {"title": "Printer prints symbols"})
    article = Article.objects.get()
    assert response["Location"] == article.get_absolute_url()
    assert (article.confidence, article.audience) == ("wip", "internal")
    assert (article.owner, article.created_by) == (agent, agent)


def test_without_a_title_nothing_is_lost(client, agent):
    response = client.post(NEW, {"title": "  ", "resolution": "Turn it off. canary-typed"})
    assert response.status_code == 422
    page = response.content.decode()
    assert "An article needs a title." in page
    assert "canary-typed" in page
    assert not Article.objects.exists()


def test_the_template_is_chosen_and_one_is_preselected(client, agent):
    # acceptance: structure/01 structure/05
    other = Template.objects.create(
        name="How-to", parts=[{"key": "workaround", "label": "Workaround"}]
    )
    page = client.get(NEW).content.decode()
    default = Template.objects.get(is_default=True)
    assert f'<option value="{default.pk}" selected>' in page
    assert f'<option value="{other.pk}"' in page
    for label in ("Issue", "Environment", "Resolution", "Cause", "Comments and feedback"):
        assert label in page
    assert "Workaround" not in page
    client.post(
        NEW, {"title": "Wait", "template": other.pk, "parts-workaround": "Use the spare till."}
    )
    article = Article.objects.get()
    assert article.template == other
    assert article.parts == {"workaround": "Use the spare till."}
    page = client.get(article.get_absolute_url()).content.decode()
    assert "Use the spare till." in page


def test_choosing_another_template_keeps_what_was_typed(client, agent):
    other = Template.objects.create(name="How-to", parts=[{"key": "w", "label": "Workaround"}])
    response = client.post(
        NEW, {"do": "template", "template": other.pk, "title": "T", "issue": "canary-typed"}
    )
    page = response.content.decode()
    assert response.status_code == 200
    assert "Workaround" in page
    assert "canary-typed" in page
    assert not Article.objects.exists()


def test_with_htmx_only_the_parts_are_exchanged_and_what_was_typed_comes_along(htmx):
    htmx.force_login(make.contributor())
    other = Template.objects.create(name="How-to", parts=[{"key": "w", "label": "Workaround"}])
    typed = {"do": "template", "template": other.pk, "issue": "canary-typed"}
    page = htmx.post(NEW, typed).text
    assert 'name="parts-w"' in page
    assert "canary-typed" in page
    assert 'name="title"' not in page
    assert not Article.objects.exists()


def test_the_structure_of_a_template_is_not_the_authors_to_change(client):
    # acceptance: structure/03
    client.force_login(make.publisher())
    client.post(NEW, {"title": "T", "issue": "I", "parts-own": "mine", "owner_part": "mine"})
    assert Article.objects.get().parts == {}
    page = client.get(NEW).content.decode()
    for control in ("Add part", "Delete part", "Rename part"):
        assert control not in page


def test_long_and_mixed_text_comes_back_equal(client, agent):
    # acceptance: structure/07
    long = "\r\n".join(["  indented", "", "a\rb", "\ttab", "ü א я " * 8000, "", "end  "]) * 4
    assert len(long) > 190_000
    client.post(NEW, {"title": "Long", "issue": long, "resolution": long, "cause": long})
    article = Article.objects.get()
    normal = long.replace("\r\n", "\n").replace("\r", "\n")
    assert (article.issue, article.resolution, article.cause) == (normal,) * 3
    form = client.get(reverse("articles:edit", args=[article.number])).context["form"]
    assert form["issue"].value() == normal


def test_a_text_that_begins_with_an_empty_line_comes_back_equal(client, agent):
    # A browser drops the first line break after <textarea>; so the page writes one of its own.
    client.post(NEW, {"title": "T", "issue": "\n\nx"})
    page = client.get(reverse("articles:edit", args=[Article.objects.get().number]))
    assert ">\n\n\nx</textarea>" in page.content.decode()


def test_what_is_likely_the_same_is_shown_before_saving(client, agent):
    # acceptance: improve/04 SC1.12
    twin = make.article(
        title="Receipt printer prints symbols", issue="Strange symbols", cause="quetzalcode"
    )
    words = {"title": "Receipt printer prints symbols", "issue": "Strange symbols appear",
             "cause": "quetzalcode"}  # fmt: skip
    response = client.post(NEW, words)
    page = response.content.decode()
    assert response.status_code == 200
    assert twin.number in page
    assert "% alike" in page
    assert "Strange symbols appear" in page
    assert Article.objects.count() == 1
    client.post(NEW, {**words, "seen": twin.number})
    assert Article.objects.count() == 2


def test_all_parts_are_searched_for_duplicates(client, agent):
    # acceptance: improve/04 SC5.4
    twin = make.article(title="Blank receipts", cause="the quetzalcode roll is reversed")
    for n in range(5):
        make.article(
            title=f"Something else {n}", issue="About other things", resolution="Wait."
        )
    where = reverse("articles:duplicates")
    draft = {"title": "Paper comes out white", "cause": "It is the quetzalcode"}
    page = client.post(where, draft, headers={"HX-Request": "true"}).content.decode()
    assert twin.number in page
    assert "<html" not in page
    assert twin.number in client.post(where, draft).content.decode()  # without JavaScript
    page = client.post(NEW, {**draft, "do": "duplicates"}).content.decode()
    assert twin.number in page
    assert "Paper comes out white" in page


def test_an_article_is_no_duplicate_of_itself(client, agent):
    article = make.article(title="Blank receipts", cause="quetzalcode")
    page = client.post(
        reverse("articles:duplicates"),
        {"title": "Blank receipts", "cause": "quetzalcode", "article": article.number},
        headers={"HX-Request": "true"},
    ).content.decode()
    assert article.number not in page


def test_the_record_it_came_from_is_kept(client, agent):
    # acceptance: SC9.8
    client.post(
        NEW,
        {"title": "T", "origin_type": "sales", "origin_id": "OPP-4711",
         "origin_url": "https://crm.example/OPP-4711"},
    )  # fmt: skip
    article = Article.objects.get()
    assert (article.origin_type, article.origin_id) == ("sales", "OPP-4711")
    assert article.origin_url == "https://crm.example/OPP-4711"


def test_an_address_that_could_run_is_refused_beside_its_field(client, agent):
    response = client.post(NEW, {"title": "T", "origin_url": "javascript:alert(1)"})
    assert response.status_code == 422
    assert "begins with https://" in response.content.decode()


def test_all_four_levels_are_offered_even_without_a_resolution(client, agent):
    # acceptance: SC9.7 ch/03
    page = client.get(NEW).content.decode()
    for value in ("wip", "not_validated", "validated", "archived"):
        assert f'<option value="{value}"' in page


def test_validated_without_a_resolution_is_refused_and_the_text_stays(client, agent):
    response = client.post(
        NEW, {"title": "T", "issue": "canary-typed", "confidence": "validated"}
    )
    assert response.status_code == 422
    page = response.content.decode()
    assert "without a resolution" in page
    assert "canary-typed" in page


def test_with_htmx_a_refusal_leaves_the_fields_alone(htmx):
    htmx.force_login(make.contributor())
    response = htmx.post(NEW, {"title": "", "issue": "typed"})
    assert response.status_code == 422
    assert response["HX-Retarget"] == "#complaints"
    assert "<textarea" not in response.text


def test_with_htmx_a_saved_article_is_opened(htmx):
    htmx.force_login(make.contributor())
    response = htmx.post(NEW, {"title": "T"})
    assert response["HX-Redirect"] == Article.objects.get().get_absolute_url()


def test_tags_domain_language_and_facets_are_kept(client, agent):
    domain = make.domain("till")
    client.post(
        NEW,
        {"title": "קבלות", "language": "he", "domain": domain.pk, "tags": "Printer, paper,printer",
         "facets": "Till app: 6.2\nOffline"},
    )  # fmt: skip
    article = Article.objects.get()
    assert (article.language, article.domain) == ("he", domain)
    assert article.tags == ["printer", "paper"]
    assert article.environment_facets == {"Till app": "6.2", "Offline": "Offline"}


def test_an_address_can_prefill_the_form(client, agent):
    page = client.get(NEW, {"title": "No receipt", "domain": "no\x00where", "tags": "a"})
    assert 'value="No receipt"' in page.content.decode()


def test_only_agents_write(client):
    assert client.get(NEW).status_code == 302
    client.force_login(make.customer())
    assert client.get(NEW).status_code == 403
    assert client.post(NEW, {"title": "T"}).status_code == 403
    assert not Article.objects.exists()


@pytest.mark.parametrize("field", ["title", "issue", "tags", "facets", "origin_id", "parts-x"])
def test_a_nul_is_refused_in_words(client, agent, field):
    response = client.post(NEW, {"title": "T", field: "a\x00b"})
    assert response.status_code in (302, 422)
    if field != "parts-x":
        assert response.status_code == 422


def test_a_title_of_nine_thousand_characters_is_refused_in_words(client, agent):
    response = client.post(NEW, {"title": "x" * 9000})
    assert response.status_code == 422
    assert "A title may have 300 characters." in response.content.decode()


def test_the_preview_is_what_saving_makes(client, agent):
    where = reverse("articles:preview")
    html = client.post(where, {"text": "1. a\n\n<script>x</script>\n\n:::internal\ns\n:::"})
    assert "<ol>" in html.content.decode()
    assert "<script" not in html.content.decode()
    assert "Internal only" in html.content.decode()
    assert client.post(where, {"text": "a\x00"}).status_code == 422


def test_the_picker_finds_articles_to_link_to(client, agent):
    # acceptance: structure/09
    article = make.article(title="Blank receipts")
    where = reverse("articles:pick")
    for words in ("blank receipt", article.number.lower()):
        page = client.get(where, {"pick": words}).content.decode()
        assert f'data-number="{article.number}"' in page


def test_a_form_that_is_sent_twice_makes_one_article(client, agent):
    typed = {"title": "No  receipt", "issue": "a\r\nb", "resolution": "Wait."}
    first, second = client.post(NEW, typed), client.post(NEW, typed)
    assert first["Location"] == second["Location"]
    assert Article.objects.count() == 1
    client.post(NEW, {**typed, "issue": "something else", "seen": Article.objects.get().number})
    assert Article.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_the_same_moment_make_one_article():
    person = make.contributor()
    start, answers = threading.Barrier(2), []

    def press():
        client = Client()
        client.force_login(person)
        start.wait(10)
        answers.append(client.post(NEW, {"title": "No receipt", "issue": "Same"})["Location"])
        connection.close()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(answers) == 2
    assert len(set(answers)) == Article.objects.count() == 1
