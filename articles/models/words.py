"""What articles are made of: their parts, where they came from, the values of their states."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

# The parts of every KCS article, which authors can neither rename nor remove. The fifth,
# the comments of its users, is not written by authors: it is the article's Feedback.
PARTS = ("issue", "environment", "resolution", "cause")
TEXT = ("title", *PARTS)

# The tags and languages of the world in one column; the analyzer knows which it stems.
LANGUAGE_LENGTH = 12


class Confidence(models.TextChoices):
    """How far an article may be trusted."""

    WIP = "wip", _("Work in progress")
    NOT_VALIDATED = "not_validated", _("Not validated")
    VALIDATED = "validated", _("Validated")
    ARCHIVED = "archived", _("Archived")


class Audience(models.TextChoices):
    """Who may read an article. All but Internal are called external."""

    INTERNAL = "internal", _("Internal")
    PARTNER = "partner", _("Partner")
    CUSTOMER = "customer", _("Customer")
    PUBLIC = "public", _("Public")


EXTERNAL = (Audience.PARTNER, Audience.CUSTOMER, Audience.PUBLIC)


class Governance(models.TextChoices):
    """Who may change an article: anyone competent, or its named editors."""

    EXPERIENCE = "experience", _("Experience based")
    COMPLIANCE = "compliance", _("Compliance based")


class Origin(models.Model):
    """Where a thing came from: a record in some system, ours ("ticket", "KT-12") or another's.

    Strings and not a foreign key, because articles do not know tickets, and because the
    record may live in a system that we can only point to.
    """

    origin_type = models.CharField(_("origin"), max_length=40, blank=True, default="")
    origin_id = models.CharField(_("origin id"), max_length=120, blank=True, default="")

    class Meta:
        abstract = True


class Words(models.Model):
    """The text of an article, as one version or as it stands now. Parts are Markdown."""

    title = models.CharField(_("title"), max_length=300)
    issue = models.TextField(_("issue"), blank=True)
    environment = models.TextField(_("environment"), blank=True)
    resolution = models.TextField(_("resolution"), blank=True)
    cause = models.TextField(_("cause"), blank=True)
    parts = models.JSONField(default=dict, blank=True)

    class Meta:
        abstract = True

    def words(self) -> dict[str, object]:
        """The text as a dictionary, for comparing and for making the next version."""
        return {name: getattr(self, name) for name in (*TEXT, "parts")}
