"""The pages of the help centre: finding, reading, saying something, writing."""

from portal.views.doors import language, missing
from portal.views.finding import browse, home, search
from portal.views.reading import article, capitals, numbered, printed
from portal.views.speaking import ask, feedback, helpful
from portal.views.writing import mine, suggest, write

__all__ = [
    "article",
    "ask",
    "browse",
    "capitals",
    "feedback",
    "helpful",
    "home",
    "language",
    "mine",
    "missing",
    "numbered",
    "printed",
    "search",
    "suggest",
    "write",
]
