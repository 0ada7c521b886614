"""What tests of the evolve loop ask for."""

from itertools import count

import pytest

from people.models import SiteSettings
from tests.loops.evolve import desk


@pytest.fixture(autouse=True)
def same_words() -> None:
    """Each test draws the same wordings, whatever ran before it in this process."""
    desk.number = count(desk.FIRST)


@pytest.fixture
def nothing_hidden(db) -> None:
    """Figures about few people are shown, too: the acceptance's fixtures have it so."""
    SiteSettings.load()
    SiteSettings.objects.update(figures_minimum=0)
