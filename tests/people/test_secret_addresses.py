"""Addresses that are keys are not written into the log."""

import logging

import pytest

from kcs.log import Unkeyed
from tests import make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "address",
    [
        "/setup/s3cret-token-that-opens/",
        "/invitation/s3cret-token-that-opens/",
        "/accounts/password/reset/key/1-s3cret-token-that-opens/",
    ],
)
def test_an_address_that_is_a_key_is_not_logged(address, client, capture_django):
    make.contributor()  # before there is anybody, every address leads to the first visit
    client.get(address.replace("opens/", "opens"))  # without its slash: 404 or a redirect
    client.post(address, {"name": ""})
    client.get(f"{address}more/")
    logging.getLogger("django.request").warning("Not Found: %s", address)
    assert capture_django
    assert not [line for line in capture_django if "s3cret" in line]


@pytest.fixture
def capture_django():
    """The lines that the handlers of Django's own logger would write."""
    lines: list[str] = []

    class Lines(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    handler = Lines(level=logging.INFO)
    handler.addFilter(Unkeyed())
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    yield lines
    logger.removeHandler(handler)


def test_the_console_goes_through_it(settings):
    assert settings.LOGGING["handlers"]["console"]["filters"] == ["unkeyed"]
