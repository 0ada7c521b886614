"""A part of a year again and again: how `fill` comes to a million tickets within minutes.

The tickets of one slice of time, with everything that hangs on them, are inserted again for each
of the next slices by the database itself: other keys, numbers and visits, and every moment later
by as much. Only the texts repeat.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import connection, models, transaction

from articles.models import Flag, Suggestion, View
from loops.models import Link, Opening, Outcome, Search
from tickets.models import Message, Ticket, TicketEvent

# The evidence before the tickets, as the gate wants it.
MODELS: tuple[type[models.Model], ...] = (
    *(Search, Opening, View, Link, Outcome, Flag, Suggestion),
    *(Ticket, Message, TicketEvent),
)


@dataclass
class Slice:
    """The rows that were written since it was made: the first and last key of each table."""

    first: dict[type[models.Model], int] = field(default_factory=dict)
    last: dict[type[models.Model], int] = field(default_factory=dict)
    numbers: tuple[int, int] = (0, 0)

    @classmethod
    def begin(cls) -> Slice:
        made = cls()
        for model in MODELS:
            made.first[model] = (_newest(model) or 0) + 1
        return made

    def end(self) -> None:
        for model in MODELS:
            self.last[model] = _newest(model) or 0
        with connection.cursor() as cursor:
            cursor.execute(
                "select min(substr(number, 4)::bigint), max(substr(number, 4)::bigint)"
                " from tickets_ticket where id >= %s",
                [self.first[Ticket]],
            )
            self.numbers = cursor.fetchone()

    def span(self, model: type[models.Model]) -> int:
        return self.last[model] - self.first[model] + 1


def _newest(model: Any) -> int | None:
    newest: int | None = model.objects.aggregate(n=models.Max("pk"))["n"]
    return newest


def repeat(of: Slice, times: int, later: timedelta, tick: Callable[[int], Any]) -> None:
    """Insert the slice again so many times, each later than the one before by as much."""
    with connection.cursor() as cursor:
        # An article is written once: its ticket is not repeated.
        cursor.execute(
            "select coalesce(array_agg(ticket_id), '{}') from loops_outcome"
            " where outcome = 'created' and id >= %s",
            [of.first[Outcome]],
        )
        left_out = cursor.fetchone()[0]
        cursor.execute("select rolsuper from pg_roles where rolname = current_user")
        may_skip = cursor.fetchone()[0]
    for k in range(1, times + 1):
        with transaction.atomic(), connection.cursor() as cursor:
            if may_skip:
                # What is repeated was checked row by row when it was written first.
                cursor.execute("set local session_replication_role = replica")
            for model in MODELS:
                statement = _again(model, of, k)
                given: dict[str, Any] = {
                    "first": of.first[model],
                    "last": of.last[model],
                    "later": k * later,
                    "left_out": left_out,
                }
                cursor.execute(statement, given)
                if model is Ticket:
                    tick(cursor.rowcount)
    _advance(of, times)


def _again(model: type[models.Model], of: Slice, k: int) -> str:
    """`insert … select` of the slice's rows of this table, moved."""
    spans = {
        "id": of.span(model),
        "ticket_id": of.span(Ticket),
        "search_id": of.span(Search),
        "message_id": of.span(Message),
    }
    columns, values = [], []
    for one in model._meta.concrete_fields:
        name = str(one.column)
        columns.append(f'"{name}"')
        if name in spans:
            values.append(f'"{name}" + {k * spans[name]}')
        elif isinstance(one, models.DateTimeField):
            values.append(f'"{name}" + %(later)s')
        elif name == "visit":
            values.append(f"case when visit = '' then '' else visit || '-{k}' end")
        elif name == "number" and model is Ticket:
            values.append(_number("number", of, k))
        elif name == "origin_id":
            values.append(_number("origin_id", of, k))
        else:
            values.append(f'"{name}"')
    ticket = "id" if model is Ticket else "ticket_id"
    without = (
        f" and ({ticket} is null or {ticket} <> all(%(left_out)s))"
        if ticket in {one.column for one in model._meta.concrete_fields}
        else ""
    )
    return (
        f"insert into {model._meta.db_table} ({', '.join(columns)}) overriding system value"
        f" select {', '.join(values)} from {model._meta.db_table}"
        f" where id between %(first)s and %(last)s{without} order by id"
    )


def _number(column: str, of: Slice, k: int) -> str:
    step = k * (of.numbers[1] - of.numbers[0] + 1)
    return f"'KT-' || (substr({column}, 4)::bigint + {step})"


def _advance(of: Slice, times: int) -> None:
    """The sequences go on behind what was inserted."""
    with connection.cursor() as cursor:
        for model in MODELS:
            cursor.execute(
                "select setval(pg_get_serial_sequence(%s, 'id'), greatest(%s, 1))",
                [model._meta.db_table, of.last[model] + times * of.span(model)],
            )
        step = of.numbers[1] - of.numbers[0] + 1
        cursor.execute("select setval('tickets_number', %s)", [of.numbers[1] + times * step])
