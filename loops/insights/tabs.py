"""The pages of the insights beside each other; one that this installation lacks is left out."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Tab(NamedTuple):
    name: str
    label: Promise
    url: str = ""


TABS = (
    Tab("home", _("Overview")),
    Tab("gaps", _("Gaps")),
    Tab("topics", _("Topics")),
    Tab("improvements", _("Improvements")),
    Tab("publication", _("Publication")),
    Tab("outcomes", _("Outcomes")),
    Tab("times", _("Times")),
    Tab("consistency", _("Consistency")),
    Tab("onboarding", _("Onboarding")),
    Tab("expertise", _("Expertise")),
    Tab("queue", _("Queue")),
    Tab("new_known", _("New and known")),
    Tab("repeats", _("Repetitive work")),
    Tab("reports", _("Reports")),
)


def _address(name: str) -> str:
    try:
        return reverse(f"insights:{name}")
    except NoReverseMatch:
        return ""


@lru_cache(maxsize=1)
def tabs() -> tuple[Tab, ...]:
    known = (tab._replace(url=_address(tab.name)) for tab in TABS)
    return tuple(tab for tab in known if tab.url)


# Pages that have no tab of their own, and the one they are reached from.
UNDER = {"misses": "gaps", "bursts": "topics", "tickets": "home", "baselines": "home"}


def here(path: str) -> str:
    """Which of them a page stands under; the front page is under no other."""
    home, *others = tabs()
    if aside := next((to for name, to in UNDER.items() if path == _address(name)), ""):
        return aside
    return next((tab.name for tab in others if path.startswith(tab.url)), home.name)
