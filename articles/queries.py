"""Questions about articles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from articles.models import Article, Flag, Suggestion
    from people.models import User


class ArticleQuerySet(models.QuerySet["Article"]):
    def visible_to(self, user: User | AnonymousUser) -> ArticleQuerySet:
        """The only way a door may reach an article.

        Staff see what the matrix grants by confidence, and always what they wrote. Outsiders
        see validated articles whose audience includes them.
        """
        if user.is_authenticated and user.is_agent:
            seen = [value for aspect, value in user.rights if aspect == "see"]
            if len(seen) == 4:
                return self
            return self.filter(Q(confidence__in=seen) | Q(created_by=user))
        return self.readable_by(outside_audiences(user))

    def readable_by(self, audiences: list[str]) -> ArticleQuerySet:
        """What readers of these audiences may read outside: validated, and meant for them."""
        return self.filter(confidence="validated", audience__in=audiences)

    def from_record(self, kind: str, identity: str) -> ArticleQuerySet:
        """Articles whose origin is this record."""
        return self.filter(origin_type=kind, origin_id=identity)


def outside_audiences(user: User | AnonymousUser) -> list[str]:
    """The audiences an outsider belongs to, narrowest last."""
    if not user.is_authenticated:
        return ["public"]
    if user.is_partner:
        return ["public", "customer", "partner"]
    return ["public", "customer"]


class FlagQuerySet(models.QuerySet["Flag"]):
    def open(self) -> FlagQuerySet:
        return self.filter(state__in=["open", "taken"])


class SuggestionQuerySet(models.QuerySet["Suggestion"]):
    def open(self) -> SuggestionQuerySet:
        return self.filter(state="open")
