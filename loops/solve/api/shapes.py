"""What the API says about worked tickets, and what it may be told."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from articles.api import shapes as article_shapes
from articles.models import Article
from kcs.api import Asked, Text, Word, etag_of
from kcs.errors import BadValue
from loops.models import Delivery, Link, Opening, Outcome, Search
from people.api import Colleague, DomainPath, TeamName
from tickets import api as tickets_api
from tickets.models import Message, Ticket

BULK = 200
LONG = [
    f"{side}__{name}"
    for side in ("article", "delivered")
    for name in ("issue", "environment", "resolution", "cause", "parts")
]


def ticket_named(number: str, user: Any, *, field: str = "ticket") -> Ticket:
    """A ticket that a request names beside its address; hidden and missing are the same."""
    found = Ticket.objects.visible_to(user).filter(number=number.upper()).first()
    if found is None:
        raise BadValue(_("There is no such ticket."), field=field)
    return found


def article_named(number: str, user: Any, *, field: str = "article") -> Article:
    """An article that a request names; what this person may not see is not there."""
    found = Article.objects.visible_to(user).filter(number=number.upper()).first()
    if found is None:
        raise BadValue(_("There is no such article."), field=field)
    return found


# What is told -----------------------------------------------------------------------------


class LinkShape(serializers.ModelSerializer[Link]):
    """An article version that met the ticket. `version_delivered` is the version at linking,
    then the one that was sent; `version_current` is what the article says today. After a merge
    `article_delivered` still names the article whose version that was."""

    article: serializers.SlugRelatedField = serializers.SlugRelatedField(
        "number", read_only=True
    )
    title = serializers.CharField(source="article.title")
    article_delivered = serializers.CharField()
    version_delivered = serializers.IntegerField(source="delivered.number")
    version_current = serializers.IntegerField()
    by = Colleague(read_only=True)

    class Meta:
        model = Link
        fields = [
            "id", "article", "title", "kind", "article_delivered", "version_delivered",
            "version_current", "by", "at",
        ]  # fmt: skip


def link_etag(link: Link) -> str:
    return etag_of(link.pk, link.kind)


class OutcomeShape(serializers.ModelSerializer[Outcome]):
    by = Colleague(read_only=True)

    class Meta:
        model = Outcome
        fields = ["outcome", "reason", "note", "by", "at", "ended_at"]


class FoundShape(serializers.Serializer):
    number = serializers.CharField()
    score = serializers.FloatField()


class StepShape(serializers.Serializer):
    """One step of the trail: a search, or an article that was opened."""

    kind = serializers.ChoiceField(["search", "open"])
    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    by = Colleague(allow_null=True)
    suggested = serializers.BooleanField(required=False)
    query = serializers.CharField(required=False)
    filters = serializers.DictField(required=False)
    results = FoundShape(many=True, required=False)
    article = serializers.CharField(required=False)
    search = serializers.IntegerField(required=False, allow_null=True)
    rank = serializers.IntegerField(required=False, allow_null=True)


def trail_of(ticket: Ticket, seen: Any) -> list[dict[str, Any]]:
    """Searches and opened articles, in order; of what they found and opened only the `seen`."""
    steps: list[dict[str, Any]] = []
    searches = list(ticket.searches.select_related("by"))
    came = {hit["article"] for search in searches for hit in search.results}
    shown = set(seen.filter(pk__in=came).values_list("pk", flat=True))
    for search in searches:
        steps.append(
            {
                "kind": "search",
                "id": search.pk,
                "at": search.at,
                "by": search.by,
                "suggested": search.kind == Search.Kind.SUGGESTED,
                "query": search.query,
                "filters": search.filters,
                "results": [hit for hit in search.results if hit["article"] in shown],
            }
        )
    opened = Opening.objects.filter(ticket=ticket, article__in=seen)
    for opening in opened.select_related("by", "article").defer(*LONG[: len(LONG) // 2]):
        steps.append(
            {
                "kind": "open",
                "id": opening.pk,
                "at": opening.at,
                "by": opening.by,
                "article": opening.article.number,
                "search": opening.search_id,
                "rank": opening.rank,
            }
        )
    return sorted(steps, key=lambda step: (step["at"], step["kind"] == "open", step["id"]))


class CarriedShape(serializers.ModelSerializer[Delivery]):
    article = serializers.CharField(source="version.article.number")
    version = serializers.IntegerField(source="version.number")

    class Meta:
        model = Delivery
        fields = ["article", "version"]


class SaidShape(tickets_api.MessageShape):
    """`articles` are the versions that went to the requester with it."""

    articles = CarriedShape(source="deliveries", many=True, read_only=True)

    class Meta:
        model = Message
        fields = [*tickets_api.MessageShape.Meta.fields, "articles"]


class WorkedShape(tickets_api.TicketShape):
    """A ticket as it is worked: with its trail, its links and its outcome."""

    outcome = serializers.SerializerMethodField()
    outcomes = serializers.SerializerMethodField()
    links = serializers.SerializerMethodField()
    trail = serializers.SerializerMethodField()

    class Meta:
        model = Ticket
        fields = [
            *tickets_api.TicketShape.Meta.fields, "outcome", "outcomes", "links", "trail",
        ]  # fmt: skip

    def to_representation(self, ticket: Ticket) -> dict[str, Any]:
        self.declared = list(ticket.outcomes.select_related("by"))
        return super().to_representation(ticket)

    @extend_schema_field(SaidShape(many=True))
    def get_messages(self, ticket: Ticket) -> Any:
        said = ticket.messages.select_related("by")
        sent = Delivery.objects.select_related("version__article").only(
            "message_id", "version__number", "version__article__number"
        )
        return SaidShape(said.prefetch_related(Prefetch("deliveries", sent)), many=True).data

    @extend_schema_field(OutcomeShape(allow_null=True))
    def get_outcome(self, ticket: Ticket) -> Any:
        """The one that counts now; null while it is not solved."""
        for outcome in self.declared:
            if outcome.ended_at is None:
                return OutcomeShape(outcome).data
        return None

    @extend_schema_field(OutcomeShape(many=True))
    def get_outcomes(self, ticket: Ticket) -> Any:
        """Every one that was ever declared, those that a reopening ended too."""
        return OutcomeShape(self.declared, many=True).data

    @extend_schema_field(LinkShape(many=True))
    def get_links(self, ticket: Ticket) -> Any:
        return LinkShape(links_of(ticket, self._seen()), many=True).data

    @extend_schema_field(StepShape(many=True))
    def get_trail(self, ticket: Ticket) -> Any:
        return StepShape(trail_of(ticket, self._seen()), many=True).data

    def _seen(self) -> Any:
        return seen_by(self.context["request"].user)


def seen_by(user: Any) -> Any:
    return Article.objects.visible_to(user).order_by().values("pk")


def links_of(ticket: Ticket, seen: Any) -> Any:
    """Of articles and versions only what a link tells: their texts are long."""
    links = (
        ticket.links.with_current()
        .filter(article__in=seen)
        .select_related("article", "delivered", "by")
    )
    return links.defer(*LONG)


# What may be asked --------------------------------------------------------------------------


class NewLink(Asked):
    article = serializers.CharField(max_length=20)
    kind = Word(Link.Kind, default=Link.Kind.RESOLUTION)


class ChangedLink(Asked):
    kind = Word(Link.Kind)


class Sending(tickets_api.Saying):
    """`article` is a number or a list of them: what the reply carries."""

    article = serializers.JSONField(required=False)

    def validate_article(self, value: Any) -> list[str]:
        numbers = value if isinstance(value, list) else [value]
        if len(numbers) > 20 or not all(isinstance(n, str) and len(n) <= 20 for n in numbers):
            raise serializers.ValidationError(_("An article's number, or a list of them."))
        return numbers


class Solving(Asked):
    outcome = Word(Outcome.Kind, required=False, allow_null=True, allow_blank=True)
    reason = Word(Outcome.Reason, required=False, default="", allow_blank=True)
    note = Text(default="", max_length=1000)


class Reopening(Asked):
    reason = Text(default="", max_length=300)


class Bulk(Asked):
    """One verb on many tickets, each by itself; the fields are the verb's own."""

    numbers = serializers.ListField(
        child=serializers.CharField(max_length=20), min_length=1, max_length=BULK
    )
    verb = serializers.ChoiceField(["assign", "solve", "reopen", "change", "pend", "wake"])
    assignee = Colleague(required=False, allow_null=True)
    team = TeamName(required=False, allow_null=True)
    outcome = Word(Outcome.Kind, required=False, allow_null=True, allow_blank=True)
    reason = Text(required=False, max_length=300)
    note = Text(required=False, max_length=1000)
    until = serializers.DateTimeField(required=False, allow_null=True)
    domain = DomainPath(required=False, allow_null=True)
    priority = tickets_api.Priority(required=False)
    is_defect = serializers.BooleanField(required=False)
    severity = serializers.IntegerField(
        min_value=1, max_value=5, required=False, allow_null=True
    )
    language = serializers.CharField(max_length=12, required=False)

    takes = {
        "assign": {"assignee", "team"},
        "solve": {"outcome", "reason", "note"},
        "reopen": {"reason"},
        "change": {"team", "domain", "priority", "is_defect", "severity", "language"},
        "pend": {"until"},
        "wake": set(),
    }
    needs = {"assign", "change"}

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        verb, told = asked["verb"], set(asked) - {"numbers", "verb"}
        if strange := sorted(told - self.takes[verb]):
            raise serializers.ValidationError(
                {
                    name: [_("“%(verb)s” does not take this.") % {"verb": verb}]
                    for name in strange
                }
            )
        if verb in self.needs and not told:
            raise serializers.ValidationError(_("Say what to change."))
        return asked


class BulkShape(serializers.Serializer):
    """One line a ticket: its status is what the single verb would have answered."""

    number = serializers.CharField()
    status = serializers.IntegerField()
    state = serializers.CharField(required=False)
    code = serializers.CharField(required=False)
    detail = serializers.CharField(required=False)
    missing = serializers.ListField(child=serializers.DictField(), required=False)


class BulkAnswer(serializers.Serializer):
    results = BulkShape(many=True)


class SearchAnswer(serializers.Serializer):
    """Ranked articles. `search` is the id of the search as it was recorded."""

    search = serializers.IntegerField(allow_null=True)
    query = serializers.CharField()
    words = serializers.ListField(child=serializers.CharField())
    more = serializers.BooleanField()
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = article_shapes.InsideHitShape(many=True)
