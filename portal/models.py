"""What the help centre keeps of its own."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from articles.models import LANGUAGE_LENGTH, Article


class Shown(models.Model):
    """When the text that readers outside get of an article last changed.

    An edit that touches only internal passages must leave no trace outside, not even a later
    date. A trigger writes these rows; an article that has none was last changed when it says.
    """

    article = models.ForeignKey(Article, models.CASCADE, related_name="+", db_index=False)
    language = models.CharField(max_length=LANGUAGE_LENGTH)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("change shown outside")
        verbose_name_plural = _("changes shown outside")
        constraints = [
            models.UniqueConstraint(fields=["article", "language"], name="shown_language_once")
        ]

    def __str__(self) -> str:
        return f"{self.article_id} {self.language}"


class Moved(models.Model):
    """Where an article went that was merged into another: both by their numbers.

    A view behind the wall; it tells only of articles that this reader could have read.
    """

    number = models.CharField(max_length=20, primary_key=True)
    survivor = models.CharField(max_length=20)

    class Meta:
        managed = False
        db_table = "portal_moved"

    def __str__(self) -> str:
        return f"{self.number} → {self.survivor}"
