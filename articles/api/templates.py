"""Templates: which parts an article can have. Authors fill them, administrators change them."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from articles.api.shapes import TemplateShape
from articles.models import Template
from people.api_auth import Agent


class Templates(APIView):
    """Every template with its parts, the preselected one first."""

    permission_classes = [Agent]

    @extend_schema(responses=TemplateShape(many=True))
    def get(self, request: Request) -> Response:
        return Response(TemplateShape(Template.objects.all(), many=True).data)
