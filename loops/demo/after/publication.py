"""How Tilia publishes: by decisions, written down from the articles' events, and by one rule
that an administrator switched on for a branch where nothing can go wrong."""

from __future__ import annotations

from datetime import datetime

from loops.evolve.publication import actions
from people.models import Domain, SiteSettings, User

BRANCH = "till/printers"
WORDS = ["Borealis", "till-lab", "Ghost terminal"]


def add(now: datetime) -> None:
    site = SiteSettings.load()
    site.internal_words = WORDS
    site.save(update_fields=["internal_words"])
    actions.follow()
    administrator = User.objects.get(email="admin@demo.test")
    actions.set_rule(
        None,
        by=administrator,
        domains=list(Domain.objects.filter(path=BRANCH)),
        name="Printers: used by four colleagues, and quiet",
        active=True,
        audience="customer",
        min_links=6,
        min_people=4,
        quiet_days=60,
    )
    actions.set_rule(
        None,
        by=administrator,
        name="Everything that ten tickets proved",
        active=False,
        audience="customer",
        min_links=10,
        min_people=5,
        quiet_days=90,
    )
    actions.run_rules()
