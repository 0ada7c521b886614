"""The API where tickets meet articles: suggestions, links, deliveries, outcomes, search."""

from __future__ import annotations

import re
from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from articles import api as articles_api
from articles.actions import view
from articles.api import shapes
from articles.models import Article, Suggestion, Version
from articles.search import query as engine
from kcs.api import (
    Asked,
    Text,
    Word,
    answer_with,
    check_match,
    etag_of,
    need_match,
    read,
    refuse_unknown,
)
from kcs.errors import BadValue, Refused
from loops.models import Delivery, Link, Opening, Outcome, Search
from loops.solve import actions
from people.api import Colleague, DomainPath, TeamName
from people.api_auth import KnownPerson
from people.models import Domain
from tickets import actions as ticket_actions
from tickets import api as tickets_api
from tickets.models import Message, Ticket

BULK = 200


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


# What is told -------------------------------------------------------------------------------


class LinkShape(serializers.ModelSerializer[Link]):
    """An article version that met the ticket. `version_delivered` is the version at linking,
    then the one that was sent; `version_current` is what the article says today."""

    article = serializers.SlugRelatedField("number", read_only=True)
    title = serializers.CharField(source="article.title")
    version_delivered = serializers.IntegerField(source="delivered.number")
    version_current = serializers.IntegerField(source="article.version_number")
    by = Colleague(read_only=True)

    class Meta:
        model = Link
        fields = [
            "id", "article", "title", "kind", "version_delivered", "version_current", "by", "at",
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
    """Searches and opened articles, in order; of articles only those `seen`."""
    steps: list[dict[str, Any]] = []
    for search in ticket.searches.select_related("by"):
        steps.append(
            {
                "kind": "search",
                "id": search.pk,
                "at": search.at,
                "by": search.by,
                "suggested": search.kind == Search.Kind.SUGGESTED,
                "query": search.query,
                "filters": search.filters,
                "results": search.results,
            }
        )
    opened = Opening.objects.filter(ticket=ticket, article__in=seen)
    for opening in opened.select_related("by", "article"):
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
        return SaidShape(said.prefetch_related("deliveries__version__article"), many=True).data

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
    return ticket.links.filter(article__in=seen).select_related("article", "delivered", "by")


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
                {name: [_("“%(verb)s” does not take this.") % {"verb": verb}] for name in strange}
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
    results = shapes.InsideHitShape(many=True)


# Tickets ------------------------------------------------------------------------------------

SEARCHED = ("domain", "confidence", "audience", "governance", "tag", "language")
WORDS = [
    OpenApiParameter("q", str, description="other words than the ticket's own"),
    OpenApiParameter("drop", str, many=True, description="words to take out"),
    OpenApiParameter("add", str, many=True, description="words to put in"),
    OpenApiParameter("limit", int, description="1 to 50, 10 by default"),
    *(OpenApiParameter(name, str, many=True) for name in SEARCHED),
]


class Tickets(tickets_api.Tickets):
    """Tickets with what the workspace does to them."""

    serializer_class = WorkedShape
    detail_shape = WorkedShape
    saying_shape = Sending

    @extend_schema(parameters=WORDS, responses=SearchAnswer)
    @action(detail=True)
    def suggestions(self, request: Request, number: str) -> Response:
        """The ranked articles, without typing; with `q` a refinement. Both are recorded."""
        ticket = self.get_object()
        refuse_unknown(request, {"q", "drop", "add", "limit", *SEARCHED})
        asked = Looking(request)
        results, search = actions.suggest(
            ticket,
            by=request.user,
            q=asked.q,
            drop=asked.words("drop"),
            add=asked.words("add"),
            filters=asked.filters,
            limit=asked.limit,
        )
        return Response(found(results, search, asked.q, inside=True))

    @extend_schema(responses=LinkShape(many=True))
    @action(detail=True)
    def links(self, request: Request, number: str) -> Response:
        links = links_of(self.get_object(), seen_by(request.user))
        rows = LinkShape(links, many=True).data
        return Response({"next": None, "previous": None, "results": rows})

    @extend_schema(request=NewLink, responses={201: LinkShape, 200: LinkShape})
    @links.mapping.post
    def link(self, request: Request, number: str) -> Response:
        """Use an article. Linked already: it takes the kind that is asked for (200)."""
        ticket = self.get_object()
        asked = read(NewLink, request)
        article = article_named(asked["article"], request.user)
        known = ticket.links.filter(article=article).exists()
        made = actions.link(ticket, article, by=request.user, kind=asked["kind"])
        return self._link_told(made, status=200 if known else 201)

    @extend_schema(responses=LinkShape)
    @action(detail=True, url_path="links/(?P<link>[0-9]{1,18})", url_name="link")
    def one_link(self, request: Request, number: str, link: str) -> Response:
        return self._link_told(self._link(link))

    @extend_schema(
        request=ChangedLink,
        responses=LinkShape,
        parameters=[OpenApiParameter("If-Match", str, "header", required=True)],
    )
    @one_link.mapping.patch
    @transaction.atomic
    def change_link(self, request: Request, number: str, link: str) -> Response:
        """Say whether it resolved the ticket or was a reference."""
        known = self._link(link)
        wanted = need_match(request)
        asked = read(ChangedLink, request)
        known.ticket.lock()
        known.refresh_from_db(fields=["kind"])
        check_match(wanted, link_etag(known), lambda: LinkShape(known).data)
        return self._link_told(actions.set_kind(known, by=request.user, kind=asked["kind"]))

    @extend_schema(responses={204: None})
    @one_link.mapping.delete
    def unlink(self, request: Request, number: str, link: str) -> Response:
        """Remove a link. Its event stays."""
        actions.unlink(self._link(link), by=request.user)
        return Response(status=204)

    def _link(self, key: str) -> Link:
        links = links_of(self.get_object(), seen_by(self.request.user))
        return get_object_or_404(links.select_related("ticket"), pk=int(key))

    def _link_told(self, link: Link, *, status: int = 200) -> Response:
        return answer_with(LinkShape(link).data, link_etag(link), status=status)

    def said(self, ticket: Ticket, asked: dict[str, Any]) -> Message:
        by = self.request.user
        carried = [article_named(number, by) for number in asked.get("article", [])]
        return actions.send(
            ticket, by=by, body=asked["body"], internal=asked["internal"], articles=carried
        )

    def heard(self, ticket: Ticket, body: str) -> Message:
        return actions.hear(ticket, body=body, by=self.request.user)

    @extend_schema(request=Sending, responses={201: SaidShape})
    def say(self, request: Request, number: str) -> Response:
        """A reply, with the articles that it carries; a note; or the requester's own words."""
        return super().say(request, number)

    @extend_schema(request=Solving, responses=WorkedShape)
    @action(detail=True, methods=["post"])
    def solve(self, request: Request, number: str) -> Response:
        """Solve with an outcome; without one, with the one that the rows prove. The gate says
        no with 409 and what is missing."""
        ticket = self.get_object()
        return self.told(actions.solve(ticket, by=request.user, **read(Solving, request)))

    @extend_schema(request=Reopening, responses=WorkedShape)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, number: str) -> Response:
        """Open it again. The outcome ends, and stays in `outcomes`."""
        ticket = self.get_object()
        return self.told(actions.reopen(ticket, by=request.user, **read(Reopening, request)))

    @extend_schema(request=Bulk, responses={200: BulkAnswer, 207: BulkAnswer})
    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> Response:
        """One verb on up to 200 tickets. 207 when not all of them said yes."""
        asked = read(Bulk, request)
        verb, numbers = asked.pop("verb"), list(dict.fromkeys(asked.pop("numbers")))
        tickets = self.get_queryset().select_related("assignee", "team", "requester")
        known = {ticket.number: ticket for ticket in tickets.filter(number__in=numbers)}
        lines = [self._one(known.get(number), number, verb, asked) for number in numbers]
        partly = any(line["status"] != 200 for line in lines)
        return Response({"results": lines}, status=207 if partly else 200)

    def _one(
        self, ticket: Ticket | None, number: str, verb: str, asked: dict[str, Any]
    ) -> dict[str, Any]:
        if ticket is None:
            said = _("There is no such ticket.")
            return {"number": number, "status": 404, "code": "not_found", "detail": said}
        by = self.request.user
        try:
            match verb:
                case "assign":
                    tickets_api.assign(ticket, asked, by=by)
                case "change":
                    ticket_actions.change(ticket, by=by, **asked)
                case "pend":
                    ticket_actions.pend(ticket, by=by, until=asked.get("until"))
                case "wake":
                    ticket_actions.wake(ticket, by=by)
                case "reopen":
                    actions.reopen(ticket, by=by, reason=asked.get("reason", ""))
                case _:
                    actions.solve(ticket, by=by, **asked)
        except Refused as error:
            line: dict[str, Any] = {
                "number": number,
                "status": error.status,
                "code": error.code,
                "detail": str(error),
            }
            if error.missing:
                line["missing"] = [{"code": m.code, "detail": m.detail} for m in error.missing]
            return line
        return {"number": number, "status": 200, "state": ticket.state}


# Articles -----------------------------------------------------------------------------------

OUR_TICKET = re.compile(r"KT-\d+", re.IGNORECASE)


class NewArticle(shapes.NewArticle):
    """With `ticket`: prefilled from it, linked to it, and it is the article's origin."""

    ticket = serializers.CharField(max_length=20, required=False)


class ChangedArticle(shapes.ChangedArticle):
    """With `ticket`: this is how that ticket was solved; the article is linked to it."""

    ticket = serializers.CharField(max_length=20, required=False)


class NewFlag(shapes.NewFlag):
    ticket = serializers.CharField(max_length=20, required=False)


class Articles(articles_api.Articles):
    """Articles, and the ticket that a reading, a change, a flag or an article came from."""

    new_shape = NewArticle
    changed_shape = ChangedArticle
    flag_shape = NewFlag

    def opened(self, article: Article) -> None:
        """An agent's reading is part of the trail of the ticket or search that led to it."""
        user, asked = self.request.user, self.request.query_params
        ticket, search = asked.get("ticket"), asked.get("search", "")
        if not user.is_agent:
            view(article, by=user)
        elif ticket or search:
            on = ticket_named(ticket, user) if ticket else None
            via = self._search(search, on) if search else None
            actions.open_article(article, by=user, ticket=on, search=via, rank=rank(via, article))

    def _search(self, key: str, ticket: Ticket | None) -> Search:
        found = None
        if key.isascii() and key.isdigit() and len(key) < 19:
            mine = Search.objects.filter(by=self.request.user, ticket=ticket)
            found = mine.filter(pk=int(key)).first()
        if found is None:
            raise BadValue(_("There is no such search."), field="search")
        return found

    @extend_schema(
        parameters=[
            OpenApiParameter("ticket", str, description="the ticket it is read for"),
            OpenApiParameter("search", int, description="the search that it was found by"),
        ],
        responses=shapes.ArticleShape,
    )
    def retrieve(self, request: Request, number: str) -> Response:
        return super().retrieve(request, number)

    @extend_schema(request=NewArticle, responses={201: shapes.ArticleShape})
    def create(self, request: Request) -> Response:
        return super().create(request)

    def written(self, asked: dict[str, Any]) -> Article:
        origin = asked.get("origin") or {}
        number = asked.pop("ticket", None)
        # The gate takes an article's origin for evidence, so nobody writes it by hand.
        if origin.get("type") == "ticket" and OUR_TICKET.fullmatch(origin["id"]):
            number = number or origin["id"]
            asked.pop("origin")
        if number is None:
            return super().written(asked)
        if asked.pop("origin", None):
            raise BadValue(
                _("An article has one origin: name the ticket or the outside record."),
                field="origin",
            )
        ticket = ticket_named(number, self.request.user)
        if asked.get("title") == "":
            asked.pop("title")
        return actions.create(ticket, by=self.request.user, **asked)

    @extend_schema(
        request=ChangedArticle,
        responses={200: shapes.ArticleShape, 202: shapes.SuggestionShape},
        parameters=[OpenApiParameter("If-Match", str, "header", required=True)],
    )
    def partial_update(self, request: Request, number: str) -> Response:
        """Change text, states and facts together. With `ticket`, a person who may not change
        the article suggests instead: 202, and the suggestion."""
        self.made: Version | Suggestion | None = None
        response = super().partial_update(request, number)
        if isinstance(self.made, Suggestion):
            data = shapes.SuggestionShape(self.made).data
            return answer_with(data, response.headers["ETag"], status=202)
        return response

    def changed(self, article: Article, asked: dict[str, Any]) -> Version | Suggestion | None:
        if "ticket" in asked and not shapes.words_in(asked):
            raise BadValue(_("An improvement changes the text."), field="ticket")
        self.made = super().changed(article, asked)
        return self.made

    def said(
        self, article: Article, words: dict[str, Any], asked: dict[str, Any]
    ) -> Version | Suggestion | None:
        if "ticket" not in asked:
            return super().said(article, words, asked)
        by = self.request.user
        ticket = ticket_named(asked["ticket"], by)
        return actions.improve(ticket, article, by=by, changes=words, note=asked["note"])

    @extend_schema(request=NewFlag, responses={201: shapes.FlagShape})
    def raise_flag(self, request: Request, number: str) -> Response:
        """Say what is wrong with it; with `ticket`, while using it there."""
        return super().raise_flag(request, number)

    def flagged(self, article: Article, asked: dict[str, Any]) -> Any:
        number = asked.pop("ticket", None)
        if number is None:
            return super().flagged(article, asked)
        by = self.request.user
        return actions.flag(ticket_named(number, by), article, by=by, **asked)


def rank(search: Search | None, article: Article) -> int | None:
    """Where the article stood among what the search found; counted from 1."""
    for place, hit in enumerate(search.results if search else [], start=1):
        if hit["article"] == article.pk:
            return place
    return None


# Search -------------------------------------------------------------------------------------


class Looking:
    """What a search request asks for: words, filters, how many."""

    def __init__(self, request: Request) -> None:
        self.asked = request.query_params
        self.q = self.asked.get("q", "").strip()
        for name in self.asked:
            if any("\x00" in value or len(value) > 20_000 for value in self.asked.getlist(name)):
                raise serializers.ValidationError({name: [_("This is no text to search for.")]})

    def words(self, name: str) -> list[str]:
        """`drop=a&drop=b` and `drop=a,b` mean the same."""
        return [word for item in self.asked.getlist(name) for word in item.split(",") if word][:32]

    @property
    def filters(self) -> dict[str, Any]:
        chosen: dict[str, Any] = {}
        for name in SEARCHED:
            if values := self.words(name):
                chosen[name] = values
        if "domain" in chosen:
            chosen["domain"] = [path.strip("/") for path in chosen["domain"]]
            known = set(
                Domain.objects.filter(path__in=chosen["domain"]).values_list("path", flat=True)
            )
            if strange := [path for path in chosen["domain"] if path not in known]:
                raise serializers.ValidationError(
                    {"domain": [_("There is no domain “%(path)s”.") % {"path": strange[0][:80]}]}
                )
        for name, values in (
            ("confidence", Article.Confidence.values),
            ("audience", Article.Audience.values),
            ("governance", Article.Governance.values),
        ):
            if set(chosen.get(name, [])) - set(values):
                raise serializers.ValidationError(
                    {name: [_("One of: %(values)s.") % {"values": ", ".join(values)}]}
                )
        return chosen

    @property
    def limit(self) -> int:
        text = self.asked.get("limit", "10")
        if not (text.isascii() and text.isdigit() and 0 < int(text[:9]) <= 50):
            raise serializers.ValidationError({"limit": [_("A number from 1 to 50.")]})
        return int(text)


def found(results: Any, search: Search | None, q: str, *, inside: bool) -> dict[str, Any]:
    shape = shapes.InsideHitShape if inside else shapes.HitShape
    told: dict[str, Any] = {
        "query": q,
        "words": results.terms,
        "more": results.more,
        "next": None,
        "previous": None,
        "results": shape(results.hits, many=True).data,
    }
    return {"search": search.pk if search else None, **told} if inside else told


class Find(APIView):
    """Search what the asking person may see. Every search is recorded with what it found."""

    permission_classes = [KnownPerson]

    @extend_schema(
        parameters=[
            OpenApiParameter("q", str, required=True),
            OpenApiParameter("ticket", str, description="the ticket it is searched for"),
            *WORDS[3:],
        ],
        responses=SearchAnswer,
    )
    def get(self, request: Request) -> Response:
        inside = request.user.is_agent
        narrowing = SEARCHED if inside else ("domain", "tag", "language")
        refuse_unknown(request, {"q", "limit", *narrowing, *(["ticket"] if inside else [])})
        asked = Looking(request)
        if number := request.query_params.get("ticket"):
            ticket = ticket_named(number, request.user)
            results, search = actions.suggest(
                ticket, by=request.user, q=asked.q, filters=asked.filters, limit=asked.limit
            )
        else:
            results = engine.search(
                asked.q, user=request.user, filters=asked.filters, limit=asked.limit
            )
            search = actions.remember(
                results, by=request.user, query=asked.q, filters=asked.filters
            )
        return Response(found(results, search, asked.q, inside=inside))
