"""Our own formats, out: what `import` reads, with the same names. import(export(x)) = x."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, TextIO

from django.db.models import Prefetch, QuerySet

from articles.models import Article
from loops.intake.reading import quiet
from loops.models import Outcome
from tickets.models import Message, Ticket

CHUNK = 1_000
Flat = dict[str, Any]


def tickets() -> QuerySet[Ticket]:
    return (
        Ticket.objects.order_by("pk")
        .select_related("requester", "organisation", "domain", "assignee", "team", "solved_by")
        .prefetch_related(
            Prefetch("messages", Message.objects.select_related("by").order_by("at", "pk")),
            Prefetch("outcomes", Outcome.objects.filter(ended_at=None), to_attr="declared"),
        )
    )


def articles() -> QuerySet[Article]:
    return (
        Article.objects.order_by("pk")
        .select_related("template", "domain", "owner", "created_by")
        .prefetch_related("editors")
    )


def ticket_row(ticket: Ticket) -> Flat:
    """One ticket; the names with a dot are objects in JSON and columns in CSV."""
    declared = ticket.declared[0].outcome if ticket.declared else ""  # type: ignore[attr-defined]
    return {
        "number": ticket.number,
        "subject": ticket.subject,
        "description": ticket.description,
        "requester.name": ticket.requester.name,
        "requester.email": ticket.requester.email,
        "organisation": ticket.organisation.name if ticket.organisation else "",
        "channel": ticket.channel,
        "domain": ticket.domain.path if ticket.domain else "",
        "environment": ticket.environment,
        "language": ticket.language,
        "priority": ticket.priority,
        "severity": ticket.severity,
        "is_defect": ticket.is_defect,
        "state": ticket.state,
        "assignee": ticket.assignee.email if ticket.assignee else "",
        "team": ticket.team.name if ticket.team else "",
        "created_at": _time(ticket.created_at),
        "first_response_at": _time(ticket.first_response_at),
        "solved_at": _time(ticket.solved_at),
        "solved_by": ticket.solved_by.email if ticket.solved_by else "",
        "closed_at": _time(ticket.closed_at),
        "pending_until": _time(ticket.pending_until),
        "due_at": _time(ticket.due_at),
        "reopened_count": ticket.reopened_count,
        "seconds_worked": ticket.seconds_worked,
        "csat": ticket.csat,
        "outcome": declared,
        "external.system": ticket.external_system,
        "external.id": ticket.external_id,
        "external.url": ticket.external_url,
        "messages": [
            {
                "body": message.body,
                "by": message.by.email if message.by else "",
                "internal": message.internal,
                "at": _time(message.at),
            }
            for message in ticket.messages.all()
        ],
    }


def article_row(article: Article) -> Flat:
    return {
        "number": article.number,
        "title": article.title,
        "issue": article.issue,
        "environment": article.environment,
        "environment_facets": article.environment_facets,
        "resolution": article.resolution,
        "cause": article.cause,
        "parts": article.parts,
        "template": article.template.name,
        "language": article.language,
        "domain": article.domain.path if article.domain else "",
        "tags": article.tags,
        "confidence": article.confidence,
        "audience": article.audience,
        "governance": article.governance,
        "owner": article.owner.email if article.owner else "",
        "author": article.created_by.email,
        "editors": sorted(one.email for one in article.editors.all()),
        "created_at": _time(article.created_at),
        "changed_at": _time(article.changed_at),
        "validated_at": _time(article.validated_at),
        "archived_reason": article.archived_reason,
        "origin.type": article.origin_type,
        "origin.id": article.origin_id,
        "origin.url": article.origin_url,
        "external.system": article.external_system,
        "external.id": article.external_id,
    }


KINDS: dict[str, tuple[Callable[[], QuerySet[Any]], Callable[[Any], Flat]]] = {
    "tickets": (tickets, ticket_row),
    "articles": (articles, article_row),
}


def rows(kind: str) -> Iterator[Flat]:
    every, row = KINDS[kind]
    for one in every().iterator(chunk_size=CHUNK):
        yield row(one)


def jsonl(found: Iterator[Flat], file: TextIO) -> Iterator[int]:
    for flat in found:
        file.write(json.dumps(_nested(flat), ensure_ascii=False) + "\n")
        yield 1


def as_csv(found: Iterator[Flat], file: TextIO) -> Iterator[int]:
    """With a byte order mark, which tells spreadsheets that this is UTF-8."""
    file.write("\ufeff")
    writer = None
    for flat in found:
        if writer is None:
            writer = csv.writer(file)
            writer.writerow(flat)
        writer.writerow([quiet(_cell(value)) for value in flat.values()])
        yield 1


def _nested(flat: Flat) -> Flat:
    made: Flat = {}
    for name, value in flat.items():
        outer, dot, inner = name.partition(".")
        if dot:
            made.setdefault(outer, {})[inner] = value
        else:
            made[name] = value
    return made


def _cell(value: Any) -> str:
    if value is None or value in ({}, []):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
