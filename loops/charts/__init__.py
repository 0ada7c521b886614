"""Charts drawn by the server: SVG in the colours of the page, with title, words, table, CSV.

    chart = Stacked(key="outcomes", title=_("How tickets were solved"), labels=weeks,
                    series=[(_("Reuse"), counts), …], unit=_("tickets"))
    {% load charts %} <section class="panel card span7">{% chart chart %}</section>

A page with charts calls `csv_asked(request, charts)`. Its template extends insights/frame.html,
or links css/components/charts.css and js/chart.js itself. Shares are given from 0 to 1
(`format="percent"`), times in seconds (`format="duration"`); None is no figure.
"""

from loops.charts.bars import Bars
from loops.charts.base import Chart, Series
from loops.charts.columns import Pareto, Stacked
from loops.charts.export import csv_asked, csv_response
from loops.charts.lines import Lines, StepCurve
from loops.charts.radar import Radar
from loops.charts.small import Meter, Spark

__all__ = [
    "Bars",
    "Chart",
    "Lines",
    "Meter",
    "Pareto",
    "Radar",
    "Series",
    "Spark",
    "Stacked",
    "StepCurve",
    "csv_asked",
    "csv_response",
]
