"""Pages elsewhere that articles link to, and what their servers said when last asked."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Address(models.Model):
    """One address, however many articles link to it: asked once a week, for all of them.

    `failures` counts the runs in a row that ended like the last one, without an answer.
    """

    class Found(models.TextChoices):
        UNKNOWN = "unknown", _("not asked yet")
        THERE = "there", _("is there")
        GONE = "gone", _("says that it is gone")
        UNRESOLVED = "unresolved", _("its host has no address")
        SILENT = "silent", _("does not answer")
        REFUSED = "refused", _("is not asked from here")

    digest = models.CharField(max_length=64, unique=True)  # of the address, which may be long
    url = models.TextField(_("address"))
    found = models.CharField(max_length=10, choices=Found, default=Found.UNKNOWN)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(null=True, blank=True)
    linked_at = models.DateTimeField(help_text="when a run last found it in an article")

    class Meta:
        verbose_name = _("linked address")
        verbose_name_plural = _("linked addresses")
        ordering = ["pk"]
        indexes = [models.Index(fields=["asked_at"], name="address_asked")]

    def __str__(self) -> str:
        return self.url[:80]
