"""Figures as people read them."""

from functools import lru_cache

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from loops.upkeep import scoring, words

register = template.Library()


@register.filter
def percent(share: float | None) -> str:
    """A share as a whole number of hundredths."""
    return "–" if share is None else f"{number_format(round(share * 100), 0)}%"


@register.simple_tag
def evidence(value: float) -> SafeString:
    """How sure we are of an article: a dot, a word, a number."""
    return _evidence(round(value * 100), scoring.strength(value), get_language() or "en")


@lru_cache(maxsize=1000)
def _evidence(percents: int, strength: str, _language: str) -> SafeString:
    said = _("Evidence %(word)s") % {"word": words.STRENGTHS[strength]}
    return format_html(
        '<span class="evidence {}"><i aria-hidden="true"></i>{} <b class="tn">{}%</b></span>',
        strength, said, percents,
    )  # fmt: skip
