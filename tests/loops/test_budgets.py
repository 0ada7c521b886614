"""How many queries the pages of every day may take, however many rows there are."""

import io

import pytest
from django.core.management import call_command

from articles.models import Article
from people.models import User
from tests.load import measure
from tests.standing import standing

MOST = measure.MOST_QUERIES


@pytest.fixture(scope="module")
def filled(django_db_setup, django_db_blocker):
    """A filled base for the tests of this file, taken back at the end."""
    yield from standing(
        django_db_blocker,
        lambda: call_command("fill", articles=80, tickets=900, stdout=io.StringIO()),
    )


pytestmark = pytest.mark.usefixtures("filled", "db")


@pytest.mark.parametrize("request_name", list(measure.GOALS))
def test_a_page_of_every_day_stays_within_its_budget(request_name):
    calls = measure.requests(measure.agent())[request_name]
    for _ in range(2):
        next(calls)()
    statements = measure.queries_of(next(calls))
    assert len(statements) <= MOST, "\n".join(sql[:160] for sql in statements)


def test_a_reply_that_carries_the_used_article_and_solves_stays_within_its_budget():
    """U, then Ctrl+Enter: the two keys of every reuse."""
    by = measure.agent()
    client = measure.signed_in(by)
    article = Article.objects.filter(confidence="validated", audience="public")[0]
    htmx = {"headers": {"HX-Request": "true"}}
    for ticket in measure.undone()[-3:]:
        here = ticket.get_absolute_url()
        client.get(here)
        client.post(f"{here}use/", {"article": article.number}, **htmx)
        said = {"body": "", "outcome": "reused", "articles": [article.number]}
        statements = measure.queries_of(lambda: client.post(f"{here}solve/", said, **htmx))  # noqa: B023
        ticket.refresh_from_db()
        assert ticket.state == "solved"
    assert len(statements) <= MOST, "\n".join(sql[:160] for sql in statements)


def test_a_longer_queue_takes_no_more_queries():
    client = measure.signed_in(measure.agent())
    client.get("/")
    one = measure.queries_of(lambda: client.get("/?assignee=nobody"))
    every = measure.queries_of(lambda: client.get("/?state=any"))
    assert len(every) <= len(one) + 1


def test_the_agent_of_the_measurement_is_an_agent():
    assert User.objects.agents().filter(pk=measure.agent().pk).exists()
