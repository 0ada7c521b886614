"""The API of publication: what should be read outside, and the decisions."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from articles.models import EXTERNAL, Article
from kcs.api import Asked, Text, Word, read, refuse_unknown
from kcs.pages import ApiPages
from loops.evolve.publication import actions, queries
from loops.models import Publication
from loops.upkeep import lists
from people.api import Colleague, Known
from people.api_auth import Agent


class LeakShape(serializers.Serializer):
    """One passage that nobody outside should read."""

    kind = serializers.CharField()
    says = serializers.CharField()
    words = serializers.CharField()
    part = serializers.CharField()
    language = serializers.CharField()


class ExpectedShape(serializers.Serializer):
    """Tickets saved a year, with the interval, and what that rests on."""

    value = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()
    demand = serializers.FloatField()
    share = serializers.FloatField(source="share.value")
    n = serializers.FloatField(source="share.n")


class CandidateShape(serializers.Serializer):
    """An article whose reuse asks for readers outside."""

    number = serializers.CharField(source="article.number")
    title = serializers.CharField(source="article.title")
    language = serializers.CharField(source="article.language")
    reuses_90 = serializers.IntegerField(source="upkeep.reuses_90")
    reusers_90 = serializers.IntegerField(source="upkeep.reusers_90")
    links = serializers.IntegerField(source="upkeep.links")
    expected = ExpectedShape()
    leaks = LeakShape(many=True)


class PublicationShape(serializers.ModelSerializer[Publication]):
    """An article that went outside: by whom or by which rule, and whether it was taken back."""

    article = serializers.CharField(source="article.number")
    rule = serializers.CharField(source="rule.name", default=None)
    by = Colleague()
    retracted_by = Colleague()

    class Meta:
        model = Publication
        fields = [
            "id", "article", "audience", "rule", "by", "at", "validated_at", "expected",
            "retracted_at", "retracted_by", "reason",
        ]  # fmt: skip


class Publishing(Asked):
    """`checked`: somebody has read what the leak check found."""

    audience = Word(EXTERNAL)
    checked = serializers.BooleanField(default=False)
    reason = Text(required=False, default="", max_length=300)


class Retracting(Asked):
    reason = Text(max_length=300)


class Candidates(Known, APIView):
    """The list of publication, as far as the asking person sees the articles."""

    permission_classes = [Agent]

    @extend_schema(
        parameters=[
            OpenApiParameter("list", str, enum=["now", "ever"]),
            *(OpenApiParameter(name, str) for name in lists.FILTERS),
            *(OpenApiParameter(name, str) for name in ("cursor", "limit")),
        ],
        responses=CandidateShape(many=True),
    )
    def get(self, request: Request) -> Response:
        """now: by the reuse of the last 90 days; ever: by all that was ever linked."""
        actions.require_decider(self.me)
        refuse_unknown(request, {"list", "cursor", "limit", *lists.FILTERS})
        which = request.query_params.get("list", "now")
        if which not in ("now", "ever"):
            raise serializers.ValidationError({"list": [_("There is no such list.")]})
        reader = queries.reader_for(self.me)
        asked = {name: request.query_params.get(name, "") for name in lists.FILTERS}
        found = lists.narrow(
            queries.candidates(reader, ever=which == "ever"), "publish", asked, self.me
        ).select_related("article__template")
        order: tuple[str, ...] = ("-links", "pk") if which == "ever" else ("-reuses_90", "pk")
        pages = ApiPages()
        rows: Any = pages.cut(found.prefetch_related("article__translations"), request, order)
        told = queries.told(list(rows))
        return pages.get_paginated_response(CandidateShape(told, many=True).data)


class Publish(Known, APIView):
    permission_classes = [Agent]

    @extend_schema(request=Publishing, responses={201: PublicationShape})
    def post(self, request: Request, number: str) -> Response:
        """Show an article to readers outside; 409 names what the leak check finds."""
        article = get_object_or_404(Article.objects.visible_to(self.me), number=number)
        made = actions.publish(article, by=self.me, **read(Publishing, request))
        return Response(PublicationShape(made).data, status=201)


class Retract(Known, APIView):
    permission_classes = [Agent]

    @extend_schema(request=Retracting, responses=PublicationShape)
    def post(self, request: Request, number: str) -> Response:
        """Take it back inside, with a reason that its author reads."""
        standing = queries.published(self.me).filter(retracted_at=None)
        found = get_object_or_404(standing, article__number=number)
        actions.retract(found, by=self.me, **read(Retracting, request))
        return Response(PublicationShape(found).data)


class Published(Known, APIView):
    permission_classes = [Agent]

    @extend_schema(
        parameters=[OpenApiParameter(name, str) for name in ("cursor", "limit")],
        responses=PublicationShape(many=True),
    )
    def get(self, request: Request) -> Response:
        """What went outside, the newest first."""
        actions.require_decider(self.me)
        refuse_unknown(request, {"cursor", "limit"})
        pages = ApiPages()
        rows = pages.cut(queries.published(self.me).order_by(), request, ("-at", "-pk"))
        return pages.get_paginated_response(PublicationShape(rows, many=True).data)


# Addresses under one article, for the list of all addresses.
OF_ARTICLE = {"publish": Publish, "retract": Retract}
