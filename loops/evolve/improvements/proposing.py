"""The nightly proposals: each once, and with tonight's evidence while nobody has decided."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from loops.evolve.improvements import actions, evidence
from loops.evolve.improvements.candidates import LOOKED_AT, all_of
from loops.evolve.improvements.found import Candidate
from loops.evolve.jobs import Tick, silent
from loops.models import Improvement, ImprovementEvent

State, Verb = Improvement.State, ImprovementEvent.Verb
# A list that nobody can finish is read by nobody: so many wait at a time, the dearest first.
WAITING = 20
# Measured for so long after it shipped, and proposed again only then.
MEASURED_FOR = timedelta(weeks=26)


def propose_all(now: datetime, tick: Tick = silent) -> dict[str, set[str]]:
    """Propose what is found; by kind the keys of everything that was found, where the list was
    read to its end."""
    waiting = Counter(
        Improvement.objects.filter(state=State.PROPOSED, by=None)
        .order_by()
        .values_list("kind", flat=True)
    )
    # What waits is brought up to date however far down the list it stands by now.
    known = set(Improvement.objects.exclude(key="").values_list("key", flat=True))
    complete: dict[str, set[str]] = {}
    for kind, found in all_of(now):
        keys, left = set(), WAITING - waiting[kind]
        for candidate in found:
            keys.add(candidate.key)
            if left > 0 or candidate.key in known:
                left -= put(candidate, now, add=left > 0)
                tick(1)
        if len(keys) < LOOKED_AT:
            complete[kind] = keys
    return complete


def put(candidate: Candidate, now: datetime, *, add: bool = True) -> bool:
    """Propose it, or bring what stands there up to date; whether there is one more to decide.

    Two runs at once propose it once: its key is unique.
    """
    try:
        with transaction.atomic():
            return _put(candidate, now, add)
    except IntegrityError:
        if Improvement.objects.filter(key=candidate.key).exists():
            return False
        raise


def _put(candidate: Candidate, now: datetime, add: bool) -> bool:
    rows = Improvement.objects.filter(
        Q(key=candidate.key) | Q(key__startswith=f"{candidate.key}#")
    )
    there = list(rows.order_by("pk").select_for_update(no_key=True, of=("self",)))
    if not there:
        return add and not _by_hand(candidate, now) and _new(candidate, candidate.key, now)
    last = there[-1]
    if last.state in actions.OPEN:
        _refresh(last, candidate, now)
        return False
    if last.state == State.DECLINED and last.decided_by_id is None:
        return add and _back(last, candidate, now)
    if last.state == State.SHIPPED and last.shipped_at and last.shipped_at < now - MEASURED_FOR:
        return add and _new(candidate, f"{candidate.key}#{len(there) + 1}", now)
    return False  # somebody decided, or what was done still has to show


def _by_hand(candidate: Candidate, now: datetime) -> bool:
    """Whether somebody proposed the same before: it is open, was declined, or still has to
    show what it did."""
    if candidate.article is None or candidate.pair is not None:
        return False
    said = Q(state__in=actions.OPEN) | Q(state=State.DECLINED, decided_by__isnull=False)
    said |= Q(state=State.SHIPPED, shipped_at__gt=now - MEASURED_FOR)
    rows = Improvement.objects.filter(said, key="", kind=candidate.kind)
    return rows.filter(article=candidate.article).exists()


def _new(candidate: Candidate, key: str, now: datetime) -> bool:
    made = Improvement(
        key=key,
        kind=candidate.kind,
        title=candidate.title[: actions.TITLE],
        article=candidate.article,
        topic=candidate.topic,
        gap=candidate.gap,
        pair=candidate.pair,
        domain=candidate.domain,
        at=now,
    )
    _fill(made, candidate, now)
    made.save()
    ImprovementEvent.objects.create(
        improvement=made, verb=Verb.PROPOSED, at=now, detail={"kind": candidate.kind}
    )
    return True


def _fill(improvement: Improvement, candidate: Candidate, now: datetime) -> None:
    evidence.fill(
        improvement, share=candidate.share, cost=candidate.cost, why=candidate.why, now=now
    )


def _refresh(improvement: Improvement, candidate: Candidate, now: datetime) -> None:
    was = (improvement.evidence, improvement.cost)
    _fill(improvement, candidate, now)
    if was != (improvement.evidence, improvement.cost):
        improvement.save(update_fields=["evidence", "cost"])


def _back(improvement: Improvement, candidate: Candidate, now: datetime) -> bool:
    """It had lapsed, and its reason is there again."""
    was = improvement.state
    improvement.state, improvement.answer, improvement.decided_at = State.PROPOSED, "", None
    _fill(improvement, candidate, now)
    improvement.save(update_fields=["state", "answer", "decided_at", "evidence", "cost"])
    actions.record(improvement, Verb.REOPENED, by=None, was=was)
    return True
