"""What happens besides when somebody searches or opens an article on these pages.

Every search is recorded (for the measures: nothing found, where people clicked), and the
records live in `loops`. Articles know nothing of loops, signals are not used in this house, and
a page can't record by calling an address. So `loops` puts its functions into these lists when
Django starts (`loops.apps.LoopsConfig.ready`); without loops they are empty and nothing is
missing.
"""

from collections.abc import Callable
from typing import Any

# (results, by=, query=, filters=) -> the record or None; its `pk` travels in the hits' links.
on_search: list[Callable[..., Any]] = []

# (article, by=, search=, rank=): a hit of the search with this id was opened.
on_open: list[Callable[..., Any]] = []
