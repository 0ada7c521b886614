"""The API where tickets meet articles: suggestions, links, deliveries, outcomes, search."""

from loops.solve.api.articles import Articles
from loops.solve.api.search import Find
from loops.solve.api.tickets import Tickets

__all__ = ["Articles", "Find", "Tickets"]
