"""The pages of the help centre: finding, reading, saying something, writing."""

from portal.views.doors import language, missing
from portal.views.finding import browse, home, search
from portal.views.reading import article, capitals, numbered
from portal.views.speaking import ask, feedback, helpful

__all__ = [
    "article",
    "ask",
    "browse",
    "capitals",
    "feedback",
    "helpful",
    "home",
    "language",
    "missing",
    "numbered",
    "search",
]
