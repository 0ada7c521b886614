"""Pages of the reports: the list, one report with its filters, and the files."""

from __future__ import annotations

from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kcs.errors import BadValue, NotAllowed
from loops.charts import csv_asked
from loops.evolve import access
from loops.reports import asked as asking
from loops.reports import bounded, writing
from loops.reports.asked import Asked
from loops.reports.base import MOST
from loops.reports.catalog import REPORTS, named, open_to
from loops.reports.showing import above, bar, shown
from people.doors import AgentRequest, agents_only

ROWS = 100  # on a page


@require_safe
@agents_only
def reports(request: AgentRequest) -> HttpResponse:
    """Every report that this person may open."""
    mine = open_to(request.user)
    bundled = access.may_read(request.user)
    return render(request, "reports/list.html", {"reports": mine, "may_bundle": bundled})


@require_safe
@agents_only
def report(request: AgentRequest, key: str) -> HttpResponse:
    """One report. A filter that cannot be read is said beside the filters, without rows."""
    wanted = named(key)
    wanted.require(request.user)
    context: dict[str, Any] = {"report": wanted}
    try:
        asked = asking.read(
            wanted, request.GET.dict(), request.user, site=request.site_settings
        )
        with bounded.within(bounded.PAGE):
            found = _answered(request, asked)
    except NotAllowed:
        raise
    except BadValue as refusal:
        usual = asking.read(wanted, {}, request.user, site=request.site_settings)
        context |= {"asked": usual, "error": str(refusal), "bar": bar(usual, refusal.field)}
        return render(request, "reports/report.html", context, status=refusal.status)
    if isinstance(found, HttpResponse):
        return found
    return render(request, "reports/report.html", context | found)


def _answered(request: AgentRequest, asked: Asked) -> dict[str, Any] | HttpResponse:
    """What the page shows, or its chart as a table."""
    told = writing.answer(asked)
    number = _page(request)
    begin = (number - 1) * ROWS
    rows = list(islice(told.rows(), begin, begin + ROWS + 1))
    more, rows = len(rows) > ROWS, rows[:ROWS]
    # The chart is about all rows, and stands above the first of them.
    drawn = number == 1 and not told.summary.hidden
    chart = asked.report.chart(asked) if drawn else None
    if chart and (table := csv_asked(request, [chart])):
        return table
    return {
        "asked": asked,
        "bar": bar(asked),
        "columns": [one for one in told.columns if not one.exported],
        "rows": shown(told, rows),
        "summary": told.summary,
        "told": above(told),
        "files": files(asked),
        "chart": chart,
        "newer_url": asked.url(page=number - 1) if number > 1 else "",
        "older_url": asked.url(page=number + 1) if more else "",
        "cut": writing.cut_short() if begin + ROWS >= MOST else "",
    }


def files(asked: Asked) -> list[dict[str, str]]:
    """The addresses of the same rows as files."""
    address = reverse("insights:report_export", args=[asked.report.key])
    return [
        {
            "label": form.upper(),
            "url": f"{address}?{urlencode({**asked.given, 'format': form})}",
        }
        for form in writing.FORMATS
    ]


def _page(request: AgentRequest) -> int:
    text = request.GET.get("page", "1")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    return min(max(1, number), MOST // ROWS)


@require_safe
@agents_only
def export(request: AgentRequest, key: str) -> HttpResponse:
    """The same rows as the page, as a file."""
    wanted = named(key)
    wanted.require(request.user)
    form = request.GET.get("format", "csv")
    if form not in writing.FORMATS:
        raise BadValue(_("One of csv, json, xlsx."), field="format")
    asked = asking.read(wanted, request.GET.dict(), request.user, site=request.site_settings)
    return download(written(asked, form), writing.name_of(asked, form), form)


def written(asked: Asked, form: str) -> Any:
    """The answer as a file."""
    with bounded.within(bounded.FILE):
        return writing.write(writing.answer(asked), form)


@require_safe
@agents_only
def everything(request: AgentRequest) -> HttpResponse:
    """All reports of a period in one archive."""
    access.require(request.user)
    return download(bundle(request.GET.dict(), request.user), "reports.zip", "zip")


def bundle(query: dict[str, str], user: Any) -> Any:
    """The archive; `format` leaves one of the three."""
    form = query.get("format", "")
    if form and form not in writing.FORMATS:
        raise BadValue(_("One of csv, json, xlsx."), field="format")
    return writing.archive(
        REPORTS,
        lambda one: asking.read(one, query, user),
        [form] if form else writing.FORMATS,
    )


def download(file: Any, name: str, form: str) -> Any:
    response = FileResponse(
        file, as_attachment=True, filename=name, content_type=writing.TYPES[form]
    )
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
