"""What every page shows around its content: theme, direction, tabs, counts, where one is."""

from typing import Any

from django.apps import apps
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, get_language_bidi

THEMES = ("light", "dark")

# The first part of a view's name says which place of the rail it stands under.
PLACES = {
    "tickets": "queue",
    "workspace": "queue",
    "solve": "queue",
    "articles": "knowledge",
    "search": "knowledge",
    "flags": "flags",
    "insights": "insights",
    "notifications": "inbox",
    "people": "settings",
}


def shell(request: HttpRequest) -> dict[str, Any]:
    """Nothing here asks the database before a template shows it."""
    user = getattr(request, "user", None)
    return {
        "theme": _theme(request),
        "dir": "rtl" if get_language_bidi() else "ltr",
        "LANGUAGE_CODE": get_language(),
        "site": SimpleLazyObject(_site),
        "unread": SimpleLazyObject(lambda: _unread(user)),
        "open_tabs": _tabs(request),
        "nav": _place(request),
    }


def _theme(request: HttpRequest) -> str:
    """From the cookie, so that the server paints the right theme and nothing flashes."""
    chosen = request.COOKIES.get("theme", "")
    return chosen if chosen in THEMES else "auto"


def _site() -> Any:
    return apps.get_model("people", "SiteSettings").load()


def _unread(user: Any) -> int:
    if user is None or not user.is_authenticated:
        return 0
    return int(user.notifications.filter(read_at=None).count())


def _tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """The tickets this person has open, in the order of opening; the workspace keeps them."""
    session = getattr(request, "session", None)
    if session is None:
        return []
    tabs = session.get("open_tabs", [])
    return [{**tab, "current": tab.get("url") == request.path} for tab in tabs]


def _place(request: HttpRequest) -> str:
    match = request.resolver_match
    if match is None:
        return ""
    names = match.view_name.split(":")
    found = PLACES.get(names[-1]) or PLACES.get(names[0], "")
    return "flags" if "flag" in names[-1] else found
