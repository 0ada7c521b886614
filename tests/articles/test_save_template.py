"""Templates: what authors are asked for, shaped by administrators alone. structure/04, 05, SC7.4"""

import pytest
from django.urls import reverse

from articles import actions
from articles.models import Article, Template
from kcs.errors import BadValue, NotAllowed
from loops.solve import actions as solve_actions
from people.models import SiteEvent
from tests import make
from tests.api.conftest import Program

pytestmark = pytest.mark.django_db

NEW = "/articles/new/"
WORKAROUND = {"key": "workaround", "label": "Workaround"}
TERMS = {"key": "terms", "label": "Terms", "locked": True, "text": "**Valid** in the EU."}


@pytest.fixture
def admin(db):
    return make.administrator()


@pytest.fixture
def usual(db):
    return Template.objects.get(is_default=True)


def rows(template=None, *parts, hidden=(), internal=(), **named):
    """What the page of a template posts: a row for each part, and the empty ones."""
    sent = {"name": getattr(template, "name", "New"), "is_active": "on", **named}
    sent |= {"fixed-TOTAL_FORMS": 4, "fixed-INITIAL_FORMS": 4}
    for at, name in enumerate(("issue", "environment", "resolution", "cause")):
        sent |= {f"fixed-{at}-name": name, f"fixed-{at}-hint": ""}
        sent |= {f"fixed-{at}-shown": "on"} if name not in hidden else {}
        sent |= {f"fixed-{at}-internal": "on"} if name in internal else {}
    kept = len(template.parts) if template else 0
    sent |= {"parts-TOTAL_FORMS": len(parts) + 3, "parts-INITIAL_FORMS": kept}
    for at, part in enumerate(parts):
        sent |= {f"parts-{at}-{name}": value for name, value in part.items()}
    for at in range(len(parts), len(parts) + 3):
        sent[f"parts-{at}-shown"] = "on"  # as an empty row comes from the page
    return sent


def page_of(template, verb="change"):
    return reverse(f"admin:articles_template_{verb}", args=[template.pk])


def test_a_copy_asks_for_more_and_hides_a_part_and_the_other_stays(client, admin, usual):
    # acceptance: structure/04 SC7.4
    client.force_login(admin)
    before = client.get(NEW).text
    client.post(reverse("admin:template_copy", args=[usual.pk]))
    copy = Template.objects.exclude(pk=usual.pk).get()
    opened = client.get(page_of(copy)).text
    assert 'name="parts-2-label"' in opened  # empty rows, without any script
    client.post(
        page_of(copy),
        rows(copy, {"label": "Workaround", "shown": "on", "place": "1"}, hidden=["cause"]),
    )
    copy.refresh_from_db()
    assert copy.parts == [WORKAROUND]
    client.force_login(make.contributor())
    form = client.post(NEW, {"do": "template", "template": copy.pk}).text
    assert 'name="parts-workaround"' in form
    assert 'name="cause"' not in form
    client.post(NEW, {"title": "T", "template": copy.pk, "parts-workaround": "canary-w"})
    article = Article.objects.get()
    assert article.template == copy
    assert "canary-w" in client.get(article.get_absolute_url()).text
    for name in ("issue", "environment", "resolution", "cause"):
        assert f'name="{name}"' in client.get(NEW).text
    assert "Workaround" not in client.get(f"{NEW}?template={usual.pk}").text
    assert 'name="cause"' in before
    assert SiteEvent.objects.filter(verb="template").count() == 2


def test_the_default_is_preselected_and_follows_the_administrator(client, admin, usual):
    # acceptance: structure/05
    other = actions.save_template(None, by=admin, name="Known problem", parts=[WORKAROUND])
    client.force_login(make.contributor())
    assert f'<option value="{usual.pk}" selected>' in client.get(NEW).text
    client.force_login(admin)
    client.post(reverse("admin:template_preselect", args=[other.pk]))
    client.force_login(make.contributor())
    page = client.get(NEW).text
    assert f'<option value="{other.pk}" selected>' in page
    assert 'name="parts-workaround"' in page
    assert list(Template.objects.filter(is_default=True)) == [other]


def test_what_is_not_offered_is_not_chosen_and_its_articles_keep_it(client, admin, usual):
    other = actions.save_template(None, by=admin, name="Old", parts=[WORKAROUND])
    article = make.article(template=other, parts={"workaround": "Wait"})
    actions.save_template(other, by=admin, is_active=False)
    client.force_login(make.contributor())
    assert "Old" not in client.get(NEW).text
    with pytest.raises(BadValue, match="not offered"):
        make.article(template=other)
    assert 'name="parts-workaround"' in client.get(f"{article.get_absolute_url()}edit/").text
    with pytest.raises(BadValue, match="Preselect another one"):
        actions.save_template(usual, by=admin, is_active=False)


@pytest.mark.parametrize("who", ["publisher", "coach", "reviewer"])
def test_templates_are_for_administrators_alone(client, usual, who):
    # acceptance: structure/04
    person = {
        "publisher": make.publisher,
        "coach": make.coach,
        "reviewer": lambda: make.publisher(is_staff=True),
    }[who]()
    client.force_login(person)
    for path in (page_of(usual), reverse("admin:articles_template_changelist")):
        assert client.get(path, follow=True).status_code == 403
    copy = reverse("admin:template_copy", args=[usual.pk])
    assert client.post(copy, follow=True).status_code == 403
    program = Program(person)
    assert program.post("templates/", {"name": "Mine"}).status_code == 403
    assert program.patch(f"templates/{usual.pk}/", {"name": "Mine"}).status_code == 403
    for verb in (actions.copy_template, actions.make_default):
        with pytest.raises(NotAllowed):
            verb(usual, by=person)
    assert Template.objects.count() == 1


def test_programs_of_administrators_shape_templates(admin):
    # acceptance: structure/04 structure/05 SC7.4
    program = Program(admin)
    asked = {"name": "How-to", "parts": [{"label": "What you need"}, TERMS]}
    made = program.post("templates/", {**asked, "fixed": {"cause": {"hidden": True}}})
    assert made.status_code == 201
    path = f"templates/{made.json()['id']}/"
    told = {part["key"]: part for part in program.get(path).json()["parts"]}
    assert told["cause"]["hidden"]
    assert told["what_you_need"]["label"] == "What you need"
    assert told["terms"]["locked"]
    assert told["comments"]["fixed"]
    assert program.patch(path, {"is_default": True}).json()["is_default"]
    stale = program.patch(path, {"name": "X"}, If_Match='"v1-0"')
    assert stale.status_code == 412
    copied = program.post(f"{path}copy/", {"name": "How-to for partners"})
    assert copied.status_code == 201
    assert program.get("templates/").json()[0]["name"] == "How-to"
    new = program.post("articles/", {"title": "T"}).json()
    assert new["template"] == "How-to"


@pytest.mark.parametrize(
    "part",
    [
        {"key": "issue", "label": "Mine"},
        {"key": "a b", "label": "x"},
        {"key": "x", "label": " "},
        {"label": "x", "locked": True},
        {"label": "x", "text": "said"},
        {"label": "x", "locked": True, "hidden": True, "text": "said"},
        {"label": "x", "shade": "blue"},
    ],
)
def test_a_part_that_makes_no_sense_is_refused(admin, part):
    answer = Program(admin).post("templates/", {"name": "New", "parts": [part]})
    assert answer.status_code in (400, 422)
    assert Template.objects.count() == 1


def test_what_the_verb_refuses_stands_in_the_form_and_nothing_is_lost(client, admin, usual):
    client.force_login(admin)
    part = {"label": "canary-label", "locked": "on", "shown": "on", "place": "1"}
    page = client.post(reverse("admin:articles_template_add"), rows(None, part, name="New"))
    assert page.status_code == 422
    assert "says in every article" in page.text
    assert "canary-label" in page.text
    page = client.post(page_of(usual), rows(usual, is_default="on", hidden=["resolution"]))
    assert "without it no article could be validated" in page.text


def test_a_part_with_text_can_be_hidden_but_not_removed(client, admin):
    template = actions.save_template(None, by=admin, name="New", parts=[WORKAROUND])
    author = make.contributor()
    article = make.article(by=author, template=template, parts={"workaround": "canary-w"})
    client.force_login(admin)
    gone = rows(template, {"key": "workaround", "label": "Workaround", "DELETE": "on"})
    assert "Hide it instead" in client.post(page_of(template), gone).text
    actions.save_template(template, by=admin, parts=[{**WORKAROUND, "hidden": True}])
    client.force_login(author)
    assert "parts-workaround" not in client.get(f"{NEW}?template={template.pk}").text
    edit = f"{article.get_absolute_url()}edit/"
    assert "canary-w" in client.get(edit).text
    words = {"title": "Other", "issue": "I", "resolution": "R", "base": 1}
    client.post(edit, {**words, "parts-workaround": "canary-w, mended"})
    article.refresh_from_db()
    assert (article.title, article.parts) == ("Other", {"workaround": "canary-w, mended"})
    with pytest.raises(BadValue, match="does not ask for"):
        make.article(template=template, parts={"workaround": "new"})


def test_a_part_that_nobody_used_goes_and_labels_change(admin):
    template = actions.save_template(None, by=admin, name="New", parts=[WORKAROUND, TERMS])
    make.article(template=template, parts={"workaround": ""})
    actions.save_template(template, by=admin, parts=[{**TERMS, "label": "Conditions"}])
    assert [part["label"] for part in template.parts] == ["Conditions"]


def test_a_fixed_text_is_the_templates_and_no_author_can_write_it(client, admin):
    # acceptance: structure/03 structure/04
    template = actions.save_template(None, by=admin, name="New", parts=[WORKAROUND, TERMS])
    author = make.contributor()
    article = make.public_article(template=template, parts={"workaround": "w"})
    client.force_login(author)
    edit = f"{article.get_absolute_url()}edit/"
    for path in (article.get_absolute_url(), edit):
        assert "<strong>Valid</strong> in the EU." in client.get(path).text
    assert 'name="parts-terms"' not in client.get(edit).text
    client.post(edit, {"title": "T", "resolution": "R", "parts-terms": "mine", "base": 1})
    program, path = Program(author), f"articles/{article.number}/"
    assert program.patch(path, {"parts": {"terms": "mine"}}).status_code == 422
    new = {"title": "T", "template": "New", "parts": {"terms": "mine"}}
    assert program.post("articles/", new).status_code == 422
    with pytest.raises(BadValue, match="said by the template"):
        actions.suggest(article, by=make.candidate(), changes={"parts": {"terms": "mine"}})
    article.refresh_from_db()
    assert "terms" not in article.parts
    reader = Program(make.customer())
    assert "<strong>Valid</strong> in the EU." in reader.get(path).json()["html"]["parts.terms"]
    actions.save_template(
        template, by=admin, parts=[{**TERMS, "text": "Worldwide."}, WORKAROUND]
    )
    assert "Worldwide." in reader.get(path).text
    assert "Worldwide." in client.get(article.get_absolute_url()).text


def test_switching_the_template_brings_back_what_the_other_one_asked_for(client, admin, usual):
    # acceptance: structure/05
    other = actions.save_template(None, by=admin, name="New", parts=[WORKAROUND])
    client.force_login(make.contributor())
    typed = {"title": "T", "parts-workaround": "canary-w", "issue": "canary-i"}
    page = client.post(NEW, {**typed, "do": "template", "template": usual.pk}).text
    assert "does not ask for “Workaround”" in page
    assert "canary-w" in page
    page = client.post(NEW, {**typed, "do": "template", "template": other.pk}).text
    assert "canary-w" in page
    assert "does not ask for" not in page


def test_a_ticket_prefills_only_what_the_template_asks_for(admin):
    template = actions.save_template(
        None, by=admin, name="Short", fixed={"environment": {"hidden": True}}
    )
    agent, ticket = make.contributor(), make.ticket(environment={"Till": "6.2"})
    article = solve_actions.create(
        make.searched(ticket, by=agent), by=agent, template=template, resolution="R"
    )
    assert article.environment == ""
    assert article.issue
