"""Addresses that differ in nothing but a number.

Django tries pattern after pattern for each `reverse`; a page of fifty tickets needs fifty.
"""

from functools import cache

from django.urls import reverse


@cache
def _around(view: str, kind: str) -> tuple[str, str]:
    sample = f"{kind}-0"
    before, _, after = reverse(view, args=[sample]).partition(sample)
    return before, after


def numbered(view: str, number: str) -> str:
    """The address of this view for the ticket KT-… or the article KB-… of this number."""
    before, after = _around(view, number.partition("-")[0])
    return f"{before}{number}{after}"
