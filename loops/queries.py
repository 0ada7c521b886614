"""Questions about links and about review samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from loops.models import Link, Sample  # noqa: F401  (named in strings)
    from people.models import User


class LinkQuerySet(models.QuerySet["Link"]):
    def resolutions(self) -> LinkQuerySet:
        """The links that count as reuse."""
        return self.filter(kind="resolution")


class SampleQuerySet(models.QuerySet["Sample"]):
    def readable_by(self, user: User) -> SampleQuerySet:
        """The only way a door may reach review results: one's own, one's coachees', and those
        of the people in the teams that one manages. Administrators are not among them."""
        if not user.is_agent:
            return self.none()
        return self.filter(
            Q(person=user, state="done")
            | Q(coach=user)
            | Q(person__coach=user)
            | Q(person__team__manager=user)
        )
