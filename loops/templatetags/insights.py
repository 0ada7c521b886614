"""What the pages of the insights share."""

from typing import Any

from django import template

from loops.insights import tabs

register = template.Library()


@register.inclusion_tag("insights/tabs.html", takes_context=True)
def insights_tabs(context: template.Context) -> dict[str, Any]:
    """The row of links under the heading, the page one is on among them. Improvements are for
    all agents; the other pages are not."""
    if context.get("may_read") is False:
        return {"tabs": (), "here": ""}
    return {"tabs": tabs.tabs(), "here": tabs.here(context["request"].path)}
