"""Actor by verb: who is told yes, and with which no. One table, read like the one in the docs."""

import json

import pytest
from django.db import transaction

from articles import actions as article_actions
from loops.solve import actions as solve_actions
from people.models import User
from tests import make
from tests.api.conftest import Program
from tickets import actions as ticket_actions

pytestmark = pytest.mark.django_db

ACTORS = ("stranger", "customer", "candidate", "contributor", "publisher", "administrator")
# The article is a colleague's, not validated and internal; the ticket a customer's own, open,
# searched and linked. Statuses in the order of ACTORS; s, c, … name the actors.
#                                                                          s    c    ca   co   pu   ad
TABLE = """
GET    tickets/                                                            401  200  200  200  200  200
POST   tickets/                    {"subject": "x"}                        401  201  201  201  201  201
GET    tickets/{t}/                                                        401  200  200  200  200  200
PATCH  tickets/{t}/                {"priority": "low"}                     401  403  200  200  200  200
GET    tickets/{t}/suggestions/                                            401  403  200  200  200  200
GET    tickets/{t}/history/                                                401  403  200  200  200  200
GET    tickets/{t}/messages/                                               401  200  200  200  200  200
POST   tickets/{t}/messages/       {"body": "x"}                           401  201  201  201  201  201
POST   tickets/{t}/messages/       {"body": "x", "internal": true}         401  422  201  201  201  201
POST   tickets/{t}/messages/       {"body": "x", "article": "{a}"}         401  422  422  422  422  422
POST   tickets/{t}/links/          {"article": "{a}"}                      401  403  200  200  200  200
DELETE tickets/{t}/links/{l}/                                              401  403  403  204  204  204
POST   tickets/{t}/assign/         {"assignee": "me"}                      401  403  200  200  200  200
POST   tickets/{t}/pend/           {}                                      401  403  200  200  200  200
POST   tickets/{t}/wake/           {}                                      401  403  200  200  200  200
POST   tickets/{t}/solve/          {"outcome": "reused"}                   401  403  200  200  200  200
POST   tickets/{t}/solve/          {"outcome": "imported"}                 401  403  422  422  422  422
POST   tickets/{t}/reopen/         {}                                      401  409  409  409  409  409
POST   tickets/{d}/reopen/         {}                                      401  404  200  200  200  200
POST   tickets/bulk/               {"numbers": ["{t}"], "verb": "wake"}    401  403  200  200  200  200
GET    tickets/{h}/                                                        401  404  404  404  404  200
POST   tickets/{h}/solve/          {}                                      401  403  404  404  404  409
GET    articles/                                                           401  200  200  200  200  200
POST   articles/                   {"title": "x"}                          401  403  201  201  201  201
POST   articles/                   {"ticket": "{t}"}                       401  403  201  201  201  201
POST   articles/                   {"ticket": "{h}"}                       401  403  422  422  422  201
GET    articles/{a}/                                                       401  404  200  200  200  200
GET    articles/{o}/                                                       401  200  200  200  200  200
PATCH  articles/{a}/               {"cause": "x"}                          401  403  403  200  200  200
PATCH  articles/{a}/               {"cause": "x", "ticket": "{t}"}         401  403  202  200  200  200
PATCH  articles/{a}/               {"confidence": "wip"}                   401  403  403  200  200  200
PATCH  articles/{a}/               {"confidence": "validated"}             401  403  422  200  200  200
PATCH  articles/{a}/               {"audience": "public"}                  401  403  422  422  422  422
PATCH  articles/{v}/               {"audience": "public"}                  401  403  422  422  200  200
PATCH  articles/{v}/               {"governance": "compliance"}            401  403  422  422  200  200
PATCH  articles/{a}/               {"tags": ["x"]}                         401  403  403  200  200  200
PATCH  articles/{a}/               {"editors": ["me"]}                     401  403  403  403  200  200
GET    articles/{a}/options/                                               401  403  200  200  200  200
GET    articles/{a}/versions/                                              401  403  200  200  200  200
GET    articles/{a}/history/                                               401  403  200  200  200  200
POST   articles/{a}/restore/       {"version": 1}                          401  403  403  200  200  200
POST   articles/{a}/suggestions/   {"cause": "x"}                          401  403  201  201  201  201
POST   articles/{a}/suggestions/{s}/accept/   {}                           401  403  403  200  200  200
POST   articles/{a}/suggestions/{s}/decline/  {"reason": "x"}              401  403  403  200  200  200
POST   articles/{a}/flags/         {"kind": "unclear"}                     401  403  201  201  201  201
POST   flags/{f}/take/             {}                                      401  403  403  200  200  200
POST   flags/{f}/resolve/          {"answer": "x"}                         401  403  403  200  200  200
POST   flags/{f}/reject/           {"answer": "x"}                         401  403  403  200  200  200
POST   articles/{o}/feedback/      {"comment": "x"}                        401  201  201  201  201  201
POST   articles/{a}/feedback/      {"comment": "x"}                        401  404  201  201  201  201
GET    articles/{o}/feedback/                                              401  403  200  200  200  200
POST   articles/duplicates/        {"title": "x"}                          401  403  200  200  200  200
GET    flags/                                                              401  403  200  200  200  200
GET    search/?q=printer                                                   401  200  200  200  200  200
GET    domains/                                                            401  200  200  200  200  200
GET    templates/                                                          401  403  200  200  200  200
GET    me/                                                                 401  403  200  200  200  200
GET    schema/                                                             401  200  200  200  200  200
"""


def rows() -> list[tuple[str, str, str, list[int]]]:
    told = []
    for line in TABLE.strip().splitlines():
        words = line.split()
        statuses = [int(word) for word in words[-len(ACTORS) :]]
        body = " ".join(words[2 : -len(ACTORS)])
        told.append((words[0], words[1], body, statuses))
    return told


def things(customer: User) -> dict[str, str]:
    colleague = make.contributor()
    requester = ticket_actions.requester_for(email=customer.email)
    ticket = make.searched(make.ticket(requester=requester), by=colleague)
    article = make.article(by=colleague, cause="Before")
    link = solve_actions.link(ticket, article, by=colleague)
    article_actions.improve(article, by=colleague, changes={"cause": "Unknown"})
    return {
        "t": ticket.number,
        "d": make.solved_ticket(by=colleague).number,
        "h": make.searched(make.ticket(team=make.team(private=True)), by=colleague).number,
        "a": article.number,
        "o": make.public_article().number,
        "v": make.article(by=colleague, confidence="validated").number,
        "l": str(link.pk),
        "s": str(
            article_actions.suggest(article, by=make.candidate(), changes={"issue": "x"}).pk
        ),
        "f": str(article_actions.flag(article, by=make.candidate(), kind="unclear").pk),
    }


class Undo(Exception):
    """Takes back what a cell of the table did, so that the next one begins alike."""


@pytest.mark.parametrize("actor", ACTORS)
def test_each_actor_is_told_what_the_table_says(actor):
    customer = make.customer()
    names = things(customer)
    people = {"stranger": None, "customer": customer}
    person = people[actor] if actor in people else getattr(make, actor)()
    program, wrong = Program(person), []

    def filled(text: str) -> str:
        for name, value in names.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    for method, path, body, statuses in rows():
        wanted = statuses[ACTORS.index(actor)]
        try:
            with transaction.atomic():
                answer = program.call(
                    method,
                    filled(path),
                    json.loads(filled(body)) if body else None,
                    If_Match="*",
                )
                raise Undo
        except Undo:
            if answer.status_code != wanted:
                said = f"{method} {path} {body}: {answer.status_code} instead of {wanted}"
                wrong.append(f"{said}: {answer.content[:200]!r}")
    assert not wrong, "\n".join(wrong)
