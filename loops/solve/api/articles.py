"""Articles, and the ticket that a reading, a change, a flag or an article came from."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from articles import api as articles_api
from articles.actions import view
from articles.api import shapes as article_shapes
from articles.models import Article, Suggestion, Version
from kcs.api import answer_with
from kcs.errors import BadValue
from loops.duplicates.api import Merges
from loops.models import Search
from loops.solve import actions
from loops.solve.api import shapes
from tickets.models import Ticket

OUR_TICKET = re.compile(r"KT-\d+", re.IGNORECASE)


class NewArticle(article_shapes.NewArticle):
    """With `ticket`: prefilled from it, linked to it, and it is the article's origin."""

    ticket = serializers.CharField(max_length=20, required=False)


class ChangedArticle(article_shapes.ChangedArticle):
    """With `ticket`: this is how that ticket was solved; the article is linked to it."""

    ticket = serializers.CharField(max_length=20, required=False)


class NewFlag(article_shapes.NewFlag):
    ticket = serializers.CharField(max_length=20, required=False)


class Articles(Merges, articles_api.Articles):
    """Articles, and the ticket that a reading, a change, a flag or an article came from."""

    new_shape = NewArticle
    changed_shape = ChangedArticle
    flag_shape = NewFlag

    def opened(self, article: Article) -> None:
        """An agent's reading is part of the trail of the ticket or search that led to it."""
        user, asked = self.me, self.request.query_params
        ticket, search = asked.get("ticket"), asked.get("search", "")
        if not user.is_agent:
            view(article, by=user)
        elif ticket or search:
            on = shapes.ticket_named(ticket, user) if ticket else None
            via = self._search(search, on) if search else None
            actions.open_article(
                article, by=user, ticket=on, search=via, rank=rank(via, article)
            )

    def _search(self, key: str, ticket: Ticket | None) -> Search:
        found = None
        if key.isascii() and key.isdigit() and len(key) < 19:
            mine = Search.objects.filter(by=self.me, ticket=ticket)
            found = mine.filter(pk=int(key)).first()
        if found is None:
            raise BadValue(_("There is no such search."), field="search")
        return found

    @extend_schema(
        parameters=[
            OpenApiParameter("ticket", str, description="the ticket it is read for"),
            OpenApiParameter("search", int, description="the search that it was found by"),
        ],
        responses=article_shapes.ArticleShape,
    )
    def retrieve(self, request: Request, number: str) -> Response:
        return super().retrieve(request, number)

    @extend_schema(request=NewArticle, responses={201: article_shapes.ArticleShape})
    def create(self, request: Request) -> Response:
        return super().create(request)

    def written(self, asked: dict[str, Any]) -> Article:
        origin = asked.get("origin") or {}
        number = asked.pop("ticket", None)
        # The gate takes an article's origin for evidence, so nobody writes it by hand.
        if origin.get("type") == "ticket" and OUR_TICKET.fullmatch(origin["id"]):
            number = number or origin["id"]
            asked.pop("origin")
        if number is None:
            return super().written(asked)
        if asked.pop("origin", None):
            raise BadValue(
                _("An article has one origin: name the ticket or the outside record."),
                field="origin",
            )
        ticket = shapes.ticket_named(number, self.me)
        if asked.get("title") == "":
            asked.pop("title")
        return actions.create(ticket, by=self.me, **asked)

    @extend_schema(
        request=ChangedArticle,
        responses={200: article_shapes.ArticleShape, 202: article_shapes.SuggestionShape},
        parameters=[OpenApiParameter("If-Match", str, "header", required=True)],
    )
    def partial_update(self, request: Request, number: str) -> Response:
        """Change text, states and facts together. With `ticket`, a person who may not change
        the article suggests instead: 202, and the suggestion."""
        self.made: Version | Suggestion | None = None
        response = super().partial_update(request, number)
        if isinstance(self.made, Suggestion):
            data = article_shapes.SuggestionShape(self.made).data
            return answer_with(data, response.headers["ETag"], status=202)
        return response

    def changed(self, article: Article, asked: dict[str, Any]) -> Version | Suggestion | None:
        if "ticket" in asked and not article_shapes.words_in(asked):
            raise BadValue(_("An improvement changes the text."), field="ticket")
        self.made = super().changed(article, asked)
        return self.made

    def said(
        self, article: Article, words: dict[str, Any], asked: dict[str, Any]
    ) -> Version | Suggestion | None:
        if "ticket" not in asked:
            return super().said(article, words, asked)
        by = self.me
        ticket = shapes.ticket_named(asked["ticket"], by)
        return actions.improve(ticket, article, by=by, changes=words, note=asked["note"])

    @extend_schema(request=NewFlag, responses={201: article_shapes.FlagShape})
    def raise_flag(self, request: Request, number: str) -> Response:
        """Say what is wrong with it; with `ticket`, while using it there."""
        return super().raise_flag(request, number)

    def flagged(self, article: Article, asked: dict[str, Any]) -> Any:
        number = asked.pop("ticket", None)
        if number is None:
            return super().flagged(article, asked)
        by = self.me
        return actions.flag(shapes.ticket_named(number, by), article, by=by, **asked)


def rank(search: Search | None, article: Article) -> int | None:
    """Where the article stood among what the search found; counted from 1."""
    for place, hit in enumerate(search.results if search else [], start=1):
        if hit["article"] == article.pk:
            return place
    return None
