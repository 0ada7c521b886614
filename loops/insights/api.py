"""The API of the insights: the figures of the front page, and baselines."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kcs.api import Asked, Text, read, refuse_unknown
from kcs.pages import ApiPages
from loops.evolve import access
from loops.evolve.scope import Scope
from loops.insights import baselines, phases
from loops.insights.front import Front, front
from loops.models import Baseline
from people.api import Known
from people.api_auth import Agent
from people.models import SiteSettings

NARROWED = ("from", "to", "period", "team", "domain", "channel")
PAGED = ("cursor", "limit")


class MainFigureShape(serializers.Serializer):
    """Shares are from 0 to 1, times seconds; `low` and `high` are the 95 % interval."""

    key = serializers.CharField()
    label: Any = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField()
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    before = serializers.FloatField(allow_null=True, help_text="of what it is compared with")


class TeamShape(serializers.Serializer):
    """A hidden team is too small: its figures would be about persons, and are null."""

    name = serializers.CharField()
    hidden = serializers.BooleanField()
    solved = serializers.IntegerField(allow_null=True)
    linked = serializers.IntegerField(allow_null=True)
    reused = serializers.IntegerField(allow_null=True)
    created = serializers.IntegerField(allow_null=True)


class InsightsShape(serializers.Serializer):
    begins = serializers.DateField()
    ends = serializers.DateField()
    phase = serializers.ChoiceField(list(phases.NAMES))
    hidden = serializers.BooleanField()
    counted_at = serializers.DateTimeField(allow_null=True)
    figures = MainFigureShape(many=True)
    charts = serializers.DictField(
        child=serializers.ListField(), help_text="rows as in the CSV, by the chart's key"
    )
    teams = TeamShape(many=True)


class Insights(Known, APIView):
    """The figures of the front page, for whom they are."""

    permission_classes = [Agent]

    @extend_schema(
        parameters=[
            *(OpenApiParameter(name, str) for name in NARROWED),
            OpenApiParameter("phase", str, enum=list(phases.NAMES)),
            OpenApiParameter("baseline", int),
        ],
        responses=InsightsShape,
    )
    def get(self, request: Request) -> Response:
        """Of the last twelve weeks, unless another period is asked for."""
        refuse_unknown(request, {*NARROWED, "phase", "baseline"})
        asked, site = request.query_params, SiteSettings.load()
        scope = Scope.asked(asked, self.me, site=site)
        access.require(self.me, scope.allowed)
        baseline = None
        if key := asked.get("baseline", ""):
            baseline = baselines.named(key, scope, site.figures_minimum)
        told = front(self.me, scope, site, baseline=baseline, phase=asked.get("phase", ""))
        return Response(InsightsShape(_plain(told)).data)


def _plain(told: Front) -> dict[str, Any]:
    figures = []
    for kpi in told.kpis:
        value, _n, low, high, before = kpi.raw
        figures.append(
            {
                "key": kpi.key, "label": kpi.label, "value": value, "n": kpi.n,
                "low": low, "high": high, "before": before,
            }
        )  # fmt: skip
    counts = ("solved", "linked", "reused", "created")
    return {
        "begins": told.scope.begins,
        "ends": told.scope.ends,
        "phase": told.phase.shown,
        "hidden": told.hidden,
        "counted_at": told.programme.counted_at,
        "figures": figures,
        "charts": {
            chart.key: [
                [cell if isinstance(cell, int | float) else str(cell) for cell in row]
                for row in chart.csv_rows
            ]
            for chart in [*told.charts, told.health]
        },
        "teams": [
            {
                "name": row.name,
                "hidden": row.hidden,
                **{name: None if row.hidden else getattr(row.totals, name) for name in counts},
            }
            for row in told.teams
        ],
    }


class BaselineShape(serializers.ModelSerializer[Baseline]):
    """`figures` are null where they would be about persons."""

    by = serializers.EmailField(source="by.email", read_only=True)

    class Meta:
        model = Baseline
        fields = [
            "id", "name", "begins", "ends", "team", "domain", "channel", "figures", "by", "at",
        ]  # fmt: skip

    def to_representation(self, instance: Baseline) -> dict[str, Any]:
        told = super().to_representation(instance)
        if not baselines.is_open(instance, self.context["allowed"], self.context["least"]):
            told["figures"] = None
        return told


class Freezing(Asked):
    name = Text(max_length=200)


class Baselines(Known, viewsets.GenericViewSet[Baseline]):
    """Frozen figures that one may compare with."""

    permission_classes = [Agent]
    queryset = Baseline.objects.none()
    serializer_class = BaselineShape
    lookup_value_regex = "[0-9]{1,18}"

    @extend_schema(
        parameters=[OpenApiParameter(name, str) for name in PAGED],
        responses=BaselineShape(many=True),
    )
    def list(self, request: Request) -> Response:
        """The newest first."""
        refuse_unknown(request, set(PAGED))
        pages = ApiPages()
        rows = pages.cut(self._mine().order_by(), request, ("-at", "-pk"))
        return pages.get_paginated_response(
            BaselineShape(rows, many=True, context=self._known()).data
        )

    @extend_schema(
        parameters=[OpenApiParameter(name, str) for name in NARROWED],
        request=Freezing,
        responses={201: BaselineShape},
    )
    def create(self, request: Request) -> Response:
        """Freeze the figures of the period, team, domain and channel that the address names."""
        refuse_unknown(request, set(NARROWED))
        said = read(Freezing, request)
        scope = Scope.asked(request.query_params, self.me)
        access.require(self.me, scope.allowed)
        made = baselines.freeze(scope, name=said["name"], by=self.me)
        return Response(BaselineShape(made, context=self._known()).data, status=201)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Forget one."""
        baselines.remove(get_object_or_404(self._mine(), pk=int(pk)), by=self.me)
        return Response(status=204)

    def _known(self) -> dict[str, Any]:
        return {"allowed": access.teams_for(self.me), "least": access.minimum()}

    def _mine(self) -> Any:
        allowed = access.teams_for(self.me)
        access.require(self.me, allowed)
        return baselines.readable(allowed).select_related("by")
