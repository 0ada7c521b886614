"""The API of questions to colleagues."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from articles.models import Article
from kcs.api import Asked, Text, read, refuse_unknown
from loops.asking import actions, proposing, queries
from loops.models import Question
from loops.solve.api.shapes import ticket_named
from people.api import Colleague, Known
from people.api_auth import Agent
from tickets.models import Ticket


class QuestionShape(serializers.ModelSerializer[Question]):
    """One question. `ticket` and `article` are null where the asking person may not see them."""

    by = Colleague()
    asked = Colleague()
    answered_by = Colleague()
    ticket = serializers.SerializerMethodField()
    article = serializers.SerializerMethodField()

    class Meta:
        model = Question
        fields = [
            "id", "state", "title", "text", "language", "query", "by", "asked", "ticket", "at",
            "answer", "answered_by", "answered_at", "article",
        ]  # fmt: skip

    @extend_schema_field({"type": "string", "nullable": True})
    def get_ticket(self, question: Question) -> str | None:
        return self.context["tickets"].get(question.ticket_id)

    @extend_schema_field({"type": "string", "nullable": True})
    def get_article(self, question: Question) -> str | None:
        return self.context["articles"].get(question.article_id)


class ColleagueShape(serializers.Serializer):
    """Somebody who has solved the like, and why they are proposed."""

    person = Colleague()
    tickets = serializers.IntegerField()
    last = serializers.DateTimeField(allow_null=True)
    articles = serializers.ListField(child=serializers.CharField())
    why = serializers.CharField()


class Asking(Asked):
    """`asked` is anybody who may be asked; `ticket` the one that it is about."""

    asked = Colleague()
    title = Text(max_length=actions.TITLE)
    text = Text(required=False, default="", max_length=actions.TEXT)
    ticket = serializers.CharField(max_length=20, required=False, default="")
    query = Text(required=False, default="", max_length=2000)


class Answering(Asked):
    """With `article` it becomes an article at once."""

    text = Text(max_length=actions.TEXT)
    article = serializers.BooleanField(required=False, default=False)


class Passing(Asked):
    to = Colleague()
    reason = Text(required=False, default="", max_length=300)


class Drafted(serializers.Serializer):
    number = serializers.CharField()


class Questions(Known, viewsets.GenericViewSet):
    """Questions that the asking person may read."""

    queryset = Question.objects.none()
    permission_classes = [Agent]
    serializer_class = QuestionShape
    lookup_value_regex = "[0-9]{1,18}"
    order = ("-at", "-pk")

    def get_queryset(self) -> Any:
        return queries.shown(queries.visible_to(self.me)).order_by()

    def get_object(self) -> Question:
        return get_object_or_404(self.get_queryset(), pk=int(self.kwargs["pk"]))

    def told(self, rows: list[Question]) -> Any:
        """What they hang on, as far as this person sees it: two statements for all rows."""
        tickets = Ticket.objects.visible_to(self.me).filter(pk__in={q.ticket_id for q in rows})
        seen = Article.objects.visible_to(self.me).filter(pk__in={q.article_id for q in rows})
        context = {
            "tickets": dict(tickets.order_by().values_list("pk", "number")),
            "articles": dict(seen.order_by().values_list("pk", "number")),
        }
        return QuestionShape(rows, many=True, context=context).data

    @extend_schema(
        parameters=[
            OpenApiParameter("state", str, enum=Question.State.values),
            OpenApiParameter("of", str, enum=["asked", "by"], description="mine: asked of, by"),
            OpenApiParameter("q", str, description="words of an answered question"),
        ]
    )
    def list(self, request: Request) -> Response:
        """The newest first."""
        refuse_unknown(request, {"state", "of", "q", "cursor", "limit"})
        asked, rows = request.query_params, self.get_queryset()
        if words := asked.get("q"):
            rows = queries.answered(self.me, words).order_by()
        if (state := asked.get("state")) is not None:
            if state not in Question.State.values:
                raise serializers.ValidationError({"state": [_("There is no such value.")]})
            rows = rows.filter(state=state)
        if (mine := asked.get("of")) is not None:
            if mine not in ("asked", "by"):
                raise serializers.ValidationError({"of": [_("There is no such value.")]})
            rows = rows.filter(**{mine: self.me})
        return self.get_paginated_response(self.told(self.paginate_queryset(rows)))  # type: ignore[arg-type]

    def retrieve(self, request: Request, pk: str) -> Response:
        """One question."""
        return Response(self.told([self.get_object()])[0])

    @extend_schema(request=Asking, responses={201: QuestionShape})
    def create(self, request: Request) -> Response:
        """Ask a colleague; they are told."""
        asked = read(Asking, request)
        number = asked.pop("ticket")
        ticket = ticket_named(number, self.me) if number else None
        made = actions.ask(by=self.me, ticket=ticket, **asked)
        return Response(self.told([made])[0], status=201)

    @extend_schema(request=Answering, responses=QuestionShape)
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: str) -> Response:
        """Answer it; whoever asked is told."""
        question, asked = self.get_object(), read(Answering, request)
        if asked["article"]:
            actions.answer_and_draft(question, by=self.me, text=asked["text"])
        else:
            actions.answer(question, by=self.me, text=asked["text"])
        return Response(self.told([question])[0])

    @extend_schema(request=Passing, responses=QuestionShape)
    @action(detail=True, methods=["post"], url_path="pass")
    def pass_on(self, request: Request, pk: str) -> Response:
        """Hand it to somebody else."""
        question = self.get_object()
        actions.pass_on(question, by=self.me, **read(Passing, request))
        return Response(self.told([question])[0])

    @extend_schema(request=None, responses=QuestionShape)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take it back."""
        question = self.get_object()
        actions.withdraw(question, by=self.me)
        return Response(self.told([question])[0])

    @extend_schema(request=None, responses={201: Drafted})
    @action(detail=True, methods=["post"])
    def draft(self, request: Request, pk: str) -> Response:
        """Make an article of the question and its answer; work in progress."""
        article = actions.draft(self.get_object(), by=self.me)
        return Response(Drafted(article).data, status=201)


class Colleagues(Known, APIView):
    """Whom to ask about a ticket."""

    permission_classes = [Agent]

    @extend_schema(responses=ColleagueShape(many=True))
    def get(self, request: Request, number: str) -> Response:
        """Up to three who have solved the like, spread so that nobody is always asked."""
        refuse_unknown(request, set())
        ticket = get_object_or_404(
            Ticket.objects.visible_to(self.me).select_related("team"), number=number
        )
        rows = ColleagueShape(proposing.propose(by=self.me, ticket=ticket), many=True).data
        return Response({"next": None, "previous": None, "results": rows})
