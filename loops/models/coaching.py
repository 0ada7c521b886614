"""Coaching: samples of somebody's work, what the coach saw in them, and what follows."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from articles.models import Article, Standard, Version
from loops.queries import (
    CoachNoteQuerySet,
    GoalQuerySet,
    ProposalQuerySet,
    SampleQuerySet,
)
from people.models import Team, User
from tickets.models import Ticket

PERSON = settings.AUTH_USER_MODEL


class Sample(models.Model):
    """One solved ticket or one article, drawn by chance, and what its reviewer found.

    The results are for three people: whose work it is, the coach, and the person's own
    manager. `SampleQuerySet.readable_by` is the only entrance.

    `answers` of a process review are {"searched": "yes", "existed": …, "linked_right": …,
    "should_improve": …, "should_create": …, "links": [{"article": "KB-1", "version": 2,
    "relevant": "yes", "specific": …, "actionable": …}]}, of a content review {criterion key:
    "yes"|"no"|"na"}. `score` is the share of the applicable weight that passed, 0 to 1.
    """

    class Kind(models.TextChoices):
        PROCESS = "process", _("Process review")
        CONTENT = "content", _("Content standard")

    class State(models.TextChoices):
        DUE = "due", _("Due")
        DONE = "done", _("Reviewed")
        SKIPPED = "skipped", _("Skipped")

    kind = models.CharField(_("kind"), max_length=7, choices=Kind)
    person = models.ForeignKey(
        PERSON, models.PROTECT, related_name="samples", verbose_name=_("whose work")
    )
    coach = models.ForeignKey(PERSON, models.PROTECT, related_name="+", verbose_name=_("coach"))
    ticket = models.ForeignKey(
        Ticket, models.CASCADE, null=True, blank=True, related_name="samples"
    )
    article = models.ForeignKey(
        Article, models.PROTECT, null=True, blank=True, related_name="samples"
    )
    version = models.ForeignKey(
        Version, models.PROTECT, null=True, blank=True, related_name="samples"
    )
    standard = models.ForeignKey(
        Standard, models.PROTECT, null=True, blank=True, related_name="samples"
    )
    stratum = models.CharField(_("stratum"), max_length=80, blank=True, default="")
    drawn_at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=7, choices=State, default=State.DUE)
    answers = models.JSONField(default=dict)
    score = models.FloatField(null=True, blank=True)
    passed = models.BooleanField(null=True, blank=True)
    note = models.TextField(_("note"), blank=True, default="")
    reviewed_by = models.ForeignKey(
        PERSON, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)

    objects = SampleQuerySet.as_manager()

    class Meta:
        verbose_name = _("review sample")
        verbose_name_plural = _("review samples")
        ordering = ["-drawn_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(kind="process", ticket__isnull=False, version=None)
                    | Q(kind="content", version__isnull=False, article__isnull=False)
                ),
                name="sample_is_about_something",
            ),
            models.UniqueConstraint(
                fields=["kind", "ticket", "person"],
                condition=Q(kind="process"),
                name="sample_ticket_once",
            ),
            models.UniqueConstraint(
                fields=["kind", "version", "person"],
                condition=Q(kind="content"),
                name="sample_version_once",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(reviewed_by__isnull=False),
                name="sample_done_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "kind", "-drawn_at"], name="sample_of_person"),
            models.Index(fields=["coach"], condition=Q(state="due"), name="sample_due"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class SampleEvent(models.Model):
    """What happened to a sample, by whom and when. Append-only: a trigger says so.

    `detail` of a review holds the answers, the score and the note as they were given then, so
    that a correction never hides what it corrects. It is as private as the sample.
    """

    class Verb(models.TextChoices):
        DRAWN = "drawn", _("was drawn")
        REVIEWED = "reviewed", _("was reviewed")
        CORRECTED = "corrected", _("was corrected")
        SKIPPED = "skipped", _("was skipped")

    sample = models.ForeignKey(Sample, models.CASCADE, related_name="events")
    verb = models.CharField(max_length=9, choices=Verb)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(db_default=Now())
    detail = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("review event")
        verbose_name_plural = _("review events")
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["sample", "at"], name="sample_event_of")]

    def __str__(self) -> str:
        return f"{self.sample_id} {self.verb}"


class CoachNote(models.Model):
    """What a coach keeps of a conversation. Shared ones are read by the coachee as well."""

    coach = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    person = models.ForeignKey(PERSON, models.PROTECT, related_name="coach_notes")
    text = models.TextField(_("note"))
    shared = models.BooleanField(_("the coachee reads it"), default=True)
    at = models.DateTimeField(db_default=Now())

    objects = CoachNoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("coach's note")
        verbose_name_plural = _("coach's notes")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["person", "-at"], name="coach_note_of")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.at:%Y-%m-%d}"


class Proposal(models.Model):
    """A coach proposes a competency, with the evidence as it stood that day."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        GRANTED = "granted", _("Granted")
        DECLINED = "declined", _("Declined")

    person = models.ForeignKey(PERSON, models.PROTECT, related_name="proposals")
    competency = models.CharField(_("competency"), max_length=12, choices=User.Competency)
    evidence = models.JSONField(default=dict)
    reason = models.TextField(_("why"), blank=True, default="")
    by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    decided_by = models.ForeignKey(
        PERSON, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=1000, blank=True, default="")

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("competency proposal")
        verbose_name_plural = _("competency proposals")
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(state="open"), name="proposal_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.competency}"


class Goal(models.Model):
    """What a person or a team wants to reach: always about quality, never about a count of acts.

    A target on an activity count breeds junk links, so `set_goal` refuses it with that reason.
    """

    class Measure(models.TextChoices):
        LINK_ACCURACY = "link_accuracy", _("Link accuracy")
        CAPTURE_LOSS = "capture_loss", _("Capture loss")
        CONTENT_STANDARD = "content_standard", _("Content standard score")

    person = models.ForeignKey(
        PERSON, models.PROTECT, null=True, blank=True, related_name="goals"
    )
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="goals")
    measure = models.CharField(_("measure"), max_length=20, choices=Measure)
    target = models.FloatField(_("target"))
    due_on = models.DateField(_("by"), null=True, blank=True)
    by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = GoalQuerySet.as_manager()

    class Meta:
        verbose_name = _("goal")
        verbose_name_plural = _("goals")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(person__isnull=False, team=None) | Q(person=None, team__isnull=False)
                ),
                name="goal_of_person_or_team",
            ),
            models.CheckConstraint(
                condition=Q(measure__in=["link_accuracy", "capture_loss", "content_standard"]),
                name="goal_is_about_quality",
            ),
            models.CheckConstraint(
                condition=Q(target__gte=0, target__lte=1), name="goal_target_is_a_share"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.target}"
