"""The languages of one article, for programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from articles import actions
from articles.api import shapes
from articles.models import PARTS, Article, Translation, Version
from kcs.api import Word, answer_with, check_match, etag_of, need_match, read
from people.api import Colleague

ONE = "translations/(?P<language>[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})?)"


class TranslationShape(serializers.ModelSerializer[Translation]):
    """The article in one other language. `base` is the version of the master that it follows."""

    version = serializers.IntegerField(source="version_number")
    outdated = serializers.SerializerMethodField()
    changed_by = Colleague(read_only=True)

    class Meta:
        model = Translation
        fields = [
            "language", "version", "base", "outdated", "title", *PARTS, "parts", "changed_by",
            "changed_at",
        ]  # fmt: skip

    def get_outdated(self, translation: Translation) -> bool:
        return translation.outdated_at is not None


class ChangedTranslation(shapes.Words):
    note = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)
    significance = Word(Version.Significance, required=False)


class NewTranslation(ChangedTranslation):
    language = serializers.CharField(max_length=12)


def translation_etag(translation: Translation) -> str:
    return etag_of(translation.pk, translation.version_number, translation.changed_at)


class TranslationDoors:
    """What the view of articles adds for languages."""

    request: Request
    # What the view itself brings.
    me: Any
    get_object: Callable[[], Article]

    def _translation(self, language: str) -> tuple[Article, Translation]:
        article = self.get_object()
        found = article.translations.select_related("changed_by").filter(language=language)
        translation = found.first()
        if translation is None:
            raise Http404
        return article, translation

    def _told_translation(self, article: Article, language: str, status: int = 200) -> Response:
        translation = article.translations.select_related("changed_by").get(language=language)
        data = TranslationShape(translation).data
        return answer_with(data, translation_etag(translation), status=status)

    @extend_schema(responses=TranslationShape(many=True))
    @action(detail=True, filter_backends=[])
    def translations(self, request: Request, number: str) -> Response:
        """The article in its other languages. There are forty at most: one page."""
        article = self.get_object()
        found = article.translations.select_related("changed_by")
        return Response(
            {"master": article.language, "results": TranslationShape(found, many=True).data}
        )

    @extend_schema(request=NewTranslation, responses={201: TranslationShape})
    @translations.mapping.post
    def translate(self, request: Request, number: str) -> Response:
        """Write the article in a language that it does not have yet, or improve it."""
        article = self.get_object()
        asked = read(NewTranslation, request)
        words = shapes.words_in(asked)
        language = actions.checked_language(asked["language"])
        fresh = article.text_in(language) is None
        self._write(article, language, words, asked)
        return self._told_translation(article, language, status=201 if fresh else 200)

    def _write(
        self, article: Article, language: str, words: dict[str, Any], asked: dict[str, Any]
    ) -> None:
        now = article.text_in(language)
        if "parts" in words and isinstance(now, Translation):
            words["parts"] = {**now.parts, **words["parts"]}
        actions.translate(
            article,
            by=self.me,
            language=language,
            changes=words,
            note=asked["note"],
            significance=asked.get("significance") or Version.Significance.MATERIAL,
        )

    @extend_schema(responses=TranslationShape)
    @action(detail=True, url_path=ONE, url_name="translation", filter_backends=[])
    def translation(self, request: Request, number: str, language: str) -> Response:
        article, _found = self._translation(language)
        return self._told_translation(article, language)

    @extend_schema(
        request=ChangedTranslation,
        responses=TranslationShape,
        parameters=[OpenApiParameter("If-Match", str, "header", required=True)],
    )
    @translation.mapping.patch
    @transaction.atomic
    def change_translation(self, request: Request, number: str, language: str) -> Response:
        article, found = self._translation(language)
        wanted = need_match(request)
        asked = read(ChangedTranslation, request)
        article.lock()
        found.refresh_from_db()
        check_match(wanted, translation_etag(found), lambda: TranslationShape(found).data)
        self._write(article, language, shapes.words_in(asked), asked)
        return self._told_translation(article, language)

    @extend_schema(responses={204: None})
    @translation.mapping.delete
    def remove_translation(self, request: Request, number: str, language: str) -> Response:
        """Take it away from readers; its versions stay."""
        article, _found = self._translation(language)
        actions.remove_translation(article, by=self.me, language=language)
        return Response(status=204)

    @extend_schema(request=None, responses=TranslationShape)
    @action(
        detail=True, methods=["post"], url_path=f"{ONE}/confirm", url_name="confirm-translation"
    )
    def confirm_translation(self, request: Request, number: str, language: str) -> Response:
        """The master changed, and this translation still says the same."""
        article, _found = self._translation(language)
        actions.confirm_translation(article, by=self.me, language=language)
        return self._told_translation(article, language)

    @extend_schema(request=None, responses=shapes.ArticleShape)
    @action(detail=True, methods=["post"], url_path=f"{ONE}/master", url_name="make-master")
    def make_master(self, request: Request, number: str, language: str) -> Response:
        """Make this language the one that the others follow."""
        article, _found = self._translation(language)
        made = actions.make_master(article, by=self.me, language=language)
        return Response(shapes.ArticleShape(made, context={"request": request}).data)
