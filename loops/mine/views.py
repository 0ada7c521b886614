"""A requester's own tickets: what they asked, what was answered, and a word to add.

It stands in loops because a word on a solved ticket reopens it, and reopening ends an outcome.
"""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from kcs.errors import NotAllowed, Refused
from kcs.pages import keyset
from loops.solve import actions
from people.models import User
from tickets.models import Ticket
from tickets.queries import TicketQuerySet

ROWS = 30
TWICE = timedelta(minutes=1)


def _mine(user: User) -> TicketQuerySet:
    """One's own, and the organisation's where it shares them. For an agent: what they themselves
    asked as somebody's customer, not what they may work on."""
    visible = Ticket.objects.visible_to(user)
    return visible.filter(requester__user=user) if user.is_agent else visible


@require_GET
@login_required
def tickets(request: HttpRequest) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]
    rows = (
        _mine(user)
        .select_related("requester")
        .only(
            "number", "subject", "language", "state", "changed_at", "requester__name",
            "requester__email", "requester__user",
        )
    )  # fmt: skip
    page = keyset(rows, ("-changed_at", "-pk"), cursor=request.GET.get("cursor", ""), size=ROWS)
    context = {
        "page": page,
        "newer_url": f"?cursor={page.newer}" if page.newer else "",
        "older_url": f"?cursor={page.older}" if page.older else "",
    }
    return render(request, "mine/list.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def ticket(request: HttpRequest, number: str) -> HttpResponse:
    """The conversation without its notes; POST adds the requester's next message."""
    user: User = request.user  # type: ignore[assignment]
    found = get_object_or_404(_mine(user).select_related("requester"), number=number)
    own = found.requester.user_id == user.pk
    error, body = "", ""
    if request.method == "POST":
        if not own:
            raise NotAllowed(_("Only the person who asked adds to this ticket."))
        body = request.POST.get("body", "")
        try:
            _hear_once(found, body=body, by=user)
        except Refused as refusal:
            # Empty, or closed in the meantime: what was typed stays on the page.
            error = str(refusal)
        else:
            messages.success(request, _("Your message has arrived."))
            return redirect("mine:ticket", number=found.number)
    said = (
        found.messages.filter(internal=False)
        .select_related("by")
        .only("body", "at", "by__name", "by__email", "ticket")
    )
    context = {
        "ticket": found,
        "said": said,
        "own": own,
        "body": body,
        "error": error,
    }
    return render(request, "mine/ticket.html", context, status=422 if error else 200)


@transaction.atomic
def _hear_once(ticket: Ticket, *, body: str, by: User) -> None:
    """The same words twice within a minute are one press too many, and not a second message."""
    ticket.lock()
    lately = ticket.messages.filter(internal=False, at__gt=timezone.now() - TWICE)
    last = lately.order_by("-at", "-pk").first()
    words = body.replace("\r\n", "\n").strip()
    if last is None or last.by_id is not None or last.body != words:
        actions.hear(ticket, body=body, by=by)
