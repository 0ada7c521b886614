"""The API of recognition: who stands behind an article, thanks, and one's own credit."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from articles.models import Article
from kcs.api import Asked, Text, read, refuse_unknown
from loops.credit import actions, queries
from loops.credit.lineage import Kind, contributors
from loops.models import Thanks
from people.api import Colleague, Known, TeamName, knows
from people.api_auth import Agent


class ContributionShape(serializers.Serializer):
    kind = serializers.ChoiceField(choices=list(Kind))
    first = serializers.DateTimeField()
    last = serializers.DateTimeField()


class ContributorShape(serializers.Serializer):
    """Everything that one person ever did to the article."""

    person = Colleague()
    did = ContributionShape(many=True)
    first = serializers.DateTimeField()
    last = serializers.DateTimeField()


class ByTeamShape(serializers.Serializer):
    team = TeamName()
    contributors = serializers.ListField(child=Colleague())


class RolesShape(serializers.Serializer):
    """The four roles, told apart. `teams` are the same contributors by their team of today;
    `teamless` those in none that the asking person may know."""

    first_author = Colleague()
    last_modifier = Colleague()
    owner = Colleague(allow_null=True)
    owner_team = TeamName(allow_null=True)
    contributors = ContributorShape(many=True)
    teams = ByTeamShape(many=True)
    teamless = serializers.ListField(child=Colleague())


class ThanksShape(serializers.ModelSerializer[Thanks]):
    article: Any = serializers.SlugRelatedField("number", read_only=True)
    to = Colleague()
    by = Colleague()

    class Meta:
        model = Thanks
        fields = ["id", "article", "to", "by", "text", "at"]


class Thanking(Asked):
    to = Colleague()
    text = Text(required=False, default="", max_length=300)


class OfArticle(Known, APIView):
    permission_classes = [Agent]

    def article(self) -> Article:
        seen = Article.objects.visible_to(self.me).select_related("owner_team")
        return get_object_or_404(seen, number=self.kwargs["number"])


class Contributors(OfArticle):
    @extend_schema(responses=RolesShape)
    def get(self, request: Request, number: str) -> Response:
        """First author, last modifier, owner, and all who ever contributed; people by name."""
        refuse_unknown(request, set())
        roles = contributors(self.article())
        teams = [(team, people) for team, people in roles.teams() if knows(self.me, team)]
        in_one = {person.pk for _team, people in teams for person in people}
        owner_team = roles.owner_team
        told = {
            "first_author": roles.first_author,
            "last_modifier": roles.last_modifier,
            "owner": roles.owner,
            "owner_team": owner_team if owner_team and knows(self.me, owner_team) else None,
            "contributors": roles.contributors,
            "teams": [{"team": team, "contributors": people} for team, people in teams],
            "teamless": [
                one.person for one in roles.contributors if one.person.pk not in in_one
            ],
        }
        return Response(RolesShape(told).data)


class Thank(OfArticle):
    @extend_schema(request=Thanking, responses={201: ThanksShape})
    def post(self, request: Request, number: str) -> Response:
        """Thank a colleague for their part in it: once, and never oneself (422)."""
        made = actions.thank(self.article(), by=self.me, **read(Thanking, request))
        return Response(ThanksShape(made).data, status=201)


class UsedShape(serializers.Serializer):
    """What others did with one article since one had a part in it."""

    article = serializers.CharField(source="article.number")
    title = serializers.CharField(source="article.title")
    reuses = serializers.IntegerField(source="count")
    last = serializers.DateTimeField(allow_null=True)
    kinds = serializers.ListField(child=serializers.ChoiceField(choices=list(Kind)))


class Mine(Known, APIView):
    """One's own credit, and nobody else's: there is no way to ask for another's."""

    permission_classes = [Agent]

    @extend_schema(responses=UsedShape(many=True))
    def get(self, request: Request) -> Response:
        """By article, what was used last first; empty when switched off."""
        refuse_unknown(request, set())
        used: list[Any] = queries.credit(self.me) if self.me.shows_credit else []
        for one in used:
            one.kinds = [kind for kind, _n in one.did]
        rows = UsedShape(used, many=True).data
        return Response({"next": None, "previous": None, "results": rows})


OF_ARTICLE = {"contributors": Contributors, "thanks": Thank}
