"""Canned replies: words that are typed often, with places that a ticket fills in."""

from __future__ import annotations

import re

from django.db import transaction
from django.db.models import Case, Q, QuerySet, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from kcs.errors import BadValue, NotAllowed
from people.models import User
from tickets.actions import clean, require_agent
from tickets.models import CannedReply, Ticket
from tickets.queries import holding

PLACE = re.compile(r"\{(\w+)\}")
PLACES = {
    "requester": gettext_lazy("the requester's name"),
    "first_name": gettext_lazy("the requester's first name"),
    "agent": gettext_lazy("your name"),
    "ticket": gettext_lazy("the ticket's number"),
    "subject": gettext_lazy("the ticket's subject"),
}
BODY_LIMIT = 10_000
SPOKEN = {"en", "ru", "he"}


def fill(reply: CannedReply | str, ticket: Ticket, by: User) -> str:
    """The words with this ticket's values. What is no place of ours stays as it was typed.

    Each place is filled once, in one pass: a subject that holds "{agent}" stays a subject.
    """
    text = reply if isinstance(reply, str) else reply.body
    name = " ".join(ticket.requester.name.split())
    if not name:
        # The requester reads this, so it is said in the ticket's language.
        with override(ticket.language if ticket.language in SPOKEN else "en"):
            name_or_hello = _("customer")
    values = {
        "requester": name or name_or_hello,
        "first_name": name.split(" ")[0] if name else name_or_hello,
        "agent": by.name or by.email,
        "ticket": ticket.number,
        "subject": ticket.subject,
    }
    return PLACE.sub(lambda found: values.get(found[1], found[0]), text)


def within_reach(user: User) -> QuerySet[CannedReply]:
    """One's own replies and the shared ones."""
    return CannedReply.objects.filter(Q(owner=user) | Q(shared=True))


def matching(user: User, *, text: str = "", language: str = "") -> QuerySet[CannedReply]:
    """Those whose name or words hold the text; the ticket's language first, then names that
    begin with it."""
    found = within_reach(user)
    words = text.split()[:6]
    for word in words:
        found = found.filter(Q(name__ilike=holding(word)) | Q(body__icontains=word))
    return found.annotate(
        stranger=Case(When(language=language, then=Value(0)), default=Value(1)),
        inside=Case(
            When(name__istartswith=words[0] if words else "", then=Value(0)), default=Value(1)
        ),
    ).order_by("stranger", "inside", "name", "pk")


@transaction.atomic
def write(
    reply: CannedReply | None,
    *,
    by: User,
    name: str,
    body: str,
    language: str = "en",
    shared: bool = False,
) -> CannedReply:
    """Make a canned reply, or change one's own."""
    require_agent(by)
    if reply is None:
        reply = CannedReply(owner=by)
    elif reply.owner_id != by.pk and not by.is_superuser:
        raise NotAllowed(_("Only its owner changes a canned reply. Make one of your own."))
    User.objects.select_for_update(no_key=True).only("pk").get(pk=reply.owner_id)
    name = " ".join(clean(name, field="name", limit=60).split())
    body = clean(body, field="body", limit=BODY_LIMIT).strip()
    if not name:
        raise BadValue(_("Give the reply a name."), field="name")
    if not body:
        raise BadValue(_("Write the words of the reply."), field="body")
    twin = CannedReply.objects.filter(owner=reply.owner, name__iexact=name).exclude(pk=reply.pk)
    if twin.exists():
        raise BadValue(_("You have a canned reply of this name already."), field="name")
    reply.name, reply.body, reply.language, reply.shared = name, body, language, shared
    reply.save()
    return reply


def remove(reply: CannedReply, *, by: User) -> None:
    if reply.owner_id != by.pk and not by.is_superuser:
        raise NotAllowed(_("Only its owner removes a canned reply."))
    reply.delete()
