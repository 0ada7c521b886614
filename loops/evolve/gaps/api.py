"""The API of what is missing: topics, gaps, bursts, missed answers."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from kcs.api import Asked, Text, read, refuse_unknown
from kcs.pages import ApiPages
from loops.evolve import access
from loops.evolve.gaps import actions, queries
from loops.models import Burst, Gap, Miss, Topic
from people.api import DomainPath, Known
from people.api_auth import Agent

PAGED = ("cursor", "limit")


class Seen(serializers.Field):
    """The number of an article, for who may see it; nothing for others."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(source="*", read_only=True, **kwargs)

    def to_representation(self, row: Any) -> str | None:
        seen: set[int] = self.context["seen"]
        return row.article.number if row.article_id in seen else None


class TopicShape(serializers.ModelSerializer[Topic]):
    """What is asked; figures are of the last 180 days, cost in minutes."""

    name = serializers.SerializerMethodField()
    article = Seen()
    domain = DomainPath(allow_null=True)

    class Meta:
        model = Topic
        fields = [
            "id", "kind", "state", "name", "label", "article", "domain", "language", "tickets",
            "linked", "minutes", "trend", "cost", "found_at", "seen_at",
        ]  # fmt: skip

    def get_name(self, row: Topic) -> str:
        return "" if queries.is_hidden(row, self.context["seen"]) else row.name


class GapShape(serializers.ModelSerializer[Gap]):
    """Demand without an adequate article; cost in minutes."""

    name = serializers.SerializerMethodField()
    article = Seen()
    domain = DomainPath(allow_null=True)
    low_confidence = serializers.BooleanField(source="unsure")

    class Meta:
        model = Gap
        fields = [
            "id", "kind", "state", "name", "label", "topic", "article", "domain", "language",
            "tickets", "times_searched", "minutes", "trend", "cost", "low_confidence",
            "opened_at", "closed_at", "reason",
        ]  # fmt: skip

    def get_name(self, row: Gap) -> str:
        return "" if queries.is_hidden(row, self.context["seen"]) else row.name


class BurstShape(serializers.ModelSerializer[Burst]):
    """A topic that was asked far more often than it is."""

    class Meta:
        model = Burst
        fields = ["id", "topic", "day", "span", "count", "expected", "strength", "cost"]


class MissShape(serializers.ModelSerializer[Miss]):
    """An answer that was there and was not found, and the words that would have found it."""

    ticket = serializers.CharField(source="ticket.number")
    article = serializers.CharField(source="article.number")

    class Meta:
        model = Miss
        fields = ["id", "ticket", "article", "rank", "rank_with", "words", "found_at", "state"]


class Dismissing(Asked):
    reason = Text(max_length=300)


class Taking(Asked):
    words = Text(required=False, max_length=1000)


class Written(serializers.Serializer):
    number = serializers.CharField()


class Listed(Known, viewsets.GenericViewSet):
    """Lists whose articles are named only to those who may see them."""

    permission_classes = [Agent]
    lookup_value_regex = "[0-9]{1,18}"

    def answer(self, shape: Any, rows: list[Any], pages: ApiPages) -> Response:
        seen = queries.visible_articles(rows, self.me)
        return pages.get_paginated_response(shape(rows, many=True, context={"seen": seen}).data)

    def one(self, shape: Any, row: Any, status: int = 200) -> Response:
        seen = queries.visible_articles([row], self.me)
        return Response(shape(row, context={"seen": seen}).data, status=status)

    def asked(self, request: Request, states: list[str], kinds: list[str]) -> dict[str, str]:
        access.require(self.me)
        refuse_unknown(request, {*queries.FILTERS, *PAGED})
        asked = {name: request.query_params.get(name, "") for name in queries.FILTERS}
        for name, known in (("state", states), ("kind", kinds)):
            if asked[name] and asked[name] not in known:
                raise serializers.ValidationError({name: [_("There is no such value.")]})
        return asked


LISTED = [OpenApiParameter(name, str) for name in (*queries.FILTERS, *PAGED)]


class Topics(Listed):
    """What is asked, the dearest first."""

    queryset = Topic.objects.none()
    serializer_class = TopicShape

    @extend_schema(parameters=LISTED, responses=TopicShape(many=True))
    def list(self, request: Request) -> Response:
        """Open topics, unless another state is asked for."""
        found = queries.topics(self.asked(request, Topic.State.values, Topic.Kind.values))
        pages = ApiPages()
        return self.answer(
            TopicShape, pages.cut(found.order_by(), request, queries.ORDER), pages
        )

    def retrieve(self, request: Request, pk: str) -> Response:
        """One topic."""
        access.require(self.me)
        return self.one(
            TopicShape, get_object_or_404(Topic.objects.select_related("domain"), pk=int(pk))
        )


class Gaps(Listed):
    """What is missing, the dearest first."""

    queryset = Gap.objects.none()
    serializer_class = GapShape

    def get_object(self) -> Gap:
        access.require(self.me)
        return get_object_or_404(
            Gap.objects.select_related("domain", "topic"), pk=int(self.kwargs["pk"])
        )

    @extend_schema(parameters=LISTED, responses=GapShape(many=True))
    def list(self, request: Request) -> Response:
        """Open gaps, unless another state is asked for."""
        found = queries.gaps(self.asked(request, Gap.State.values, Gap.Kind.values))
        pages = ApiPages()
        return self.answer(GapShape, pages.cut(found.order_by(), request, queries.ORDER), pages)

    def retrieve(self, request: Request, pk: str) -> Response:
        """One gap."""
        return self.one(GapShape, self.get_object())

    @extend_schema(request=None, responses={201: Written})
    @action(detail=True, methods=["post"])
    def write(self, request: Request, pk: str) -> Response:
        """Begin its article, with the requesters' words as the issue."""
        made = actions.write(self.get_object(), by=self.me)
        return Response({"number": made.number}, status=201)

    @extend_schema(request=Dismissing, responses=GapShape)
    @action(detail=True, methods=["post"])
    def dismiss(self, request: Request, pk: str) -> Response:
        """Nothing is to be written, and why."""
        found = actions.dismiss(self.get_object(), by=self.me, **read(Dismissing, request))
        return self.one(GapShape, found)

    @extend_schema(request=None, responses=GapShape)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """It was not settled after all."""
        return self.one(GapShape, actions.reopen(self.get_object(), by=self.me))


class Bursts(Listed):
    """Topics that were suddenly asked far more often, in the last sixty days."""

    queryset = Burst.objects.none()
    serializer_class = BurstShape

    @extend_schema(
        parameters=[OpenApiParameter(name, str) for name in ("domain", *PAGED)],
        responses=BurstShape(many=True),
    )
    def list(self, request: Request) -> Response:
        """The newest first."""
        access.require(self.me)
        refuse_unknown(request, {"domain", *PAGED})
        found = queries.bursts({"domain": request.query_params.get("domain", "")})
        pages = ApiPages()
        rows = pages.cut(found.order_by(), request, ("-day", "-pk"))
        return pages.get_paginated_response(BurstShape(rows, many=True).data)


class Misses(Listed):
    """Answers that were there and were not found."""

    queryset = Miss.objects.none()
    serializer_class = MissShape

    def get_object(self) -> Miss:
        access.require(self.me)
        return get_object_or_404(queries.misses(self.me), pk=int(self.kwargs["pk"]))

    @extend_schema(
        parameters=[OpenApiParameter(name, str) for name in PAGED],
        responses=MissShape(many=True),
    )
    def list(self, request: Request) -> Response:
        """The newest first."""
        access.require(self.me)
        refuse_unknown(request, set(PAGED))
        pages = ApiPages()
        rows = pages.cut(queries.misses(self.me).order_by(), request, ("-found_at", "-pk"))
        return pages.get_paginated_response(MissShape(rows, many=True).data)

    @extend_schema(request=Taking, responses=MissShape)
    @action(detail=True, methods=["post"])
    def take(self, request: Request, pk: str) -> Response:
        """Take the words over into the article's issue: these, or the requester's own."""
        found = self.get_object()
        return Response(
            MissShape(actions.take(found, by=self.me, **read(Taking, request))).data
        )

    @extend_schema(request=None, responses=MissShape)
    @action(detail=True, methods=["post"])
    def drop(self, request: Request, pk: str) -> Response:
        """They are not what the article is about."""
        return Response(MissShape(actions.drop(self.get_object(), by=self.me)).data)
