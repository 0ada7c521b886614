from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LoopsConfig(AppConfig):
    name = "loops"
    verbose_name = _("Solve loop")

    def ready(self) -> None:
        """Record what is searched and opened in the list of knowledge (articles.views.hooks)."""
        from articles.views import on_open, on_search
        from loops.solve import actions

        on_search.append(actions.remember)
        on_open.append(actions.follow)
