"""The loops' tests call the API as programs do."""

from tests.api.conftest import api

__all__ = ["api"]
