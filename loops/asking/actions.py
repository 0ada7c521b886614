"""Verbs of a question to a colleague: ask, answer, pass on, withdraw, and make it an article."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from articles import actions as article_actions
from articles.models import Article
from kcs.errors import BadValue, NotAllowed, Refused
from loops.asking import proposing
from loops.asking.queries import visible_to
from loops.models import Question
from loops.solve import actions as solve
from people.actions import tell
from people.models import Notification, User
from tickets import actions as ticket_actions
from tickets.actions import clean
from tickets.models import Ticket, TicketEvent

TITLE, TEXT = 300, 20_000
State = Question.State


def line(text: str, *, field: str, limit: int) -> str:
    return " ".join(clean(text, field=field, limit=limit).split())


def address(question: Question) -> str:
    return reverse("asking:question", args=[question.pk])


@transaction.atomic
def ask(
    *,
    by: User,
    asked: User,
    title: str,
    text: str = "",
    ticket: Ticket | None = None,
    query: str = "",
) -> Question:
    """Ask a colleague. Who was proposed, and how strongly, is kept with the question."""
    ticket_actions.require_agent(by)
    if ticket is not None:
        ticket.lock()
        _sees(ticket, by)
    title = line(title, field="title", limit=TITLE)
    if not title:
        raise BadValue(_("Say in one line what you want to know."), field="title")
    query = line(query[:2000], field="query", limit=2000)
    proposed = proposing.propose(by=by, ticket=ticket, words=query)
    _may_be_asked(asked, by=by, ticket=ticket, field="asked")
    made = Question.objects.create(
        by=by,
        asked=asked,
        ticket=ticket,
        title=title,
        text=clean(text, field="text", limit=TEXT).strip(),
        language=ticket.language if ticket is not None else by.language or "en",
        query=query,
        proposed=[one.logged() for one in proposed],
    )
    if ticket is not None:
        trace(made, TicketEvent.Verb.ASKED, by=by, person=str(asked))
    _tell_asked(made, by=by)
    return made


def _sees(ticket: Ticket, user: User) -> None:
    if not Ticket.objects.visible_to(user).filter(pk=ticket.pk).exists():
        raise NotAllowed(_("You may not see this ticket."))


def _may_be_asked(asked: User, *, by: User, ticket: Ticket | None, field: str) -> None:
    """Anybody who works here may be asked who wants to be, and who sees what it is about."""
    if asked.pk == by.pk:
        raise BadValue(_("Ask somebody else."), field=field)
    if not proposing.askable(by=by, ticket=ticket).filter(pk=asked.pk).exists():
        raise BadValue(
            _("%(person)s cannot be asked about this.") % {"person": asked}, field=field
        )


def trace(question: Question, verb: str, *, by: User | None, **detail: Any) -> None:
    if question.ticket is not None:
        ticket_actions.record(question.ticket, verb, by=by, question=question.pk, **detail)


def _tell_asked(question: Question, *, by: User) -> None:
    tell(
        [question.asked],
        by=by,
        kind=Notification.Kind.ASKED,
        subject=_("%(person)s asks: %(title)s") % {"person": by, "title": question.title},
        text=question.text,
        url=address(question),
    )


def _held(question: Question, *, by: User) -> Question:
    """The question as it is now, held until the transaction ends, for whoever may see it."""
    ticket_actions.require_agent(by)
    rows = Question.objects.select_for_update(no_key=True, of=("self",))
    question.refresh_from_db(from_queryset=rows)
    if not visible_to(by).filter(pk=question.pk).exists():
        raise NotAllowed(_("You may not see this question."))
    return question


def _open(question: Question) -> None:
    if question.state != State.OPEN:
        raise Refused(
            _("This question is %(state)s already.")
            % {"state": question.get_state_display().lower()}
        )


@transaction.atomic
def answer(question: Question, *, by: User, text: str) -> Question:
    """Answer it: whoever was asked, or any colleague who sees it and knows."""
    _held(question, by=by)
    _open(question)
    if question.by_id == by.pk:
        raise NotAllowed(_("You asked this. Withdraw it if you know by now."))
    text = clean(text, field="text", limit=TEXT).strip()
    if not text:
        raise BadValue(_("Write the answer."), field="text")
    question.state, question.answer = State.ANSWERED, text
    question.answered_by, question.answered_at = by, timezone.now()
    question.save(update_fields=["state", "answer", "answered_by", "answered_at"])
    trace(question, TicketEvent.Verb.ANSWERED, by=by, person=str(question.by))
    tell(
        [question.by],
        by=by,
        kind=Notification.Kind.ANSWERED,
        subject=_("%(person)s answers: %(title)s") % {"person": by, "title": question.title},
        text=text,
        url=address(question),
    )
    return question


@transaction.atomic
def pass_on(question: Question, *, by: User, to: User, reason: str = "") -> Question:
    """Hand the question to somebody else: whoever was asked does, or whoever asked."""
    _held(question, by=by)
    _open(question)
    if by.pk not in (question.asked_id, question.by_id):
        raise NotAllowed(_("Whoever was asked passes it on, or whoever asked."))
    if to.pk == question.by_id:
        raise BadValue(_("It was asked by them. Answer instead."), field="to")
    if to.pk == question.asked_id:
        raise BadValue(_("This is whom the question waits for already."), field="to")
    _may_be_asked(to, by=by, ticket=question.ticket, field="to")
    reason = line(reason, field="reason", limit=300)
    now = timezone.now()
    question.passed = [
        *question.passed,
        {"person": question.asked_id, "at": now.isoformat(), "reason": reason},
    ]
    question.asked = to
    question.save(update_fields=["passed", "asked"])
    trace(question, TicketEvent.Verb.ASKED, by=by, person=str(to), passed=True)
    _tell_asked(question, by=by)
    return question


@transaction.atomic
def withdraw(question: Question, *, by: User) -> Question:
    """Take it back: it is not needed any more."""
    _held(question, by=by)
    if question.by_id != by.pk:
        raise NotAllowed(_("Whoever asked may withdraw it."))
    _open(question)
    question.state = State.WITHDRAWN
    question.save(update_fields=["state"])
    return question


@transaction.atomic
def draft(question: Question, *, by: User) -> Article:
    """Make an article of it, in one act: the requester's words are the issue, the answer is the
    resolution. It is work in progress and internal; whoever answered has part in it."""
    _held(question, by=by)
    if question.state != State.ANSWERED:
        raise Refused(_("It has no answer yet."))
    if question.article_id is not None:
        raise Refused(_("It is an article already."))
    ticket = question.ticket
    if ticket is not None and not Ticket.objects.visible_to(by).filter(pk=ticket.pk).exists():
        ticket = None  # its words are not theirs to write down
    said: dict[str, Any] = {"title": question.title, "resolution": question.answer}
    if ticket is not None and not ticket.is_done:
        article = solve.create(ticket, by=by, **said)
    else:
        words = solve.draft(ticket) if ticket is not None else {}
        said = {"issue": question.text or question.title, "language": question.language,
                **words, **said}  # fmt: skip
        article = article_actions.create(by=by, origin=("question", str(question.pk)), **said)
    question.article = article
    question.save(update_fields=["article"])
    return article


@transaction.atomic
def answer_and_draft(question: Question, *, by: User, text: str) -> Article:
    """Both at once: nobody comes back to write down what was just written."""
    return draft(answer(question, by=by, text=text), by=by)
