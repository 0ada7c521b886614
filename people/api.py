"""People and the product tree as programs name them, and the two lists that need no more."""

from __future__ import annotations

from typing import Any, cast

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kcs.api import Asked, answer_with, read
from kcs.errors import BadValue, NotAllowed
from people import actions, rights
from people.api_auth import Agent, KnownPerson
from people.models import Domain, Team, User


class Known:
    """A door that only somebody we know gets through: its permissions saw to that."""

    request: Any

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        for name, values in request.query_params.lists():
            if any("\x00" in value for value in values):
                raise serializers.ValidationError({name[:80]: [_("This is no text.")]})

    @property
    def me(self) -> User:
        return cast("User", self.request.user)


class KeyScheme(OpenApiAuthenticationExtension):
    """How the schema names our keys."""

    target_class = "people.api_auth.KeyAuthentication"
    name = "key"

    def get_security_definition(self, _schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "Authorization: Bearer KEY"}


PERSON = {
    "type": "object",
    "nullable": True,
    "properties": {"email": {"type": "string"}, "name": {"type": "string"}},
}


def person(user: User | None) -> dict[str, str] | None:
    """A colleague, for colleagues."""
    return {"email": user.email, "name": user.name} if user else None


@extend_schema_field(PERSON)
class Colleague(serializers.Field):
    """Read: {email, name}. Written: the e-mail, "me", or null."""

    def to_representation(self, value: User) -> dict[str, str] | None:
        return person(value)

    def to_internal_value(self, data: Any) -> User:
        if not isinstance(data, str):
            raise serializers.ValidationError(_("Name the person by e-mail."))
        if data == "me":
            return self.context["request"].user
        found = User.objects.agents().filter(email__iexact=data).first()
        if found is None:
            raise BadValue(
                _("Nobody who works here has this e-mail."), field=self.field_name or ""
            )
        return found


def knows(user: User, team: Team) -> bool:
    """A private team is known to its members, its manager and administrators alone."""
    return (
        not team.private
        or user.is_superuser
        or team.pk == user.team_id
        or team.manager_id == user.pk
    )


@extend_schema_field({"type": "string", "nullable": True})
class TeamName(serializers.Field):
    """A team by its name."""

    def to_representation(self, value: Team) -> str:
        return value.name

    def to_internal_value(self, data: Any) -> Team:
        found = None
        if isinstance(data, str):
            found = Team.objects.filter(name__iexact=data).first()
        if found is None or not knows(self.context["request"].user, found):
            raise BadValue(_("There is no such team."), field=self.field_name or "")
        return found


@extend_schema_field({"type": "string", "nullable": True, "example": "pay/refunds"})
class DomainPath(serializers.Field):
    """A branch of the product tree by its path; written, a slug that only one branch has will do."""

    def to_representation(self, value: Domain) -> str:
        return value.path

    def to_internal_value(self, data: Any) -> Domain:
        found: list[Domain] = []
        if isinstance(data, str):
            path = data.strip("/")
            found = list(Domain.objects.filter(path=path))
            found = found or list(Domain.objects.filter(slug=path)[:2])
        if len(found) != 1:
            raise BadValue(_("There is no such domain."), field=self.field_name or "")
        return found[0]


class DomainShape(serializers.ModelSerializer[Domain]):
    parent: Any = serializers.SlugRelatedField("path", read_only=True)

    class Meta:
        model = Domain
        fields = ["path", "name", "parent"]


class Domains(APIView):
    """The whole product tree, parents before their branches."""

    permission_classes = [KnownPerson]

    @extend_schema(responses=DomainShape(many=True))
    def get(self, request: Request) -> Response:
        tree = Domain.objects.select_related("parent").order_by("path")
        return Response(DomainShape(tree, many=True).data)


class MeShape(serializers.Serializer):
    email = serializers.EmailField()
    name = serializers.CharField()
    competency = serializers.CharField()
    team = TeamName(allow_null=True)
    is_coach = serializers.BooleanField()
    is_administrator = serializers.BooleanField(source="is_superuser")
    rights = serializers.SerializerMethodField()

    def get_rights(self, user: User) -> dict[str, list[str]]:
        """What the matrix grants this person, by aspect."""
        granted: dict[str, list[str]] = {}
        for aspect, value in sorted(user.rights):
            granted.setdefault(aspect, []).append(value)
        return granted


class MatrixShape(Asked):
    rights = serializers.DictField(
        child=serializers.DictField(
            child=serializers.ListField(
                child=serializers.CharField(max_length=24), max_length=50
            )
        )
    )


class Rights(Known, APIView):
    """The rights matrix: {role: {aspect: [values]}}. For administrators, who change it whole."""

    permission_classes = [Agent]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not self.me.is_superuser:
            raise NotAllowed(_("Only administrators see and change the rights."))

    @extend_schema(responses=MatrixShape)
    def get(self, request: Request) -> Response:
        return self.told()

    @extend_schema(request=MatrixShape, responses=MatrixShape)
    def put(self, request: Request) -> Response:
        """Make it exactly this. It holds with everybody's next request; what a Publisher
        cannot lose has to stand in it. With the ETag in If-Match, only from that matrix."""
        asked = read(MatrixShape, request)["rights"]
        wanted = {
            (role[:40], aspect[:40], value)
            for role, aspects in asked.items()
            for aspect, values in aspects.items()
            for value in values
        }
        base = request.headers.get("If-Match", "*").strip(' "')
        actions.set_rights(by=self.me, wanted=wanted, base=None if base == "*" else base)
        return self.told()

    def told(self) -> Response:
        held = rights.held()
        matrix: dict[str, dict[str, list[str]]] = {}
        for role, aspect, value in sorted(held):
            matrix.setdefault(role, {}).setdefault(aspect, []).append(value)
        return answer_with({"rights": matrix}, f'"{rights.digest(held)}"')


class Me(APIView):
    """Whose key this is, and what it may do."""

    permission_classes = [Agent]

    @extend_schema(responses=MeShape)
    def get(self, request: Request) -> Response:
        return Response(MeShape(request.user).data)
