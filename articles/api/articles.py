"""Articles: list, read, write, change, restore, and what readers say of them."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from articles import actions, rules
from articles.actions import STATES
from articles.api import shapes, submitting
from articles.api.files import FileDoors
from articles.api.lifecycle import LifecycleDoors
from articles.api.translations import TranslationDoors
from articles.filters import ArticleFilter
from articles.models import Article, Suggestion, Version
from articles.search import query as engine
from kcs.api import (
    Asked,
    KnownFilters,
    answer_with,
    check_match,
    need_match,
    paged,
    read,
)
from people.api import Known
from people.api_auth import Agent, KnownPerson

DATES = ("review_every_days", "review_due_on")
FACTS = ("domain", "tags", "owner", "environment_facets", "language", "editors")


class Articles(  # type: ignore[misc]
    FileDoors, LifecycleDoors, TranslationDoors, Known, viewsets.GenericViewSet
):
    """Knowledge, as far as the asking person may see it. What is hidden is missing: 404."""

    queryset = Article.objects.none()
    serializer_class = shapes.ArticleShape
    lookup_field = "number"
    lookup_value_regex = "KB-[0-9]{1,18}"
    filter_backends = [KnownFilters]
    filterset_class = ArticleFilter
    order = ("-changed_at", "-pk")

    # What outsiders may do. Everything else is for those inside: deny by default.
    outside = frozenset(
        {"list", "retrieve", "leave_feedback", "create", "suggest", "submissions"}
    )

    def get_permissions(self) -> list[Any]:
        return [KnownPerson()] if self.action in self.outside else [Agent()]

    def get_queryset(self) -> Any:
        return Article.objects.visible_to(self.me)

    def get_object(self) -> Article:
        return self.found(self.get_queryset())

    def found(self, articles: Any) -> Article:
        related = articles.select_related(
            "template",
            "domain",
            "owner",
            "owner_team",
            "created_by",
            "changed_by",
            "merged_into",
        )
        return get_object_or_404(related, number=self.kwargs["number"])

    def told(self, article: Article, *, status: int = 200, **headers: str) -> Response:
        data = shapes.ArticleShape(article, context={"request": self.request}).data
        return answer_with(data, shapes.article_etag(article), status=status, **headers)

    # Reading ------------------------------------------------------------------------------

    @extend_schema(responses=shapes.ArticleRowShape(many=True))
    def list(self, request: Request) -> Response:
        inside = self.me.is_agent
        shape = shapes.ArticleRowShape if inside else shapes.OutsideArticleRowShape
        rows = self.filter_queryset(self.get_queryset())
        related = ("domain", "template", "owner") if inside else ("domain",)
        page = self.paginate_queryset(
            rows.select_related(*related).defer(
                *("issue", "environment", "resolution", "cause", "parts", "rendered")
            )
        )
        return self.get_paginated_response(shape(page, many=True).data)

    @extend_schema(responses=shapes.ArticleShape)
    def retrieve(self, request: Request, number: str) -> Response:
        if there := self._merged_into(number):
            where = reverse("api:article-detail", args=[there.number])
            return Response(status=301, headers={"Location": where})
        article = self.get_object()
        self.opened(article)
        if not self.me.is_agent:
            return Response(shapes.OutsideArticleShape(article).data)
        return self.told(article)

    def _merged_into(self, number: str) -> Article | None:
        """Readers outside are led on; those inside read what was merged, and where it went."""
        if self.me.is_agent:
            return None
        return self.get_queryset().filter(merged__number=number).first()

    def opened(self, article: Article) -> None:
        """An outsider's reading is counted; a program that reads before it writes is not."""
        if not self.me.is_agent:
            actions.view(article, by=self.me)

    @extend_schema(responses=shapes.VersionRowShape(many=True))
    @action(detail=True, filter_backends=[])
    def versions(self, request: Request, number: str) -> Response:
        versions = self.get_object().versions.select_related("by").order_by()
        return paged(self, request, versions, shapes.VersionRowShape, order=("-number", "-pk"))

    @extend_schema(responses=shapes.VersionShape)
    @action(detail=True, url_path="versions/(?P<version>[0-9]{1,9})", url_name="version")
    def version(self, request: Request, number: str, version: str) -> Response:
        versions = self.get_object().versions.select_related("by")
        return Response(
            shapes.VersionShape(get_object_or_404(versions, number=int(version))).data
        )

    @extend_schema(responses=shapes.ArticleEventShape(many=True))
    @action(detail=True, filter_backends=[])
    def history(self, request: Request, number: str) -> Response:
        events = self.get_object().events.select_related("by").order_by()
        return paged(self, request, events, shapes.ArticleEventShape, order=("-at", "-pk"))

    @extend_schema(
        parameters=[OpenApiParameter("confidence", str)], responses=shapes.OptionsShape
    )
    @action(detail=True, url_path="options", url_name="options")
    def offered(self, request: Request, number: str) -> Response:
        """What this person may set here; with `confidence`, what at that confidence."""
        return self._options(self.get_object())

    @extend_schema(
        parameters=[OpenApiParameter("confidence", str)],
        responses=shapes.OptionsShape,
        operation_id="articles_new_options",
    )
    @action(detail=False, url_path="options", url_name="new-options")
    def new_options(self, request: Request) -> Response:
        """What this person may set on an article that is still to be written."""
        return self._options(None)

    def _options(self, article: Article | None) -> Response:
        user = self.me
        at = self.request.query_params.get("confidence") or None
        offered = rules.options(user, article, confidence=at)
        return Response(
            {state: getattr(offered, state) for state in STATES}
            | {
                "may_change": article is None or rules.may_change(user, article),
                "may_suggest": article is not None and rules.may_suggest(user, article),
            }
        )

    # Writing ------------------------------------------------------------------------------

    new_shape: type[Asked] = shapes.NewArticle
    changed_shape: type[Asked] = shapes.ChangedArticle
    flag_shape: type[Asked] = shapes.NewFlag

    @extend_schema(request=shapes.NewArticle, responses={201: shapes.ArticleShape})
    def create(self, request: Request) -> Response:
        """Write an article; a customer's waits for review, where customers may write at all."""
        if not self.me.is_agent:
            return submitting.draft(request, self.me)
        article = self.written(read(self.new_shape, request))
        where = request.build_absolute_uri(f"{article.number}/")
        return self.told(article, status=201, Location=where)

    def written(self, asked: dict[str, Any]) -> Article:
        origin = asked.pop("origin", None)
        if origin:
            asked |= {"origin": (origin["type"], origin["id"]), "origin_url": origin["url"]}
        asked.setdefault("title", "")
        return actions.create(by=self.me, **asked)

    @extend_schema(
        request=shapes.ChangedArticle,
        responses=shapes.ArticleShape,
        parameters=[OpenApiParameter("If-Match", str, "header", required=True)],
    )
    @transaction.atomic
    def partial_update(self, request: Request, number: str) -> Response:
        """Change text, states and facts together: all of it or nothing."""
        article = self.get_object()
        wanted = need_match(request)
        asked = read(self.changed_shape, request)
        article.lock()
        etag = shapes.article_etag(article)
        check_match(wanted, etag, lambda: shapes.ArticleShape(article).data)
        self.changed(article, asked)
        return self.told(self.found(Article.objects.visible_to(self.me)))

    def changed(self, article: Article, asked: dict[str, Any]) -> Version | Suggestion | None:
        """Apply what was asked. States go before the text where the text needs them to."""
        by = self.me
        states = {name: asked[name] for name in STATES if name in asked}
        reason = asked["reason"]
        # A validated article cannot lose its resolution, one that is not cannot be validated
        # without: so a step down comes before the text and a step up after it.
        down = states.get("confidence", "validated") != "validated"
        if down:
            actions.restate(article, by=by, reason=reason, **states)
        words = shapes.words_in(asked)
        if "parts" in words:
            # A part that is left out stays: an author fills parts and never removes one.
            words["parts"] = {**article.parts, **words["parts"]}
        made = self.said(article, words, asked) if words else None
        if not down and states:
            actions.restate(article, by=by, reason=reason, **states)
        facts = {name: asked[name] for name in FACTS if name in asked}
        clear = [name for name, value in facts.items() if value is None]
        facts = {n: v for n, v in facts.items() if v is not None and self._moves(article, n, v)}
        if facts or clear:
            actions.describe(article, by=by, clear=clear, **facts)
        if dates := {name: asked[name] for name in DATES if name in asked}:
            every, due_on = (dates.get(name, getattr(article, name)) for name in DATES)
            actions.set_calendar(article, by=by, every=every, due_on=due_on)
        return made

    def _moves(self, article: Article, name: str, value: Any) -> bool:
        """An unchanged value is always legal, whoever sends it along."""
        if name == "editors":
            return {u.pk for u in article.editors.all()} != {u.pk for u in value}
        return getattr(article, name) != value

    def said(
        self, article: Article, words: dict[str, Any], asked: dict[str, Any]
    ) -> Version | Suggestion | None:
        words = {n: v for n, v in words.items() if article.words()[n] != v}
        if not words:
            return None
        return actions.improve(
            article,
            by=self.me,
            changes=words,
            note=asked["note"],
            significance=asked.get("significance") or Version.Significance.MATERIAL,
        )

    @extend_schema(request=shapes.Restoring, responses=shapes.ArticleShape)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, number: str) -> Response:
        """Make an earlier version's text the newest."""
        article = self.get_object()
        actions.restore(article, by=self.me, **read(shapes.Restoring, request))
        return self.told(article)

    # What readers say ---------------------------------------------------------------------

    @extend_schema(responses=shapes.CommentShape(many=True))
    @action(detail=True, filter_backends=[])
    def feedback(self, request: Request, number: str) -> Response:
        """What readers said, the newest first."""
        said = self.get_object().feedback.select_related("by").order_by()
        return paged(self, request, said, shapes.CommentShape, order=("-at", "-pk"))

    @extend_schema(request=shapes.NewFeedback, responses={201: shapes.CommentShape})
    @feedback.mapping.post
    def leave_feedback(self, request: Request, number: str) -> Response:
        """A rating, a comment or both, from anyone who may read the article."""
        article = self.get_object()
        made = actions.rate(
            article, by=self.me, channel="api", **read(shapes.NewFeedback, request)
        )
        if not self.me.is_agent:
            return Response(
                {"helpful": made.helpful, "comment": made.comment, "at": made.at}, status=201
            )
        return Response(shapes.CommentShape(made).data, status=201)

    @extend_schema(responses=shapes.FlagShape(many=True))
    @action(detail=True, filter_backends=[])
    def flags(self, request: Request, number: str) -> Response:
        article = self.get_object()
        raised = article.flags.select_related(
            "article", "version", "by", "owner", "answered_by"
        )
        return paged(self, request, raised.order_by(), shapes.FlagShape, order=("-at", "-pk"))

    @extend_schema(request=shapes.NewFlag, responses={201: shapes.FlagShape})
    @flags.mapping.post
    def raise_flag(self, request: Request, number: str) -> Response:
        """Say what is wrong with it."""
        made = self.flagged(self.get_object(), read(self.flag_shape, request))
        return Response(shapes.FlagShape(made).data, status=201)

    def flagged(self, article: Article, asked: dict[str, Any]) -> Any:
        return actions.flag(article, by=self.me, **asked)

    @extend_schema(responses=submitting.SubmissionShape(many=True))
    @action(detail=False, filter_backends=[], pagination_class=None)
    def submissions(self, request: Request) -> Response:
        """What a customer wrote, and what became of it."""
        rows = [] if self.me.is_agent else actions.submissions(self.me)
        return Response(submitting.SubmissionShape(rows, many=True).data)

    # Suggestions --------------------------------------------------------------------------

    @extend_schema(responses=shapes.SuggestionShape(many=True))
    @action(detail=True, filter_backends=[])
    def suggestions(self, request: Request, number: str) -> Response:
        """Versions that somebody proposed."""
        made = self._suggestions(self.get_object()).order_by()
        return paged(self, request, made, shapes.SuggestionShape, order=("-at", "-pk"))

    @extend_schema(request=shapes.NewSuggestion, responses={201: shapes.SuggestionShape})
    @suggestions.mapping.post
    def suggest(self, request: Request, number: str) -> Response:
        """Propose a version where one may not change the article oneself."""
        if not self.me.is_agent:
            # Before anything is looked up: what is hidden and what is missing answer alike.
            actions.require_author(self.me)
        article = self.get_object()
        if not self.me.is_agent:
            return submitting.edit(request, article, self.me)
        asked = read(shapes.NewSuggestion, request)
        words = shapes.words_in(asked)
        if "parts" in words:
            words["parts"] = {**article.parts, **words["parts"]}
        made = actions.suggest(
            article,
            by=self.me,
            changes=words,
            base=asked.get("base"),
            note=asked["note"],
            language=asked["language"],
        )
        return Response(shapes.SuggestionShape(made).data, status=201)

    @extend_schema(request=shapes.Words, responses=shapes.ArticleShape)
    @action(
        detail=True,
        methods=["post"],
        url_path="suggestions/(?P<suggestion>[0-9]{1,18})/accept",
        url_name="accept",
    )
    def accept(self, request: Request, number: str, suggestion: str) -> Response:
        """Make a suggestion live, as it is or with changes."""
        words = shapes.words_in(read(shapes.Words, request))
        _article, one = self._suggestion(suggestion)
        if "parts" in words:
            words["parts"] = {**one.parts, **words["parts"]}
        actions.accept(one, by=self.me, changes=words or None)
        return self.told(self.found(Article.objects.visible_to(self.me)))

    @extend_schema(request=shapes.Declining, responses=shapes.SuggestionShape)
    @action(
        detail=True,
        methods=["post"],
        url_path="suggestions/(?P<suggestion>[0-9]{1,18})/decline",
        url_name="decline",
    )
    def decline(self, request: Request, number: str, suggestion: str) -> Response:
        """Say no, with the reason that its author will read."""
        _article, one = self._suggestion(suggestion)
        made = actions.decline(one, by=self.me, **read(shapes.Declining, request))
        return Response(shapes.SuggestionShape(made).data)

    def _suggestions(self, article: Article) -> Any:
        return article.suggestions.select_related("article", "by", "decided_by", "version")

    def _suggestion(self, key: str) -> tuple[Article, Suggestion]:
        article = self.get_object()
        if int(key) >= 2**63:
            raise Http404
        return article, get_object_or_404(self._suggestions(article), pk=int(key))

    @extend_schema(request=shapes.Draft, responses=shapes.LikeShape(many=True))
    @action(detail=False, methods=["post"])
    def duplicates(self, request: Request) -> Response:
        """Articles like this draft, compared by its whole text; the most alike first."""
        asked = read(shapes.Draft, request)
        own = asked.get("article")
        mine = self.get_queryset().filter(number=own).first() if own else None
        hits = engine.duplicates(
            shapes.words_in(asked),
            user=self.me,
            language=asked.get("language"),
            exclude=mine.pk if mine else None,
            limit=10,
        )
        return Response({"results": shapes.LikeShape(hits, many=True).data})
