"""Who: people, their teams, what they may do, and the product tree that they look after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from people.queries import DomainQuerySet, NotificationQuerySet, UserManager

if TYPE_CHECKING:
    from people.rights import Granted

LANGUAGES = [("en", _("English")), ("ru", _("Russian")), ("he", _("Hebrew"))]


def mailed_at_first() -> list[str]:
    """The week in figures is a letter from the start; other kinds are mailed to who asks."""
    return ["digest"]


class Team(models.Model):
    """People who work one queue. A private team's tickets are seen by its members alone."""

    name = models.CharField(_("name"), max_length=80)
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="manages",
        verbose_name=_("manager"),
    )
    private = models.BooleanField(
        _("private"),
        default=False,
        help_text=_("Only members, the manager and administrators see its tickets."),
    )

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Lower("name"), name="team_name_unique")]

    def __str__(self) -> str:
        return self.name


class Organisation(models.Model):
    """Whom customers belong to. Members of a partner organisation are Partners."""

    name = models.CharField(_("name"), max_length=160)
    is_partner = models.BooleanField(_("partner"), default=False)
    shares_tickets = models.BooleanField(_("members see each other's tickets"), default=False)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Lower("name"), name="organisation_name_unique")]

    def __str__(self) -> str:
        return self.name


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in, by e-mail. Staff have a competency; customers have none."""

    class Competency(models.TextChoices):
        CANDIDATE = "candidate", _("Candidate")
        CONTRIBUTOR = "contributor", _("Contributor")
        PUBLISHER = "publisher", _("Publisher")

    email = models.EmailField(_("e-mail"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=120)
    competency = models.CharField(
        _("competency"),
        max_length=12,
        choices=Competency,
        blank=True,
        default="",
        help_text=_("Empty for customers, who see only what their audience allows."),
    )
    is_coach = models.BooleanField(_("coach"), default=False)
    team = models.ForeignKey(
        Team,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="members",
        verbose_name=_("team"),
    )
    coach = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="coachees",
        verbose_name=_("coached by"),
    )
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="members",
        verbose_name=_("organisation"),
    )
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Leavers are deactivated, never deleted.")
    )
    is_staff = models.BooleanField(_("may open the administration"), default=False)
    joined_at = models.DateTimeField(_("joined"), db_default=Now())

    language = models.CharField(
        _("language"), max_length=5, choices=LANGUAGES, default="en", blank=True
    )
    theme = models.CharField(
        _("theme"),
        max_length=5,
        choices=[("auto", _("As the system")), ("light", _("Light")), ("dark", _("Dark"))],
        default="auto",
    )
    letter_keys = models.BooleanField(
        _("letter shortcuts"), default=True, help_text=_("Single letters act as shortcuts.")
    )
    compact = models.BooleanField(_("compact rows"), default=False)
    signature = models.TextField(_("signature"), blank=True, max_length=2000)
    muted = ArrayField(
        models.CharField(max_length=24),
        default=list,
        blank=True,
        verbose_name=_("kinds of notification switched off"),
    )
    mailed = ArrayField(
        models.CharField(max_length=24),
        default=mailed_at_first,
        blank=True,
        verbose_name=_("kinds of notification also sent by mail"),
    )

    promote_after = models.PositiveSmallIntegerField(
        _("propose to validate after (links)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: as the site does."),
    )
    shows_credit = models.BooleanField(
        _("tell me what my knowledge did"),
        default=True,
        help_text=_("How often others used what you wrote, mended or reported."),
    )
    may_be_asked = models.BooleanField(
        _("colleagues may ask me"),
        default=True,
        help_text=_("You are proposed when search fails and you have solved the like."),
    )

    is_product = models.BooleanField(
        _("answers for the product"),
        default=False,
        help_text=_("Reads what the help desk proposes to fix in the product, and answers."),
    )

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name", "email"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique"),
            models.CheckConstraint(
                condition=Q(competency__in=["", "candidate", "contributor", "publisher"]),
                name="user_competency_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] if self.name else self.email

    @cached_property
    def is_agent(self) -> bool:
        """Whether this person works inside: has a competency or administers."""
        return self.is_active and (bool(self.competency) or self.is_superuser)

    @cached_property
    def is_partner(self) -> bool:
        """Whether this customer's organisation is a partner."""
        return self.organisation is not None and self.organisation.is_partner

    @property
    def reads_as(self) -> str:
        """Which kind of outside reader this person is, where nothing inside is shown."""
        return "partner" if self.is_partner else "customer"

    @cached_property
    def _granted(self) -> Granted:
        from people.rights import granted

        return granted(self)

    @cached_property
    def rights(self) -> set[tuple[str, str]]:
        """The (aspect, value) pairs that the matrix grants; read once a request."""
        return self._granted.rights

    @property
    def is_expert(self) -> bool:
        """Whether this person looks after a domain."""
        return self._granted.is_expert

    @property
    def readers(self) -> dict[str, list[str]]:
        """The audiences that each kind of outside reader may read: asked before a reply."""
        return self._granted.outside

    @property
    def is_reviewer(self) -> bool:
        """Whether the administration's review lists are open to this person."""
        return self.is_agent and (
            self.is_superuser or self.is_staff or self.is_coach or self.is_expert
        )

    @cached_property
    def expert_domains(self) -> set[int]:
        """Ids of the domains this person is an expert of, branches below them included."""
        if not self.pk:
            return set()
        return set(Domain.objects.below_experts(self).values_list("pk", flat=True))


class CompetencyGrant(models.Model):
    """When and why somebody received a competency; the last one without an end is current."""

    user = models.ForeignKey(User, models.CASCADE, related_name="grants")
    competency = models.CharField(max_length=12, choices=User.Competency)
    evidence = models.TextField(_("evidence"), blank=True)
    granted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    granted_at = models.DateTimeField(db_default=Now())
    revoked_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("competency grant")
        verbose_name_plural = _("competency grants")
        ordering = ["-granted_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(revoked_at=None),
                name="competency_one_current_grant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_competency_display()}"


class Right(models.Model):
    """One cell of the rights matrix: a competency, or a kind of reader outside, may do `aspect`
    with `value`.

    The rows are the whole truth: what has no row is refused. `people/rights.py` names the
    aspects and their defaults.
    """

    class Role(models.TextChoices):
        CANDIDATE = "candidate", _("Candidate")
        CONTRIBUTOR = "contributor", _("Contributor")
        PUBLISHER = "publisher", _("Publisher")
        PARTNER = "partner", _("Partner")
        CUSTOMER = "customer", _("Customer")
        VISITOR = "visitor", _("Visitor")

    class Aspect(models.TextChoices):
        CONFIDENCE = "confidence", _("set confidence")
        AUDIENCE = "audience", _("set audience")
        GOVERNANCE = "governance", _("set governance")
        CHANGE = "change", _("change articles")
        SEE = "see", _("see articles")

    competency = models.CharField(_("role"), max_length=12, choices=Role)
    aspect = models.CharField(_("right"), max_length=12, choices=Aspect)
    value = models.CharField(_("value"), max_length=24)

    class Meta:
        verbose_name = _("right")
        verbose_name_plural = _("rights")
        ordering = ["competency", "aspect", "value"]
        constraints = [
            models.UniqueConstraint(fields=["competency", "aspect", "value"], name="right_once")
        ]

    def __str__(self) -> str:
        return f"{self.competency} · {self.aspect} · {self.value}"


class Domain(models.Model):
    """A branch of the product tree. Articles and tickets stand under it; experts look after it.

    It lives here, below both, because articles and tickets do not know each other.
    `path` is the slugs from the root down, "pay/refunds", and finds whole branches by prefix.
    """

    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("branch of"),
    )
    name = models.CharField(_("name"), max_length=80)
    slug = models.SlugField(_("slug"), max_length=60)
    path = models.CharField(max_length=250, unique=True, editable=False)
    experts = models.ManyToManyField(
        User, blank=True, related_name="expert_of", verbose_name=_("domain experts")
    )

    objects = DomainQuerySet.as_manager()

    class Meta:
        verbose_name = _("domain")
        verbose_name_plural = _("domains")
        ordering = ["path"]

    def __str__(self) -> str:
        return self.name


class SiteSettings(models.Model):
    """The organisation's choices, one row. The gate's trigger reads `gate_mode` from here."""

    class Gate(models.TextChoices):
        OFF = "off", _("Off")
        REMIND = "remind", _("Remind")
        REQUIRE = "require", _("Require")

    class Phase(models.TextChoices):
        AUTO = "auto", _("By itself")
        ADOPT = "adopt", _("Adoption")
        GROW = "grow", _("Growth")
        LEAD = "lead", _("Outcomes")

    name = models.CharField(_("name of this help desk"), max_length=60, default="Solve Loop")
    gate_mode = models.CharField(
        _("knowledge gate"),
        max_length=8,
        choices=Gate,
        default=Gate.REQUIRE,
        db_default="require",
        help_text=_("Whether a ticket may be solved without a declared outcome."),
    )
    close_after_days = models.PositiveSmallIntegerField(
        _("close solved tickets after (days)"), default=4, validators=[MinValueValidator(1)]
    )
    time_zone = models.CharField(_("time zone"), max_length=40, default="UTC")
    promote_after = models.PositiveSmallIntegerField(
        _("propose to validate after (links)"),
        default=3,
        validators=[MinValueValidator(1)],
        help_text=_("Articles that are not validated and solved this many tickets."),
    )
    publish_after = models.PositiveSmallIntegerField(
        _("propose to publish after (reuses in 90 days)"),
        default=3,
        validators=[MinValueValidator(1)],
    )
    archive_after_days = models.PositiveSmallIntegerField(
        _("propose to archive when unused for (days)"),
        default=365,
        validators=[MinValueValidator(30)],
    )
    figures_minimum = models.PositiveSmallIntegerField(
        _("smallest number behind a figure about one person"),
        default=20,
        help_text=_("Fewer than these are not shown. Zero shows everything."),
    )
    outside_authors = models.BooleanField(
        _("customers may write"),
        default=False,
        help_text=_("Signed-in customers submit drafts and changes, which wait for review."),
    )
    check_links = models.BooleanField(
        _("look for broken links every week"),
        default=True,
        help_text=_(
            "Asks other sites whether the pages that articles link to are still there."
        ),
    )
    check_private_links = models.BooleanField(
        _("also inside this network"),
        default=False,
        help_text=_("Also asks addresses that only this network reaches."),
    )
    cost_per_hour = models.DecimalField(
        _("cost of an hour of work"),
        max_digits=8,
        decimal_places=2,
        default=0,
        validators=[MinValueValidator(0)],
        help_text=_("Turns minutes into money where costs are shown. Zero shows hours."),
    )
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    phase = models.CharField(
        _("phase of the programme"),
        max_length=8,
        choices=Phase,
        default=Phase.AUTO,
        db_default="auto",
        help_text=_("Which figures stand first. By itself: from the first declared outcome."),
    )
    internal_words = ArrayField(
        models.CharField(max_length=80),
        default=list,
        blank=True,
        verbose_name=_("internal words"),
        help_text=_(
            "Names of projects, machines and tools that readers outside should not meet, with "
            "commas between them. The leak check looks for them before an article goes outside."
        ),
    )
    radar_team = models.ForeignKey(
        Team,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("team whose average a radar compares with"),
        help_text=_("Empty: the person's own team."),
    )
    setup_token = models.CharField(max_length=64, blank=True, default="", editable=False)

    class Meta:
        verbose_name = _("settings")
        verbose_name_plural = _("settings")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="settings_one_row"),
            models.CheckConstraint(
                condition=Q(gate_mode__in=["off", "remind", "require"]),
                name="settings_gate_mode_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def load(cls) -> SiteSettings:
        """The row; made with its defaults the first time."""
        return cls.objects.get_or_create(pk=1)[0]


class Invitation(models.Model):
    """A door for one new person: the link is mailed or handed over, and works once."""

    email = models.EmailField(_("e-mail"))
    name = models.CharField(_("name"), max_length=120, blank=True)
    competency = models.CharField(
        _("competency"), max_length=12, choices=User.Competency, blank=True, default=""
    )
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, verbose_name=_("team"), related_name="+"
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    accepted_by = models.OneToOneField(
        User, models.PROTECT, null=True, blank=True, related_name="invitation"
    )

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-invited_at"]

    def __str__(self) -> str:
        return self.email


class ApiKey(models.Model):
    """A program's way in as one person. Only the SHA-256 of the key is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="api_keys")
    name = models.CharField(_("name"), max_length=80, blank=True)
    prefix = models.CharField(max_length=12, unique=True, editable=False)
    key_hash = models.CharField(max_length=64, editable=False)
    scopes = ArrayField(models.CharField(max_length=24), default=list, verbose_name=_("scopes"))
    made_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.user})"


class Reply(models.Model):
    """What a POST with an Idempotency-Key was answered, so that its repeat is answered alike."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    headers = models.JSONField(default=dict)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="reply_once")]
        indexes = [models.Index(fields=["at"], name="reply_at")]

    def __str__(self) -> str:
        return self.key


class PersonEvent(models.Model):
    """What happened to a person's account, by whom and when. Append-only: a trigger says so.

    `by` is empty where a command did it; `detail` holds {"from": …, "to": …} of what moved.
    """

    class Verb(models.TextChoices):
        SET_UP = "set_up", _("set up this help desk")
        JOINED = "joined", _("accepted the invitation")
        CHANGED = "changed", _("was changed")
        GRANTED = "granted", _("was granted a competency")
        DEACTIVATED = "deactivated", _("was deactivated")
        REACTIVATED = "reactivated", _("was reactivated")
        STEP_DROPPED = "step_dropped", _("lost the second step")
        RESET = "reset", _("was handed a link for a new password")
        KEY_MADE = "key_made", _("made an API key")
        KEY_REVOKED = "key_revoked", _("revoked an API key")
        DEMOTED = "demoted", _("lost a competency")
        RESULTS_OPENED = "results_seen", _("had review results opened by an administrator")

    person = models.ForeignKey(User, models.PROTECT, related_name="events")
    verb = models.CharField(max_length=12, choices=Verb)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())
    detail = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("account event")
        verbose_name_plural = _("account events")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["person", "-at"], name="person_event_of")]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_verb_display()}"


class SiteEvent(models.Model):
    """What was configured, by whom and when: rights, settings, templates, standards. Append-only.

    `detail` holds {"from": …, "to": …} of what moved.
    """

    class Verb(models.TextChoices):
        RIGHTS = "rights", _("changed the rights")
        SETTINGS = "settings", _("changed the settings")
        TEMPLATE = "template", _("changed a template")
        STANDARD = "standard", _("published a content standard")
        RELEASE = "release", _("registered a release")
        GOAL_REFUSED = "goal_refused", _("was refused a target")
        DEFINITION = "definition", _("changed how a measure is computed")
        RULE = "rule", _("changed a publication rule")
        BASELINE = "baseline", _("froze or removed a baseline")

    verb = models.CharField(max_length=12, choices=Verb)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())
    detail = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("configuration event")
        verbose_name_plural = _("configuration events")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.get_verb_display()


class Refusal(models.Model):
    """Somebody who is known tried what they may not do: which way in, what, and the answer."""

    person = models.ForeignKey(User, models.CASCADE, related_name="refusals")
    at = models.DateTimeField(db_default=Now())
    method = models.CharField(max_length=8)
    path = models.CharField(_("address"), max_length=300)
    code = models.CharField(_("code"), max_length=40)
    field = models.CharField(_("field"), max_length=60, blank=True, default="")
    message = models.CharField(_("answer"), max_length=500)

    class Meta:
        verbose_name = _("refused attempt")
        verbose_name_plural = _("refused attempts")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["-at"], name="refusal_at")]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class Release(models.Model):
    """A version of the product came out: what was written before it is a little less certain."""

    domain = models.ForeignKey(
        Domain, models.PROTECT, related_name="releases", verbose_name=_("domain")
    )
    name = models.CharField(_("name"), max_length=80)
    released_on = models.DateField(_("released"))

    class Meta:
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        ordering = ["-released_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["domain", "name"], name="release_name_once")
        ]

    def __str__(self) -> str:
        return f"{self.domain} {self.name}"


class Session(AbstractBaseSession):
    """A signed-in browser. It knows whose it is, so that a leaver's sessions can be ended."""

    person = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")

    @classmethod
    def get_session_store_class(cls) -> Any:
        from people.sessions import SessionStore

        return SessionStore


class CacheEntry(models.Model):
    """A row of Django's cache, which lives in PostgreSQL: see docs/adr/0007-throttling.md."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "people_cache"

    def __str__(self) -> str:
        return self.cache_key


class Letter(models.Model):
    """A mail to one person that waits to be sent: the outbox. Sent letters are removed, because
    links that open accounts stand in them."""

    to = models.EmailField(max_length=254)
    subject = models.CharField(max_length=300)
    body = models.TextField()
    made_at = models.DateTimeField(db_default=Now())
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="letter_due")]

    def __str__(self) -> str:
        return self.subject


class Notification(models.Model):
    """One thing that concerns one person. The row is also the outbox of its mail."""

    class Kind(models.TextChoices):
        ASSIGNED = "assigned", _("A ticket was assigned to you")
        MENTIONED = "mentioned", _("A colleague mentioned you")
        REPLIED = "replied", _("A requester answered on your ticket")
        WOKEN = "woken", _("A pending ticket of yours woke up")
        FLAG_ANSWERED = "flag_answered", _("Your flag was answered")
        FLAG_RAISED = "flag_raised", _("Your article was flagged")
        ARTICLE_CHANGED = "article_changed", _("Your article was changed")
        SUGGESTION_MADE = "suggestion_made", _("A change to your article was suggested")
        SUGGESTION_DECIDED = "suggestion_decided", _("Your suggestion was decided")
        REMARK_ROUTED = "remark_routed", _("A flag or comment is yours to answer")
        FEEDBACK_ANSWERED = "feedback_answered", _("Your feedback was answered")
        HANDED_OVER = "handed_over", _("A leaver's work was handed to you")
        REVIEW_DUE = "review_due", _("An article of yours is due for review")
        SCHEDULE_FAILED = "schedule_failed", _("A scheduled change could not be made")
        MERGED = "merged", _("An article of yours was merged")
        REVIEWED = "reviewed", _("Your work was reviewed")
        PROPOSED = "proposed", _("A competency was proposed for you")
        THANKED = "thanked", _("A colleague thanked you")
        CREDITED = "credited", _("Others used your knowledge")
        ASKED = "asked", _("A colleague asks you")
        ANSWERED = "answered", _("A colleague answered you")
        RECALLED = "recalled", _("You have people to write to again")
        BURST = "burst", _("A topic is asked far more often than usual")
        IMPROVEMENT = "improvement", _("Something about an improvement of yours")
        PUBLISHED = "published", _("An article of yours was published or taken back")
        CAPTURE_LIST = "capture_list", _("Answers that only you know")
        DIGEST = "digest", _("The week in figures")
        RECOUNT = "recount", _("A recount found figures that were wrong")

    user = models.ForeignKey(User, models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=24, choices=Kind)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    subject = models.CharField(max_length=300)
    text = models.TextField(blank=True)
    url = models.CharField(max_length=300)
    at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True, blank=True)
    mail_due = models.BooleanField(default=False)
    mailed_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(
                fields=["user", "-at"], condition=Q(read_at=None), name="notification_unread"
            ),
            models.Index(fields=["user", "-at"], name="notification_of"),
            models.Index(
                fields=["at"],
                condition=Q(mail_due=True, mailed_at=None),
                name="notification_unmailed",
            ),
        ]

    def __str__(self) -> str:
        return self.subject
