"""The API of requests: receive, list, read, change, assign, wait, and what is said on them."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from kcs.api import (
    Asked,
    Facets,
    KnownFilters,
    Text,
    Word,
    answer_with,
    check_match,
    etag_of,
    need_match,
    paged,
    read,
)
from kcs.errors import BadValue, NotAllowed, Refused
from people.api import Colleague, DomainPath, Known, TeamName
from people.api_auth import Agent, KnownPerson
from people.models import User
from tickets import actions
from tickets.filters import TicketFilter
from tickets.models import Message, Requester, Ticket, TicketEvent

PRIORITIES = [(p.value, p.name.lower()) for p in Ticket.Priority]


def ticket_etag(ticket: Ticket) -> str:
    return etag_of(ticket.pk, ticket.changed_at.isoformat())


# What is told -------------------------------------------------------------------------------


class Priority(serializers.Field):
    """low, normal, high or urgent."""

    _spectacular_annotation = {
        "field": {"type": "string", "enum": [name for _v, name in PRIORITIES]}
    }

    def to_representation(self, value: int) -> str:
        return dict(PRIORITIES)[value]

    def to_internal_value(self, data: Any) -> int:
        for value, name in PRIORITIES:
            if data == name:
                return value
        raise BadValue(_("There is no such priority."), field="priority")


class RequesterShape(serializers.ModelSerializer[Requester]):
    organisation: serializers.SlugRelatedField = serializers.SlugRelatedField(
        "name", read_only=True
    )

    class Meta:
        model = Requester
        fields = ["name", "email", "organisation"]


class ExternalShape(serializers.Serializer):
    system = serializers.CharField(source="external_system")
    id = serializers.CharField(source="external_id")
    url = serializers.CharField(source="external_url")


class MessageShape(serializers.ModelSerializer[Message]):
    """`by` is the agent; null when the requester wrote it."""

    by = Colleague(read_only=True)

    class Meta:
        model = Message
        fields = ["id", "by", "body", "internal", "at"]


class OutsideMessageShape(serializers.ModelSerializer[Message]):
    by = serializers.SerializerMethodField()

    class Meta:
        model = Message
        fields = ["id", "by", "body", "at"]

    def get_by(self, message: Message) -> str | None:
        """The agent's name; addresses of those inside stay inside."""
        return message.by.name if message.by else None


class TicketRowShape(serializers.ModelSerializer[Ticket]):
    """A ticket in a list."""

    requester = RequesterShape(read_only=True)
    organisation: serializers.SlugRelatedField = serializers.SlugRelatedField(
        "name", read_only=True
    )
    domain = DomainPath(read_only=True)
    assignee = Colleague(read_only=True)
    team = TeamName(read_only=True)
    priority = Priority(read_only=True)
    external = ExternalShape(source="*", read_only=True)
    url = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = Ticket
        fields = [
            "number", "subject", "state", "priority", "channel", "language", "domain",
            "requester", "organisation", "assignee", "team", "external", "created_at",
            "changed_at", "first_response_at", "pending_until", "solved_at", "closed_at",
            "due_at", "reopened_count", "reply_count", "url",
        ]  # fmt: skip


class TicketShape(TicketRowShape):
    solved_by = Colleague(read_only=True)
    messages = serializers.SerializerMethodField()

    class Meta:
        model = Ticket
        fields = [
            *TicketRowShape.Meta.fields, "description", "environment", "severity", "is_defect",
            "csat", "seconds_worked", "solved_by", "messages",
        ]  # fmt: skip

    def get_messages(self, ticket: Ticket) -> Any:
        said = ticket.messages.select_related("by")
        return MessageShape(said, many=True).data


class OutsideTicketRowShape(serializers.ModelSerializer[Ticket]):
    """What a customer's list says of their ticket."""

    url = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = Ticket
        fields = ["number", "subject", "state", "language", "created_at", "solved_at", "url"]


class OutsideTicketShape(OutsideTicketRowShape):
    """A ticket for whoever asked: what was said in public, and nothing of how it was worked."""

    requester = RequesterShape(read_only=True)
    messages = serializers.SerializerMethodField()

    class Meta:
        model = Ticket
        fields = [
            *OutsideTicketRowShape.Meta.fields, "description", "environment", "requester", "messages",
        ]  # fmt: skip

    def get_messages(self, ticket: Ticket) -> Any:
        said = ticket.messages.filter(internal=False).select_related("by")
        return OutsideMessageShape(said, many=True).data


class TicketEventShape(serializers.ModelSerializer[TicketEvent]):
    by = Colleague(read_only=True)

    class Meta:
        model = TicketEvent
        fields = ["id", "verb", "by", "at", "detail"]


# What may be asked --------------------------------------------------------------------------


class AskedRequester(Asked):
    name = serializers.CharField(max_length=160, required=False, default="", allow_blank=True)
    email = serializers.EmailField(max_length=254, required=False, default="", allow_blank=True)


class AskedExternal(Asked):
    system = serializers.CharField(max_length=60)
    id = serializers.CharField(max_length=200)
    url = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class OwnTicket(Asked):
    """What a customer may say of their request."""

    subject = Text(max_length=300)
    description = Text(default="", max_length=actions.BODY_LIMIT)
    domain = DomainPath(required=False, allow_null=True)
    environment = Facets(required=False)
    language = serializers.RegexField(
        r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})?$", max_length=12, required=False
    )


class NewTicket(OwnTicket):
    requester = AskedRequester(required=False)
    channel = Word(Ticket.Channel, default="api")
    priority = Priority(required=False)
    team = TeamName(required=False, allow_null=True)
    external = AskedExternal(required=False)


class ChangedTicket(Asked):
    subject = Text(max_length=300, required=False)
    domain = DomainPath(required=False, allow_null=True)
    environment = Facets(required=False)
    language = serializers.RegexField(
        r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})?$", max_length=12, required=False
    )
    priority = Priority(required=False)
    severity = serializers.IntegerField(
        min_value=1, max_value=5, required=False, allow_null=True
    )
    is_defect = serializers.BooleanField(required=False)
    csat = serializers.IntegerField(min_value=1, max_value=5, required=False, allow_null=True)
    due_at = serializers.DateTimeField(required=False, allow_null=True)
    seconds_worked = serializers.IntegerField(min_value=0, max_value=10**8, required=False)
    team = TeamName(required=False, allow_null=True)
    assignee = Colleague(required=False, allow_null=True)
    state = Word(Ticket.State, required=False)


class Assigning(Asked):
    assignee = Colleague(required=False, allow_null=True)
    team = TeamName(required=False)

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        if not asked:
            raise serializers.ValidationError(_("Name an assignee, a team, or both."))
        return asked


class Pending(Asked):
    until = serializers.DateTimeField(required=False, allow_null=True, default=None)


class Saying(Asked):
    body = Text(default="", max_length=actions.BODY_LIMIT)
    internal = serializers.BooleanField(default=False)


# The verb for each state that somebody may want to PATCH a ticket into.
WAYS = {
    "new": "wake/",
    "open": "wake/, or reopen/ when it is solved",
    "pending": "pend/",
    "solved": "solve/",
    "closed": "solve/; it is closed by itself some days later",
}


class Tickets(Known, viewsets.GenericViewSet):
    """Requests, as far as the asking person may see them. What is hidden is missing: 404."""

    queryset = Ticket.objects.none()
    serializer_class = TicketShape
    lookup_field = "number"
    lookup_value_regex = "KT-[0-9]{1,18}"
    filter_backends = [KnownFilters]
    filterset_class = TicketFilter
    order = ("-changed_at", "-pk")

    # What customers may do, with their own. The rest is for those inside: deny by default.
    outside = frozenset({"list", "create", "retrieve", "messages", "say", "reopen"})
    detail_shape: type[TicketShape] = TicketShape
    saying_shape: type[Asked] = Saying

    def get_permissions(self) -> list[Any]:
        return [KnownPerson()] if self.action in self.outside else [Agent()]

    def get_queryset(self) -> Any:
        return Ticket.objects.visible_to(self.me)

    def get_object(self) -> Ticket:
        related = self.get_queryset().select_related(
            "requester__organisation", "organisation", "domain", "assignee", "team", "solved_by"
        )
        return get_object_or_404(related, number=self.kwargs["number"])

    def told(self, ticket: Ticket, *, status: int = 200, **headers: str) -> Response:
        return answer_with(self._data(ticket), ticket_etag(ticket), status=status, **headers)

    def _data(self, ticket: Ticket) -> Any:
        inside = self.me.is_agent
        shape = self.detail_shape if inside else OutsideTicketShape
        return shape(ticket, context={"request": self.request}).data

    # Reading ------------------------------------------------------------------------------

    @extend_schema(responses=TicketRowShape(many=True))
    def list(self, request: Request) -> Response:
        rows = self.filter_queryset(self.get_queryset()).defer("description", "environment")
        if self.me.is_agent:
            rows = rows.select_related(
                "requester__organisation", "organisation", "domain", "assignee", "team"
            )
        shape = TicketRowShape if self.me.is_agent else OutsideTicketRowShape
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(shape(page, many=True).data)

    @extend_schema(responses=TicketShape)
    def retrieve(self, request: Request, number: str) -> Response:
        return self.told(self.get_object())

    @extend_schema(responses=TicketEventShape(many=True))
    @action(detail=True, filter_backends=[])
    def history(self, request: Request, number: str) -> Response:
        """What happened to it, the newest first."""
        events = self.get_object().events.select_related("by").order_by()
        return paged(self, request, events, TicketEventShape, order=("-at", "-pk"))

    # Writing ------------------------------------------------------------------------------

    @extend_schema(request=NewTicket, responses={201: TicketShape})
    def create(self, request: Request) -> Response:
        """A request arrives. A customer's is their own; an agent's names the requester."""
        user = self.me
        asked = read(NewTicket if user.is_agent else OwnTicket, request)
        who = asked.pop("requester", {})
        if not user.is_agent:
            who = {"name": user.name, "email": user.email}
            asked["channel"] = "api"
        asked.setdefault("language", user.language if not user.is_agent else "en")
        external = asked.pop("external", None)
        if external:
            asked["external"] = (external["system"], external["id"], external["url"])
        asked["language"] = asked["language"].lower() or "en"
        ticket = self._received(user, who, asked)
        where = request.build_absolute_uri(f"{ticket.number}/")
        return self.told(ticket, status=201, Location=where)

    def _received(self, user: User, who: dict[str, Any], asked: dict[str, Any]) -> Ticket:
        try:
            with transaction.atomic():
                requester = actions.requester_for(**who)
                return actions.receive(by=user, requester=requester, **asked)
        except IntegrityError as error:
            if "ticket_external_once" not in str(error):
                raise
            raise Refused(_("This outside ticket is here already."), code="exists") from error

    @extend_schema(
        request=ChangedTicket,
        responses=TicketShape,
        parameters=[OpenApiParameter("If-Match", str, "header", required=True)],
    )
    @transaction.atomic
    def partial_update(self, request: Request, number: str) -> Response:
        ticket = self.get_object()
        wanted = need_match(request)
        asked = read(ChangedTicket, request)
        ticket.lock()
        check_match(wanted, ticket_etag(ticket), lambda: self._data(ticket))
        self.changed(ticket, asked)
        return self.told(ticket)

    def changed(self, ticket: Ticket, asked: dict[str, Any]) -> None:
        state = asked.pop("state", ticket.state)
        if state != ticket.state:
            raise BadValue(
                _("A ticket's state is not set but reached: POST …/%(way)s.")
                % {"way": WAYS.get(state, "solve/")},
                field="state",
            )
        by = self.me
        if "assignee" in asked:
            assign(ticket, {"assignee": asked.pop("assignee")}, by=by)
        if asked:
            actions.change(ticket, by=by, **asked)

    @extend_schema(request=Assigning, responses=TicketShape)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, number: str) -> Response:
        """Give it to somebody, to a team, or with null back to everyone."""
        ticket = self.get_object()
        assign(ticket, read(Assigning, request), by=self.me)
        return self.told(ticket)

    @extend_schema(request=Pending, responses=TicketShape)
    @action(detail=True, methods=["post"])
    def pend(self, request: Request, number: str) -> Response:
        """Wait for the requester, or for a time."""
        ticket = self.get_object()
        return self.told(actions.pend(ticket, by=self.me, **read(Pending, request)))

    @extend_schema(request=None, responses=TicketShape)
    @action(detail=True, methods=["post"])
    def wake(self, request: Request, number: str) -> Response:
        """A pending ticket is open again."""
        return self.told(actions.wake(self.get_object(), by=self.me))

    # Messages -----------------------------------------------------------------------------

    @extend_schema(responses=MessageShape(many=True))
    @action(detail=True, filter_backends=[])
    def messages(self, request: Request, number: str) -> Response:
        said = self.get_object().messages.select_related("by").order_by()
        shape: type[serializers.BaseSerializer] = MessageShape
        if not self.me.is_agent:
            said, shape = said.filter(internal=False), OutsideMessageShape
        return paged(self, request, said, shape, order=("at", "pk"))

    @extend_schema(request=Saying, responses={201: MessageShape})
    @messages.mapping.post
    def say(self, request: Request, number: str) -> Response:
        """An agent's reply or note; or the requester's own words."""
        ticket = self.get_object()
        asked = read(self.saying_shape, request)
        if self.me.is_agent:
            return Response(MessageShape(self.said(ticket, asked)).data, status=201)
        if asked["internal"] or asked.get("article"):
            field = "internal" if asked["internal"] else "article"
            raise BadValue(
                _("You can write messages to us, and nothing else here."), field=field
            )
        if ticket.requester.user_id != self.me.pk:
            raise NotAllowed(_("Only whoever asked writes on this ticket."))
        message = self.heard(ticket, asked["body"])
        return Response(OutsideMessageShape(message).data, status=201)

    def said(self, ticket: Ticket, asked: dict[str, Any]) -> Message:
        write = actions.note if asked["internal"] else actions.reply
        return write(ticket, by=self.me, body=asked["body"])

    def heard(self, ticket: Ticket, body: str) -> Message:
        return actions.hear(ticket, body=body, by=self.me)


def assign(ticket: Ticket, asked: dict[str, Any], *, by: User) -> Ticket:
    """Give a ticket to a person, a team or both. A person gets only what they may see."""
    to = asked.get("assignee", ticket.assignee)
    with transaction.atomic():
        actions.assign(ticket, by=by, to=to, team=asked.get("team"))
        if to and not Ticket.objects.visible_to(to).filter(pk=ticket.pk).exists():
            raise BadValue(_("This person may not see this ticket."), field="assignee")
    return ticket
