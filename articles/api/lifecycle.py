"""What programs do about the states of an article: at a date, by the calendar, many at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from articles import actions, bulk
from articles.actions import STATES
from articles.api import shapes
from articles.models import Article, Audience, Confidence, Governance, Schedule
from kcs.api import Asked, Text, Word, paged, read
from people.api import Colleague, DomainPath


class ScheduleShape(serializers.ModelSerializer[Schedule]):
    by = Colleague(read_only=True)

    class Meta:
        model = Schedule
        fields = [
            "id", "confidence", "audience", "due_at", "reason", "by", "at", "state", "done_at",
            "outcome",
        ]  # fmt: skip


class NewSchedule(Asked):
    """A state that the article will have from `due_at` on."""

    confidence = Word(Confidence, required=False, default="", allow_blank=True)
    audience = Word(Audience, required=False, default="", allow_blank=True)
    due_at = serializers.DateTimeField()
    reason = Text(required=False, default="", max_length=300)


class Reviewing(Asked):
    note = Text(required=False, default="", max_length=300)


class BulkChange(Asked):
    """One verb on many articles, each by itself; the fields are the verb's own."""

    numbers = serializers.ListField(
        child=serializers.CharField(max_length=20), min_length=1, max_length=bulk.MOST
    )
    verb = serializers.ChoiceField(["restate", "describe"])
    confidence = Word(Confidence, required=False)
    audience = Word(Audience, required=False)
    governance = Word(Governance, required=False)
    reason = Text(required=False, max_length=300)
    domain = DomainPath(required=False, allow_null=True)
    owner = Colleague(required=False, allow_null=True)
    add_tags = serializers.ListField(
        child=serializers.CharField(max_length=60), max_length=30, required=False
    )
    remove_tags = serializers.ListField(
        child=serializers.CharField(max_length=60), max_length=30, required=False
    )

    takes = {
        "restate": {*STATES, "reason"},
        "describe": {"domain", "owner", "add_tags", "remove_tags"},
    }

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        extra = set(data) - {"numbers", "verb"} - self.takes[data["verb"]]
        if extra:
            raise serializers.ValidationError(
                {name: [_("This verb does not take it.")] for name in sorted(extra)}
            )
        return data


class BulkLine(serializers.Serializer):
    """One line an article: its status is what the single verb would have answered."""

    number = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField(required=False)
    detail = serializers.CharField(required=False)


class BulkLines(serializers.Serializer):
    results = BulkLine(many=True)


class LifecycleDoors:
    """What the view of articles adds for the states to come, and for many at once."""

    request: Any
    me: Any

    get_object: Callable[[], Article]
    get_queryset: Callable[[], Any]
    told: Callable[..., Response]

    @extend_schema(responses=ScheduleShape(many=True))
    @action(detail=True, filter_backends=[])
    def schedules(self, request: Request, number: str) -> Response:
        """Every change that was ever planned, the latest date first."""
        planned = self.get_object().schedules.select_related("by").order_by()
        return paged(self, request, planned, ScheduleShape, order=("-due_at", "-pk"))  # type: ignore[arg-type]

    @extend_schema(request=NewSchedule, responses={201: ScheduleShape})
    @schedules.mapping.post
    def schedule(self, request: Request, number: str) -> Response:
        """Have a state set at a date. The rights are asked now, and again then."""
        article = self.get_object()
        made = actions.schedule(article, by=self.me, **read(NewSchedule, request))
        return Response(ScheduleShape(made).data, status=201)

    @extend_schema(responses={204: None})
    @action(
        detail=True,
        methods=["delete"],
        url_path="schedules/(?P<schedule>[0-9]{1,18})",
        url_name="schedule",
    )
    def cancel(self, request: Request, number: str, schedule: str) -> Response:
        """Nothing will happen at that date."""
        planned = self.get_object().schedules.select_related("article")
        actions.cancel_schedule(get_object_or_404(planned, pk=int(schedule)), by=self.me)
        return Response(status=204)

    @extend_schema(request=None, responses=shapes.ArticleShape)
    @action(detail=True, methods=["post"])
    def unarchive(self, request: Request, number: str) -> Response:
        """Take it out of the archive, with the confidence it had."""
        article = self.get_object()
        actions.unarchive(article, by=self.me)
        return self.told(article)

    @extend_schema(request=Reviewing, responses=shapes.ArticleShape)
    @action(detail=True, methods=["post"])
    def review(self, request: Request, number: str) -> Response:
        """Say, as a named editor, that it is right as it stands; the next date follows."""
        article = self.get_object()
        actions.review(article, by=self.me, **read(Reviewing, request))
        return self.told(article)

    @extend_schema(request=BulkChange, responses={200: BulkLines, 207: BulkLines})
    @action(detail=False, methods=["post"], filter_backends=[])
    def bulk(self, request: Request) -> Response:
        """One verb on up to 200 articles. 207 when not all of them said yes."""
        asked = read(BulkChange, request)
        asked.pop("verb")
        numbers = list(dict.fromkeys(asked.pop("numbers")))
        wanted: dict[str, Any] = {
            "states": {name: asked.pop(name) for name in STATES if name in asked},
            "clear": [n for n in ("domain", "owner") if n in asked and asked[n] is None],
        }
        wanted |= {name: value for name, value in asked.items() if value is not None}
        known = self.get_queryset().in_bulk(numbers, field_name="number")
        found = [known[number] for number in numbers if number in known]
        said = {
            article.number: error for article, error in bulk.each(found, by=self.me, **wanted)
        }
        lines = [self._line(number, said) for number in numbers]
        partly = any(line["status"] != 200 for line in lines)
        return Response({"results": lines}, status=207 if partly else 200)

    def _line(self, number: str, said: dict[str, Any]) -> dict[str, Any]:
        if number not in said:
            missing = _("There is no such article.")
            return {"number": number, "status": 404, "code": "not_found", "detail": missing}
        error = said[number]
        if error is None:
            return {"number": number, "status": 200}
        return {
            "number": number,
            "status": error.status,
            "code": error.code,
            "detail": str(error),
        }
