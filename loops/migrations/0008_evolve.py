"""The evolve loop: topics, gaps, bursts, improvements, publication, baselines."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from kcs.sql import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0008_promotion_index"),
        ("loops", "0007_upkeep_reuses"),
        ("people", "0006_evolve"),
        ("tickets", "0005_events"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Gap",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=200, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("topic", "Unanswered topic"),
                            ("empty", "Search that finds nothing"),
                            ("abandoned", "Abandoned search"),
                            ("findability", "There, and not found"),
                        ],
                        max_length=11,
                        verbose_name="kind",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("written", "Written, waiting for links"),
                            ("closed", "Closed"),
                            ("dismissed", "Dismissed"),
                        ],
                        default="open",
                        max_length=9,
                    ),
                ),
                ("name", models.CharField(max_length=300, verbose_name="name")),
                (
                    "label",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80), default=list, size=None
                    ),
                ),
                ("language", models.CharField(default="en", max_length=12)),
                ("tickets", models.PositiveIntegerField(default=0, verbose_name="tickets")),
                (
                    "times_searched",
                    models.PositiveIntegerField(default=0, verbose_name="searches"),
                ),
                ("minutes", models.FloatField(default=0, verbose_name="median minutes")),
                ("trend", models.FloatField(default=1, verbose_name="trend")),
                ("cost", models.FloatField(default=0, verbose_name="excess cost")),
                (
                    "unsure",
                    models.BooleanField(
                        default=False,
                        help_text="Too few tickets are linked to be sure.",
                        verbose_name="low confidence",
                    ),
                ),
                (
                    "opened_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "seen_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "reason",
                    models.CharField(
                        blank=True, default="", max_length=300, verbose_name="reason"
                    ),
                ),
                (
                    "article",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gaps",
                        to="articles.article",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "domain",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.domain",
                    ),
                ),
            ],
            options={
                "verbose_name": "gap",
                "verbose_name_plural": "gaps",
                "ordering": ["-cost", "pk"],
                "indexes": [
                    models.Index(fields=["state", "-cost"], name="gap_cost"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "dismissed"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="gap_dismissed_has_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "written"), _negated=True),
                            ("article__isnull", False),
                            _connector="OR",
                        ),
                        name="gap_written_has_article",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PublicationRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("active", models.BooleanField(default=False, verbose_name="active")),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("partner", "Partner"),
                            ("customer", "Customer"),
                            ("public", "Public"),
                        ],
                        max_length=8,
                        verbose_name="publish to",
                    ),
                ),
                (
                    "min_links",
                    models.PositiveSmallIntegerField(
                        default=2,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="resolution links at least",
                    ),
                ),
                (
                    "min_people",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="linked by at least (people)",
                    ),
                ),
                (
                    "quiet_days",
                    models.PositiveSmallIntegerField(
                        default=0, verbose_name="without a flag for (days)"
                    ),
                ),
                (
                    "experience_only",
                    models.BooleanField(
                        default=True, verbose_name="only experience based articles"
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "domains",
                    models.ManyToManyField(
                        blank=True,
                        help_text="With the branches below them. None: everywhere.",
                        related_name="+",
                        to="people.domain",
                        verbose_name="domains",
                    ),
                ),
            ],
            options={
                "verbose_name": "publication rule",
                "verbose_name_plural": "publication rules",
                "ordering": ["name"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("name",), name="publication_rule_name_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("audience__in", ["partner", "customer", "public"])),
                        name="publication_rule_goes_outside",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Publication",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("internal", "Internal"),
                            ("partner", "Partner"),
                            ("customer", "Customer"),
                            ("public", "Public"),
                        ],
                        max_length=8,
                        verbose_name="audience",
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("validated_at", models.DateTimeField(blank=True, null=True)),
                (
                    "expected",
                    models.FloatField(default=0, verbose_name="tickets saved a year, expected"),
                ),
                ("grounds", models.JSONField(default=dict)),
                ("retracted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "reason",
                    models.CharField(
                        blank=True, default="", max_length=300, verbose_name="reason"
                    ),
                ),
                (
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="publications",
                        to="articles.article",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "retracted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="articles.version",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="publications",
                        to="loops.publicationrule",
                    ),
                ),
            ],
            options={
                "verbose_name": "publication",
                "verbose_name_plural": "publications",
                "ordering": ["-at", "-pk"],
                "indexes": [
                    django.contrib.postgres.indexes.BrinIndex(
                        fields=["at"], name="publication_at_brin"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retracted_at", None)),
                        fields=("article",),
                        name="publication_one_standing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("retracted_at", None),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="publication_retracted_has_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Topic",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("known", "Known"), ("unknown", "Unknown")],
                        max_length=7,
                        verbose_name="kind",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("faded", "No longer asked"),
                            ("covered", "Covered by an article"),
                        ],
                        default="open",
                        max_length=7,
                    ),
                ),
                ("name", models.CharField(max_length=300, verbose_name="name")),
                (
                    "label",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80), default=list, size=None
                    ),
                ),
                ("language", models.CharField(default="en", max_length=12)),
                ("tickets", models.PositiveIntegerField(default=0, verbose_name="tickets")),
                (
                    "linked",
                    models.PositiveIntegerField(default=0, verbose_name="tickets linked"),
                ),
                ("minutes", models.FloatField(default=0, verbose_name="median minutes")),
                ("trend", models.FloatField(default=1, verbose_name="trend")),
                ("cost", models.FloatField(default=0, verbose_name="cost")),
                (
                    "found_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "seen_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "article",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="topic",
                        to="articles.article",
                    ),
                ),
                (
                    "central",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="tickets.ticket",
                    ),
                ),
                (
                    "domain",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.domain",
                    ),
                ),
            ],
            options={
                "verbose_name": "topic",
                "verbose_name_plural": "topics",
                "ordering": ["-cost", "pk"],
                "indexes": [
                    models.Index(fields=["kind", "state", "-cost"], name="topic_cost"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("article__isnull", False), ("kind", "known")),
                            models.Q(("article", None), ("kind", "unknown")),
                            _connector="OR",
                        ),
                        name="topic_known_has_article",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TicketTopic",
            fields=[
                (
                    "ticket",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="topic_of",
                        serialize=False,
                        to="tickets.ticket",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("link", "linked"),
                            ("likeness", "alike"),
                            ("cluster", "cluster"),
                        ],
                        default="",
                        max_length=8,
                    ),
                ),
                ("score", models.FloatField(blank=True, null=True)),
                (
                    "neighbours_linked",
                    models.FloatField(
                        blank=True,
                        help_text="share of its nearest tickets that carry a link",
                        null=True,
                    ),
                ),
                (
                    "novelty",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("known_found", "Known and found"),
                            ("known_not_found", "Known and not found"),
                            ("known_not_captured", "Known and not captured"),
                            ("new", "New"),
                            ("no_event", "Nothing to know"),
                        ],
                        default="",
                        max_length=18,
                    ),
                ),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="articles.article",
                    ),
                ),
                (
                    "topic",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="members",
                        to="loops.topic",
                    ),
                ),
            ],
            options={
                "verbose_name": "topic of a ticket",
                "verbose_name_plural": "topics of tickets",
            },
        ),
        migrations.CreateModel(
            name="Improvement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(blank=True, default="", max_length=200)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("write", "Write"),
                            ("fix", "Fix"),
                            ("merge", "Merge"),
                            ("publish", "Publish"),
                            ("archive", "Archive"),
                            ("product", "Fix the product"),
                        ],
                        max_length=7,
                        verbose_name="kind",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposed"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("shipped", "Shipped"),
                        ],
                        default="proposed",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("title", models.CharField(max_length=300, verbose_name="title")),
                ("text", models.TextField(blank=True, default="", verbose_name="what and why")),
                (
                    "at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("cost", models.FloatField(default=0, verbose_name="cost")),
                ("evidence", models.JSONField(default=dict)),
                (
                    "tracker_id",
                    models.CharField(
                        blank=True,
                        default="",
                        max_length=60,
                        verbose_name="number in the tracker",
                    ),
                ),
                (
                    "tracker_url",
                    models.CharField(
                        blank=True,
                        default="",
                        max_length=500,
                        verbose_name="address in the tracker",
                    ),
                ),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="by")),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="Agents read it.",
                        max_length=2000,
                        verbose_name="answer",
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("shipped_at", models.DateTimeField(blank=True, null=True)),
                ("effect", models.JSONField(default=dict)),
                ("measured_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "article",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="improvements",
                        to="articles.article",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        help_text="empty where a job proposed it",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "domain",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.domain",
                    ),
                ),
                (
                    "gap",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="improvements",
                        to="loops.gap",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="improvements_owned",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pair",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="improvements",
                        to="loops.pair",
                    ),
                ),
                (
                    "shipped_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "topic",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="improvements",
                        to="loops.topic",
                    ),
                ),
            ],
            options={
                "verbose_name": "improvement",
                "verbose_name_plural": "improvements",
                "ordering": ["-cost", "-pk"],
                "indexes": [
                    models.Index(fields=["state", "-cost"], name="improvement_cost"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("key", ""), _negated=True),
                        fields=("key",),
                        name="improvement_key_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "shipped"), _negated=True),
                            ("shipped_at__isnull", False),
                            _connector="OR",
                        ),
                        name="improvement_shipped_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "declined"), _negated=True),
                            models.Q(("answer", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="improvement_declined_has_answer",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="gap",
            name="topic",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="gaps",
                to="loops.topic",
            ),
        ),
        migrations.CreateModel(
            name="Burst",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(verbose_name="day")),
                ("span", models.PositiveSmallIntegerField(verbose_name="days")),
                ("count", models.PositiveIntegerField(verbose_name="tickets")),
                ("expected", models.FloatField(verbose_name="usual")),
                ("strength", models.FloatField(verbose_name="strength")),
                ("cost", models.FloatField(default=0, verbose_name="excess cost")),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                ("seen_at", models.DateTimeField(blank=True, null=True)),
                (
                    "seen_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "topic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="bursts",
                        to="loops.topic",
                    ),
                ),
            ],
            options={
                "verbose_name": "burst",
                "verbose_name_plural": "bursts",
                "ordering": ["-day", "-cost"],
                "indexes": [
                    models.Index(fields=["-day"], name="burst_day"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("topic", "day"), name="burst_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Baseline",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("begins", models.DateField(verbose_name="from")),
                ("ends", models.DateField(verbose_name="to")),
                ("channel", models.CharField(blank=True, default="", max_length=6)),
                ("figures", models.JSONField(default=dict)),
                (
                    "at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "domain",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.domain",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.team",
                    ),
                ),
            ],
            options={
                "verbose_name": "baseline",
                "verbose_name_plural": "baselines",
                "ordering": ["-at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("name",), name="baseline_name_once"),
                    models.CheckConstraint(
                        condition=models.Q(("ends__gte", models.F("begins"))),
                        name="baseline_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Digest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("week", models.DateField(help_text="the Monday it looks back from")),
                (
                    "at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("person", "week"), name="digest_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="GapSearch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "gap",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="searches",
                        to="loops.gap",
                    ),
                ),
                (
                    "search",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="loops.search",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("gap", "search"), name="gap_search_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ImprovementEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "verb",
                    models.CharField(
                        choices=[
                            ("proposed", "proposed"),
                            ("changed", "changed"),
                            ("accepted", "accepted"),
                            ("declined", "declined"),
                            ("answered", "answered"),
                            ("shipped", "shipped"),
                            ("reopened", "reopened"),
                            ("measured", "measured"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("detail", models.JSONField(default=dict)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "improvement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="loops.improvement",
                    ),
                ),
            ],
            options={
                "verbose_name": "improvement event",
                "verbose_name_plural": "improvement events",
                "ordering": ["at", "pk"],
                "indexes": [
                    models.Index(fields=["improvement", "at"], name="improvement_event_of")
                ],
            },
        ),
        migrations.CreateModel(
            name="Miss",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("rank_with", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "words",
                    models.CharField(max_length=1000, verbose_name="the requester's words"),
                ),
                (
                    "found_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("taken", "Words taken over"),
                            ("dismissed", "Dismissed"),
                        ],
                        default="open",
                        max_length=9,
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="misses",
                        to="articles.article",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "search",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="loops.search",
                    ),
                ),
                (
                    "ticket",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="miss",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "verbose_name": "missed answer",
                "verbose_name_plural": "missed answers",
                "ordering": ["-found_at", "-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "open")),
                        fields=["article"],
                        name="miss_open",
                    )
                ],
            },
        ),
        append_only("loops_improvementevent"),
    ]
