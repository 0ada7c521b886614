"""Pages of the desk, one file for each screen."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from people.doors import AgentRequest, agents_only

__all__ = ["AgentRequest", "agents_only", "onward"]


def onward(request: HttpRequest, otherwise: str) -> str:
    """Where the form said to go back to; only ever an address of our own."""
    wanted = request.POST.get("next", "")
    if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    return otherwise
