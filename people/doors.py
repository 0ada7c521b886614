"""Who may come in: what every page for agents asks first."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from kcs.errors import NotAllowed
from people.models import SiteSettings, User

View = Callable[..., HttpResponse]


class AgentRequest(HttpRequest):
    """A request behind `agents_only`: somebody is signed in and works here."""

    user: User
    htmx: HtmxDetails
    site_settings: SiteSettings  # read once a request, and only when asked for


def agents_only(view: View) -> View:
    """Visitors are asked to sign in, customers are refused: before anything is looked up, so
    that the answer is the same for what is hidden and for what does not exist."""

    @wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not request.user.is_agent:
            raise NotAllowed(_("This page is for the people who answer here."))
        request.site_settings = SimpleLazyObject(SiteSettings.load)  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return door
