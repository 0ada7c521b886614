"""Leavers: what they hold is handed over in the same breath, and nothing waits for nobody."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from articles import actions as article_actions
from articles.models import ArticleEvent, Schedule
from people import actions, tasks
from people.models import Notification, User
from tests import make
from tickets import actions as ticket_actions

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(db):
    return make.administrator()


@pytest.fixture
def leaver(db):
    return make.publisher(name="Lea Leaver")


@pytest.fixture
def expert(db):
    return make.contributor(name="Ben Expert")


@pytest.fixture
def held(leaver, expert):
    """An article, a flag, feedback, a plan and two tickets of the leaver's."""
    branch = make.domain("till")
    article = make.public_article(by=leaver, title="Blank receipts", domain=branch)
    flag = article_actions.flag(article, by=make.candidate(), kind="unclear")
    said = article_actions.rate(article, by=None, comment="Why?")
    article_actions.take(flag, by=leaver)
    plan = Schedule.objects.create(
        article=article, by=leaver, confidence="archived", due_at=timezone.now() + timedelta(9)
    )
    tickets = [make.ticket() for _ in range(2)]
    for ticket in tickets:
        ticket_actions.assign(ticket, by=leaver, to=leaver)
    ticket_actions.pend(tickets[1], by=leaver)
    actions.appoint(branch, experts=[expert])
    return article, flag, said, plan, tickets


def check(held, expert) -> None:
    article, flag, said, plan, tickets = held
    for thing in (article, flag, said, plan, *tickets):
        thing.refresh_from_db()
    assert (article.owner, flag.owner, said.owner) == (expert, expert, expert)
    assert (flag.state, flag.taken_at) == ("open", None)
    assert plan.state == "waiting", "it stays, and fails on its day"
    assert [(t.assignee, t.state) for t in tickets] == [(None, "open"), (None, "pending")]


def test_everything_has_somebody_new_when_a_person_is_deactivated(
    client, admin, leaver, expert, held
):
    client.force_login(admin)
    client.post(reverse("people:deactivate", args=[leaver.pk]))
    check(held, expert)
    article, *_rest, tickets = held
    moves = ArticleEvent.objects.filter(verb="handed_over", by=admin)
    assert {m.detail["what"] for m in moves} == {"article", "flag", "feedback"}
    assert {m.detail["from"] for m in moves} == {leaver.email}
    for ticket in tickets:
        event = ticket.events.last()
        assert (event.verb, event.by, event.detail["from"]) == ("assigned", admin, leaver.email)
    told = Notification.objects.get(user=expert, kind="handed_over")
    assert told.text.count(article.title) == 4, "one notification names all of it"
    assert "Lea Leaver" in told.subject
    client.force_login(expert)
    history = client.get(reverse("articles:history", args=[article.number])).text
    assert f"Handed the article from {leaver.email}" in history


def test_an_administrator_who_is_nothing_else_leaves_with_the_last_right(admin, expert, held):
    _article, flag, *_rest = held
    root = User.objects.create_superuser(email="only@example.org", name="Only")
    article_actions.hand(flag, by=admin, to=root)
    actions.change_person(root, by=admin, is_superuser=False)
    flag.refresh_from_db()
    assert flag.owner == expert


def test_the_night_finds_who_left_by_another_way(leaver, expert, held):
    User.objects.filter(pk=leaver.pk).update(is_active=False)
    assert tasks.hand_over_leavers() == 1
    check(held, expert)
    assert not ArticleEvent.objects.filter(verb="handed_over").exclude(by=None).exists()
    assert tasks.hand_over_leavers() == 0
    assert Notification.objects.filter(user=expert, kind="handed_over").count() == 1


def test_a_person_who_held_nothing_leaves_without_a_word(admin):
    before = Notification.objects.count()
    actions.deactivate(make.contributor(), by=admin)
    assert Notification.objects.count() == before


def test_what_cannot_be_handed_over_keeps_the_person(admin, leaver, held, monkeypatch):
    """All or nothing: a desk that fails leaves nobody half gone."""
    from people import leaving

    def fails(_leaver, _by):
        raise RuntimeError("no")

    monkeypatch.setattr(leaving, "desks", [*leaving.desks, leaving.Desk(list, fails)])
    with pytest.raises(RuntimeError):
        actions.deactivate(leaver, by=admin)
    leaver.refresh_from_db()
    held[0].refresh_from_db()
    assert leaver.is_active
    assert held[0].owner == leaver
