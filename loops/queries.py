"""Questions about links, and about what only three people may know: review results."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from articles.models import Article, Translation
from people.models import PersonEvent, User
from tickets.models import Ticket

if TYPE_CHECKING:
    from loops.models import (  # noqa: F401  (named in strings)
        CoachNote,
        Goal,
        Link,
        Proposal,
        Sample,
    )


class LinkQuerySet(models.QuerySet["Link"]):
    def resolutions(self) -> LinkQuerySet:
        """The links that count as reuse."""
        return self.filter(kind="resolution")

    def with_current(self) -> LinkQuerySet:
        """With `current`: the newest version in the language of the one that was delivered;
        and with the number of the article that one is of, which a merge may have taken away."""
        translated = Translation.objects.filter(
            article=OuterRef("article"), language=OuterRef("delivered__language")
        )
        return self.annotate(
            current=Coalesce(
                Subquery(translated.values("version_number")), "article__version_number"
            ),
            delivered_under=F("delivered__article__number"),
        )


# An administrator who said why sees one person's results for this long.
OPENED_FOR = timedelta(minutes=30)


def opened_by(user: User) -> QuerySet[PersonEvent]:
    """The people whose results this administrator opened with a reason, a moment ago."""
    return PersonEvent.objects.filter(
        verb=PersonEvent.Verb.RESULTS_OPENED, by=user, at__gt=timezone.now() - OPENED_FOR
    )


def closest(user: User, *, person: str = "person") -> Q:
    """Whose results somebody reads because of who they are: one's coachees', those of the
    people in the teams one manages, and for administrators those opened with a reason."""
    known = Q(**{f"{person}__coach": user}) if user.is_coach else Q(pk__in=[])
    known |= Q(**{f"{person}__team__manager": user})
    if user.is_superuser:
        known |= Q(**{f"{person}__in": opened_by(user).values("person")})
    return known


def people_read_by(user: User) -> QuerySet[User]:
    """Whose results this person may read, beside their own."""
    known = Q(team__manager=user)
    if user.is_coach:
        known |= Q(coach=user)
    if user.is_superuser:
        known |= Q(pk__in=opened_by(user).values("person"))
    return User.objects.filter(known).exclude(pk=user.pk)


class SampleQuerySet(models.QuerySet["Sample"]):
    def readable_by(self, user: User) -> SampleQuerySet:
        """The only way a door may reach review results: one's own, those one judged oneself,
        one's coachees', and those of the people in the teams that one manages. Administrators
        are not among them until they say why.

        What hangs on a ticket or an article that this person may not see is not there at all,
        not even in a count.
        """
        if not user.is_authenticated or not user.is_agent:
            return self.none()
        return (
            self.filter(
                Q(person=user)
                | Q(coach=user, state="due")
                | Q(reviewed_by=user)
                | closest(user)
            )
            # What was drawn of one's own work is not known before it is judged.
            .exclude(~Q(state="done"), person=user)
            .filter(Q(ticket=None) | Q(ticket__in=Ticket.objects.visible_to(user)))
            .filter(Q(article=None) | Q(article__in=Article.objects.visible_to(user)))
        )

    def to_review_by(self, user: User) -> SampleQuerySet:
        """What waits for this person's judgement: of those they coach, and, for a domain
        expert, what they drew themselves in their own branches."""
        mine = Q(person__coach=user) if user.is_coach else Q(pk__in=[])
        if user.expert_domains:
            branches = sorted(user.expert_domains)
            mine |= Q(coach=user) & (
                Q(ticket__domain__in=branches) | Q(article__domain__in=branches)
            )
        return self.readable_by(user).filter(mine, state="due").exclude(person=user)


class CoachNoteQuerySet(models.QuerySet["CoachNote"]):
    def readable_by(self, user: User) -> CoachNoteQuerySet:
        """One's own; shared ones as results are; private ones nobody else's, but for an
        administrator who said why."""
        if not user.is_authenticated or not user.is_agent:
            return self.none()
        shared = Q(shared=True) & (Q(person=user) | closest(user))
        if user.is_superuser:
            shared |= Q(person__in=opened_by(user).values("person"))
        return self.filter(Q(coach=user) | shared)


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def readable_by(self, user: User) -> ProposalQuerySet:
        """The evidence packet is made of results: the same three people, and whoever made it."""
        if not user.is_authenticated or not user.is_agent:
            return self.none()
        return self.filter(Q(person=user) | Q(by=user) | closest(user))


class GoalQuerySet(models.QuerySet["Goal"]):
    def readable_by(self, user: User) -> GoalQuerySet:
        """A person's goals are as private as the results; a team's are its own affair."""
        if not user.is_authenticated or not user.is_agent:
            return self.none()
        team = Q(team__manager=user) | Q(team__isnull=False, team=user.team_id)
        if user.is_coach:
            team |= Q(team__in=user.coachees.exclude(team=None).values("team"))
        return self.filter(Q(person=user) | Q(by=user) | closest(user) | team)

    def running(self) -> GoalQuerySet:
        return self.filter(ended_at=None)
