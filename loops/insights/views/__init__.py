"""Pages of the insights that are no other room's: the front page, baselines."""

from loops.insights.views.baselines import baselines, freeze, remove
from loops.insights.views.home import home

__all__ = ["baselines", "freeze", "home", "remove"]
