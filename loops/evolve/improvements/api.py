"""The API of improvements: the list, one, propose, and the verbs."""

from __future__ import annotations

from typing import Any, cast

from django.db import transaction
from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from articles.models import Article
from kcs.api import (
    Asked,
    KnownFilters,
    Text,
    Word,
    answer_with,
    check_match,
    etag_of,
    need_match,
    read,
)
from kcs.errors import BadValue
from loops.evolve.improvements import actions, queries, rights
from loops.evolve.improvements.filters import ImprovementFilter
from loops.models import Gap, Improvement, Topic
from loops.solve.api.shapes import ticket_named
from people.api import PERSON, Colleague, DomainPath, Known, person
from people.api_auth import KnownPerson
from people.models import User

EVIDENCE = (
    "tickets", "minutes", "requesters", "defects", "recent", "words", "facets", "cost", "why",
)  # fmt: skip
IF_MATCH = OpenApiParameter("If-Match", str, "header")


class Reader(KnownPerson):
    """Agents, and those who answer for the product."""

    def has_permission(self, request: Request, view: Any) -> bool:
        known = super().has_permission(request, view)
        return known and rights.may_read(cast("User", request.user))


@extend_schema_field(PERSON)
class Owner(serializers.Field):
    """Read: {email, name}. Written: the e-mail of somebody who can own it, "me", or null."""

    def to_representation(self, value: User) -> dict[str, str] | None:
        return person(value)

    def to_internal_value(self, data: Any) -> User:
        if data == "me":
            return self.context["request"].user
        found = None
        if isinstance(data, str):
            works = Q(is_superuser=True) | ~Q(competency="") | Q(is_product=True)
            found = User.objects.filter(works, is_active=True, email__iexact=data).first()
        if found is None:
            raise BadValue(
                _("Nobody who works here has this e-mail."), field=self.field_name or ""
            )
        return found


class ImprovementShape(serializers.ModelSerializer[Improvement]):
    """One improvement. `cost` is in minutes of work in half a year; `evidence` names nobody; its
    `tickets_seen` are those that the asking person may see. `effect` is empty until something
    can be measured, and its `ratio` always comes with `low` and `high`."""

    article: Any = serializers.SlugRelatedField("number", read_only=True)
    domain = DomainPath(allow_null=True)
    owner = Colleague()
    by = Colleague()
    answered_by = Colleague()
    decided_by = Colleague()
    shipped_by = Colleague()
    evidence = serializers.SerializerMethodField()
    effect = serializers.SerializerMethodField()

    class Meta:
        model = Improvement
        fields = [
            "id", "kind", "state", "title", "text", "article", "topic", "gap", "domain", "owner",
            "by", "at", "cost", "evidence", "tracker_id", "tracker_url", "due_on", "answer",
            "answered_by", "answered_at", "decided_by", "decided_at", "shipped_by", "shipped_at",
            "effect", "measured_at",
        ]  # fmt: skip

    @extend_schema_field({"type": "object"})
    def get_evidence(self, row: Improvement) -> dict[str, Any]:
        told = {name: row.evidence[name] for name in EVIDENCE if name in row.evidence}
        if "words" in told:
            told["words"] = self.context.get("said", {}).get(row.pk, [])
        seen = self.context.get("tickets")
        if seen is not None:
            told["tickets_seen"] = seen
        return told

    @extend_schema_field({"type": "object"})
    def get_effect(self, row: Improvement) -> dict[str, Any]:
        return {name: value for name, value in row.effect.items() if name != "weeks"}


class Proposing(Asked):
    """At least a title; what it hangs on is its evidence."""

    kind = Word(Improvement.Kind)
    title = Text(max_length=actions.TITLE)
    text = Text(required=False, default="", max_length=actions.TEXT)
    article = serializers.CharField(required=False, default="", max_length=20)
    ticket = serializers.CharField(required=False, default="", max_length=20)
    topic = serializers.IntegerField(required=False, allow_null=True, default=None)
    gap = serializers.IntegerField(required=False, allow_null=True, default=None)
    domain = DomainPath(required=False, allow_null=True, default=None)


class Accepting(Asked):
    """Without an owner it is the caller's."""

    owner = Owner(required=False, allow_null=True, default=None)
    tracker_id = Text(required=False, default="", max_length=actions.TRACKER_ID)
    tracker_url = Text(required=False, default="", max_length=actions.TRACKER_URL)
    due_on = serializers.DateField(required=False, allow_null=True, default=None)


class Changing(Asked):
    title = Text(required=False, max_length=actions.TITLE)
    text = Text(required=False, max_length=actions.TEXT)
    owner = Owner(required=False, allow_null=True)
    tracker_id = Text(required=False, max_length=actions.TRACKER_ID)
    tracker_url = Text(required=False, max_length=actions.TRACKER_URL)
    due_on = serializers.DateField(required=False, allow_null=True)


class Answering(Asked):
    answer = Text(max_length=actions.ANSWER)


class Shipping(Asked):
    at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class Reopening(Asked):
    reason = Text(required=False, default="", max_length=300)


def etag(row: Improvement) -> str:
    return etag_of(
        row.pk, row.state, row.title, row.text, row.owner_id, row.tracker_id, row.tracker_url,
        row.due_on, row.answer, row.shipped_at,
    )  # fmt: skip


class Improvements(Known, viewsets.GenericViewSet):
    """Improvements that the asking person may see."""

    queryset = Improvement.objects.none()
    permission_classes = [Reader]
    serializer_class = ImprovementShape
    lookup_value_regex = "[0-9]{1,18}"
    filter_backends = [KnownFilters]
    filterset_class = ImprovementFilter
    order = queries.ORDER

    def get_queryset(self) -> Any:
        rows = queries.shown(queries.visible_to(self.me))
        return rows.select_related("shipped_by").order_by()

    def get_object(self) -> Improvement:
        return get_object_or_404(self.get_queryset(), pk=int(self.kwargs["pk"]))

    def told(self, row: Improvement, *, status: int = 200) -> Response:
        tickets, _more = queries.tickets_of(row, self.me)
        numbers = [ticket.number for ticket in tickets]
        context = {"tickets": numbers, "said": queries.said([row])}
        return answer_with(
            ImprovementShape(row, context=context).data, etag(row), status=status
        )

    def list(self, request: Request) -> Response:
        """What costs most first; without `state` those that are open."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()).order_by())
        context = {"said": queries.said(page or [])}
        return self.get_paginated_response(
            ImprovementShape(page, many=True, context=context).data
        )

    def retrieve(self, request: Request, pk: str) -> Response:
        """One improvement."""
        return self.told(self.get_object())

    @extend_schema(request=Proposing, responses={201: ImprovementShape})
    def create(self, request: Request) -> Response:
        """Propose one: any agent may."""
        asked = read(Proposing, request)
        number, article = asked.pop("ticket"), asked.pop("article")
        made = actions.propose(
            by=self.me,
            ticket=ticket_named(number, self.me) if number else None,
            article=self._article(article) if article else None,
            topic=self._named(Topic, asked.pop("topic"), "topic"),
            gap=self._named(Gap, asked.pop("gap"), "gap"),
            **asked,
        )
        return self.told(made, status=201)

    def _article(self, number: str) -> Article:
        found = Article.objects.visible_to(self.me).filter(number__iexact=number).first()
        if found is None:
            raise BadValue(_("There is no such article."), field="article")
        return found

    def _named(self, model: Any, key: int | None, field: str) -> Any:
        if key is None:
            return None
        found = model.objects.filter(pk=key).first() if 0 < key < 2**63 else None
        if found is None:
            raise BadValue(_("There is no such thing."), field=field)
        return found

    @extend_schema(
        request=Changing,
        responses=ImprovementShape,
        parameters=[OpenApiParameter("If-Match", str, "header", required=True)],
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        """Owner, tracker, date, words."""
        wanted, asked = need_match(request), read(Changing, request, partial=True)
        return self._done(actions.change, wanted, changes=asked)

    def _done(self, verb: Any, wanted: str = "", **given: Any) -> Response:
        """Do it while the row is held; with If-Match only from the state that was read."""
        row = self.get_object()
        with transaction.atomic():
            actions.hold(row)
            if wanted:
                check_match(wanted, etag(row), lambda: ImprovementShape(row).data)
            verb(row, by=self.me, **given)
        return self.told(self.get_object())

    def _matched(self) -> str:
        return self.request.headers.get("If-Match", "").strip()

    @extend_schema(request=Accepting, responses=ImprovementShape, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"], filter_backends=[])
    def accept(self, request: Request, pk: str) -> Response:
        """It will be done, by its owner."""
        return self._done(actions.accept, self._matched(), **read(Accepting, request))

    @extend_schema(request=Answering, responses=ImprovementShape, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"], filter_backends=[])
    def decline(self, request: Request, pk: str) -> Response:
        """It will not be done; the answer says why."""
        return self._done(actions.decline, self._matched(), **read(Answering, request))

    @extend_schema(request=Answering, responses=ImprovementShape, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"], filter_backends=[])
    def answer(self, request: Request, pk: str) -> Response:
        """What agents read and may tell."""
        said = read(Answering, request)["answer"]
        return self._done(actions.answer, self._matched(), text=said)

    @extend_schema(request=Shipping, responses=ImprovementShape, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"], filter_backends=[])
    def ship(self, request: Request, pk: str) -> Response:
        """It is done; its effect is measured from then on."""
        return self._done(actions.ship, self._matched(), **read(Shipping, request))

    @extend_schema(request=Reopening, responses=ImprovementShape, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"], filter_backends=[])
    def reopen(self, request: Request, pk: str) -> Response:
        """It is wanted again."""
        return self._done(actions.reopen, self._matched(), **read(Reopening, request))
