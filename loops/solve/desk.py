"""What the workspace shows: one ticket's page, put together from both sides.

The session keeps what belongs to one person's desk and to nobody else: which tickets are
open as tabs, what stands in each composer, which articles it carries, which words were taken
out of the search.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import OuterRef, Prefetch, prefetch_related_objects
from django.db.models.functions import JSONObject
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from articles import parts, rules, text
from articles.models import PARTS, Article, Flag, Template
from articles.search import query as engine
from kcs.errors import Missing
from loops.evolve.improvements import queries as improvements
from loops.models import Delivery, Link, Outcome, Search
from loops.solve import actions, gate
from people.doors import AgentRequest
from people.models import SiteSettings, User
from tickets.models import Message, Ticket

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase

TABS = 8
DESKS = 20
SHOWN = 8
SEARCH_LASTS = 30 * 60


@dataclass
class Desk:
    """One person's unsent work on one ticket, kept in the session."""

    session: SessionBase
    number: str
    kept: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, request: AgentRequest, number: str) -> Desk:
        return cls(
            request.session, number, dict(request.session.get("desk", {}).get(number, {}))
        )

    def keep(self, **values: Any) -> None:
        """Remember values; empty ones are forgotten. The oldest desks make room."""
        merged = {**self.kept, **values}
        merged = {name: value for name, value in merged.items() if value}
        if merged == self.kept:
            return
        self.kept = merged
        desks = dict(self.session.get("desk", {}))
        desks.pop(self.number, None)
        if merged:
            desks[self.number] = merged
        while len(desks) > DESKS:
            desks.pop(next(iter(desks)))
        self.session["desk"] = desks

    def clear(self) -> None:
        self.kept = {}
        desks = dict(self.session.get("desk", {}))
        if desks.pop(self.number, None) is not None:
            self.session["desk"] = desks

    @property
    def body(self) -> str:
        return self.kept.get("body", "")

    @property
    def carried(self) -> list[str]:
        return list(self.kept.get("carried", []))

    @property
    def drop(self) -> list[str]:
        return list(self.kept.get("drop", []))

    @property
    def add(self) -> list[str]:
        return list(self.kept.get("add", []))


def open_tab(request: AgentRequest, ticket: Ticket) -> None:
    """Keep the ticket among the tabs; the one unseen for longest makes room."""
    tab = {
        "number": ticket.number,
        "subject": ticket.subject[:80],
        "state": ticket.state,
        "language": ticket.language,
        "url": ticket.get_absolute_url(),
        "close_url": reverse("solve:leave", args=[ticket.number]),
    }
    tabs = list(request.session.get("open_tabs", []))
    at = next((i for i, t in enumerate(tabs) if t["number"] == ticket.number), None)
    if at is None:
        tabs = [*tabs, tab][-TABS:]
    elif tabs[at] == tab:
        return
    else:
        tabs[at] = tab
    request.session["open_tabs"] = tabs


def close_tab(request: AgentRequest, number: str) -> None:
    tabs = request.session.get("open_tabs", [])
    kept = [tab for tab in tabs if tab["number"] != number]
    if len(kept) != len(tabs):
        request.session["open_tabs"] = kept


def find_ticket(request: AgentRequest, number: str) -> Ticket:
    """The ticket, if this person may see it; hidden and missing are the same."""
    ticket = get_object_or_404(
        Ticket.objects.visible_to(request.user).select_related(
            "requester__organisation", "assignee", "domain"
        ),
        number=number.upper(),
    )
    requester = ticket.requester
    if ticket.organisation_id is not None and (
        ticket.organisation_id == requester.organisation_id
    ):
        ticket.organisation = requester.organisation  # nearly always: no join for it
    return ticket


def find_article(request: AgentRequest, number: str) -> Article:
    return get_object_or_404(
        improvements.with_fault(Article.objects.visible_to(request.user)).select_related(
            "owner", "domain", "template"
        ),
        number=number.upper(),
    )


class Workspace:
    """The context of the page and of each of its parts; a part computes only what it shows."""

    def __init__(self, request: AgentRequest, ticket: Ticket) -> None:
        self.request = request
        self.ticket = ticket
        self.user: User = request.user
        self.desk = Desk.of(request, ticket.number)
        self.q = request.GET.get("q", "").strip()[:256]
        self.wanted = request.GET.get("article", "").upper()
        self.filters = {
            name: value
            for name in ("domain", "confidence", "audience", "language", "tag")
            if (value := request.GET.get(name, "").strip())
        }

    # -- the conversation --------------------------------------------------------------

    @cached_property
    def messages(self) -> list[Message]:
        """Oldest first, each rendered, with the articles it carried."""
        sent = Delivery.objects.filter(message=OuterRef("pk")).order_by("pk")
        carried = JSONObject(
            number="version__article__number",
            version="version__number",
            title="version__title",
        )
        # Kept with the ticket: the search begins from the same words.
        prefetch_related_objects(
            [self.ticket],
            Prefetch(
                "messages",
                Message.objects.select_related("by").annotate(
                    sent=ArraySubquery(sent.values(told=carried))
                ),
            ),
        )
        said = list(self.ticket.messages.all())
        shown: Any  # the template reads these beside the row's own
        for shown in said:
            shown.html = text.render(shown.body)
            shown.carried = [
                {
                    **one,
                    "url": reverse("articles:version", args=[one["number"], one["version"]]),
                }
                for one in shown.sent
            ]
        return said

    # -- the knowledge side ------------------------------------------------------------

    @cached_property
    def links(self) -> list[Link]:
        found: list[Link] = getattr(self.ticket, "shown_links", None) or actions.links_of(
            self.ticket
        )
        shown: Any
        for shown in found:
            # After a merge the version that was delivered is one of the article that went.
            shown.moved = shown.delivered.article_id != shown.article_id
            shown.changed = shown.moved or shown.delivered.number != shown.version_current
            shown.may_remove = (
                shown.by_id == self.user.pk or ("change", "others") in self.user.rights
            )
        return found

    @cached_property
    def linked(self) -> dict[int, Link]:
        return {link.article_id: link for link in self.links}

    @cached_property
    def found(self) -> tuple[engine.Results, int | None]:
        """The ranked articles, and the id of the search that they were recorded under."""
        if self.q:
            results, search = actions.suggest(
                self.ticket, by=self.user, q=self.q, filters=self.filters, limit=SHOWN
            )
            return results, search.pk
        seen = self.desk.kept.get("search") or {"at": 0}
        words: dict[str, Any] = {"drop": self.desk.drop, "add": self.desk.add}
        fresh = time.time() - seen["at"] < SEARCH_LASTS
        if fresh and not self.filters and seen["words"] == words:
            # The page is only looked at again: not another search.
            results = actions.look(
                self.ticket, by=self.user, filters=self.filters, limit=SHOWN, **words
            )
            return results, seen["id"]
        results, search = actions.suggest(
            self.ticket, by=self.user, filters=self.filters, limit=SHOWN, **words
        )
        if not self.filters:
            kept = {"id": search.pk, "at": int(time.time()), "words": words}
            self.desk.keep(search=kept)
        return results, search.pk

    @cached_property
    def hits(self) -> list[engine.Hit]:
        results, search = self.found
        audiences = actions.requester_audiences(self.ticket, by=self.user)
        readers = f"{self.ticket.get_absolute_url()}reader/"
        shown: Any
        for shown in results.hits:
            shown.linked = shown.article_id in self.linked
            shown.sendable = shown.confidence == "validated" and shown.audience in audiences
            shown.selected = shown.number == self.selected_number
            shown.url = f"{readers}{shown.number}/?search={search or ''}&rank={shown.rank}"
        return results.hits

    @cached_property
    def selected_number(self) -> str:
        if self.wanted:
            return self.wanted
        hits = self.found[0].hits
        return hits[0].number if hits else ""

    @cached_property
    def terms(self) -> list[dict[str, Any]]:
        """The words of the ticket that were searched for, and those that were taken out."""
        shown = [{"word": word, "on": True} for word in self.found[0].terms]
        return shown + [{"word": word, "on": False} for word in self.desk.drop]

    @cached_property
    def selected(self) -> dict[str, Any] | None:
        if not self.selected_number:
            return None
        article = (
            improvements.with_fault(Article.objects.visible_to(self.user))
            .select_related("owner", "template")
            .filter(number=self.selected_number)
            .first()
        )
        return self.reading(article) if article else None

    def reading(self, article: Article) -> dict[str, Any]:
        """One article as the reader shows it."""
        read = {part.name: part for part in parts.read(article, inside=True)}
        return {
            "article": article,
            "html": {name: read[name].html for name in PARTS if name in read},
            "parts": [part for name, part in read.items() if name not in PARTS],
            "linked": self.linked.get(article.pk),
            "sendable": actions.may_send(self.ticket, article, by=self.user),
            "may_change": rules.may_change(self.user, article),
            "may_suggest": rules.may_suggest(self.user, article),
            "open_flags": article.open_flags,
            "facets": article.environment_facets,
            "known_faults": improvements.fault_of(article),
        }

    # -- the bottom --------------------------------------------------------------------

    @cached_property
    def carried(self) -> list[Article]:
        numbers = self.desk.carried
        if not numbers:
            return []
        found = Article.objects.visible_to(self.user).filter(number__in=numbers)
        return sorted(found, key=lambda article: numbers.index(article.number))

    @cached_property
    def declared(self) -> Outcome | None:
        if not self.ticket.is_done:
            return None
        if (just := getattr(self.ticket, "declared", None)) is not None:
            return just
        current = Outcome.objects.filter(ticket=self.ticket, ended_at=None)
        return current.select_related("by").first()

    @cached_property
    def bar(self) -> dict[str, Any]:
        """What the outcome bar says: what the rows prove, and what is still missing."""
        if self.ticket.is_done:
            return {"solved": self.declared}
        proved = gate.proved(self.ticket) if self.links else None
        missing: list[Missing] = []
        if not proved:
            missing = [Missing("outcome", gate.words("outcome"))]
        label = Outcome.Kind(proved).label if proved else ""
        mode = self.site.gate_mode
        return {
            "outcome": proved or "",
            "label": label,
            "missing": missing,
            "ready": bool(proved) or mode != SiteSettings.Gate.REQUIRE,
            "mode": mode,
            "reasons": Outcome.Reason.choices,
            "says": label if proved else _("Link an article to close"),
        }

    @cached_property
    def site(self) -> SiteSettings:
        return self.request.site_settings

    # -- what happened before ----------------------------------------------------------

    @cached_property
    def trail(self) -> list[dict[str, Any]]:
        """Searches and opened articles, in order."""
        return trail_of(self.ticket)

    @cached_property
    def aside(self) -> dict[str, Any]:
        """The requester's earlier tickets, similar solved ones, the trail, what happened."""
        visible = Ticket.objects.visible_to(self.user)
        earlier = visible.filter(requester=self.ticket.requester).exclude(pk=self.ticket.pk)
        return {
            "earlier": list(earlier.order_by("-created_at")[:8]),
            "similar": similar(self.ticket, visible),
            "trail": self.trail,
            "events": [
                {"at": e.at, "by": e.by, "says": e.get_verb_display(), "detail": e.detail}
                for e in self.ticket.events.select_related("by").order_by("-at", "-pk")[:60]
            ],
        }

    def context(self, **more: Any) -> dict[str, Any]:
        return {
            "w": self,
            "nav": "queue",
            "ticket": self.ticket,
            "can_work": self.ticket.state != Ticket.State.CLOSED,
            "q": self.q,
            "flag_kinds": Flag.Kind.choices[:4],
            "link_kinds": Link.Kind.choices,
            "draft_body": self.desk.body,
            **more,
        }


def trail_of(ticket: Ticket) -> list[dict[str, Any]]:
    """What was searched for and opened on a ticket, in order, with times."""
    searches = [
        {
            "kind": "search",
            "at": search.at,
            "by": search.by,
            "text": search.query,
            "suggested": search.kind == Search.Kind.SUGGESTED,
            "count": search.count,
            "rank": None,
        }
        for search in ticket.searches.select_related("by")
    ]
    openings = [
        {
            "kind": "open",
            "at": opening.at,
            "by": opening.by,
            "text": opening.article.number,
            "title": opening.article.title,
            "count": None,
            "rank": opening.rank,
        }
        for opening in ticket.openings.select_related("by", "article")
    ]
    return sorted([*searches, *openings], key=lambda step: step["at"])


def similar(ticket: Ticket, visible: Any) -> list[dict[str, Any]]:
    """Solved tickets whose subjects are alike, with the article that solved each."""
    found = list(
        visible.filter(state__in=["solved", "closed"], subject__trigram_similar=ticket.subject)
        .exclude(pk=ticket.pk)
        .annotate(likeness=TrigramSimilarity("subject", ticket.subject))
        .order_by("-likeness", "-solved_at")[:5]
    )
    links = Link.objects.resolutions().filter(ticket__in=found).select_related("article")
    by_ticket = {link.ticket_id: link.article for link in links}
    return [{"ticket": t, "article": by_ticket.get(t.pk)} for t in found]


def templates() -> list[Template]:
    return list(Template.objects.offered())
