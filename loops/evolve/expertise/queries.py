"""Concentration, absence, learning paths and repetition, from the rows of the nightly job.

A figure about one person is for that person, the coach and the person's own manager
(`access.people_for`); others see that somebody holds a topic, and not who.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Q, Sum

from articles.models import Article, Confidence
from loops.evolve.access import GROUP, Teams, is_small
from loops.evolve.rollups import spans
from loops.evolve.scope import Scope
from loops.models import Gap, Holding, TeamTopic, TicketTopic, Topic
from loops.statistics.rates import Share
from people.models import Team, User
from tickets.models import Ticket

ENOUGH = 10  # solved tickets of a topic, before anybody speaks of concentration
HALF = 0.5
SHOWN = 40
MOST = 200  # topics that are looked at for one page
CAPTURE = 5
AWAY_WEEKS = 2
COVER = 0.8
WEEKS = Topic.WINDOW / 7


@dataclass
class Held:
    """One topic and who solves it: the busiest person's share, and how few cover half."""

    topic: Topic
    solved: int
    unlinked: int
    people: list[tuple[int, int]]  # (person, solved), the busiest first
    bus_factor: int
    covered: bool  # a validated article exists
    busiest: User | None = None  # only for who may know
    name: str = ""

    @property
    def share(self) -> Share:
        return Share(self.people[0][1], self.solved)

    @property
    def is_concentrated(self) -> bool:
        """Flagged only where chance is no explanation: the lower end of the interval of the
        busiest person's share is half or more, of ten tickets or more."""
        return self.solved >= ENOUGH and self.share.low >= HALF

    @property
    def weekly(self) -> float:
        return self.topic.tickets / WEEKS


def bus_factor(solved: Iterable[int]) -> int:
    """The smallest number of people who together solved half."""
    ordered = sorted(solved, reverse=True)
    total, seen = sum(ordered), 0
    for place, n in enumerate(ordered, 1):
        seen += n
        if seen * 2 >= total:
            return place
    return 0


def held(*, domains: Iterable[int] | None = None, person: int | None = None) -> list[Held]:
    """The topics of the window with ten solved tickets or more, those without a validated
    article and with the greatest concentration first."""
    rows = Holding.objects.filter(place=1, total__gte=ENOUGH)
    if domains is not None:
        rows = rows.filter(topic__domain__in=list(domains))
    if person is not None:
        rows = rows.filter(topic__in=Holding.objects.filter(person=person).values("topic"))
    share = F("solved") * 1.0 / F("total")
    keys = list(rows.order_by(-share, "-total", "topic").values_list("topic", flat=True)[:MOST])
    by_topic: dict[int, list[tuple[int, int, int]]] = {key: [] for key in keys}
    for topic, who, solved, unlinked in (
        Holding.objects.filter(topic__in=keys)
        .order_by("-solved", "person")
        .values_list("topic", "person", "solved", "unlinked")
    ):
        by_topic[topic].append((who, solved, unlinked))
    topics = Topic.objects.select_related("article", "domain", "central").in_bulk(keys)
    found = [_held(topics[key], by_topic[key]) for key in keys if key in topics]
    found.sort(key=lambda one: (one.covered, -one.share.low, -one.solved))
    return found


def _held(topic: Topic, rows: list[tuple[int, int, int]]) -> Held:
    article = topic.article
    return Held(
        topic=topic,
        solved=sum(solved for _who, solved, _unlinked in rows),
        unlinked=sum(unlinked for _who, _solved, unlinked in rows),
        people=[(who, solved) for who, solved, _unlinked in rows],
        bus_factor=bus_factor(solved for _who, solved, _unlinked in rows),
        covered=article is not None and article.confidence == Confidence.VALIDATED,
    )


def named(
    found: list[Held], *, readable: frozenset[int], user: User, least: int = 0
) -> list[Held]:
    """With the names that this person may know: of people, and of articles' topics. A share of
    fewer than `least` tickets is nobody's but for the manager."""
    keys = {one.topic.article_id for one in found if one.topic.article_id}
    seen = set(
        Article.objects.visible_to(user)
        .order_by()
        .filter(pk__in=keys)
        .values_list("pk", flat=True)
    )
    busiest = {one.people[0][0] for one in found}
    people = User.objects.in_bulk(busiest & readable)
    managed = managed_by(user) if least and people else frozenset()
    for one in found:
        who, n = one.people[0]
        if n >= least or who in managed or who == user.pk:
            one.busiest = people.get(who)
        hidden = one.topic.article_id is not None and one.topic.article_id not in seen
        one.name = "" if hidden else one.topic.name
    return found


def managed_by(user: User) -> frozenset[int]:
    """Those whose figures one reads however few they are: the people of one's teams."""
    return frozenset(User.objects.filter(team__manager=user).values_list("pk", flat=True))


# -- one person away ---------------------------------------------------------------------


@dataclass
class AtRisk:
    """One topic while somebody is away: the tickets that would have been theirs."""

    held: Held
    share: float
    expected: float  # tickets in the two weeks that this person would have solved
    others: int  # people who solved this topic, too
    hidden: bool = False  # too few tickets for a share of one person
    gap: Gap | None = None
    example: Ticket | None = None


@dataclass
class Absence:
    person: User
    topics: list[AtRisk]
    capture: list[AtRisk]
    expected: float
    alone: float
    people: list[User] = field(default_factory=list)
    hidden: bool = False


def absence(person: User, *, user: User, least: int = 0) -> Absence:
    """What two weeks without this person look like, and what they should write down first.

    Expected tickets are the topic's weekly ones × two × the person's share. "Alone" are those
    of topics that nobody else solved in the window and no validated article answers. The list
    has the five dearest topics without a validated article: expected tickets × median minutes.
    Fewer than `least` solved tickets are told to oneself and to the manager alone.
    """
    if least and (person == user or person.pk in managed_by(user)):
        least = 0
    found = named(held(person=person.pk), readable=frozenset({person.pk}), user=user)
    risks = []
    for one in found:
        mine = dict(one.people).get(person.pk, 0)
        share = mine / one.solved
        expected = one.weekly * AWAY_WEEKS * share
        risks.append(AtRisk(one, share, expected, len(one.people) - 1, hidden=mine < least))
    risks.sort(key=lambda risk: -risk.expected)
    missing = [risk for risk in risks if not risk.held.covered]
    missing.sort(key=lambda risk: -risk.expected * max(1.0, risk.held.topic.minutes))
    capture = missing[:CAPTURE]
    _examples(capture, person, user)
    return Absence(
        person=person,
        topics=risks[:SHOWN],
        capture=capture,
        expected=sum(risk.expected for risk in risks),
        alone=sum(risk.expected for risk in missing if risk.others == 0),
        # Where one topic is left out, the sum would tell it.
        hidden=any(risk.hidden for risk in risks),
    )


def _examples(capture: list[AtRisk], person: User, user: User) -> None:
    """The last ticket of each topic that this person solved and the reader may see, and the
    open gap from which its article begins."""
    keys = [risk.held.topic.pk for risk in capture]
    gaps = {
        gap.topic_id: gap
        for gap in Gap.objects.filter(topic__in=keys, state=Gap.State.OPEN).exclude(
            kind=Gap.Kind.FINDABILITY
        )
    }
    last = (
        TicketTopic.objects.filter(topic__in=keys, ticket__solved_by=person)
        .filter(ticket__in=Ticket.objects.visible_to(user).order_by())
        .order_by("topic", "-ticket__solved_at")
        .distinct("topic")
        .values_list("topic", "ticket")
    )
    tickets = dict(last)
    rows = Ticket.objects.visible_to(user).in_bulk(list(tickets.values()))
    for risk in capture:
        risk.gap = gaps.get(risk.held.topic.pk)
        risk.example = rows.get(tickets.get(risk.held.topic.pk))


def holders(user: User, readable: frozenset[int], least: int) -> list[tuple[User, int | None]]:
    """Those whose figures one may see and who solved anything in the window, with how many;
    nothing where it is fewer than `least` and one does not manage them."""
    rows = (
        Holding.objects.filter(person__in=readable - {user.pk})
        .order_by()
        .values("person")
        .annotate(n=Sum("solved"))
        .order_by("-n")[:200]
    )
    counted = {row["person"]: row["n"] for row in rows}
    managed = managed_by(user) if any(n < least for n in counted.values()) else frozenset()
    people = User.objects.filter(pk__in=counted).order_by("name")
    return [
        (one, counted[one.pk] if counted[one.pk] >= least or one.pk in managed else None)
        for one in people
    ]


# -- teams -------------------------------------------------------------------------------


@dataclass
class Lesson:
    """One article of a learning path: how many of the team's tickets it answers."""

    article: Article | None
    topic: Topic
    tickets: int
    cumulative: float


@dataclass
class Path:
    team: Team | None
    total: int
    lessons: list[Lesson]
    unwritten: int  # tickets of topics that have no article
    reached: float


def path(team: Team | None, *, user: User) -> Path:
    """The articles that cover 80 % of what a team is asked, the most asked first: what a
    newcomer should read. Topics without an article are counted and can not be learned."""
    rows = list(
        TeamTopic.objects.filter(team=team)
        .order_by("-arrived", "topic")
        .values_list("topic", "topic__article", "arrived")
    )
    total = sum(n for _topic, _article, n in rows)
    unwritten = sum(n for _topic, article, n in rows if article is None)
    lessons: list[Lesson] = []
    seen = 0
    chosen = []
    for topic, article, n in rows:
        if article is None:
            continue
        if seen >= COVER * total:
            break
        seen += n
        chosen.append((topic, article, n, seen / total))
    articles = (
        Article.objects.visible_to(user)
        .select_related("domain")
        .in_bulk([article for _topic, article, _n, _share in chosen])
    )
    topics = Topic.objects.in_bulk([topic for topic, _article, _n, _share in chosen])
    for topic, article, n, share in chosen:
        lessons.append(Lesson(articles.get(article), topics[topic], n, share))
    return Path(team, total, lessons, unwritten, seen / total if total else 0.0)


@dataclass
class Repeated:
    """One topic that a team answers again and again."""

    topic: Topic
    name: str
    solved: int
    again: int  # all but the first
    unlinked: int
    seconds: int


@dataclass
class TeamRepeats:
    team: Team | None
    solved: int
    again: int
    unlinked: int
    seconds: int
    topics: list[Repeated]
    hidden: bool = False  # so small that it would be about persons

    @property
    def share(self) -> Share:
        return Share(self.again, self.solved)


def repeats(scope: Scope, *, user: User, least: int, top: int = 8) -> list[TeamRepeats]:
    """Of each team: how much of what it solved it had solved before in the window, what that
    took, and the topics that took the most. Answered without a link means answered from
    memory, or by searching anew. Without the numbers of a team of few people or tickets."""
    assert scope.allowed is not None
    allowed = scope.allowed
    wanted = Q(team__in=allowed.ids)
    if allowed.teamless:
        wanted |= Q(team=None)
    sums = list(
        TeamTopic.objects.filter(wanted, solved__gt=0)
        .order_by()
        .values("team")
        .annotate(
            all=Sum("solved"),
            again=Sum(F("solved") - 1),
            loose=Sum("unlinked"),
            took=Sum("seconds"),
        )
    )
    few = spans.few(scope) if least else spans.Few()
    hidden = {row["team"] for row in sums if _is_small(allowed, row, few, least)}
    told: list[tuple[Any, list[TeamTopic]]] = []
    for row in sums:
        if row["team"] in hidden:
            told.append((row, []))
            continue
        most = list(
            TeamTopic.objects.filter(team=row["team"], solved__gt=1)
            .select_related("topic")
            .order_by("-seconds", "topic")[:top]
        )
        told.append((row, most))
    keys = {one.topic.article_id for _row, most in told for one in most if one.topic.article_id}
    seen = set(
        Article.objects.visible_to(user)
        .order_by()
        .filter(pk__in=keys)
        .values_list("pk", flat=True)
    )

    def name(topic: Topic) -> str:
        return "" if topic.article_id and topic.article_id not in seen else topic.name

    found = [
        TeamRepeats(
            team=allowed.groups[row["team"]].team if row["team"] else None,
            solved=0 if row["team"] in hidden else row["all"],
            again=0 if row["team"] in hidden else row["again"],
            unlinked=0 if row["team"] in hidden else row["loose"],
            seconds=0 if row["team"] in hidden else row["took"],
            hidden=row["team"] in hidden,
            topics=[
                Repeated(one.topic, name(one.topic), one.solved, one.solved - 1, one.unlinked,
                         one.seconds)
                for one in most
            ],
        )
        for row, most in told
    ]  # fmt: skip
    found.sort(key=lambda one: one.team.name if one.team else "~")
    return found


def _is_small(allowed: Teams, row: Mapping[str, Any], few: spans.Few, least: int) -> bool:
    """By its members, by who solved its tickets in the window, or by how many those are."""
    group = allowed.groups.get(row["team"])
    if group is not None and group.managed:
        return False
    behind = few.teams.get(row["team"] or 0)
    people = min(len(behind) if behind else GROUP, group.people if group else GROUP)
    return is_small(row["all"], people, least)


def team_named(allowed: Teams, asked: Any) -> Team | None:
    """The team that an address asks for, among those whose figures one may see."""
    teams = Team.objects.filter(pk__in=allowed.ids).order_by("name")
    text = str(asked or "")
    if text.isascii() and text.isdecimal():
        return teams.filter(pk=int(text)).first() if len(text) < 16 else None
    return teams.first()
