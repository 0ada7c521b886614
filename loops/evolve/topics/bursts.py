"""The nightly look for bursts: counts a day and topic, alerts that are few and by cost."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from loops.evolve.gaps.queries import named, visible_articles
from loops.evolve.jobs import Tick, silent
from loops.evolve.scope import zone
from loops.evolve.topics import detecting
from loops.evolve.topics.night import alone
from loops.models import Burst, Topic
from people.actions import tell
from people.models import Domain, Notification, SiteSettings, Team, User

# Looked at again each night: late tickets, and topics that got their shape since.
DAYS = 60
A_DAY = 10  # alerts at most
# An older burst is history, and nobody is called for it.
NEWS = timedelta(days=2)
ADDRESS = "/insights/bursts/"

COUNTS = """
select k.topic_id, (t.created_at at time zone %(zone)s)::date as day, count(*)
from loops_tickettopic k join tickets_ticket t on t.id = k.ticket_id
where k.topic_id is not null and t.created_at >= %(since)s and t.created_at < %(until)s
group by 1, 2
"""


def run(tick: Tick = silent, day: date | None = None) -> int:
    """Look at `day`, or at the last sixty whole days; how many bursts were found."""
    own = zone()
    today = timezone.now().astimezone(own).date()
    last = day or today - timedelta(days=1)
    first = day or last - timedelta(days=DAYS - 1)
    with alone() as mine:
        if not mine:
            return 0
        topics, counts, begins = _counts(first, last)
        tick(1)
        made = _keep(topics, _found(topics, counts, begins, first, last), today)
    tick(1)
    return made


def _counts(first: date, last: date) -> tuple[list[int], detecting.Counts, date]:
    """Topics, their tickets a day (a row each), and the day of the first column."""
    begins = first - timedelta(days=detecting.HISTORY + max(detecting.SPANS))
    own = zone()
    after = last + timedelta(days=1)
    asked: dict[str, Any] = {
        "zone": SiteSettings.load().time_zone,
        "since": datetime(begins.year, begins.month, begins.day, tzinfo=own),
        "until": datetime(after.year, after.month, after.day, tzinfo=own),
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, asked)
        rows = cursor.fetchall()
    topics = sorted({topic for topic, _day, _count in rows})
    place = {topic: at for at, topic in enumerate(topics)}
    counts = np.zeros((len(topics), (last - begins).days + 1), dtype=np.int64)
    for topic, on, count in rows:
        counts[place[topic], (on - begins).days] = count
    return topics, counts, begins


def _found(
    topics: list[int], counts: detecting.Counts, begins: date, first: date, last: date
) -> list[tuple[date, detecting.Found]]:
    """The bursts of these days, without topics that are too small to have one."""
    if not topics:
        return []
    large = np.flatnonzero(
        counts[:, -((last - first).days + 7) :].sum(axis=1) >= detecting.LEAST
    )
    found = detecting.find(
        counts[large],
        (first - begins).days,
        (last - begins).days,
        totals=counts.sum(axis=0).astype(float),
    )
    return [
        (
            begins + timedelta(days=one.day),
            detecting.Found(
                int(large[one.row]), one.day, one.span, one.count, one.expected, one.strength
            ),
        )
        for one in found
    ]


@transaction.atomic
def _keep(topics: list[int], found: list[tuple[date, detecting.Found]], today: date) -> int:
    """Write what is new: a topic bursts once a week, and the dearest ten of a day count."""
    if not found:
        return 0
    minutes = dict(Topic.objects.filter(pk__in=topics).values_list("pk", "minutes"))
    near = timedelta(days=detecting.QUIET)
    known: dict[int, list[date]] = defaultdict(list)
    full: Counter[date] = Counter()
    days = [on for on, _one in found]
    earlier = Burst.objects.filter(day__gte=min(days) - near, day__lte=max(days) + near)
    for topic, on in earlier.values_list("topic", "day"):
        known[topic].append(on)
        full[on] += 1
    new = []
    for on, one in found:
        topic = topics[one.row]
        if not any(abs(on - other) <= near for other in known[topic]):
            cost = one.excess * (minutes.get(topic, 0) or 1)
            new.append((on, -cost, topic, one))
    made = []
    for on, negative, topic, one in sorted(new, key=lambda row: row[:3]):
        if full[on] < A_DAY:
            full[on] += 1
            made.append(
                Burst(
                    topic_id=topic,
                    day=on,
                    span=one.span,
                    count=one.count,
                    expected=round(one.expected, 2),
                    strength=round(min(one.strength, 300.0), 2),
                    cost=round(-negative, 1),
                )
            )
    Burst.objects.bulk_create(made, ignore_conflicts=True)
    _tell(today)
    return len(made)


def _tell(today: date) -> None:
    """Call those who look after the topics of what is new, each burst once."""
    fresh = (
        Burst.objects.select_for_update(no_key=True, of=("self",))
        .filter(told_at=None, day__gte=today - NEWS)
        .select_related("topic__domain")
        .order_by("-cost", "pk")
    )
    for burst in fresh:
        for person in _people(burst.topic.domain):
            seen = visible_articles([burst.topic], person)
            with translation.override(person.language or None):
                subject = named(burst.topic, seen)
                text = _("%(count)s tickets in %(days)s days, where %(usual)s are usual.") % {
                    "count": burst.count,
                    "days": burst.span,
                    "usual": round(burst.expected, 1),
                }
            tell(
                [person],
                by=None,
                kind=Notification.Kind.BURST,
                subject=subject,
                text=text,
                url=ADDRESS,
            )
        Burst.objects.filter(pk=burst.pk).update(told_at=timezone.now())


def _people(domain: Domain | None) -> Iterable[User]:
    """The domain's experts, those of the branches above too; where there is none, the managers
    of teams whose tickets everybody sees."""
    if domain is not None:
        words = domain.path.split("/")
        above = ["/".join(words[:n]) for n in range(1, len(words) + 1)]
        experts = User.objects.agents().filter(expert_of__path__in=above).distinct()
        if found := list(experts.order_by("pk")):
            return found
    managers = Team.objects.filter(private=False, manager__isnull=False).values("manager")
    return list(User.objects.agents().filter(pk__in=managers).order_by(F("pk")))
