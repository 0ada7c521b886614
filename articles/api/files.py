"""The files of one article, for programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from articles import actions
from articles.models import Article, Attachment
from articles.views.files import address, markdown
from kcs.errors import BadValue
from kcs.files import KEY
from people.api import Colleague


class FileShape(serializers.ModelSerializer[Attachment]):
    """A file: where it is handed out, and the line that shows it in a text."""

    url = serializers.SerializerMethodField()
    markdown = serializers.SerializerMethodField()
    by = Colleague(read_only=True)

    class Meta:
        model = Attachment
        fields = [
            "key", "name", "media_type", "size", "width", "height", "url", "markdown", "by", "at",
        ]  # fmt: skip

    def get_url(self, attachment: Attachment) -> str:
        return address(attachment)

    def get_markdown(self, attachment: Attachment) -> str:
        return markdown(attachment)


class Upload(serializers.Serializer):
    file = serializers.FileField()


class FileDoors:
    """What the view of articles adds for files."""

    # What the view itself brings.
    me: Any
    get_object: Callable[[], Article]

    @extend_schema(responses=FileShape(many=True))
    @action(detail=True, filter_backends=[])
    def files(self, request: Request, number: str) -> Response:
        """The files of the article: a hundred at most, one page."""
        found = self.get_object().attachments.select_related("by")
        return Response({"results": FileShape(found, many=True).data})

    @extend_schema(request={"multipart/form-data": Upload}, responses={201: FileShape})
    @action(
        detail=True,
        methods=["post"],
        url_path="files/upload",
        url_name="attach",
        parser_classes=[MultiPartParser],
    )
    def attach(self, request: Request, number: str) -> Response:
        """Bring a file, as the `file` of a form; its `markdown` goes into the text."""
        article = self.get_object()
        brought = request.FILES.get("file")
        if brought is None:
            raise BadValue(_("Send the file as “file” of a form."), field="file")
        made = actions.attach(brought, by=self.me, article=article)
        return Response(FileShape(made).data, status=201)

    @extend_schema(responses={204: None})
    @action(
        detail=True,
        methods=["delete"],
        url_path=f"files/(?P<key>{KEY})",
        url_name="detach",
        filter_backends=[],
    )
    def detach(self, request: Request, number: str, key: str) -> Response:
        """Take a file away for good, from every version."""
        attachment = get_object_or_404(self.get_object().attachments, key=key)
        actions.detach(attachment, by=self.me)
        return Response(status=204)
