"""What a leaver was asked and has not answered goes to whoever is likeliest to know."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from loops.asking import proposing
from loops.asking.actions import address, trace
from loops.models import Question
from people.leaving import Handed
from people.models import User
from tickets.models import TicketEvent


def holders() -> Iterable[int]:
    """The ids of everyone whose answer somebody waits for."""
    waiting = Question.objects.filter(state="open").order_by()
    return waiting.values_list("asked", flat=True).distinct()


def hand_over(leaver: User, by: User | None) -> list[Handed]:
    """Each question goes to the next one who has solved the like, else to the leaver's coach;
    where nobody is left it stays open, and whoever asked passes it on."""
    waiting = Question.objects.filter(state="open", asked=leaver).order_by("pk")
    handed: list[Handed] = []
    for question in waiting.select_related("by", "ticket__team").select_for_update(
        of=("self",), no_key=True
    ):
        to = _next(question, leaver)
        if to is None:
            continue
        note = {"person": leaver.pk, "at": timezone.now().isoformat(), "reason": ""}
        question.passed, question.asked = [*question.passed, note], to
        question.save(update_fields=["passed", "asked"])
        trace(question, TicketEvent.Verb.ASKED, by=by, person=str(to), passed=True)
        handed.append(Handed(to, question.title, address(question)))
    return handed


def _next(question: Question, leaver: User) -> User | None:
    words = question.query or ("" if question.ticket else question.title)
    found = proposing.propose(by=question.by, ticket=question.ticket, words=words, most=2)
    likely = [one.person for one in found if one.person.pk != leaver.pk]
    if likely:
        return likely[0]
    coach = proposing.askable(by=question.by, ticket=question.ticket).filter(pk=leaver.coach_id)
    return coach.exclude(pk=leaver.pk).first()
