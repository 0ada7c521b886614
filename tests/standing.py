"""Rows that all tests of a file stand on."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from django.db import connection, transaction

Made = TypeVar("Made")


def standing(blocker: Any, build: Callable[[], Made]) -> Iterator[Made]:
    """What `build` makes, once, in a transaction that is taken back after the last test:

    @pytest.fixture(scope="module")
    def company(django_db_setup, django_db_blocker):
        yield from standing(django_db_blocker, Company)

    Each test that asks for `db` too changes what it likes: that is taken back with the test.
    """
    with blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        try:
            made = build()
            # Now, and all of them. Else each test would ask it of all rows again when it ends.
            connection.check_constraints()
            yield made
        finally:
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)
