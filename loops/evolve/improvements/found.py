"""Something that should be done, as a job found it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from articles.models import Article
from loops.models import Gap, Pair, Topic
from people.models import Domain


@dataclass(frozen=True)
class Candidate:
    """`key` is what makes it the same one tomorrow. `share` is the part of the work on its
    tickets that could be saved; `cost`, in minutes, where somebody knows it already; `why` are
    reasons in codes and numbers."""

    key: str
    kind: str
    title: str
    article: Article | None = None
    topic: Topic | None = None
    gap: Gap | None = None
    pair: Pair | None = None
    domain: Domain | None = None
    share: float = 1.0
    cost: float | None = None
    why: Sequence[Sequence[Any]] = field(default_factory=list)
