"""Who is asked about an article: never nobody, and always the same one."""

import pytest

from articles import actions
from articles.models import Article
from people import actions as people_actions
from people.models import User
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def branches(db):
    till = make.domain("till")
    return till, make.domain("printers", parent=till)


def expert_of(domain, **fields) -> User:
    person = make.contributor(**fields)
    people_actions.appoint(domain, experts=[*domain.experts.all(), person])
    return person


def leave(*people: User) -> None:
    User.objects.filter(pk__in=[person.pk for person in people]).update(is_active=False)


def route(article: Article) -> User:
    return actions.route(Article.objects.get(pk=article.pk))


def test_the_expert_of_the_nearest_branch_is_asked(branches):
    till, printers = branches
    article = make.article(domain=printers)
    author = article.created_by
    assert route(article) == author, "no expert yet"
    above = expert_of(till)
    assert route(article) == above
    near = expert_of(printers)
    assert route(article) == near
    leave(near)
    assert route(article) == above
    assert route(make.article(domain=till)) == above


def test_of_two_experts_the_one_with_fewer_open_remarks(branches):
    _till, printers = branches
    first, second = expert_of(printers), expert_of(printers)
    article = make.public_article(domain=printers)
    asked = [actions.flag(article, by=make.candidate(), kind="unclear").owner]
    asked += [actions.rate(article, by=None, comment="?").owner for _ in range(3)]
    assert asked == [first, second, first, second]
    actions.resolve(article.flags.get(), by=first, answer="Done.")
    assert route(article) == first


def test_without_experts_the_last_editor_whose_change_stood():
    author, good, bad = make.publisher(), make.contributor(), make.contributor()
    article = make.article(by=author)
    actions.improve(article, by=good, changes={"cause": "The roll"})
    actions.improve(article, by=bad, changes={"cause": "The moon"})
    assert route(article) == bad
    wrong = actions.flag(article, by=make.candidate(), kind="incorrect")
    assert route(article) == good
    actions.reject(wrong, by=author, answer="It is the moon.")
    assert route(article) == bad, "a flag that was wrong itself says nothing"
    leave(good, bad)
    assert route(article) == author


def test_an_editor_who_may_not_change_it_any_more_is_passed_over():
    coach = make.publisher(is_coach=True)
    author = make.contributor(coach=coach)
    article = make.article(by=author)
    actions.restate(article, by=coach, confidence="validated", governance="compliance")
    assert route(article) == coach


def test_else_the_authors_coach_else_any_coach_else_an_administrator():
    someone = make.publisher(is_coach=True)
    own = make.publisher(is_coach=True)
    author = make.contributor(coach=own)
    article = make.article(by=author)
    leave(author)
    assert route(article) == own
    leave(own)
    assert route(article) == someone
    leave(someone)
    assert route(article).is_superuser
    leave(*User.objects.filter(is_superuser=True))
    agent = make.user("")
    User.objects.filter(pk=agent.pk).update(competency="candidate")
    assert route(article) == agent, "whoever works here is better than nobody"


def test_flags_and_feedback_are_somebodys_and_each_is_told_once(branches):
    _till, printers = branches
    expert = expert_of(printers)
    owner = make.publisher()
    article = make.public_article(by=owner, domain=printers)
    flag = actions.flag(article, by=make.candidate(), kind="unclear")
    said = actions.rate(article, by=None, comment="?")
    assert (flag.owner, said.owner) == (expert, expert)
    assert [n.kind for n in expert.notifications.all()] == ["remark_routed"] * 2
    assert [n.kind for n in owner.notifications.all()] == ["flag_raised"]
    people_actions.appoint(printers, experts=[owner])
    actions.flag(article, by=make.candidate(), kind="unclear")
    assert [n.kind for n in owner.notifications.all()] == ["flag_raised"] * 2
