"""Duplicates in the API: pairs, merging two articles, undoing it."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from articles.api import shapes as article_shapes
from articles.models import Article
from kcs.api import Asked, KnownFilters, answer_with, read
from kcs.errors import BadValue, NotAllowed
from loops.duplicates import actions, queries
from loops.duplicates.filters import PairFilter
from loops.models import Merge, Pair
from people.api import Colleague, Known
from people.api_auth import Agent


class SideShape(serializers.ModelSerializer[Article]):
    class Meta:
        model = Article
        fields = ["number", "title", "language", "confidence", "audience", "reuse_count"]


class PairShape(serializers.ModelSerializer[Pair]):
    """Two articles that may be one. `tickets` are those that both were used for, as far as the
    asking person sees them; `words` the rarest that both say."""

    older = SideShape()
    newer = SideShape()
    tickets = serializers.SerializerMethodField()
    decided_by = Colleague(read_only=True)

    class Meta:
        model = Pair
        fields = [
            "id", "older", "newer", "likeness", "words", "tickets", "state", "found_at",
            "decided_by", "decided_at", "reason",
        ]  # fmt: skip

    def get_tickets(self, pair: Pair) -> list[str]:
        shared = self.context["shared"].get((pair.older_id, pair.newer_id), [])
        return [ticket["number"] for ticket in shared]


class MergeShape(serializers.ModelSerializer[Merge]):
    kept = serializers.CharField(source="kept.number")
    gone = serializers.CharField(source="gone.number")
    by = Colleague(read_only=True)
    undone_by = Colleague(read_only=True)

    class Meta:
        model = Merge
        fields = ["id", "kept", "gone", "by", "at", "version", "note", "undone_by", "undone_at"]


class MergedShape(article_shapes.ArticleShape):
    """The article that stays; `merge` is what undoing asks for."""

    merge = serializers.IntegerField()

    class Meta(article_shapes.ArticleShape.Meta):
        fields = [*article_shapes.ArticleShape.Meta.fields, "merge"]


class Merging(article_shapes.Words):
    """The other article, and what the one that stays says from now on; a part that is left out
    says what both say. `bases` are the versions that this was written from."""

    into = serializers.CharField(max_length=20)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    bases = serializers.DictField(
        child=serializers.IntegerField(min_value=1, max_value=2**31 - 1), required=False
    )


class Dismissing(Asked):
    reason = serializers.CharField(max_length=300, allow_blank=True)


class Merges:
    """What an article's address answers about merging: mixed into the articles."""

    me: Any
    get_object: Any

    @extend_schema(request=Merging, responses=MergedShape)
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, number: str) -> Response:
        """Make one article of two. The older one stays, whichever is named first."""
        one = self.get_object()
        asked = read(Merging, request)
        other = Article.objects.visible_to(self.me).filter(number=asked["into"].upper()).first()
        if other is None:
            raise BadValue(_("There is no such article."), field="into")
        older, newer = actions.by_age(one, other)
        words = article_shapes.words_in(asked)
        if "parts" in words:
            words["parts"] = {**older.parts, **words["parts"]}
        made = actions.merge(
            older, newer, by=self.me, words=words, bases=asked.get("bases"), note=asked["note"]
        )
        data = article_shapes.ArticleShape(made.kept, context={"request": request}).data
        return answer_with(data | {"merge": made.pk}, article_shapes.article_etag(made.kept))


class Pairs(Known, viewsets.GenericViewSet):
    """Pairs of articles that the asking person sees both of; for those who may merge."""

    queryset = Pair.objects.none()
    permission_classes = [Agent]
    serializer_class = PairShape
    lookup_value_regex = "[0-9]{1,18}"
    filter_backends = [KnownFilters]
    filterset_class = PairFilter
    order = queries.ORDER

    def get_queryset(self) -> Any:
        if ("change", "merge") not in self.me.rights:
            raise NotAllowed(_("You may not merge articles. Flag the duplicate instead."))
        return queries.pairs_for(self.me)

    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()).order_by())
        return self.get_paginated_response(self._told(page, many=True))

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self._told(self._found(pk)))

    @extend_schema(request=Dismissing, responses=PairShape)
    @action(detail=True, methods=["post"])
    def dismiss(self, request: Request, pk: str) -> Response:
        """They are not duplicates, and are never proposed again."""
        pair = self._found(pk)
        actions.dismiss(pair, by=self.me, **read(Dismissing, request))
        return Response(self._told(pair))

    def _found(self, pk: str) -> Pair:
        return get_object_or_404(self.get_queryset(), pk=int(pk))

    def _told(self, pairs: Any, *, many: bool = False) -> Any:
        shared = queries.shared_tickets(list(pairs) if many else [pairs], self.me)
        return PairShape(pairs, many=many, context={"shared": shared}).data


class MergesMade(Known, viewsets.GenericViewSet):
    """Merges of articles that the asking person sees."""

    queryset = Merge.objects.none()
    permission_classes = [Agent]
    serializer_class = MergeShape
    lookup_value_regex = "[0-9]{1,18}"
    filter_backends: list[Any] = []

    def get_queryset(self) -> Any:
        return queries.merges_for(self.me)

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(MergeShape(self._found(pk)).data)

    @extend_schema(request=None, responses=MergeShape)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        """Two articles again: texts as new versions, and everything that was moved."""
        return Response(MergeShape(actions.undo_merge(self._found(pk), by=self.me)).data)

    def _found(self, pk: str) -> Merge:
        return get_object_or_404(self.get_queryset(), pk=int(pk))
