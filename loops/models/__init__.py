"""Where tickets meet articles: the solve loop's rows, upkeep, coaching, asking."""

from loops.models.asking import Question, Thanks
from loops.models.coaching import CoachNote, Goal, Proposal, Sample, SampleEvent
from loops.models.solving import Delivery, Link, Opening, Outcome, Search
from loops.models.upkeep import Decision, Merge, Pair, Recall, RecallItem, Round, Upkeep

__all__ = [
    "CoachNote",
    "Decision",
    "Delivery",
    "Goal",
    "Link",
    "Merge",
    "Opening",
    "Outcome",
    "Pair",
    "Proposal",
    "Question",
    "Recall",
    "RecallItem",
    "Round",
    "Sample",
    "SampleEvent",
    "Search",
    "Thanks",
    "Upkeep",
]
