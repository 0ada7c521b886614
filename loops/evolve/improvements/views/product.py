"""What the product team reads and answers: nothing else of the desk is needed for it.

The requesters' words stand here without names, and none of a private team's tickets; tickets
themselves are not shown, because who reads this may have no place at the desk.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from kcs.errors import NotAllowed, Refused
from kcs.pages import keyset
from loops.charts import csv_asked
from loops.evolve.improvements import queries, rights
from loops.evolve.improvements.views.acts import Desk
from loops.evolve.improvements.views.showing import chart_of, told
from loops.models import Improvement
from people.doors import AgentRequest
from people.inbox import frame
from people.models import SiteSettings, User

SIZE = 10
STATES = {
    "open": gettext_lazy("Open"),
    "shipped": gettext_lazy("Shipped"),
    "declined": gettext_lazy("Declined"),
}


def product_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For those who answer for the product, whether or not they work at the desk."""

    @wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not rights.may_read_product(cast("User", request.user)):
            raise NotAllowed(_("This page is for those who answer for the product."))
        request.site_settings = SimpleLazyObject(SiteSettings.load)  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return door


def _rows(user: User) -> Any:
    return queries.shown(queries.visible_to(user).filter(kind=rights.PRODUCT))


@require_safe
@product_only
def home(request: AgentRequest) -> HttpResponse:
    """What the desk asks to have fixed, what costs most first."""
    which = request.GET.get("state", "open")
    which = which if which in STATES else "open"
    states = ["proposed", "accepted"] if which == "open" else [which]
    rows = _rows(request.user).filter(state__in=states)
    page = keyset(rows, queries.ORDER, cursor=request.GET.get("cursor", ""), size=SIZE)
    there = list(page.rows)
    said = queries.said(there)
    context = {
        "frame": frame(request.user),
        "which": which,
        "states": list(STATES.items()),
        "rows": [_card(row, request, said) for row in there],
        "newer_url": f"?state={which}&cursor={page.newer}" if page.newer else "",
        "older_url": f"?state={which}&cursor={page.older}" if page.older else "",
    }
    return render(request, "evolve/product.html", context)


def _card(
    row: Improvement,
    request: AgentRequest,
    said: dict[int, list[dict[str, str]]],
    desk: Desk | None = None,
) -> dict[str, Any]:
    return {
        "one": told(row, request.user, request.site_settings, said),
        "desk": desk or Desk(row, request.user),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@product_only
def one(request: AgentRequest, pk: int) -> HttpResponse:
    """One of them, with its history and what came of it; POST does what the button says."""
    found = get_object_or_404(_rows(request.user), pk=pk)
    desk, status = Desk(found, request.user), 200
    drawn = chart_of(found)
    if drawn is not None and (table := csv_asked(request, [drawn])):
        return table
    if request.method == "POST":
        try:
            said = desk.act(request.POST)
        except Refused as error:
            found.refresh_from_db()
            desk.error, status = str(error), error.status
        else:
            messages.success(request, said)
            return redirect("product:improvement", found.pk)
    context = {
        "frame": frame(request.user),
        **_card(found, request, queries.said([found]), desk),
        "events": list(found.events.select_related("by").order_by("-at", "-pk")[:50]),
        "chart": drawn,
    }
    return render(request, "evolve/product_one.html", context, status=status)
