"""Pages of improvements: the desk's list, one of them, and the product team's own page."""

from loops.evolve.improvements.views.desk import act, improvement, improvements, propose
from loops.evolve.improvements.views.product import home as product_home
from loops.evolve.improvements.views.product import one as product_one

__all__ = ["act", "improvement", "improvements", "product_home", "product_one", "propose"]
