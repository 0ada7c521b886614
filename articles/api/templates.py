"""Templates, the content standard and its hints. Authors fill parts, administrators shape them."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from articles import actions, hints, parts
from articles.actions.standards import TOLD
from articles.api import shapes
from articles.models import Criterion, Standard, Template
from articles.search import analyzer
from articles.tasks import follow
from kcs.api import Asked, Text, answer_with, check_match, etag_of, need_match, read
from people.api import Known
from people.api_auth import Agent

SWITCHES = ("hidden", "internal", "locked")
PARTS = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            **{name: {"type": "string"} for name in ("key", "label", "hint", "text")},
            **{name: {"type": "boolean"} for name in ("fixed", *SWITCHES)},
        },
    },
}


class TemplateShape(serializers.ModelSerializer[Template]):
    """`parts` are the five that every article has, then the template's own. `hidden` ones are
    not asked for, `internal` ones never leave the house, `locked` ones say `text` everywhere."""

    parts = serializers.SerializerMethodField()

    class Meta:
        model = Template
        fields = ["id", "name", "is_default", "is_active", "parts"]

    @extend_schema_field(PARTS)
    def get_parts(self, template: Template) -> list[dict[str, Any]]:
        locked = template.locked_parts()
        told = [
            {
                "key": part.name.removeprefix("parts."),
                "label": part.label,
                "fixed": not part.name.startswith("parts."),
                "hint": part.hint,
                **{switch: getattr(part, switch) for switch in SWITCHES},
                "text": locked.get(part.name.removeprefix("parts."), ""),
            }
            for part in parts.of_template(template)
        ]
        comments = {
            **{"key": "comments", "label": _("Comments"), "fixed": True, "hint": ""},
            **dict.fromkeys(SWITCHES, False),
            "text": "",
        }
        return [*told[:4], comments, *told[4:]]


class AskedFixed(Asked):
    hidden = serializers.BooleanField(required=False, default=False)
    internal = serializers.BooleanField(required=False, default=False)
    hint = serializers.CharField(required=False, default="", allow_blank=True, max_length=500)


class AskedPart(AskedFixed):
    key = serializers.CharField(required=False, default="", allow_blank=True, max_length=40)
    label = serializers.CharField(max_length=80)  # type: ignore[assignment]
    locked = serializers.BooleanField(required=False, default=False)
    text = Text(required=False, default="")


class ChangedTemplate(Asked):
    """What is named changes. `parts` are the template's own, in their order; `fixed` says what
    differs in the parts that every article has: {"cause": {"hidden": true}}."""

    name = serializers.CharField(required=False, max_length=80)
    parts = AskedPart(many=True, required=False)
    fixed = serializers.DictField(child=AskedFixed(), required=False)
    is_default = serializers.BooleanField(required=False)
    is_active = serializers.BooleanField(required=False)


class NewTemplate(ChangedTemplate):
    name = serializers.CharField(max_length=80)


class Copying(Asked):
    name = serializers.CharField(required=False, default="", allow_blank=True, max_length=80)


def told(template: Template, *, status: int = 200) -> Response:
    return answer_with(TemplateShape(template).data, etag(template), status=status)


def etag(template: Template) -> str:
    return etag_of(
        template.pk,
        [template.name, template.parts, template.fixed],
        template.is_default,
        template.is_active,
    )


class Templates(Known, APIView):
    """Every template with its parts, the preselected one first. Administrators add some."""

    permission_classes = [Agent]

    @extend_schema(responses=TemplateShape(many=True))
    def get(self, request: Request) -> Response:
        return Response(TemplateShape(Template.objects.all(), many=True).data)

    @extend_schema(request=NewTemplate, responses={201: TemplateShape})
    def post(self, request: Request) -> Response:
        asked = read(NewTemplate, request)
        return told(actions.save_template(None, by=self.me, **asked), status=201)


class OneTemplate(Known, APIView):
    """One template. What an administrator changes of it holds for all its articles."""

    permission_classes = [Agent]

    @extend_schema(responses=TemplateShape, operation_id="template")
    def get(self, request: Request, pk: int) -> Response:
        return told(get_object_or_404(Template, pk=pk))

    @extend_schema(
        request=ChangedTemplate,
        responses=TemplateShape,
        parameters=[OpenApiParameter("If-Match", str, "header", required=True)],
    )
    @transaction.atomic
    def patch(self, request: Request, pk: int) -> Response:
        wanted = need_match(request)
        asked = read(ChangedTemplate, request)
        template = get_object_or_404(Template.objects.select_for_update(no_key=True), pk=pk)
        check_match(wanted, etag(template), lambda: TemplateShape(template).data)
        saved = actions.save_template(template, by=self.me, **asked)
        follow(saved)
        return told(saved)


class TemplateCopy(Known, APIView):
    """Another template that asks for the same."""

    permission_classes = [Agent]

    @extend_schema(request=Copying, responses={201: TemplateShape})
    def post(self, request: Request, pk: int) -> Response:
        asked = read(Copying, request)
        template = get_object_or_404(Template, pk=pk)
        return told(actions.copy_template(template, by=self.me, **asked), status=201)


# The content standard -------------------------------------------------------------------------


class CriterionShape(serializers.ModelSerializer[Criterion]):
    class Meta:
        model = Criterion
        fields = list(TOLD)


class StandardShape(serializers.ModelSerializer[Standard]):
    version = serializers.IntegerField(source="number")
    criteria = CriterionShape(many=True)

    class Meta:
        model = Standard
        fields = ["version", "title", "is_current", "made_at", "criteria"]


class AskedCriterion(Asked):
    key = serializers.CharField(required=False, default="", allow_blank=True, max_length=40)
    asks = serializers.CharField(max_length=200)
    why = Text(required=False, default="", max_length=500)
    weight = serializers.IntegerField(min_value=1, max_value=10, default=1)
    good = Text(required=False, default="", max_length=2000)
    bad = Text(required=False, default="", max_length=2000)


class NewStandard(Asked):
    title = serializers.CharField(max_length=120)
    criteria = AskedCriterion(many=True)


class ContentStandard(Known, APIView):
    """The checklist in use; administrators publish the next version of it."""

    permission_classes = [Agent]

    @extend_schema(responses=StandardShape)
    def get(self, request: Request) -> Response:
        current = get_object_or_404(
            Standard.objects.prefetch_related("criteria"), is_current=True
        )
        return Response(StandardShape(current).data)

    @extend_schema(request=NewStandard, responses={201: StandardShape})
    def post(self, request: Request) -> Response:
        made = actions.publish_standard(by=self.me, **read(NewStandard, request))
        return Response(StandardShape(made).data, status=201)


class Typed(shapes.Draft):
    """The text as it stands in an editor, and what is said beside it."""

    confidence = serializers.CharField(max_length=13, required=False, default="")
    tags = serializers.ListField(
        child=serializers.CharField(max_length=60), max_length=30, required=False, default=list
    )
    environment_facets = serializers.DictField(required=False, default=dict)


class HintShape(serializers.Serializer):
    """`part` as in articles, `parts.KEY` for further ones; `criterion` is a key of `standard/`."""

    code = serializers.CharField()
    part = serializers.CharField()
    message = serializers.CharField()
    passage = serializers.CharField()
    criterion = serializers.CharField()


class Hints(APIView):
    """What the content standard would say of a text. Advice: nothing is refused for it."""

    permission_classes = [Agent]

    @extend_schema(request=Typed, responses=HintShape(many=True))
    def post(self, request: Request) -> Response:
        asked = read(Typed, request)
        words = shapes.words_in(asked)
        said = " ".join(str(value) for value in words.values())
        found = hints.hints(
            words,
            language=asked.get("language") or analyzer.detect(said),
            tags=asked["tags"],
            facets=asked["environment_facets"],
            confidence=asked["confidence"],
        )
        return Response(HintShape(found, many=True).data)
