"""The queue: one filter set for page and saved views, cut by key, within its budget."""

import pytest

from kcs.pages import keyset
from tests import make
from tickets import actions
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(client):
    person = make.contributor(team=make.team(), name="Noa Peretz")
    client.force_login(person)
    return person


def shown(response) -> list[str]:
    return [ticket["subject"] for ticket in response.context["page"].rows]


def test_the_queue_shows_what_is_not_solved_yet_newest_change_first(client, agent):
    make.ticket(subject="Old")
    make.solved_ticket(by=agent)
    make.ticket(subject="New")
    assert shown(client.get("/")) == ["New", "Old"]
    assert len(shown(client.get("/?state=any"))) == 3
    assert shown(client.get("/?state=solved,closed")) == ["Printer prints symbols"]


def test_the_queue_is_narrowed_by_assignee_team_domain_channel_language_and_age(client, agent):
    cards = make.domain("pay")
    terminals = make.domain("terminals", parent=cards)
    mine = make.ticket(
        subject="Mine", domain=terminals, channel="phone", language="he", team=agent.team
    )
    actions.assign(mine, by=agent, to=agent)
    make.ticket(subject="Nobody's", domain=cards)
    other = make.ticket(subject="Another's")
    actions.assign(other, by=agent, to=make.contributor())
    assert shown(client.get("/?assignee=me")) == ["Mine"]
    assert shown(client.get("/?assignee=nobody")) == ["Nobody's"]
    assert shown(client.get(f"/?assignee={other.assignee_id}")) == ["Another's"]
    assert shown(client.get(f"/?assignee={agent.email.upper()}")) == ["Mine"]
    assert shown(client.get(f"/?team={agent.team_id}")) == ["Mine"]
    assert shown(client.get("/?team=mine")) == ["Mine"]
    assert sorted(shown(client.get("/?domain=pay"))) == ["Mine", "Nobody's"]
    assert shown(client.get("/?domain=pay/terminals")) == ["Mine"]
    assert shown(client.get("/?domain=none")) == ["Another's"]
    assert shown(client.get("/?channel=phone")) == ["Mine"]
    assert shown(client.get("/?language=he")) == ["Mine"]
    assert shown(client.get("/?age=over-day")) == []
    assert len(shown(client.get("/?age=day"))) == 3


def test_a_branch_does_not_take_in_a_domain_whose_name_begins_alike(client, agent):
    make.ticket(subject="Paying", domain=make.domain("pay"))
    make.ticket(subject="Payroll", domain=make.domain("payroll"))
    assert shown(client.get("/?domain=pay")) == ["Paying"]


def test_the_search_finds_subjects_requesters_and_addresses(client, agent):
    lena = actions.requester_for(email="lena@fjord.example", name="Lena Olsen")
    make.ticket(subject="Drawer 100% stuck", requester=lena)
    make.ticket(subject="Another matter")
    for state in ("undone", "any"):  # a short list is read, a long one is looked up

        def asked(words, state=state):
            return shown(client.get("/", {"state": state, "q": words}))

        assert asked("DRAWER stuck") == ["Drawer 100% stuck"]
        assert asked("olsen lena") == ["Drawer 100% stuck"]
        assert asked("fjord.example") == ["Drawer 100% stuck"]
        assert asked("100%") == ["Drawer 100% stuck"]
        assert asked("a_other") == []


def test_a_whole_number_leads_to_its_ticket(client, agent):
    ticket = make.ticket()
    digits = ticket.number.removeprefix("KT-")
    assert client.get(f"/?q={digits}").headers["Location"] == ticket.get_absolute_url()
    assert client.get(f"/?q=kt-{digits}").status_code == 302
    assert shown(client.get("/?q=KT-99999999")) == []


def test_a_number_that_is_still_being_typed_leads_nowhere(htmx, agent):
    htmx.force_login(agent)
    ticket = make.ticket()
    typed = htmx.get(f"/?q={ticket.number}", headers={"HX-Trigger-Name": "q"})
    assert typed.status_code == 200
    assert shown(typed) == [ticket.subject]
    entered = htmx.get(f"/?q={ticket.number}")
    assert entered.headers["HX-Redirect"] == ticket.get_absolute_url()


@pytest.mark.parametrize(
    "query",
    ["state=gone", "age=eternal", "sort=random()", "priority=9", "q=" + "x" * 300],
)
def test_a_value_that_makes_no_sense_is_named_and_nothing_is_lost(client, agent, query):
    make.ticket(subject="Still here")
    page = client.get(f"/?{query}&assignee=nobody")
    assert page.status_code == 200
    assert page.context["problems"]
    assert "Still here" in shown(page)


@pytest.mark.parametrize(
    "query",
    [
        "requester__user__password__startswith=a",
        "assignee=1%27%20or%201=1",
        "team=99999999999999999999",
        "assignee=%00",
        "q=%00",
        "domain=%25",
        "cursor=garbage",
        "cursor=WyJvIiwxXQ",
        "language=%D0%B6",
    ],
)
def test_an_address_that_somebody_made_up_breaks_nothing(client, agent, query):
    make.ticket()
    assert client.get(f"/?{query}").status_code == 200


def test_every_page_shows_each_ticket_once_though_all_changed_in_one_moment(client, agent):
    numbers = {make.ticket().number for _ in range(7)}
    moment = Ticket.objects.latest("changed_at").changed_at
    Ticket.objects.update(changed_at=moment)
    for order in (("-changed_at", "-pk"), ("-priority", "created_at", "pk")):
        seen, cursor = [], ""
        while True:
            page = keyset(Ticket.objects.all(), order, cursor=cursor, size=3)
            seen += [ticket.number for ticket in page.rows]
            if not page.older:
                break
            cursor = page.older
        assert len(seen) == 7
        assert set(seen) == numbers
        back = keyset(Ticket.objects.all(), order, cursor=page.newer, size=3)
        assert [ticket.number for ticket in back.rows] == seen[3:6]


def test_a_ticket_that_comes_in_meanwhile_moves_nobody_to_another_page(client, agent):
    for n in range(4):
        make.ticket(subject=f"Ticket {n}")
    first = keyset(Ticket.objects.all(), ("-changed_at", "-pk"), size=2)
    make.ticket(subject="Meanwhile")
    second = keyset(Ticket.objects.all(), ("-changed_at", "-pk"), cursor=first.older, size=2)
    assert [ticket.subject for ticket in second.rows] == ["Ticket 1", "Ticket 0"]


def test_links_to_the_next_page_keep_the_filters(client, agent):
    for _ in range(51):
        make.ticket(channel="chat")
    first = client.get("/?channel=chat&sort=oldest")
    assert len(shown(first)) == 50
    older = first.context["older_url"]
    assert "channel=chat" in older
    assert "sort=oldest" in older
    second = client.get(older)
    assert len(shown(second)) == 1
    assert second.context["older_url"] == ""
    assert len(shown(client.get(second.context["newer_url"]))) == 50


def test_the_most_urgent_and_oldest_stand_first_when_asked_for(client, agent):
    make.ticket(subject="First")
    make.ticket(subject="Second")
    make.ticket(subject="Urgent", priority=4)
    assert shown(client.get("/?sort=priority")) == ["Urgent", "First", "Second"]
    assert shown(client.get("/?sort=oldest")) == ["First", "Second", "Urgent"]


def test_a_private_teams_tickets_are_seen_by_the_team_alone(client, agent):
    fraud = make.team(name="Fraud", private=True)
    make.ticket(subject="Secret", team=fraud)
    page = client.get("/?state=any")
    assert shown(page) == []
    assert shown(client.get("/?q=secret")) == []
    assert "Fraud" not in page.content.decode()
    assert [place["count"] for place in page.context["places"]][0:2] == [0, 0]
    client.force_login(make.contributor(team=fraud))
    assert shown(client.get("/")) == ["Secret"]


def test_a_solved_ticket_shows_how_it_was_solved(client, agent):
    make.solved_ticket(by=agent)
    assert "Reused" in client.get("/?state=solved").content.decode()


def test_a_requesters_new_word_stands_out(client, agent):
    ticket = make.ticket()
    actions.reply(ticket, by=agent, body="Try this")
    assert "wrote again" not in client.get("/").content.decode()
    actions.hear(ticket, body="It did not help")
    assert "wrote again" in client.get("/").content.decode()


def test_htmx_gets_the_list_and_the_views_alone(htmx, agent):
    htmx.force_login(agent)
    make.ticket(subject="Part")
    response = htmx.get("/?channel=web")
    page = response.content.decode()
    assert "Part" in page
    assert '<section id="list"' in page
    assert 'id="views"' in page
    assert "<html" not in page
    assert "HX-Request" in response.headers["Vary"]


def test_an_open_queue_learns_that_something_changed(
    client, agent, django_assert_max_num_queries
):
    assert client.get("/queue/newest/").json() == {"newest": ""}
    ticket = make.ticket()
    before = client.get("/queue/newest/").json()
    assert before["newest"]
    make.ticket(team=make.team(private=True))
    assert client.get("/queue/newest/").json() == before
    actions.note(ticket, by=agent, body="Look")
    with django_assert_max_num_queries(3):
        assert client.get("/queue/newest/").json() != before


def test_customers_are_led_to_their_own_tickets(client):
    client.force_login(make.customer())
    assert client.get("/").headers["Location"] == "/my-tickets/"


def test_strangers_sign_in_first(client):
    make.user()
    for path in ("/", "/tickets/new/", "/canned/", "/queue/views/", "/inbox/", "/palette/"):
        assert client.get(path).headers["Location"].startswith("/accounts/login/"), path


@pytest.mark.parametrize(
    "path", ["/tickets/new/", "/canned/", "/queue/views/", "/queue/claim/"]
)
def test_the_desks_pages_are_not_for_customers(client, path):
    client.force_login(make.customer())
    assert client.get(path).status_code == 403


@pytest.mark.parametrize("many", [1, 50])
def test_the_queue_takes_fifteen_queries_at_any_size(
    client, agent, django_assert_max_num_queries, many
):
    for n in range(many):
        ticket = make.ticket(domain=None, team=agent.team)
        if n % 2:
            actions.assign(ticket, by=agent, to=agent)
    make.solved_ticket(by=agent)
    client.get("/")
    with django_assert_max_num_queries(15):
        client.get("/?state=any")
