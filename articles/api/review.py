"""Flags: the queue of what is wrong, and how it is answered."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from articles import actions
from articles.api import shapes
from articles.filters import FlagFilter
from articles.models import Article, Flag
from kcs.api import KnownFilters, read
from people.api import Known
from people.api_auth import Agent


class Flags(Known, viewsets.GenericViewSet):
    """Flags of the articles that the asking person may see."""

    queryset = Flag.objects.none()
    permission_classes = [Agent]
    serializer_class = shapes.FlagShape
    lookup_value_regex = "[0-9]{1,18}"
    filter_backends = [KnownFilters]
    filterset_class = FlagFilter
    order = ("-at", "-pk")

    def get_queryset(self) -> Any:
        articles = Article.objects.visible_to(self.me).order_by()
        return Flag.objects.filter(article__in=articles).select_related(
            "article", "version", "by", "owner", "answered_by"
        )

    def get_object(self) -> Flag:
        return get_object_or_404(self.get_queryset(), pk=int(self.kwargs["pk"]))

    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset().order_by()))
        return self.get_paginated_response(shapes.FlagShape(page, many=True).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        return self._told(self.get_object())

    @extend_schema(request=None, responses=shapes.FlagShape)
    @action(detail=True, methods=["post"])
    def take(self, request: Request, pk: str) -> Response:
        """From now on this person answers it."""
        return self._told(actions.take(self.get_object(), by=self.me))

    @extend_schema(request=shapes.Answering, responses=shapes.FlagShape)
    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, pk: str) -> Response:
        """It was right, and the article is mended."""
        asked = read(shapes.Answering, request)
        return self._told(actions.resolve(self.get_object(), by=self.me, **asked))

    @extend_schema(request=shapes.Answering, responses=shapes.FlagShape)
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, pk: str) -> Response:
        """The article stays as it is, and the answer says why."""
        asked = read(shapes.Answering, request)
        return self._told(actions.reject(self.get_object(), by=self.me, **asked))

    def _told(self, flag: Flag) -> Response:
        return Response(shapes.FlagShape(flag).data)
