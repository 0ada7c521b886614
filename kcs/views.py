"""Pages that belong to no app: the theme switch and the list of components."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from kcs.context import THEMES

YEAR = 365 * 24 * 3600


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember light or dark in a cookie; anything else means: as the system."""
    chosen = request.POST.get("theme", "")
    onward = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(onward, allowed_hosts={request.get_host()}):
        onward = "/"
    asked_by_htmx = request.headers.get("HX-Request") == "true"
    response: HttpResponse = HttpResponse(status=204) if asked_by_htmx else redirect(onward)
    if chosen in THEMES:
        response.set_cookie("theme", chosen, max_age=YEAR, samesite="Lax")
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response


@require_GET
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component in one page, to look at while building; only under DEBUG."""
    context: dict[str, Any] = {
        "confidences": ["wip", "not_validated", "validated", "archived"],
        "audiences": ["internal", "partner", "customer", "public"],
        "governances": ["experience", "compliance"],
        "states": ["new", "open", "pending", "solved", "closed"],
        "outcomes": ["reused", "improved", "flagged", "created", "no_knowledge", "imported"],
    }
    return render(request, "styleguide.html", context)
