"""Which connection reads: the product's own, or the one behind the wall of the help centre.

Nothing is passed down: whoever reads for people outside says so once, around the reading
(`portal.wall.outside`), and models and hand-written SQL below follow it. Writing follows
nothing; behind the wall it fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

HELP = "help"

_reading: ContextVar[str] = ContextVar("reading", default=DEFAULT_DB_ALIAS)


def in_force() -> BaseDatabaseWrapper:
    """The connection that reads now; for SQL that is written by hand."""
    return connections[_reading.get()]


@contextmanager
def through(alias: str) -> Iterator[None]:
    """Read through this connection until the end of the block."""
    before = _reading.set(alias)
    try:
        yield
    finally:
        _reading.reset(before)


class Router:
    """Models read through the connection in force; tables are made by the product's own."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        alias = _reading.get()
        return None if alias == DEFAULT_DB_ALIAS else alias

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return None if db == DEFAULT_DB_ALIAS else False
