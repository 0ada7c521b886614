"""Canned replies: the page that keeps them, and the list that the composer asks for."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kcs.errors import BadValue
from people.doors import agents_only
from people.models import User
from tickets import canned
from tickets.forms import CannedReplyForm
from tickets.models import Ticket

SUGGESTED = 8  # as many as one reads without scrolling


@require_GET
@agents_only
def replies(request: HttpRequest) -> HttpResponse:
    """With a ticket: the replies that match, filled in for it, as a list to pick from (JSON for
    who asks for JSON). Without one: the page where they are kept."""
    user: User = request.user  # type: ignore[assignment]
    text = request.GET.get("q", "")[:100].replace("\x00", "")
    if number := request.GET.get("ticket", ""):
        visible = Ticket.objects.visible_to(user).select_related("requester")
        ticket = get_object_or_404(visible, number=number)
        found = [
            {"id": reply.pk, "name": reply.name, "body": canned.fill(reply, ticket, user)}
            for reply in canned.matching(user, text=text, language=ticket.language)[:SUGGESTED]
        ]
        if request.accepts("text/html") or request.htmx:  # type: ignore[attr-defined]
            offered = {"replies": found, "ticket": ticket, "q": text}
            return render(request, "tickets/parts/canned_results.html", offered)
        return JsonResponse({"results": found})
    rows = list(canned.matching(user, text=text).select_related("owner"))
    context: dict[str, Any] = {
        "own": [reply for reply in rows if reply.owner_id == user.pk],
        "shared": [reply for reply in rows if reply.owner_id != user.pk],
        "q": text,
    }
    return render(request, "tickets/canned.html", context)


@require_http_methods(["GET", "POST"])
@agents_only
def edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Write a new canned reply or change one's own."""
    user: User = request.user  # type: ignore[assignment]
    reply = get_object_or_404(canned.within_reach(user), pk=pk) if pk else None
    if request.method == "POST":
        form = CannedReplyForm(request.POST)
        if form.is_valid():
            try:
                reply = canned.write(reply, by=user, **form.cleaned_data)
            except BadValue as error:
                form.add_error(error.field if error.field in form.fields else None, str(error))
            else:
                messages.success(request, _("“%(name)s” is kept.") % {"name": reply.name})
                return redirect("tickets:canned")
    elif reply is not None:
        form = CannedReplyForm.of(reply)
    else:
        form = CannedReplyForm(initial={"language": user.language or "en"})
    context = {
        "form": form,
        "reply": reply,
        "mine": reply is None or reply.owner_id == user.pk or user.is_superuser,
        "places": canned.PLACES.items(),
    }
    status = 422 if form.is_bound else 200
    return render(request, "tickets/canned_edit.html", context, status=status)


@require_POST
@agents_only
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]
    reply = get_object_or_404(canned.within_reach(user), pk=pk)
    canned.remove(reply, by=user)
    messages.success(request, _("“%(name)s” is removed.") % {"name": reply.name})
    return redirect("tickets:canned")
