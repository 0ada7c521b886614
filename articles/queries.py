"""Questions about articles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from people.models import Right
from people.rights import AUDIENCES, CONFIDENCES

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from articles.models import (  # noqa: F401  (named in strings)
        Article,
        Feedback,
        Flag,
        Standard,
        Suggestion,
        Template,
    )
    from people.models import User


EVERYTHING = {*CONFIDENCES, *AUDIENCES}


class ArticleQuerySet(models.QuerySet["Article"]):
    def visible_to(self, user: User | AnonymousUser) -> ArticleQuerySet:
        """The only way a door may reach an article.

        Staff see what the matrix grants by confidence, and always what they wrote. Outsiders
        see validated articles whose audience includes them.
        """
        if user.is_authenticated and user.is_agent:
            seen = {value for aspect, value in user.rights if aspect == "see"}
            if seen >= EVERYTHING:
                return self
            # Lists in a fixed order: the database plans the same question once.
            values = sorted(seen)
            return self.filter(
                Q(confidence__in=values, audience__in=values) | Q(created_by=user)
            )
        return self.readable_by(user.reads_as if user.is_authenticated else "visitor")

    def readable_by(self, role: str) -> ArticleQuerySet:
        """What readers outside of this role ("visitor", "customer", "partner") may read:
        validated, and of an audience that the matrix grants them."""
        granted = Right.objects.filter(competency=role, aspect="see").values("value")
        return self.filter(confidence="validated", audience__in=granted)

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
        return self.filter(wanted, merged_into=None)

    def from_record(self, kind: str, identity: str) -> ArticleQuerySet:
        """Articles whose origin is this record."""
        return self.filter(origin_type=kind, origin_id=identity)


class TemplateQuerySet(models.QuerySet["Template"]):
    def offered(self) -> TemplateQuerySet:
        """What authors choose from, the preselected one first."""
        return self.filter(is_active=True).order_by("-is_default", "name", "pk")

    def chosen(self, asked: str) -> Template:
        """The offered one with this id or name; otherwise the preselected one."""
        listed = list(self.offered()) or [self.usual()]
        return next((t for t in listed if asked in (str(t.pk), t.name)), listed[0])

    def usual(self) -> Template:
        """The one that is taken where nobody chose: there is always one."""
        return self.order_by("-is_default", "-is_active", "pk")[0]


class StandardQuerySet(models.QuerySet["Standard"]):
    def current(self) -> Standard | None:
        """The version that articles are written and reviewed by."""
        return self.filter(is_current=True).prefetch_related("criteria").first()


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


class FeedbackQuerySet(models.QuerySet["Feedback"]):
    def open(self) -> FeedbackQuerySet:
        """What readers said and nobody has answered yet."""
        return self.filter(state__in=["open", "taken"])

    def answerable_by(self, user: User) -> FeedbackQuerySet:
        """The same people answer feedback who answer flags."""
        articles = apps.get_model("articles", "Article").objects.visible_to(user)
        return self.filter(article__in=articles).filter(
            Q(owner=user)
            | Q(article__owner=user)
            | Q(article__in=articles.changeable_by(user).values("pk"))
        )


class SuggestionQuerySet(models.QuerySet["Suggestion"]):
    def open(self) -> SuggestionQuerySet:
        return self.filter(state="open")
