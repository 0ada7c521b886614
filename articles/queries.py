"""Questions about articles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from articles.models import Article, Flag, Suggestion  # noqa: F401  (named in strings)
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

    def changeable_by(self, user: User) -> ArticleQuerySet:
        """Articles that this person's edit would change at once: `rules.may_change` in SQL."""
        rights = user.rights
        named = Exists(
            self.model.editors.through.objects.filter(article=OuterRef("pk"), user=user)
        )
        kept = Q(governance="compliance", confidence__in=["validated", "archived"])
        free = Q(pk__in=[])
        if ("change", "others") in rights:
            free |= ~Q(created_by=user)
        if ("change", "own") in rights:
            free |= Q(created_by=user)
        wanted = ~kept & free
        if ("change", "compliance") in rights:
            wanted |= kept & Q(named)
        return self.filter(wanted)

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

    def answerable_by(self, user: User) -> FlagQuerySet:
        """Flags of visible articles that this person may answer: `rules.may_answer` in SQL."""
        articles = apps.get_model("articles", "Article").objects.visible_to(user)
        return self.filter(article__in=articles).filter(
            Q(owner=user)
            | Q(article__owner=user)
            | Q(article__in=articles.changeable_by(user).values("pk"))
        )


class SuggestionQuerySet(models.QuerySet["Suggestion"]):
    def open(self) -> SuggestionQuerySet:
        return self.filter(state="open")
