"""The API of coaching: reviews one may read, the answer to one, one's coachees, goals.

The same `readable_by` as on the pages: what is hidden is missing, and nothing is counted.
"""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kcs.api import Asked, Text, Word, read, refuse_unknown
from kcs.errors import BadValue
from loops.coaching import goals, queries, reviewing
from loops.models import Goal, Sample
from people.api import Colleague, Known
from people.api_auth import Agent
from people.models import SiteSettings, Team


class SampleShape(serializers.ModelSerializer[Sample]):
    """One review as its readers have it. Before it is done there are no answers."""

    person = Colleague()
    coach = Colleague()
    reviewed_by = Colleague()
    ticket: Any = serializers.SlugRelatedField("number", read_only=True)
    article: Any = serializers.SlugRelatedField("number", read_only=True)
    version: Any = serializers.SlugRelatedField("number", read_only=True)
    standard: Any = serializers.SlugRelatedField("number", read_only=True)

    class Meta:
        model = Sample
        fields = [
            "id", "kind", "state", "person", "coach", "ticket", "article", "version", "standard",
            "stratum", "drawn_at", "answers", "score", "passed", "note", "reviewed_by",
            "reviewed_at",
        ]  # fmt: skip


class Answering(Asked):
    """`answers`: for a process review `searched existed linked_right should_improve
    should_create` and `links` [{article, relevant, specific, actionable}]; for content one for
    each criterion of the standard. Each is yes, no or na."""

    answers = serializers.DictField(child=serializers.JSONField())
    note = Text(required=False, default="", max_length=5000)


class Skipping(Asked):
    reason = Text(max_length=500)


class Reviews(Known, viewsets.GenericViewSet):
    """Reviews that the asking person may read: their own, their coachees', their teams'."""

    queryset = Sample.objects.none()
    permission_classes = [Agent]
    serializer_class = SampleShape
    lookup_value_regex = "[0-9]{1,18}"
    order = ("-drawn_at", "-pk")

    def get_queryset(self) -> Any:
        return Sample.objects.readable_by(self.me).select_related(
            "person", "coach", "reviewed_by", "ticket", "article", "version", "standard"
        )

    def get_object(self) -> Sample:
        return get_object_or_404(self.get_queryset(), pk=int(self.kwargs["pk"]))

    @extend_schema(
        parameters=[
            OpenApiParameter("person", str, description="an e-mail, or me"),
            OpenApiParameter("kind", str, enum=Sample.Kind.values),
            OpenApiParameter("state", str, enum=Sample.State.values),
        ]
    )
    def list(self, request: Request) -> Response:
        """The newest drawn first."""
        refuse_unknown(request, {"person", "kind", "state", "cursor", "limit"})
        asked, rows = request.query_params, self.get_queryset().order_by()
        if whose := asked.get("person"):
            email = self.me.email if whose == "me" else whose
            rows = rows.filter(person__email__iexact=email)
        for name, known in (("kind", Sample.Kind.values), ("state", Sample.State.values)):
            if value := asked.get(name):
                if value not in known:
                    raise serializers.ValidationError({name: [_("There is no such value.")]})
                rows = rows.filter(**{name: value})
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(SampleShape(page, many=True).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        """One review."""
        return Response(SampleShape(self.get_object()).data)

    @extend_schema(request=Answering, responses=SampleShape)
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: str) -> Response:
        """Judge it; again by the same reviewer it is a correction."""
        sample = self.get_object()
        reviewing.review(sample, by=self.me, **read(Answering, request))
        return Response(SampleShape(sample).data)

    @extend_schema(request=Skipping, responses=SampleShape)
    @action(detail=True, methods=["post"])
    def skip(self, request: Request, pk: str) -> Response:
        """Leave it out, and say why."""
        sample = self.get_object()
        reviewing.skip(sample, by=self.me, **read(Skipping, request))
        return Response(SampleShape(sample).data)


class FigureShape(serializers.Serializer):
    """`value`, `low` and `high` are null where too few reviews stand behind it for the reader."""

    n = serializers.IntegerField()
    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class VerdictShape(serializers.Serializer):
    state = serializers.CharField()
    n = serializers.IntegerField()
    passed = serializers.IntegerField()


class CoacheeShape(serializers.Serializer):
    person = Colleague()
    role = serializers.CharField(help_text="as what one reads: coach, manager, administrator")
    due = serializers.IntegerField()
    reviewed = serializers.IntegerField()
    link_accuracy = FigureShape()
    capture_loss = FigureShape()
    content_standard = FigureShape()
    process = VerdictShape(allow_null=True)
    content = VerdictShape(allow_null=True)


def told(one: queries.Coachee) -> dict[str, Any]:
    assert one.figures is not None
    return {
        "person": one.person,
        "role": one.role,
        "due": one.due,
        "reviewed": one.reviewed,
        **{figure.key: figure.plain() for figure in one.figures},
        **{
            kind: {"state": said.state, "n": said.n, "passed": said.passed}
            if (said := one.verdicts.get(kind))
            else None
            for kind in Sample.Kind.values
        },
    }


class Coachees(Known, APIView):
    """Those whom one coaches and those in the teams one manages, by name."""

    permission_classes = [Agent]

    @extend_schema(responses=CoacheeShape(many=True))
    def get(self, request: Request) -> Response:
        """Figures with their n and 95 % interval, and what the sequential test says."""
        refuse_unknown(request, set())
        home = queries.home(self.me, SiteSettings.load())
        people = sorted([*home.coachees, *home.team], key=lambda one: str(one.person))
        rows = CoacheeShape([told(one) for one in people], many=True).data
        return Response({"next": None, "previous": None, "results": rows})


class GoalShape(serializers.ModelSerializer[Goal]):
    person = Colleague()
    team: Any = serializers.SlugRelatedField("name", read_only=True)
    by = Colleague()

    class Meta:
        model = Goal
        fields = ["id", "person", "team", "measure", "target", "due_on", "by", "at", "ended_at"]


class Setting(Asked):
    """For a `person` (an e-mail, or me) or a `team` that one manages, by its name."""

    person = Colleague(required=False, allow_null=True, default=None)
    team = serializers.CharField(required=False, default="", allow_blank=True)
    measure = Word(Goal.Measure)
    target = serializers.FloatField()
    due_on = serializers.DateField(required=False, allow_null=True, default=None)


class Goals(Known, viewsets.GenericViewSet):
    """Goals that the asking person may read. None is on a count of acts."""

    queryset = Goal.objects.none()
    permission_classes = [Agent]
    serializer_class = GoalShape
    lookup_value_regex = "[0-9]{1,18}"
    order = ("-at", "-pk")

    def get_queryset(self) -> Any:
        return Goal.objects.readable_by(self.me).select_related("person", "team", "by")

    def list(self, request: Request) -> Response:
        """The newest first, those that ended too."""
        refuse_unknown(request, {"cursor", "limit"})
        page = self.paginate_queryset(self.get_queryset().order_by())
        return self.get_paginated_response(GoalShape(page, many=True).data)

    @extend_schema(request=Setting, responses={201: GoalShape})
    def create(self, request: Request) -> Response:
        """Agree on a goal; `target` is a share from 0 to 1. A target on an activity is 422."""
        asked = read(Setting, request)
        name = asked.pop("team")
        team = Team.objects.filter(name__iexact=name, manager=self.me).first() if name else None
        if name and team is None:
            raise BadValue(_("There is no such team."), field="team")
        made = goals.set_goal(by=self.me, team=team, **asked)
        return Response(GoalShape(made).data, status=201)

    @extend_schema(request=None, responses=GoalShape)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """It is reached, or not wanted any more."""
        goal = get_object_or_404(self.get_queryset(), pk=int(pk))
        return Response(GoalShape(goals.end_goal(goal, by=self.me)).data)
