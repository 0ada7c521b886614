"""A page's charts as CSV: `?chart=<key>&format=csv` on the page's own address."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from django.http import Http404, HttpRequest, HttpResponse

from loops.charts.base import Chart

# A spreadsheet runs what begins like this.
RISKY = ("=", "+", "-", "@", "\t", "\r")


def cell(value: object) -> object:
    """Numbers as they are; a text that a spreadsheet would run is quoted."""
    if isinstance(value, int | float):
        return value
    said = str(value)
    return f"'{said}" if said.startswith(RISKY) else said


def csv_response(rows: Iterable[Sequence[object]], name: str) -> HttpResponse:
    """Rows as a file that Excel opens as UTF-8, too."""
    into = StringIO()
    into.write("\ufeff")
    writer = csv.writer(into)
    writer.writerows([cell(value) for value in row] for row in rows)
    response = HttpResponse(into.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def csv_asked(request: HttpRequest, charts: Iterable[Chart]) -> HttpResponse | None:
    """Gives each chart of a page the address of its CSV, and answers when one is asked for:

        if (table := csv_asked(request, charts)):
            return table

    The address keeps the page's filters, and whoever may read the page may read it.
    """
    asked = request.GET.get("chart", "") if request.GET.get("format") == "csv" else ""
    kept = request.GET.copy()
    for chart in charts:
        kept["chart"], kept["format"] = chart.key, "csv"
        chart.csv_url = f"{request.path}?{kept.urlencode()}"
        if asked == chart.key:
            return csv_response(chart.csv_rows, chart.key)
    if asked:
        raise Http404
    return None
