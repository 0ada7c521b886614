"""How an improvement is shown, on the desk's pages and on the product team's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from loops.charts import Lines, Series
from loops.charts.figures import step_label
from loops.evolve import costs
from loops.evolve.improvements import words
from loops.evolve.improvements.words import percent
from loops.models import Improvement
from people.models import SiteSettings, User

ICONS = {
    "write": "file-plus",
    "fix": "wrench",
    "merge": "merge",
    "publish": "megaphone",
    "archive": "archive",
    "product": "bug",
}
TONES = {"proposed": "info", "accepted": "accent", "declined": "mute", "shipped": "ok"}


@dataclass
class Told:
    """One improvement in words."""

    row: Improvement
    cost: str
    reasons: list[str]
    badge: tuple[str, str] | None
    effect: str
    facets: list[dict[str, Any]]
    words: list[dict[str, str]]
    icon: str
    tone: str

    @property
    def evidence(self) -> dict[str, Any]:
        return self.row.evidence


def told(
    row: Improvement,
    user: User,
    site: SiteSettings,
    said: Mapping[int, list[dict[str, str]]] | None = None,
) -> Told:
    """`said` are the words as `queries.said` has them: none are shown without."""
    facets = [
        {**one, "share": percent(one["n"] / one["of"]), "usual": percent(one["usual"])}
        for one in row.evidence.get("facets", [])
        if one.get("of")
    ]
    return Told(
        row=row,
        cost=costs.said(row.cost, site) if row.cost else "",
        reasons=words.reasons(row),
        badge=words.effect_badge(row.effect),
        effect=words.effect(row.effect) if row.state == Improvement.State.SHIPPED else "",
        facets=facets,
        words=(said or {}).get(row.pk, []),
        icon=ICONS.get(row.kind, "lightbulb"),
        tone=TONES.get(row.state, "plain"),
    )


def chart_of(row: Improvement) -> Lines | None:
    """The weeks before and after, and what untouched topics let expect; never without the
    interval beneath it."""
    weeks = row.effect.get("weeks") or []
    if row.state != Improvement.State.SHIPPED or not weeks:
        return None
    shipped = row.effect.get("shipped_week", 0)
    marks = [(shipped, _("shipped"))] if shipped < len(weeks) else []
    return Lines(
        key="effect",
        title=_("Tickets a week"),
        subtitle=_("Before and after it shipped; expected by what untouched topics did"),
        labels=[step_label(date.fromisoformat(day)) for day, _seen, _line in weeks],
        series=[
            Series(_("came"), [seen for _day, seen, _line in weeks]),
            Series(
                _("expected"),
                [line for _day, _seen, line in weeks] if len(weeks[0]) > 2 else [],
                tone="mute",
                dashed=True,
            ),
        ],
        marks=marks,
        unit=_("tickets"),
        head=_("Week from"),
        note=words.effect(row.effect),
    )
