"""Between colleagues: a question when search fails, and thanks when it helped."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from articles.models import Article
from tickets.models import Ticket

PERSON = settings.AUTH_USER_MODEL


class Question(models.Model):
    """An agent asks a colleague who has solved the like. The answer can become an article.

    `proposed` is who was proposed and why, in order, as it was that moment: [{"person": id,
    "score": 3.2, "tickets": 5}]; `passed` is who handed it on: [{"person": id, "at": …,
    "reason": …}].
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ANSWERED = "answered", _("Answered")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    ticket = models.ForeignKey(
        Ticket, models.CASCADE, null=True, blank=True, related_name="questions"
    )
    by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    asked = models.ForeignKey(PERSON, models.PROTECT, related_name="questions_to_answer")
    title = models.CharField(_("question"), max_length=300)
    text = models.TextField(_("details"), blank=True, default="")
    language = models.CharField(max_length=12, default="en")
    query = models.CharField(max_length=2000, blank=True, default="")
    proposed = models.JSONField(default=list)
    passed = models.JSONField(default=list)
    at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    answer = models.TextField(_("answer"), blank=True, default="")
    answered_by = models.ForeignKey(
        PERSON, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    article = models.ForeignKey(
        Article, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("question to a colleague")
        verbose_name_plural = _("questions to colleagues")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="answered") | ~Q(answer=""), name="question_has_answer"
            ),
        ]
        indexes = [
            models.Index(fields=["asked"], condition=Q(state="open"), name="question_open"),
            models.Index(fields=["asked", "-at"], name="question_asked"),
        ]

    def __str__(self) -> str:
        return self.title


class Thanks(models.Model):
    """One colleague thanks another for a piece of knowledge."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="thanks")
    to = models.ForeignKey(PERSON, models.PROTECT, related_name="thanks")
    by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    text = models.CharField(_("thanks"), max_length=300, blank=True, default="")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("thanks")
        verbose_name_plural = _("thanks")
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["article", "to", "by"], name="thanks_once"),
            models.CheckConstraint(
                condition=~Q(to=models.F("by")), name="thanks_to_somebody_else"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.by_id} → {self.to_id}"
