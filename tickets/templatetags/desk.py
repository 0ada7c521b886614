"""Marks of the queue."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from kcs.templatetags.ui import icon
from tickets.models import Ticket

register = template.Library()

CHANNELS = {
    "web": "globe",
    "mail": "mail",
    "api": "webhook",
    "phone": "phone",
    "chat": "messages-square",
    "import": "import",
}


@register.simple_tag
def options(pairs: Iterable[tuple[Any, Any]], chosen: object = None) -> SafeString:
    """The options of a select. In Python: a thousand colleagues are no template loop."""
    wanted = str(chosen) if chosen is not None else None
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        (
            (value, mark_safe(" selected") if str(value) == wanted else "", label)
            for value, label in pairs
        ),
    )


@register.simple_tag
def channel(value: str) -> SafeString:
    """How a ticket came, as an icon that says it."""
    return _channel(value, get_language() or "en")


@lru_cache(maxsize=64)
def _channel(value: str, _language: str) -> SafeString:
    labels = dict(Ticket.Channel.choices)
    return icon(CHANNELS.get(value, "inbox"), 13, "", labels.get(value, value))


@register.filter
def capped(number: int) -> SafeString:
    """Counting stops at 500: whether 700 or 9,000 wait changes nothing for anybody."""
    return format_html("{}", "500+" if number > 500 else number)
