"""`evaluate search DIR` measures, prints one JSON object, and changes nothing."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from articles.models import Article
from articles.search.models import CorpusStat, Document, NewTerm, Posting, Term
from tests import make

pytestmark = pytest.mark.django_db

ARTICLES = [
    {"id": "vpn", "title": "VPN drops every hour", "resolution": "Renew the lease."},
    {"id": "printer", "title": "Printer prints symbols", "resolution": "Update it."},
    {"id": "מסוף", "title": "המסוף לא עובד", "language": "he"},
]
TICKETS = [
    {"id": 1, "subject": "thrown out at noon", "article": "vpn", "split": "link"},
    {"id": 2, "subject": "kicked off daily", "article": "vpn", "split": "link"},
    {
        "id": 3,
        "subject": "thrown out",
        "description": "again",
        "article": "vpn",
        "split": "test",
    },
    {"id": 4, "subject": "symbols", "article": "printer", "split": "test"},
    {"id": 5, "subject": "מסוף", "article": "מסוף", "language": "he", "split": "test"},
    {"id": 6, "subject": "xyzzy plugh", "article": "printer", "split": "test"},
    {"id": 7, "subject": "nobody linked", "article": None, "split": "test"},
]


@pytest.fixture
def folder(tmp_path):
    for name, rows in (("articles", ARTICLES), ("tickets", TICKETS)):
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def evaluate(folder, *more):
    out = StringIO()
    call_command("evaluate", "search", str(folder), *more, stdout=out)
    return json.loads(out.getvalue())


def test_the_figures_are_those_of_the_data(folder):
    figures = evaluate(folder)
    assert figures["subject"] == "search"
    assert (figures["n"], figures["articles"], figures["links"]) == (4, 3, 2)
    assert figures["R@1"] == figures["R@10"] == figures["MRR@10"] == figures["nDCG@10"] == 0.75
    assert figures["empty"] == 0.25
    assert figures["linked"]["n"] == 1
    assert figures["linked"]["R@1"] == 1.0
    assert figures["unlinked"]["n"] == 3
    assert figures["cpu_ms"]["p50"] <= figures["cpu_ms"]["p95"]


def test_no_more_tickets_are_linked_than_asked(folder):
    assert evaluate(folder, "--links", "1")["links"] == 1
    none = evaluate(folder, "--links", "0")
    assert none["links"] == 0
    assert none["linked"] == {
        "n": 0,
        "R@1": None,
        "R@5": None,
        "R@10": None,
        "MRR@10": None,
        "nDCG@10": None,
        "empty": None,
    }
    assert none["R@1"] == 0.5


def test_evaluating_changes_nothing_and_is_not_changed_by_what_is_there(folder):
    alone = evaluate(folder)
    for n in range(5):
        make.article(title=f"VPN drops every hour, thrown out {n}")
    tables = (Article, Term, NewTerm, Posting, Document, CorpusStat)
    before = [list(table.objects.order_by("pk").values()) for table in tables]
    figures = evaluate(folder)
    figures.pop("cpu_ms")
    alone.pop("cpu_ms")
    assert figures == alone
    assert [list(table.objects.order_by("pk").values()) for table in tables] == before
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_class where relpersistence = 't'")
        assert cursor.fetchone() == (0,)


def test_a_bad_row_is_named_with_its_file_and_line(folder):
    with (folder / "tickets.jsonl").open("a", encoding="utf-8") as file:
        file.write("\n{broken")
    with pytest.raises(CommandError, match=r"tickets\.jsonl, line 8"):
        evaluate(folder)


def test_a_ticket_of_an_unknown_article_is_named(folder):
    (folder / "tickets.jsonl").write_text('{"id": 9, "subject": "x", "article": "nope"}')
    with pytest.raises(CommandError, match="nope"):
        evaluate(folder)


def test_an_unknown_subject_says_what_subjects_there_are(folder):
    with pytest.raises(CommandError, match="There is: search"):
        call_command("evaluate", "weather", str(folder))


def test_a_missing_folder_is_said(tmp_path):
    with pytest.raises(CommandError, match="not a folder"):
        call_command("evaluate", "search", str(tmp_path / "none"))


def test_reindex_builds_the_same_index_and_says_so():
    agent = make.contributor()
    articles = [make.article(by=agent, title=f"Drawer {n}") for n in range(3)]
    wanted = set(Posting.objects.values_list("term_id", "article_id"))
    Posting.objects.filter(article_id=articles[0].pk).delete()
    Document.objects.filter(article_id=articles[1].pk).delete()
    out = StringIO()
    call_command("reindex", stdout=out)
    assert "Indexed 3 articles" in out.getvalue()
    assert set(Posting.objects.values_list("term_id", "article_id")) == wanted
    assert Term.objects.get(term="drawer").df == 3
    call_command("reindex", "--refresh", stdout=out)
    assert "Counted the words" in out.getvalue()
