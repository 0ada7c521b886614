"""The evolve loop: what is asked, what is missing, what is proposed, and what came of it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from articles.models import EXTERNAL, Article, Audience, Version
from loops.models.solving import Search
from loops.models.upkeep import Pair
from people.models import Domain
from tickets.models import Ticket

PERSON = settings.AUTH_USER_MODEL
WORDS = 80  # the length of one word of a label


class Topic(models.Model):
    """A cluster of demand. The link is the topic: each article that solved something is one.

    `known` topics are one article each; `unknown` ones were found among the tickets that no
    article explains, and keep their identity from night to night while half of their members
    stay. `label` are the words that set it apart, `central` the ticket in its middle, whose
    subject names the topic for people. Figures are those of the window that the nightly job
    looks at (`Topic.WINDOW` days): tickets, how many of them linked, the median of the minutes
    worked, the trend (tickets of the last 28 days ÷ the mean of the 28 days before, 1 when
    nothing can be said), and `cost` = tickets × median minutes × trend, which orders lists.
    """

    WINDOW = 180

    class Kind(models.TextChoices):
        KNOWN = "known", _("Known")
        UNKNOWN = "unknown", _("Unknown")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        FADED = "faded", _("No longer asked")
        COVERED = "covered", _("Covered by an article")

    kind = models.CharField(_("kind"), max_length=7, choices=Kind)
    state = models.CharField(max_length=7, choices=State, default=State.OPEN)
    article = models.OneToOneField(
        Article, models.CASCADE, null=True, blank=True, related_name="topic"
    )
    name = models.CharField(_("name"), max_length=300)
    label = ArrayField(models.CharField(max_length=WORDS), default=list)
    central = models.ForeignKey(
        Ticket, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    domain = models.ForeignKey(Domain, models.PROTECT, null=True, blank=True, related_name="+")
    language = models.CharField(max_length=12, default="en")
    tickets = models.PositiveIntegerField(_("tickets"), default=0)
    linked = models.PositiveIntegerField(_("tickets linked"), default=0)
    minutes = models.FloatField(_("median minutes"), default=0)
    trend = models.FloatField(_("trend"), default=1)
    cost = models.FloatField(_("cost"), default=0)
    found_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["-cost", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(kind="known", article__isnull=False) | Q(kind="unknown", article=None)
                ),
                name="topic_known_has_article",
            )
        ]
        indexes = [
            models.Index(fields=["kind", "state", "-cost"], name="topic_cost"),
        ]

    def __str__(self) -> str:
        return self.name


class TicketTopic(models.Model):
    """What a ticket is about, and whether that was known before.

    `source` says why: its resolution link, the likeness to an article's tickets, or the
    cluster it is a member of. `novelty` is set for solved tickets:

    - known_found: a resolution link to an article older than the ticket;
    - known_not_found: an article existed that answers it, and was not linked;
    - known_not_captured: solved before by somebody, and written by nobody;
    - new: nothing like it was solved before;
    - no_event: nothing was to be known (spam, no reply, duplicate ticket, account action).
    """

    class Source(models.TextChoices):
        LINK = "link", _("linked")
        LIKENESS = "likeness", _("alike")
        CLUSTER = "cluster", _("cluster")

    class Novelty(models.TextChoices):
        KNOWN_FOUND = "known_found", _("Known and found")
        KNOWN_NOT_FOUND = "known_not_found", _("Known and not found")
        KNOWN_NOT_CAPTURED = "known_not_captured", _("Known and not captured")
        NEW = "new", _("New")
        NO_EVENT = "no_event", _("Nothing to know")

    ticket = models.OneToOneField(
        Ticket, models.CASCADE, primary_key=True, related_name="topic_of"
    )
    topic = models.ForeignKey(
        Topic, models.SET_NULL, null=True, blank=True, related_name="members"
    )
    source = models.CharField(max_length=8, choices=Source, blank=True, default="")
    score = models.FloatField(null=True, blank=True)
    neighbours_linked = models.FloatField(
        null=True, blank=True, help_text="share of its nearest tickets that carry a link"
    )
    novelty = models.CharField(max_length=18, choices=Novelty, blank=True, default="")
    # The article that answers it and was not linked, where one is known.
    answered_by = models.ForeignKey(
        Article, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("topic of a ticket")
        verbose_name_plural = _("topics of tickets")

    def __str__(self) -> str:
        return f"{self.ticket_id} → {self.topic_id}"


class Gap(models.Model):
    """Demand without an adequate article: a topic, or a search that finds nothing or leads
    nowhere. It closes itself when its article earns links, and opens once for each reason.

    A `findability` gap has its article, and people do not find it: its words are what is
    missing, or somebody should be shown. `key` is what makes it the same gap tomorrow.
    """

    class Kind(models.TextChoices):
        TOPIC = "topic", _("Unanswered topic")
        EMPTY = "empty", _("Search that finds nothing")
        ABANDONED = "abandoned", _("Abandoned search")
        FINDABILITY = "findability", _("There, and not found")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        WRITTEN = "written", _("Written, waiting for links")
        CLOSED = "closed", _("Closed")
        DISMISSED = "dismissed", _("Dismissed")

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(_("kind"), max_length=11, choices=Kind)
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    topic = models.ForeignKey(
        Topic, models.SET_NULL, null=True, blank=True, related_name="gaps"
    )
    name = models.CharField(_("name"), max_length=300)
    label = ArrayField(models.CharField(max_length=WORDS), default=list)
    domain = models.ForeignKey(Domain, models.PROTECT, null=True, blank=True, related_name="+")
    language = models.CharField(max_length=12, default="en")
    # What was written for it, or what exists and is not found.
    article = models.ForeignKey(
        Article, models.PROTECT, null=True, blank=True, related_name="gaps"
    )
    tickets = models.PositiveIntegerField(_("tickets"), default=0)
    times_searched = models.PositiveIntegerField(_("searches"), default=0)
    minutes = models.FloatField(_("median minutes"), default=0)
    trend = models.FloatField(_("trend"), default=1)
    cost = models.FloatField(_("excess cost"), default=0)
    unsure = models.BooleanField(
        _("low confidence"),
        default=False,
        help_text=_("Too few tickets are linked to be sure."),
    )
    opened_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        PERSON, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("gap")
        verbose_name_plural = _("gaps")
        ordering = ["-cost", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="dismissed") | ~Q(reason=""),
                name="gap_dismissed_has_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state="written") | Q(article__isnull=False),
                name="gap_written_has_article",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-cost"], name="gap_cost"),
        ]

    def __str__(self) -> str:
        return self.name


class GapSearch(models.Model):
    """One search that is evidence of a gap."""

    gap = models.ForeignKey(Gap, models.CASCADE, related_name="searches")
    search = models.ForeignKey(Search, models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gap", "search"], name="gap_search_once")
        ]

    def __str__(self) -> str:
        return f"{self.gap_id} {self.search_id}"


class Burst(models.Model):
    """On this day a topic was asked far more often than it is. `strength` is −log10 of the
    chance of as much without a reason; `span` is over how many days it was added up."""

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="bursts")
    day = models.DateField(_("day"))
    span = models.PositiveSmallIntegerField(_("days"))
    count = models.PositiveIntegerField(_("tickets"))
    expected = models.FloatField(_("usual"))
    strength = models.FloatField(_("strength"))
    cost = models.FloatField(_("excess cost"), default=0)
    told_at = models.DateTimeField(null=True, blank=True)
    seen_by = models.ForeignKey(PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("burst")
        verbose_name_plural = _("bursts")
        ordering = ["-day", "-cost"]
        constraints = [models.UniqueConstraint(fields=["topic", "day"], name="burst_once")]
        indexes = [models.Index(fields=["-day"], name="burst_day")]

    def __str__(self) -> str:
        return f"{self.topic_id} {self.day}"


class Miss(models.Model):
    """An agent searched, the answer was there, and was not found.

    `rank` is where the search had it then, empty when not at all; `words` are the requester's,
    proposed for the article's issue; `rank_with` is where it stands with them.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        TAKEN = "taken", _("Words taken over")
        DISMISSED = "dismissed", _("Dismissed")

    ticket = models.OneToOneField(Ticket, models.CASCADE, related_name="miss")
    article = models.ForeignKey(Article, models.CASCADE, related_name="misses")
    search = models.ForeignKey(Search, models.SET_NULL, null=True, blank=True, related_name="+")
    rank = models.PositiveSmallIntegerField(null=True, blank=True)
    rank_with = models.PositiveSmallIntegerField(null=True, blank=True)
    words = models.CharField(_("the requester's words"), max_length=1000)
    found_at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    decided_by = models.ForeignKey(
        PERSON, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("missed answer")
        verbose_name_plural = _("missed answers")
        ordering = ["-found_at", "-pk"]
        indexes = [
            models.Index(fields=["article"], condition=Q(state="open"), name="miss_open")
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.article_id}"


class Improvement(models.Model):
    """What somebody should do, born from evidence: write, fix, merge, publish, archive, or fix
    the product. It has an owner and a state, and after it shipped its measured effect.

    `key` is what makes a job's proposal the same one tomorrow ("defect:topic:17"); people's own
    have none. `evidence` is what stood behind it when it was proposed: {"tickets": n,
    "minutes": median, "cost": …, "requesters": n, "words": [up to five quotes, without names],
    "numbers": [ticket numbers], "note": …}. `effect` is computed from `shipped_at` on and each
    night anew until it is settled: {"ratio": tickets now ÷ tickets expected, "low": …, "high":
    …, "expected": …, "seen": …, "days": …, "controls": n, "says": code}.
    """

    class Kind(models.TextChoices):
        WRITE = "write", _("Write")
        FIX = "fix", _("Fix")
        MERGE = "merge", _("Merge")
        PUBLISH = "publish", _("Publish")
        ARCHIVE = "archive", _("Archive")
        PRODUCT = "product", _("Fix the product")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        SHIPPED = "shipped", _("Shipped")

    key = models.CharField(max_length=200, blank=True, default="")
    kind = models.CharField(_("kind"), max_length=7, choices=Kind)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PROPOSED)
    title = models.CharField(_("title"), max_length=300)
    text = models.TextField(_("what and why"), blank=True, default="")
    topic = models.ForeignKey(
        Topic, models.SET_NULL, null=True, blank=True, related_name="improvements"
    )
    gap = models.ForeignKey(
        Gap, models.SET_NULL, null=True, blank=True, related_name="improvements"
    )
    article = models.ForeignKey(
        Article, models.PROTECT, null=True, blank=True, related_name="improvements"
    )
    pair = models.ForeignKey(
        Pair, models.SET_NULL, null=True, blank=True, related_name="improvements"
    )
    domain = models.ForeignKey(Domain, models.PROTECT, null=True, blank=True, related_name="+")
    owner = models.ForeignKey(
        PERSON, models.PROTECT, null=True, blank=True, related_name="improvements_owned"
    )
    by = models.ForeignKey(
        PERSON,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="empty where a job proposed it",
    )
    at = models.DateTimeField(db_default=Now())
    cost = models.FloatField(_("cost"), default=0)
    evidence = models.JSONField(default=dict)
    tracker_id = models.CharField(
        _("number in the tracker"), max_length=60, blank=True, default=""
    )
    tracker_url = models.CharField(
        _("address in the tracker"), max_length=500, blank=True, default=""
    )
    due_on = models.DateField(_("by"), null=True, blank=True)
    answer = models.CharField(
        _("answer"), max_length=2000, blank=True, default="", help_text=_("Agents read it.")
    )
    answered_by = models.ForeignKey(
        PERSON, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        PERSON, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    shipped_by = models.ForeignKey(
        PERSON, models.PROTECT, null=True, blank=True, related_name="+"
    )
    shipped_at = models.DateTimeField(null=True, blank=True)
    effect = models.JSONField(default=dict)
    measured_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("improvement")
        verbose_name_plural = _("improvements")
        ordering = ["-cost", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=~Q(key=""), name="improvement_key_once"
            ),
            models.CheckConstraint(
                condition=~Q(state="shipped") | Q(shipped_at__isnull=False),
                name="improvement_shipped_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(answer=""),
                name="improvement_declined_has_answer",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-cost"], name="improvement_cost"),
        ]

    def __str__(self) -> str:
        return self.title


class ImprovementEvent(models.Model):
    """What happened to an improvement, by whom and when. Append-only: a trigger says so."""

    class Verb(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        CHANGED = "changed", _("changed")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        ANSWERED = "answered", _("answered")
        SHIPPED = "shipped", _("shipped")
        REOPENED = "reopened", _("reopened")
        MEASURED = "measured", _("measured")

    improvement = models.ForeignKey(Improvement, models.CASCADE, related_name="events")
    verb = models.CharField(max_length=8, choices=Verb)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(db_default=Now())
    detail = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("improvement event")
        verbose_name_plural = _("improvement events")
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["improvement", "at"], name="improvement_event_of")]

    def __str__(self) -> str:
        return f"{self.improvement_id} {self.verb}"


class PublicationRule(models.Model):
    """Articles that satisfy it are published by themselves, in the name of whoever made it.

    Only validated articles without an open flag and without anything that the leak check finds;
    the rights of `by` are asked again each time. A rule that is switched off does nothing more,
    and takes nothing back.
    """

    name = models.CharField(_("name"), max_length=80)
    active = models.BooleanField(_("active"), default=False)
    audience = models.CharField(
        _("publish to"),
        max_length=8,
        choices=[(a.value, a.label) for a in Audience if a in EXTERNAL],
    )
    min_links = models.PositiveSmallIntegerField(
        _("resolution links at least"), default=2, validators=[MinValueValidator(1)]
    )
    min_people = models.PositiveSmallIntegerField(
        _("linked by at least (people)"), default=1, validators=[MinValueValidator(1)]
    )
    quiet_days = models.PositiveSmallIntegerField(_("without a flag for (days)"), default=0)
    experience_only = models.BooleanField(_("only experience based articles"), default=True)
    domains = models.ManyToManyField(
        Domain,
        blank=True,
        related_name="+",
        verbose_name=_("domains"),
        help_text=_("With the branches below them. None: everywhere."),
    )
    by = models.ForeignKey(PERSON, models.PROTECT, related_name="+", editable=False)
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("publication rule")
        verbose_name_plural = _("publication rules")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["name"], name="publication_rule_name_once"),
            models.CheckConstraint(
                condition=Q(audience__in=["partner", "customer", "public"]),
                name="publication_rule_goes_outside",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Publication(models.Model):
    """An article went outside: decided by a person or by a rule, and perhaps taken back.

    `expected` is how many tickets a year it was expected to save, with what it was computed
    from in `grounds`; `validated_at` is when it was first validated, so that the time to
    publish is `at` less that.
    """

    article = models.ForeignKey(Article, models.CASCADE, related_name="publications")
    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    audience = models.CharField(_("audience"), max_length=8, choices=Audience)
    rule = models.ForeignKey(
        PublicationRule, models.PROTECT, null=True, blank=True, related_name="publications"
    )
    by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    validated_at = models.DateTimeField(null=True, blank=True)
    expected = models.FloatField(_("tickets saved a year, expected"), default=0)
    grounds = models.JSONField(default=dict)
    retracted_by = models.ForeignKey(
        PERSON, models.PROTECT, null=True, blank=True, related_name="+"
    )
    retracted_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["article"],
                condition=Q(retracted_at=None),
                name="publication_one_standing",
            ),
            models.CheckConstraint(
                condition=Q(retracted_at=None) | ~Q(reason=""),
                name="publication_retracted_has_reason",
            ),
        ]
        indexes = [BrinIndex(fields=["at"], name="publication_at_brin")]

    def __str__(self) -> str:
        return f"{self.article_id} {self.audience}"


class Baseline(models.Model):
    """The figures of a period, frozen, to compare later ones with.

    `figures` are the totals as `loops.evolve.rollups.numbers` gives them, with the versions of
    the definitions that they were computed under.
    """

    name = models.CharField(_("name"), max_length=80)
    begins = models.DateField(_("from"))
    ends = models.DateField(_("to"))
    team = models.ForeignKey(
        "people.Team", models.PROTECT, null=True, blank=True, related_name="+"
    )
    domain = models.ForeignKey(Domain, models.PROTECT, null=True, blank=True, related_name="+")
    channel = models.CharField(max_length=6, blank=True, default="")
    figures = models.JSONField(default=dict)
    by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("baseline")
        verbose_name_plural = _("baselines")
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["name"], name="baseline_name_once"),
            models.CheckConstraint(
                condition=Q(ends__gte=F("begins")), name="baseline_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Digest(models.Model):
    """The letter of one week was written to one person: never a second time."""

    person = models.ForeignKey(PERSON, models.CASCADE, related_name="+")
    week = models.DateField(help_text="the Monday it looks back from")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "week"], name="digest_once")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.week}"


class Finding(models.Model):
    """What a nightly job found out and a page only shows: comparisons and curves over so many
    tickets that nobody could wait for them.

    `key` names the question, `scope` whose tickets answer it: "" those of all teams that are
    not private, "team:3" one team's. `data` is the answer, as the job that wrote it says.
    """

    key = models.CharField(max_length=60)
    scope = models.CharField(max_length=40, blank=True, default="")
    computed_at = models.DateTimeField(db_default=Now())
    data = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        constraints = [
            models.UniqueConstraint(fields=["key", "scope"], name="finding_once"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.scope}"


class Holding(models.Model):
    """How many of a topic's tickets one person solved, in the window of the nightly job, and
    how many of those without a link. Private teams' tickets are left out.

    `total` is the topic's, and `place` the person's in it: 1 solved most.
    """

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="holdings")
    person = models.ForeignKey(PERSON, models.CASCADE, related_name="+")
    solved = models.PositiveIntegerField()
    unlinked = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    place = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("expertise")
        verbose_name_plural = _("expertise")
        constraints = [models.UniqueConstraint(fields=["topic", "person"], name="holding_once")]
        indexes = [
            models.Index(fields=["topic"], condition=Q(place=1), name="holding_busiest"),
        ]

    def __str__(self) -> str:
        return f"{self.topic_id} {self.person_id}"


class TeamTopic(models.Model):
    """How often one team was asked about a topic in the window, and what answering took: of the
    tickets that arrived, that it solved, that it solved without a link, and the seconds."""

    team = models.ForeignKey("people.Team", models.CASCADE, null=True, related_name="+")
    topic = models.ForeignKey(Topic, models.CASCADE, related_name="teams")
    arrived = models.PositiveIntegerField(default=0)
    solved = models.PositiveIntegerField(default=0)
    unlinked = models.PositiveIntegerField(default=0)
    seconds = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("topic of a team")
        verbose_name_plural = _("topics of teams")
        constraints = [
            models.UniqueConstraint(
                fields=["team", "topic"], nulls_distinct=False, name="team_topic_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.team_id} {self.topic_id}"
