"""The front page as one table: what the strip says, then each chart, then the teams."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from loops.insights.front import Front


def rows(front: Front) -> list[list[object]]:
    found: list[list[object]] = [
        [
            pgettext("day", "From"),
            front.scope.begins.isoformat(),
            pgettext("day", "To"),
            front.scope.ends.isoformat(),
        ],
        [front.compared],
        [],
        [_("Figure"), _("Value"), _("n"), _("from (95%)"), _("to (95%)"), _("Compared with")],
    ]
    for kpi in front.kpis:
        found.append([kpi.label, *("" if one is None else round(one, 4) for one in kpi.raw)])
    for chart in [*front.charts, front.health]:
        found += [[], [chart.title], *chart.csv_rows]
    if front.teams:
        found += [
            [],
            [_("Teams")],
            [_("Team"), _("Solved"), _("Linked"), _("Reused"), _("Created"), _("Flagged")],
        ]
        for row in front.teams:
            totals = row.totals
            figures = (
                totals.solved, totals.linked, totals.reused, totals.created, totals.flagged,
            )  # fmt: skip
            hidden = [_("hidden: too few"), "", "", "", ""]
            found.append([row.name, *(hidden if row.hidden else figures)])
    for title, gaps in (
        (_("Gaps"), front.topics),
        (_("Searches that found nothing"), front.searches),
    ):
        if gaps:
            found += [[], [title], *([one.name, one.n] for one in gaps)]
    return found
