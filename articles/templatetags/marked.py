"""`{{ hit.snippet|marked }}`: a search snippet with its matches marked."""

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from articles.search.passages import MARK, UNMARK

register = template.Library()


@register.filter
def marked(snippet: str) -> SafeString:
    """Show a search snippet with its matches marked, and nothing else trusted."""
    text = escape(snippet).replace(MARK, "<mark>").replace(UNMARK, "</mark>")
    return mark_safe(text)  # everything but our two marks was just escaped
