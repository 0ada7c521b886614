"""The API of the reports: their list, one as JSON, CSV or XLSX, and all in one archive."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kcs.api import refuse_unknown
from kcs.errors import BadValue
from loops.evolve import access
from loops.reports import asked as asking
from loops.reports import views, writing
from loops.reports.asked import ALIASES
from loops.reports.base import COMMON
from loops.reports.catalog import REPORTS, named, open_to
from people.api import Known
from people.api_auth import Agent


class OneAnswer(DefaultContentNegotiation):
    """`format` names a file's format here, not a renderer; a client that asks for a file by its
    Accept header gets what it named."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> Any:
        return renderers[0], renderers[0].media_type


class ReportShape(serializers.Serializer):
    key = serializers.CharField()
    row = serializers.CharField(help_text="of the self-assessment")
    title = serializers.CharField()
    says = serializers.CharField()
    filters = serializers.ListField(child=serializers.CharField())
    by = serializers.ListField(child=serializers.CharField())
    formats = serializers.ListField(child=serializers.CharField())


class ColumnShape(serializers.Serializer):
    name = serializers.CharField()
    label: Any = serializers.CharField()
    kind = serializers.CharField(help_text="text, number, share, duration, date or link")


class AnswerShape(serializers.Serializer):
    """Shares are from 0 to 1, durations seconds. `interval` is the 95 % interval of `value`."""

    key = serializers.CharField()
    row = serializers.CharField()
    title = serializers.CharField()
    to = serializers.DateTimeField()
    by = serializers.CharField()
    columns = ColumnShape(many=True)
    rows = serializers.ListField(child=serializers.DictField())
    n = serializers.IntegerField()
    value = serializers.FloatField(allow_null=True)
    interval = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    hidden = serializers.BooleanField()
    note = serializers.CharField()
    cut = serializers.BooleanField(help_text="there are more rows than are told")


# "from" is a word of the language, and no name in a class.
AnswerShape._declared_fields["from"] = serializers.DateTimeField()
FORMAT = OpenApiParameter("format", str, enum=list(writing.FORMATS))


class Reports(Known, APIView):
    """The reports that the asking person may open, in the order of the self-assessment."""

    permission_classes = [Agent]

    @extend_schema(responses=ReportShape(many=True))
    def get(self, request: Request) -> Response:
        """What each is about, and what it can be narrowed by."""
        refuse_unknown(request, set())
        rows = [
            {
                "key": one.key,
                "row": one.row,
                "title": str(one.title),
                "says": str(one.says),
                "filters": sorted({*one.filters, *one.choices}),
                "by": list(one.groups),
                "formats": list(writing.FORMATS),
            }
            for one in open_to(self.me)
        ]
        return Response({"next": None, "previous": None, "results": rows})


class OneReport(Known, APIView):
    """One report: the same rows and figures as its page."""

    permission_classes = [Agent]
    content_negotiation_class = OneAnswer

    @extend_schema(
        parameters=[
            FORMAT,
            *(OpenApiParameter(name, str) for name in (*COMMON, "by", "owner", "creator")),
        ],
        responses={200: AnswerShape, (200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Request, key: str) -> FileResponse:
        """JSON, or a file of the format that was asked for."""
        wanted = named(key)
        wanted.require(self.me)
        refuse_unknown(request, wanted.known() | {"format", "exact", *ALIASES})
        form = request.query_params.get("format", "json")
        if form not in writing.FORMATS:
            raise BadValue(_("One of csv, json, xlsx."), field="format")
        asked = asking.read(wanted, request.query_params.dict(), self.me)
        answer = views.download(views.written(asked, form), writing.name_of(asked, form), form)
        if form == "json":
            del answer["Content-Disposition"]
        return answer


class AllReports(Known, APIView):
    """All reports in one archive."""

    permission_classes = [Agent]
    content_negotiation_class = OneAnswer

    @extend_schema(
        parameters=[FORMAT], responses={(200, "application/zip"): OpenApiTypes.BINARY}
    )
    def get(self, request: Request) -> FileResponse:
        """A file for each report and format; those that are not the reader's have no rows."""
        access.require(self.me)
        every = set().union(*(one.known() for one in REPORTS))
        refuse_unknown(request, every | {"format", *ALIASES})
        query = request.query_params.dict()
        return views.download(views.bundle(query, self.me), "reports.zip", "zip")
