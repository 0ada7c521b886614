"""Drawing somebody's work by chance: every kind of it has its share, and nothing comes twice.

What may be drawn is cut into strata: solved tickets by outcome and root of the product tree,
texts by whether the person created or changed the article. Each stratum that has something gets
one place, the rest is shared in proportion. So the rare "no knowledge here" is looked at as well
as the many reuses, for that is where a gate that is answered dishonestly shows.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.models import Article, Standard, Version
from kcs.errors import BadValue, NotAllowed, Refused
from loops.coaching import measures
from loops.coaching.access import coaches
from loops.models import Outcome, Sample, SampleEvent
from people.models import User
from tickets.models import Ticket

Kind = Sample.Kind
MOST = 20
# How far back work is worth talking about.
WINDOW = timedelta(days=60)
# A week's reviews of each kind while the evidence does not suffice, and once it does.
WEEKLY, MONITORING = 3, 1
FIRST = Outcome.Kind.NO_KNOWLEDGE


@dataclass(frozen=True)
class Candidate:
    """Something that may be drawn: the id of a ticket or a version, and where it belongs."""

    pk: int
    stratum: str
    at: datetime


def allocate(sizes: dict[str, int], n: int, rng: random.Random) -> dict[str, int]:
    """How many of `n` places each stratum gets: one each, then in proportion to its size, never
    more than it has. Where places are fewer than strata, "no knowledge" comes first, then
    chance, larger strata more likely."""
    strata = sorted(name for name, size in sizes.items() if size)
    total = sum(sizes[name] for name in strata)
    if n >= total:
        return {name: sizes[name] for name in strata}
    if n < len(strata):
        silent = [name for name in strata if name.startswith(FIRST)]
        chosen = _weighted(silent, sizes, 1, rng) if n > 0 else []
        others = [name for name in strata if name not in silent]
        chosen += _weighted(others, sizes, n - len(chosen), rng)
        rest = [name for name in silent if name not in chosen]
        chosen += _weighted(rest, sizes, n - len(chosen), rng)
        return dict.fromkeys(chosen, 1)
    places = dict.fromkeys(strata, 1)
    for _place in range(n - len(strata)):
        open_ones = [name for name in strata if places[name] < sizes[name]]
        lacks = {name: sizes[name] * n / total - places[name] for name in open_ones}
        most = max(lacks.values())
        places[rng.choice([name for name in open_ones if lacks[name] == most])] += 1
    return places


def _weighted(
    names: Sequence[str], sizes: dict[str, int], k: int, rng: random.Random
) -> list[str]:
    """k of these, larger ones more likely, none twice."""
    left = list(names)
    picked: list[str] = []
    while left and len(picked) < k:
        one = rng.choices(left, [sizes[name] for name in left])[0]
        left.remove(one)
        picked.append(one)
    return picked


def choose(pool: Sequence[Candidate], n: int, rng: random.Random) -> list[Candidate]:
    """n of them by chance, stratum by stratum. The same seed and pool choose the same."""
    strata: dict[str, list[Candidate]] = {}
    for one in sorted(pool, key=lambda one: one.pk):
        strata.setdefault(one.stratum, []).append(one)
    places = allocate({name: len(rows) for name, rows in strata.items()}, n, rng)
    drawn = [one for name in sorted(places) for one in rng.sample(strata[name], places[name])]
    rng.shuffle(drawn)
    return drawn


def root_of(path: str | None) -> str:
    return path.split("/")[0] if path else "-"


def tickets_of(
    person: User, *, by: User, since: datetime, branches: set[int] | None = None
) -> list[Candidate]:
    """The person's solved tickets since then that were never drawn and that the reviewer may
    see. Imported outcomes say nothing about anybody's work."""
    seen = Sample.objects.filter(person=person, kind=Kind.PROCESS, ticket=OuterRef("pk"))
    rows = Ticket.objects.visible_to(by).filter(
        ~Exists(seen),
        solved_by=person,
        solved_at__gte=since,
        state__in=["solved", "closed"],
        outcomes__ended_at=None,
        outcomes__outcome__in=set(Outcome.Kind.values) - {Outcome.Kind.IMPORTED},
    )
    if branches is not None:
        rows = rows.filter(domain__in=branches)
    found = rows.order_by().values_list("pk", "outcomes__outcome", "domain__path", "solved_at")
    return [Candidate(pk, f"{how} {root_of(path)}", at) for pk, how, path, at in found if at]


def versions_of(
    person: User, *, by: User, since: datetime, branches: set[int] | None = None
) -> list[Candidate]:
    """The texts that the person wrote since then: of each article the newest that was never
    drawn. Minor changes are somebody else's text with a comma moved."""
    seen = Sample.objects.filter(person=person, kind=Kind.CONTENT, version=OuterRef("pk"))
    articles = Article.objects.visible_to(by).exclude(confidence="archived")
    if branches is not None:
        articles = articles.filter(domain__in=branches)
    rows = Version.objects.filter(
        by=person, at__gte=since, significance="material", article__in=articles.order_by()
    )
    newest = rows.order_by().values("article").annotate(newest=Max("number"))
    found = (
        rows.filter(~Exists(seen))
        .order_by()
        .values_list("pk", "article_id", "number", "article__domain__path", "at")
    )
    last = {row["article"]: row["newest"] for row in newest}
    return [
        Candidate(pk, f"{'create' if number == 1 else 'improve'} {root_of(path)}", at)
        for pk, article, number, path, at in found
        if last[article] == number
    ]


def branches_for(by: User, person: User) -> set[int] | None:
    """What this reviewer may draw of the person's work: everything (None) as the coach, the own
    branches as a domain expert. A coach's flag alone opens no stranger's work."""
    if by.pk != person.pk and person.is_agent:
        if coaches(by, person):
            return None
        if by.is_active and by.expert_domains:
            return by.expert_domains
    raise NotAllowed(
        _("The person's own coach draws samples, and domain experts in their domains.")
    )


def last_reviewed(person: User, kind: str) -> datetime | None:
    """When the newest work was drawn that has been looked at."""
    done = Sample.objects.filter(person=person, kind=kind, state="done")
    return done.aggregate(last=Max("drawn_at"))["last"]


def pool_of(
    person: User, kind: str, n: int, *, by: User, branches: set[int] | None, now: datetime
) -> list[Candidate]:
    """What there is since the last reviewed draw; where that is not enough, of sixty days."""
    ask: Any = tickets_of if kind == Kind.PROCESS else versions_of
    pool: list[Candidate] = ask(person, by=by, since=now - WINDOW, branches=branches)
    last = last_reviewed(person, kind)
    recent = [one for one in pool if last is not None and one.at >= last]
    return recent if len(recent) >= n else pool


@transaction.atomic
def draw(
    person: User,
    *,
    kind: str,
    n: int,
    by: User,
    seed: int | str | None = None,
    now: datetime | None = None,
) -> list[Sample]:
    """Draw n pieces of the person's work for `by` to review. Fewer come where there are fewer."""
    if kind not in Kind.values:
        raise BadValue(_("A review is of a process or of content."), field="kind")
    if not 1 <= n <= MOST:
        raise BadValue(_("From 1 to %(n)s at once.") % {"n": MOST}, field="n")
    branches = branches_for(by, person)
    # Two who draw at once wait for each other here, so that nothing is drawn twice.
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    now = now or timezone.now()
    standard = Standard.objects.filter(is_current=True).first()
    if kind == Kind.CONTENT and standard is None:
        raise Refused(_("There is no content standard in use yet."))
    pool = pool_of(person, kind, n, by=by, branches=branches, now=now)
    # Fairness, not secrecy: anybody may repeat a draw that was seeded.
    drawn = choose(pool, n, random.Random(seed))
    if not drawn:
        raise Refused(_("Nothing of the last sixty days is left to draw."))
    if kind == Kind.PROCESS:
        made = [Sample(ticket_id=one.pk, stratum=one.stratum) for one in drawn]
    else:
        articles = dict(
            Version.objects.filter(pk__in=[one.pk for one in drawn]).values_list(
                "pk", "article_id"
            )
        )
        made = [
            Sample(
                version_id=one.pk,
                article_id=articles[one.pk],
                standard=standard,
                stratum=one.stratum,
            )
            for one in drawn
        ]
    for sample in made:
        sample.kind, sample.person, sample.coach, sample.drawn_at = kind, person, by, now
    Sample.objects.bulk_create(made)
    SampleEvent.objects.bulk_create(
        [
            SampleEvent(
                sample=sample, verb=SampleEvent.Verb.DRAWN, by=by, at=now,
                detail={"stratum": sample.stratum},
            )
            for sample in made
        ]
    )  # fmt: skip
    return made


def due_now(person: User, kind: str, *, now: datetime) -> int:
    """How many more this week: three until the test has stopped, one from then on. What still
    waits for the coach counts, so that nothing piles up."""
    done = Sample.objects.filter(person=person, kind=kind, state="done")
    verdict = measures.verdicts(done, since=granted_at(person))[kind]
    wanted = MONITORING if verdict.stopped else WEEKLY
    begins = measures.monday(now.date())
    taken = Sample.objects.filter(person=person, kind=kind).filter(
        Q(state="due") | Q(drawn_at__date__gte=begins)
    )
    return max(0, wanted - taken.count())


def granted_at(person: User) -> datetime | None:
    """Since when the person has the present competency."""
    current = person.grants.filter(revoked_at=None).first()
    return current.granted_at if current else None


@transaction.atomic
def _draw_due(person: User, kind: str, now: datetime) -> int:
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    wanted = due_now(person, kind, now=now)
    if not wanted or person.coach is None:
        return 0
    try:
        return len(draw(person, kind=kind, n=wanted, by=person.coach, now=now))
    except Refused:  # nothing is left to draw, or no standard is in use: next week again
        return 0


def draw_due(*, now: datetime | None = None) -> int:
    """The week's samples for everybody who has a coach. A second run finds nothing to do, and
    a run that is killed leaves whole draws behind."""
    now = now or timezone.now()
    people = User.objects.agents().filter(
        coach__is_active=True, coach__is_coach=True
    ).exclude(coach=F("pk"))  # fmt: skip
    return sum(
        _draw_due(person, kind, now)
        for person in people.select_related("coach").order_by("pk")
        for kind in Kind.values
    )
