"""Questions about questions: which of them somebody may read."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from loops.models import Question
from people.models import User
from tickets.models import Ticket


def visible_to(user: User) -> QuerySet[Question]:
    """The only way a door may reach a question.

    One's own, in either direction; and a colleague's where the ticket that it hangs on may be
    seen, or there is none.
    """
    if not user.is_authenticated or not user.is_agent:
        return Question.objects.none()
    seen = Ticket.objects.visible_to(user)
    return Question.objects.filter(
        Q(by=user) | Q(asked=user) | Q(ticket=None) | Q(ticket__in=seen)
    )


def shown(rows: QuerySet[Question]) -> QuerySet[Question]:
    """With the people, the ticket and the article of each."""
    return rows.select_related(
        "by", "asked", "answered_by", "ticket__team", "article__created_by"
    ).defer("ticket__description", "article__rendered", "article__outside")


def to_answer(user: User) -> QuerySet[Question]:
    return shown(visible_to(user).filter(asked=user, state="open"))


def asked_by(user: User) -> QuerySet[Question]:
    return shown(visible_to(user).filter(by=user))


def answered(user: User, words: str = "") -> QuerySet[Question]:
    """What was answered, by anybody: in the title, the details or the answer stand all words."""
    rows = shown(visible_to(user).filter(state="answered"))
    for word in words.replace("\x00", " ").split()[:8]:
        rows = rows.filter(
            Q(title__icontains=word) | Q(text__icontains=word) | Q(answer__icontains=word)
        )
    return rows
