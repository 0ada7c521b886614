"""Questions about pairs and merges: what one person may see of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from articles.models import TEXT, Article
from loops.models import Link, Merge, Pair
from people.models import User
from tickets.models import Ticket

# A row tells titles and states; the texts are long.
HEAVY = [
    f"{side}__{name}"
    for side in ("older", "newer")
    for name in (*(part for part in TEXT if part != "title"), "parts", "rendered", "outside")
]
ORDER = ("-tickets", "-likeness", "pk")
SHARED = 8


@dataclass
class Shown:
    """A pair as one person sees it; of the tickets that both solved only those they may see."""

    pair: Pair
    words: str
    tickets: list[Ticket] = field(default_factory=list)
    may_merge: bool = False


def pairs_for(user: User) -> QuerySet[Pair]:
    """Pairs of which this person may see both articles."""
    seen = Article.objects.visible_to(user).order_by().values("pk")
    return (
        Pair.objects.filter(older__in=seen, newer__in=seen)
        .select_related("older__domain", "newer__domain", "decided_by")
        .defer(*HEAVY)
    )


def merges_of(article: Article, user: User) -> QuerySet[Merge]:
    """What was merged into this article or took it in, the newest first."""
    return merges_for(user).filter(Q(kept=article) | Q(gone=article))


def merges_for(user: User) -> QuerySet[Merge]:
    """Merges of articles that this person may see."""
    seen = Article.objects.visible_to(user).order_by().values("pk")
    return Merge.objects.filter(kept__in=seen, gone__in=seen).select_related(
        "kept__domain", "gone__domain", "by", "undone_by"
    )


def degree(pair: Pair) -> str:
    """How alike, in words: the number alone says nothing to anybody."""
    if pair.likeness >= 0.75:
        return _("Nearly the same")
    if pair.likeness >= 0.55:
        return _("Very alike")
    return _("Alike")


def shown(pairs: Iterable[Pair], user: User) -> list[Shown]:
    rows = list(pairs)
    tickets = shared_tickets(rows, user)
    return [
        Shown(pair, degree(pair), tickets.get((pair.older_id, pair.newer_id), []))
        for pair in rows
    ]


def shared_tickets(pairs: list[Pair], user: User) -> dict[tuple[int, int], list[Any]]:
    """The tickets that both articles of a pair are linked to, as far as this person sees them."""
    wanted = {(pair.older_id, pair.newer_id) for pair in pairs if pair.tickets}
    if not wanted:
        return {}
    found: dict[tuple[int, int], list[Any]] = {}
    rows = (
        Link.objects.filter(
            ticket__in=Ticket.objects.visible_to(user),
            article__in={older for older, _newer in wanted},
            ticket__links__article__in={newer for _older, newer in wanted},
        )
        .order_by("-ticket")
        .values("article", "ticket__links__article", "ticket__number", "ticket__subject",
                "ticket__language")
    )  # fmt: skip
    for row in rows[:500]:
        key = (row["article"], row["ticket__links__article"])
        if key in wanted:
            found.setdefault(key, []).append(
                {
                    "number": row["ticket__number"],
                    "subject": row["ticket__subject"],
                    "language": row["ticket__language"],
                }
            )
    return found
