"""Knowledge: articles with their fixed parts, their versions, and what people say of them."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from articles.queries import ArticleQuerySet, FlagQuerySet, SuggestionQuerySet
from articles.search.models import CorpusStat, Document, Posting, Term
from kcs.addresses import numbered
from people.models import Domain, Team

__all__ = [
    "Article",
    "ArticleEvent",
    "CorpusStat",
    "Document",
    "Feedback",
    "Flag",
    "Posting",
    "Suggestion",
    "Template",
    "Term",
    "Version",
    "View",
]

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


class Template(models.Model):
    """Which parts an article has beside the fixed ones, and what its authors are told."""

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


class Article(Origin, Words):
    """One issue with its resolution: what it says now, and its three independent states."""

    Confidence = Confidence
    Audience = Audience
    Governance = Governance

    number = models.CharField(max_length=20, unique=True, editable=False)
    template = models.ForeignKey(Template, models.PROTECT, verbose_name=_("template"))
    language = models.CharField(_("language"), max_length=LANGUAGE_LENGTH, default="en")
    environment_facets = models.JSONField(default=dict, blank=True)
    rendered = models.JSONField(default=dict, editable=False)

    confidence = models.CharField(
        _("confidence"), max_length=13, choices=Confidence, default=Confidence.WIP
    )
    audience = models.CharField(
        _("audience"), max_length=8, choices=Audience, default=Audience.INTERNAL
    )
    governance = models.CharField(
        _("governance"), max_length=10, choices=Governance, default=Governance.EXPERIENCE
    )

    domain = models.ForeignKey(
        Domain,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="articles",
        verbose_name=_("domain"),
    )
    tags = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_articles",
        verbose_name=_("owner"),
    )
    owner_team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("team")
    )
    editors = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        blank=True,
        related_name="edits",
        verbose_name=_("named editors"),
        help_text=_("Only they change a validated article under compliance."),
    )
    origin_url = models.CharField(_("origin address"), max_length=500, blank=True, default="")
    external_system = models.CharField(max_length=60, blank=True, default="")
    external_id = models.CharField(max_length=200, blank=True, default="")

    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(db_default=Now())
    validated_at = models.DateTimeField(null=True, blank=True)
    archived_reason = models.CharField(max_length=300, blank=True, default="")

    # Counters that search shows and ranks by. Kept by the verbs that add the rows they count.
    version_number = models.PositiveIntegerField(default=1)
    reuse_count = models.PositiveIntegerField(default=0)
    last_reused_at = models.DateTimeField(null=True, blank=True)
    helped_count = models.PositiveIntegerField(default=0)
    view_count = models.PositiveIntegerField(default=0)
    open_flags = models.PositiveIntegerField(default=0)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["-changed_at", "-pk"]
        indexes = [
            models.Index(fields=["-changed_at", "-id"], name="article_recent"),
            models.Index(fields=["confidence", "audience"], name="article_states"),
            models.Index(
                fields=["origin_type", "origin_id"],
                condition=~Q(origin_id=""),
                name="article_origin",
            ),
            GinIndex(fields=["tags"], name="article_tags"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(confidence__in=Confidence.values), name="article_confidence_known"
            ),
            models.CheckConstraint(
                condition=Q(audience__in=Audience.values), name="article_audience_known"
            ),
            models.CheckConstraint(
                condition=Q(governance__in=Governance.values), name="article_governance_known"
            ),
            models.CheckConstraint(
                condition=~Q(confidence="validated") | ~Q(resolution=""),
                name="article_validated_has_resolution",
            ),
            models.CheckConstraint(condition=~Q(title=""), name="article_has_title"),
            models.UniqueConstraint(
                fields=["external_system", "external_id"],
                condition=~Q(external_id=""),
                name="article_external_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return numbered("articles:detail", self.number)

    @property
    def is_external(self) -> bool:
        return self.audience != Audience.INTERNAL

    def lock(self) -> None:
        """Reload this row and hold it until the transaction ends."""
        self.refresh_from_db(from_queryset=Article.objects.select_for_update(no_key=True))


class Version(Origin, Words):
    """What an article said from one save to the next.

    Immutable once anything refers to it: a link, a flag, a vote, a message (`sealed`, set by
    triggers). Until then, and for ten minutes, the same person's next save replaces it.
    """

    article = models.ForeignKey(Article, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    note = models.CharField(_("what changed"), max_length=300, blank=True, default="")
    restored_from = models.PositiveIntegerField(null=True, blank=True)
    sealed = models.BooleanField(default=False, db_default=False)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="version_number_once"),
        ]
        indexes = [
            models.Index(
                fields=["origin_type", "origin_id"],
                condition=~Q(origin_id=""),
                name="version_origin",
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.number}"


class Suggestion(Origin, Words):
    """A version that somebody proposes who may not change the article: it waits for review."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")

    article = models.ForeignKey(Article, models.CASCADE, related_name="suggestions")
    base = models.PositiveIntegerField(help_text="the version number it started from")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    note = models.CharField(max_length=300, blank=True, default="")
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=1000, blank=True, default="")
    version = models.ForeignKey(
        Version, models.PROTECT, null=True, blank=True, related_name="suggestions"
    )

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("suggestion")
        verbose_name_plural = _("suggestions")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(
                fields=["origin_type", "origin_id"],
                condition=~Q(origin_id=""),
                name="suggestion_origin",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.article.number}: {self.get_state_display()}"


class Flag(Origin):
    """ "This is wrong": a kind and a note, with an owner and an answer for whoever raised it."""

    class Kind(models.TextChoices):
        INCORRECT = "incorrect", _("Steps are wrong")
        OUTDATED = "outdated", _("Out of date")
        INCOMPLETE = "incomplete", _("Something is missing")
        UNCLEAR = "unclear", _("Hard to follow")
        DUPLICATE = "duplicate", _("Duplicate")
        SENSITIVE = "sensitive", _("Says too much")
        METADATA = "metadata", _("Wrong domain or tags")
        BROKEN_LINK = "broken_link", _("Broken link")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        TAKEN = "taken", _("Taken")
        RESOLVED = "resolved", _("Resolved")
        REJECTED = "rejected", _("Rejected")

    article = models.ForeignKey(Article, models.CASCADE, related_name="flags")
    version = models.ForeignKey(Version, models.PROTECT, related_name="flags")
    kind = models.CharField(_("kind"), max_length=11, choices=Kind)
    note = models.CharField(_("note"), max_length=2000, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="flags_to_answer",
    )
    answer = models.CharField(_("answer"), max_length=2000, blank=True, default="")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = FlagQuerySet.as_manager()

    class Meta:
        verbose_name = _("flag")
        verbose_name_plural = _("flags")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["open", "taken"]) | ~Q(answer=""),
                name="flag_closed_has_answer",
            ),
        ]
        indexes = [
            models.Index(
                fields=["origin_type", "origin_id"],
                condition=~Q(origin_id=""),
                name="flag_origin",
            ),
            models.Index(
                fields=["article", "-at"],
                condition=Q(state__in=["open", "taken"]),
                name="flag_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.article.number})"

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.OPEN, self.State.TAKEN)


class Feedback(models.Model):
    """A rating, a comment or both, from anyone: the fifth part of every article."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="feedback")
    version = models.ForeignKey(Version, models.PROTECT, related_name="feedback")
    helpful = models.BooleanField(null=True)
    comment = models.TextField(blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    role = models.CharField(max_length=12, default="visitor")
    channel = models.CharField(max_length=8, default="web")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(helpful=None) | ~Q(comment=""), name="feedback_says_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.article.number}: {self.comment[:40]}"


class View(models.Model):
    """Somebody opened an article: when, in which role, inside or outside."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="views")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    role = models.CharField(max_length=12)
    inside = models.BooleanField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["article", "-at"], name="view_article")]

    def __str__(self) -> str:
        return f"{self.article_id} {self.role}"


class ArticleEvent(Origin):
    """What happened to an article, by whom and when. Append-only: triggers refuse the rest.

    `detail` holds what the verb changed, as {"from": …, "to": …} where it moved a value.
    """

    class Verb(models.TextChoices):
        CREATED = "created", _("created")
        IMPROVED = "improved", _("improved")
        RESTORED = "restored", _("restored an earlier version")
        CONFIDENCE = "confidence", _("set confidence")
        AUDIENCE = "audience", _("set audience")
        GOVERNANCE = "governance", _("set governance")
        DESCRIBED = "described", _("changed domain, tags or owner")
        SUGGESTED = "suggested", _("suggested a change")
        ACCEPTED = "accepted", _("accepted a suggestion")
        DECLINED = "declined", _("declined a suggestion")
        FLAGGED = "flagged", _("flagged")
        FLAG_TAKEN = "flag_taken", _("took a flag")
        FLAG_RESOLVED = "flag_resolved", _("resolved a flag")
        FLAG_REJECTED = "flag_rejected", _("rejected a flag")
        RATED = "rated", _("gave feedback")
        LINKED = "linked", _("linked it to a ticket")
        UNLINKED = "unlinked", _("removed a link")
        IMPORTED = "imported", _("imported")

    article = models.ForeignKey(Article, models.CASCADE, related_name="events")
    verb = models.CharField(max_length=16, choices=Verb)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField(db_default=Now())
    version = models.PositiveIntegerField(null=True)
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["article", "at"], name="article_event_of")]

    def __str__(self) -> str:
        return f"{self.article_id} {self.verb}"
