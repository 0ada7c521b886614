"""What every page shows around its content: theme, direction, tabs, counts, where one is."""

from functools import cache, lru_cache
from typing import Any, NamedTuple

from django.apps import apps
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext_lazy as _

THEMES = ("light", "dark")


class Place(NamedTuple):
    """One icon of the rail: where it leads, and the letter that follows G on the keyboard."""

    key: str
    view: str
    icon: str
    label: Promise
    go: str = ""
    desk: bool = False  # left out on a telephone


RAIL = (
    Place("queue", "tickets:queue", "inbox", _("Queue"), "Q"),
    Place("knowledge", "articles:search", "book-open", _("Knowledge"), "K"),
    Place("flags", "articles:flags", "flag", _("Flags"), "F"),
    Place("review", "upkeep:review", "list-checks", _("Review"), "V"),
    Place(
        "questions",
        "asking:questions",
        "message-circle-question-mark",
        _("Questions"),
        "A",
        desk=True,
    ),
    Place("coaching", "coaching:home", "graduation-cap", _("Coaching"), "C", desk=True),
    Place("insights", "insights:home", "chart-no-axes-column", _("Insights"), "D"),
    Place("inbox", "people:notifications", "bell", _("Notifications"), "N"),
)

# The first part of a view's name says which place of the rail it stands under.
PLACES = {
    "tickets": "queue",
    "workspace": "queue",
    "solve": "queue",
    "articles": "knowledge",
    "search": "knowledge",
    "flags": "flags",
    "coaching": "coaching",
    "upkeep": "review",
    "duplicates": "review",
    "asking": "questions",
    "insights": "insights",
    "notifications": "inbox",
    "people": "settings",
}


def shell(request: HttpRequest) -> dict[str, Any]:
    """Nothing here asks the database before a template shows it."""
    user = getattr(request, "user", None)

    @cache
    def around() -> tuple[int, bool]:
        if user is None or not user.is_authenticated:
            return 0, False
        found: tuple[int, bool] = apps.get_model("people", "User").objects.around(user)
        return found

    def unread() -> int:
        return around()[0]

    def rail() -> list[dict[str, Any]]:
        """Insights are open to whom `loops.evolve.access` says; here they are only shown."""
        count, manages = around()
        figures = manages or getattr(user, "is_reviewer", False)
        return [
            {**place, "count": count} if place["key"] == "inbox" else place
            for place in places()
            if place["key"] != "insights" or figures
        ]

    site = SimpleLazyObject(lambda: _site(request))
    return {
        "theme": _theme(request, user),
        "dir": "rtl" if get_language_bidi() else "ltr",
        "LANGUAGE_CODE": get_language(),
        "site": site,
        "desk": site,  # allauth's pages call something else the site
        "unread": unread,
        "open_tabs": _tabs(request),
        "nav": _place(request),
        "rail": SimpleLazyObject(rail),
    }


def _address(view: str) -> str:
    """Where a view stands, or nothing when this installation has no such view."""
    try:
        return reverse(view)
    except NoReverseMatch:
        return ""


@lru_cache(maxsize=1)
def places() -> tuple[dict[str, Any], ...]:
    """The rail's places that this installation has, for whoever looks."""
    known = ({**place._asdict(), "url": _address(place.view), "count": 0} for place in RAIL)
    return tuple(place for place in known if place["url"])


def _theme(request: HttpRequest, user: Any) -> str:
    """From the cookie or the person, so that the server paints it right and nothing flashes."""
    chosen = request.COOKIES.get("theme", "") or getattr(user, "theme", "")
    return chosen if chosen in THEMES else "auto"


def _site(request: HttpRequest) -> Any:
    """The organisation's choices; a view that needed them has read them already."""
    read = getattr(request, "site_settings", None)
    return read or apps.get_model("people", "SiteSettings").load()


def _tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """The tickets this person has open, in the order of opening; the workspace keeps them."""
    session = getattr(request, "session", None)
    if session is None:
        return []
    tabs = session.get("open_tabs", [])
    return [{**tab, "current": request.path.startswith(tab["url"])} for tab in tabs]


def _place(request: HttpRequest) -> str:
    match = request.resolver_match
    if match is None:
        return ""
    names = match.view_name.split(":")
    found = PLACES.get(names[-1]) or PLACES.get(names[0], "")
    return "flags" if "flag" in names[-1] else found
