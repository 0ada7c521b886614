"""What each table of figures holds, for the statements that fill, add up and read them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """Dimensions, sums, and whether there is a histogram."""

    name: str
    dims: tuple[str, ...]
    sums: tuple[str, ...]
    histogram: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.dims, *self.sums, *(("buckets", "counts") if self.histogram else ()))


CUT = ("grain", "team", "domain", "channel")
FLOW = Table(
    "loops_flow",
    (*CUT, "outcome"),
    (
        *("arrived", "defects", "in_help", "used_first"),
        *("solved", "linked", "reused", "created", "improved", "flagged", "reopened"),
        *("first_contact", "csat_n", "csat_good", "csat_sum"),
        *("known_found", "known_not_found", "known_not_captured", "new", "no_event"),
        *("self_serviceable", "seconds"),
    ),
)
TIMES = Table("loops_times", (*CUT, "kind", "outcome"), (), histogram=True)
AGENTS = Table(
    "loops_agents",
    (*CUT, "person"),
    (
        *("solved", "linked", "reused", "created", "improved", "flagged", "no_knowledge"),
        *("reopened", "first_contact", "csat_n", "csat_good", "seconds"),
    ),
)
TOPICS = Table(
    "loops_topics",
    ("topic", "team"),
    ("arrived", "solved", "linked", "reused", "seconds"),
    histogram=True,
)
ARTICLES = Table(
    "loops_articles",
    ("article",),
    (
        *("resolutions", '"references"', "views_inside", "views_outside"),
        *("helped", "not_helped", "flags", "versions"),
    ),
)
SEARCHES = Table(
    "loops_searches",
    ("channel", "kind", "team"),
    (
        *("searches", "empty", "opened", "abandoned"),
        *("first", "second", "third", "to_tenth", "further"),
        *("judged", "reciprocal", "gain"),
    ),
)
VISITS = Table("loops_visits", (), ("visits", "confirmed", "potential", "nothing", "asked"))
TABLES = (FLOW, TIMES, AGENTS, TOPICS, ARTICLES, SEARCHES, VISITS)
