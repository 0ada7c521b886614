"""Tests about people call the API with the same client as the API's own."""

from tests.api.conftest import api

__all__ = ["api"]
