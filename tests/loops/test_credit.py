"""Credit: what others did with somebody's knowledge, read from what happened to it.

pa/23 and the lineage of issue 3: create, fix, flag, merge, translate, answer.
"""

from datetime import timedelta

import pytest
from django.utils import timezone

from articles import actions as articles
from loops.credit import actions, queries
from loops.credit.lineage import contributors
from loops.duplicates import actions as duplicates
from loops.models import Link
from loops.solve import actions as solve
from loops.tasks import tell_credit
from people import actions as people
from people.models import Notification
from tests import make
from tests.api.conftest import Program

pytestmark = pytest.mark.django_db


def reuse(article, by=None, ticket=None, ago=timedelta(0), **fields):
    """Somebody solves with it; a moment later than everything before, as it is in life."""
    ticket = ticket or make.ticket(**fields)
    link = solve.link(ticket, article, by=by or make.contributor())
    Link.objects.filter(pk=link.pk).update(at=timezone.now() - ago)
    return ticket


def used(person):
    """{article: (reuses, {kind: reuses since})} of what the page tells this person."""
    return {one.article.number: (one.count, dict(one.did)) for one in queries.credit(person)}


@pytest.fixture
def noa():
    return make.contributor(name="Noa")


# The lineage ------------------------------------------------------------------------------------


def test_the_author_is_credited_for_reuse_by_others_and_not_for_their_own(noa):
    article = make.article(by=noa)
    reuse(article)
    reuse(article)
    reuse(article, by=noa)
    assert used(noa) == {article.number: (2, {"create": 2})}


def test_the_ticket_that_it_was_written_from_is_not_reuse(noa):
    ticket = make.ticket()
    article = solve.create(ticket, by=noa)
    Link.objects.update(by=make.contributor(), at=timezone.now())
    assert used(noa) == {article.number: (0, {"create": 0})}


def test_a_fix_is_credited_for_what_came_after_it(noa):
    article = make.article()
    reuse(article)
    articles.improve(article, by=noa, changes={"cause": "The old firmware."})
    reuse(article)
    assert used(noa) == {article.number: (1, {"fix": 1})}


def test_a_reference_is_not_reuse(noa):
    article = make.article(by=noa)
    link = solve.link(make.ticket(), article, by=make.contributor(), kind="reference")
    Link.objects.filter(pk=link.pk).update(at=timezone.now())
    assert used(noa)[article.number][0] == 0


def test_an_accepted_suggestion_is_its_authors_fix():
    lena, article = make.candidate(), make.article()
    suggestion = articles.suggest(article, by=lena, changes={"cause": "The old firmware."})
    decider = make.publisher()
    articles.accept(suggestion, by=decider)
    reuse(article)
    assert used(lena) == {article.number: (1, {"fix": 1})}
    assert used(decider) == {}


def test_a_flag_that_was_right_is_credited_and_one_that_was_not_is_nothing(noa):
    article, other = make.article(), make.article(title="Another")
    articles.resolve(
        articles.flag(article, by=noa, kind="incorrect", note="Step 2"),
        by=make.publisher(), answer="Mended",
    )  # fmt: skip
    articles.reject(
        articles.flag(other, by=noa, kind="incorrect", note="Step 2"),
        by=make.publisher(), answer="It is right",
    )  # fmt: skip
    reuse(article)
    reuse(other)
    assert used(noa) == {article.number: (1, {"flag": 1})}


def test_a_translation_is_credited(noa):
    article = make.article()
    articles.translate(
        article, by=noa, language="he",
        changes={"title": "שגיאה 79", "resolution": "עדכנו את הקושחה."},
    )  # fmt: skip
    reuse(article)
    assert used(noa) == {article.number: (1, {"translate": 1})}


def test_a_merge_keeps_the_credit_of_what_went_and_credits_whoever_merged(noa):
    kept, gone = make.article(), make.article(by=noa, title="The printer is mad")
    merger = make.publisher(name="Merle")
    reuse(gone)
    reuse(kept)
    duplicates.merge(kept, gone, by=merger)
    kept.refresh_from_db()
    assert used(noa) == {kept.number: (1, {"create": 1})}, "its own, and not the other's before"
    reuse(kept)
    assert used(noa) == {kept.number: (2, {"create": 2})}
    assert used(merger) == {kept.number: (1, {"merge": 1})}


def test_reuse_is_credited_to_everybody_on_the_line(noa):
    article = make.article()
    articles.improve(article, by=noa, changes={"cause": "The old firmware."})
    ticket = reuse(article)
    for person in (article.created_by, noa):
        rows, hidden = queries.tickets_of(person, article)
        assert ([row.number for row in rows], hidden) == ([ticket.number], 0)


def test_asking_for_credit_takes_as_many_statements_for_many_as_for_one(
    noa, django_assert_max_num_queries
):
    for n in range(6):
        article = make.article(by=noa, title=f"Printer {n}")
        articles.improve(article, by=noa, changes={"cause": f"Cause {n}"})
        reuse(article)
    with django_assert_max_num_queries(4):
        assert len(queries.credit(noa)) == 6


# The four roles ---------------------------------------------------------------------------------


def test_pa_23_four_people_in_four_places_are_told_apart_and_by_team():
    """pa/23"""
    blue, red = make.team("Blue"), make.team("Red")
    first, fixer = (
        make.contributor(name="Ada", team=blue),
        make.contributor(name="Bo", team=red),
    )
    last, owner = make.contributor(name="Cy", team=blue), make.contributor(name="Di", team=red)
    article = make.article(by=first)
    articles.improve(article, by=fixer, changes={"cause": "The old firmware."})
    articles.improve(article, by=last, changes={"cause": "Firmware before 4.2."})
    articles.describe(article, by=make.publisher(), owner=owner)
    told = Program(first).get(f"articles/{article.number}/contributors/").json()
    names = {key: told[key]["name"] for key in ("first_author", "last_modifier", "owner")}
    assert names == {"first_author": "Ada", "last_modifier": "Cy", "owner": "Di"}
    did = {
        one["person"]["name"]: [part["kind"] for part in one["did"]]
        for one in told["contributors"]
    }
    assert did == {"Ada": ["create"], "Bo": ["fix"], "Cy": ["fix"]}
    teams = {
        one["team"]: [person["name"] for person in one["contributors"]] for one in told["teams"]
    }
    assert teams == {"Blue": ["Ada", "Cy"], "Red": ["Bo"]}
    assert sum(map(len, teams.values())) + len(told["teamless"]) == len(did)


def test_a_private_team_is_named_to_nobody_outside():
    hidden = make.team("Secret", private=True)
    article = make.article(by=make.contributor(team=hidden))
    told = Program(make.contributor()).get(f"articles/{article.number}/contributors/")
    assert "Secret" not in told.content.decode()
    assert len(told.json()["teamless"]) == 1


def test_a_private_team_that_owns_it_is_named_to_its_members_alone(client):
    hidden = make.team("Secret", private=True)
    insider = make.contributor(team=hidden)
    article = make.article(by=insider, owner_team=hidden)
    for person, named in ((insider, True), (make.contributor(), False)):
        client.force_login(person)
        page = client.get(f"/articles/{article.number}/contributors/").content.decode()
        assert ("Secret" in page) is named


def test_people_stand_by_name_whatever_they_did():
    article = make.article(by=make.contributor(name="Zoe"))
    anna = make.contributor(name="Anna")
    articles.improve(article, by=anna, changes={"cause": "The old firmware."})
    assert [str(one.person) for one in contributors(article).contributors] == ["Anna", "Zoe"]


@pytest.mark.parametrize("path", ["/coaching/", "/people/"])
def test_pages_of_several_people_are_in_the_order_of_names(client, path):
    """Whoever has done most stands no higher: by name, never by rank."""
    root = make.administrator(name="Root", is_coach=True)
    for name in ("Zoe Busy", "Anna Calm", "Mia Busy"):
        person = make.contributor(name=name, coach=root)
        for _more in range(3 if "Busy" in name else 0):
            reuse(make.article(by=person))
    client.force_login(root)
    html = client.get(path).content.decode()
    places = [html.index(name) for name in ("Anna Calm", "Mia Busy", "Zoe Busy")]
    assert places == sorted(places)


# The page ---------------------------------------------------------------------------------------


def test_the_page_tells_one_what_others_did_and_opens_the_tickets(
    client, noa, django_assert_max_num_queries
):
    article = make.article()
    articles.improve(article, by=noa, changes={"cause": "The old firmware."})
    for n in range(3):
        reuse(article, subject=f"Printer {n} again")
    client.force_login(noa)
    with django_assert_max_num_queries(15):
        page = client.get("/my-knowledge/").content.decode()
    assert "Your fix was reused 3 times" in page
    opened = client.get(f"/my-knowledge/{article.number}/").content.decode()
    assert "Printer 2 again" in opened


def test_a_private_teams_ticket_is_counted_and_not_shown(client, noa):
    article = make.article(by=noa)
    hidden = make.team("Secret", private=True)
    insider = make.contributor(team=hidden)
    reuse(article, by=insider, subject="The board's printer", team=hidden)
    client.force_login(noa)
    assert used(noa)[article.number][0] == 1
    opened = client.get(f"/my-knowledge/{article.number}/").content.decode()
    assert "The board" not in opened
    assert "and 1 more" in opened


def test_who_switched_it_off_is_told_nothing(client, noa):
    article = make.article(by=noa)
    reuse(article)
    people.prefer(noa, shows_credit=False)
    client.force_login(noa)
    page = client.get("/my-knowledge/").content.decode()
    assert "You switched this off" in page
    assert article.title not in page
    assert client.get(f"/my-knowledge/{article.number}/").status_code == 404
    assert Program(noa).get("my-knowledge/").json()["results"] == []
    tell_credit()
    assert not Notification.objects.filter(user=noa, kind="credited").exists()


def test_nobody_asks_for_anothers_credit(client, noa):
    other = make.contributor()
    reuse(make.article(by=other))
    assert Program(noa).get("my-knowledge/").json()["results"] == []
    assert Program(noa).get(f"my-knowledge/?person={other.email}").status_code == 400
    client.force_login(make.customer())
    assert client.get("/my-knowledge/").status_code == 403


# Each week --------------------------------------------------------------------------------------


def test_people_are_told_once_a_week_and_never_of_nothing(noa):
    article = make.article(by=noa)
    idle = make.contributor()
    make.article(by=idle, title="Nobody reads this")
    reuse(article)
    reuse(article)
    assert actions.tell_credit() == 1
    assert actions.tell_credit() == 0
    told = Notification.objects.get(kind="credited")
    assert (told.user, told.url) == (noa, "/my-knowledge/")
    assert told.subject == "Others used your knowledge 2 times this week"
    assert actions.tell_credit(timezone.now() + timedelta(days=7, hours=1)) == 0
    reuse(article, ago=timedelta(days=-7))
    assert actions.tell_credit(timezone.now() + timedelta(days=7, hours=1)) == 1
