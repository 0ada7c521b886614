"""Reports of knowledge and of those who make it, against figures counted by hand.

Protocol 0.3 of the acceptance for pa/01 to pa/08: the whole period, half of it, every segment,
the same rows in the file and on the page, the records behind each figure, an empty period, and
403 for everybody else. SC:8 and SC:9 ask for them.
"""

import csv
import io
import json
import zipfile

import openpyxl
import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from loops.coaching import access as results
from loops.reports.base import LINKS
from loops.reports.catalog import REPORTS
from people.models import SiteSettings
from tests import make
from tests.loops.reports.company import NOW, Company
from tests.loops.reports.protocol import (
    asked,
    is_closed,
    opened,
    rows,
    signed_in,
    signed_out,
    told,
)
from tests.standing import standing

KEYS = [
    "contributions", "citations", "link-rate", "states", "checklist", "process-review", "links",
    "article-history", "references", "reuse-distribution", "radar", "self-service", "feedback",
    "search-quality", "abandoned-searches", "patterns",
]  # fmt: skip
KNOWLEDGE = {"from_": "2026-03-02", "to": "2026-03-09"}
WORK = {"from_": "2026-03-11", "to": "2026-03-19"}
BEFORE = {"from_": "2025-01-01", "to": "2025-01-31"}


@pytest.fixture(scope="module")
def planted(django_db_setup, django_db_blocker):
    """The company, for all tests of this file, and taken back at the end."""
    yield from standing(django_db_blocker, Company)


@pytest.fixture
def co(planted, db):
    signed_out(vars(planted).values())
    return planted


def by_name(reader, key, *names, by, **query):
    """{what the row is about: its cells}."""
    found = asked(reader, key, by=by, **query)["rows"]
    return {row[by]: tuple(row[name] for name in names) for row in found}


# pa/01 ------------------------------------------------------------------------------------------

ACTS = ("created", "modified", "flagged")


def test_pa_01_everybody_who_wrote_a_version_is_credited(co):
    whole = told(co.COACH, "contributions", **KNOWLEDGE)
    got = {row["person"]: tuple(row[act] for act in ACTS) for row in whole["rows"]}
    assert got == {"Can": (1, 0, 1), "Con": (1, 1, 0), "Others": (0, 1, 0)}
    assert whole["n"] == 5
    for row in whole["rows"][:2]:
        for act in ACTS:
            assert not row[act] or opened(co.COACH, row, act, "contributions") == row[act]
    half = by_name(
        co.COACH, "contributions", *ACTS, by="person", from_="2026-03-02", to="2026-03-05"
    )
    assert half == {"Can": (1, 0, 0), "Con": (1, 1, 0)}
    assert told(co.COACH, "contributions", **BEFORE)["rows"] == []


SEGMENTS = {
    "team": {"T1": (2, 1, 1), "T2": (0, 1, 0)},
    "role": {"Candidate": (1, 0, 1), "Contributor": (1, 1, 0), "Publisher": (0, 1, 0)},
    "domain": {"d1/d1a": (1, 2, 1), "d2": (1, 0, 0)},
    "category": {"D1": (1, 2, 1), "D2": (1, 0, 0)},
    "tag": {"printer": (1, 2, 1), "receipt": (1, 0, 0)},
    "origin": {"crm": (2, 2, 1)},
    "origin_id": {"OPP-4711": (1, 2, 1), "OPP-4712": (1, 0, 0)},
}


def test_pa_01_each_segment_as_a_group_and_as_a_filter(co):
    for by, expected in SEGMENTS.items():
        assert by_name(co.COACH, "contributions", *ACTS, by=by, **KNOWLEDGE) == expected
        for name, figures in expected.items():
            only = {by: name.lower() if by == "role" else name}
            found = asked(co.COACH, "contributions", **only, **KNOWLEDGE)
            assert tuple(one["value"] for one in found["figures"]) == figures, only


def test_sc9_9_the_id_of_a_record_elsewhere_leads_to_its_article(co):
    # SC9.9: count per origin system and per id
    [row] = asked(co.MGR, "contributions", by="origin_id", origin_id="OPP-4711", **KNOWLEDGE)[
        "rows"
    ]
    assert (row["origin"], row["created"]) == ("crm", 1)
    assert row[LINKS]["origin_id"] == f"/articles/{co.A.number}/"
    [row] = asked(co.MGR, "links", by="origin", origin="crm", **WORK)["rows"]
    assert (row["links"], row["articles"]) == (5, 2)


# pa/02 ------------------------------------------------------------------------------------------


def test_pa_02_links_by_others_are_citations_and_ones_own_are_not(co):
    whole = told(co.COACH, "citations", **WORK)
    got = {
        row["person"]: (row["citations"], row["articles"], row["cited"])
        for row in whole["rows"]
    }
    assert got["Con"] == (3, 2, 1)
    con = whole["rows"][0]
    assert (con["person"], con["share"]) == ("Con", 0.5)
    assert opened(co.COACH, con, "citations", "citations") == 3
    assert rows(
        co.MGR,
        "citations",
        "citations",
        person=co.CON.email,
        from_="2026-03-11",
        to="2026-03-12",
    ) == [2]
    assert by_name(co.COACH, "citations", "citations", by="team", **WORK) == {
        "T1": (3,),
        "T2": (3,),
    }
    for query in (
        {"domain": "d2"},
        {"category": "d2"},
        {"tag": "receipt"},
        {"role": "contributor"},
    ):
        assert rows(co.MGR, "citations", "citations", **query, **WORK) == [3], query
    assert rows(co.MGR, "citations", "citations", tag="printer", **WORK) == []
    assert told(co.COACH, "citations", **BEFORE)["rows"] == []


# pa/03 ------------------------------------------------------------------------------------------


def test_pa_03_seven_of_ten_are_linked(co):
    whole = told(co.COACH, "link-rate", **WORK)
    assert (whole["n"], whole["value"], whole["interval"]) == (10, 0.7, [0.3968, 0.8922])
    got = {row["person"]: (row["linked"], row["solved"]) for row in whole["rows"]}
    assert got == {"Con": (3, 4), "Others": (4, 6)}
    con = whole["rows"][0]
    assert (con["link_rate"], con["imported"]) == (0.75, 1)
    assert opened(co.COACH, con, "solved", "link-rate") == 4
    assert opened(co.COACH, con, "linked", "link-rate") == 3
    half = asked(co.COACH, "link-rate", from_="2026-03-11", to="2026-03-13")
    assert (half["n"], half["value"]) == (5, 1.0)
    assert told(co.COACH, "link-rate", **BEFORE)["rows"] == []


def test_pa_03_by_team_domain_tag_and_role(co):
    pair = ("linked", "solved")
    assert by_name(co.COACH, "link-rate", *pair, by="team", **WORK) == {
        "T1": (3, 4),
        "T2": (4, 6),
    }
    assert by_name(co.COACH, "link-rate", *pair, by="domain", **WORK) == {
        "d1/d1a": (3, 4),
        "d2": (4, 6),
    }
    # A ticket without a link has the topic that its last search found first.
    assert by_name(co.COACH, "link-rate", *pair, by="tag", **WORK) == {
        "printer": (1, 1),
        "receipt": (4, 5),
    }
    for query, expected in (
        ({"team": "T2"}, (4, 6)), ({"domain": "d1"}, (3, 4)), ({"category": "d1"}, (3, 4)),
        ({"tag": "receipt"}, (4, 5)), ({"role": "contributor"}, (7, 10)),
        ({"role": "publisher"}, (0, 0)), ({"domain": "d1/d1b"}, (0, 0)),
    ):  # fmt: skip
        found = asked(co.COACH, "link-rate", **query, **WORK)
        told_ = {one["name"]: one["value"] for one in found["figures"]}
        assert (told_["linked"], told_["solved"]) == expected, query
    # A manager sees the own team's.
    assert asked(co.MGR, "link-rate", **WORK)["n"] == 4


# pa/04 ------------------------------------------------------------------------------------------


def test_pa_04_how_many_articles_are_in_each_state_and_for_how_long(co):
    query = {"domain": "d1/d1b", "aspect": "confidence"}
    with time_machine.travel(NOW, tick=False):
        whole = told(co.MGR, "states", **query)
        states = {row["state"]: row for row in whole["rows"]}
        assert {name: row["articles"] for name, row in states.items()} == {
            "wip": 2, "not_validated": 1, "validated": 0, "archived": 0,
        }  # fmt: skip
        day = 24 * 3600
        assert states["wip"]["median_age"] == 6.5 * day
        assert states["not_validated"]["median_age"] == day
        assert opened(co.MGR, states["wip"], "articles", "states") == 2
        ages = rows(co.MGR, "states", "confidence", "confidence_age", by="record", **query)
        assert ages == [("wip", 10 * day), ("wip", 3 * day), ("not_validated", day)]
        # As it stood on the 18th, before one of the three was restated.
        assert rows(co.MGR, "states", "articles", to="2026-03-18", **query) == [3, 0, 0, 0]
        # Of what came into its state since the 15th.
        assert rows(co.MGR, "states", "articles", from_="2026-03-15", **query) == [1, 1, 0, 0]
        assert told(co.MGR, "states", to="2025-01-31", by="record")["rows"] == []


def test_pa_04_audience_governance_and_each_segment(co):
    with time_machine.travel(NOW, tick=False):
        every = {row["state"]: row["articles"] for row in asked(co.MGR, "states")["rows"]}
        assert (every["internal"], every["public"]) == (5, 1)
        assert (every["experience"], every["compliance"]) == (6, 0)
        found = asked(co.MGR, "states", by="category", aspect="confidence", confidence="wip")
        assert [(row["category"], row["articles"]) for row in found["rows"]] == [("D1", 2)]
        for query, n in (
            ({"category": "d2"}, 1), ({"tag": "printer"}, 1), ({"role": "candidate"}, 1),
            ({"domain": "d1"}, 5), ({"owner": co.PUB2.email}, 5), ({"team": "T1"}, 1),
            ({"creator": co.PUB2.email}, 4),
        ):  # fmt: skip
            assert asked(co.MGR, "states", **query)["n"] == n, query


# pa/05, pa/06 -----------------------------------------------------------------------------------


def test_pa_05_the_checklist_names_the_article(co):
    for reader in (co.COACH, co.CAN, co.MGR):
        whole = told(reader, "checklist", **WORK)
        assert [(row["article"], row["score"]) for row in whole["rows"]] == [
            (co.A.number, 1.0), (co.A.number, 0.75),
        ]  # fmt: skip
        assert whole["rows"][0][LINKS]["article"] == f"/articles/{co.A.number}/"
        assert (whole["n"], whole["value"]) == (2, 0.875)
    half = asked(co.COACH, "checklist", from_="2026-03-11", to="2026-03-13")
    assert (half["n"], half["value"]) == (1, 0.75)
    for by, name in (("person", "Can"), ("team", "T1")):
        [row] = asked(co.COACH, "checklist", by=by, **WORK)["rows"]
        assert (row[by], row["reviews"], row["score"]) == (name, 2, 0.875)
        assert opened(co.COACH, row, "reviews", "checklist") == 2
    assert asked(co.COACH, "checklist", person=co.CON.email, **WORK)["rows"] == []
    assert told(co.COACH, "checklist", **BEFORE)["rows"] == []


def test_pa_05_nobody_else_reads_it_on_page_api_or_export(co):
    assert is_closed("checklist", co.CON, co.PUB, co.COACH2, co.MGR2, co.KDE, co.ADM)
    client = signed_in(co.COACH2)
    for address in ("/api/v1/reports/checklist/", "/insights/reports/process-review/"):
        assert client.get(address, {"person": co.CAN.email}).status_code == 403
    # Nor in the archive: there the report has no rows.
    text = unzipped(co.KDE, format="csv")["checklist.csv"]
    assert len(text.splitlines()) == 1


def test_pa_05_an_administrator_says_why_first(co):
    with transaction.atomic():
        results.open_results(co.CAN, by=co.ADM, reason="A second opinion was asked for")
        assert asked(co.ADM, "checklist", **WORK)["n"] == 2
        transaction.set_rollback(True)


def test_pa_06_link_accuracy_and_capture_loss_with_ticket_and_article(co):
    whole = told(co.COACH, "process-review", **WORK)
    figures = {one["name"]: (one["value"], one["n"]) for one in whole["figures"]}
    assert figures == {
        "reviews": (10, None), "link_accuracy": (0.8, 5), "capture_loss": (0.2, 10),
    }  # fmt: skip
    first = next(row for row in whole["rows"] if row["links"])
    assert first[LINKS]["ticket"] == f"/tickets/{first['ticket']}/"
    assert first[LINKS]["articles"] == [f"/articles/{co.B.number}/"]
    half = asked(co.COACH, "process-review", from_="2026-03-11", to="2026-03-13")
    assert [one["value"] for one in half["figures"]] == [5, 0.6667, 0.4]
    [row] = asked(co.MGR, "process-review", by="team", **WORK)["rows"]
    assert (row["team"], row["link_accuracy"], row["capture_loss"]) == ("T1", 0.8, 0.2)
    assert is_closed("process-review", co.CAN, co.PUB, co.COACH2, co.MGR2, co.KDE, co.ADM)


# pa/07 ------------------------------------------------------------------------------------------


def test_pa_07_both_sides_have_the_same_links(co):
    # reuse/03: resolution and reference apart
    sides = {}
    for by in ("ticket", "article"):
        answer = told(co.MGR, "links", by=by, **WORK)
        sides[by] = [sum(row[k] for row in answer["rows"]) for k in ("resolution", "reference")]
        for row in answer["rows"]:
            assert opened(co.MGR, row, "links", "links") == row["links"]
    assert sides == {"ticket": [7, 1], "article": [7, 1]}
    assert by_name(co.MGR, "links", "links", by="kind", **WORK) == {
        "resolution": (7,),
        "reference": (1,),
    }
    [row] = asked(co.MGR, "links", by="article", article=co.B.number, **WORK)["rows"]
    assert row["others"] == ", ".join(co.tickets[n].number for n in (0, 1, 2, 7))
    [row] = asked(co.MGR, "links", by="ticket", ticket=co.tickets[3].number, **WORK)["rows"]
    assert row["others"] == f"{co.P.number}, {co.A.number}"
    assert rows(co.MGR, "links", "kind", kind="reference", **WORK) == ["reference"]
    assert asked(co.MGR, "links", from_="2026-03-11", to="2026-03-12")["n"] == 3
    for query, n in (
        ({"domain": "d2"}, 4),
        ({"category": "d1"}, 4),
        ({"tag": "printer"}, 1),
        ({"role": "contributor"}, 8),
        ({"creator": co.PUB2.email}, 3),
    ):
        assert asked(co.MGR, "links", **query, **WORK)["n"] == n, query
    assert told(co.MGR, "links", **BEFORE)["rows"] == []


# pa/08, pa/23 -----------------------------------------------------------------------------------


def test_pa_08_who_contributed_depends_on_the_period(co):
    query = {"article": co.A.number, "from_": "2026-03-02"}
    [row] = told(co.MGR, "article-history", to="2026-03-09", **query)["rows"]
    assert row["contributors"] == "Can, Con, Pub"
    assert opened(co.MGR, row, "people", "article-history") == 3
    [row] = asked(co.MGR, "article-history", to="2026-03-07", **query)["rows"]
    assert row["contributors"] == "Can, Con"
    verbs = rows(co.MGR, "article-history", "verb", by="event", to="2026-03-09", **query)
    assert sorted(verbs) == ["created", "described", "flagged", "improved", "improved"]
    for query, numbers in (
        ({"person": co.CON.email}, [co.A.number, co.B.number]),
        ({"team": "T1"}, [co.A.number, co.B.number]),
        ({"domain": "d2"}, [co.B.number]), ({"tag": "printer"}, [co.A.number]),
        ({"role": "candidate"}, [co.A.number]), ({"owner": co.PUB2.email}, [co.A.number]),
    ):  # fmt: skip
        assert rows(co.MGR, "article-history", "article", **query, **KNOWLEDGE) == numbers, (
            query
        )
    assert told(co.MGR, "article-history", **BEFORE)["rows"] == []


def test_pa_23_the_four_parts_are_told_apart_and_teams_add_up(co):
    parts = ("first_author", "last_modifier", "owner", "contributor")
    query = {"article": co.A.number, **KNOWLEDGE}
    [row] = asked(co.COACH, "article-history", **query)["rows"]
    assert (row["first_author"], row["last_modifier"], row["owner"]) == (
        "Can",
        "Pub",
        str(co.PUB2),
    )
    people = by_name(co.ADM, "article-history", *parts, by="person", **query)
    assert people == {"Others": (1, 1, 1, 3)}
    mine = by_name(co.COACH, "article-history", *parts, by="person", **query)
    assert mine == {"Can": (1, 0, 0, 1), "Con": (0, 0, 0, 1), "Others": (0, 1, 1, 1)}
    teams = by_name(co.COACH, "article-history", *parts, by="team", **query)
    assert teams == {"T1": (1, 0, 0, 2), "T2": (0, 1, 1, 1)}
    for row in asked(co.COACH, "article-history", by="team", **query)["rows"]:
        for part in parts:
            assert not row[part] or opened(co.COACH, row, part, "article-history") == row[part]


# All of them ------------------------------------------------------------------------------------


def unzipped(reader, **query):
    answer = signed_in(reader).get("/api/v1/reports/all.zip", query)
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as bundle:
        return {
            name: bundle.read(name).decode("utf-8-sig")
            for name in bundle.namelist()
            if not name.endswith("xlsx")
        }


def test_sc_8_the_list_is_in_the_order_of_the_self_assessment(co):
    answer = signed_in(co.MGR).get("/api/v1/reports/").json()
    listed = [one["key"] for one in answer["results"]]
    assert listed == [key for key in KEYS if key in listed]
    assert [report.key for report in REPORTS] == KEYS
    page = signed_in(co.MGR).get(reverse("insights:reports"))
    assert all(reverse("insights:report", args=[key]) in page.text for key in listed)


def test_sc_8_all_reports_in_one_archive_in_three_formats(co):
    # pa/18: each listed format is parsed
    files = unzipped(co.MGR, **{"from": "2026-03-02", "to": "2026-03-09"})
    assert sorted(files) == sorted(
        ["READ-ME.txt", *(f"{k}.{f}" for k in KEYS for f in ("csv", "json"))]
    )
    lines = list(csv.DictReader(io.StringIO(files["contributions.csv"])))
    assert [(one["person"], one["created"]) for one in lines] == [("Can", "1"), ("Con", "1")]
    assert json.loads(files["contributions.json"])["n"] == 4
    answer = signed_in(co.MGR).get(
        "/api/v1/reports/contributions/?format=xlsx&from=2026-03-02&to=2026-03-09"
    )
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert [[cell.value for cell in row] for row in book.worksheets[0]][1:] == [
        ["Can", "T1", 1, 0, 1], ["Con", "T1", 1, 1, 0],
    ]  # fmt: skip


def test_figures_can_be_worked_out_from_the_raw_export(co):
    # pa/21: the formula of docs/reports.md, done by hand over the exported records
    def records(key):
        query = {"by": "record", "from": "2026-03-11", "to": "2026-03-19"}
        answer = signed_in(co.COACH).get(f"/api/v1/reports/{key}/", {**query, "format": "csv"})
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text)))

    solved = [row for row in records("link-rate") if row["outcome"] != "imported"]
    rate = sum(bool(row["articles"]) for row in solved) / len(solved)
    assert rate == asked(co.COACH, "link-rate", **WORK)["value"]
    sampled = records("process-review")
    loss = sum(bool(row["lost"]) for row in sampled) / len(sampled)
    figures = {
        one["name"]: one["value"]
        for one in asked(co.COACH, "process-review", **WORK)["figures"]
    }
    assert loss == figures["capture_loss"]


def test_a_title_that_begins_like_a_formula_is_text_to_a_spreadsheet(co):
    address = reverse("insights:report_export", args=["links"])
    answer = signed_in(co.MGR).get(
        address, {"format": "csv", "by": "article", **{"from": "2026-03-11"}}
    )
    assert "'=1+1 printed" in b"".join(answer.streaming_content).decode()


OPEN = [key for key in KEYS[:8] if key not in ("checklist", "process-review")]


def test_reports_are_for_managers_coaches_experts_and_administrators(co):
    customer = make.customer()
    for key in OPEN:
        assert is_closed(key, co.ANY, customer)
        for reader in (co.MGR, co.COACH, co.KDE, co.ADM):
            assert signed_in(reader).get(f"/api/v1/reports/{key}/").status_code == 200


def test_what_cannot_be_asked_is_refused_by_name(co):
    client = signed_in(co.MGR)
    page, export = (
        reverse(f"insights:{name}", args=["contributions"])
        for name in ("report", "report_export")
    )
    for name, value, status in (
        ("from", "yesterday", 422), ("to", "1971-01-01", 422), ("by", "weather", 422),
        ("team", "No such team", 422), ("team", "T2", 403), ("person", co.PUB.email, 403),
        ("person", "nobody@example.org", 403), ("domain", "nowhere", 422),
        ("format", "pdf", 422), ("colour", "red", 400),
    ):  # fmt: skip
        query = {"from": "2026-03-01", name: value}
        assert client.get("/api/v1/reports/contributions/", query).status_code == status, name
        if status == 403:
            assert client.get(page, query).status_code == 403
            assert client.get(export, query).status_code == 403


def test_a_wrong_filter_is_said_beside_the_filters(co):
    page = signed_in(co.MGR).get(reverse("insights:report", args=["links"]), {"from": "soon"})
    assert page.status_code == 422
    assert "A day as 2026-01-31" in page.text


def test_figures_about_few_are_hidden_and_cannot_be_worked_out(co):
    with transaction.atomic():
        site = SiteSettings.load()
        site.figures_minimum = 2
        site.save(update_fields=["figures_minimum"])
        found = asked(co.COACH, "contributions", **KNOWLEDGE)["rows"]
        # Others are one person: hidden. Alone it would be the rest of the total.
        assert [row["created"] for row in found] == [None, 1, None] or [
            row["created"] for row in found
        ] == [1, None, None]
        alone = {"person": co.CON.email, "from_": "2026-03-04", "to": "2026-03-05"}
        few = asked(co.COACH, "contributions", **alone)
        assert (few["hidden"], few["n"], few["rows"][0]["modified"]) == (True, 0, None)
        assert asked(co.COACH, "contributions", by="record", **alone)["rows"] == []
        page = signed_in(co.COACH).get(
            reverse("insights:report", args=["contributions"]),
            {"person": co.CON.email, "from": "2026-03-04", "to": "2026-03-05"},
        )
        assert "fewer than 2" in page.text
        transaction.set_rollback(True)


def test_a_report_takes_fifteen_statements_at_most(co):
    client = signed_in(co.COACH)
    for key in KEYS[:8]:
        page = reverse("insights:report", args=[key])
        with CaptureQueriesContext(connection) as seen:
            client.get(page, {"from": "2026-03-01", "to": "2026-03-20"})
        # What holds it to its time is not the report's.
        asked_for = [
            one["sql"][:120]
            for one in seen.captured_queries
            if "SAVEPOINT" not in one["sql"] and "statement_timeout" not in one["sql"]
        ]
        assert len(asked_for) <= 15, (key, asked_for)
