"""Figures as people read them."""

from django import template
from django.utils.formats import number_format

register = template.Library()


@register.filter
def percent(share: float | None) -> str:
    """A share as a whole number of hundredths."""
    return "–" if share is None else f"{number_format(round(share * 100), 0)}%"
