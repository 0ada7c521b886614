"""Requests: tickets, who asks, what was said, and what a desk keeps beside them."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from kcs.addresses import numbered
from people.models import Domain, Organisation, Team
from tickets.queries import TicketQuerySet


class Requester(models.Model):
    """The person who asks. Need not have an account, may belong to an organisation."""

    name = models.CharField(_("name"), max_length=160, blank=True)
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="requesters",
        verbose_name=_("organisation"),
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="requester",
    )
    language = models.CharField(max_length=12, blank=True, default="")
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("requester")
        verbose_name_plural = _("requesters")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"), condition=~Q(email=""), name="requester_email_unique"
            )
        ]
        indexes = [
            GinIndex(
                fields=["name", "email"],
                name="requester_trgm",
                opclasses=["gin_trgm_ops", "gin_trgm_ops"],
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email or str(_("Anonymous"))


class Ticket(models.Model):
    """One request. It cannot become solved without a declared outcome: loops' trigger."""

    class State(models.TextChoices):
        NEW = "new", _("New")
        OPEN = "open", _("Open")
        PENDING = "pending", _("Pending")
        SOLVED = "solved", _("Solved")
        CLOSED = "closed", _("Closed")

    class Channel(models.TextChoices):
        WEB = "web", _("Web")
        MAIL = "mail", _("Mail")
        API = "api", _("API")
        PHONE = "phone", _("Phone")
        CHAT = "chat", _("Chat")
        IMPORT = "import", _("Import")

    class Priority(models.IntegerChoices):
        LOW = 1, _("Low")
        NORMAL = 2, _("Normal")
        HIGH = 3, _("High")
        URGENT = 4, _("Urgent")

    number = models.CharField(max_length=20, unique=True, editable=False)
    subject = models.CharField(_("subject"), max_length=300)
    description = models.TextField(_("description"), blank=True)
    requester = models.ForeignKey(
        Requester, models.PROTECT, related_name="tickets", verbose_name=_("requester")
    )
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tickets",
        verbose_name=_("organisation"),
    )
    channel = models.CharField(_("channel"), max_length=6, choices=Channel, default=Channel.WEB)
    domain = models.ForeignKey(
        Domain,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tickets",
        verbose_name=_("domain"),
    )
    environment = models.JSONField(_("environment"), default=dict, blank=True)
    language = models.CharField(_("language"), max_length=12, default="en")
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority, default=Priority.NORMAL
    )
    severity = models.PositiveSmallIntegerField(_("severity"), null=True, blank=True)
    is_defect = models.BooleanField(_("caused by a defect"), default=False)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.NEW)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tickets",
        verbose_name=_("assignee"),
    )
    team = models.ForeignKey(
        Team,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tickets",
        verbose_name=_("team"),
    )
    external_system = models.CharField(max_length=60, blank=True, default="")
    external_id = models.CharField(max_length=200, blank=True, default="")
    external_url = models.CharField(max_length=500, blank=True, default="")

    created_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())
    first_response_at = models.DateTimeField(null=True, blank=True)
    pending_until = models.DateTimeField(null=True, blank=True)
    solved_at = models.DateTimeField(null=True, blank=True)
    solved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    reopened_count = models.PositiveSmallIntegerField(default=0)
    reply_count = models.PositiveSmallIntegerField(default=0)
    seconds_worked = models.PositiveIntegerField(default=0)
    csat = models.PositiveSmallIntegerField(null=True, blank=True)

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        ordering = ["-changed_at", "-pk"]
        indexes = [
            models.Index(fields=["-changed_at", "-id"], name="ticket_recent"),
            models.Index(fields=["state", "-changed_at", "-id"], name="ticket_queue"),
            models.Index(fields=["created_at", "id"], name="ticket_age"),
            # What is still to do is a small part of all, and the page that everybody opens.
            models.Index(
                fields=["-changed_at", "-id"],
                condition=Q(state__in=["new", "open", "pending"]),
                name="ticket_undone",
            ),
            models.Index(
                fields=["-priority", "created_at", "id"],
                condition=Q(state__in=["new", "open", "pending"]),
                name="ticket_undone_priority",
            ),
            models.Index(
                fields=["created_at", "id"],
                condition=Q(state__in=["new", "open", "pending"]),
                name="ticket_undone_age",
            ),
            models.Index(
                fields=["assignee", "-changed_at", "-id"],
                condition=Q(state__in=["new", "open", "pending"]),
                name="ticket_mine",
            ),
            models.Index(
                fields=["-priority", "created_at", "id"],
                condition=Q(assignee=None, state__in=["new", "open"]),
                name="ticket_next",
            ),
            models.Index(fields=["requester", "-created_at"], name="ticket_of_requester"),
            models.Index(
                fields=["pending_until"],
                condition=Q(state="pending"),
                name="ticket_waking",
            ),
            models.Index(
                fields=["solved_at"], condition=Q(state="solved"), name="ticket_closing"
            ),
            # Figures and lists of what was solved in a period.
            models.Index(
                fields=["solved_at", "id"],
                condition=Q(solved_at__isnull=False),
                name="ticket_solved_age",
            ),
            BrinIndex(fields=["created_at"], name="ticket_created_brin"),
            GinIndex(
                fields=["subject"], name="ticket_subject_trgm", opclasses=["gin_trgm_ops"]
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["new", "open", "pending", "solved", "closed"]),
                name="ticket_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["solved", "closed"], solved_at__isnull=False)
                | Q(state__in=["new", "open", "pending"], solved_at=None),
                name="ticket_solved_has_time",
            ),
            models.CheckConstraint(condition=~Q(subject=""), name="ticket_has_subject"),
            models.CheckConstraint(
                condition=Q(csat=None) | Q(csat__gte=1, csat__lte=5), name="ticket_csat_1_to_5"
            ),
            models.UniqueConstraint(
                fields=["external_system", "external_id"],
                condition=~Q(external_id=""),
                name="ticket_external_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.subject}"

    def get_absolute_url(self) -> str:
        return numbered("solve:workspace", self.number)

    @property
    def is_done(self) -> bool:
        return self.state in (self.State.SOLVED, self.State.CLOSED)

    def lock(self) -> None:
        """Reload this row and hold it until the transaction ends. The rows that it points to
        are kept where they are known and still the right ones: every answer shows them."""
        relations = [f for f in self._meta.concrete_fields if isinstance(f, models.ForeignKey)]
        known = [
            (field, getattr(self, field.attname), field.get_cached_value(self))
            for field in relations
            if field.is_cached(self)
        ]
        self.refresh_from_db(from_queryset=Ticket.objects.select_for_update(no_key=True))
        for field, key, row in known:
            if getattr(self, field.attname) == key:
                field.set_cached_value(self, row)


class Message(models.Model):
    """What was said on a ticket: a public reply, the requester's words, or an internal note."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="messages")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="the agent; empty when the requester wrote it",
    )
    body = models.TextField()
    internal = models.BooleanField(default=False)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(body=""), name="message_says_something"),
            models.CheckConstraint(
                condition=Q(internal=False) | Q(by__isnull=False),
                name="message_note_has_author",
            ),
        ]
        indexes = [models.Index(fields=["ticket", "at"], name="message_of")]

    def __str__(self) -> str:
        return self.body[:60]


class TicketEvent(models.Model):
    """What happened to a ticket, by whom and when. Append-only: triggers refuse the rest."""

    class Verb(models.TextChoices):
        RECEIVED = "received", _("received")
        ASSIGNED = "assigned", _("assigned")
        CHANGED = "changed", _("changed")
        REPLIED = "replied", _("replied")
        NOTED = "noted", _("wrote a note")
        HEARD = "heard", _("the requester wrote")
        PENDED = "pended", _("set pending")
        WOKEN = "woken", _("woke up")
        LINKED = "linked", _("linked an article")
        UNLINKED = "unlinked", _("removed a link")
        DELIVERED = "delivered", _("sent an article")
        FLAGGED = "flagged", _("flagged an article")
        IMPROVED = "improved", _("improved an article")
        SUGGESTED = "suggested", _("suggested a change to an article")
        CREATED = "created", _("created an article")
        SOLVED = "solved", _("solved")
        REOPENED = "reopened", _("reopened")
        CLOSED = "closed", _("closed")
        IMPORTED = "imported", _("imported")
        ASKED = "asked", _("asked a colleague")
        ANSWERED = "answered", _("answered a colleague")
        RECALLED = "recalled", _("has to be written to again")
        CONTACTED = "contacted", _("was written to again")
        MOVED = "moved", _("moved a link to the merged article")

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="events")
    verb = models.CharField(max_length=10, choices=Verb)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField(db_default=Now())
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ["at", "pk"]
        indexes = [
            models.Index(fields=["ticket", "at"], name="ticket_event_of"),
            BrinIndex(fields=["at"], name="ticket_event_at_brin", pages_per_range=16),
            # The few that came out of a visit to the help centre.
            models.Index(
                KeyTextTransform("visit", "detail"),
                name="ticket_event_visit",
                condition=Q(detail__has_key="visit"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.verb}"


class SavedView(models.Model):
    """A queue that somebody looks at often: its filters under a name, own or shared."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views"
    )
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=1000, blank=True, help_text="the query string")
    shared = models.BooleanField(_("for everyone"), default=False)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = [F("shared").asc(), Lower("name")]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="saved_view_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class CannedReply(models.Model):
    """Words that are typed often, with placeholders such as {requester} and {ticket}."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="canned_replies"
    )
    name = models.CharField(_("name"), max_length=60)
    body = models.TextField(_("text"), max_length=10_000)
    language = models.CharField(_("language"), max_length=12, default="en")
    shared = models.BooleanField(_("for everyone"), default=False)

    class Meta:
        verbose_name = _("canned reply")
        verbose_name_plural = _("canned replies")
        ordering = [Lower("name")]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="canned_reply_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class Presence(models.Model):
    """Somebody has this ticket open. Older than a minute means that they left."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="present")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(db_default=Now())
    typing = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "user"], name="presence_once")]

    def __str__(self) -> str:
        return f"{self.user} @ {self.ticket_id}"
