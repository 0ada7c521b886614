"""The content standard: a checklist whose versions stay for the reviews that used them."""

import pytest
from django.urls import reverse

from articles import actions
from articles.models import Standard
from kcs.errors import BadValue, NotAllowed, Refused
from people.models import SiteEvent
from tests import make
from tests.api.conftest import Program

pytestmark = pytest.mark.django_db


@pytest.fixture
def first(db):
    return Standard.objects.get(is_current=True)


def told(standard):
    names = ("key", "asks", "why", "weight", "good", "bad")
    return [{name: getattr(one, name) for name in names} for one in standard.criteria.all()]


def test_publishing_makes_the_next_version_and_keeps_the_one_before(first):
    before = told(first)
    changed = [{**before[0], "weight": 7}, *before[2:], {"asks": "Is it short?"}]
    made = actions.publish_standard(by=make.administrator(), title="Ours", criteria=changed)
    first.refresh_from_db()
    assert (made.number, made.is_current, first.is_current) == (first.number + 1, True, False)
    assert told(first) == before
    assert told(made)[0] == {**before[0], "weight": 7}
    assert told(made)[-1]["key"] == "is-it-short"
    event = SiteEvent.objects.get(verb="standard")
    assert event.detail["version"] == {"from": first.number, "to": made.number}


@pytest.mark.parametrize(
    "criteria",
    [
        [],
        [{"asks": " "}],
        [{"asks": "x", "weight": 11}],
        [{"asks": "x", "weight": 0}],
        [{"asks": "x", "key": "a"}, {"asks": "y", "key": "a"}],
        [{"asks": "x" * 201}],
    ],
)
def test_a_checklist_that_makes_no_sense_is_refused(first, criteria):
    with pytest.raises(BadValue):
        actions.publish_standard(by=make.administrator(), title="Ours", criteria=criteria)
    assert Standard.objects.get(is_current=True) == first


def test_nothing_is_published_twice_and_nobody_else_publishes(first):
    with pytest.raises(Refused, match="says this already"):
        actions.publish_standard(
            by=make.administrator(), title=first.title, criteria=told(first)
        )
    with pytest.raises(NotAllowed):
        actions.publish_standard(by=make.coach(), title="Ours", criteria=told(first))


def test_administrators_publish_on_a_page_and_coaches_look(client, first):
    page = reverse("admin:articles_standard_change", args=[first.pk])
    rows = told(first)[:2]
    sent = {"title": "Ours", "criteria-TOTAL_FORMS": 5, "criteria-INITIAL_FORMS": 8}
    sent["criteria-TOTAL_FORMS"] = 11
    for at, row in enumerate(told(first)):
        sent |= {f"criteria-{at}-{name}": value for name, value in row.items()}
        sent[f"criteria-{at}-place"] = at + 1
        if row not in rows:
            sent[f"criteria-{at}-DELETE"] = "on"
    for at in (8, 9, 10):
        sent[f"criteria-{at}-weight"] = 1
    client.force_login(make.coach())
    seen = client.get(page)
    assert "Would somebody with this problem find it" in seen.text
    assert 'name="criteria-0-asks"' not in seen.text
    assert client.post(page, sent).status_code == 403
    client.force_login(make.contributor())
    assert client.get(page, follow=True).status_code == 403
    client.force_login(make.administrator())
    assert 'name="criteria-10-asks"' in client.get(page).text
    assert client.post(page, sent).status_code == 302
    made = Standard.objects.get(is_current=True)
    assert (made.title, told(made)) == ("Ours", rows)
    assert client.get(page).status_code == 200  # the one before, to look at
    assert client.post(page, sent).status_code == 403


def test_every_agent_reads_it_with_its_examples(client, first):
    client.force_login(make.candidate())
    page = client.get("/standard/").text
    for one in first.criteria.all():
        assert f'id="{one.key}"' in page
    assert "Printer problems: blank, jam, slow" in page
    client.force_login(make.customer())
    assert client.get("/standard/").status_code == 403


def test_programs_read_and_publish_it(first):
    admin, agent = Program(make.administrator()), Program(make.coach())
    now = agent.get("standard/").json()
    assert now["version"] == first.number
    asked = {"title": "Ours", "criteria": now["criteria"][:3]}
    assert agent.post("standard/", asked).status_code == 403
    assert admin.post("standard/", asked).json()["version"] == first.number + 1
    assert len(agent.get("standard/").json()["criteria"]) == 3
