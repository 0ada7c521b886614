"""Knowledge that stays right: what use says of an article, duplicates, merges, recalls."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from articles.models import Article, Version
from tickets.models import Requester, Ticket

PERSON = settings.AUTH_USER_MODEL


class Upkeep(models.Model):
    """What its use says of one article, computed: docs/kcs.md has the formulas.

    `evidence` is from 0 to 1, `doubt` is what is left to 1, `demand` is the resolution links of
    the last 90 days, `severity` is from 1 (everyday) to 3 (outage), and `harm`, which orders
    the review list, is demand × doubt × severity. `reasons` says in codes and numbers what
    moved the evidence: [["open_flags", 2], ["release", "Till 6.2"], …].
    """

    article = models.OneToOneField(
        Article, models.CASCADE, primary_key=True, related_name="upkeep"
    )
    evidence = models.FloatField(_("evidence"), default=0)
    doubt = models.FloatField(_("doubt"), default=1)
    demand = models.PositiveIntegerField(_("tickets in 90 days"), default=0)
    severity = models.FloatField(_("severity"), default=1)
    harm = models.FloatField(_("expected harm"), default=0)
    reuses_30 = models.PositiveIntegerField(_("reuses in 30 days"), default=0)
    reuses_90 = models.PositiveIntegerField(_("reuses in 90 days"), default=0)
    reusers_90 = models.PositiveIntegerField(_("people who reused it in 90 days"), default=0)
    links = models.PositiveIntegerField(_("tickets solved"), default=0)
    last_reuse_at = models.DateTimeField(null=True, blank=True)
    last_reuse_by = models.ForeignKey(
        PERSON, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reasons = models.JSONField(default=list)
    computed_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("upkeep")
        verbose_name_plural = _("upkeep")
        indexes = [
            models.Index(fields=["-harm", "article"], name="upkeep_harm"),
            models.Index(fields=["-reuses_90", "article"], name="upkeep_reuses"),
        ]

    def __str__(self) -> str:
        return f"{self.article_id} {self.evidence:.2f}"


class Decision(models.Model):
    """Somebody looked at a proposal and left the article as it is, for now or for good."""

    class List(models.TextChoices):
        REVIEW = "review", _("Review")
        PROMOTE = "promote", _("Promotion")
        PUBLISH = "publish", _("Publication")
        ARCHIVE = "archive", _("Archive")

    article = models.ForeignKey(Article, models.CASCADE, related_name="decisions")
    list = models.CharField(max_length=8, choices=List)
    by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    until = models.DateField(null=True, blank=True, help_text="empty: for good")
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["list", "article"], name="decision_of")]

    def __str__(self) -> str:
        return f"{self.article_id} {self.list}"


class Round(models.Model):
    """A job that goes through what changed: until when everything has been looked at.

    Written when a round is through, so that one that was killed begins again where it began.
    """

    name = models.CharField(max_length=40, primary_key=True)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.until:%Y-%m-%d}"


class Pair(models.Model):
    """Two articles that may be one, with the evidence; the older is the one that would stay.

    `likeness` is the search engine's, from 0 to 1; `words` are the rarest shared ones, `tickets`
    counts the tickets that both are linked to. A dismissed pair never comes back.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        DISMISSED = "dismissed", _("Not duplicates")
        MERGED = "merged", _("Merged")
        GONE = "gone", _("No longer alike")

    older = models.ForeignKey(Article, models.CASCADE, related_name="pairs_as_older")
    newer = models.ForeignKey(Article, models.CASCADE, related_name="pairs_as_newer")
    likeness = models.FloatField(_("likeness"))
    words = ArrayField(models.CharField(max_length=80), default=list)
    tickets = models.PositiveIntegerField(_("shared tickets"), default=0)
    found_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    decided_by = models.ForeignKey(
        PERSON, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        ordering = ["-tickets", "-likeness", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["older", "newer"], name="pair_once"),
            models.CheckConstraint(condition=~Q(older=F("newer")), name="pair_of_two"),
        ]
        indexes = [
            models.Index(
                fields=["-tickets", "-likeness"], condition=Q(state="open"), name="pair_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.older_id} – {self.newer_id}"


class Merge(models.Model):
    """Two articles became one. `taken` holds what undoing it needs, and nothing reads else."""

    kept = models.ForeignKey(Article, models.PROTECT, related_name="merges")
    gone = models.ForeignKey(Article, models.PROTECT, related_name="+")
    by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    version = models.PositiveIntegerField(help_text="the kept article's version it made")
    note = models.CharField(max_length=300, blank=True, default="")
    taken = models.JSONField(default=dict)
    undone_by = models.ForeignKey(
        PERSON, models.PROTECT, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["gone"], condition=Q(undone_at=None), name="merge_gone_once"
            ),
            models.CheckConstraint(condition=~Q(kept=F("gone")), name="merge_of_two"),
        ]

    def __str__(self) -> str:
        return f"{self.gone_id} → {self.kept_id}"


class Recall(models.Model):
    """Versions of an article were wrong: everybody who received one is written to again."""

    article = models.ForeignKey(Article, models.PROTECT, related_name="recalls")
    versions = ArrayField(models.PositiveIntegerField(), help_text="the wrong version numbers")
    reason = models.CharField(_("what was wrong"), max_length=1000)
    by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    closed_by = models.ForeignKey(
        PERSON, models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    closing_note = models.CharField(max_length=1000, blank=True, default="")

    class Meta:
        verbose_name = _("recall")
        verbose_name_plural = _("recalls")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.article_id} {self.versions}"


class RecallItem(models.Model):
    """One ticket whose requester received a wrong version."""

    class State(models.TextChoices):
        WAITING = "waiting", _("To be written to")
        CONTACTED = "contacted", _("Written to")
        NOT_NEEDED = "not_needed", _("Not needed")

    recall = models.ForeignKey(Recall, models.CASCADE, related_name="items")
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="recalls")
    requester = models.ForeignKey(Requester, models.PROTECT, related_name="+")
    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    sent = models.BooleanField(default=False, help_text="it went out in a reply")
    owner = models.ForeignKey(PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    note = models.CharField(max_length=500, blank=True, default="")
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("person to write to again")
        verbose_name_plural = _("people to write to again")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["recall", "ticket"], name="recall_ticket_once"),
            models.CheckConstraint(
                condition=~Q(state="not_needed") | ~Q(note=""), name="recall_skip_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recall_id} {self.ticket_id}"
