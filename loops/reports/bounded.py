"""No report works for longer than somebody waits for it: what takes too long is refused with a
sentence, and the database stops working on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _

from kcs.errors import BadValue

# Seconds for a page; for a file; for the archive of all, of which each report has a page's.
PAGE, FILE, ARCHIVE = 20.0, 60.0, 120.0
CANCELLED = "57014"  # what PostgreSQL calls a statement that was stopped


class TooSlow(BadValue):
    """The answer would take too long (422)."""

    code = "too_slow"

    def __init__(self) -> None:
        super().__init__(
            _("This takes too long to count. Narrow the period or the filters."), field="period"
        )


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """What is read inside takes so long at most: no single statement longer, and none begins
    when the time is over."""
    over = monotonic() + seconds

    def look(execute: Callable[..., Any], *given: Any) -> Any:
        if monotonic() > over:
            raise TooSlow
        return execute(*given)

    around = connection.in_atomic_block
    try:
        with transaction.atomic():
            before = _limit(f"{max(1, round(seconds * 1000))}ms")
            with connection.execute_wrapper(look):
                yield
            if around:
                # A transaction around this one would keep the limit.
                _limit(before)
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", "") == CANCELLED:
            raise TooSlow from error
        raise


def _limit(value: str) -> str:
    """Sets the limit for the rest of the transaction, and gives the one before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select kept.was, set_config('statement_timeout', %s, true) from"
            " (select current_setting('statement_timeout') as was offset 0) kept",
            [value],
        )
        return str((cursor.fetchone() or ("0",))[0])
