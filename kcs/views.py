"""The page that belongs to no app: the list of components."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET


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
