"""`import` and `export`: bad rows are said, good ones land, twice is once, files come back equal."""

import csv
import io
import json
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection

from articles.models import Article
from articles.search import query as engine
from loops.intake import reading
from loops.models import Outcome
from tests import make
from tickets.models import Message, Requester, Ticket, TicketEvent

pytestmark = pytest.mark.django_db


def bring(kind: str, path: Path, *arguments: str) -> tuple[int, str, str]:
    """Run `import`; its exit code, and what it said."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("import", kind, str(path), *arguments, stdout=out, stderr=err)
    except SystemExit as ended:
        return int(ended.code), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def take_out(kind: str, path: Path, *arguments: str) -> Path:
    call_command("export", kind, str(path), *arguments, stdout=io.StringIO())
    return path


def lines(path: Path, *rows: dict) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return path


def table(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


# What lands ------------------------------------------------------------------------------------


def test_a_row_becomes_a_ticket_with_its_requester_and_its_trail(tmp_path):
    make.domain("till")
    code, said, _ = bring(
        "tickets",
        lines(
            tmp_path / "old.jsonl",
            {
                "subject": "Printer is silent",
                "description": "Since noon.",
                "requester": {"name": "Ada", "email": "Ada@Shop.example"},
                "channel": "mail",
                "domain": "till",
                "environment": {"device": "TP80"},
                "language": "en",
                "created_at": "2025-03-01T10:00:00Z",
                "external": {"system": "old desk", "id": "7", "url": "https://old.example/7"},
            },
        ),
    )
    assert code == 0, said
    ticket = Ticket.objects.get()
    assert (ticket.number[:3], ticket.subject, ticket.state) == (
        "KT-",
        "Printer is silent",
        "new",
    )
    assert ticket.requester.email == "ada@shop.example"
    assert (ticket.external_system, ticket.external_id) == ("old desk", "7")
    assert ticket.environment == {"device": "TP80"}
    assert ticket.created_at.year == 2025
    assert [event.verb for event in ticket.events.all()] == ["received", "imported"]


def test_solved_history_lands_as_imported_and_says_so(tmp_path):
    agent = make.contributor(email="old@example.org")
    bring(
        "tickets",
        lines(
            tmp_path / "t.jsonl",
            {
                "subject": "Solved long ago",
                "state": "closed",
                "assignee": agent.email,
                "created_at": "2025-01-01T08:00:00Z",
                "solved_at": "2025-01-02T08:00:00Z",
                "messages": [
                    {"body": "Try again.", "by": agent.email, "at": "2025-01-01T09:00:00Z"},
                    {"body": "It works.", "at": "2025-01-01T10:00:00Z"},
                ],
            },
        ),
    )
    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.solved_by) == ("closed", agent)
    assert ticket.first_response_at.hour == 9
    assert ticket.outcomes.get().outcome == "imported"
    assert Message.objects.count() == 2
    assert "solved" in ticket.events.values_list("verb", flat=True)


def test_nobody_but_an_import_declares_imported():
    ticket = make.ticket()
    with pytest.raises(IntegrityError, match="only an import"):
        Outcome.objects.create(ticket=ticket, outcome="imported")


def test_an_imported_article_is_found_and_has_a_version(tmp_path):
    agent = make.administrator()
    make.domain("till")
    code, said, problems = bring(
        "articles",
        lines(
            tmp_path / "a.jsonl",
            {
                "title": "Cutter blocked",
                "issue": "It stopped in the middle.",
                "environment": {"device": "TP80"},
                "resolution": "Turn the **wheel** upwards.",
                "domain": "till",
                "tags": ["printer", "Knife"],
                "confidence": "validated",
                "audience": "public",
                "owner": agent.email,
                "external_id": "cutter",
            },
        ),
        "--source",
        "wiki",
    )
    assert code == 0, said + problems
    article = Article.objects.get()
    assert article.tags == ["printer", "knife"]
    assert "<strong>wheel</strong>" in article.rendered["inside"]["resolution"]
    assert article.versions.get().number == 1
    assert set(article.events.values_list("verb", flat=True)) == {"created", "imported"}
    hits = engine.search("wheel upwards", user=agent).hits
    assert [hit.number for hit in hits] == [article.number]


# Foreign files ---------------------------------------------------------------------------------


def test_foreign_columns_are_mapped_and_the_unused_are_named(tmp_path):
    path = table(tmp_path / "f.csv", "Betreff;Kunde;Farbe\nKasse klemmt;a@b.example;rot\n")
    code, said, _ = bring(
        "tickets", path, "--map", "Betreff=subject", "--map", "Kunde=requester.email"
    )
    assert code == 0
    assert Ticket.objects.get().requester.email == "a@b.example"
    assert "Farbe (1)" in said


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        ("Betref=subject", "no column “Betref”. It has: Betreff"),
        ("Betreff=subjekt", "no field “subjekt”"),
        ("Betreff", "THEIRS=OURS"),
    ],
)
def test_a_mistyped_mapping_is_said_before_anything_lands(tmp_path, mapping, sentence):
    path = table(tmp_path / "f.csv", "Betreff\nKasse klemmt\n")
    with pytest.raises(CommandError, match=sentence) as refused:
        bring("tickets", path, "--map", mapping)
    assert refused.value.returncode == 2


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path):
    path = tmp_path / "bom.csv"
    path.write_bytes("﻿subject\nКасса молчит\n".encode())
    assert bring("tickets", path)[0] == 0
    assert Ticket.objects.get().subject == "Касса молчит"
    assert Ticket.objects.get().language == "ru"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("subject\nKäse\n".encode("latin-1"), "not in UTF-8: line 2"),
        ("subject\nx\n".encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04rest", "spreadsheet"),
        (b"", "empty"),
        (b"subject,subject\na,b\n", "two columns"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(tmp_path, content, sentence):
    path = tmp_path / "f.csv"
    path.write_bytes(content)
    with pytest.raises(CommandError, match=sentence) as refused:
        bring("tickets", path)
    assert refused.value.returncode == 2


def test_a_long_text_keeps_its_first_sentence_as_subject_and_is_kept_whole(tmp_path):
    text = "The till stopped working today. " + "We tried everything. " * 40
    bring("tickets", lines(tmp_path / "t.jsonl", {"subject": text}))
    ticket = Ticket.objects.get()
    assert ticket.subject == "The till stopped working today."
    assert ticket.description == text.strip()


# Bad rows --------------------------------------------------------------------------------------


def test_bad_rows_are_said_with_line_and_reason_and_the_good_ones_land(tmp_path):
    path = tmp_path / "mixed.jsonl"
    path.write_text(
        "\n".join(
            [
                '{"subject": "Good one"}',
                '{"subject": ""}',
                "{not json",
                '{"subject": "No domain", "domain": "nowhere"}',
                '{"subject": "Odd state", "state": "resolved"}',
                '{"subject": "Nul \\u0000"}',
                '{"subject": "Half \\ud800"}',
                '{"subject": "When", "created_at": "yesterday"}',
                '{"subject": "Later", "created_at": "2999-01-01"}',
                '{"subject": "Backwards", "created_at": "2025-02-02", "solved_at": "2025-01-01"}',
                '{"subject": "Who", "assignee": "nobody@example.org"}',
                '{"subject": "Huge", "csat": 1e400}',
                "[" * 20_000,
                '{"subject": "Csat", "csat": 9}',
                '{"subject": "Mail", "requester_email": "no address"}',
                '{"subject": "Good two"}',
            ]
        )
    )
    code, said, problems = bring("tickets", path)
    assert code == 1
    assert sorted(Ticket.objects.values_list("subject", flat=True)) == ["Good one", "Good two"]
    assert "16 rows read: 2 tickets landed, 0 were here already, 14 bad" in said
    for line, word in [
        (2, "subject"), (3, "not JSON"), (4, "nowhere"), (5, "resolved"), (6, "NUL"), (7, "NUL"),
        (8, "yesterday"), (9, "future"), (10, "before it was created"), (11, "nobody@"),
        (12, "too large"), (14, "csat"), (15, "e-mail"),
    ]:  # fmt: skip
        found = next(p for p in problems.splitlines() if f"line {line}:" in p)
        assert word in found


def test_a_broken_line_of_csv_is_one_bad_row(tmp_path):
    path = table(tmp_path / "f.csv", 'subject,description\nOne,a\nTwo,b,c,d\nThree,"x\ny"\n')
    code, _, problems = bring("tickets", path)
    assert code == 1
    assert "line 3: it has 4 cells" in problems
    assert Ticket.objects.get(subject="Three").description == "x\ny"


def test_domains_are_added_on_request(tmp_path):
    path = lines(tmp_path / "t.jsonl", {"subject": "a", "domain": "pay/card-readers"})
    assert bring("tickets", path)[0] == 1
    assert bring("tickets", path, "--create-domains")[0] == 0
    domain = Ticket.objects.get().domain
    assert (domain.name, domain.parent.path) == ("Card readers", "pay")


def test_all_bad_rows_can_be_written_to_a_file(tmp_path):
    bring("tickets", lines(tmp_path / "t.jsonl", {"x": 1}), "--errors", str(tmp_path / "e"))
    found = json.loads((tmp_path / "e").read_text())
    assert found["place"] == "t.jsonl, line 1"


def test_an_article_that_the_verbs_would_refuse_is_a_bad_row(tmp_path):
    make.administrator()
    path = lines(
        tmp_path / "a.jsonl",
        {"title": "No steps", "confidence": "validated"},
        {"title": "Part", "parts": {"workaround": "x"}},
        {"title": "Script", "resolution": "[a](javascript:alert(1))"},
        {"title": "Good", "resolution": "x"},
    )
    code, _, problems = bring("articles", path)
    assert code == 1
    assert Article.objects.get().title == "Good"
    assert "no “resolution”" in problems
    assert "workaround" in problems
    assert "javascript" in problems


def test_articles_need_an_author(tmp_path):
    with pytest.raises(CommandError, match="administrator"):
        bring("articles", lines(tmp_path / "a.jsonl", {"title": "x"}))


def test_an_import_cannot_claim_that_an_article_came_from_one_of_our_tickets(tmp_path):
    make.administrator()
    bring(
        "articles",
        lines(tmp_path / "a.jsonl", {"title": "x", "origin": {"type": "ticket", "id": "KT-1"}}),
    )
    assert Article.objects.get().origin_type != "ticket"


# Twice is once ---------------------------------------------------------------------------------


def test_the_same_import_twice_changes_nothing(tmp_path):
    path = table(
        tmp_path / "f.csv", "subject,requester_email\nOne,a@b.example\nTwo,a@b.example\n"
    )
    bring("tickets", path)
    code, said, _ = bring("tickets", path)
    assert code == 0
    assert "0 tickets landed, 2 were here already" in said
    assert Ticket.objects.count() == 2
    assert Requester.objects.filter(email="a@b.example").count() == 1
    assert set(Ticket.objects.values_list("external_id", flat=True)) == {"f.csv:1", "f.csv:2"}


def test_an_import_that_was_interrupted_goes_on_where_it_stopped(tmp_path, monkeypatch):
    from loops.intake import run

    monkeypatch.setattr(run, "BATCH", 3)
    path = lines(tmp_path / "t.jsonl", *({"subject": f"Ticket {n}"} for n in range(10)))
    real = run._land
    calls = []

    def interrupted(*arguments):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        real(*arguments)

    monkeypatch.setattr(run, "_land", interrupted)
    with pytest.raises(KeyboardInterrupt):
        bring("tickets", path)
    assert Ticket.objects.count() == 6
    monkeypatch.setattr(run, "_land", real)
    _, said, _ = bring("tickets", path)
    assert "4 tickets landed, 6 were here already" in said
    assert Ticket.objects.count() == 10


def test_two_sources_may_have_the_same_ids(tmp_path):
    path = lines(tmp_path / "t.jsonl", {"subject": "a", "external_id": "1"})
    bring("tickets", path, "--source", "old desk")
    bring("tickets", path, "--source", "older desk")
    assert Ticket.objects.count() == 2


def test_the_same_id_twice_in_one_file_is_said(tmp_path):
    path = lines(
        tmp_path / "t.jsonl",
        {"subject": "a", "external_id": "1"},
        {"subject": "b", "external_id": "1"},
    )
    code, _, problems = bring("tickets", path)
    assert code == 1
    assert "line 2: its external id '1' stands in t.jsonl, line 1" in problems


def test_a_dry_run_reports_and_changes_nothing(tmp_path):
    make.administrator()
    path = lines(
        tmp_path / "t.jsonl", {"subject": "a", "domain": "new/branch"}, {"subject": ""}
    )
    code, said, _ = bring("tickets", path, "--dry-run", "--create-domains")
    assert code == 1
    assert "1 tickets would land" in said
    assert "nothing was changed" in said
    assert not Ticket.objects.exists()
    assert not TicketEvent.objects.exists()
    from people.models import Domain

    assert not Domain.objects.filter(path="new").exists()


# Out and in again ------------------------------------------------------------------------------

EVIL = ["=1+1", "+49 30 123", "-5", "@name", "'=quoted", "''+x", "\tTab", 'plain, "quoted"']


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_what_is_exported_comes_back_equal(tmp_path, suffix):
    agent = make.administrator(email="admin@example.org")
    make.domain("till")
    source = lines(
        tmp_path / "source.jsonl",
        *(
            {
                "subject": "x" + word,
                "description": f'{word}\nsecond line, with "marks"',
                "requester": {"name": word.strip(), "email": f"p{n}@example.org"},
                "environment": {"device": "TP80", "note": word.strip()},
                "domain": "till",
                "state": "closed" if n % 2 else "open",
                "assignee": agent.email,
                "created_at": "2025-01-01T08:00:00Z",
                "messages": [{"body": f"{word} said", "by": agent.email}, {"body": "ok"}],
                "external": {"system": "old", "id": str(n)},
                "csat": 4,
            }
            for n, word in enumerate(EVIL)
        ),
    )
    assert bring("tickets", source)[0] == 0
    first = take_out("tickets", tmp_path / f"first.{suffix}")
    # Everything goes, by the one way that the database allows.
    _empty("tickets_ticket", "tickets_requester")
    code, said, problems = bring("tickets", first)
    assert code == 0, said + problems
    second = take_out("tickets", tmp_path / f"second.{suffix}")
    assert _without_numbers(second) == _without_numbers(first)
    assert "Not used" not in said


def _empty(*tables: str) -> None:
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute(f"truncate {', '.join(tables)} cascade")


def _without_numbers(path: Path) -> list[dict]:
    if path.suffix == ".jsonl":
        rows = [json.loads(line) for line in path.read_text().splitlines()]
    else:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    return [{k: v for k, v in row.items() if k not in ("number", "outcome")} for row in rows]


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_exported_articles_come_back_equal(tmp_path, suffix):
    author = make.administrator(email="admin@example.org")
    domain = make.domain("till")
    for n, word in enumerate(EVIL):
        make.article(
            by=author, title=f"T{word.strip()}", issue=word, resolution=f"{word}\n2. step",
            domain=domain, tags=["a,b", word.strip()], environment_facets={"device": f"x{n}"},
        )  # fmt: skip
    first = take_out("articles", tmp_path / f"first.{suffix}")
    _empty("articles_article")
    code, said, problems = bring("articles", first)
    assert code == 0, said + problems
    second = take_out("articles", tmp_path / f"second.{suffix}")
    ours = ("number", "external.system", "external.id", "external")
    assert [
        {k: v for k, v in row.items() if k not in ours} for row in _without_numbers(second)
    ] == [{k: v for k, v in row.items() if k not in ours} for row in _without_numbers(first)]


def test_no_cell_of_an_export_is_a_formula(tmp_path):
    bring("tickets", lines(tmp_path / "t.jsonl", *({"subject": f"={n}+1"} for n in range(3))))
    text = take_out("tickets", tmp_path / "out.csv").read_text(encoding="utf-8-sig")
    for row in csv.reader(io.StringIO(text)):
        assert not [cell for cell in row if cell[:1] in tuple("=+-@\t\r") and cell]


@pytest.mark.parametrize("cell", [*EVIL, "", "'", "''", "'plain"])
def test_a_quiet_cell_is_the_same_cell_again(cell):
    assert reading.loud(reading.quiet(cell)) == cell


# Real questions --------------------------------------------------------------------------------

BANKING = Path(settings.KCS_DATA) / "banking77"


@pytest.mark.skipif(
    not BANKING.is_dir(),
    reason=f"The data set banking77 is not in {BANKING.parent}; set KCS_DATA.",
)
def test_banking77_becomes_tickets(tmp_path):
    code, said, _ = bring("tickets", BANKING / "test.csv", "--map", "text=subject")
    assert code == 0
    assert Ticket.objects.count() == 3080
    assert "category (3080)" in said
    bring("tickets", BANKING, "--format", "banking77", "--source", "banking77")
    assert Ticket.objects.filter(external_system="banking77").count() == 13083
    ticket = Ticket.objects.filter(external_system="banking77").earliest("pk")
    assert ticket.state == "new"
    assert not ticket.is_done
