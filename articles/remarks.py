"""The queue of what is said about articles: flags and feedback together, in one order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from articles.models import TEXT, Article, Feedback, Flag
from people.models import Domain, User

Remark = Flag | Feedback

WAITING = ("open", "taken")
ANSWERED = ("resolved", "rejected")
STATES = {
    "": (_("Waiting"), WAITING),
    "open": (_("Open"), ("open",)),
    "taken": (_("Taken"), ("taken",)),
    "answered": (_("Answered"), ANSWERED),
    "resolved": (_("Resolved"), ("resolved",)),
    "rejected": (_("Rejected"), ("rejected",)),
}
WHO = {
    "": _("All that I may answer"),
    "mine": _("Asked of me"),
    "nobody": _("Taken by nobody"),
    "raised": _("Said by me"),
}
KINDS = {"": _("Any kind"), "feedback": _("Feedback"), **dict(Flag.Kind.choices)}
# Where it was said. A flag has no channel of its own: it comes from a ticket, from the page of
# the article, or from the job that looks for broken links.
CHANNELS = {
    "": _("Any channel"),
    "ticket": _("Ticket"),
    "article": _("Article page"),
    "help": _("Help centre"),
    "api": _("API"),
    "job": _("Link check"),
}
# The texts of articles and versions are long, and no row shows them.
HEAVY = [f"article__{name}" for name in (*TEXT, "parts", "rendered", "outside")]
HEAVY += [f"version__{name}" for name in (*TEXT, "parts")]
HEAVY = [name for name in HEAVY if name != "article__title"]


@dataclass(frozen=True)
class Asked:
    """What the queue is narrowed to; what is not known narrows nothing."""

    who: str = ""
    kind: str = ""
    channel: str = ""
    state: str = ""
    domain: str = ""

    @classmethod
    def read(cls, query: Mapping[str, Any]) -> Asked:
        known: dict[str, Any] = {
            "who": WHO,
            "kind": KINDS,
            "channel": CHANNELS,
            "state": STATES,
        }
        asked = {name: str(query.get(name, "")) for name in (f.name for f in fields(cls))}
        for name, values in known.items():
            if asked[name] not in values:
                asked[name] = ""
        if query.get("mine") == "1":  # as the queue's address said it before
            asked["who"] = "mine"
        asked["domain"] = asked["domain"].strip("/")[:250].replace("\x00", "")
        return cls(**asked)

    @property
    def query(self) -> str:
        return urlencode({name: value for name, value in asdict(self).items() if value})

    @property
    def is_answered(self) -> bool:
        return self.state in ("answered", *ANSWERED)

    def without(self, *names: str) -> str:
        kept = {n: v for n, v in asdict(self).items() if v and n not in names}
        return urlencode(kept)


@dataclass(frozen=True)
class Place:
    """Behind which row a page begins: its time, flags before feedback, its key."""

    at: datetime
    rank: int
    pk: int

    @classmethod
    def read(cls, text: str) -> Place | None:
        """A place that is not ours is the start: somebody shortened an address."""
        try:
            at, rank, pk = text.rsplit("_", 2)
            place = cls(datetime.fromisoformat(at), int(rank), int(pk))
        except ValueError:
            return None
        fits = place.at.tzinfo is not None and place.rank in (0, 1) and 0 <= place.pk < 2**63
        return place if fits else None

    def __str__(self) -> str:
        return f"{self.at.isoformat()}_{self.rank}_{self.pk}"


def page(
    user: User, asked: Asked, *, after: str = "", size: int = 50
) -> tuple[list[Remark], str]:
    """What this person may answer, in one order, and where the next page begins.

    What waits comes oldest first, what is answered comes newest first: two short reads along
    an index each, merged here.
    """
    column = "answered_at" if asked.is_answered else "at"
    place = Place.read(after)
    found: list[Remark] = []
    for rank, rows in enumerate((_flags(user, asked), _feedback(user, asked))):
        if rows is not None:
            found += _cut(rows, column, rank, place, size + 1, newest=asked.is_answered)
    found.sort(key=lambda row: _key(row, column), reverse=asked.is_answered)
    rows_shown = found[:size]
    beyond = ""
    if len(found) > size:
        beyond = str(Place(*_key(rows_shown[-1], column)))
    return rows_shown, beyond


def _key(row: Remark, column: str) -> tuple[datetime, int, int]:
    return getattr(row, column), 0 if isinstance(row, Flag) else 1, row.pk


def _cut(
    rows: QuerySet[Any], column: str, rank: int, place: Place | None, size: int, *, newest: bool
) -> list[Any]:
    beyond = "lt" if newest else "gt"
    if place is not None:
        behind = Q(**{f"{column}__{beyond}": place.at})
        same = Q(**{column: place.at})
        if rank == place.rank:
            behind |= same & Q(**{f"pk__{beyond}": place.pk})
        elif (rank > place.rank) != newest:
            behind |= same
        rows = rows.filter(Q(**{f"{column}__{beyond}e": place.at}) & behind)
    order = [f"-{column}", "-pk"] if newest else [column, "pk"]
    return list(rows.order_by(*order)[:size])


def _flags(user: User, asked: Asked) -> QuerySet[Flag] | None:
    if asked.kind == "feedback" or asked.channel in ("help", "api"):
        return None
    rows = _narrowed(Flag.objects.all(), user, asked)
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    from_ticket = Q(origin_type="ticket")
    if asked.channel == "ticket":
        rows = rows.filter(from_ticket)
    elif asked.channel == "job":
        rows = rows.filter(by=None)
    elif asked.channel == "article":
        rows = rows.exclude(from_ticket).exclude(by=None)
    return rows


def _feedback(user: User, asked: Asked) -> QuerySet[Feedback] | None:
    if asked.kind not in ("", "feedback") or asked.channel in ("ticket", "job"):
        return None
    rows = _narrowed(Feedback.objects.all(), user, asked)
    if asked.channel:
        rows = rows.filter(channel={"article": "web"}.get(asked.channel, asked.channel))
    return rows


def _narrowed(rows: Any, user: User, asked: Asked) -> Any:
    if asked.who == "raised":
        # One's own are followed by whoever said them, also where others answer.
        rows = rows.filter(by=user, article__in=Article.objects.visible_to(user))
    else:
        rows = rows.answerable_by(user)
    rows = rows.filter(state__in=STATES[asked.state][1])
    if asked.is_answered:
        rows = rows.exclude(answered_at=None)
    if asked.who == "mine":
        rows = rows.filter(owner=user)
    elif asked.who == "nobody":
        rows = rows.filter(Q(owner=None) | Q(state="open"))
    if asked.domain == "none":
        rows = rows.filter(article__domain=None)
    elif asked.domain:
        branch = Domain.objects.branch(asked.domain).order_by()
        rows = rows.filter(article__domain__in=branch)
    return rows.select_related(
        "article__domain", "by", "owner", "answered_by", "version"
    ).defer(*HEAVY)
