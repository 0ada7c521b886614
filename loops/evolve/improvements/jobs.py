"""Every night: propose what should be done, see what was, measure what came of it."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from loops.evolve.improvements import effect, evidence, proposing, settling
from loops.evolve.jobs import Tick, silent


def run(tick: Tick = silent, day: date | None = None) -> int:
    """Always as of now: what is proposed is proposed to the people of today. Each improvement is
    a transaction of its own, so a run that was killed is finished by the next one."""
    now = timezone.now()
    done = 0

    def more(n: int) -> None:
        nonlocal done
        done += n
        tick(n)

    evidence.forget_private(now, more)
    found = proposing.propose_all(now, more)
    settling.settle(found, now=now, tick=more)
    effect.measure_all(now, more)
    return done
