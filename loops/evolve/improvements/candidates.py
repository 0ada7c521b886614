"""What the night finds to write, fix, merge, publish and archive. The product has a room of its
own: loops.evolve.improvements.product.

Each is found in the order in which it would be proposed. Who asks sees everything: nobody reads
a candidate, and an improvement is read by those who may see its article.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from articles.models import Confidence
from articles.queries import EVERYTHING
from loops.evolve.improvements import product
from loops.evolve.improvements.found import Candidate
from loops.evolve.promises import consistency, findings
from loops.evolve.publication import leaks
from loops.evolve.publication import queries as publication
from loops.models import Gap, Improvement, Miss, Pair, Upkeep
from loops.upkeep import lists
from people.models import SiteSettings, User

Kind = Improvement.Kind
# Below this evidence an article that is used much is wrong too often to be left alone.
WEAK, DEMAND = 0.5, 3
MISSES = 2
LOOKED_AT = 200  # of each list, from its top


def night() -> User:
    """Nobody in particular, who may see all that there is."""
    nobody = User(name="", is_superuser=True)
    nobody.__dict__["rights"] = {("see", value) for value in EVERYTHING}
    return nobody


def all_of(now: datetime | None = None) -> Iterator[tuple[str, Iterator[Candidate]]]:
    """By kind; each list lazily, because its end is seldom needed."""
    now = now or timezone.now()
    reader = lists.Reader(night(), SiteSettings.load())
    contradictory = _contradictions()
    yield Kind.PRODUCT, product.candidates(now)
    yield Kind.WRITE, _write()
    yield Kind.FIX, _fix(contradictory)
    yield Kind.MERGE, _merge(contradictory)
    yield Kind.PUBLISH, _publish(reader, contradictory)
    yield Kind.ARCHIVE, _archive(reader)


def _write() -> Iterator[Candidate]:
    """Open gaps. Those that are there and are not found want words, not another article."""
    open_ones = Gap.objects.filter(state__in=[Gap.State.OPEN, Gap.State.WRITTEN])
    rows = open_ones.exclude(kind=Gap.Kind.FINDABILITY).select_related("topic", "domain")
    for gap in rows.order_by("-cost", "pk")[:LOOKED_AT]:
        yield Candidate(
            key=f"write:gap:{gap.pk}",
            kind=Kind.WRITE,
            title=gap.name,
            gap=gap,
            topic=gap.topic,
            domain=gap.domain,
            why=[
                ["gap", gap.tickets, gap.times_searched],
                *([["unsure"]] if gap.unsure else []),
            ],
            cost=gap.cost,
        )


def _contradictions() -> dict[int, list[Any]]:
    """The pairs that say opposite things, with the first two sentences that show it."""
    known = findings.read([consistency.CONTRADICTIONS]).get(consistency.CONTRADICTIONS)
    pairs = known.data.get("pairs", []) if known else []
    return {
        pair["pair"]: pair["conflicts"][0]
        for pair in pairs
        if pair["kind"] in ("quantity", "negation") and pair["conflicts"]
    }


def _fix(contradictory: dict[int, list[Any]]) -> Iterator[Candidate]:
    """Wrong, doubted or not found, although it is asked for."""
    pairs = Pair.objects.filter(pk__in=contradictory, state=Pair.State.OPEN)
    for pair in pairs.select_related("older__domain", "newer__domain").order_by("pk"):
        yield Candidate(
            key=f"fix:pair:{pair.pk}",
            kind=Kind.FIX,
            title=pair.newer.title,
            article=pair.newer,
            pair=pair,
            domain=pair.newer.domain or pair.older.domain,
            share=0.5,  # which of the two is wrong nobody knows yet
            why=[["contradicts", pair.older.number, *contradictory[pair.pk]]],
        )
    missed = dict(
        Miss.objects.filter(state=Miss.State.OPEN)
        .order_by()
        .values_list("article")
        .annotate(n=Count("pk"))
        .filter(n__gte=MISSES)
    )
    wrong = Q(harm__gt=0) & (
        Q(article__open_flags__gt=0, demand__gt=0) | Q(evidence__lt=WEAK, demand__gte=DEMAND)
    )
    rows = (
        Upkeep.objects.filter(wrong | Q(article__in=missed))
        .exclude(article__confidence=Confidence.ARCHIVED)
        .select_related("article__domain")
        .order_by("-harm", "pk")
    )
    for row in rows[:LOOKED_AT]:
        article, misses = row.article, missed.get(row.article_id, 0)
        why: list[list[Any]] = [
            *([["missed", misses]] if misses else []),
            *[list(reason) for reason in row.reasons][:3],
        ]
        yield Candidate(
            key=f"fix:article:{article.pk}",
            kind=Kind.FIX,
            title=article.title,
            article=article,
            domain=article.domain,
            share=max(row.doubt, 0.1),
            why=why,
        )


def _merge(contradictory: dict[int, list[Any]]) -> Iterator[Candidate]:
    """Open pairs; those that contradict each other have to be set right first."""
    pairs = Pair.objects.filter(state=Pair.State.OPEN).exclude(pk__in=contradictory)
    archived = Q(older__confidence="archived") | Q(newer__confidence="archived")
    rows = pairs.exclude(archived).select_related("older__domain", "newer__domain")
    for pair in rows.order_by("-tickets", "-likeness", "pk")[:LOOKED_AT]:
        kept, gone = sorted((pair.older, pair.newer), key=lambda one: -one.reuse_count)
        uses = kept.reuse_count + gone.reuse_count
        yield Candidate(
            key=f"merge:pair:{pair.pk}",
            kind=Kind.MERGE,
            title=pair.older.title,
            article=pair.older,
            pair=pair,
            domain=pair.older.domain or pair.newer.domain,
            # What is asked of the one that is found less often.
            share=gone.reuse_count / uses if uses else 0.0,
            why=[["alike", pair.newer.number, round(pair.likeness, 2), pair.tickets]],
        )


def _publish(reader: lists.Reader, contradictory: dict[int, list[Any]]) -> Iterator[Candidate]:
    """The list of publication, but for what the leak check holds back, and for what another
    article contradicts: inside somebody can ask which of the two is right."""
    pairs = Pair.objects.filter(pk__in=contradictory, state=Pair.State.OPEN)
    doubted = {pk for pair in pairs.values_list("older", "newer") for pk in pair}
    rows = list(
        publication.candidates(reader)
        .select_related("article__domain", "article__template")
        .prefetch_related("article__translations")
        .order_by("-reuses_90", "pk")[:LOOKED_AT]
    )
    held = leaks.find_all([row.article for row in rows]) if rows else {}
    helped = publication.helped().value or 0.0 if rows else 0.0
    for row in rows:
        if held.get(row.article_id) or row.article_id in doubted:
            continue
        yield Candidate(
            key=f"publish:article:{row.article_id}",
            kind=Kind.PUBLISH,
            title=row.article.title,
            article=row.article,
            domain=row.article.domain,
            share=helped,
            why=[["reused", row.reuses_90, row.reusers_90]],
        )


def _archive(reader: lists.Reader) -> Iterator[Candidate]:
    rows = lists.rows("archive", reader).select_related("domain")
    for article in rows.order_by("changed_at", "pk")[:LOOKED_AT]:
        last = article.last_reused_at or article.created_at
        yield Candidate(
            key=f"archive:article:{article.pk}",
            kind=Kind.ARCHIVE,
            title=article.title,
            article=article,
            domain=article.domain,
            share=0.0,
            why=[["unused", (timezone.now() - last).days]],
        )
