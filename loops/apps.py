from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LoopsConfig(AppConfig):
    name = "loops"
    verbose_name = _("Solve loop")

    def ready(self) -> None:
        """Record what is searched and opened in the list of knowledge (articles.views.hooks);
        a leaver's open questions and improvements are handed over (people.leaving)."""
        from articles.views import on_open, on_search
        from loops.asking import leaving
        from loops.evolve.improvements import leaving as improvements
        from loops.solve import actions
        from people.leaving import Desk, desks

        desks.append(Desk(leaving.holders, leaving.hand_over))
        desks.append(Desk(improvements.holders, improvements.hand_over))

        on_search.append(actions.remember)
        on_open.append(actions.follow)
