"""Reading as somebody outside: the only way in which the help centre reads knowledge.

    with wall.outside(reader):
        article = Article.objects.visible_to(reader).get(number=number)

Inside the block models and the search engine read through the connection `help`: the views of
`portal/building.py`. A question that forgets to ask what the reader may see gets the same
answer. Whoever wants anything else, a session, a ticket, asks outside of the block.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connections, transaction
from django.http import HttpRequest

from kcs.databases import HELP, through

ROLES = ("visitor", "customer", "partner")


@dataclass(frozen=True)
class Reader:
    """Somebody outside, as `visible_to` and the search engine ask about people.

    An agent who looks at the help centre reads there as a customer does.
    """

    role: str

    is_agent = False

    @property
    def is_authenticated(self) -> bool:
        return self.role != "visitor"

    @property
    def reads_as(self) -> str:
        return self.role


def reader_of(request: HttpRequest) -> Reader:
    user = request.user
    return Reader(user.reads_as if user.is_authenticated else "visitor")


@contextmanager
def outside(reader: Reader) -> Iterator[None]:
    """Read as this reader until the end of the block, and nothing else."""
    with transaction.atomic(using=HELP), through(HELP):
        with connections[HELP].cursor() as cursor:
            cursor.execute("select set_config('kcs.reader', %s, true)", [reader.role])
        yield
