"""Search: from a person's words, recorded with what it found."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from articles.api.shapes import HitShape, InsideHitShape
from articles.filters import ArticleFilter
from articles.models import Article
from articles.search import query as engine
from kcs.api import refuse_unknown
from loops.models import Search
from loops.solve import actions
from loops.solve.api.shapes import SearchAnswer, ticket_named
from people.api import Known
from people.api_auth import KnownPerson

SEARCHED = ("domain", "confidence", "audience", "governance", "tag", "language")
WORDS = [
    OpenApiParameter("q", str, description="other words than the ticket's own"),
    OpenApiParameter("drop", str, many=True, description="words to take out"),
    OpenApiParameter("add", str, many=True, description="words to put in"),
    OpenApiParameter("limit", int, description="1 to 50, 10 by default"),
    *(OpenApiParameter(name, str) for name in SEARCHED),
]


class Looking:
    """What a search request asks for: words, filters, how many."""

    def __init__(self, request: Request) -> None:
        self.request, self.asked = request, request.query_params
        self.q = self.asked.get("q", "").strip()
        for name in self.asked:
            if any(
                "\x00" in value or len(value) > 20_000 for value in self.asked.getlist(name)
            ):
                raise serializers.ValidationError({name: [_("This is no text to search for.")]})

    def words(self, name: str) -> list[str]:
        """`drop=a&drop=b` and `drop=a,b` mean the same."""
        return [word for item in self.asked.getlist(name) for word in item.split(",") if word][
            :32
        ]

    @property
    def filters(self) -> dict[str, Any]:
        """The choices as the search engine takes them, read by the filter set of the pages."""
        told = self.asked.copy()
        told.pop("q", None)  # here the words are for the search
        narrowing = ArticleFilter(told, queryset=Article.objects.none(), request=self.request)
        if not narrowing.is_valid():
            raise serializers.ValidationError(narrowing.errors)
        chosen = narrowing.form.cleaned_data
        filters = {name: chosen[name] for name in SEARCHED if chosen.get(name)}
        for name in ("domain", "tag", "language"):
            if name in filters:
                filters[name] = filters[name].strip("/ ").lower()
        return filters

    @property
    def limit(self) -> int:
        text = self.asked.get("limit", "10")
        if not (text.isascii() and text.isdigit() and 0 < int(text[:9]) <= 50):
            raise serializers.ValidationError({"limit": [_("A number from 1 to 50.")]})
        return int(text)


def found(results: Any, search: Search | None, q: str, *, inside: bool) -> dict[str, Any]:
    shape = InsideHitShape if inside else HitShape
    told: dict[str, Any] = {
        "query": q,
        "more": results.more,
        "next": None,
        "previous": None,
        "results": shape(results.hits, many=True).data,
    }
    if not inside:
        return told
    # Only words that some article has are among them: outside, that would be a way to ask
    # what our internal articles say.
    return {"search": search.pk if search else None, "words": results.terms, **told}


class Find(Known, APIView):
    """Search what the asking person may see. Every search is recorded with what it found."""

    permission_classes = [KnownPerson]

    @extend_schema(
        parameters=[
            OpenApiParameter("q", str, required=True),
            OpenApiParameter("ticket", str, description="the ticket it is searched for"),
            *WORDS[3:],
        ],
        responses=SearchAnswer,
    )
    def get(self, request: Request) -> Response:
        inside = self.me.is_agent
        narrowing = SEARCHED if inside else ("domain", "tag", "language")
        refuse_unknown(request, {"q", "limit", *narrowing, *(["ticket"] if inside else [])})
        asked = Looking(request)
        if number := request.query_params.get("ticket"):
            ticket = ticket_named(number, self.me)
            results, search = actions.suggest(
                ticket, by=self.me, q=asked.q, filters=asked.filters, limit=asked.limit
            )
        else:
            results = engine.search(
                asked.q, user=self.me, filters=asked.filters, limit=asked.limit
            )
            search = actions.remember(results, by=self.me, query=asked.q, filters=asked.filters)
        return Response(found(results, search, asked.q, inside=inside))
