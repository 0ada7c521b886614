"""Recall: everybody who received a wrong version is written to again, by somebody, and it ends."""

import csv
import io

import pytest
from django.urls import reverse

from articles import actions
from loops.models import Recall, RecallItem
from loops.solve import actions as solving
from loops.upkeep import recall as verbs
from people.models import Notification
from tests import make
from tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db
WHY = "Step 2 names the wrong port."


def used(article, *, by=None, send: bool = True, **fields) -> Ticket:
    """A ticket on which the article as it is now was sent, or only used."""
    by = by or make.contributor()
    ticket = make.searched(make.ticket(**fields), by=by)
    if send:
        solving.send(ticket, by=by, body="Please try this.", articles=[article])
    else:
        solving.link(ticket, article, by=by)
    return solving.solve(ticket, by=by)


@pytest.fixture
def publisher():
    return make.publisher(name="Paula")


@pytest.fixture
def article():
    return make.public_article(by=make.publisher())


def mend(article) -> None:
    actions.improve(article, by=make.publisher(), changes={"resolution": "Use port 7."})


def test_a_recall_from_end_to_end(client, publisher, article):
    """§2: from the wrong version to the last requester, and the closure."""
    dana = make.contributor(name="Dana")
    sent, only_used = used(article, by=dana, language="he"), used(article, send=False)
    mend(article)
    later = used(article)  # received what is right
    client.force_login(publisher)
    began = client.post(
        reverse("upkeep:new_recall", args=[article.number]), {"versions": "1", "reason": WHY}
    )
    recall = Recall.objects.get()
    assert began["Location"] == reverse("upkeep:recall", args=[recall.pk])
    items = {item.ticket: item for item in recall.items.all()}
    assert set(items) == {sent, only_used}
    assert (items[sent].sent, items[only_used].sent) == (True, False)
    assert items[sent].owner == dana
    assert later.events.filter(verb="recalled").count() == 0
    assert sent.events.filter(verb="recalled").count() == 1
    assert article.events.get(verb="recalled").detail["versions"] == [1]
    told = Notification.objects.get(user=dana, kind="recalled")
    assert told.text == f"1 requester to write to again. {WHY}"

    client.force_login(dana)
    before = Message.objects.count()
    place = reverse("upkeep:write", args=[recall.pk, items[sent].pk])
    workspace = client.post(place, follow=True)
    assert "שלום" in workspace.text or "Hello Maya" in workspace.text
    assert f'name="articles" value="{article.number}"' in workspace.text
    assert Message.objects.count() == before  # nothing is sent by itself

    settle = reverse("upkeep:settle", args=[recall.pk])
    client.post(settle, {"items": [items[sent].pk], "state": "contacted"})
    bare = client.post(settle, {"items": [items[only_used].pk], "state": "not_needed"})
    assert (bare.status_code, "Say why it is not needed" in bare.text) == (422, True)
    client.post(
        settle, {"items": [items[only_used].pk], "state": "not_needed", "note": "Solved"}
    )
    states = {item.ticket: (item.state, item.by) for item in recall.items.all()}
    assert states == {sent: ("contacted", dana), only_used: ("not_needed", dana)}
    assert sent.events.filter(verb="contacted").count() == 1

    close = reverse("upkeep:close", args=[recall.pk])
    assert client.post(close, {"closing_note": "Done"}).status_code == 403
    client.force_login(publisher)
    assert client.post(close, {"closing_note": " "}).status_code == 422
    client.post(close, {"closing_note": "Both reached"})
    recall.refresh_from_db()
    assert (recall.closed_by, recall.closing_note) == (publisher, "Both reached")
    assert article.title not in client.get(reverse("upkeep:recalls")).text
    assert article.title in client.get(reverse("upkeep:recalls"), {"closed": 1}).text


def test_a_version_sent_earlier_counts_although_a_later_one_was_sent_too(publisher, article):
    agent = make.contributor()
    ticket = make.searched(make.ticket(), by=agent)
    solving.send(ticket, by=agent, body="Try this.", articles=[article])
    mend(article)
    article.refresh_from_db()
    solving.send(ticket, by=agent, body="Rather this.", articles=[article])
    recall = verbs.recall(article, versions=[1], reason=WHY, by=publisher)
    assert [item.ticket for item in recall.items.all()] == [ticket]


def test_on_a_closed_ticket_one_writes_on_a_new_one_and_only_one(client, publisher, article):
    ticket = solving.close(used(article))
    mend(article)
    recall = verbs.recall(article, versions=[1], reason=WHY, by=publisher)
    client.force_login(publisher)
    place = reverse("upkeep:write", args=[recall.pk, recall.items.get().pk])
    first, again = client.post(place)["Location"], client.post(place)["Location"]
    assert first == again != ticket.get_absolute_url()
    made = Ticket.objects.get(external_system="recall")
    assert (made.requester, made.assignee, made.state) == (ticket.requester, publisher, "open")
    ticket.refresh_from_db()
    assert ticket.state == "closed"


def test_a_leavers_ticket_goes_to_the_recaller(publisher, article):
    leaver = make.contributor()
    used(article, by=leaver)
    leaver.is_active = False
    leaver.save()
    mend(article)
    assert verbs.recall(article, versions=[1], reason=WHY, by=publisher).items.get().owner == (
        publisher
    )


@pytest.fixture
def hidden(publisher, article):
    """A recall of which one ticket is a private team's."""
    team = make.team(private=True)
    insider = make.contributor(team=team, name="Ingrid")
    secret = used(article, by=insider, subject="Secret illness", team=team)
    used(article, subject="Everybody's")
    mend(article)
    recall = verbs.recall(article, versions=[1], reason=WHY, by=publisher)
    return recall, secret, insider


def test_private_tickets_show_to_nobody_else_not_even_as_a_number(
    client, api, publisher, hidden
):
    recall, secret, insider = hidden
    item = recall.items.get(ticket=secret)
    assert item.owner == insider
    for person, count in ((publisher, 1), (insider, 2)):
        client.force_login(person)
        page = client.get(reverse("upkeep:recall", args=[recall.pk])).text
        table = client.get(reverse("upkeep:export", args=[recall.pk])).text
        for text in (page, table):
            assert ("Secret illness" in text) == (count == 2)
        assert f"{count} of {count} to write to" in page
        program = api(person)
        assert program.get(f"recalls/{recall.pk}/").json()["total"] == count
        assert len(program.get(f"recalls/{recall.pk}/items/").json()["results"]) == count
    refused = api(publisher)
    assert refused.get(f"recalls/{recall.pk}/items/{item.pk}/").status_code == 404
    client.force_login(publisher)
    place = reverse("upkeep:write", args=[recall.pk, item.pk])
    assert client.post(place).status_code == 404
    client.post(
        reverse("upkeep:settle", args=[recall.pk]), {"items": [item.pk], "state": "contacted"}
    )
    item.refresh_from_db()
    assert item.state == "waiting"


def test_closing_asks_the_same_whoever_still_waits_and_the_team_may_finish(
    client, publisher, hidden
):
    recall, secret, insider = hidden
    verbs.settle(recall.items.exclude(ticket=secret), by=publisher, state="contacted")
    verbs.close(recall, by=publisher, note="All reached")
    client.force_login(insider)
    assert str(recall.article.title) in client.get(reverse("upkeep:recalls")).text
    item = recall.items.get(ticket=secret)
    client.post(
        reverse("upkeep:settle", args=[recall.pk]), {"items": [item.pk], "state": "contacted"}
    )
    item.refresh_from_db()
    assert item.state == "contacted"


def test_the_table_is_quoted_against_formulas(client, publisher, article):
    used(article, subject="=HYPERLINK(1)")
    mend(article)
    recall = verbs.recall(article, versions=[1], reason=WHY, by=publisher)
    client.force_login(publisher)
    table = client.get(reverse("upkeep:export", args=[recall.pk]))
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert rows[0]["subject"] == "'=HYPERLINK(1)"


def test_only_whom_the_matrix_lets_recalls(client, api, article):
    used(article)
    mend(article)
    path = f"articles/{article.number}/recalls/"
    for person in (make.candidate(), make.contributor(), make.customer()):
        client.force_login(person)
        place = reverse("upkeep:new_recall", args=[article.number])
        assert client.get(place).status_code == 403
        assert client.post(place, {"versions": 1, "reason": WHY}).status_code == 403
        assert api(person).post(path, {"versions": [1], "reason": WHY}).status_code == 403
    assert not Recall.objects.exists()


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ({"versions": [], "reason": WHY}, 422, "Say which versions were wrong."),
        ({"versions": [9], "reason": WHY}, 422, "There is no version 9 of this article."),
        ({"versions": [1], "reason": " "}, 422, "Say what was wrong"),
        ({"versions": [2], "reason": WHY}, 409, "Mend it first"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    client, api, publisher, article, asked, status, said
):
    mend(article)
    told = api(publisher).post(f"articles/{article.number}/recalls/", asked)
    assert (told.status_code, said in told.json()["detail"]) == (status, True)
    client.force_login(publisher)
    page = client.post(reverse("upkeep:new_recall", args=[article.number]), asked)
    assert (page.status_code, said in page.text) == (status, True)


def test_the_same_version_is_not_recalled_twice_at_once(publisher, article, api):
    mend(article)
    verbs.recall(article, versions=[1], reason=WHY, by=publisher)
    told = api(publisher).post(
        f"articles/{article.number}/recalls/", {"versions": [1], "reason": WHY}
    )
    assert (told.status_code, told.json()["code"]) == (409, "recalled")


def test_programs_recall_settle_and_close(api, publisher, article):
    ticket = used(article)
    mend(article)
    program = api(publisher)
    made = program.post(f"articles/{article.number}/recalls/", {"versions": [1], "reason": WHY})
    assert made.status_code == 201
    recall = f"recalls/{made.json()['id']}/"
    assert program.get("recalls/?open=true").json()["results"][0]["waiting"] == 1
    (item,) = program.get(f"{recall}items/").json()["results"]
    assert (item["ticket"], item["version"], item["sent"]) == (ticket.number, 1, True)
    path = f"{recall}items/{item['id']}/"
    assert program.patch(path, {"state": "contacted"}, If_Match="").status_code == 428
    assert program.patch(path, {"state": "contacted"}, If_Match='"old"').status_code == 412
    assert program.patch(path, {"state": "contacted"}).json()["state"] == "contacted"
    assert program.post(f"{recall}close/", {"note": "Reached"}).json()["waiting"] == 0
    closed = program.patch(path, {"state": "waiting"})
    assert (closed.status_code, closed.json()["code"]) == (409, "closed")
    assert program.get("recalls/?open=maybe").status_code == 400


def test_lists_and_worklists_ask_few_queries(
    client, publisher, article, django_assert_max_num_queries
):
    for _ in range(4):
        used(article)
    mend(article)
    recall = verbs.recall(article, versions=[1], reason=WHY, by=publisher)
    client.force_login(publisher)
    with django_assert_max_num_queries(15):
        client.get(reverse("upkeep:recall", args=[recall.pk]))
    with django_assert_max_num_queries(15):
        client.get(reverse("upkeep:recalls"))
    assert RecallItem.objects.count() == 4


def test_the_administration_shows_recalls_and_leads_to_their_page(client, hidden):
    recall, _secret, _insider = hidden
    client.force_login(make.user("publisher", is_coach=True))
    page = client.get(reverse("admin:loops_recall_change", args=[recall.pk])).text
    assert reverse("upkeep:recall", args=[recall.pk]) in page
    assert "Secret illness" not in page
    assert client.get(reverse("admin:loops_recall_changelist")).status_code == 200
    assert client.get(reverse("admin:loops_decision_changelist")).status_code == 200
