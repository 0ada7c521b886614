"""Recalls: begin one, work through the people who received a wrong version, close it."""

from __future__ import annotations

import csv
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from articles.views.doors import find
from kcs.errors import Refused
from kcs.pages import keyset
from loops.models import Recall, RecallItem
from loops.solve.actions import may_send
from loops.solve.desk import Desk
from loops.upkeep import recall as verbs
from people.doors import AgentRequest, agents_only

State = RecallItem.State
ROWS = 50
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


@require_safe
@agents_only
def recalls(request: AgentRequest) -> HttpResponse:
    """The recalls that are open; with `closed=1` those that ended."""
    user = request.user
    closed = request.GET.get("closed") == "1"
    found = (
        verbs.visible(user).filter(closed_at__isnull=False)
        if closed
        else (verbs.open_for(user))
    )
    page = keyset(
        verbs.with_counts(found, user).select_related("article", "by"),
        ("-at", "-pk"),
        cursor=request.GET.get("cursor", ""),
        size=ROWS,
    )
    kept = {"closed": "1"} if closed else {}
    context = {
        "rows": page.rows,
        "closed": closed,
        **page.addresses(kept=kept),
    }
    return render(request, "upkeep/recalls.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@agents_only
def recall(request: AgentRequest, number: str) -> HttpResponse:
    """Say which versions were wrong and why; POST makes the worklist."""
    article = find(request, number)
    verbs.require_recaller(request.user)
    chosen = [n for n in request.POST.getlist("versions") if n.isdecimal() and len(n) < 10]
    reason, error, status = request.POST.get("reason", ""), "", 200
    if request.method == "POST":
        try:
            made = verbs.recall(
                article, versions=map(int, chosen), reason=reason, by=request.user
            )
        except Refused as refusal:
            article.refresh_from_db()
            error, status = str(refusal), refusal.status
        else:
            messages.success(request, _("Recalled. These are the people to write to."))
            return redirect("upkeep:recall", made.pk)
    asked = request.GET.getlist("version")
    context = {
        "article": article,
        "versions": article.versions.select_related("by").defer(
            "issue", "environment", "resolution", "cause", "parts"
        )[:100],
        "chosen": {int(n) for n in chosen or asked if n.isdecimal() and len(n) < 10},
        "reason": reason,
        "error": error,
        "nav": "knowledge",
    }
    return render(request, "upkeep/recall_new.html", context, status=status)


def _find(request: AgentRequest, pk: int) -> Recall:
    return get_object_or_404(
        verbs.with_counts(verbs.visible(request.user), request.user).select_related(
            "article", "by", "closed_by"
        ),
        pk=pk,
    )


def _items(request: AgentRequest, found: Recall) -> QuerySet[RecallItem]:
    return verbs.items_for(request.user).filter(recall=found)


@require_safe
@agents_only
def recalled(request: AgentRequest, pk: int) -> HttpResponse:
    """The worklist of one recall: who, on which ticket, what became of it."""
    return _worklist(request, _find(request, pk))


def _worklist(
    request: AgentRequest, found: Recall, *, error: str = "", status: int = 200
) -> HttpResponse:
    user = request.user
    items = _items(request, found)
    shown = request.GET.get("show", "")
    if shown in State.values:
        items = items.filter(state=shown)
    elif shown == "mine":
        items = items.filter(owner=user, state=State.WAITING)
    page = keyset(
        items.select_related("ticket", "requester", "owner", "by", "version").annotate(
            written=verbs.written_since()
        ).defer("version__issue", "version__environment", "version__resolution",
                "version__cause", "version__parts", "ticket__description"),
        ("pk",),
        cursor=request.GET.get("cursor", ""),
        size=ROWS,
    )  # fmt: skip
    kept = {"show": shown} if shown else {}
    context = {
        "recall": found,
        "article": found.article,
        "rows": page.rows,
        "shown": shown,
        "shows": [("", _("All")), ("mine", _("Mine")), *State.choices],
        "may_close": verbs.may_recall(user) and found.closed_at is None,
        "open": found.closed_at is None or found.waiting,  # type: ignore[attr-defined]
        "typed": {n: request.POST.get(n, "") for n in ("note", "closing_note")},
        "error": error,
        **page.addresses(kept=kept),
    }
    return render(request, "upkeep/recall.html", context, status=status)


@require_POST
@agents_only
def settle(request: AgentRequest, pk: int) -> HttpResponse:
    """Say of the picked items what became of them."""
    found = _find(request, pk)
    keys = [int(k) for k in request.POST.getlist("items") if k.isdecimal() and len(k) < 18]
    picked = list(_items(request, found).filter(pk__in=keys))
    try:
        done = verbs.settle(
            picked,
            by=request.user,
            state=request.POST.get("state", ""),
            note=request.POST.get("note", ""),
        )
    except Refused as refusal:
        return _worklist(request, found, error=str(refusal), status=refusal.status)
    said = ngettext("%(n)s person is marked.", "%(n)s people are marked.", len(done))
    messages.success(request, said % {"n": len(done)})
    return redirect("upkeep:recall", found.pk)


@require_POST
@agents_only
def write(request: AgentRequest, pk: int, item: int) -> HttpResponse:
    """Open the ticket with a prepared reply. It stands there until somebody sends it."""
    found = _find(request, pk)
    one = get_object_or_404(
        _items(request, found).select_related(
            "ticket__requester__organisation", "ticket__organisation", "requester"
        ),
        pk=item,
    )
    ticket, number = verbs.write_to(one, by=request.user), found.article.number
    desk = Desk.of(request, ticket.number)
    carried = may_send(ticket, found.article, by=request.user)
    # What already stands in the composer is somebody's work, and stays.
    desk.keep(
        body=desk.body or verbs.letter(one, by=request.user),
        carried=list(dict.fromkeys([*desk.carried, number] if carried else desk.carried)),
    )
    if not carried:
        messages.warning(
            request,
            _("The requester may not read %(number)s. Write the right steps in your own words.")
            % {"number": number},
        )
    return redirect(ticket.get_absolute_url())


@require_POST
@agents_only
def close(request: AgentRequest, pk: int) -> HttpResponse:
    """End it, with a word on how it went."""
    found = _find(request, pk)
    try:
        verbs.close(found, by=request.user, note=request.POST.get("closing_note", ""))
    except Refused as refusal:
        return _worklist(request, found, error=str(refusal), status=refusal.status)
    messages.success(request, _("The recall is closed."))
    return redirect("upkeep:recalls")


def plain(value: Any) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(DANGEROUS) else text


@require_safe
@agents_only
def export(request: AgentRequest, pk: int) -> HttpResponse:
    """The worklist as a table, as far as this person sees it."""
    found = _find(request, pk)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"recall-{found.pk}-{found.article.number}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response.write("\ufeff")  # or spreadsheets take it for an older alphabet
    table = csv.writer(response)
    table.writerow(
        ["ticket", "subject", "requester", "email", "version", "sent", "owner", "state",
         "note", "by", "at"]
    )  # fmt: skip
    items = _items(request, found).select_related(
        "ticket", "requester", "owner", "by", "version"
    )
    for item in items.order_by("pk"):
        table.writerow(
            [
                plain(cell)
                for cell in (
                    item.ticket.number, item.ticket.subject, item.requester.name,
                    item.requester.email, item.version.number, item.sent, item.owner,
                    item.state, item.note, item.by, item.at and item.at.isoformat(),
                )
            ]
        )  # fmt: skip
    return response
