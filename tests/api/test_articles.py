"""Articles through the API: write, read, change, restate, restore, flag, suggest, rate."""

import pytest

from articles import actions as article_actions
from articles.models import PARTS, Article, Suggestion, Template, Version
from loops.models import Link, Search
from tests import make

pytestmark = pytest.mark.django_db

INTERNAL = "Press the button.\n\n:::internal\ncanary-int: the button is behind the board\n:::\n"


def test_an_article_from_a_ticket_needs_nobody_to_type_it_again(api):
    ticket = make.ticket(
        subject="Printer prints symbols",
        description="It prints  a page of symbols.\ncanary-i0",
        environment={"model": "TM-88"},
        domain=make.domain("till"),
    )
    response = api(make.candidate()).post("articles/", {"ticket": ticket.number})
    assert response.status_code == 201, response.content
    told = response.json()
    assert told["issue"] == "It prints  a page of symbols.\ncanary-i0"
    assert told["title"] == "Printer prints symbols"
    assert "TM-88" in told["environment"]
    assert told["domain"] == "till"
    assert (told["origin"]["type"], told["origin"]["id"]) == ("ticket", ticket.number)
    assert Link.objects.get(ticket=ticket).article.number == told["number"]
    assert response.headers["Location"].endswith(f"/articles/{told['number']}/")
    assert response.headers["ETag"]


def test_an_article_keeps_the_outside_record_that_it_was_made_from(api):
    program = api(make.contributor())
    origin = {"type": "opportunity", "id": "OPP-4711", "url": "https://crm.example/4711"}
    made = program.post("articles/", {"title": "Asked in a chat", "origin": origin})
    assert made.json()["origin"] == origin
    found = program.get("articles/?origin=OPP-4711").json()["results"]
    assert [row["number"] for row in found] == [made.json()["number"]]


def test_nobody_writes_one_of_our_tickets_into_an_origin_by_hand(api):
    hidden = make.ticket(team=make.team(private=True))
    program = api(make.contributor())
    for number in (hidden.number, "KT-999999"):
        origin = {"type": "ticket", "id": number}
        assert program.post("articles/", {"title": "x", "origin": origin}).status_code == 422
        assert program.post("articles/", {"title": "x", "ticket": number}).status_code == 422
    assert not Article.objects.exists()


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, 422),
        ({"title": "  "}, 422),
        ({"title": "x" * 9000}, 422),
        ({"title": "x", "workaround": "y"}, 400),
        ({"title": "x", "parts": {"workaround": "y"}}, 422),
        ({"title": "x", "template": "None such"}, 422),
        ({"title": "x", "resolution": "[a](javascript:alert(1))"}, 422),
        ({"title": "x", "confidence": "validated"}, 422),
        ({"title": "x", "confidence": "certain"}, 422),
        ({"title": "x", "audience": "public"}, 422),
        ({"title": "x", "owner": "nobody@example.org"}, 422),
        ({"title": "x", "tags": "one"}, 400),
        ({"title": "x", "language": "klingon"}, 422),
        ({"title": "x", "issue": None}, 400),
        ({"title": "x", "number": "KB-1"}, 400),
        ({"title": "x", "reuse_count": 5}, 400),
        ({"title": "x", "origin": {"type": "a", "id": "b", "url": "javascript:1"}}, 422),
    ],
)
def test_what_an_article_cannot_be_is_refused_in_words(api, asked, status):
    response = api(make.contributor()).post("articles/", asked)
    assert response.status_code == status, response.content
    assert response.json()["detail"]
    assert not Article.objects.exists()


@pytest.mark.parametrize("part", PARTS)
def test_a_part_of_two_hundred_thousand_characters_comes_back_as_it_was_sent(api, part):
    blanks = "  \u05e9\u05dc\u05d5\u05dd\n\n\tindented   \n" * 200
    sent = (blanks + "a long line " * 20_000)[: 200_000 - len(blanks)] + blanks
    assert len(sent) == 200_000
    program = api(make.contributor())
    made = program.post("articles/", {"title": "Long", part: sent})
    assert made.status_code == 201, made.content[:500]
    assert program.get(f"articles/{made.json()['number']}/").json()[part] == sent


def test_the_five_parts_stand_under_their_names(api):
    customer, program = make.customer(), api(make.contributor())
    article = make.public_article()
    api(customer).post(f"articles/{article.number}/feedback/", {"comment": "Thank you"})
    told = program.get(f"articles/{article.number}/").json()
    assert {"issue", "environment", "resolution", "cause", "comments"} <= set(told)
    assert told["comments"][0]["comment"] == "Thank you"
    assert told["comments"][0]["role"] == "customer"
    (template, *_rest) = program.get("templates/").json()
    assert [part["key"] for part in template["parts"] if part["fixed"]] == [*PARTS, "comments"]


def test_a_part_that_is_left_out_stays_and_an_unknown_one_is_refused(api):
    parts = [{"key": "workaround", "label": "Workaround"}, {"key": "scope", "label": "Scope"}]
    template = Template.objects.create(name="With workaround", parts=parts)
    agent = make.contributor()
    article = make.article(
        by=agent, template=template, parts={"workaround": "Restart", "scope": "All"}
    )
    program, path = api(agent), f"articles/{article.number}/"
    changed = program.patch(path, {"parts": {"scope": "Tills"}})
    assert changed.json()["parts"] == {"workaround": "Restart", "scope": "Tills"}
    assert program.patch(path, {"parts": {"recipe": "x"}}).status_code == 422
    assert program.patch(path, {"parts": {"scope": None}}).status_code == 400
    assert program.patch(path, {"resolution": None}).status_code == 400
    assert program.call("PUT", path, {"title": "Only this"}).status_code == 405
    assert program.get(path).json()["parts"] == {"workaround": "Restart", "scope": "Tills"}


def test_a_patch_says_what_it_began_from_and_a_stale_one_loses_nothing(api):
    one, two = api(make.contributor()), api(make.contributor())
    article = make.article()
    path = f"articles/{article.number}/"
    etag = one.get(path).headers["ETag"]
    assert one.call("PATCH", path, {"cause": "x"}).status_code == 428
    assert two.patch(path, {"cause": "Theirs"}, If_Match=etag).status_code == 200
    stale = one.patch(path, {"cause": "Mine"}, If_Match=etag)
    assert stale.status_code == 412
    assert stale.json()["current"]["cause"] == "Theirs"
    assert one.get(path).json()["cause"] == "Theirs"


def test_a_change_of_state_makes_an_etag_stale_too(api):
    program, article = api(make.contributor()), make.article()
    path = f"articles/{article.number}/"
    etag = program.get(path).headers["ETag"]
    program.patch(path, {"confidence": "validated"}, If_Match=etag)
    assert program.patch(path, {"cause": "x"}, If_Match=etag).status_code == 412


def test_text_and_states_are_saved_together_or_not_at_all(api):
    program = api(make.contributor())
    article = make.article(confidence="wip", resolution="")
    path = f"articles/{article.number}/"
    both = program.patch(path, {"resolution": "Restart it", "confidence": "validated"})
    assert both.status_code == 200, both.content
    refused = program.patch(path, {"cause": "Rust", "audience": "public"})
    assert refused.status_code == 422
    told = program.get(path).json()
    assert (told["cause"], told["version"], told["confidence"]) == ("", 2, "validated")
    back = program.patch(path, {"resolution": "", "confidence": "wip"})
    assert (back.status_code, back.json()["confidence"]) == (200, "wip")


def test_a_candidate_who_may_only_suggest_is_told_so_and_nothing_changes(api):
    program, article = api(make.candidate()), make.article()
    path = f"articles/{article.number}/"
    refused = program.patch(path, {"cause": "Rust"})
    assert refused.status_code == 403
    assert "Suggest" in refused.json()["detail"]
    assert program.get(path).json()["cause"] == ""
    assert not Suggestion.objects.exists()
    proposed = program.post(path + "suggestions/", {"cause": "Rust", "note": "Seen it"})
    assert proposed.status_code == 201, proposed.content
    assert program.get(path).json()["cause"] == ""


def test_an_improvement_from_a_ticket_goes_live_or_waits_as_the_person_may(api):
    article, ticket = make.article(), make.ticket()
    path = f"articles/{article.number}/"
    waits = api(make.candidate()).patch(path, {"cause": "Rust", "ticket": ticket.number})
    assert waits.status_code == 202, waits.content
    assert waits.json()["state"] == "open"
    assert waits.json()["origin"]["id"] == ticket.number
    live = api(make.contributor()).patch(path, {"cause": "Dust", "ticket": ticket.number})
    assert (live.status_code, live.json()["cause"]) == (200, "Dust")
    assert Version.objects.get(article=article, number=2).origin_id == ticket.number
    assert Link.objects.get(ticket=ticket).article == article


def test_a_contributor_fixes_a_public_article_and_it_stays_public(api):
    article = make.public_article()
    changed = api(make.contributor()).patch(
        f"articles/{article.number}/", {"cause": "Dust", "audience": "public"}
    )
    assert (changed.status_code, changed.json()["audience"]) == (200, "public")


def test_versions_history_and_restoring(api):
    agent = make.contributor()
    program, article = api(agent), make.article(by=agent)
    path = f"articles/{article.number}/"
    article_actions.flag(article, by=make.contributor(), kind="unclear")
    program.patch(path, {"resolution": "Throw it away"})
    rows = program.get(path + "versions/").json()["results"]
    assert [row["number"] for row in rows] == [2, 1]
    assert program.get(path + "versions/1/").json()["resolution"] == "Update the firmware."
    assert program.get(path + "versions/9/").status_code == 404
    restored = program.post(path + "restore/", {"version": 1})
    assert restored.json()["resolution"] == "Update the firmware."
    assert program.post(path + "restore/", {"version": 77}).status_code == 422
    program.patch(path, {"confidence": "validated"})
    events = program.get(path + "history/").json()["results"]
    assert [e["verb"] for e in events] == [
        "confidence", "restored", "improved", "flagged", "created",
    ]  # fmt: skip
    assert events[0]["detail"]["from"] == "not_validated"
    assert all(e["by"]["email"] and e["at"] for e in events)
    for method in ("DELETE", "PATCH", "PUT", "POST"):
        assert program.call(method, path + "history/", {}).status_code == 405


def test_a_flag_is_raised_taken_and_answered(api):
    candidate, agent = make.candidate(), make.contributor()
    article = make.article(by=agent)
    made = api(candidate).post(
        f"articles/{article.number}/flags/", {"kind": "incorrect", "note": "Step 2 is wrong"}
    )
    assert made.status_code == 201, made.content
    key, program = made.json()["id"], api(agent)
    (row,) = program.get("flags/?state=open&owner=me").json()["results"]
    assert (row["article"], row["note"]) == (article.number, "Step 2 is wrong")
    assert program.post(f"flags/{key}/take/").json()["state"] == "taken"
    assert program.post(f"flags/{key}/resolve/", {"answer": " "}).status_code == 422
    answered = program.post(f"flags/{key}/resolve/", {"answer": "Mended"})
    assert (answered.status_code, answered.json()["state"]) == (200, "resolved")
    assert program.post(f"flags/{key}/reject/", {"answer": "No"}).status_code == 409
    assert api(candidate).post(f"flags/{key}/take/").status_code == 403
    assert program.get("flags/?raised=x").status_code == 400


def test_suggestions_are_decided_by_somebody_else_who_may_change_the_article(api):
    candidate, agent = make.candidate(), make.contributor()
    article = make.article(by=agent)
    path = f"articles/{article.number}/suggestions/"
    one = api(candidate).post(path, {"cause": "Rust"}).json()["id"]
    two = api(candidate).post(path, {"cause": "Dust"}).json()["id"]
    assert api(candidate).post(f"{path}{one}/accept/").status_code == 403
    program = api(agent)
    accepted = program.post(f"{path}{one}/accept/", {"cause": "Rust and water"})
    assert (accepted.status_code, accepted.json()["cause"]) == (200, "Rust and water")
    assert program.post(f"{path}{two}/decline/", {}).status_code == 422
    declined = program.post(f"{path}{two}/decline/", {"reason": "It was rust"})
    assert (declined.status_code, declined.json()["state"]) == (200, "declined")
    assert program.post(f"{path}{two}/accept/").status_code == 409
    assert program.post(f"{path}999999/accept/").status_code == 404
    other = make.article()
    assert program.post(f"articles/{other.number}/suggestions/{one}/accept/").status_code == 404


def test_everybody_who_may_read_an_article_may_rate_it(api):
    article, hidden = make.public_article(), make.article()
    for who in (make.customer(), make.candidate(), make.contributor()):
        made = api(who).post(
            f"articles/{article.number}/feedback/", {"helpful": True, "comment": "Good"}
        )
        assert made.status_code == 201, made.content
        assert api(who).post(f"articles/{article.number}/feedback/", {}).status_code == 422
    assert article.feedback.count() == 3
    assert {f.role for f in article.feedback.all()} == {"customer", "candidate", "contributor"}
    customer = api(make.customer())
    assert (
        customer.post(f"articles/{hidden.number}/feedback/", {"helpful": 1}).status_code == 404
    )
    assert customer.get(f"articles/{article.number}/feedback/").status_code == 403


def test_likely_duplicates_are_found_by_the_whole_draft(api):
    twin = make.article(title="Frozen till", cause="The xylograph board overheats")
    make.article(title="Coffee is cold")
    program = api(make.candidate())
    found = program.post(
        "articles/duplicates/", {"title": "Screen hangs", "cause": "xylograph board overheats"}
    )
    assert found.status_code == 200, found.content
    assert found.json()["results"][0]["number"] == twin.number
    assert 0 < found.json()["results"][0]["likeness"] <= 1
    own = program.post(
        "articles/duplicates/", {"cause": "xylograph board", "article": twin.number}
    )
    assert twin.number not in [hit["number"] for hit in own.json()["results"]]


# Search -------------------------------------------------------------------------------------


def test_search_says_why_and_how_often_it_was_used(api):
    article = make.article(title="Error 79 <b>on</b> the printer")
    program = api(make.contributor())
    told = program.get("search/?q=printer+error+79").json()
    hit = told["results"][0]
    assert {
        "source", "id", "number", "title", "snippet", "why", "confidence", "audience",
        "reuse_count", "helped", "views", "score",
    } <= set(hit)  # fmt: skip
    assert (hit["source"], hit["number"]) == ("articles", article.number)
    assert hit["why"]
    assert Search.objects.get(pk=told["search"]).query == "printer error 79"


def test_a_snippet_is_safe_html_with_the_found_words_marked(api):
    make.article(title="Printing", issue="<img src=x onerror=alert(1)> prints symbols")
    snippet = api(make.contributor()).get("search/?q=symbols").json()["results"][0]["snippet"]
    assert "<mark>symbols</mark>" in snippet
    assert "<img" not in snippet
    assert "&lt;img" in snippet


def test_search_is_narrowed_by_what_is_on_the_list_and_by_nothing_else(api):
    make.domain("pay")
    make.article(title="Printer one", tags=["paper"], language="en")
    make.public_article(title="Printer two")
    program = api(make.contributor())

    def titles(query: str) -> set[str]:
        response = program.get(f"search/?q=printer&{query}")
        assert response.status_code == 200, response.content
        return {hit["title"] for hit in response.json()["results"]}

    assert titles("") == {"Printer one", "Printer two"}
    assert titles("tag=paper") == {"Printer one"}
    assert titles("audience=public") == {"Printer two"}
    assert titles("confidence=validated,wip") == {"Printer two"}
    assert titles("domain=pay") == titles("language=he") == set()
    for wrong in ("owner__password=x", "audience=everyone", "sort=newest", "limit=-1"):
        assert program.get(f"search/?q=printer&{wrong}").status_code == 400, wrong


def test_a_search_for_a_ticket_is_part_of_its_trail(api):
    ticket, hidden = make.ticket(), make.ticket(team=make.team(private=True))
    program = api(make.contributor())
    program.get(f"search/?q=symbols&ticket={ticket.number}")
    assert ticket.searches.get().query == "symbols"
    assert program.get(f"search/?q=x&ticket={hidden.number}").status_code == 422


# Outsiders ----------------------------------------------------------------------------------


def test_a_customer_reads_what_is_meant_for_customers_and_not_its_internal_passages(api):
    article = make.public_article(title="The till is stuck", resolution=INTERNAL)
    program = api(make.customer())
    pages = [
        program.get(f"articles/{article.number}/"),
        program.get("articles/"),
        program.get("search/?q=button"),
    ]
    for page in pages:
        assert page.status_code == 200, page.content
        assert article.number in page.content.decode()
        assert "canary" not in page.content.decode()
    told = pages[0].json()
    assert told["resolution"].startswith("Press the button.")
    for inside in (
        "confidence", "audience", "reuse_count", "views", "open_flags", "owner", "version",
        "origin", "comments", "history", "created_by",
    ):  # fmt: skip
        assert inside not in told, inside
    secret = program.get("search/?q=canary-int").json()
    unknown = program.get("search/?q=nobody-says").json()
    assert secret["results"] == []
    assert secret | {"query": ""} == unknown | {"query": ""}


def test_an_internal_change_leaves_an_outsiders_answer_the_same_to_the_byte(api):
    publisher, program = make.publisher(), api(make.customer())
    article = make.public_article(by=publisher, resolution=INTERNAL)
    before = program.get(f"articles/{article.number}/")
    article_actions.flag(article, by=make.contributor(), kind="unclear")
    changed = api(make.contributor()).patch(
        f"articles/{article.number}/", {"resolution": INTERNAL.replace("board", "lid")}
    )
    assert changed.json()["version"] == 2
    after = program.get(f"articles/{article.number}/")
    assert (before.content, before.headers.get("ETag")) == (
        after.content, after.headers.get("ETag"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("confidence", "audience", "partner", "seen"),
    [
        ("validated", "public", False, True),
        ("validated", "customer", False, True),
        ("validated", "partner", False, False),
        ("validated", "partner", True, True),
        ("validated", "internal", True, False),
        ("not_validated", "internal", True, False),
        ("wip", "internal", True, False),
    ],
)
def test_hidden_and_missing_articles_look_the_same_outside(
    api, confidence, audience, partner, seen
):
    article = make.article(by=make.publisher(), confidence=confidence, audience=audience)
    reader = make.customer(organisation=make.organisation(is_partner=partner))
    program = api(reader)
    found = program.get(f"articles/{article.number}/")
    assert found.status_code == (200 if seen else 404)
    listed = [row["number"] for row in program.get("articles/").json()["results"]]
    hits = [hit["number"] for hit in program.get("search/?q=printer+79").json()["results"]]
    assert (article.number in listed, article.number in hits) == (seen, seen)
    if not seen:
        assert found.content == program.get("articles/KB-99999999/").content


def test_a_customer_has_no_way_to_anything_that_is_ours(api):
    article = make.public_article()
    program = api(make.customer())
    for path in ("versions", "versions/1", "history", "options", "flags", "suggestions"):
        assert program.get(f"articles/{article.number}/{path}/").status_code == 403, path
    for verb in ("flags", "restore", "suggestions", "suggestions/1/accept"):
        assert program.post(f"articles/{article.number}/{verb}/", {}).status_code == 403, verb
    assert program.call("PATCH", f"articles/{article.number}/", {}).status_code == 403
    for path in ("flags/", "templates/", "me/", "articles/options/"):
        assert program.get(path).status_code == 403, path
    assert program.post("articles/", {"title": "x"}).status_code == 403
    assert program.post("articles/duplicates/", {"title": "x"}).status_code == 403
    for key in ("confidence", "owner", "flagged", "sort", "origin"):
        assert program.get(f"articles/?{key}=x").status_code == 400, key
    for key in ("confidence", "audience", "ticket"):
        assert program.get(f"search/?q=x&{key}=x").status_code == 400, key


# Budgets ------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [2, 20])
def test_lists_of_articles_take_eight_queries_whatever_their_length(
    api, n, django_assert_max_num_queries
):
    for _ in range(n):
        article = make.article(domain=make.domain())
        article_actions.flag(article, by=make.contributor(), kind="unclear")
    program = api(make.contributor())
    for path in ("articles/", "flags/", "search/?q=printer&limit=50"):
        with django_assert_max_num_queries(8):
            assert len(program.get(path).json()["results"]) == n


def test_an_article_takes_fifteen_queries(api, django_assert_max_num_queries):
    article = make.public_article(domain=make.domain())
    for _ in range(5):
        article_actions.rate(article, by=make.contributor(), comment="Fine")
    program = api(make.contributor())
    with django_assert_max_num_queries(15):
        program.get(f"articles/{article.number}/")
