"""Where tickets meet articles: the solve loop's rows, upkeep, coaching, asking, evolving."""

from loops.models.asking import Question, Thanks
from loops.models.coaching import CoachNote, Goal, Proposal, Sample, SampleEvent
from loops.models.evolve import (
    Baseline,
    Burst,
    Digest,
    Gap,
    GapSearch,
    Improvement,
    ImprovementEvent,
    Miss,
    Publication,
    PublicationRule,
    TicketTopic,
    Topic,
)
from loops.models.reports import Pattern, TeamAverage
from loops.models.solving import Delivery, Link, Opening, Outcome, Search
from loops.models.upkeep import Decision, Merge, Pair, Recall, RecallItem, Round, Upkeep

__all__ = [
    "Baseline",
    "Burst",
    "CoachNote",
    "Decision",
    "Delivery",
    "Digest",
    "Gap",
    "GapSearch",
    "Goal",
    "Improvement",
    "ImprovementEvent",
    "Link",
    "Merge",
    "Miss",
    "Opening",
    "Outcome",
    "Pair",
    "Pattern",
    "Proposal",
    "Publication",
    "PublicationRule",
    "Question",
    "Recall",
    "RecallItem",
    "Round",
    "Sample",
    "SampleEvent",
    "Search",
    "TeamAverage",
    "Thanks",
    "TicketTopic",
    "Topic",
    "Upkeep",
]
