"""New or known: what solved tickets asked, over time, and by team and domain.

`known_found` was solved with an article that was there; `known_not_found` had one that nobody
linked; `known_not_captured` was solved before and never written down; `new` had not been seen.
Where nothing was to be known (spam, silence, account action) it is counted apart, and what the
night has not looked at yet is said to be so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from loops.charts import Chart, Lines, Series, Stacked
from loops.evolve.promises import figures
from loops.evolve.promises.figures import Told
from loops.evolve.promises.outcomes import add_up
from loops.evolve.rollups import numbers, spans
from loops.evolve.rollups.numbers import Totals
from loops.evolve.scope import Scope
from loops.models import TicketTopic
from loops.statistics.rates import Share
from people.models import Domain, Team, User

TONES: dict[str, int | str] = {
    "known_found": 1, "known_not_found": 3, "known_not_captured": 4, "new": 2, "no_event": "mute",
}  # fmt: skip
# More of the first is good, more of the next two is not, and of the rest it is neither.
BETTER = {"known_found": 1, "known_not_found": -1, "known_not_captured": -1}


@dataclass(frozen=True)
class Group:
    """One team or domain: its shares, or why they are not shown."""

    label: str
    n: int
    shares: list[Told]
    hidden: bool


@dataclass
class Page:
    figures: list[Told]
    nothing: Told
    waiting: int
    charts: list[Chart]
    teams: list[Group]
    domains: list[Group]
    columns: list[str]
    hidden: bool = False


def _names() -> dict[str, str]:
    return {key: str(label) for key, label in TicketTopic.Novelty.choices}


def _says() -> dict[str, str]:
    return {
        "known_found": _("solved with an article that was there before"),
        "known_not_found": _("an article answers it, and was not linked"),
        "known_not_captured": _("solved before by somebody, and written by nobody"),
        "new": _("nothing like it had been solved"),
    }


def page(scope: Scope, user: User, every: str) -> Page:
    earlier = scope.before()
    numbers.programme(scope, earlier)
    points, before = spans.flow(scope, earlier, every)
    now = add_up(point.totals for point in points)
    teams, domains = spans.groups(scope)
    few = spans.few(scope, domains=True)
    names, says = _names(), _says()
    kinds = numbers.NOVELTIES[:-1]
    labels = figures.step_labels([point.day for point in points], every)
    head = _("Month") if every == "month" else _("Week")
    told = Page(
        [
            figures.share(
                names[kind], now.novelty_share(kind), before.novelty_share(kind),
                says=says[kind], url=figures.behind(scope, kind), better=BETTER.get(kind, 0),
            )
            for kind in kinds
        ],
        figures.share(
            names["no_event"], Share(now.no_event, now.classified),
            url=figures.behind(scope, "no_event"),
        ),
        now.solved - now.classified,
        [
            Stacked(
                key="new-known",
                title=_("New and known"),
                subtitle=_("Solved tickets, by whether their question was known"),
                labels=labels,
                series=[_series(kind, names[kind], points) for kind in numbers.NOVELTIES],
                links=figures.step_links(scope, [p.day for p in points], every, "solved"),
                unit=_("tickets"),
                head=head,
            ),
            Lines(
                key="known-found",
                title=_("Found, and missed"),
                subtitle=_("Shares of what could be known, with 95% intervals"),
                labels=labels,
                series=[
                    figures.rate_series(
                        names[kind], [p.totals.novelty_share(kind) for p in points],
                        tone=TONES[kind],
                    )
                    for kind in kinds
                ],
                format="percent",
                head=head,
                low=0.0,
                labels_shown=7,
            ),
        ],
        _by_team(scope, user, teams, few),
        _by_domain(scope, user, domains, few),
        [names[kind] for kind in kinds],
    )  # fmt: skip
    told.hidden = figures.hidden(few.everybody, user)
    return told


def _series(kind: str, label: str, points: list[numbers.Point]) -> Series:
    return Series(label, [getattr(p.totals, kind) for p in points], tone=TONES[kind])


def _group(
    scope: Scope,
    label: str,
    totals: Totals,
    people: Iterable[int] | None,
    user: User,
    **where: Any,
) -> Group:
    known = totals.classified - totals.no_event
    shares = [
        figures.share(
            label, totals.novelty_share(kind), url=figures.behind(scope, kind, **where)
        )
        for kind in numbers.NOVELTIES[:-1]
    ]
    return Group(label, known, shares, figures.hidden(people, user))


def _by_team(scope: Scope, user: User, found: dict[int, Totals], few: spans.Few) -> list[Group]:
    if scope.team is not None:
        return []
    names: dict[int, str] = dict(Team.objects.filter(pk__in=found).values_list("pk", "name"))
    names[0] = _("No team")
    rows = [
        _group(scope, names[team], totals, few.teams.get(team), user, team=team)
        for team, totals in found.items()
        if totals.classified and team in names
    ]
    return sorted(rows, key=lambda row: (row.label == names[0], row.label))


def _by_domain(
    scope: Scope, user: User, found: dict[int, Totals], few: spans.Few
) -> list[Group]:
    """The branches below the one that was chosen, or the first ones, each as a whole: that is
    what their tickets are asked for by."""
    rows = Domain.objects.order_by("path").values_list("pk", "path", "name")
    paths = {path: (pk, name) for pk, path, name in rows}
    by_key = {pk: path for path, (pk, _name) in paths.items()}
    deep = scope.domain.path.count("/") + 2 if scope.domain else 1
    parts: dict[str, list[Totals]] = {}
    behind: dict[str, set[int] | None] = {}
    for domain, totals in found.items():
        branch = "/".join(by_key.get(domain, "").split("/")[:deep])
        parts.setdefault(branch, []).append(totals)
        together = behind.setdefault(branch, set())
        people = few.domains.get(domain)
        if together is None or people is None:
            # Three and more stand behind one of them, and so behind the branch.
            behind[branch] = None if totals.solved else together
        else:
            together.update(people)
    own = scope.domain.path if scope.domain else ""
    groups = []
    for branch, several in sorted(parts.items()):
        pk, name = paths.get(branch, (0, _("No domain")))
        if branch == own and own:
            name = _("%(name)s itself") % {"name": name}
        # No address asks for tickets of no domain, or of a branch without what is below it.
        pk = 0 if branch == own else pk
        group = _group(scope, name, add_up(several), behind[branch], user, domain=pk or None)
        groups.append(group if pk else replace(group, shares=[_plain(t) for t in group.shares]))
    return [group for group in groups if group.n]


def _plain(told: Told) -> Told:
    return replace(told, url="")
