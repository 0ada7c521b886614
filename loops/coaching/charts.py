"""The three measures of reviews, drawn over the weeks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loops.charts import Lines, Series, Spark
from loops.charts.figures import step_label
from loops.coaching.measures import Week

LABELS: dict[str, Any] = {
    "link_accuracy": gettext_lazy("Link accuracy"),
    "capture_loss": gettext_lazy("Capture loss"),
    "content_standard": gettext_lazy("Content standard score"),
}
# Down is better only for what is lost, which is dashed.
TONES = {"link_accuracy": 1, "capture_loss": 4, "content_standard": 2}


def chart(weeks: Sequence[Week]) -> Lines:
    """The three measures over these weeks, from nought to a hundred per cent. A week without
    reviews is no point, and not a zero."""
    series = []
    for key, label in LABELS.items():
        figures = [getattr(week.figures, key) for week in weeks]
        series.append(
            Series(
                label,
                [figure.value for figure in figures],
                tone=TONES[key],
                n=[figure.n for figure in figures],
                dashed=key == "capture_loss",
            )
        )
    return Lines(
        key="reviews",
        title=_("Reviews of the last twelve weeks"),
        labels=[step_label(week.begins) for week in weeks],
        series=series,
        format="percent",
        high=1.0,
        nothing=_("No reviews in the last twelve weeks."),
        height=200,
    )


def spark(weeks: Sequence[Week], key: str) -> Spark:
    """One measure in the height of a line of text; the page beside it says it in words."""
    return Spark(
        values=[getattr(week.figures, key).value for week in weeks], width=88, height=24
    )
