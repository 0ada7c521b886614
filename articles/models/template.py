"""What articles are written into, and what good ones look like: templates, content standard."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from articles import text
from articles.queries import StandardQuerySet, TemplateQuerySet


class Template(models.Model):
    """Which parts an article has beside the fixed ones, and what its authors are told.

    `parts` is a list of {"key", "label", "hint", "hidden", "internal", "locked", "text"}, in
    the order in which they are read. An `internal` part is never shown outside. A `locked` part
    says `text` in every article, and authors cannot change it. `fixed` has the same for the
    parts that every article has: {"cause": {"hidden": true, "hint": "…", "internal": false}}; a
    hidden part is not asked for, and what already stands in it stays.
    """

    name = models.CharField(_("name"), max_length=80, unique=True)
    is_default = models.BooleanField(_("preselected"), default=False)
    parts = models.JSONField(
        _("further parts"),
        default=list,
        blank=True,
        help_text=_(
            'A list of {"key", "label", "hint"}; authors fill them, never change them.'
        ),
    )
    fixed = models.JSONField(
        _("fixed parts"),
        default=dict,
        blank=True,
        help_text=_("What this template says of Issue, Environment, Resolution and Cause."),
    )
    is_active = models.BooleanField(
        _("offered"), default=True, help_text=_("Articles that have it keep it either way.")
    )

    objects = TemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        ordering = ["-is_default", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="template_one_default",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def internal_parts(self) -> set[str]:
        """The parts that never leave the house, as "cause" or "parts.KEY"."""
        fixed = {name for name, said in self.fixed.items() if said.get("internal")}
        further = {f"parts.{part['key']}" for part in self.parts if part.get("internal")}
        return fixed | further

    def hidden_parts(self) -> set[str]:
        """The parts that authors are not asked for, as "cause" or "parts.KEY"."""
        fixed = {name for name, said in self.fixed.items() if said.get("hidden")}
        return fixed | {f"parts.{part['key']}" for part in self.parts if part.get("hidden")}

    def locked_parts(self) -> dict[str, str]:
        """What the template itself says in every article, by key."""
        return {p["key"]: str(p.get("text") or "") for p in self.parts if p.get("locked")}

    def whole(self, words: dict[str, Any]) -> dict[str, Any]:
        """A text with the parts that the template says itself."""
        locked = self.locked_parts()
        return {**words, "parts": {**(words.get("parts") or {}), **locked}} if locked else words

    def said_outside(self, words: dict[str, Any]) -> dict[str, Any]:
        """A text as readers outside get it, by what the template says now: without internal
        passages and parts, and without what no part of the template asks for."""
        internal = self.internal_parts()
        said = text.outside_words(self.whole(words), internal)
        keys = {part["key"] for part in self.parts if f"parts.{part['key']}" not in internal}
        return {**said, "parts": {k: v for k, v in said["parts"].items() if k in keys}}

    def render(self, words: dict[str, Any]) -> dict[str, Any]:
        """What is kept rendered beside a text of this template."""
        made = text.render_all(self.whole(words), self.internal_parts())
        return {**made, "template": self.stamp()}

    def differs_outside(self, words: dict[str, Any]) -> dict[str, Any]:
        """What is kept for readers outside: the parts of a text that are others for them."""
        said = text.outside_words(self.whole(words), self.internal_parts())
        return {name: value for name, value in said.items() if value != words.get(name)}

    def stamp(self) -> str:
        """Another one as soon as texts of this template are rendered in another way; empty
        where nothing stays inside as a whole and nothing is said for the author."""
        told = [sorted(self.internal_parts()), self.locked_parts()]
        if not any(told):
            return ""
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


class Standard(models.Model):
    """The content standard as a checklist: one version of it. Reviews keep the one they used.

    A standard that a review refers to never changes: `publish` makes the next one.
    """

    number = models.PositiveIntegerField(_("version"), unique=True)
    title = models.CharField(_("title"), max_length=120)
    is_current = models.BooleanField(_("in use"), default=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField(db_default=Now())

    objects = StandardQuerySet.as_manager()

    class Meta:
        verbose_name = _("content standard")
        verbose_name_plural = _("content standards")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_current"], condition=Q(is_current=True), name="standard_one_current"
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"


class Criterion(models.Model):
    """One question of the checklist: its weight, and what good and bad look like."""

    standard = models.ForeignKey(Standard, models.CASCADE, related_name="criteria")
    key = models.SlugField(max_length=40)
    asks = models.CharField(_("question"), max_length=200)
    why = models.CharField(_("why"), max_length=500, blank=True, default="")
    weight = models.PositiveSmallIntegerField(_("weight"), default=1)
    good = models.TextField(_("good example"), blank=True, default="")
    bad = models.TextField(_("bad example"), blank=True, default="")
    place = models.PositiveSmallIntegerField(_("place"), default=0)

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        ordering = ["place", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["standard", "key"], name="criterion_key_once"),
            models.CheckConstraint(
                condition=Q(weight__gte=1, weight__lte=10), name="criterion_weight_sane"
            ),
        ]

    def __str__(self) -> str:
        return self.asks
