"""How well search finds: tickets with a known article are asked, and the ranks counted.

Everything happens in temporary tables of one transaction that is rolled back: the same code
as for the real base, and nothing of it changes.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from articles.models import Article, Audience, Confidence, Template
from articles.search import analyzer, index, query
from kcs.errors import BadValue
from people.models import User

DEEP = 10
TABLES = (
    "articles_article",
    "articles_term",
    "articles_newterm",
    "articles_posting",
    "articles_document",
    "articles_corpus",
)
PARTS = ("title", "issue", "environment", "resolution", "cause")


@dataclass(slots=True)
class Case:
    """Articles, the tickets that are linked to them first, and the tickets that are asked."""

    articles: list[dict[str, Any]]
    links: list[dict[str, Any]] = field(default_factory=list)
    tests: list[dict[str, Any]] = field(default_factory=list)


def read(folder: Path) -> Case:
    """A case from `articles.jsonl` and `tickets.jsonl`. Raises BadValue naming file and line."""
    articles = list(rows_of(folder / "articles.jsonl", ("id",)))
    known = {str(article["id"]) for article in articles}
    case = Case(articles)
    for ticket in rows_of(folder / "tickets.jsonl", ("id",)):
        split = ticket.get("split", "test")
        if split not in ("link", "test"):
            raise BadValue(f"Ticket {ticket['id']}: split must be link or test, not {split!r}.")
        if ticket.get("article") is None:
            continue
        if str(ticket["article"]) not in known:
            raise BadValue(
                f"Ticket {ticket['id']} names the article {ticket['article']!r}, "
                "which articles.jsonl does not have."
            )
        (case.links if split == "link" else case.tests).append(ticket)
    return case


def rows_of(path: Path, needed: Sequence[str]) -> Iterator[dict[str, Any]]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadValue(f"{path} can not be read as UTF-8 text: {error}.") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise BadValue(f"{path}, line {number}: {error}.") from error
        if not isinstance(row, dict) or any(row.get(name) is None for name in needed):
            raise BadValue(
                f"{path}, line {number}: an object with {', '.join(needed)} is needed."
            )
        yield row


@contextmanager
def scratch() -> Iterator[None]:
    """Empty temporary tables in front of the real ones, gone at the end."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            for table in TABLES:
                cursor.execute(
                    f"create temporary table {table} (like public.{table} including defaults "
                    "including identity including indexes) on commit drop"
                )
        try:
            yield
        finally:
            transaction.set_rollback(True)


def reader() -> User:
    """Somebody who sees every article, and whom nobody stored."""
    somebody = User(email="evaluation@localhost", competency=User.Competency.PUBLISHER)
    somebody.__dict__["rights"] = {
        ("see", value) for value in (*Confidence.values, *Audience.values)
    }
    return somebody


def evaluate(
    case: Case,
    *,
    links: int | None = None,
    tick: Callable[[], object] = lambda: None,
) -> dict[str, Any]:
    """Ask every test ticket; the figures of `evaluate search` as a dictionary."""
    with scratch():
        pks = _fill(case.articles)
        linked = _link(case, pks, links)
        index.refresh_stats()
        with connection.cursor() as cursor:
            for table in TABLES:
                cursor.execute(f"analyze {table}")
        return _ask(case, pks, linked, tick) | {
            "articles": len(case.articles),
            "links": sum(linked.values()),
        }


def _fill(articles: Sequence[dict[str, Any]]) -> dict[str, int]:
    template = Template.objects.usual()
    rows = [
        Article(
            number=f"E-{at}",
            template=template,
            created_by_id=0,
            changed_by_id=0,
            language=_language(given, *(str(given.get(name) or "") for name in PARTS)),
            tags=[str(tag) for tag in given.get("tags") or ()],
            **{name: str(given.get(name) or "").replace("\0", "") for name in PARTS},
        )
        for at, given in enumerate(articles)
    ]
    for row in rows:
        row.title = row.title[:300]
    made = Article.objects.bulk_create(rows, batch_size=1000)
    index.write_many(row.pk for row in made)
    return {str(given["id"]): row.pk for given, row in zip(articles, made, strict=True)}


def _link(case: Case, pks: dict[str, int], at_most: int | None) -> dict[int, int]:
    texts: dict[int, list[str]] = {}
    for ticket in case.links:
        mine = texts.setdefault(pks[str(ticket["article"])], [])
        if at_most is None or len(mine) < at_most:
            mine.append(text_of(ticket))
    for pk, said in texts.items():
        # The last link is the newest ticket.
        index.set_demand(pk, said[::-1][: index.DEMAND_TICKETS])
    return {pk: len(said) for pk, said in texts.items() if said}


def _language(row: dict[str, Any], *texts: str) -> str:
    return str(row.get("language") or "") or analyzer.detect(" ".join(texts))


def text_of(ticket: dict[str, Any]) -> str:
    """What a ticket asks: its subject and description."""
    return "\n".join(str(ticket.get(name) or "") for name in ("subject", "description")).strip()


def _ask(
    case: Case, pks: dict[str, int], linked: dict[int, int], tick: Callable[[], object]
) -> dict[str, Any]:
    user = reader()
    backend = Backend()
    ranks: list[tuple[int, bool, bool]] = []
    python: list[float] = []
    database: list[float] = []
    for ticket in case.tests:
        wanted = pks[str(ticket["article"])]
        started, before = time.process_time(), backend.cpu()
        results = query.search(
            text_of(ticket), user=user, language=ticket.get("language") or None, limit=DEEP
        )
        python.append((time.process_time() - started) * 1000)
        database.append((backend.cpu() - before) * 1000)
        found = [hit.article_id for hit in results.hits]
        rank = found.index(wanted) + 1 if wanted in found else 0
        ranks.append((rank, wanted in linked, not found))
        tick()
    both = [one + other for one, other in zip(python, database, strict=True)]
    return {
        **_figures(ranks),
        "linked": _figures([row for row in ranks if row[1]]),
        "unlinked": _figures([row for row in ranks if not row[1]]),
        "cpu_ms": {
            **_percentiles(both),
            "python": _percentiles(python),
            "database": _percentiles(database) if backend.known else None,
        },
    }


def _figures(ranks: Sequence[tuple[int, bool, bool]]) -> dict[str, Any]:
    n = len(ranks)
    places = [rank for rank, _, _ in ranks]
    return {
        "n": n,
        **{
            f"R@{deep}": _share(sum(0 < rank <= deep for rank in places), n)
            for deep in (1, 5, 10)
        },
        "MRR@10": _share(sum(1 / rank for rank in places if rank), n),
        "nDCG@10": _share(sum(1 / math.log2(1 + rank) for rank in places if rank), n),
        "empty": _share(sum(nothing for _, _, nothing in ranks), n),
    }


def _share(part: float, n: int) -> float | None:
    return round(part / n, 4) if n else None


def _percentiles(values: Sequence[float]) -> dict[str, float | None]:
    ordered = sorted(values)
    if not ordered:
        return {"p50": None, "p95": None}
    return {
        f"p{percent}": round(ordered[min(len(ordered) * percent // 100, len(ordered) - 1)], 2)
        for percent in (50, 95)
    }


class Backend:
    """The CPU time of our database process, where it runs on this machine and can be read."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("select pg_backend_pid()")
            process = Path("/proc") / str(cursor.fetchone()[0])
        try:
            self.path: Path | None = process / "schedstat"
            self.known = "postgres" in (process / "comm").read_text() and self.cpu() > 0
        except OSError:
            self.known = False
        if not self.known:
            self.path = None

    def cpu(self) -> float:
        """Seconds so far; 0 where nobody can say."""
        if self.path is None:
            return 0.0
        return int(self.path.read_text().split()[0]) / 1e9
