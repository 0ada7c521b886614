"""The API of upkeep: evidence, efficacy, the review lists, recalls."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from articles.models import Article
from kcs.api import (
    Asked,
    Text,
    Word,
    answer_with,
    check_match,
    etag_of,
    need_match,
    paged,
    read,
    refuse_unknown,
)
from kcs.pages import ApiPages
from loops.models import Decision, Recall, RecallItem, Upkeep
from loops.upkeep import computing, deciding, efficacy, lists, words
from loops.upkeep import recall as recalling
from people.api import Colleague, DomainPath, Known
from people.api_auth import Agent
from people.models import SiteSettings, User


class ReasonShape(serializers.Serializer):
    code = serializers.CharField()
    values = serializers.ListField(child=serializers.JSONField())
    text = serializers.CharField()


class UpkeepShape(serializers.ModelSerializer[Upkeep]):
    """What its use says of one article."""

    last_reuse_by = Colleague()
    reasons = serializers.SerializerMethodField()

    class Meta:
        model = Upkeep
        fields = [
            "evidence", "doubt", "demand", "severity", "harm", "reuses_30", "reuses_90",
            "reusers_90", "links", "last_reuse_at", "last_reuse_by", "reasons", "computed_at",
        ]  # fmt: skip

    @extend_schema_field(ReasonShape(many=True))
    def get_reasons(self, row: Upkeep) -> list[dict[str, Any]]:
        return [
            {"code": code, "values": values, "text": words.sentence([code, *values])}
            for code, *values in row.reasons
        ]


class ProposalShape(serializers.Serializer):
    """One article of a review list, and why it stands there."""

    number = serializers.CharField(source="article.number")
    title = serializers.CharField(source="article.title")
    language = serializers.CharField(source="article.language")
    confidence = serializers.CharField(source="article.confidence")
    audience = serializers.CharField(source="article.audience")
    domain = DomainPath(source="article.domain", allow_null=True)
    owner = Colleague(source="article.owner", allow_null=True)
    reuse_count = serializers.IntegerField(source="article.reuse_count")
    review_due_on = serializers.DateField(source="article.review_due_on", allow_null=True)
    why = serializers.ListField(child=serializers.CharField())
    evidence = serializers.FloatField(source="upkeep.evidence", default=None)
    harm = serializers.FloatField(source="upkeep.harm", default=None)


class DecisionShape(serializers.ModelSerializer[Decision]):
    by = Colleague()

    class Meta:
        model = Decision
        fields = ["list", "until", "reason", "by", "at"]


class Confirming(Asked):
    note = Text(required=False, default="", max_length=300)


class Deciding(Asked):
    """Without `until` it is for good, which needs a reason."""

    list = Word(Decision.List)
    until = serializers.DateField(required=False, allow_null=True, default=None)
    reason = Text(required=False, default="", max_length=300)


class ShareShape(serializers.Serializer):
    """A share: so many of n, with the 95 % interval by Wilson; `enough` is false below 20."""

    value = serializers.FloatField(allow_null=True)
    hits = serializers.IntegerField()
    n = serializers.IntegerField()
    interval = serializers.ListField(child=serializers.FloatField())
    enough = serializers.BooleanField()


class EfficacyShape(serializers.Serializer):
    """What became of the tickets that one version solved."""

    version = serializers.IntegerField()
    current = serializers.BooleanField()
    at = serializers.DateTimeField(allow_null=True)
    tickets = serializers.IntegerField()
    reopened = ShareShape()
    repeated = ShareShape()
    satisfied = ShareShape()
    csat = serializers.FloatField(allow_null=True)
    said = serializers.ListField(child=serializers.CharField())


class RecallShape(serializers.ModelSerializer[Recall]):
    """One recall. The counts are of the tickets that the asking person may see."""

    article: Any = serializers.SlugRelatedField("number", read_only=True)
    by = Colleague()
    closed_by = Colleague()
    total = serializers.IntegerField()
    waiting = serializers.IntegerField()

    class Meta:
        model = Recall
        fields = [
            "id", "article", "versions", "reason", "by", "at", "total", "waiting", "closed_by",
            "closed_at", "closing_note",
        ]  # fmt: skip


class ItemShape(serializers.ModelSerializer[RecallItem]):
    """One requester to write to again; `sent` says whether the version went out in a reply."""

    ticket: Any = serializers.SlugRelatedField("number", read_only=True)
    version: Any = serializers.SlugRelatedField("number", read_only=True)
    requester = serializers.SerializerMethodField()
    owner = Colleague()
    by = Colleague()

    class Meta:
        model = RecallItem
        fields = ["id", "ticket", "requester", "version", "sent", "owner", "state", "note",
                  "by", "at"]  # fmt: skip

    def get_requester(self, item: RecallItem) -> dict[str, str]:
        return {"name": item.requester.name, "email": item.requester.email}


class Recalling(Asked):
    versions = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2_000_000_000), max_length=1000
    )
    reason = Text(max_length=1000)


class Settling(Asked):
    state = Word(RecallItem.State)
    note = Text(required=False, default="", max_length=500)


class Closing(Asked):
    note = Text(max_length=1000)


class OfArticle(Known, APIView):
    """Something of one article that the asking person may see."""

    permission_classes = [Agent]

    def article(self) -> Article:
        seen = Article.objects.visible_to(self.me).select_related("template", "domain", "owner")
        return get_object_or_404(seen, number=self.kwargs["number"])


def upkeep_of(article: Article) -> Upkeep:
    found = Upkeep.objects.select_related("last_reuse_by")
    row = found.filter(article=article).first()
    if row is None:
        computing.compute([article.pk])
        row = found.get(article=article)
    return row


class Evidence(OfArticle):
    @extend_schema(responses=UpkeepShape)
    def get(self, request: Request, number: str) -> Response:
        """How sure we are of the article, and why."""
        return Response(UpkeepShape(upkeep_of(self.article())).data)


class Efficacy(OfArticle):
    @extend_schema(responses=EfficacyShape(many=True))
    def get(self, request: Request, number: str) -> Response:
        """Reopening, repeat contact and satisfaction by version, the newest first."""
        rows = efficacy.by_version(self.article(), user=self.me)
        return Response(EfficacyShape(rows, many=True).data)


class Confirm(OfArticle):
    @extend_schema(request=Confirming, responses=UpkeepShape)
    def post(self, request: Request, number: str) -> Response:
        """ "It is right": counts as a proof."""
        asked = read(Confirming, request)
        article = deciding.confirm(self.article(), by=self.me, note=asked["note"])
        return Response(UpkeepShape(upkeep_of(article)).data)


class Decide(OfArticle):
    @extend_schema(request=Deciding, responses={201: DecisionShape})
    def post(self, request: Request, number: str) -> Response:
        """ "Not now": the article leaves this list until a day, or for good."""
        made = deciding.decide(self.article(), by=self.me, **read(Deciding, request))
        return Response(DecisionShape(made).data, status=201)


class NewRecall(OfArticle):
    @extend_schema(request=Recalling, responses={201: RecallShape})
    def post(self, request: Request, number: str) -> Response:
        """Find everybody who received one of these versions."""
        made = recalling.recall(self.article(), by=self.me, **read(Recalling, request))
        return Response(RecallShape(_recalls(self.me).get(pk=made.pk)).data, status=201)


class Review(Known, APIView):
    """The review lists, as far as the asking person sees the articles."""

    permission_classes = [Agent]

    @extend_schema(
        parameters=[
            OpenApiParameter("list", str, enum=list(lists.NAMES)),
            *(OpenApiParameter(name, str) for name in lists.FILTERS),
            *(OpenApiParameter(name, str) for name in ("cursor", "limit")),
        ],
        responses=ProposalShape(many=True),
    )
    def get(self, request: Request) -> Response:
        """review, promote, publish, archive or due; each in its order."""
        deciding.require_reviewer(self.me)
        refuse_unknown(request, {"list", "cursor", "limit", *lists.FILTERS})
        which = request.query_params.get("list", "review")
        if which not in lists.NAMES:
            raise serializers.ValidationError({"list": [_("There is no such list.")]})
        reader = lists.Reader(self.me, SiteSettings.load())
        asked = {name: request.query_params.get(name, "") for name in lists.FILTERS}
        found = lists.narrow(lists.rows(which, reader), which, asked, self.me)
        pages = ApiPages()
        rows = pages.cut(lists.shown(found, which), request, lists.ORDERS[which])
        told = lists.explained(which, rows, reader)
        return pages.get_paginated_response(ProposalShape(told, many=True).data)


def _recalls(user: User) -> Any:
    return recalling.with_counts(recalling.visible(user), user).select_related(
        "article", "by", "closed_by"
    )


class Recalls(Known, viewsets.GenericViewSet):
    """Recalls of articles that the asking person may see."""

    queryset = Recall.objects.none()
    permission_classes = [Agent]
    serializer_class = RecallShape
    lookup_value_regex = "[0-9]{1,18}"
    order = ("-at", "-pk")

    def get_object(self) -> Recall:
        return get_object_or_404(_recalls(self.me), pk=int(self.kwargs["pk"]))

    @extend_schema(parameters=[OpenApiParameter("open", bool)])
    def list(self, request: Request) -> Response:
        """The newest first; with `open`, those that are, or are not, closed."""
        refuse_unknown(request, {"open", "cursor", "limit"})
        rows = _recalls(self.me)
        if wanted := request.query_params.get("open"):
            if wanted not in ("true", "false"):
                raise serializers.ValidationError({"open": [_("true or false.")]})
            rows = rows.filter(closed_at__isnull=wanted == "true")
        page = self.paginate_queryset(rows.order_by())
        return self.get_paginated_response(RecallShape(page, many=True).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        """One recall."""
        return Response(RecallShape(self.get_object()).data)

    @extend_schema(request=Closing, responses=RecallShape)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """End it, with a word on how it went."""
        found = self.get_object()
        recalling.close(found, by=self.me, note=read(Closing, request)["note"])
        return Response(RecallShape(self.get_object()).data)

    @extend_schema(
        parameters=[OpenApiParameter("state", str, enum=RecallItem.State.values)],
        responses=ItemShape(many=True),
    )
    @action(detail=True, filter_backends=[])
    def items(self, request: Request, pk: str) -> Response:
        """The people to write to again, of the tickets that the asking person may see."""
        refuse_unknown(request, {"state", "cursor", "limit"})
        rows = self._items().order_by()
        if state := request.query_params.get("state"):
            if state not in RecallItem.State.values:
                raise serializers.ValidationError({"state": [_("There is no such value.")]})
            rows = rows.filter(state=state)
        return paged(self, request, rows, ItemShape, order=("pk",))

    def _items(self) -> Any:
        found = recalling.items_for(self.me).filter(recall=self.get_object())
        return found.select_related("ticket", "requester", "version", "owner", "by")

    @extend_schema(
        methods=["PATCH"],
        request=Settling,
        responses=ItemShape,
        parameters=[OpenApiParameter("If-Match", str, "header", required=True)],
    )
    @extend_schema(methods=["GET"], responses=ItemShape)
    @action(
        detail=True,
        methods=["get", "patch"],
        url_path="items/(?P<item>[0-9]{1,18})",
        url_name="item",
    )
    def item(self, request: Request, pk: str, item: str) -> Response:
        """One of them: written to, not needed and why, or waiting again."""
        found = get_object_or_404(self._items(), pk=int(item))
        if request.method == "PATCH":
            wanted, asked = need_match(request), read(Settling, request)
            with transaction.atomic():
                RecallItem.objects.select_for_update(no_key=True).get(pk=found.pk)
                found = get_object_or_404(self._items(), pk=found.pk)
                check_match(wanted, etag(found), lambda: ItemShape(found).data)
                recalling.settle([found], by=self.me, **asked)
            found = get_object_or_404(self._items(), pk=found.pk)
        return answer_with(ItemShape(found).data, etag(found))


def etag(item: RecallItem) -> str:
    return etag_of(item.pk, item.state, item.note, item.at and item.at.isoformat())


# Addresses under one article, for the list of all addresses.
OF_ARTICLE = {
    "evidence": Evidence,
    "efficacy": Efficacy,
    "confirm": Confirm,
    "decide": Decide,
    "recalls": NewRecall,
}
