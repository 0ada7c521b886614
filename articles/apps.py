from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ArticlesConfig(AppConfig):
    name = "articles"
    verbose_name = _("Knowledge")

    def ready(self) -> None:
        """A leaver's articles, flags and feedback are handed over (people.leaving)."""
        from articles.actions import leaving
        from people.leaving import Desk, desks

        desks.append(Desk(leaving.holders, leaving.hand_over))
