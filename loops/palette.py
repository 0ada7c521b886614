"""Ctrl K: one box for tickets, articles, colleagues and commands.

It stands in loops because it reads both tickets and articles.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from articles.models import Article
from articles.search.query import search
from people.models import User
from tickets.models import Ticket
from tickets.queries import holding

TICKETS, ARTICLES, PEOPLE = 6, 6, 4
LIMIT = 200

# What one may do from anywhere; the places of the rail are in the palette already.
COMMANDS = (
    (_("New ticket"), "tickets:new", "plus", ()),
    (_("Take the next ticket"), "tickets:claim", "hand", ()),
    (_("Views of the queue"), "tickets:views", "bookmark", ()),
    (_("Canned replies"), "tickets:canned", "zap", ()),
    (_("New article"), "articles:create", "file-plus", ()),
    (_("Settings"), "people:settings", "settings", ()),
    (_("API keys"), "people:keys", "key-round", ()),
)


@require_GET
@login_required
def palette(request: HttpRequest) -> HttpResponse:
    """What the typed text may mean, in groups; nothing typed, nothing found."""
    user: User = request.user  # type: ignore[assignment]
    text = request.GET.get("q", "").replace("\x00", "").strip()[:LIMIT]
    groups: list[dict[str, Any]] = []
    if text:
        for label, items in (
            (_("Tickets"), tickets(text, user)),
            (_("Articles"), articles(text, user)),
            (_("Colleagues"), colleagues(text, user)),
            (_("Commands"), commands(text, user)),
        ):
            if items:
                # The template asks for "keys": without one it would meet dict.keys.
                rows = [{"keys": (), **item} for item in items]
                groups.append({"label": label, "items": rows})
    response = render(request, "parts/palette_results.html", {"groups": groups})
    response["Cache-Control"] = "private, no-store"
    return response


def tickets(text: str, user: User) -> list[dict[str, Any]]:
    found = Ticket.objects.visible_to(user).asking(text).only("number", "subject", "changed_at")
    return [
        {
            "label": ticket.subject,
            "hint": ticket.number,
            "icon": "inbox",
            "url": ticket.get_absolute_url()
            if user.is_agent
            else reverse("mine:ticket", args=[ticket.number]),
        }
        for ticket in found.order_by("-changed_at", "-pk")[:TICKETS]
    ]


def articles(text: str, user: User) -> list[dict[str, Any]]:
    """The number itself, then what the search finds, then titles that hold the typed letters:
    a search knows whole words, and here somebody is still typing one."""
    hits = [(hit.number, hit.title) for hit in search(text, user=user, limit=ARTICLES).hits]
    if len(hits) < ARTICLES:
        known = [number for number, _title in hits]
        held = Article.objects.visible_to(user).exclude(number__in=known)
        # What was merged away is found where it went.
        moved = (
            Article.objects.visible_to(user)
            .filter(number__iexact=text)
            .exclude(merged_into=None)
        )
        here = held.filter(merged_into=None).filter(
            Q(number__iexact=text)
            | Q(pk__in=moved.values("merged_into"))
            | Q(title__ilike=holding(text))
        )
        hits += here.order_by("-reuse_count", "pk").values_list("number", "title")[:ARTICLES]
    hits.sort(key=lambda hit: hit[0].lower() != text.lower())
    return [
        {
            "label": title,
            "hint": number,
            "icon": "book-open",
            "url": reverse("articles:detail", args=[number]),
        }
        for number, title in hits[:ARTICLES]
    ]


def colleagues(text: str, user: User) -> list[dict[str, Any]]:
    """Whom one works with; a choice leads to what they have to do."""
    if not user.is_agent:
        return []
    people = User.objects.agents().filter(
        Q(name__ilike=holding(text)) | Q(email__ilike=holding(text))
    )
    return [
        {
            "label": name or email,
            "hint": email,
            "icon": "user",
            "url": f"{reverse('tickets:queue')}?{urlencode({'assignee': pk})}",
        }
        for pk, name, email in people.order_by("name")[:PEOPLE].values_list(
            "pk", "name", "email"
        )
    ]


def commands(text: str, user: User) -> list[dict[str, Any]]:
    words = text.lower().split()
    found = []
    for label, view, icon, keys in COMMANDS:
        said = str(label)
        if not all(word in said.lower() for word in words):
            continue
        if not user.is_agent and view != "people:settings":
            continue
        try:
            address = reverse(view)
        except NoReverseMatch:
            continue
        found.append({"label": said, "icon": icon, "url": address, "keys": keys})
    return found
