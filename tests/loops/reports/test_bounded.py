"""What is asked for oddly is refused with a sentence, and so is what takes too long."""

import io
import zipfile

import pytest
from django.db import connection
from django.urls import reverse

from loops.reports import bounded
from loops.reports.catalog import REPORTS
from loops.reports.link_rate import LinkRate
from tests import make
from tests.loops.reports.protocol import asked, signed_in

pytestmark = pytest.mark.django_db
ODD = [
    {"from": "1970-01-01T00:00:00+23:59"}, {"to": "9000-12-31T23:59:59-23:59"},
    {"from": "0001-01-01T00:00:00+14:00"}, {"from": "9999-12-31T23:59:59-14:00"},
    {"from": "2026-02-30"}, {"from": "2026-01-01T00:00:00+99:99"}, {"from": "9" * 400},
    {"period": "9" * 400 + "d"}, {"period": "9999y"}, {"q": "a\x00b"}, {"team": "\x00"},
    {"person": "\x00"}, {"domain": "\x00"}, {"tag": "\x00"}, {"by": "\x00"},
    {"team": "9" * 5000}, {"domain": "9" * 5000},
]  # fmt: skip


@pytest.fixture
def coach():
    return make.coach()


@pytest.mark.parametrize("query", ODD, ids=lambda query: ascii(query)[:40])
def test_odd_values_are_refused_with_a_sentence(coach, query):
    client = signed_in(coach)
    for address in (
        reverse("insights:report", args=["link-rate"]), "/api/v1/reports/link-rate/",
        reverse("insights:report_export", args=["link-rate"]),
    ):  # fmt: skip
        answer = client.get(address, query)
        # The API knows no such character in any address.
        api = address.startswith("/api/") and "\x00" in str(*query.values())
        assert answer.status_code == (400 if api else 422), (address, query)


def test_odd_values_that_mean_nothing_break_nothing(coach):
    client = signed_in(coach)
    for report in REPORTS:
        for query in (
            {"page": "9" * 5000}, {"article": "9" * 5000}, {"pattern": "9" * 5000},
            {"person": "9" * 5000}, {"owner": "9" * 5000}, {"chart": "\x00"},
            {"article": "\x00"}, {"ticket": "\x00"}, {"string": "\x00"}, {"owner": "\x00"},
        ):  # fmt: skip
            address = reverse("insights:report", args=[report.key])
            status = client.get(address, query).status_code
            assert status in (200, 403, 404, 422), (report.key, query)
    assert client.get(reverse("insights:visit", args=["\x00"])).status_code == 404


@pytest.fixture
def slow(monkeypatch):
    """The link rate takes its time, and nobody has any."""

    def summary(self, asked):
        with connection.cursor() as cursor:
            cursor.execute("select pg_sleep(5)")

    monkeypatch.setattr(LinkRate, "summary", summary)
    monkeypatch.setattr(bounded, "PAGE", 1)
    monkeypatch.setattr(bounded, "FILE", 0.2)


def test_a_report_that_takes_too_long_is_refused_with_a_sentence(coach, slow):
    client = signed_in(coach)
    page = client.get(reverse("insights:report", args=["link-rate"]))
    assert page.status_code == 422
    assert "Narrow the period" in page.text
    export = client.get(reverse("insights:report_export", args=["link-rate"]))
    assert export.status_code == 422
    refused = client.get("/api/v1/reports/link-rate/")
    assert refused.status_code == 422
    assert "Narrow the period" in refused.content.decode()


def test_in_the_archive_it_is_said_which_took_too_long(coach, slow):
    answer = signed_in(coach).get("/api/v1/reports/all.zip", {"format": "csv"})
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as bundle:
        told = bundle.read("READ-ME.txt").decode()
        assert "link-rate: This takes too long to count. Narrow the period" in told
        assert told.count("too long") == 1
        assert len(bundle.read("link-rate.csv").decode().splitlines()) == 1
        assert len(bundle.namelist()) == len(REPORTS) + 1


def test_an_archive_stops_working_when_its_time_is_over(coach, monkeypatch):
    monkeypatch.setattr(bounded, "ARCHIVE", 0)
    answer = signed_in(coach).get("/api/v1/reports/all.zip", {"format": "csv"})
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as bundle:
        told = bundle.read("READ-ME.txt").decode()
    assert told.count("too long") >= len(REPORTS) - 3  # those that are not hers are refused


def test_the_limit_ends_with_the_report(coach):
    def limit():
        with connection.cursor() as cursor:
            cursor.execute("show statement_timeout")
            return cursor.fetchone()[0]

    before = limit()
    with bounded.within(7):
        assert limit() == "7s"
    assert limit() == before
    with pytest.raises(bounded.TooSlow), bounded.within(-1):
        limit()
    assert limit() == before


def test_a_chart_is_counted_for_the_first_page_alone(coach, monkeypatch):
    monkeypatch.setattr(LinkRate, "chart", lambda self, asked: 1 / 0)
    address = reverse("insights:report", args=["link-rate"])
    assert signed_in(coach).get(address, {"page": "2"}).status_code == 200
    assert asked(coach, "link-rate")["n"] == 0
