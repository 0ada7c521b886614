"""Charts: what they say in words, in a table, as CSV, when there is little and when nothing."""

import csv
import re
from io import StringIO

import pytest
from django.http import Http404
from django.test import RequestFactory
from django.utils import translation

from loops.charts import (
    Bars,
    Lines,
    Meter,
    Pareto,
    Radar,
    Series,
    Spark,
    Stacked,
    StepCurve,
    csv_asked,
)
from loops.statistics.rates import wilson
from loops.templatetags import charts as tags

WEEKS = ["1 Sep", "8 Sep", "15 Sep"]


def outcomes(**fields):
    told = {
        "labels": WEEKS,
        "series": [("Reuse", [30, 40, 50]), ("Create", [10, 5, 0])],
        **fields,
    }
    return Stacked(key="outcomes", title="How tickets were solved", unit="tickets", **told)


def rates(**fields):
    counts = [(6, 10), (40, 50), (0, 0)]
    shares = [hits / n if n else None for hits, n in counts]
    ends = [wilson(*count) for count in counts]
    line = Series(
        "Link rate", shares, low=[low for low, _ in ends], high=[high for _, high in ends],
        n=[n for _, n in counts],
    )  # fmt: skip
    return Lines(
        key="rates", title="Link rate", labels=WEEKS, series=[line], format="percent",
        band=(0.6, 0.8), band_label="healthy: 60 to 80%", **fields,
    )  # fmt: skip


EVERY = [
    outcomes(),
    rates(),
    Bars(key="bars", title="Bars", labels=["a", "b"], series=[("Tickets", [20, 41])]),
    Pareto(key="pareto", title="Pareto", labels=["a", "b", "c"], series=[("Uses", [5, 80, 15])]),
    Radar(key="radar", title="Radar", labels=["x", "y", "z"], series=[("Us", [0.2, 0.9, None])]),
    Meter(key="meter", title="Health", labels=["Good", "Bad"], series=[("Articles", [30, 10])]),
    StepCurve(
        key="curve", title="Newcomers", labels=["0 d", "30 d", "60 d"], times=[0, 30, 60],
        series=[Series("2026", [1.0, 0.7, 0.4], n=[30, 20, 10])],
    ),
]  # fmt: skip


def test_a_chart_says_its_main_figure_in_words_and_all_of_it_in_a_table():
    for chart in EVERY:
        html = tags.chart(chart)
        assert f'role="img" aria-labelledby="title-{chart.key} said-{chart.key}"' in html
        said = re.search(r"<desc[^>]*>(.+?)</desc>", html)
        assert said
        assert re.search(r"\d", said[1])
        assert html.count("<tr>") == 1 + len(chart.labels)
        # The policy of our pages refuses these.
        assert not re.search(r"\sstyle=|\son\w+=|<script", html)
        assert "nan" not in html


def test_the_words_name_total_and_latest():
    assert outcomes().summary == "135 in all; most of it Reuse (120). Last (15 Sep): 50."
    assert rates().summary == "Link rate: 60% at first (1 Sep), 80% at last (8 Sep)."
    assert EVERY[3].summary == "1 of 3 make 80% of 100. Largest: b (80)."
    assert EVERY[6].summary == "2026: half by 60 d."


def test_nothing_is_said_in_words_and_not_drawn():
    html = tags.chart(
        outcomes(labels=[], series=[("Reuse", [])], nothing="No ticket was solved.")
    )
    assert "No ticket was solved." in html
    assert '<svg class="chart' not in html
    assert "data-act" not in html


def test_fewer_than_twenty_are_grey_and_said_to_be_too_few():
    html = tags.chart(outcomes(series=[("Reuse", [3, 4, 5])]))
    assert "Too few to tell: n = 12." in html
    assert 'class="chart stacked small"' in html
    # One point among others: hollow, not gone.
    html = tags.chart(rates())
    assert html.count('class="dot few"') == 1
    assert "(n = 10)" in html


def test_a_line_has_holes_where_nothing_was_measured():
    chart = Lines(
        key="line", title="Line", labels=["a", "b", "c", "d"],
        series=[("Rate", [0.1, None, 0.3, 0.4])], format="percent",
    )  # fmt: skip
    assert chart.drawing.count("<polyline") == 2
    assert tags.chart(chart).count("–") == 1


def test_a_scale_of_times_is_round_as_times_are_said():
    chart = Lines(
        key="line", title="Line", labels=["a", "b"], series=[("Took", [7200, 70_000])],
        format="duration",
    )  # fmt: skip
    assert re.findall(r'text-anchor="end">([^<]+)<', chart.drawing) == [
        "0 min", "5.0 h", "10.0 h", "15.0 h", "20.0 h",
    ]  # fmt: skip


def test_time_runs_one_way_in_every_language_and_bars_mirror():
    there, back = EVERY[2], Bars(**{**vars_of(EVERY[2])})
    with translation.override("he"):
        assert 'x="100%"' in back.drawing
        assert rates().drawing == EVERY[1].drawing
    assert there.drawing != back.drawing


def vars_of(chart):
    return {"key": "bars", "title": "Bars", "labels": chart.labels, "series": chart.series}


def test_what_somebody_wrote_stays_text():
    html = tags.chart(
        Bars(key="b", title="<b>", labels=["<script>x</script>"], series=[("n", [25])])
    )
    assert "<script" not in html
    assert "&lt;b&gt;" in html


def test_a_page_answers_with_the_csv_of_a_chart_and_keeps_its_filters():
    charts = [outcomes(), rates()]
    assert csv_asked(RequestFactory().get("/x/", {"team": "3"}), charts) is None
    assert charts[1].csv_url == "/x/?team=3&chart=rates&format=csv"
    told = csv_asked(RequestFactory().get(charts[1].csv_url), charts)
    assert told.headers["Content-Disposition"] == 'attachment; filename="rates.csv"'
    rows = list(csv.reader(StringIO(told.content.decode("utf-8-sig"))))
    assert rows[0] == [
        "Week", "Link rate (%)", "Link rate (%), from", "Link rate (%), to", "Link rate, n",
    ]  # fmt: skip
    assert rows[1] == ["1 Sep", "60.0", "31.2674", "83.182", "10"]
    assert rows[3] == ["15 Sep", "", "", "", "0"]
    with pytest.raises(Http404):
        csv_asked(RequestFactory().get("/x/?chart=none&format=csv"), charts)


def test_a_spreadsheet_runs_nothing_that_somebody_wrote():
    chart = Bars(key="b", title="b", labels=["=1+1"], series=[("n", [25])])
    told = csv_asked(RequestFactory().get("/?chart=b&format=csv"), [chart])
    assert "'=1+1,25" in told.content.decode()


def test_a_trend_of_one_week_is_none():
    html = tags.spark(Spark(values=[0.5], label="Link rate"))
    assert 'aria-label="Link rate: too little for a trend."' in html
    assert "<polyline" not in html
    assert "<svg" not in tags.spark(Spark(values=[None], label="Link rate"))
    html = tags.spark(Spark(values=[0.5, None, 0.7, 0.8], label="Link rate", format="percent"))
    assert 'aria-label="Link rate: from 50% to 80%."' in html
