"""Where tickets meet articles: searches, links, deliveries and the declared outcomes."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from articles.models import Article, Version
from loops.queries import LinkQuerySet
from tickets.models import Message, Ticket


class Search(models.Model):
    """One search: what was asked, by whom, on which ticket, and what came, in order.

    Opening the ranked suggestions counts: the system searched for the agent.
    `results` is [{"article": id, "number": "KB-1", "score": 1.2}], best first. `channel` is
    where it was asked: "desk" or "help"; a `visit` is one browser's stay in the help centre, by
    a name that says nothing about anybody.
    """

    class Kind(models.TextChoices):
        SUGGESTED = "suggested", _("suggested")
        ASKED = "asked", _("asked")

    ticket = models.ForeignKey(
        Ticket, models.CASCADE, null=True, blank=True, related_name="searches"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    kind = models.CharField(max_length=9, choices=Kind)
    channel = models.CharField(max_length=4, default="desk", db_default="desk")
    visit = models.CharField(max_length=40, blank=True, default="", db_default="")
    query = models.CharField(max_length=2000, blank=True, default="")
    filters = models.JSONField(default=dict)
    results = models.JSONField(default=list)
    count = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["at", "pk"]
        indexes = [
            models.Index(fields=["ticket", "at"], name="search_of_ticket"),
            models.Index(fields=["at"], name="search_at"),
            models.Index(
                fields=["visit", "at"], condition=~Q(visit=""), name="search_of_visit"
            ),
        ]

    def __str__(self) -> str:
        return self.query


class Opening(models.Model):
    """Somebody opened an article while on a ticket or from a list of results."""

    ticket = models.ForeignKey(
        Ticket, models.CASCADE, null=True, blank=True, related_name="openings"
    )
    search = models.ForeignKey(
        Search, models.CASCADE, null=True, blank=True, related_name="openings"
    )
    article = models.ForeignKey(Article, models.CASCADE, related_name="openings")
    rank = models.PositiveSmallIntegerField(null=True)
    visit = models.CharField(max_length=40, blank=True, default="", db_default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField(db_default=Now())
    # When the page for the printer was asked for, in the help centre.
    printed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        indexes = [
            models.Index(fields=["ticket", "at"], name="opening_of_ticket"),
            models.Index(
                fields=["visit", "at"], condition=~Q(visit=""), name="opening_of_visit"
            ),
            BrinIndex(fields=["at"], name="opening_at_brin", pages_per_range=16),
        ]

    def __str__(self) -> str:
        return f"{self.article_id}"


class Link(models.Model):
    """An article version met a ticket. Only resolution links count as reuse.

    `delivered` is the version at linking, then the one that was last sent in a reply.
    """

    class Kind(models.TextChoices):
        RESOLUTION = "resolution", _("Resolution")
        REFERENCE = "reference", _("Reference")

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="links")
    article = models.ForeignKey(Article, models.PROTECT, related_name="links")
    version = models.ForeignKey(
        Version, models.PROTECT, related_name="links", help_text="the version at linking"
    )
    delivered = models.ForeignKey(Version, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.RESOLUTION)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    objects = LinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "article"], name="link_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["resolution", "reference"]), name="link_kind_known"
            ),
        ]
        indexes = [
            models.Index(fields=["article", "-at"], name="link_of_article"),
            BrinIndex(fields=["at"], name="link_at_brin", pages_per_range=16),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} – {self.article_id}"

    @property
    def version_current(self) -> int:
        """What the article says today, in the language of the version that was delivered."""
        known: int | None = getattr(self, "current", None)
        if known is None:
            known = Link.objects.with_current().get(pk=self.pk).current  # type: ignore[attr-defined]
        return known

    @property
    def article_delivered(self) -> str:
        """The number of the article whose version was delivered: another one after a merge."""
        return getattr(self, "delivered_under", "") or self.delivered.article.number


class Delivery(models.Model):
    """A reply carried an article: exactly this version went to the requester."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="deliveries")
    version = models.ForeignKey(Version, models.PROTECT, related_name="deliveries")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "version"], name="delivery_once")
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.version_id}"


class Outcome(models.Model):
    """How a ticket was solved, declared once. Reopening ends it and keeps it as history."""

    class Kind(models.TextChoices):
        REUSED = "reused", _("Reused")
        IMPROVED = "improved", _("Reused and improved")
        FLAGGED = "flagged", _("Reused and flagged")
        CREATED = "created", _("Created")
        NO_KNOWLEDGE = "no_knowledge", _("No knowledge here")
        IMPORTED = "imported", _("Imported")

    class Reason(models.TextChoices):
        SPAM = "spam", _("Spam")
        DUPLICATE_TICKET = "duplicate_ticket", _("Duplicate ticket")
        NO_REPLY = "no_reply", _("The requester never answered")
        ACCOUNT_ACTION = "account_action", _("Account action only")
        CONFIDENTIAL = "confidential", _("Confidential")
        OTHER = "other", _("Other")

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="outcomes")
    outcome = models.CharField(max_length=12, choices=Kind)
    reason = models.CharField(max_length=16, choices=Reason, blank=True, default="")
    note = models.CharField(max_length=1000, blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("outcome")
        verbose_name_plural = _("outcomes")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"], condition=Q(ended_at=None), name="outcome_one_current"
            ),
            models.CheckConstraint(
                condition=Q(
                    outcome__in=[
                        "reused",
                        "improved",
                        "flagged",
                        "created",
                        "no_knowledge",
                        "imported",
                    ]
                ),
                name="outcome_known",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="no_knowledge")
                | Q(
                    reason__in=[
                        "spam",
                        "duplicate_ticket",
                        "no_reply",
                        "account_action",
                        "confidential",
                    ]
                )
                | (Q(reason="other") & ~Q(note="")),
                name="outcome_no_knowledge_has_reason",
            ),
        ]
        indexes = [BrinIndex(fields=["at"], name="outcome_at_brin", pages_per_range=16)]

    def __str__(self) -> str:
        return self.get_outcome_display()
