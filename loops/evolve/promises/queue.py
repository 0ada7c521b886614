"""Why the queue does not get shorter: what comes in, what goes out, what is left and why.

The backlog of a day is what is open now, less what arrived since, and what was solved since put
back: tickets that were reopened count as open all along. What is open now is in one of five
parts, the first that fits:

- defect: somebody marked it as caused by the product;
- self-serviceable: its topic's article is one that the requester could have read;
- known: its topic has an article, inside;
- new: a topic without an article, or none;
- and not looked at yet: the night has not sorted it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, CharField, Count, QuerySet, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.models import EXTERNAL, Article, Confidence
from kcs.errors import BadValue
from loops.charts import Chart, Lines, Meter, Series, Stacked
from loops.charts.figures import number
from loops.evolve.gaps.queries import named, visible_articles
from loops.evolve.promises import expecting, figures, findings
from loops.evolve.promises.expecting import Asked, Saved
from loops.evolve.promises.figures import Told
from loops.evolve.promises.outcomes import add_up
from loops.evolve.rollups import numbers, spans
from loops.evolve.rollups.days import ONE
from loops.evolve.rollups.numbers import Point, Totals
from loops.evolve.scope import Scope
from loops.models import Topic
from people.models import User
from tickets.models import Ticket

PARTS = ("defect", "self_serviceable", "known", "new", "unsorted")
TONES: tuple[int | str, ...] = ("bad", 2, 1, 3, "mute")
ARTICLES, CAUSES = 5, 1
SHOWN = 5


@dataclass(frozen=True)
class WhatIf:
    """N articles and M causes, and what the weeks to come would look like."""

    articles: int
    causes: int
    chosen: Asked
    article_rows: list[Article]
    cause_rows: list[tuple[str, str]]  # name and language
    share_n: int
    fixes: int

    @property
    def saved(self) -> str:
        return said(self.chosen.saved)

    @property
    def by_articles(self) -> str:
        return said(self.chosen.by_articles)

    @property
    def by_causes(self) -> str:
        return said(self.chosen.by_causes)


def said(saved: Saved) -> str:
    """Tickets a week with the interval, or the limit where no more is known."""
    if saved.value is None:
        return _("between %(low)s and %(high)s") % {
            "low": number(round(saved.low, 1)),
            "high": number(round(saved.high, 1)),
        }
    return _("%(value)s (%(low)s – %(high)s)") % {
        "value": number(round(saved.value, 1)),
        "low": number(round(saved.low, 1)),
        "high": number(round(saved.high, 1)),
    }


@dataclass
class Page:
    says: str
    figures: list[Told]
    charts: list[Chart]
    what_if: WhatIf | None
    articles: int
    causes: int
    hidden: bool = False


def page(scope: Scope, user: User, every: str, given: Any) -> Page:
    today = timezone.now().astimezone(scope.zone).date()
    since = replace(scope, begins=scope.ends + ONE, ends=max(today, scope.ends), period="")
    numbers.programme(scope, since)
    # What came and went after the period, up to now, is put back to know what was left then.
    points, after = spans.flow(scope, since, every)
    undone = Ticket.objects.visible_to(user).undone().filter(scope.tickets())
    parts = _parts(undone)
    left = sum(parts.values())
    ends = _backlog(points, left - _more(after))
    labels = figures.step_labels([point.day for point in points], every)
    head = _("Month") if every == "month" else _("Week")
    total = add_up(point.totals for point in points)
    weeks = scope.days / 7
    # Imported ones leave the queue, too, and are no work of this desk.
    arrivals, solved = total.arrived / weeks, total.solved / weeks
    articles, causes = _asked(given, "articles", ARTICLES), _asked(given, "causes", CAUSES)
    return Page(
        _why(parts, left, arrivals, solved + total.imported / weeks),
        [
            Told(
                _("Arrived"), number(round(arrivals, 1)), "", total.arrived,
                _("tickets a week"), url=figures.behind(scope, "arrived"),
            ),
            Told(
                _("Solved"), number(round(solved, 1)), "", total.solved,
                _without(total.imported), url=figures.behind(scope, "solved"),
            ),
            Told(
                _("Open now"), number(left), "", left, _("tickets that wait"),
                url=_queue(scope),
            ),
            Told(
                _("Weeks of work"), number(round(left / solved, 1)) if solved else "–", "", left,
                _("at the pace at which tickets were solved"),
            ),
        ],
        [
            _flow(points, labels, head),
            Lines(
                key="backlog",
                title=_("What is left"),
                subtitle=_("Open tickets at the end of each step"),
                labels=labels,
                series=[Series(_("Open tickets"), ends)],
                head=head,
                unit=_("tickets"),
                low=0.0,
                labels_shown=7,
                note=_("A ticket that was reopened counts as open since it came."),
            ),
            _split(scope, parts),
            _solved_split(points, labels, head),
        ],
        _what_if(articles, causes, user),
        articles,
        causes,
        figures.hidden(spans.few(scope).everybody, user),
    )  # fmt: skip


def _without(imported: int) -> str:
    if not imported:
        return _("tickets a week")
    return _("tickets a week, without %(n)s imported ones") % {"n": number(imported)}


def _queue(scope: Scope) -> str:
    """The queue knows teams by their names' lists, not those of a scope: only what is open of
    all, or of one team or domain, is there as it is counted here."""
    asked = {"state": "undone"}
    if scope.team:
        asked["team"] = str(scope.team.pk)
    if scope.domain:
        asked["domain"] = scope.domain.path
    if scope.channel:
        asked["channel"] = scope.channel
    return f"{reverse('tickets:queue')}?{urlencode(asked)}"


def _parts(undone: QuerySet[Ticket]) -> dict[str, int]:
    """How many of the open tickets are in each part."""
    rows = (
        undone.order_by()
        .values(
            part=Case(
                When(is_defect=True, then=Value("defect")),
                When(topic_of=None, then=Value("unsorted")),
                When(
                    topic_of__topic__article__audience__in=EXTERNAL,
                    topic_of__topic__article__confidence=Confidence.VALIDATED,
                    then=Value("self_serviceable"),
                ),
                When(topic_of__topic__article__isnull=False, then=Value("known")),
                default=Value("new"),
                output_field=CharField(),
            )
        )
        .annotate(n=Count("pk"))
    )
    found = {row["part"]: row["n"] for row in rows}
    return {part: found.get(part, 0) for part in PARTS}


def _more(totals: Totals) -> int:
    """How much more is open after these than before."""
    return totals.arrived - totals.solved - totals.imported


def _backlog(points: list[Point], left: int) -> list[float]:
    """What was open at the end of each step, counted back from what was open at the last."""
    ends: list[float] = []
    for point in reversed(points):
        ends.append(max(0, left))
        left -= _more(point.totals)
    return ends[::-1]


def _names() -> dict[str, str]:
    return {
        "defect": _("Caused by a defect"),
        "self_serviceable": _("Self-serviceable"),
        "known": _("Known inside"),
        "new": _("New"),
        "unsorted": _("Not looked at yet"),
    }


def _flow(points: list[Point], labels: list[str], head: str) -> Lines:
    return Lines(
        key="flow",
        title=_("What comes in and what goes out"),
        subtitle=_("Tickets that arrived and that were solved"),
        labels=labels,
        series=[
            Series(_("Arrived"), [p.totals.arrived for p in points], tone=4),
            Series(
                _("Solved or imported")
                if any(p.totals.imported for p in points)
                else _("Solved"),
                [p.totals.solved + p.totals.imported for p in points],
                tone=2,
            ),
        ],
        unit=_("tickets"),
        head=head,
        low=0.0,
        labels_shown=7,
        note=_("The first and the last step may be cut by the period."),
    )


def _split(scope: Scope, parts: dict[str, int]) -> Meter:
    names = _names()
    return Meter(
        key="split",
        title=_("What is left is made of"),
        subtitle=_("Open tickets now, each in the first part that fits"),
        labels=[names[part] for part in PARTS],
        series=[Series(_("Open tickets"), [parts[part] for part in PARTS])],
        tones=TONES,
        nothing=_("Nothing is open."),
    )


def _solved_split(points: list[Point], labels: list[str], head: str) -> Stacked:
    """The same of what was solved: known, self-serviceable among it, new, nothing to know."""

    def inside(point: Point) -> int:
        totals = point.totals
        known = totals.known_found + totals.known_not_found
        return max(0, known - totals.self_serviceable)

    names = _names()
    return Stacked(
        key="solved-split",
        title=_("What the solved ones were made of"),
        subtitle=_("By whether their answer was known when they came, and to whom"),
        labels=labels,
        series=[
            Series(
                names["self_serviceable"], [p.totals.self_serviceable for p in points], tone=2
            ),
            Series(names["known"], [inside(p) for p in points], tone=1),
            Series(
                _("Known, never written"),
                [p.totals.known_not_captured for p in points],
                tone=4,
            ),
            Series(names["new"], [p.totals.new for p in points], tone=3),
            Series(_("Nothing to know"), [p.totals.no_event for p in points], tone="mute"),
        ],
        unit=_("tickets"),
        head=head,
    )


def _why(parts: dict[str, int], left: int, arrivals: float, solved: float) -> str:
    """The answer in two sentences, from the numbers."""
    if not left and not arrivals:
        return _("Nothing arrived in this period, and nothing is open.")
    told = {"arrived": number(round(arrivals, 1)), "solved": number(round(solved, 1))}
    if arrivals > solved * 1.02:
        first = _("More comes in than goes out: %(arrived)s a week against %(solved)s.") % told
    elif arrivals < solved * 0.98:
        first = _("More goes out than comes in: %(solved)s a week against %(arrived)s.") % told
    else:
        first = _("As much comes in as goes out: %(arrived)s a week.") % told
    if left < figures.ENOUGH:
        return first
    names = _names()
    known = parts["self_serviceable"] + parts["known"] + parts["defect"]
    second = _(
        "Of the %(left)s open tickets %(known)s ask something that has an answer already or that"
        " the product brings about; the largest part is “%(most)s” with %(n)s."
    ) % {
        "left": number(left),
        "known": number(known),
        "most": names[max(PARTS, key=lambda part: parts[part])],
        "n": number(max(parts.values())),
    }
    return f"{first} {second}"


def _asked(given: Any, name: str, usual: int) -> int:
    text = str(given.get(name, "")).strip()
    if not text:
        return usual
    if not text.isascii() or not text.isdecimal() or int(text[:6]) > expecting.MOST:
        raise BadValue(_("A number from 0 to %(most)s.") % {"most": expecting.MOST}, field=name)
    return int(text)


def _what_if(articles: int, causes: int, user: User) -> WhatIf | None:
    found = findings.read([expecting.KEY]).get(expecting.KEY)
    if found is None:
        return None
    chosen = expecting.asked(found.data, articles=articles, causes=causes)
    rows = Article.objects.visible_to(user).filter(pk__in=chosen.articles)
    shown = {row.pk: row for row in rows.only("number", "title", "language")}
    return WhatIf(
        articles,
        causes,
        chosen,
        [shown[pk] for pk in chosen.articles if pk in shown][:SHOWN],
        _causes(chosen.causes[:SHOWN], user),
        int(found.data["helped"]["n"]),
        found.data["fixed"]["fixes"],
    )


def _causes(keys: list[int], user: User) -> list[tuple[str, str]]:
    """Names, as they are by now, and languages of these topics."""
    topics = Topic.objects.in_bulk(keys)
    seen = visible_articles(list(topics.values()), user)
    return [(named(topics[pk], seen), topics[pk].language) for pk in keys if pk in topics]
