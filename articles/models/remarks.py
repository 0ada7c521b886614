"""What people say of an article: suggestions, flags, feedback."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models.article import Article, Version
from articles.models.words import LANGUAGE_LENGTH, Origin, Words
from articles.queries import FeedbackQuerySet, FlagQuerySet, SuggestionQuerySet


class Suggestion(Origin, Words):
    """A version that somebody proposes who may not change the article: it waits for review.

    `language` names the translation it is for; empty means the master.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")

    article = models.ForeignKey(Article, models.CASCADE, related_name="suggestions")
    language = models.CharField(max_length=LANGUAGE_LENGTH, blank=True, default="")
    base = models.PositiveIntegerField(help_text="the version number it started from")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    note = models.CharField(max_length=300, blank=True, default="")
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=1000, blank=True, default="")
    version = models.ForeignKey(
        Version, models.PROTECT, null=True, blank=True, related_name="suggestions"
    )

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("suggestion")
        verbose_name_plural = _("suggestions")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(
                fields=["origin_type", "origin_id"],
                condition=~Q(origin_id=""),
                name="suggestion_origin",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.article.number}: {self.get_state_display()}"


class Answerable:
    """What flags and feedback have in common: they wait, and are answered."""

    state: str
    at: datetime
    answered_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.state in ("open", "taken")

    @property
    def turnaround(self) -> timedelta | None:
        """From the day it was said to the answer."""
        return self.answered_at - self.at if self.answered_at else None

    @property
    def age_hours(self) -> float:
        """How long ago it was said."""
        return round((timezone.now() - self.at).total_seconds() / 3600, 2)

    @property
    def hours(self) -> float | None:
        """The turnaround as reports and programs read it."""
        span = self.turnaround
        return round(span.total_seconds() / 3600, 2) if span is not None else None


class Flag(Answerable, Origin):
    """ "This is wrong": a kind and a note, with an owner and an answer for whoever raised it.

    `by` is empty where a job raised it: the one that looks for broken links.
    """

    class Kind(models.TextChoices):
        INCORRECT = "incorrect", _("Steps are wrong")
        OUTDATED = "outdated", _("Out of date")
        INCOMPLETE = "incomplete", _("Something is missing")
        UNCLEAR = "unclear", _("Hard to follow")
        DUPLICATE = "duplicate", _("Duplicate")
        SENSITIVE = "sensitive", _("Says too much")
        METADATA = "metadata", _("Wrong domain or tags")
        BROKEN_LINK = "broken_link", _("Broken link")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        TAKEN = "taken", _("Taken")
        RESOLVED = "resolved", _("Resolved")
        REJECTED = "rejected", _("Rejected")

    article = models.ForeignKey(Article, models.CASCADE, related_name="flags")
    version = models.ForeignKey(Version, models.PROTECT, related_name="flags")
    kind = models.CharField(_("kind"), max_length=11, choices=Kind)
    note = models.CharField(_("note"), max_length=2000, blank=True, default="")
    passage = models.CharField(
        _("passage"), max_length=1000, blank=True, default="", help_text=_("Where it is wrong.")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="flags_to_answer",
    )
    taken_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=2000, blank=True, default="")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = FlagQuerySet.as_manager()

    class Meta:
        verbose_name = _("flag")
        verbose_name_plural = _("flags")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["open", "taken"]) | ~Q(answer=""),
                name="flag_closed_has_answer",
            ),
        ]
        indexes = [
            models.Index(
                fields=["origin_type", "origin_id"],
                condition=~Q(origin_id=""),
                name="flag_origin",
            ),
            models.Index(
                fields=["article", "-at"],
                condition=Q(state__in=["open", "taken"]),
                name="flag_open",
            ),
            models.Index(
                fields=["at", "id"],
                condition=Q(state__in=["open", "taken"]),
                name="flag_waiting",
            ),
            models.Index(
                fields=["-answered_at", "-id"],
                condition=Q(answered_at__isnull=False),
                name="flag_answered",
            ),
            BrinIndex(fields=["at"], name="flag_at_brin", pages_per_range=16),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.article.number})"


class Feedback(Answerable, models.Model):
    """A rating, a comment or both, from anyone: the fifth part of every article.

    What asks for an answer stands in the same queue as the flags. `email` is where an outside
    reader who has no account wants to be answered.
    """

    class State(models.TextChoices):
        NOTED = "noted", _("Noted")
        OPEN = "open", _("Open")
        TAKEN = "taken", _("Taken")
        RESOLVED = "resolved", _("Resolved")
        REJECTED = "rejected", _("Rejected")

    article = models.ForeignKey(Article, models.CASCADE, related_name="feedback")
    version = models.ForeignKey(Version, models.PROTECT, related_name="feedback")
    helpful = models.BooleanField(null=True)
    comment = models.TextField(blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    role = models.CharField(max_length=12, default="visitor")
    channel = models.CharField(max_length=8, default="web")
    at = models.DateTimeField(db_default=Now())
    language = models.CharField(max_length=LANGUAGE_LENGTH, blank=True, default="")
    email = models.EmailField(_("e-mail"), max_length=254, blank=True, default="")
    visit = models.CharField(max_length=40, blank=True, default="")
    state = models.CharField(max_length=8, choices=State, default=State.NOTED)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="feedback_to_answer",
    )
    taken_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=2000, blank=True, default="")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(helpful=None) | ~Q(comment=""), name="feedback_says_something"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["resolved", "rejected"]) | ~Q(answer=""),
                name="feedback_closed_has_answer",
            ),
        ]
        indexes = [
            models.Index(fields=["article", "-at"], name="feedback_of_article"),
            models.Index(
                fields=["-at"],
                condition=Q(state__in=["open", "taken"]),
                name="feedback_open",
            ),
            models.Index(
                fields=["-answered_at", "-id"],
                condition=Q(answered_at__isnull=False),
                name="feedback_answered",
            ),
            BrinIndex(fields=["at"], name="feedback_at_brin", pages_per_range=16),
        ]

    def __str__(self) -> str:
        return f"{self.article.number}: {self.comment[:40]}"
