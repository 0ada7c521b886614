"""The rights matrix through the API: what is not offered is refused, and nothing changes.

SC7.6 to SC7.9 of the acceptance scenarios: three roles, every value of the three states.
"""

import pytest

from articles.models import Article, Audience, Confidence, Governance
from people.models import Right
from tests import make

pytestmark = pytest.mark.django_db

STATES = [
    *(("confidence", value) for value in Confidence.values),
    *(("audience", value) for value in Audience.values),
    *(("governance", value) for value in Governance.values),
]
ALL = set(Confidence.values)
OFFERED = {
    "candidate": {
        "confidence": {"wip", "not_validated"},
        "audience": {"internal"},
        "governance": {"experience"},
    },
    "contributor": {"confidence": ALL, "audience": {"internal"}, "governance": {"experience"}},
    "publisher": {
        "confidence": ALL,
        "audience": {"internal"},
        "governance": {"experience", "compliance"},
    },
}


@pytest.mark.parametrize("role", OFFERED)
@pytest.mark.parametrize("confidence", ["wip", "not_validated"])
def test_sc7_6_to_8_what_each_role_is_offered_on_an_own_article(api, role, confidence):
    person = make.user(role)
    article = make.article(by=person, confidence=confidence)
    told = api(person).get(f"articles/{article.number}/options/").json()
    offered = {name: set(told[name]) for name in ("confidence", "audience", "governance")}
    assert offered == OFFERED[role]
    assert told["may_change"] is True


@pytest.mark.parametrize(
    ("role", "external"),
    [("candidate", False), ("contributor", False), ("publisher", True)],
)
def test_sc7_8_external_audiences_are_offered_at_validated_and_to_publishers(
    api, role, external
):
    person = make.user(role)
    article = make.article(by=person)
    told = api(person).get(f"articles/{article.number}/options/?confidence=validated").json()
    wanted = {"internal", "partner", "customer", "public"} if external else {"internal"}
    assert set(told["audience"]) == wanted
    new = api(person).get("articles/options/?confidence=validated").json()
    assert set(new["audience"]) == wanted


@pytest.mark.parametrize("role", OFFERED)
@pytest.mark.parametrize(("aspect", "value"), STATES)
def test_sc7_9_a_value_outside_the_list_is_refused_and_the_article_unchanged(
    api, role, aspect, value
):
    person = make.user(role)
    article = make.article(by=person)
    allowed = value in OFFERED[role][aspect]
    path = f"articles/{article.number}/"
    answer = api(person).patch(path, {aspect: value})
    article.refresh_from_db()
    if allowed:
        assert answer.status_code == 200, answer.content
        assert getattr(article, aspect) == value
        return
    assert answer.status_code in (403, 422)
    assert answer.json()["detail"]
    now = (article.confidence, article.audience, article.governance, article.version_number)
    assert now == ("not_validated", "internal", "experience", 1)
    verbs = list(article.events.values_list("verb", flat=True))
    assert verbs == ["created"]
    assert person.refusals.get().field == aspect, "the attempt is logged"


@pytest.mark.parametrize("role", OFFERED)
@pytest.mark.parametrize(("aspect", "value"), STATES)
def test_sc7_9_a_value_outside_the_list_makes_no_new_article(api, role, aspect, value):
    asked = {"title": "New", "resolution": "Restart", aspect: value}
    person = make.user(role)
    answer = api(person).post("articles/", asked)
    allowed = value in OFFERED[role][aspect]
    assert answer.status_code == 201 if allowed else answer.status_code in (403, 422)
    assert Article.objects.exists() == allowed
    assert person.refusals.exists() != allowed, "the attempt is logged"


def test_sc7_9_an_attempt_is_written_down(api, caplog):
    person = make.candidate()
    article = make.article(by=person)
    with caplog.at_level("INFO", logger="kcs.refused"):
        api(person).patch(f"articles/{article.number}/", {"confidence": "validated"})
    (line,) = [r.getMessage() for r in caplog.records if r.name == "kcs.refused"]
    assert f"PATCH api:article-detail {article.number} refused to {person.pk}: 422" in line


def test_a_secret_address_is_not_written_down(client, caplog):
    make.administrator()
    with caplog.at_level("INFO", logger="kcs.refused"):
        client.get("/invitation/canary-token/")
    assert [r for r in caplog.records if r.name == "kcs.refused"]
    assert not [
        r for r in caplog.records if r.name == "kcs.refused" and "canary" in str(r.args)
    ]


def test_sc4_5_an_unchanged_value_is_always_legal(api):
    article = make.public_article()
    person = make.contributor()
    program, path = api(person), f"articles/{article.number}/"
    assert "public" in program.get(path + "options/").json()["audience"]
    saved = program.patch(path, {"cause": "Dust", "audience": "public"})
    assert (saved.status_code, saved.json()["audience"]) == (200, "public")
    narrowed = program.patch(path, {"audience": "internal"})
    assert narrowed.status_code == 200
    assert program.patch(path, {"audience": "public"}).status_code == 422


def test_sc5_5_to_7_a_candidates_lists_hold_no_validated_no_external_no_compliance(api):
    person, ticket = make.candidate(), make.ticket()
    number = api(person).post("articles/", {"ticket": ticket.number}).json()["number"]
    told = api(person).get(f"articles/{number}/options/").json()
    assert set(told["confidence"]) == {"wip", "not_validated"}
    assert told["audience"] == ["internal"]
    assert told["governance"] == ["experience"]


def test_a_validated_article_under_compliance_is_changed_by_its_named_editors_only(api):
    editor, other = make.publisher(), make.publisher()
    article = make.article(by=editor, confidence="validated", governance="compliance")
    path = f"articles/{article.number}/"
    assert api(other).get(path + "options/").json()["may_change"] is False
    for person in (other, make.contributor(), make.candidate()):
        program = api(person)
        assert program.patch(path, {"cause": "x"}).status_code == 403
        assert program.patch(path, {"confidence": "not_validated"}).status_code in (403, 422)
        assert program.post(path + "suggestions/", {"cause": "x"}).status_code == 403
        assert program.post(path + "restore/", {"version": 1}).status_code == 403
    assert api(editor).patch(path, {"cause": "Rust"}).status_code == 200


def test_an_edited_matrix_acts_at_once(api):
    person = make.contributor()
    article = make.article(by=person)
    program, path = api(person), f"articles/{article.number}/"
    assert "validated" in program.get(path + "options/").json()["confidence"]
    Right.objects.filter(
        competency="contributor", aspect="confidence", value="validated"
    ).delete()
    assert "validated" not in program.get(path + "options/").json()["confidence"]
    assert program.patch(path, {"confidence": "validated"}).status_code == 422
    Right.objects.filter(competency="contributor", aspect="change", value="others").delete()
    theirs = make.article(by=make.publisher())
    refused = program.patch(f"articles/{theirs.number}/", {"cause": "x"})
    assert refused.status_code == 403


def test_what_one_may_not_see_by_the_matrix_is_missing(api):
    Right.objects.filter(competency="candidate", aspect="see", value="wip").delete()
    article = make.article(confidence="wip", title="canary title")
    agent, ticket = make.candidate(), make.ticket()
    from loops.solve import actions as solve_actions

    solve_actions.link(ticket, article, by=make.contributor())
    program = api(agent)
    assert program.get(f"articles/{article.number}/").status_code == 404
    assert article.number not in program.get("articles/").content.decode()
    assert program.get("search/?q=canary").json()["results"] == []
    assert program.get(f"tickets/{ticket.number}/").json()["links"] == []
    assert (
        program.post(f"tickets/{ticket.number}/links/", {"article": article.number}).status_code
        == 422
    )
    flag = (
        api(make.contributor())
        .post(f"articles/{article.number}/flags/", {"kind": "unclear"})
        .json()
    )
    assert program.get(f"flags/{flag['id']}/").status_code == 404
    assert program.get("flags/").json()["results"] == []
