"""Pages of upkeep: evidence and efficacy of one article, the review lists, recalls."""

from loops.upkeep.views.reading import efficacy, evidence
from loops.upkeep.views.recalling import (
    close,
    export,
    recall,
    recalled,
    recalls,
    settle,
    write,
)
from loops.upkeep.views.reviewing import decide, review

__all__ = [
    "close",
    "decide",
    "efficacy",
    "evidence",
    "export",
    "recall",
    "recalled",
    "recalls",
    "review",
    "settle",
    "write",
]
