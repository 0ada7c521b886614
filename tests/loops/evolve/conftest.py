"""What tests of the evolve loop ask for."""

import pytest

from people.models import SiteSettings


@pytest.fixture
def nothing_hidden(db) -> None:
    """Figures about few people are shown, too: the acceptance's fixtures have it so."""
    SiteSettings.load()
    SiteSettings.objects.update(figures_minimum=0)
