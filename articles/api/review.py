"""Flags and feedback: the queue of what is said about articles, and how it is answered."""

from __future__ import annotations

from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from articles import actions
from articles.api import shapes
from articles.filters import FeedbackFilter, FlagFilter
from articles.models import Article, Feedback, Flag
from kcs.api import KnownFilters, read
from people.api import Known
from people.api_auth import Agent


class Queue(Known, viewsets.GenericViewSet):
    """What flags and feedback have in common: found among visible articles, paged by key."""

    permission_classes = [Agent]
    lookup_value_regex = "[0-9]{1,18}"
    filter_backends = [KnownFilters]
    order = ("-at", "-pk")
    shape: ClassVar[Any]
    model: ClassVar[Any]

    def get_queryset(self) -> Any:
        articles = Article.objects.visible_to(self.me).order_by()
        rows = self.model.objects.filter(article__in=articles)
        return rows.select_related("article", "version", "by", "owner", "answered_by")

    def get_object(self) -> Any:
        return get_object_or_404(self.get_queryset(), pk=int(self.kwargs["pk"]))

    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset().order_by()))
        return self.get_paginated_response(self.shape(page, many=True).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        return self.told(self.get_object())

    def told(self, remark: Any) -> Response:
        return Response(self.shape(remark).data)


class Flags(Queue):
    """Flags of the articles that the asking person may see."""

    model, queryset = Flag, Flag.objects.none()
    serializer_class = shape = shapes.FlagShape
    filterset_class = FlagFilter

    @extend_schema(request=None, responses=shapes.FlagShape)
    @action(detail=True, methods=["post"])
    def take(self, request: Request, pk: str) -> Response:
        """From now on this person answers it."""
        return self.told(actions.take(self.get_object(), by=self.me))

    @extend_schema(request=shapes.Handing, responses=shapes.FlagShape)
    @action(detail=True, methods=["post"])
    def hand(self, request: Request, pk: str) -> Response:
        """Give it to a colleague who knows better."""
        asked = read(shapes.Handing, request)
        return self.told(actions.hand(self.get_object(), by=self.me, **asked))

    @extend_schema(request=shapes.Answering, responses=shapes.FlagShape)
    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, pk: str) -> Response:
        """It was right, and the article is mended."""
        asked = read(shapes.Answering, request)
        return self.told(actions.resolve(self.get_object(), by=self.me, **asked))

    @extend_schema(request=shapes.Answering, responses=shapes.FlagShape)
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, pk: str) -> Response:
        """The article stays as it is, and the answer says why."""
        asked = read(shapes.Answering, request)
        return self.told(actions.reject(self.get_object(), by=self.me, **asked))


class Comments(Queue):
    """Feedback of readers: noted where nothing is to be done, else open until it is answered."""

    model, queryset = Feedback, Feedback.objects.none()
    serializer_class = shape = shapes.FeedbackShape
    filterset_class = FeedbackFilter

    @extend_schema(request=None, responses=shapes.FeedbackShape)
    @action(detail=True, methods=["post"])
    def take(self, request: Request, pk: str) -> Response:
        """From now on this person answers it."""
        return self.told(actions.take_feedback(self.get_object(), by=self.me))

    @extend_schema(request=shapes.Handing, responses=shapes.FeedbackShape)
    @action(detail=True, methods=["post"])
    def hand(self, request: Request, pk: str) -> Response:
        """Give it to a colleague who knows better."""
        asked = read(shapes.Handing, request)
        return self.told(actions.hand(self.get_object(), by=self.me, **asked))

    @extend_schema(request=shapes.Answering, responses=shapes.FeedbackShape)
    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, pk: str) -> Response:
        """Something was done about it; whoever said it reads the answer."""
        asked = read(shapes.Answering, request)
        return self.told(actions.resolve_feedback(self.get_object(), by=self.me, **asked))

    @extend_schema(request=shapes.Answering, responses=shapes.FeedbackShape)
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, pk: str) -> Response:
        """The article stays as it is; whoever said it reads why."""
        asked = read(shapes.Answering, request)
        return self.told(actions.reject_feedback(self.get_object(), by=self.me, **asked))
