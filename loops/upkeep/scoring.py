"""How sure we are of an article: pure functions from counted facts to one number and its reasons.

docs/upkeep.md explains the formula, where its numbers come from, and where it is weak.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

# What happened this long ago weighs half.
HALF_LIFE = timedelta(days=90)
# Without a proof for this long the evidence is half of what it was.
IDLE_HALF = 365
# Each product release since the last proof leaves this much of the evidence.
RELEASE_LEAVES = 0.85
MOST_RELEASES = 6

# Imagined proofs and failures before anything happened: four, split by the confidence.
PRIOR: dict[str, tuple[float, float]] = {
    "wip": (1, 3),
    "not_validated": (2, 2),
    "validated": (3, 1),
    "archived": (1, 3),
}
# Somebody looked at it and says that it is right: as much as two reuses.
CONFIRMATION = 2.0
REOPENED = 1.0
LOW_CSAT = 0.5
NOT_HELPFUL = 0.5
# A flag says what is wrong. One that was found right and mended weighs half, and fades.
FLAGS: dict[str, float] = {
    "incorrect": 2.0,
    "outdated": 2.0,
    "incomplete": 1.0,
    "sensitive": 1.0,
    "unclear": 0.5,
    "broken_link": 0.5,
    "duplicate": 0.25,
    "metadata": 0.25,
}
MENDED = 0.5

STRONG, FAIR = 0.7, 0.4
# The reasons say what is old only when it is.
IDLE_SAID = 60


@dataclass(frozen=True)
class Counted:
    """How many, and what they weigh today."""

    n: int = 0
    weight: float = 0.0


NONE = Counted()


@dataclass(frozen=True)
class Facts:
    """What the rows say of one article."""

    confidence: str = "not_validated"
    reuses: Counted = NONE  # accurate, and not by who wrote it
    own: int = 0
    confirmations: Counted = NONE
    reopened: Counted = NONE
    low_csat: Counted = NONE
    not_helpful: Counted = NONE
    open_flags: Counted = NONE
    mended_flags: Counted = NONE
    idle_days: int = 0  # since the last reuse, confirmation, validation, or its writing
    releases: tuple[str, ...] = ()  # since then
    demand: int = 0
    severity: float = 1.0


@dataclass(frozen=True)
class Score:
    evidence: float
    doubt: float
    harm: float
    reasons: list[list[Any]] = field(default_factory=list)


def score(facts: Facts) -> Score:
    """Evidence from 0 to 1, what is left to 1, and the harm to be expected from that."""
    right, wrong = PRIOR[facts.confidence]
    right += facts.reuses.weight + CONFIRMATION * facts.confirmations.weight
    wrong += (
        REOPENED * facts.reopened.weight
        + LOW_CSAT * facts.low_csat.weight
        + NOT_HELPFUL * facts.not_helpful.weight
        + facts.open_flags.weight
        + MENDED * facts.mended_flags.weight
    )
    fresh = 0.5 ** (max(0, facts.idle_days) / IDLE_HALF)
    fresh *= RELEASE_LEAVES ** min(len(facts.releases), MOST_RELEASES)
    evidence = round(right / (right + wrong) * fresh, 4)
    doubt = round(1 - evidence, 4)
    harm = round(facts.demand * doubt * facts.severity, 3)
    return Score(evidence, doubt, harm, reasons(facts))


def reasons(facts: Facts) -> list[list[Any]]:
    """What moved the evidence, the bad first: codes and numbers, put into words when shown."""
    said: list[list[Any]] = [
        [code, counted.n]
        for code, counted in (
            ("open_flags", facts.open_flags),
            ("reopened", facts.reopened),
            ("low_csat", facts.low_csat),
            ("not_helpful", facts.not_helpful),
            ("mended_flags", facts.mended_flags),
        )
        if counted.n
    ]
    if facts.releases:
        said.append(["release", facts.releases[0], len(facts.releases)])
    if facts.idle_days >= IDLE_SAID:
        said.append(["idle", facts.idle_days])
    if facts.reuses.n:
        said.append(["reuses", facts.reuses.n])
    elif facts.own:
        said.append(["only_own", facts.own])
    else:
        said.append(["unused"])
    if facts.confirmations.n:
        said.append(["confirmed", facts.confirmations.n])
    return said


def strength(evidence: float) -> str:
    """The word for it: strong, fair or weak."""
    return "strong" if evidence >= STRONG else "fair" if evidence >= FAIR else "weak"
