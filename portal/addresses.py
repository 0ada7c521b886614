"""Where an article stands in the help centre: its number leads, its title is for people."""

from __future__ import annotations

from django.urls import reverse
from django.utils.text import slugify

SLUG = 60
# The last words of an article's other addresses, which no title may take.
TAKEN = frozenset({"helpful", "feedback", "suggest"})


def slug_of(title: str) -> str:
    """The title in an address, in its own letters."""
    slug = slugify(title, allow_unicode=True)[:SLUG].strip("-_")
    return f"{slug}-article" if slug in TAKEN or not slug else slug


def address(number: str, title: str) -> str:
    return reverse("help:article", args=[number, slug_of(title)])
