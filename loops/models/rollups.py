"""Figures of days and months, counted from the rows and thrown away and counted anew at will.

Each row says with `span` whether it is a day's ("d") or the sum of a month's days ("m"), `day`
is the first of them, and `formula` names the definitions that it was counted under. Nothing
refers to these rows, and they refer to nothing: 0 stands for no team, domain or person.

`grain` says what a row is a sum over, so that every question reads the fewest rows: "t" has one
row for each team, "td" for each team and domain, "tc" team and channel, "tdc" all three.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


def number() -> Any:
    return models.IntegerField(default=0, db_default=0)


def histogram() -> Any:
    return ArrayField(models.IntegerField(), default=list)


class Rollup(models.Model):
    """What all of them begin with."""

    span = models.CharField(max_length=1)
    day = models.DateField()
    formula = models.SmallIntegerField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.model_name} {self.span} {self.day}"


class Cut(Rollup):
    """Those that can be narrowed to teams, domains and channels."""

    grain = models.CharField(max_length=3)
    team = models.IntegerField()
    domain = models.IntegerField()
    channel = models.CharField(max_length=6)

    class Meta:
        abstract = True


class Flow(Cut):
    """Tickets that arrived on the day (three columns), and those that were solved on it, by
    their outcome; empty where none was declared. docs/measures.md has each formula."""

    pk = models.CompositePrimaryKey(
        "span", "grain", "day", "team", "domain", "channel", "outcome"
    )
    outcome = models.CharField(max_length=12)
    arrived = number()
    defects = number()
    in_help = number()
    used_first = number()
    solved = number()
    linked = number()
    reused = number()
    created = number()
    improved = number()
    flagged = number()
    reopened = number()
    first_contact = number()
    csat_n = number()
    csat_good = number()
    csat_sum = number()
    known_found = number()
    known_not_found = number()
    known_not_captured = number()
    new = number()
    no_event = number()
    self_serviceable = number()
    seconds = models.BigIntegerField(default=0, db_default=0)


class Times(Cut):
    """How long it took, of the tickets that were solved on the day: so many (`counts`) in each
    bucket of a tenth more (`buckets`). loops/statistics/durations.py reads them."""

    class Kind(models.TextChoices):
        FIRST_RESPONSE = "first_response", _("First response")
        RESOLUTION = "resolution", _("Time to resolve")
        WORKED = "worked", _("Time worked")

    pk = models.CompositePrimaryKey(
        "span", "grain", "day", "kind", "team", "domain", "channel", "outcome"
    )
    kind = models.CharField(max_length=14, choices=Kind)
    outcome = models.CharField(max_length=12)
    buckets = histogram()
    counts = histogram()


class Agents(Cut):
    """What became of the tickets that a person solved on the day. Imported ones are left out."""

    pk = models.CompositePrimaryKey(
        "span", "grain", "day", "person", "team", "domain", "channel"
    )
    person = models.IntegerField()
    solved = number()
    linked = number()
    reused = number()
    created = number()
    improved = number()
    flagged = number()
    no_knowledge = number()
    reopened = number()
    first_contact = number()
    csat_n = number()
    csat_good = number()
    seconds = models.BigIntegerField(default=0, db_default=0)


class Topics(Rollup):
    """What was asked and solved of a topic in a team; the histogram is of the time worked."""

    pk = models.CompositePrimaryKey("span", "day", "topic", "team")
    topic = models.IntegerField()
    team = models.IntegerField()
    arrived = number()
    solved = number()
    linked = number()
    reused = number()
    seconds = models.BigIntegerField(default=0, db_default=0)
    buckets = histogram()
    counts = histogram()


class Articles(Rollup):
    """What happened to an article on the day. Private teams' tickets are left out."""

    pk = models.CompositePrimaryKey("span", "day", "article")
    article = models.IntegerField()
    resolutions = number()
    references = number()
    views_inside = number()
    views_outside = number()
    helped = number()
    not_helped = number()
    flags = number()
    versions = number()


class Searches(Rollup):
    """Searches by where (`channel`: desk, help), how (`kind`: asked, suggested) and the team of
    their ticket. `first` to `further` count at which rank the first opened hit stood; `judged`
    are those whose ticket was linked, with the sums of reciprocal rank and nDCG."""

    pk = models.CompositePrimaryKey("span", "day", "channel", "kind", "team")
    channel = models.CharField(max_length=4)
    kind = models.CharField(max_length=9)
    team = models.IntegerField()
    searches = number()
    empty = number()
    opened = number()
    abandoned = number()
    first = number()
    second = number()
    third = number()
    to_tenth = number()
    further = number()
    judged = number()
    reciprocal = models.FloatField(default=0, db_default=0)
    gain = models.FloatField(default=0, db_default=0)


class Visits(Rollup):
    """Visits to the help centre in three classes that are never added up, and how many of them
    ended in a ticket."""

    pk = models.CompositePrimaryKey("span", "day")
    visits = number()
    confirmed = number()
    potential = number()
    nothing = number()
    asked = number()


class RollupDay(models.Model):
    """That a day was counted: under which formula, and in which time zone it began and ended.

    A month is stale while one of its days was counted anew and the month was not.
    """

    pk = models.CompositePrimaryKey("span", "day")
    span = models.CharField(max_length=1)
    day = models.DateField()
    formula = models.SmallIntegerField()
    zone = models.CharField(max_length=40)
    stale = models.BooleanField(default=False)
    computed_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("counted day")
        verbose_name_plural = _("counted days")

    def __str__(self) -> str:
        return f"{self.span} {self.day}"


class Dirty(models.Model):
    """Something of this quarter of an hour changed. Triggers write these marks with the change;
    only the counting that sees the change removes them."""

    moment = models.DateTimeField()

    class Meta:
        db_table = "loops_dirty"
        indexes = [models.Index(fields=["moment"], name="dirty_moment")]

    def __str__(self) -> str:
        return f"{self.moment:%Y-%m-%d %H:%M}"


class Formula(models.Model):
    """The definitions that figures were counted under, and the version of the code, as a number
    that fits into each row."""

    id = models.SmallAutoField(primary_key=True)
    says = models.JSONField(unique=True)

    def __str__(self) -> str:
        return str(self.pk)


class Definition(models.Model):
    """How a measure is computed: one version of it. The active one counts, all history too."""

    class Key(models.TextChoices):
        LINKED = "linked", _("Linked")
        FIRST_CONTACT = "first_contact", _("First-contact resolution")
        SATISFIED = "satisfied", _("Satisfied requester")
        ABANDONED = "abandoned", _("Abandoned search")
        SELF_SERVICE = "self_service", _("Self-service")

    key = models.CharField(_("measure"), max_length=14, choices=Key)
    version = models.PositiveSmallIntegerField(_("version"))
    parameters = models.JSONField(_("values"), default=dict)
    note = models.CharField(_("note"), max_length=300, blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(db_default=Now())
    active = models.BooleanField(_("active"), default=False)

    class Meta:
        verbose_name = _("definition of a measure")
        verbose_name_plural = _("definitions of measures")
        ordering = ["key", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="definition_version_once"),
            models.UniqueConstraint(
                fields=["key"], condition=Q(active=True), name="definition_one_active"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_key_display()} {self.version}"


class Recount(models.Model):
    """A day that was counted again and was not what it had been, with the rows that differed.
    It was mended in the same moment; administrators are told."""

    day = models.DateField(_("day"))
    at = models.DateTimeField(_("counted again"), db_default=Now())
    rows = models.JSONField(_("rows that differed"), default=dict)

    class Meta:
        verbose_name = _("difference found by a recount")
        verbose_name_plural = _("differences found by a recount")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.day}"
