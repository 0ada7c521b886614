"""`fill`: load-test data that could have come from the verbs."""

import io
from datetime import timedelta
from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from articles.models import Article
from articles.search import query as engine
from loops.demo import filler
from loops.models import Link, Outcome
from people.models import User
from tickets.models import Ticket, TicketEvent

pytestmark = pytest.mark.django_db


def fill(**wanted: int) -> str:
    out = io.StringIO()
    call_command("fill", stdout=out, **wanted)
    return out.getvalue()


def test_as_many_as_asked_for_and_every_outcome_is_proved():
    said = fill(articles=60, tickets=400, events=50)
    assert "60 articles, 400 tickets" in said
    assert (Article.objects.count(), Ticket.objects.count()) == (60, 400)
    assert TicketEvent.objects.filter(verb="changed").count() == 50
    outcomes = set(Outcome.objects.values_list("outcome", flat=True))
    assert outcomes == {"reused", "improved", "flagged", "created", "no_knowledge"}
    proved(300)


def proved(least: int) -> None:
    """Every solved ticket's outcome is one that its rows prove."""
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*), count(*) filter (where "
            "cardinality(loops_missing(t.id, t.number, o.outcome, o.reason, o.note)) = 0) "
            "from tickets_ticket t join loops_outcome o on o.ticket_id = t.id "
            "where t.state in ('solved', 'closed')"
        )
        solved, proved = cursor.fetchone()
    assert solved == proved > least
    assert 0 < Ticket.objects.undone().count() < 80


def test_a_year_that_repeats_a_part_of_itself_is_in_order_and_proved(monkeypatch):
    monkeypatch.setattr(filler, "SLICE", 60)
    fill(articles=40, tickets=400, events=50)
    assert Ticket.objects.count() == 400
    moments = list(Ticket.objects.order_by("pk").values_list("created_at", flat=True))
    assert moments[-1] - moments[0] > timedelta(days=340)
    late = sum(1 for one, other in pairwise(moments) if other < one - timedelta(days=2))
    assert late == 0
    proved(300)
    assert fill(tickets=20)  # the sequences stand behind what was repeated


def test_counters_and_index_are_those_of_the_rows():
    fill(articles=40, tickets=300)
    for article in Article.objects.all():
        # The ticket that an article was written on is no reuse of it.
        links = Link.objects.filter(article=article).exclude(ticket__number=article.origin_id)
        assert article.reuse_count == links.count()
    article = Article.objects.filter(confidence="validated").order_by("-reuse_count")[0]
    ticket = Link.objects.filter(article=article).latest("at").ticket
    agent = User.objects.filter(competency="publisher")[0]
    hits = engine.search(f"{ticket.subject}\n{ticket.description}", user=agent, limit=5).hits
    assert article.pk in [hit.article_id for hit in hits]


def test_the_same_seed_makes_the_same_texts():
    fill(articles=5, tickets=20, seed=3)
    fill(articles=5, tickets=20, seed=3)
    subjects = list(Ticket.objects.order_by("pk").values_list("subject", flat=True))
    assert sorted(subjects[:20]) == sorted(subjects[20:])
    assert len(set(Article.objects.values_list("title", flat=True))) == 5


def test_nothing_asked_for_is_said():
    with pytest.raises(CommandError, match="how much"):
        fill()
