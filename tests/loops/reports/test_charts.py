"""What stands under the charts of reports."""

import csv

import pytest
from django.urls import reverse

from tests import make
from tests.loops.reports.company import on
from tests.loops.reports.protocol import show_all, signed_in

pytestmark = pytest.mark.django_db
COURSES = {
    "contributions": "contributions", "citations": "citations", "links": "links",
    "link-rate": "link-rate", "article-history": "contributors",
}  # fmt: skip


def in_march():
    """Somebody wrote on the third, and somebody else solved with it on the fourth."""
    show_all()
    make.gate("off")
    writer, agent = make.publisher(), make.contributor()
    with on(3):
        article = make.public_article(by=writer)
    with on(4):
        make.solved_ticket(by=agent, article=article)
    return make.coach()


def steps(reader, key, **query):
    """The first cell of each line of the chart's table."""
    given = {"from": "2026-02-20", "to": "2026-03-20", "chart": COURSES[key], **query}
    answer = signed_in(reader).get(
        reverse("insights:report", args=[key]), {**given, "format": "csv"}
    )
    lines = list(csv.reader(answer.content.decode("utf-8-sig").splitlines()))
    return [line[0] for line in lines[1:]]


def test_weeks_and_months_are_written_as_on_every_other_page():
    reader = in_march()
    for key in COURSES:
        assert steps(reader, key) == ["2 Mar"], key
        assert steps(reader, key, **{"from": "2024-01-01"}) == ["Mar 2026"], key
    type(reader).objects.filter(pk=reader.pk).update(language="he")
    del reader.browser_of_tests
    assert steps(reader, "links") == ["2.3"]
