"""Charts in templates."""

from django import template
from django.template.loader import get_template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from loops.charts import Spark, small
from loops.charts import figures as formats
from loops.charts.base import Chart

register = template.Library()


@register.simple_tag
def chart(drawn: Chart | Spark, level: int = 2) -> SafeString:
    """`{% chart one %}`: heading, legend, drawing, table and export; of a Spark the drawing."""
    if isinstance(drawn, Spark):
        return spark(drawn)
    return mark_safe(get_template("charts/chart.html").render({"chart": drawn, "level": level}))


@register.simple_tag
def spark(drawn: Spark) -> SafeString:
    if drawn.empty:
        return format_html('<span class="vh">{}</span>', drawn.summary)
    said = (
        format_html('role="img" aria-label="{}"', drawn.summary)
        if drawn.summary
        else mark_safe('aria-hidden="true"')
    )
    return format_html(
        '<svg class="spark" width="{}" height="{}" viewBox="0 0 {} {}" {}>{}</svg>',
        drawn.width, drawn.height, drawn.width, drawn.height, said, drawn.drawing,
    )  # fmt: skip


@register.simple_tag
def bar(value: float, top: float, tone: str = "c1") -> SafeString:
    """A bar in a list that says its number beside it."""
    inner = small.bar(value, top, tone)
    return format_html(
        '<svg class="bar" width="100%" height="8" aria-hidden="true">{}</svg>', inner
    )


@register.filter
def figure(value: float | None, form: str = "number") -> str:
    """`{{ share|figure:"percent" }}`: a value as the charts say it."""
    return formats.said(value, formats.FORMATS[form])
