"""What somebody asked of a report: the period and the filters, read and refused once.

Wrong values are 422 by name, people and teams that are not the reader's 403.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.models import Article
from kcs.errors import BadValue, NotAllowed
from loops.evolve import access
from loops.evolve.scope import first_day
from people.models import Domain, SiteSettings, Team, User
from tickets.models import Ticket
from tickets.queries import teams_of

if TYPE_CHECKING:
    from loops.reports.base import Report

PERIODS = ("4w", "12w", "90d", "26w", "1y")
USUAL = "90d"
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
NONE = "none"
LONGEST = 200
# Of these every record has one, so that the groups' sums are the sum of all; and they are groups
# of people.
EACH_ONCE = ("person", "team", "role")

ROLES: dict[str, Any] = {
    **dict(User.Competency.choices),
    "coach": gettext_lazy("Coach"),
    "expert": gettext_lazy("Domain expert"),
    "manager": gettext_lazy("Manager"),
}


@dataclass(frozen=True)
class Asked:
    """A report's question. `given` is what the request said, for addresses; times are aware,
    `begins` inclusive and `ends` exclusive."""

    report: Report
    user: User
    given: dict[str, str]
    begins: datetime
    ends: datetime
    now: datetime
    zone: ZoneInfo
    teams: access.Teams
    people: frozenset[int]
    least: int
    by: str = ""
    person: User | None = None
    team: Team | str | None = None
    domains: frozenset[int] | str | None = None
    tag: str = ""
    role: str = ""
    owner: User | Team | str | None = None
    creator: User | None = None
    origin: str = ""
    origin_id: str = ""
    q: str = ""
    chosen: dict[str, str] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)  # what several want to know, once

    # Addresses ------------------------------------------------------------------------------

    def url(self, **changed: Any) -> str:
        """The address of the same question with other values; None takes one away."""
        query = {**self.given, "page": None, **changed}
        plain = {name: value for name, value in query.items() if value not in (None, "")}
        address = reverse("insights:report", args=[self.report.key])
        return f"{address}?{urlencode(plain)}" if plain else address

    def but(self, **fields: Any) -> Asked:
        return replace(self, kept={}, **fields)

    # Conditions -----------------------------------------------------------------------------

    def period(self, name: str = "at") -> Q:
        return Q(**{f"{name}__gte": self.begins, f"{name}__lt": self.ends})

    def articles(self, prefix: str = "article__") -> Q:
        """The condition on articles: what the reader may see, and every filter on them. For a
        query on articles themselves the prefix is empty."""
        seen = Article.objects.visible_to(self.user)
        q = Q()
        if seen.query.where:
            inside = f"{prefix.removesuffix('__')}__in" if prefix else "pk__in"
            q = Q(**{inside: seen.order_by().values("pk")})
        q &= self.in_domains(f"{prefix}domain")
        if self.tag:
            q &= Q(**{f"{prefix}tags__contains": [self.tag]})
        if isinstance(self.owner, Team):
            q &= Q(**{f"{prefix}owner_team": self.owner})
        elif isinstance(self.owner, User):
            q &= Q(**{f"{prefix}owner": self.owner})
        elif self.owner == NONE:
            q &= Q(**{f"{prefix}owner": None, f"{prefix}owner_team": None})
        if self.creator:
            q &= Q(**{f"{prefix}created_by": self.creator})
        if self.origin:
            q &= Q(**{f"{prefix}origin_type": "" if self.origin == NONE else self.origin})
        if self.origin_id:
            q &= Q(**{f"{prefix}origin_id": self.origin_id})
        if self.q:
            title = Q(**{f"{prefix}title__icontains": self.q})
            q &= title | Q(**{f"{prefix}number__iexact": self.q})
        return q

    def tickets(self, prefix: str = "ticket__") -> Q:
        """The condition on tickets: what the reader may see."""
        seen = Ticket.objects.visible_to(self.user)
        if not seen.query.where:
            return Q()
        inside = f"{prefix.removesuffix('__')}__in" if prefix else "pk__in"
        return Q(**{inside: seen.order_by().values("pk")})

    def in_domains(self, name: str = "domain") -> Q:
        if self.domains is None:
            return Q()
        if self.domains == NONE:
            return Q(**{name: None})
        return Q(**{f"{name}__in": sorted(self.domains)})  # type: ignore[type-var]

    def whose(self, name: str = "by", *, scoped: bool = True) -> Q:
        """The condition on the person who did it: the filters person, team and role, and, for
        figures about people, the teams whose figures the reader may see. For a query on people
        themselves the name is empty."""
        q = self.who(name)
        if isinstance(self.team, Team):
            q &= Q(**{_of(name, "team"): self.team})
        elif self.team == NONE:
            q &= Q(**{_of(name, "team"): None})
        if scoped and not self.user.is_superuser:
            within = self.teams.tickets(f"{name}__" if name else "")
            q &= within | Q(**{f"{name or 'pk'}__in": sorted(self.people)})
        return q

    def who(self, name: str) -> Q:
        """The condition on the person, whatever team."""
        q = Q()
        if self.person:
            q &= Q(**{name or "pk": self.person.pk})
        if self.role:
            q &= self.in_role(name)
        return q

    def in_role(self, name: str) -> Q:
        if self.role == NONE:
            return Q(**{_of(name, "competency"): ""})
        if self.role == "coach":
            return Q(**{_of(name, "is_coach"): True})
        if self.role == "expert":
            experts = User.objects.filter(expert_of__isnull=False).order_by().values("pk")
            return Q(**{f"{name or 'pk'}__in": experts})
        if self.role == "manager":
            managers = Team.objects.exclude(manager=None).order_by().values("manager")
            return Q(**{f"{name or 'pk'}__in": managers})
        return Q(**{_of(name, "competency"): self.role})

    # Who is named ----------------------------------------------------------------------------

    def may_name(self, person: int | None) -> bool:
        """Whether a figure about this person is the reader's to see."""
        return person in self.people

    def name_of(self, person: User | None) -> str:
        """Their name beside a figure about them; those of others have none."""
        if person is None:
            return ""
        return str(person) if self.may_name(person.pk) else str(_("Others"))

    @property
    def is_about_people(self) -> bool:
        """Whether it was narrowed to some people, or asks for a row for each or their groups."""
        return bool(self.person or self.team or self.role or self.by in EACH_ONCE)

    @property
    def is_within_teams(self) -> bool:
        """Whether a report that is open to all its readers keeps to the reader's teams: where it
        is about people, unless the organisation hides nothing."""
        return bool(self.least) and self.is_about_people

    @property
    def authors(self) -> list[User]:
        """Whose articles were asked for, by name."""
        named = (self.owner, self.creator)
        return [one for one in named if isinstance(one, User) and one != self.user]

    @property
    def has_beginning(self) -> bool:
        return self.begins != BEGINNING

    @cached_property
    def last_day(self) -> date:
        return (self.ends - timedelta(microseconds=1)).astimezone(self.zone).date()

    @cached_property
    def first_day(self) -> date:
        return self.begins.astimezone(self.zone).date()


def _of(name: str, field_: str) -> str:
    return f"{name}__{field_}" if name else field_


# Reading ----------------------------------------------------------------------------------------

# Names that other documents use for the same.
ALIASES = {"individual": "person", "node": "domain", "branch": "domain"}


def read(
    report: Report, query: Mapping[str, str], user: User, *, site: SiteSettings | None = None
) -> Asked:
    """The question that this query asks of the report, for this reader."""
    given = {
        ALIASES.get(name, name): value.strip()[:LONGEST]
        for name, value in query.items()
        if value.strip()
    }
    known = report.known()
    given = {n: v for n, v in given.items() if n in known or n in ("exact", "page")}
    for name, value in given.items():
        if "\x00" in value:
            raise BadValue(_("There is a character in it that no text has."), field=name)
    site = site or SiteSettings.load()
    zone, now = ZoneInfo(site.time_zone), timezone.now()
    begins, ends = _period(report, given, zone, now)
    people, teams = access.people_for(user), access.teams_for(user)
    owner = _owner(given.get("owner", ""), user, people, report)
    return Asked(
        report=report,
        user=user,
        given=given,
        begins=begins,
        ends=ends,
        now=now,
        zone=zone,
        teams=teams,
        people=people,
        least=site.figures_minimum,
        by=_one_of("by", given.get("by", ""), report.groups) or next(iter(report.groups), ""),
        person=_person("person", given.get("person", ""), user, people),
        team=_team(given.get("team", ""), user),
        domains=_domains(given),
        tag=given.get("tag", "").lower(),
        # Of readers outside roles have other names: those reports say which.
        role=""
        if "role" in report.choices
        else _one_of("role", given.get("role", ""), (*ROLES, NONE)),
        owner=owner,
        creator=_person(
            "creator", given.get("creator", ""), user, people,
            anybody="creator" in report.open_people,
        ),
        origin=given.get("origin", ""),
        origin_id=given.get("origin_id", ""),
        q=given.get("q", ""),
        chosen={
            name: _one_of(name, given[name], dict(values()))
            for name, values in report.choices.items()
            if name in given
        },
    )  # fmt: skip


def _one_of(name: str, value: str, known: Any) -> str:
    if value and value not in known:
        raise BadValue(
            _("One of %(values)s.") % {"values": ", ".join(map(str, known))}, field=name
        )
    return value


def _moment(name: str, text: str, zone: ZoneInfo) -> datetime | date:
    try:
        found: datetime | date | None = parse_date(text) or parse_datetime(text)
        if isinstance(found, datetime):
            # Offsets may be odd: nothing shows them, and the year is that of the moment.
            found = (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        found = None
    if found is None or not 1970 <= found.year <= 9000:
        raise BadValue(_("A day as 2026-01-31, or a moment in ISO 8601."), field=name)
    return found


def _period(
    report: Report, given: dict[str, str], zone: ZoneInfo, now: datetime
) -> tuple[datetime, datetime]:
    """Days count whole, both ends included, in the organisation's time zone; of two moments
    the second is not part of it."""
    today = now.astimezone(zone).date()
    begins: datetime | date | None = None
    ends: datetime | date | None = None
    if text := given.get("from"):
        begins = _moment("from", text, zone)
    if text := given.get("to"):
        ends = _moment("to", text, zone)
    if begins is None and ends is None:
        wanted = given.get("period", USUAL if report.has_period else "all")
        begins = None if wanted == "all" else first_day(wanted, today)
    if ends is None:
        ends = today
    if not isinstance(ends, datetime):
        ends = datetime.combine(ends + timedelta(days=1), time(), zone)
    if begins is None:
        begins = BEGINNING
    if not isinstance(begins, datetime):
        begins = datetime.combine(begins, time(), zone)
    if begins > ends:
        raise BadValue(_("The period ends before it begins."), field="to")
    return begins, ends


def _person(
    name: str, text: str, user: User, people: frozenset[int], *, anybody: bool = False
) -> User | None:
    """By e-mail, by id, or "me". Who is not the reader's to see and who does not exist are
    refused alike."""
    if not text:
        return None
    if text == "me":
        return user
    rows = User.objects.select_related("team")
    if text.isascii() and text.isdigit() and len(text) < 18:
        found = rows.filter(pk=int(text)).first()
    else:
        found = rows.filter(email__iexact=text).first()
    if anybody and found is None:
        raise BadValue(_("There is no such person."), field=name)
    if found is None or (found.pk not in people and not anybody):
        raise NotAllowed(
            _("Figures about one person are for that person, the coach and the own manager.")
        )
    return found


def _team(text: str, user: User) -> Team | str | None:
    """By name or id. A private team is nobody's who does not stand in it."""
    if not text or text in (NONE, "0"):
        return NONE if text else None
    rows = teams_of(user)
    if text.isascii() and text.isdigit() and len(text) < 18:
        found = rows.filter(pk=int(text)).first()
    else:
        found = rows.filter(name__iexact=text).first()
    if found is None:
        raise BadValue(_("There is no such team."), field="team")
    if not user.is_superuser and found.pk not in access.teams_for(user).ids:
        raise NotAllowed(_("The figures of this team are not yours to see."))
    return found


def _owner(
    text: str, user: User, people: frozenset[int], report: Report
) -> User | Team | str | None:
    """A person as above, nobody ("none"), or a team as "team:NAME"."""
    if not text or text == NONE:
        return text or None
    if text.startswith("team:"):
        found = _team(text.removeprefix("team:"), user)
        return found
    return _person("owner", text, user, people, anybody="owner" in report.open_people)


def _branch(name: str, text: str, *, root: bool, exact: bool) -> frozenset[int]:
    path = text.strip("/").lower()
    rows = Domain.objects.filter(parent=None) if root else Domain.objects.all()
    found = (
        rows.filter(path=path).first()
        or rows.filter(Q(slug=path) | Q(name__iexact=text)).order_by("path").first()
    )
    if found is None and text.isascii() and text.isdigit() and len(text) < 18:
        found = rows.filter(pk=int(text)).first()
    if found is None:
        raise BadValue(_("There is no such branch."), field=name)
    if exact:
        return frozenset({found.pk})
    return frozenset(Domain.objects.branch(found.path).values_list("pk", flat=True))


def _domains(given: dict[str, str]) -> frozenset[int] | str | None:
    exact = given.get("exact") == "1"
    wanted: frozenset[int] | str | None = None
    for name in ("category", "domain"):
        if not (text := given.get(name, "")):
            continue
        if text == NONE:
            return NONE
        branch = _branch(name, text, root=name == "category", exact=exact and name == "domain")
        wanted = branch if not isinstance(wanted, frozenset) else wanted & branch
    return wanted
