"""The gate: no way in solves a ticket without an honest, proved outcome."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from kcs.errors import BadValue, Refused
from loops.models import Link, Outcome
from loops.solve import actions
from tests import make
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def codes(refusal) -> list[str]:
    return sorted(missing.code for missing in refusal.value.missing)


def solve_by_sql(ticket):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "update tickets_ticket set state = 'solved', solved_at = now() where id = %s",
            [ticket.pk],
        )


def test_a_ticket_nobody_worked_on_lacks_an_outcome_and_a_search():
    with pytest.raises(Refused) as refusal:
        actions.solve(make.ticket(), by=make.contributor())
    assert codes(refusal) == ["outcome", "search"]
    assert all(missing.detail for missing in refusal.value.missing)


def test_opening_the_suggestions_counts_as_the_search():
    agent = make.contributor()
    ticket = make.searched(make.ticket(), by=agent)
    with pytest.raises(Refused) as refusal:
        actions.solve(ticket, by=agent)
    assert codes(refusal) == ["outcome"]


def test_a_link_without_a_search_is_not_enough():
    agent, ticket = make.contributor(), make.ticket()
    actions.link(ticket, make.public_article(), by=agent)
    with pytest.raises(Refused) as refusal:
        actions.solve(ticket, by=agent)
    assert codes(refusal) == ["search"]


def test_a_reference_is_not_reuse():
    agent = make.contributor()
    ticket = make.searched(make.ticket(), by=agent)
    actions.link(ticket, make.article(), by=agent, kind="reference")
    with pytest.raises(Refused) as refusal:
        actions.solve(ticket, by=agent, outcome="reused")
    assert codes(refusal) == ["link"]


@pytest.mark.parametrize(
    ("outcome", "lacking"),
    [
        ("reused", ["link"]),
        ("improved", ["link", "version"]),
        ("flagged", ["flag", "link"]),
        ("created", ["article"]),
        ("no_knowledge", ["reason"]),
    ],
)
def test_each_outcome_names_the_evidence_it_lacks(outcome, lacking):
    agent = make.contributor()
    ticket = make.searched(make.ticket(), by=agent)
    with pytest.raises(Refused) as refusal:
        actions.solve(ticket, by=agent, outcome=outcome)
    assert codes(refusal) == lacking
    ticket.refresh_from_db()
    assert ticket.state != "solved"
    assert not ticket.outcomes.exists()


def test_an_outcome_that_nobody_names_is_the_one_the_rows_prove():
    agent, article = make.contributor(), make.public_article()
    reused = make.solved_ticket(by=agent, article=article)
    flagged = make.searched(make.ticket(), by=agent)
    actions.flag(flagged, article, by=agent, kind="outdated")
    actions.solve(flagged, by=agent)
    improved = make.searched(make.ticket(), by=agent)
    actions.flag(improved, article, by=agent, kind="unclear")
    actions.improve(improved, article, by=agent, changes={"cause": "A worn belt."})
    actions.solve(improved, by=agent)
    created = make.searched(make.ticket(), by=agent)
    actions.create(created, by=agent)
    actions.solve(created, by=agent)
    assert [t.outcomes.get().outcome for t in (reused, flagged, improved, created)] == [
        "reused",
        "flagged",
        "improved",
        "created",
    ]


def test_a_candidates_suggestion_proves_improved():
    candidate, article = make.candidate(), make.public_article()
    ticket = make.searched(make.ticket(), by=candidate)
    actions.improve(ticket, article, by=candidate, changes={"cause": "A worn belt."})
    actions.solve(ticket, by=candidate, outcome="improved")
    assert ticket.outcomes.get().outcome == "improved"
    assert article.suggestions.get().by == candidate


def test_an_article_written_from_the_ticket_itself_is_not_reuse():
    agent = make.contributor()
    ticket = make.searched(make.ticket(), by=agent)
    actions.create(ticket, by=agent)
    with pytest.raises(Refused) as refusal:
        actions.solve(ticket, by=agent, outcome="reused")
    assert codes(refusal) == ["link"]


def test_another_tickets_flag_proves_nothing_here():
    agent, article = make.contributor(), make.public_article()
    actions.flag(make.ticket(), article, by=agent, kind="outdated")
    ticket = make.searched(make.ticket(), by=agent)
    actions.link(ticket, article, by=agent)
    with pytest.raises(Refused) as refusal:
        actions.solve(ticket, by=agent, outcome="flagged")
    assert codes(refusal) == ["flag"]


def test_spam_needs_no_search():
    ticket = make.ticket()
    actions.solve(ticket, by=make.candidate(), outcome="no_knowledge", reason="spam")
    assert ticket.outcomes.get().reason == "spam"


def test_every_other_reason_needs_a_search():
    with pytest.raises(Refused) as refusal:
        actions.solve(
            make.ticket(), by=make.candidate(), outcome="no_knowledge", reason="no_reply"
        )
    assert codes(refusal) == ["search"]


def test_other_needs_a_few_words():
    agent = make.contributor()
    ticket = make.searched(make.ticket(), by=agent)
    with pytest.raises(Refused) as refusal:
        actions.solve(ticket, by=agent, outcome="no_knowledge", reason="other")
    assert codes(refusal) == ["reason"]
    actions.solve(ticket, by=agent, outcome="no_knowledge", reason="other", note="A thank-you")
    assert ticket.outcomes.get().note == "A thank-you"


def test_only_an_import_declares_imported():
    agent = make.contributor()
    ticket = make.searched(make.ticket(), by=agent)
    with pytest.raises(BadValue):
        actions.solve(ticket, by=agent, outcome="imported")
    with pytest.raises(IntegrityError, match="only an import"), transaction.atomic():
        Outcome.objects.create(ticket=ticket, outcome="imported", by=agent)


def test_raw_sql_meets_the_same_wall():
    ticket = make.ticket()
    with pytest.raises(IntegrityError, match="missing outcome, search"):
        solve_by_sql(ticket)
    agent = make.contributor()
    make.searched(ticket, by=agent)
    Outcome.objects.create(ticket=ticket, outcome="reused", by=agent)
    with pytest.raises(IntegrityError, match="missing link"):
        solve_by_sql(ticket)
    actions.link(ticket, make.article(), by=agent)
    solve_by_sql(ticket)


def test_raw_sql_can_not_insert_a_solved_ticket():
    ticket = make.ticket()
    with (
        pytest.raises(IntegrityError, match="can not be solved"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "insert into tickets_ticket (number, subject, description, requester_id, channel,"
            " environment, language, priority, is_defect, state, external_system, external_id,"
            " external_url, solved_at, reopened_count, reply_count, seconds_worked)"
            " values ('KT-x', 's', '', %s, 'web', '{}', 'en', 2, false, 'closed', '', '', '',"
            " now(), 0, 0, 0)",
            [ticket.requester_id],
        )


def test_the_link_that_solved_a_ticket_stays_while_it_is_solved():
    agent = make.contributor()
    ticket = make.solved_ticket(by=agent)
    link = Link.objects.get(ticket=ticket)
    with pytest.raises(Refused, match="Reopen"):
        actions.unlink(link, by=agent)
    with pytest.raises(IntegrityError, match="reopen it first"), transaction.atomic():
        Link.objects.filter(pk=link.pk).delete()
    actions.reopen(ticket, by=agent)
    actions.unlink(link, by=agent)
    assert not Link.objects.filter(ticket=ticket).exists()


def test_a_second_link_may_go_while_the_outcome_holds_without_it():
    agent = make.contributor()
    ticket = make.solved_ticket(by=agent)
    second = actions.link(ticket, make.public_article(title="Another"), by=agent)
    actions.unlink(second, by=agent)
    assert Link.objects.filter(ticket=ticket).count() == 1


def test_the_outcome_of_a_solved_ticket_can_not_be_rewritten():
    outcome = make.solved_ticket().outcomes.get()
    for change in (
        lambda: Outcome.objects.filter(pk=outcome.pk).update(outcome="no_knowledge"),
        lambda: Outcome.objects.filter(pk=outcome.pk).update(ended_at=outcome.at),
        lambda: Outcome.objects.filter(pk=outcome.pk).delete(),
    ):
        with pytest.raises(IntegrityError, match="declared once"), transaction.atomic():
            change()


def test_reopening_ends_the_outcome_and_keeps_it():
    agent = make.contributor()
    ticket = make.solved_ticket(by=agent)
    actions.reopen(ticket, by=agent, reason="Still broken")
    assert ticket.state == "open"
    assert ticket.reopened_count == 1
    assert ticket.outcomes.get().ended_at is not None
    # The next solve declares anew: the old outcome proves nothing.
    with pytest.raises(IntegrityError, match="can not be solved"):
        solve_by_sql(ticket)
    actions.solve(ticket, by=agent)
    assert ticket.outcomes.filter(ended_at=None).count() == 1
    assert ticket.outcomes.count() == 2


def test_remind_and_off_let_a_ticket_through_without_inventing_an_outcome():
    agent = make.contributor()
    for mode in ("remind", "off"):
        make.gate(mode)
        ticket = actions.solve(make.ticket(), by=agent)
        assert ticket.state == "solved"
        assert not ticket.outcomes.exists()
    make.gate("require")
    with pytest.raises(Refused):
        actions.solve(make.ticket(), by=agent)


def test_bulk_solves_each_by_itself_through_the_same_gate():
    agent = make.contributor()
    ready = make.searched(make.ticket(), by=agent)
    actions.link(ready, make.public_article(), by=agent)
    unready = make.ticket()
    done = dict(actions.bulk_solve([ready, unready], by=agent))
    assert done[ready] is None
    assert done[unready].code == "gate"
    unready.refresh_from_db()
    assert unready.state == "new"


def test_customers_do_not_solve():
    with pytest.raises(Refused):
        actions.solve(make.ticket(), by=make.customer(), outcome="no_knowledge", reason="spam")


@pytest.mark.django_db(transaction=True)
def test_fifty_closes_at_once_make_one_outcome():
    agent = make.contributor()
    ticket = make.searched(make.ticket(), by=agent)
    actions.link(ticket, make.public_article(), by=agent)
    start, answers = threading.Barrier(50), []

    def close():
        mine = Ticket.objects.get(pk=ticket.pk)
        start.wait()
        try:
            actions.solve(mine, by=agent)
            answers.append("done")
        except Refused as error:
            answers.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=close) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # "solved" is also the code of the refusal: this ticket is solved already.
    assert answers.count("done") == 1
    assert answers.count("solved") == 49
    assert Outcome.objects.filter(ticket=ticket, ended_at=None).count() == 1
    assert ticket.events.filter(verb="solved").count() == 1
