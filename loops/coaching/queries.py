"""What the pages of coaching ask: the people whose results somebody may read, and their work."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from loops.charts import Lines, Spark
from loops.coaching import access, charts, measures, stopping
from loops.models import CoachNote, Goal, Opening, Outcome, Proposal, Sample, Search
from loops.queries import people_read_by
from people.models import CompetencyGrant, PersonEvent, SiteSettings, User
from tickets.models import Ticket

YEAR = timedelta(days=366)
LIGHT = (
    "kind", "person", "state", "answers", "score", "passed", "reviewed_at", "drawn_at",
)  # fmt: skip


@dataclass
class Coachee:
    """One person as the list shows them."""

    person: User
    role: str
    due: int = 0
    reviewed: int = 0
    last: Sample | None = None
    figures: measures.Figures | None = None
    verdicts: dict[str, stopping.Verdict] = field(default_factory=dict)
    spark: Spark | None = None
    proposal: Proposal | None = None
    note: CoachNote | None = None


@dataclass
class Home:
    coachees: list[Coachee]
    team: list[Coachee]
    chart: Lines | None
    figures: measures.Figures | None


def hides(role: str, site: SiteSettings) -> bool:
    """A figure about one person from few reviews is nothing for a manager's summary. Who talks
    about the single reviews, coach and person, sees it with its n and its interval."""
    return role not in (access.SELF, access.COACH) and site.figures_minimum > 0


def home(user: User, site: SiteSettings) -> Home:
    """The people one coaches, those one manages, alphabetically; and all coachees together."""
    people = list(people_read_by(user).filter(is_active=True).select_related("team"))
    samples: dict[int, list[Sample]] = defaultdict(list)
    rows = (
        Sample.objects.readable_by(user)
        .filter(
            person__in=people, state__in=["due", "done"], drawn_at__gte=timezone.now() - YEAR
        )
        .only(*LIGHT)
        .order_by("reviewed_at", "pk")
    )
    for one in rows:
        samples[one.person_id].append(one)
    granted = dict(
        CompetencyGrant.objects.filter(user__in=people, revoked_at=None).values_list(
            "user", "granted_at"
        )
    )
    open_ones = Proposal.objects.readable_by(user).filter(person__in=people, state="open")
    proposals = {one.person_id: one for one in open_ones}
    newest = (
        CoachNote.objects.readable_by(user)
        .filter(person__in=people)
        .order_by("person_id", "-at", "-pk")
        .distinct("person_id")
    )
    notes = {one.person_id: one for one in newest}
    told = [
        _coachee(
            user, person, samples[person.pk], site, since=granted.get(person.pk),
            proposal=proposals.get(person.pk), note=notes.get(person.pk),
        )
        for person in people
    ]  # fmt: skip
    mine = [one for one in told if one.role == access.COACH]
    done = [
        sample for one in mine for sample in samples[one.person.pk] if sample.state == "done"
    ]
    return Home(
        coachees=mine,
        team=[one for one in told if one.role != access.COACH],
        chart=charts.chart(measures.weeks(done)) if mine else None,
        figures=measures.figures(done) if mine else None,
    )


def _coachee(
    user: User, person: User, samples: list[Sample], site: SiteSettings, *, since: Any,
    proposal: Proposal | None, note: CoachNote | None,
) -> Coachee:  # fmt: skip
    done = [one for one in samples if one.state == "done"]
    role = access.role(user, person)
    hide = hides(role, site)
    told = measures.figures(done, minimum=site.figures_minimum, hide=hide)
    hidden = any(figure.hidden for figure in told)
    return Coachee(
        person,
        role,
        due=len(samples) - len(done),
        reviewed=len(done),
        last=done[-1] if done else None,
        figures=told,
        verdicts={} if hide and hidden else measures.verdicts(done, since=since),
        spark=None
        if hide and hidden
        else charts.spark(measures.weeks(done), "content_standard"),
        proposal=proposal,
        note=note,
    )


@dataclass
class Results:
    """One person's results as one reader may have them."""

    person: User
    role: str
    samples: list[Sample]
    due: list[Sample]
    figures: measures.Figures
    verdicts: dict[str, stopping.Verdict]
    chart: Lines | None
    notes: list[CoachNote]
    proposals: list[Proposal]
    goals: list[Goal]
    grants: list[CompetencyGrant]
    openings: list[PersonEvent]


def results(user: User, person: User, site: SiteSettings) -> Results:
    role = access.require_role(user, person)
    readable = Sample.objects.readable_by(user).filter(person=person)
    rows = list(
        readable.filter(state__in=["due", "done"])
        .select_related("ticket", "article", "version", "coach", "reviewed_by")
        .defer("ticket__description", "article__rendered", "article__outside")
        .order_by("-reviewed_at", "-pk")[:500]
    )
    done = [one for one in rows if one.state == "done"]
    grants = list(person.grants.select_related("granted_by", "revoked_by")[:20])
    since = next((one.granted_at for one in grants if one.revoked_at is None), None)
    hide = hides(role, site)
    figures = measures.figures(done, minimum=site.figures_minimum, hide=hide)
    hidden = any(figure.hidden for figure in figures)
    return Results(
        person=person,
        role=role,
        samples=done,
        due=sorted((one for one in rows if one.state == "due"), key=lambda one: one.pk),
        figures=figures,
        verdicts={} if hidden else measures.verdicts(done, since=since),
        chart=None if hidden else charts.chart(measures.weeks(done)),
        notes=list(
            CoachNote.objects.readable_by(user)
            .filter(person=person)
            .select_related("coach")[:50]
        ),
        proposals=list(
            Proposal.objects.readable_by(user)
            .filter(person=person)
            .select_related("by", "decided_by")[:20]
        ),
        goals=list(
            Goal.objects.readable_by(user)
            .filter(Q(person=person) | Q(team__isnull=False, team=person.team_id))
            .select_related("by", "team")[:20]
        ),
        grants=grants,
        openings=list(
            person.events.filter(verb=PersonEvent.Verb.RESULTS_OPENED).select_related("by")[:10]
        ),
    )


def colleagues_in(user: User) -> Any:
    """Whose work a domain expert may draw from: colleagues who solved or wrote something in the
    expert's branches. Chosen by name, not shown with anything about their work."""
    branches = sorted(user.expert_domains)
    solved = Ticket.objects.visible_to(user).filter(
        solved_by=OuterRef("pk"),
        domain__in=branches,
        solved_at__gte=timezone.now() - timedelta(days=60),
    )
    from articles.models import Version

    wrote = Version.objects.filter(
        by=OuterRef("pk"),
        article__domain__in=branches,
        at__gte=timezone.now() - timedelta(days=60),
    )
    people = User.objects.agents().exclude(pk=user.pk)
    return people.filter(Exists(solved.order_by()) | Exists(wrote))


def trail_of(ticket: Ticket) -> list[tuple[str, Any]]:
    """Searches and opened articles of a ticket, in the order in which they happened."""
    searches = Search.objects.filter(ticket=ticket).select_related("by")
    openings = Opening.objects.filter(ticket=ticket).select_related("by", "article")
    steps: list[tuple[str, Any]] = [("search", one) for one in searches]
    steps += [("opening", one) for one in openings]
    return sorted(steps, key=lambda step: (step[1].at, step[1].pk))


def outcome_of(ticket: Ticket) -> Outcome | None:
    return Outcome.objects.filter(ticket=ticket, ended_at=None).select_related("by").first()
