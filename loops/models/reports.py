"""What reports keep of their own: found patterns, and what a team calls its average."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from articles.models import Article
from people.models import Domain, Team


class Pattern(models.Model):
    """Something that several articles, or the tickets of one, have in common: found at night.

    `key` is what makes it the same one tomorrow. `evidence` of a symptom or a cause is
    {"alike": …, "apart": …}: how alike the texts are that should be, and those that should not;
    of an environment {"facet": …, "value": …, "with": n, "of": n, "elsewhere": n,
    "elsewhere_of": n}.
    """

    class Kind(models.TextChoices):
        SYMPTOM = "symptom", _("Same symptom, different causes")
        CAUSE = "cause", _("Same cause, different symptoms")
        ENVIRONMENT = "environment", _("Bound to an environment")

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(_("kind"), max_length=11, choices=Kind)
    name = models.CharField(_("name"), max_length=300)
    articles = models.ManyToManyField(Article, related_name="patterns")
    domain = models.ForeignKey(Domain, models.PROTECT, null=True, blank=True, related_name="+")
    strength = models.FloatField(_("strength"), default=0)
    evidence = models.JSONField(default=dict)
    found_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("pattern")
        verbose_name_plural = _("patterns")
        ordering = ["kind", "-strength", "pk"]

    def __str__(self) -> str:
        return self.name


class TeamAverage(models.Model):
    """What one axis of the radar is measured against in a team. An axis without a row takes what
    the team really did in the period."""

    class Axis(models.TextChoices):
        CHECKLIST = "checklist", _("Content standard score")
        CITATIONS = "citations", _("Citations")
        LINK_RATE = "link_rate", _("Link rate")
        CONTRIBUTION = "contribution", _("Contribution index")
        LINK_ACCURACY = "link_accuracy", _("Link accuracy")
        TICKETS = "tickets", _("Tickets solved")
        CREATED = "created", _("Articles created")
        MODIFIED = "modified", _("Articles modified")
        PUBLISHED = "published", _("Articles published")

    team = models.ForeignKey(
        Team, models.CASCADE, related_name="averages", verbose_name=_("team")
    )
    axis = models.CharField(_("measure"), max_length=13, choices=Axis)
    value = models.FloatField(_("average"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("team average")
        verbose_name_plural = _("team averages")
        ordering = ["team", "axis"]
        constraints = [
            models.UniqueConstraint(fields=["team", "axis"], name="average_once"),
            models.CheckConstraint(condition=Q(value__gt=0), name="average_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.team_id} {self.axis} {self.value}"
