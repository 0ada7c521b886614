"""Pages of the desk, one file for each screen."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from kcs.errors import NotAllowed

View = Callable[..., HttpResponse]


def agents_only(view: View) -> View:
    """Signed in, and working inside. A customer is told so in words."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_agent:  # type: ignore[union-attr]
            raise NotAllowed(_("This page is for the people who answer here."))
        return view(request, *args, **kwargs)

    return login_required(guarded)


def onward(request: HttpRequest, otherwise: str) -> str:
    """Where the form said to go back to; only ever an address of our own."""
    wanted = request.POST.get("next", "")
    if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    return otherwise
