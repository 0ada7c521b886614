"""What a visit to the help centre leaves in the ledger, played through its real pages."""

import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from articles.models import Article
from loops.models import Opening, Search
from people.models import User
from tests import make
from tests.portal.conftest import SECRETS
from tickets.models import Ticket, TicketEvent

pytestmark = pytest.mark.django_db(databases=["default", "help"])
SEARCHES = ("receipts blank", "printer beeps", "drawer shut")


def expert(world) -> Client:
    """Somebody who looks after the branch."""
    person = make.publisher()
    world.till.experts.add(person)
    client = Client()
    client.force_login(User.objects.get(pk=person.pk))
    return client


def found_by(reader: Client, q: str, article) -> str:
    """The address of this article in the list of what was searched."""
    page = reader.get("/help/search/", {"q": q}).content.decode()
    hit = re.search(rf'href="(/help/{article.number}/[^"]+)"', page)
    assert hit, q
    return hit[1].replace("&amp;", "&")


@pytest.mark.parametrize("signed_in", [False, True])
def test_the_log_of_a_session_tells_it_step_by_step(world, signed_in):
    # acceptance: SC11.1 SC11.2 SC11.3 SC11.4 SC11.5 SC11.6 SC11.7 SC11.8 pa/12
    reader = Client()
    who = make.customer(name="Nobody Knows", email="nobody.knows@example.org")
    if signed_in:
        reader.force_login(who)
    drawer = Article.objects.get(title="The drawer stays shut")
    for q, article in zip(SEARCHES, (world.a1, world.a2, drawer), strict=True):
        page = reader.get(found_by(reader, q, article)).content.decode()
        if article == world.a2:
            printed = re.search(r'href="(/help/KB-\d+/print/[^"]*)"', page)
            paper = reader.get(printed[1])
            assert paper.status_code == 200
            assert not [secret for secret in SECRETS if secret in paper.content.decode()]
            reader.get(printed[1])
    visit = Search.objects.get(query=SEARCHES[0]).visit
    assert set(Search.objects.values_list("visit", flat=True)) == {visit}
    assert set(Opening.objects.values_list("visit", flat=True)) == {visit}
    reporter = expert(world)
    log = f"/insights/reports/visits/{visit}/"
    assert "The visit ended" not in reporter.get(log).content.decode()
    # The window is closed, and half an hour goes by.
    back = timedelta(hours=1)
    for rows, names in ((Search, ["at"]), (Opening, ["at", "printed_at"])):
        for row in rows.objects.all():
            for name in names:
                value = getattr(row, name)
                setattr(row, name, value and value - back)
            row.save(update_fields=names)
    told = reporter.get(log).content.decode()
    text = " ".join(re.sub(r"<[^>]+>", " ", told.partition("<ol")[2]).split())
    a1, a2 = f"{world.a1.number} {world.a1.title}", f"{world.a2.number} {world.a2.title}"
    a8 = f"{drawer.number} {drawer.title}"
    steps = [
        f"Searched {SEARCHES[0]}", f"Opened {a1}", f"Searched {SEARCHES[1]}", f"Opened {a2}",
        f"Printed {a2}", f"Searched {SEARCHES[2]}", f"Opened {a8}", "The visit ended",
    ]  # fmt: skip
    places = [text.replace("End ", "The visit ended ").find(step) for step in steps]
    assert places == sorted(places), text
    assert -1 not in places, text
    assert "place 1 in the list" in text
    assert ("Customer" if signed_in else "Visitor") in told
    assert who.name not in told
    assert who.email not in told
    report = reporter.get("/api/v1/reports/self-service/?by=visit")
    [row] = json.loads(b"".join(report.streaming_content))["rows"]
    assert (row["searches"], row["articles"], row["printed"]) == (3, 3, 1)


def test_a_ticket_says_which_visit_it_ended(world):
    # acceptance: pa/12
    customer = make.customer()
    reader = Client()
    reader.force_login(customer)
    reader.get("/help/search/", {"q": "receipts blank"})
    visit = Search.objects.get().visit
    sent = {"subject": "Blank receipts", "description": "I turned the roll."}
    assert reader.post("/help/ask/", sent).status_code == 302
    received = TicketEvent.objects.get(ticket=Ticket.objects.get(), verb="received")
    assert received.detail["visit"] == visit
    report = expert(world).get("/api/v1/reports/self-service/")
    [row] = json.loads(b"".join(report.streaming_content))["rows"]
    assert (row["string"], row["escalated"]) == ("receipts blank", 1)


def test_the_same_article_from_another_list_is_another_click_and_the_same_reading(world):
    # acceptance: pa/24
    reader = Client()
    for q in ("receipts blank", "blank paper receipts", "blank paper receipts"):
        reader.get(found_by(reader, q, world.a1))
    assert Opening.objects.filter(article=world.a1).count() == 2
    assert (
        world.a1.views.filter(inside=False, at__gte=timezone.now() - timedelta(hours=1)).count()
        == 1
    )


def test_what_may_not_be_read_may_not_be_printed(world):
    for article in (world.inside, world.draft, world.gone, world.customers):
        assert Client().get(f"/help/{article.number}/print/").status_code == 404
    assert not Opening.objects.exists()
