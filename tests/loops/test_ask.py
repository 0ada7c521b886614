"""Ask a colleague: who is proposed, the question and its answer, and the draft in one act."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from articles.models import Article
from kcs.errors import BadValue
from loops.asking import actions, proposing
from loops.credit.lineage import contributors
from loops.models import Link, Question
from loops.solve import actions as solve
from people import actions as people
from people.models import Notification
from tests import make
from tests.api.conftest import Program
from tickets.models import Ticket, TicketEvent

pytestmark = pytest.mark.django_db

SUBJECT = "Receipt printer prints symbols"


def solved(by, n=1, ago=timedelta(days=1), article=None, **fields):
    """Tickets like SUBJECT that somebody solved; without an article when there is none."""
    fields.setdefault("subject", SUBJECT)
    for _one in range(n):
        ticket = make.searched(make.ticket(**fields), by=by)
        if article is not None:
            solve.link(ticket, article, by=by)
            solve.solve(ticket, by=by)
        else:
            solve.solve(ticket, by=by, outcome="no_knowledge", reason="account_action")
        Ticket.objects.filter(pk=ticket.pk).update(solved_at=timezone.now() - ago)
    return ticket


def proposed(by, ticket=None, words=""):
    return [str(one.person) for one in proposing.propose(by=by, ticket=ticket, words=words)]


@pytest.fixture
def noa(client):
    person = make.contributor(name="Noa")
    client.force_login(person)
    return person


@pytest.fixture
def ted():
    return make.contributor(name="Ted")


@pytest.fixture
def ticket():
    return make.ticket(subject=SUBJECT, description="Since this morning, on every till.")


def ask(noa, ted, **fields):
    fields.setdefault("title", "Which firmware is the good one?")
    return actions.ask(by=noa, asked=ted, **fields)


# Whom to ask ------------------------------------------------------------------------------------


def test_who_solved_the_like_is_proposed_and_why(client, noa, ted, ticket):
    solved(ted, n=2)
    solved(make.contributor(name="Una"), subject="Where is my invoice of May?")
    assert proposed(noa, ticket) == ["Ted"]
    page = client.get(f"/tickets/{ticket.number}/ask/").content.decode()
    assert "Solved 2 like this, last in" in page
    assert "Ask Ted" in page


def test_who_wrote_what_is_found_is_proposed(noa, ted):
    article = make.article(by=ted, title="Receipt printer prints symbols after power cut")
    found = proposing.propose(by=noa, words="printer prints symbols")
    assert [(str(one.person), one.articles) for one in found] == [("Ted", [article.number])]


def test_what_was_long_ago_counts_less(noa, ted, ticket):
    solved(make.contributor(name="Ana"), ago=timedelta(days=720))
    solved(ted)
    assert proposed(noa, ticket) == ["Ted", "Ana"]


def test_who_solved_in_the_same_language_comes_first(noa, ted):
    solved(make.contributor(name="Ana"), language="he")
    solved(ted, language="en")
    assert proposed(noa, make.ticket(subject=SUBJECT, language="en")) == ["Ted", "Ana"]
    assert proposed(noa, make.ticket(subject=SUBJECT, language="he")) == ["Ana", "Ted"]


def test_nobody_is_proposed_who_left_who_is_not_asked_and_never_oneself(noa, ted, ticket):
    gone, quiet = make.contributor(name="Gone"), make.contributor(name="Quiet")
    for person in (gone, quiet, ted, noa):
        solved(person)
    people.deactivate(gone, by=make.administrator())
    people.prefer(quiet, may_be_asked=False)
    assert proposed(noa, ticket) == ["Ted"]
    with pytest.raises(BadValue):
        ask(noa, quiet, ticket=ticket)


def test_a_private_teams_ticket_is_asked_about_inside_and_proves_nothing_outside(noa, ted):
    team = make.team("Board", private=True)
    insider, inside = make.contributor(name="Ina", team=team), make.contributor(team=team)
    solved(ted)
    solved(insider, team=team)
    hidden = make.ticket(subject=SUBJECT, team=team)
    assert proposed(inside, hidden) == ["Ina"]
    assert proposed(noa, words=SUBJECT) == ["Ted"], "not even as a count"
    with pytest.raises(BadValue):
        ask(inside, ted, ticket=hidden)


def test_ten_questions_do_not_all_go_to_ted(noa, ted):
    """He has solved most; whoever is asked steps back."""
    ana, bo = make.contributor(name="Ana"), make.contributor(name="Bo")
    for person, n in ((ted, 8), (ana, 2), (bo, 2)):
        solved(person, n=n)
    asked = Counter()
    for n in range(10):
        found = proposing.propose(by=noa, words=SUBJECT)
        first = found[0].person
        ask(noa, first, title=f"Question {n}", query=SUBJECT)
        asked[str(first)] += 1
    assert asked["Ted"] == max(asked.values()), "he does know most"
    assert asked["Ted"] <= 6
    assert set(asked) == {"Ted", "Ana", "Bo"}


def test_proposals_are_the_same_each_time(noa, ted, ticket):
    for name in ("Bo", "Ana", "Cy", "Di"):
        solved(make.contributor(name=name))
    Ticket.objects.exclude(solved_at=None).update(solved_at=timezone.now() - timedelta(days=1))
    assert proposed(noa, ticket) == proposed(noa, ticket) == ["Ana", "Bo", "Cy"]


def test_proposing_is_cheap(noa, ted, ticket, django_assert_max_num_queries):
    article = make.public_article(title="Receipt printer prints symbols")
    solved(ted, n=3, article=article)
    with django_assert_max_num_queries(15):
        proposing.propose(by=noa, ticket=ticket)


# Asking -----------------------------------------------------------------------------------------


def test_a_question_is_logged_with_who_was_proposed_and_told(client, noa, ted, ticket):
    solved(ted)
    sent = {"title": "Which firmware?", "text": "I tried 4.1", "query": "symbols",
            "person": ted.pk}  # fmt: skip
    response = client.post(f"/tickets/{ticket.number}/ask/", sent)
    made = Question.objects.get()
    assert response.url == f"/questions/{made.pk}/"
    assert (made.by, made.asked, made.ticket, made.query) == (noa, ted, ticket, "symbols")
    assert [one["person"] for one in made.proposed] == [ted.pk]
    assert TicketEvent.objects.filter(ticket=ticket, verb="asked", by=noa).exists()
    told = Notification.objects.get(user=ted, kind="asked")
    assert told.subject == "Noa asks: Which firmware?"


def test_anybody_else_may_be_chosen_and_nothing_typed_is_lost(client, noa, ted):
    sent = {"title": "Which firmware?", "text": "I tried 4.1", "asked": ""}
    page = client.post("/ask/", sent)
    assert page.status_code == 422
    assert "I tried 4.1" in page.content.decode()
    assert client.post("/ask/", {**sent, "asked": ted.pk}).status_code == 302
    assert client.post("/ask/", {**sent, "asked": noa.pk}).status_code == 422


def test_a_search_that_found_nothing_leads_here(client, noa, ticket):
    page = client.get("/search/?q=zzyzx+qwx").content.decode()
    assert 'href="/ask/?q=zzyzx%20qwx"' in page
    page = client.get(f"/tickets/{ticket.number}/?q=zzyzx").content.decode()
    assert f'href="/tickets/{ticket.number}/ask/?q=zzyzx"' in page
    assert 'value="zzyzx qwx"' in client.get("/ask/?q=zzyzx+qwx").content.decode()


# Answering --------------------------------------------------------------------------------------


def test_the_answer_reaches_whoever_asked_and_leaves_a_trace_inside(client, noa, ted, ticket):
    made = ask(noa, ted, ticket=ticket)
    client.force_login(ted)
    assert "Which firmware" in client.get("/questions/").content.decode()
    client.post(f"/questions/{made.pk}/answer/", {"text": "4.2, never 4.1."})
    made.refresh_from_db()
    assert (made.state, made.answered_by, made.answer) == ("answered", ted, "4.2, never 4.1.")
    assert TicketEvent.objects.filter(ticket=ticket, verb="answered", by=ted).exists()
    assert not ticket.messages.exists(), "the requester reads none of it"
    assert Notification.objects.get(user=noa, kind="answered").text == "4.2, never 4.1."
    again = client.post(f"/questions/{made.pk}/answer/", {"text": "Or 4.3"})
    assert again.status_code == 422


def test_a_colleague_who_knows_may_answer_and_the_asker_may_not(noa, ted):
    made = ask(noa, ted)
    assert (
        Program(noa).post(f"questions/{made.pk}/answer/", {"text": "I know"}).status_code == 403
    )
    bo = make.contributor(name="Bo")
    response = Program(bo).post(f"questions/{made.pk}/answer/", {"text": "4.2"})
    assert response.json()["answered_by"]["name"] == "Bo"


def test_a_question_is_passed_on_with_the_reason(client, noa, ted):
    made, bo = ask(noa, ted), make.contributor(name="Bo")
    other = make.contributor()
    assert Program(other).post(
        f"questions/{made.pk}/pass/", {"to": bo.email}
    ).status_code == 403  # fmt: skip
    client.force_login(ted)
    client.post(f"/questions/{made.pk}/pass/", {"to": bo.pk, "reason": "He wrote it"})
    made.refresh_from_db()
    assert (made.asked, made.passed[0]["person"]) == (bo, ted.pk)
    assert Notification.objects.filter(user=bo, kind="asked").exists()
    assert "He wrote it" in client.get(f"/questions/{made.pk}/").content.decode()


def test_only_the_asker_withdraws_and_only_what_is_open(client, noa, ted):
    made = ask(noa, ted)
    assert Program(ted).post(f"questions/{made.pk}/withdraw/").status_code == 403
    assert client.post(f"/questions/{made.pk}/withdraw/").status_code == 302
    assert Program(noa).post(f"questions/{made.pk}/withdraw/").status_code == 409
    assert Program(ted).post(f"questions/{made.pk}/answer/", {"text": "4.2"}).status_code == 409


def test_a_leavers_open_questions_go_to_the_next_who_knows(noa, ted):
    bo = make.contributor(name="Bo")
    solved(bo)
    made = ask(noa, ted, title=SUBJECT)
    people.deactivate(ted, by=make.administrator())
    made.refresh_from_db()
    assert (made.asked, made.passed[0]["person"]) == (bo, ted.pk)


# The draft --------------------------------------------------------------------------------------


def test_answer_and_article_are_one_act(client, noa, ted, ticket):
    made = ask(noa, ted, ticket=ticket)
    client.force_login(ted)
    response = client.post(
        f"/questions/{made.pk}/answer/", {"text": "Install 4.2.", "article": "1"}
    )
    article = Article.objects.get()
    assert response.url == f"/articles/{article.number}/edit/"
    assert (article.confidence, article.audience) == ("wip", "internal")
    assert (article.issue, article.resolution) == (ticket.description, "Install 4.2.")
    assert (article.origin_type, article.origin_id) == ("ticket", ticket.number)
    assert Link.objects.filter(ticket=ticket, article=article).exists()
    made.refresh_from_db()
    assert made.article == article


def test_the_answerer_keeps_the_credit_whoever_drafts(noa, ted):
    made = ask(noa, ted, text="It prints symbols")
    actions.answer(made, by=ted, text="Install 4.2.")
    article = actions.draft(made, by=noa)
    assert (article.origin_type, article.origin_id) == ("question", str(made.pk))
    assert article.issue == "It prints symbols"
    did = {str(one.person): one.kinds for one in contributors(article).contributors}
    assert did == {"Noa": ["create"], "Ted": ["answer"]}


def test_a_draft_is_made_once_and_never_before_the_answer(noa, ted):
    made = ask(noa, ted)
    program = Program(noa)
    assert program.post(f"questions/{made.pk}/draft/").status_code == 409
    actions.answer(made, by=ted, text="Install 4.2.")
    assert program.post(f"questions/{made.pk}/draft/").status_code == 201
    assert program.post(f"questions/{made.pk}/draft/").status_code == 409


# Who reads it -----------------------------------------------------------------------------------


def test_a_question_about_a_private_ticket_is_not_there_for_others(client, noa, ted):
    team = make.team("Board", private=True)
    asker, asked = make.contributor(team=team), make.contributor(team=team)
    hidden = make.ticket(team=team)
    made = ask(asker, asked, ticket=hidden, title="The board's printer")
    actions.answer(made, by=asked, text="Install 4.2.")
    assert client.get(f"/questions/{made.pk}/").status_code == 404
    assert client.get("/questions/?q=board").content.decode().count("The board") == 0
    for way in ("answer", "pass", "withdraw", "draft"):
        assert Program(ted).post(f"questions/{made.pk}/{way}/").status_code == 404
    assert Program(ted).get("questions/?q=board").json()["results"] == []
    assert client.post(f"/tickets/{hidden.number}/ask/", {}).status_code == 404
    assert Program(asker).get(f"questions/{made.pk}/").json()["ticket"] == hidden.number


def test_answered_questions_are_found_by_their_words_in_few_statements(
    client, noa, ted, django_assert_max_num_queries
):
    for n in range(6):
        actions.answer(ask(noa, ted, title=f"Question {n}"), by=ted, text=f"Flip the roll {n}")
    with django_assert_max_num_queries(15):
        page = client.get("/questions/?q=roll+4").content.decode()
    section = page[page.index("answered-title") :]
    assert "Question 4" in section
    assert "Question 3" not in section


def test_each_page_takes_few_statements(
    client, noa, ted, ticket, django_assert_max_num_queries
):
    solved(ted, n=3)
    made = ask(noa, ted, ticket=ticket)
    for path in (f"/questions/{made.pk}/", f"/tickets/{ticket.number}/ask/", "/ask/?q=printer"):
        with django_assert_max_num_queries(15):
            assert client.get(path).status_code == 200


def test_customers_and_strangers_ask_elsewhere(client, ticket):
    assert client.get("/questions/").status_code == 302
    client.force_login(make.customer())
    for path in ("/questions/", "/ask/", f"/tickets/{ticket.number}/ask/"):
        assert client.get(path).status_code == 403
    assert Program(None).get("questions/").status_code == 401


# Programs and reviewers -------------------------------------------------------------------------


def test_programs_ask_and_see_whom(noa, ted, ticket):
    solved(ted)
    program = Program(noa)
    rows = program.get(f"tickets/{ticket.number}/colleagues/").json()["results"]
    assert [(one["person"]["name"], one["tickets"]) for one in rows] == [("Ted", 1)]
    sent = {"asked": ted.email, "title": "Which firmware?", "ticket": ticket.number}
    made = program.post("questions/", sent)
    assert made.status_code == 201
    assert made.json()["ticket"] == ticket.number
    assert program.post("questions/", {**sent, "asked": noa.email}).status_code == 422
    assert program.post("questions/", {**sent, "ticket": "KT-999999"}).status_code == 422
    mine = Program(ted).get("questions/?of=asked&state=open").json()["results"]
    assert [one["title"] for one in mine] == ["Which firmware?"]
    assert Program(ted).get("questions/?of=all").status_code == 400


def test_reviewers_look_at_questions_they_may_see(
    client, noa, ted, ticket, django_assert_max_num_queries
):
    team = make.team("Board", private=True)
    made = ask(noa, ted, ticket=ticket)
    insider = make.contributor(team=team)
    hidden = ask(insider, make.contributor(team=team), ticket=make.ticket(team=team),
                 title="The board's printer")  # fmt: skip
    client.force_login(make.contributor(is_coach=True))
    with django_assert_max_num_queries(15):
        page = client.get("/admin/loops/question/").content.decode()
    assert "Which firmware" in page
    assert "The board" not in page
    one = client.get(f"/admin/loops/question/{made.pk}/change/").content.decode()
    assert ticket.number in one
    assert 'name="_save"' not in one
    assert client.get(f"/admin/loops/question/{hidden.pk}/change/").status_code == 302
    client.force_login(noa)
    assert client.get("/admin/loops/question/", follow=True).status_code == 403
