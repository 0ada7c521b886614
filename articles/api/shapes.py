"""What the API says about knowledge, and what it may be told.

Outsiders get shapes of their own: no counters, no states, no history, and texts without the
passages that are internal only. Nothing in them moves when only an internal passage changes.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from articles import text
from articles.actions import STATES
from articles.models import (
    PARTS,
    TEXT,
    Article,
    ArticleEvent,
    Audience,
    Confidence,
    Feedback,
    Flag,
    Governance,
    Suggestion,
    Template,
    Version,
)
from kcs.api import Asked, Facets, Text, Word, etag_of
from kcs.errors import BadValue
from people.api import Colleague, DomainPath, TeamName

TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}


def article_etag(article: Article) -> str:
    """Changes with everything that a PATCH can change, and with nothing else."""
    return etag_of(
        article.version_number,
        article.changed_at.isoformat(),
        [getattr(article, state) for state in STATES],
        article.domain_id,
        article.tags,
        article.owner_id,
        article.environment_facets,
        article.language,
        article.review_every_days,
        article.review_due_on,
    )


# What is told -------------------------------------------------------------------------------


class OriginShape(serializers.Serializer):
    """The record that a thing was made from: in our system a ticket, else another's."""

    type = serializers.CharField(source="origin_type")
    id = serializers.CharField(source="origin_id")


class SourceShape(OriginShape):
    url = serializers.CharField(source="origin_url")


class CommentShape(serializers.ModelSerializer[Feedback]):
    by = Colleague(read_only=True)

    class Meta:
        model = Feedback
        fields = ["id", "helpful", "comment", "by", "role", "channel", "at"]


class ArticleRowShape(serializers.ModelSerializer[Article]):
    """An article in a list: everything but its text."""

    domain = DomainPath(read_only=True)
    owner = Colleague(read_only=True)
    template: serializers.SlugRelatedField = serializers.SlugRelatedField(
        "name", read_only=True
    )
    origin = SourceShape(source="*", read_only=True)
    version = serializers.IntegerField(source="version_number")
    helped = serializers.IntegerField(source="helped_count")
    views = serializers.IntegerField(source="view_count")
    url = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = Article
        fields = [
            "number", "title", "language", "template", "confidence", "audience", "governance",
            "domain", "tags", "owner", "origin", "version", "created_at", "changed_at",
            "validated_at", "reuse_count", "last_reused_at", "helped", "views", "open_flags",
            "url",
        ]  # fmt: skip


class ArticleShape(ArticleRowShape):
    """One article for those inside, with its five parts: the fifth is its users' comments."""

    team = TeamName(source="owner_team", read_only=True)
    merged_into: serializers.SlugRelatedField = serializers.SlugRelatedField(
        "number", read_only=True
    )
    created_by = Colleague(read_only=True)
    changed_by = Colleague(read_only=True)
    html = serializers.SerializerMethodField()
    comments = serializers.SerializerMethodField()

    class Meta:
        model = Article
        fields = [
            *ArticleRowShape.Meta.fields, *PARTS, "parts", "html", "comments", "environment_facets",
            "team", "created_by", "changed_by", "archived_reason", "merged_into",
            "review_every_days", "review_due_on",
        ]  # fmt: skip

    @extend_schema_field(TEXTS)
    def get_html(self, article: Article) -> dict[str, str]:
        return rendered(article, "inside")

    @extend_schema_field(CommentShape(many=True))
    def get_comments(self, article: Article) -> Any:
        said = article.feedback.exclude(comment="").select_related("by")[:50]
        return CommentShape(said, many=True).data


def rendered(article: Article, side: str) -> dict[str, str]:
    held = article.rendered
    template = article.template
    if (held.get("renderer"), held.get("template", "")) != (text.RENDERER, template.stamp()):
        held = template.render(article.words())
    return {
        name: html
        for name, html in held[side].items()
        if html or side == "inside" or name in PARTS
    }


class OutsideArticleRowShape(serializers.ModelSerializer[Article]):
    """What a customer's list says of an article."""

    domain = DomainPath(read_only=True)
    url = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = Article
        fields = ["number", "title", "language", "domain", "url"]


class OutsideArticleShape(OutsideArticleRowShape):
    """An article for readers outside: its text without the internal passages."""

    parts = serializers.SerializerMethodField()
    html = serializers.SerializerMethodField()

    class Meta:
        model = Article
        fields = [*OutsideArticleRowShape.Meta.fields, *PARTS, "parts", "html"]

    def to_representation(self, article: Article) -> dict[str, Any]:
        told = super().to_representation(article)
        said = article.said_outside()
        return told | {name: said[name] for name in TEXT} | {"parts": said["parts"]}

    @extend_schema_field(TEXTS)
    def get_parts(self, article: Article) -> dict[str, str]:
        return article.said_outside()["parts"]

    @extend_schema_field(TEXTS)
    def get_html(self, article: Article) -> dict[str, str]:
        return rendered(article, "outside")


class VersionRowShape(serializers.ModelSerializer[Version]):
    by = Colleague(read_only=True)
    origin = OriginShape(source="*", read_only=True)

    class Meta:
        model = Version
        fields = [
            "number", "title", "language", "significance", "by", "at", "note", "restored_from",
            "origin",
        ]  # fmt: skip


class VersionShape(VersionRowShape):
    class Meta:
        model = Version
        fields = [*VersionRowShape.Meta.fields, *PARTS, "parts"]


class ArticleEventShape(serializers.ModelSerializer[ArticleEvent]):
    by = Colleague(read_only=True)
    origin = OriginShape(source="*", read_only=True)

    class Meta:
        model = ArticleEvent
        fields = ["id", "verb", "by", "at", "version", "detail", "origin"]


class FlagShape(serializers.ModelSerializer[Flag]):
    article: serializers.SlugRelatedField = serializers.SlugRelatedField(
        "number", read_only=True
    )
    version: serializers.SlugRelatedField = serializers.SlugRelatedField(
        "number", read_only=True
    )
    by = Colleague(read_only=True)
    owner = Colleague(read_only=True)
    answered_by = Colleague(read_only=True)
    origin = OriginShape(source="*", read_only=True)

    age_hours = serializers.SerializerMethodField()
    turnaround_hours = serializers.FloatField(source="hours", allow_null=True, read_only=True)

    class Meta:
        model = Flag
        fields = [
            "id", "article", "version", "kind", "note", "passage", "by", "at", "age_hours",
            "state", "owner", "taken_at", "answer", "answered_by", "answered_at",
            "turnaround_hours", "origin",
        ]  # fmt: skip

    def get_age_hours(self, flag: Flag) -> float:
        return flag.age_hours


class FeedbackShape(serializers.ModelSerializer[Feedback]):
    """What a reader said, in the queue. An address that somebody left stays in the house: an
    answer is sent to it, and nobody reads it."""

    article: serializers.SlugRelatedField = serializers.SlugRelatedField(
        "number", read_only=True
    )
    version: serializers.SlugRelatedField = serializers.SlugRelatedField(
        "number", read_only=True
    )
    by = Colleague(read_only=True)
    owner = Colleague(read_only=True)
    answered_by = Colleague(read_only=True)
    answered_by_mail = serializers.SerializerMethodField()
    age_hours = serializers.SerializerMethodField()
    turnaround_hours = serializers.FloatField(source="hours", allow_null=True, read_only=True)

    class Meta:
        model = Feedback
        fields = [
            "id", "article", "version", "helpful", "comment", "by", "role", "channel",
            "language", "at", "age_hours", "state", "owner", "taken_at", "answer",
            "answered_by", "answered_at", "turnaround_hours", "answered_by_mail",
        ]  # fmt: skip

    def get_answered_by_mail(self, feedback: Feedback) -> bool:
        return bool(feedback.email)

    def get_age_hours(self, feedback: Feedback) -> float:
        return feedback.age_hours


class SuggestionShape(serializers.ModelSerializer[Suggestion]):
    article: serializers.SlugRelatedField = serializers.SlugRelatedField(
        "number", read_only=True
    )
    by = Colleague(read_only=True)
    decided_by = Colleague(read_only=True)
    version: serializers.SlugRelatedField = serializers.SlugRelatedField(
        "number", read_only=True
    )
    origin = OriginShape(source="*", read_only=True)

    class Meta:
        model = Suggestion
        fields = [
            "id", "article", "language", "base", "by", "at", "note", "state", "decided_by",
            "decided_at", "reason", "version", "origin", *TEXT, "parts",
        ]  # fmt: skip


class OptionsShape(serializers.Serializer):
    """What this person may choose and do. What is not here is refused, too."""

    confidence = serializers.ListField(child=serializers.CharField())
    audience = serializers.ListField(child=serializers.CharField())
    governance = serializers.ListField(child=serializers.CharField())
    may_change = serializers.BooleanField()
    may_suggest = serializers.BooleanField()


class HitShape(serializers.Serializer):
    """One result of a search, and why it is here. The snippet is HTML: escaped, with <mark>."""

    source = serializers.CharField()  # type: ignore[assignment]
    id = serializers.CharField(source="number")
    number = serializers.CharField()
    title = serializers.CharField()
    snippet = serializers.SerializerMethodField()
    why = serializers.ListField(child=serializers.CharField())
    language = serializers.CharField()
    rank = serializers.IntegerField()

    def get_snippet(self, hit: Any) -> str:
        from articles.templatetags.marked import marked

        return str(marked(hit.snippet))


class InsideHitShape(HitShape):
    """With what outsiders are not told: a score alone says how rare a word is in all we have."""

    score = serializers.FloatField()
    confidence = serializers.CharField()
    audience = serializers.CharField()
    governance = serializers.CharField()
    reuse_count = serializers.IntegerField()
    last_reused_at = serializers.DateTimeField(allow_null=True)
    helped = serializers.IntegerField()
    views = serializers.IntegerField()
    tags = serializers.ListField(child=serializers.CharField())


class LikeShape(InsideHitShape):
    """A likely duplicate; likeness 1 says as much about the draft's words as the draft."""

    likeness = serializers.FloatField()


# What may be asked --------------------------------------------------------------------------


@extend_schema_field({"type": "string"})
class TemplateName(serializers.Field):
    """A template by its name."""

    def to_internal_value(self, data: Any) -> Template:
        found = None
        if isinstance(data, str):
            found = Template.objects.filter(name__iexact=data).first()
        if found is None:
            raise BadValue(_("There is no such template."), field="template")
        return found

    def to_representation(self, value: Template) -> str:
        return value.name


class Words(Asked):
    """The text of an article. A part that is left out stays as it is."""

    title = Text(required=False)
    issue = Text(required=False)
    environment = Text(required=False)
    resolution = Text(required=False)
    cause = Text(required=False)
    parts = serializers.DictField(child=Text(), required=False)

    def words(self) -> dict[str, Any]:
        return words_in(self.validated_data)


def words_in(asked: dict[str, Any]) -> dict[str, Any]:
    return {name: asked[name] for name in (*TEXT, "parts") if name in asked}


class Facts(Words):
    confidence = Word(Confidence, required=False)
    audience = Word(Audience, required=False)
    governance = Word(Governance, required=False)
    language = serializers.CharField(max_length=12, required=False)
    tags = serializers.ListField(
        child=serializers.CharField(max_length=60), max_length=30, required=False
    )
    environment_facets = Facets(required=False)


class AskedOrigin(Asked):
    type = serializers.CharField(max_length=40)
    id = serializers.CharField(max_length=120)
    url = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class NewArticle(Facts):
    template = TemplateName(required=False)
    domain = DomainPath(required=False, allow_null=True)
    owner = Colleague(required=False)
    team = TeamName(required=False, source="owner_team")
    origin = AskedOrigin(required=False)


class ChangedArticle(Facts):
    """All or nothing: text, states and facts in one PATCH."""

    domain = DomainPath(required=False, allow_null=True)
    owner = Colleague(required=False, allow_null=True)
    editors = serializers.ListField(child=Colleague(), max_length=50, required=False)
    review_every_days = serializers.IntegerField(required=False, allow_null=True)
    review_due_on = serializers.DateField(required=False, allow_null=True)
    note = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)
    reason = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)
    significance = Word(Version.Significance, required=False)


class Restoring(Asked):
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class NewSuggestion(Words):
    language = serializers.CharField(
        max_length=12, required=False, default="", allow_blank=True
    )
    base = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False)
    note = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


class Declining(Asked):
    reason = Text(default="", max_length=1000)


class NewFlag(Asked):
    kind = Word(Flag.Kind)
    note = Text(default="", max_length=2000)
    passage = Text(default="", max_length=1000)


class Answering(Asked):
    answer = Text(default="", max_length=2000)


class Handing(Asked):
    to = Colleague()


class NewFeedback(Asked):
    helpful = serializers.BooleanField(required=False, allow_null=True, default=None)
    comment = Text(default="", max_length=10_000)


class Draft(Words):
    language = serializers.CharField(max_length=12, required=False)
    article = serializers.CharField(max_length=20, required=False)
