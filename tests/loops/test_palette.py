"""The palette finds tickets, articles, colleagues and commands, and nothing one may not see."""

import pytest

from tests import make
from tickets import actions

pytestmark = pytest.mark.django_db


def found(client, text) -> dict[str, list[str]]:
    groups = client.get("/palette/", {"q": text}).context["groups"]
    return {str(g["label"]): [str(item["label"]) for item in g["items"]] for g in groups}


@pytest.fixture
def agent(client):
    person = make.contributor(name="Noa Peretz")
    client.force_login(person)
    return person


def test_one_box_finds_tickets_articles_colleagues_and_commands(client, agent):
    make.ticket(subject="Card terminal beeps")
    make.article(title="Card terminal beeps twice", by=agent)
    make.contributor(name="Carda Nova")
    groups = found(client, "card")
    assert groups["Tickets"] == ["Card terminal beeps"]
    assert groups["Articles"] == ["Card terminal beeps twice"]
    assert groups["Colleagues"] == ["Carda Nova"]
    assert found(client, "canned")["Commands"] == ["Canned replies"]


def test_a_number_finds_its_ticket_and_its_article(client, agent):
    ticket, article = make.ticket(), make.article(by=agent)
    assert found(client, ticket.number.lower())["Tickets"] == [ticket.subject]
    assert found(client, article.number.lower())["Articles"][0] == article.title


def test_a_word_that_is_still_being_typed_finds_titles(client, agent):
    make.article(title="Reconnect the printer", by=agent)
    assert found(client, "recon")["Articles"] == ["Reconnect the printer"]


def test_nothing_typed_finds_nothing(client, agent):
    make.ticket()
    assert found(client, "  ") == {}
    assert found(client, "\x00") == {}


def test_a_customer_finds_their_own_tickets_and_public_articles_only(client):
    carla = make.customer()
    requester = actions.requester_for(email=carla.email, name="Carla")
    mine = make.ticket(subject="Drawer of mine", requester=requester)
    make.ticket(subject="Drawer of another")
    make.article(title="Drawer inside")
    make.public_article(title="Drawer outside")
    make.contributor(name="Drawer Person")
    client.force_login(carla)
    assert found(client, "drawer") == {
        "Tickets": ["Drawer of mine"],
        "Articles": ["Drawer outside"],
    }
    page = client.get("/palette/", {"q": "drawer"}).content.decode()
    assert f"/my-tickets/{mine.number}/" in page


def test_a_private_teams_ticket_is_not_found(client, agent):
    make.ticket(subject="Secret drawer", team=make.team(private=True))
    assert "Tickets" not in found(client, "secret")
