"""An article, its versions, its translations, and what happened to it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from articles.models.template import Template
from articles.models.words import (
    LANGUAGE_LENGTH,
    Audience,
    Confidence,
    Governance,
    Origin,
    Words,
)
from articles.queries import ArticleQuerySet
from kcs.addresses import numbered
from people.models import Domain, Team


class Article(Origin, Words):
    """One issue with its resolution: what it says now, and its three independent states."""

    Confidence = Confidence
    Audience = Audience
    Governance = Governance

    number = models.CharField(max_length=20, unique=True, editable=False)
    template = models.ForeignKey(Template, models.PROTECT, verbose_name=_("template"))
    language = models.CharField(_("language"), max_length=LANGUAGE_LENGTH, default="en")
    environment_facets = models.JSONField(default=dict, blank=True)
    rendered = models.JSONField(default=dict, editable=False)
    # What readers outside get where it differs from the text: {"issue": …, "parts": {…}}. The
    # help centre's database role reads these and never the columns themselves.
    outside = models.JSONField(default=dict, editable=False)

    confidence = models.CharField(
        _("confidence"), max_length=13, choices=Confidence, default=Confidence.WIP
    )
    audience = models.CharField(
        _("audience"), max_length=8, choices=Audience, default=Audience.INTERNAL
    )
    governance = models.CharField(
        _("governance"), max_length=10, choices=Governance, default=Governance.EXPERIENCE
    )

    domain = models.ForeignKey(
        Domain,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="articles",
        verbose_name=_("domain"),
    )
    tags = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_articles",
        verbose_name=_("owner"),
    )
    owner_team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("team")
    )
    editors = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        blank=True,
        related_name="edits",
        verbose_name=_("named editors"),
        help_text=_("Only they change a validated article under compliance."),
    )
    origin_url = models.CharField(_("origin address"), max_length=500, blank=True, default="")
    external_system = models.CharField(max_length=60, blank=True, default="")
    external_id = models.CharField(max_length=200, blank=True, default="")

    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(db_default=Now())
    validated_at = models.DateTimeField(null=True, blank=True)
    archived_reason = models.CharField(max_length=300, blank=True, default="")
    # Where this article went when it was merged: its address leads there.
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", editable=False
    )
    # Only articles under compliance have a calendar; all others are reviewed by their use.
    review_every_days = models.PositiveSmallIntegerField(
        _("review every (days)"), null=True, blank=True
    )
    review_due_on = models.DateField(_("review due"), null=True, blank=True)
    significant_at = models.DateTimeField(null=True, blank=True, editable=False)

    # Counters that search shows and ranks by. Kept by the verbs that add the rows they count.
    version_number = models.PositiveIntegerField(default=1)
    reuse_count = models.PositiveIntegerField(default=0)
    last_reused_at = models.DateTimeField(null=True, blank=True)
    helped_count = models.PositiveIntegerField(default=0)
    view_count = models.PositiveIntegerField(default=0)
    open_flags = models.PositiveIntegerField(default=0)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["-changed_at", "-pk"]
        indexes = [
            models.Index(fields=["-changed_at", "-id"], name="article_recent"),
            models.Index(fields=["confidence", "audience"], name="article_states"),
            models.Index(
                fields=["origin_type", "origin_id"],
                condition=~Q(origin_id=""),
                name="article_origin",
            ),
            GinIndex(fields=["tags"], name="article_tags"),
            models.Index(
                fields=["-reuse_count", "id"],
                condition=Q(confidence="not_validated"),
                name="article_promotion",
            ),
            models.Index(
                fields=["review_due_on"],
                condition=Q(review_due_on__isnull=False),
                name="article_review_due",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(confidence__in=Confidence.values), name="article_confidence_known"
            ),
            models.CheckConstraint(
                condition=Q(audience__in=Audience.values), name="article_audience_known"
            ),
            models.CheckConstraint(
                condition=Q(governance__in=Governance.values), name="article_governance_known"
            ),
            models.CheckConstraint(
                condition=~Q(confidence="validated") | ~Q(resolution=""),
                name="article_validated_has_resolution",
            ),
            models.CheckConstraint(condition=~Q(title=""), name="article_has_title"),
            models.CheckConstraint(
                condition=Q(merged_into=None) | Q(confidence="archived"),
                name="article_merged_is_archived",
            ),
            models.CheckConstraint(
                condition=Q(review_due_on=None) | Q(governance="compliance"),
                name="article_calendar_under_compliance",
            ),
            models.UniqueConstraint(
                fields=["external_system", "external_id"],
                condition=~Q(external_id=""),
                name="article_external_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return numbered("articles:detail", self.number)

    @property
    def is_external(self) -> bool:
        return self.audience != Audience.INTERNAL

    def said_outside(self) -> dict[str, Any]:
        """Its text as readers outside get it. Whatever leaves the house is made of this."""
        return self.template.said_outside(self.words())

    def text_in(self, language: str) -> Article | Translation | None:
        """What it says in this language: the master itself, a translation, or nothing.

        An empty language means the master.
        """
        if language in ("", self.language):
            return self
        return next((t for t in self.translations.all() if t.language == language), None)

    def lock(self) -> None:
        """Reload this row and hold it until the transaction ends."""
        self.refresh_from_db(from_queryset=Article.objects.select_for_update(no_key=True))


class Version(Origin, Words):
    """What an article said from one save to the next.

    Immutable once anything refers to it: a link, a flag, a vote, a message (`sealed`, set by
    triggers). Until then, and for ten minutes, the same person's next save replaces it.

    Numbers run through the article, whatever the language: `language` says which translation
    this is a version of, and each has its newest as `version_number`.
    """

    class Significance(models.TextChoices):
        MINOR = "minor", _("Minor")
        MATERIAL = "material", _("Material")

    article = models.ForeignKey(Article, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    note = models.CharField(_("what changed"), max_length=300, blank=True, default="")
    language = models.CharField(_("language"), max_length=LANGUAGE_LENGTH, default="")
    significance = models.CharField(
        _("significance"),
        max_length=8,
        choices=Significance,
        default=Significance.MATERIAL,
        db_default="material",
        help_text=_("A material change marks the translations as outdated."),
    )
    restored_from = models.PositiveIntegerField(null=True, blank=True)
    sealed = models.BooleanField(default=False, db_default=False)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="version_number_once"),
        ]
        indexes = [
            models.Index(
                fields=["origin_type", "origin_id"],
                condition=~Q(origin_id=""),
                name="version_origin",
            ),
            BrinIndex(fields=["at"], name="version_at_brin", pages_per_range=16),
        ]

    def __str__(self) -> str:
        return f"v{self.number}"


class Translation(Words):
    """The same article in another language, under the same number and with the same states.

    `base` is the version of the master that it says the same as; `outdated_at` is set by a
    material change of the master and cleared by the translation's next material change.
    """

    article = models.ForeignKey(Article, models.CASCADE, related_name="translations")
    language = models.CharField(_("language"), max_length=LANGUAGE_LENGTH)
    rendered = models.JSONField(default=dict, editable=False)
    outside = models.JSONField(default=dict, editable=False)
    version_number = models.PositiveIntegerField()
    base = models.PositiveIntegerField()
    outdated_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("translation")
        verbose_name_plural = _("translations")
        ordering = ["language"]
        constraints = [
            models.UniqueConstraint(
                fields=["article", "language"], name="translation_language_once"
            ),
            models.CheckConstraint(condition=~Q(title=""), name="translation_has_title"),
        ]

    def __str__(self) -> str:
        return f"{self.article_id} {self.language}"


class Schedule(models.Model):
    """A state that an article will have from a date on: published or archived by itself.

    Whether its author may still set it is asked again when it is done.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        FAILED = "failed", _("Not done")
        CANCELLED = "cancelled", _("Cancelled")

    article = models.ForeignKey(Article, models.CASCADE, related_name="schedules")
    confidence = models.CharField(
        _("confidence"), max_length=13, choices=Confidence, blank=True, default=""
    )
    audience = models.CharField(
        _("audience"), max_length=8, choices=Audience, blank=True, default=""
    )
    due_at = models.DateTimeField(_("due"))
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    done_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("scheduled change")
        verbose_name_plural = _("scheduled changes")
        ordering = ["due_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(confidence="") | ~Q(audience=""), name="schedule_sets_something"
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(state="waiting"), name="schedule_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.article_id} {self.due_at:%Y-%m-%d}"


class Attachment(models.Model):
    """A file of an article: an image in its text, or something to download.

    Until an article's text names it, it belongs to whoever brought it (`article` is empty) and
    nobody else gets it. Then it is as private as the article. `key` is the name it is kept and
    served under; `name` is what it was called, and only ever shown.
    """

    article = models.ForeignKey(
        Article, models.CASCADE, null=True, blank=True, related_name="attachments"
    )
    key = models.CharField(max_length=40, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=200)
    media_type = models.CharField(_("type"), max_length=80)
    size = models.PositiveIntegerField(_("bytes"))
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    digest = models.CharField(max_length=64, editable=False)
    file = models.FileField(upload_to="articles/", max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["at", "pk"]
        indexes = [
            models.Index(fields=["at"], condition=Q(article=None), name="attachment_unclaimed"),
        ]

    def __str__(self) -> str:
        return self.name


class View(models.Model):
    """Somebody opened an article: when, in which role, inside or outside."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="views")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    role = models.CharField(max_length=12)
    inside = models.BooleanField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["article", "-at"], name="view_article"),
            BrinIndex(fields=["at"], name="view_at_brin", pages_per_range=16),
        ]

    def __str__(self) -> str:
        return f"{self.article_id} {self.role}"


class ArticleEvent(Origin):
    """What happened to an article, by whom and when. Append-only: triggers refuse the rest.

    `detail` holds what the verb changed, as {"from": …, "to": …} where it moved a value.
    """

    class Verb(models.TextChoices):
        CREATED = "created", _("created")
        IMPROVED = "improved", _("improved")
        RESTORED = "restored", _("restored an earlier version")
        CONFIDENCE = "confidence", _("set confidence")
        AUDIENCE = "audience", _("set audience")
        GOVERNANCE = "governance", _("set governance")
        DESCRIBED = "described", _("changed domain, tags or owner")
        SUGGESTED = "suggested", _("suggested a change")
        ACCEPTED = "accepted", _("accepted a suggestion")
        DECLINED = "declined", _("declined a suggestion")
        FLAGGED = "flagged", _("flagged")
        FLAG_TAKEN = "flag_taken", _("took a flag")
        FLAG_RESOLVED = "flag_resolved", _("resolved a flag")
        FLAG_REJECTED = "flag_rejected", _("rejected a flag")
        RATED = "rated", _("gave feedback")
        LINKED = "linked", _("linked it to a ticket")
        UNLINKED = "unlinked", _("removed a link")
        IMPORTED = "imported", _("imported")
        ANSWERED = "answered", _("answered feedback")
        FEEDBACK_TAKEN = "feedback_taken", _("took feedback")
        HANDED_OVER = "handed_over", _("was handed over")
        TRANSLATED = "translated", _("translated")
        MASTER = "master", _("made another language the master")
        SCHEDULED = "scheduled", _("scheduled a change")
        CANCELLED = "cancelled", _("cancelled a scheduled change")
        REVIEWED = "reviewed", _("reviewed it and found it right")
        MERGED = "merged", _("merged a duplicate into it")
        MERGED_AWAY = "merged_away", _("was merged into another")
        UNMERGED = "unmerged", _("undid a merge")
        ATTACHED = "attached", _("attached a file")
        DETACHED = "detached", _("removed a file")
        RECALLED = "recalled", _("recalled versions")

    article = models.ForeignKey(Article, models.CASCADE, related_name="events")
    verb = models.CharField(max_length=16, choices=Verb)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField(db_default=Now())
    version = models.PositiveIntegerField(null=True)
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ["at", "pk"]
        indexes = [
            models.Index(fields=["article", "at"], name="article_event_of"),
            # Who could read it at a moment, asked for each linked ticket.
            models.Index(
                fields=["article", "at"],
                condition=Q(verb="audience"),
                name="article_event_audience",
            ),
            BrinIndex(fields=["at"], name="article_event_at_brin", pages_per_range=16),
        ]

    def __str__(self) -> str:
        return f"{self.article_id} {self.verb}"
