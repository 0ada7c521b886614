"""The week in figures: one letter a week to everybody whom figures are for, in their language.

What it says is limited as the pages are: each reader's own teams, and of topics only what is
left without the private teams' tickets. Exactly once a person and week: the row that says so is
written in the transaction that tells the person, and only one such row can be.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loops.charts.figures import number, percent
from loops.evolve import access
from loops.evolve.gaps.queries import named, visible_articles
from loops.evolve.improvements import queries as improvements
from loops.evolve.jobs import silent
from loops.evolve.rollups import numbers
from loops.evolve.rollups.numbers import Totals
from loops.evolve.scope import Scope, zone
from loops.insights.filters import dates
from loops.models import Burst, Digest, Gap, Improvement, Topic
from loops.statistics.rates import Share, differ
from people.actions.inbox import tell
from people.models import Notification, User

WEEK = timedelta(days=7)
GAPS, BURSTS, SHIPPED = 3, 3, 5


@dataclass
class Week:
    """The seven days before a Monday: what is the same for all readers is read once, the rest
    once for each set of teams."""

    monday: date
    gaps: list[Gap] = field(default_factory=list)
    bursts: list[Burst] = field(default_factory=list)
    shipped: list[Improvement] = field(default_factory=list)
    names: dict[tuple[type[Gap | Topic], int], str] = field(default_factory=dict)
    known: dict[frozenset[int], tuple[Totals, Totals]] = field(default_factory=dict)

    @classmethod
    def before(cls, monday: date) -> Week:
        began = Scope(monday - WEEK, monday - timedelta(days=1), frozenset(), zone=zone())
        return cls(
            monday,
            list(Gap.objects.filter(state=Gap.State.OPEN).order_by("-cost", "pk")[:GAPS]),
            list(
                Burst.objects.filter(day__range=(began.begins, began.ends))
                .select_related("topic")
                .order_by("-cost", "pk")[:BURSTS]
            ),
            list(
                Improvement.objects.filter(
                    shipped_at__gte=began.since, shipped_at__lt=began.until
                ).order_by("-cost", "pk")[:SHIPPED]
            ),
        )

    def read_by(self, person: User) -> Week:
        """The same without titles of articles that this person may not see; in the language that
        is active."""
        rows: list[Gap | Topic] = [*self.gaps, *(burst.topic for burst in self.bursts)]
        seen = visible_articles(rows, person)
        keys = [one.pk for one in self.shipped]
        may = improvements.visible_to(person).filter(pk__in=keys) if keys else []
        shipped = {one.pk for one in may}
        return replace(
            self,
            names={(type(one), one.pk): named(one, seen) for one in rows},
            shipped=[one for one in self.shipped if one.pk in shipped],
        )

    def figures(self, teams: frozenset[int]) -> tuple[Totals, Totals]:
        """Of these teams, and of the week before."""
        if teams not in self.known:
            scope = Scope(self.monday - WEEK, self.monday - timedelta(days=1), teams)
            self.known[teams] = numbers.totals(scope), numbers.totals(scope.before())
        return self.known[teams]


def readers() -> QuerySet[User]:
    """Whom figures are for, and who want to be told."""
    first = Q(is_superuser=True) | Q(is_staff=True) | Q(is_coach=True)
    others = Q(expert_of__isnull=False) | Q(manages__isnull=False)
    return (
        User.objects.agents()
        .filter(first | others)
        .exclude(muted__contains=[Notification.Kind.DIGEST.value])
        .order_by("pk")
        .distinct()
    )


def run(tick: Callable[[int], None] = silent, day: date | None = None) -> int:
    """Tell everybody who was not told this week; how many were. `day` is any day of the week
    that has just begun."""
    day = day or timezone.now().astimezone(zone()).date()
    week = Week.before(day - timedelta(days=day.weekday()))
    told = 0
    for person in readers():
        told += tell_one(person, week)
        tick(1)
    return told


@transaction.atomic
def tell_one(person: User, week: Week) -> bool:
    """One person, once: who comes second waits here for the first, and finds the row."""
    _row, first = Digest.objects.get_or_create(person=person, week=week.monday)
    if not first:
        return False
    allowed = access.teams_for(person)
    teams = allowed.ids | ({0} if allowed.teamless else frozenset())
    with translation.override(person.language or "en"):
        subject, text = wording(week.read_by(person), *week.figures(teams))
        sent = tell(
            [person], by=None, kind=Notification.Kind.DIGEST, subject=subject, text=text,
            url=f"{reverse('insights:home')}?{_period(week)}",
        )  # fmt: skip
    return bool(sent)


def _period(week: Week) -> str:
    return f"from={week.monday - WEEK}&to={week.monday - timedelta(days=1)}"


def wording(week: Week, now: Totals, past: Totals) -> tuple[str, str]:
    """Subject and text in the language that is active."""
    subject = _("The week of %(dates)s") % {
        "dates": dates(week.monday - WEEK, week.monday - timedelta(days=1))
    }
    lines = [*_figures(now, past), *_gaps(week), *_bursts(week), *_shipped(week)]
    return subject, "\n".join(lines)


def _figures(now: Totals, past: Totals) -> list[str]:
    if not now.solved:
        return [_("No ticket of your teams was solved.")]
    solved = ngettext(
        "%(n)s ticket was solved; %(before)s in the week before.",
        "%(n)s tickets were solved; %(before)s in the week before.",
        now.solved,
    ) % {"n": number(now.solved), "before": number(past.solved)}
    reused = _("Reused an article: %(reused)s. Wrote one: %(created)s.") % {
        "reused": number(now.reused),
        "created": number(now.created),
    }
    return [
        solved,
        _rate(_("Link rate"), now.link_rate, past.link_rate),
        _rate(_("First-contact resolution"), now.first_contact_rate, past.first_contact_rate),
        reused,
    ]


def _rate(name: str, now: Share, past: Share) -> str:
    """A rate, and whether it changed more than by chance."""
    if now.value is None:
        return _("%(name)s: nothing yet.") % {"name": name}
    told = {"name": name, "now": percent(now.value), "n": number(now.n)}
    if not now.enough:
        return _("%(name)s: %(now)s of %(n)s, too few to tell.") % told
    change = {1: _("higher than before"), -1: _("lower than before"), 0: _("no clear change")}
    told["change"] = change[differ(past, now)]
    return _("%(name)s: %(now)s (n = %(n)s), %(change)s.") % told


def _gaps(week: Week) -> list[str]:
    if not week.gaps:
        return []
    rows = [
        "– "
        + _("%(name)s (tickets: %(tickets)s, searches: %(searches)s)")
        % {
            "name": week.names[Gap, one.pk],
            "tickets": one.tickets,
            "searches": one.times_searched,
        }
        for one in week.gaps
    ]
    return ["", _("What is missing most:"), *rows]


def _bursts(week: Week) -> list[str]:
    if not week.bursts:
        return []
    rows = [
        "– "
        + _("%(topic)s: %(count)s instead of %(usual)s until %(day)s")
        % {
            "topic": week.names[Topic, one.topic_id],
            "count": one.count,
            "usual": number(round(one.expected, 1)),
            "day": date_format(one.day, "j M"),
        }
        for one in week.bursts
    ]
    return ["", _("Asked far more often than usual:"), *rows]


def _shipped(week: Week) -> list[str]:
    if not week.shipped:
        return []
    rows = [f"– {one.get_kind_display()}: {one.title}" for one in week.shipped]
    return ["", _("Shipped this week:"), *rows]
