"""Scenario 7 of the acceptance, step by step: administration, the matrix, and who sees what.

Publishing by rule has tests of its own (tests/loops/evolve); the matrix is asked
through pages, search, API and administration alike.
"""

import re

import pytest
from django.test import Client
from django.urls import reverse

from articles import actions, rules
from articles.models import Article, Audience, Confidence, Governance
from kcs.errors import Refused
from people.models import Refusal, Right, User
from people.rights import KEPT, digest, explained, held
from tests import make
from tests.api.conftest import Program

pytestmark = pytest.mark.django_db

MATRIX = "/admin/people/right/"
EVERY = ",".join(Confidence.values)
STATES = {"confidence": Confidence, "audience": Audience, "governance": Governance}


@pytest.fixture
def cast():
    """Everybody who reads: the three competencies, an expert, and the three kinds outside."""
    expert = make.candidate()
    make.domain("till").experts.add(expert)
    partner = make.customer(organisation=make.organisation(is_partner=True))
    return {
        "candidate": make.candidate(),
        "contributor": make.contributor(),
        "publisher": make.publisher(),
        "expert": expert,
        "partner": partner,
        "customer": make.customer(),
        "visitor": None,
    }


@pytest.fixture
def shelf():
    """One article of each confidence, inside, and one validated of each audience outside."""
    by = make.publisher()
    inside = [make.article(by=by, title=f"Canary {c}", confidence=c) for c in Confidence.values]
    outside = [
        make.article(by=by, title=f"Canary {a}", confidence="validated", audience=a)
        for a in ("partner", "customer", "public")
    ]
    return [*inside, *outside]


def expected(role: str, article: Article) -> bool:
    """The matrix, read from its rows."""
    roles = {"expert": ["candidate", "publisher"]}.get(role, [role])
    sees = set(
        Right.objects.filter(competency__in=roles, aspect="see").values_list("value", flat=True)
    )
    if role in ("partner", "customer", "visitor"):
        return article.confidence == "validated" and article.audience in sees
    return {article.confidence, article.audience} <= sees


def opens(client: Client, article: Article) -> bool:
    """By page; readers outside are led to theirs, and only for what they may read. What that
    one shows is read behind a wall, which has tests of its own (tests/portal)."""
    answer = client.get(article.get_absolute_url())
    theirs = reverse("help:numbered", args=[article.number])
    return answer.status_code == 200 or answer.headers.get("Location") == theirs


def seen(person: User | None, articles: list[Article]) -> set[str]:
    """What somebody reaches: by page, list, search and API, which all have to agree."""
    client = Client()
    numbers = {article.number for article in articles}
    if person is not None:
        client.force_login(person)
    opened = {article.number for article in articles if opens(client, article)}
    if person is None:
        return opened
    narrowed = {"confidence": EVERY} if person.is_agent else {}
    listed = client.get("/search/", narrowed).text
    found = client.get("/search/", {"q": "canary", **narrowed}).text
    program, query = Program(person), f"confidence={EVERY}" if person.is_agent else ""
    told = {row["number"] for row in program.get(f"articles/?{query}").json()["results"]}
    hits = program.get(f"search/?q=canary&limit=50&{query}").json()["results"]
    read = {n for n in numbers if program.get(f"articles/{n}/").status_code == 200}
    assert opened == {n for n in numbers if n in listed}, "by list as by page"
    assert opened == {n for n in numbers if n in found}, "by search as by page"
    assert opened == numbers & told == numbers & {row["number"] for row in hits} == read
    return opened


def everybody_sees_what_the_matrix_says(cast, shelf) -> None:
    for role, person in cast.items():
        wanted = {article.number for article in shelf if expected(role, article)}
        assert seen(person, shelf) == wanted, role


def save_matrix(client, wanted):
    boxes = [" ".join(cell) for cell in wanted - KEPT]
    return client.post(MATRIX, {"right": boxes, "base": digest(held())})


def test_confidence_audience_and_role_decide_who_reaches_an_article(cast, shelf):
    # acceptance: ch/04 pa/15
    everybody_sees_what_the_matrix_says(cast, shelf)
    assert seen(cast["candidate"], shelf) == {article.number for article in shelf}
    assert len(seen(cast["partner"], shelf)) == 3
    assert len(seen(cast["customer"], shelf)) == 2
    assert len(seen(None, shelf)) == 1


def test_a_changed_cell_acts_at_once_in_both_directions(client, cast, shelf):
    # acceptance: pa/15 SC7.5
    client.force_login(make.administrator())
    usual = held()
    save_matrix(
        client,
        usual - {("candidate", "see", "wip"), ("partner", "see", "customer")}
        | {("visitor", "see", "customer")},
    )
    everybody_sees_what_the_matrix_says(cast, shelf)
    wip, customer = shelf[0].number, shelf[5].number
    assert wip not in seen(cast["candidate"], shelf)
    assert wip in seen(cast["expert"], shelf), "experts have a Publisher's rights besides"
    assert customer not in seen(cast["partner"], shelf)
    assert customer in seen(None, shelf)
    save_matrix(client, usual)
    everybody_sees_what_the_matrix_says(cast, shelf)
    assert wip in seen(cast["candidate"], shelf)


def test_a_changed_attribute_moves_exactly_the_expected_people(cast):
    # acceptance: pa/14
    by = make.publisher()
    article = make.article(by=by, title="Canary of one", confidence="validated")

    def readers() -> set[str]:
        return {role for role, person in cast.items() if seen(person, [article])}

    inside = {"candidate", "contributor", "publisher", "expert"}
    assert readers() == inside
    actions.restate(article, by=by, audience="customer")
    assert readers() == inside | {"partner", "customer"}
    actions.restate(article, by=by, audience="public")
    assert readers() == set(cast)
    actions.restate(article, by=by, confidence="archived", reason="Sold out")
    assert readers() == inside


def test_governance_decides_who_edits(client, cast):
    # acceptance: pa/16
    named, other = cast["publisher"], make.publisher()
    draft = make.article(by=named, governance="compliance")
    law = make.article(by=named, confidence="validated", governance="compliance")
    answers = {}
    for role, person in {**cast, "other": other}.items():
        if person is None or not person.is_agent:
            continue
        program = Program(person)
        answers[role] = [
            program.patch(f"articles/{article.number}/", {"cause": f"By {role}"}).status_code
            for article in (draft, law)
        ]
    assert answers == {
        "candidate": [403, 403],
        "contributor": [200, 403],
        "publisher": [200, 200],
        "expert": [200, 403],
        "other": [200, 403],
    }
    client.force_login(cast["contributor"])
    edit = reverse("articles:edit", args=[law.number])
    assert client.post(edit, {"title": "Mine", "base": 1}).status_code in (403, 409)
    page = client.get(law.get_absolute_url()).text
    assert edit not in page
    assert reverse("articles:flag", args=[law.number]) in page


def test_every_change_of_state_is_kept_with_who_and_when(client):
    # acceptance: ch/01
    people = {name: make.publisher() for name in ("created", "improved", "confidence")}
    people |= {name: make.publisher() for name in ("audience", "governance")}
    article = make.article(by=people["created"])
    actions.improve(article, by=people["improved"], changes={"cause": "Dust"})
    actions.restate(article, by=people["confidence"], confidence="validated")
    actions.restate(article, by=people["audience"], audience="public")
    actions.restate(article, by=people["governance"], governance="compliance")
    kept = {event.verb: event for event in article.events.all()}
    for verb, person in people.items():
        assert (kept[verb].by, kept[verb].at is not None) == (person, True)
    client.force_login(make.administrator())
    page = reverse("admin:articles_articleevent_change", args=[kept["created"].pk])
    assert client.get(page).status_code == 200
    assert client.post(page, {"verb": "improved"}).status_code == 403


def test_scenario_7_administration(client):
    admin, publisher = make.administrator(), make.publisher()
    client.force_login(admin)
    # acceptance: SC7.1
    asked = {"email": "noa@example.org", "name": "Noa", "competency": "candidate"}
    page = client.post(reverse("people:invite"), asked).text
    link = re.search(r'value="http://testserver(/invitation/[^"]+)"', page)[1]
    desk = Client()
    desk.post(link, {"name": "Noa Levi", "password": "correct-horse-battery"})
    desk.logout()
    answer = desk.post(
        reverse("account_login"),
        {"login": "noa@example.org", "password": "correct-horse-battery"},
    )
    assert answer.status_code == 302
    assert "Noa Levi" in desk.get("/").text
    noa = User.objects.get(email="noa@example.org")
    for person in (publisher, make.candidate(is_coach=True), make.contributor(is_staff=True)):
        other = Client()
        other.force_login(person)
        for page in ("user", "right", "sitesettings", "apikey", "team", "domain", "refusal"):
            answer = other.get(f"/admin/people/{page}/", follow=True)
            assert answer.status_code == 403, (person, page)
    # acceptance: SC7.2
    team = make.team("Payments")
    client.post(
        reverse("people:person", args=[noa.pk]),
        {"name": noa.name, "email": noa.email, "team": team.pk},
    )
    noa = User.objects.get(pk=noa.pk)
    assert noa.team == team
    assert "Payments" in client.get(reverse("people:list")).text
    # acceptance: SC7.3
    page = client.get(reverse("admin:people_user_change", args=[noa.pk])).text
    assert "What this person may do" in page
    told = dict(explained(User.objects.get(pk=noa.pk)))
    assert told["set confidence"] == [(["Work in progress", "Not validated"], ["Candidate"])]
    # acceptance: SC7.4
    assert client.get("/admin/articles/template/").status_code == 200
    other = Client()
    other.force_login(publisher)
    assert other.get("/admin/articles/template/", follow=True).status_code == 403
    # acceptance: SC7.5
    assert (
        "It holds at once" in client.get(MATRIX).text or client.get(MATRIX).status_code == 200
    )
    save_matrix(client, held() | {("candidate", "confidence", "validated")})
    options = Program(noa).get("articles/options/").json()
    assert "validated" in options["confidence"]
    save_matrix(client, held() - {("candidate", "confidence", "validated")})
    # acceptance: SC7.6
    options = Program(noa).get("articles/options/").json()
    assert options["confidence"] == ["wip", "not_validated"]
    assert (options["audience"], options["governance"]) == (["internal"], ["experience"])
    # acceptance: SC7.7
    options = Program(make.contributor()).get("articles/options/").json()
    assert options["confidence"] == list(Confidence.values)
    assert (options["audience"], options["governance"]) == (["internal"], ["experience"])
    # acceptance: SC7.8
    options = Program(publisher).get("articles/options/").json()
    assert options["confidence"] == list(Confidence.values)
    assert (options["audience"], options["governance"]) == (
        ["internal"],
        ["experience", "compliance"],
    )
    options = Program(publisher).get("articles/options/?confidence=validated").json()
    assert options["audience"] == list(Audience.values)
    # acceptance: SC7.9
    article = make.article(by=noa)
    refused = Program(noa).patch(f"articles/{article.number}/", {"confidence": "validated"})
    assert refused.status_code == 422
    article.refresh_from_db()
    assert article.confidence == "not_validated"
    assert Refusal.objects.get(person=noa).field == "confidence"
    assert noa.name in client.get("/admin/people/refusal/").text


@pytest.mark.parametrize("role", ["candidate", "contributor", "publisher", "expert"])
def test_what_is_offered_is_exactly_what_is_accepted(cast, role):
    # acceptance: SC7.9
    person = cast[role]
    for confidence in Confidence.values:
        for aspect, kind in STATES.items():
            for value in kind.values:
                article = make.article(by=person)
                Article.objects.filter(pk=article.pk).update(confidence=confidence)
                article.refresh_from_db()
                offered = value in getattr(rules.options(person, article), aspect)
                try:
                    actions.restate(article, by=person, **{aspect: value})
                except Refused:
                    accepted = False
                else:
                    accepted = True
                assert accepted == offered, (confidence, aspect, value)
