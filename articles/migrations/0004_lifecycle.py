import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0003_search"),
        ("people", "0004_lifecycle"),
        ("people", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Attachment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(editable=False, max_length=40, unique=True)),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("media_type", models.CharField(max_length=80, verbose_name="type")),
                ("size", models.PositiveIntegerField(verbose_name="bytes")),
                ("width", models.PositiveIntegerField(blank=True, null=True)),
                ("height", models.PositiveIntegerField(blank=True, null=True)),
                ("digest", models.CharField(editable=False, max_length=64)),
                ("file", models.FileField(max_length=200, upload_to="articles/")),
                (
                    "at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "article",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attachments",
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
            ],
            options={
                "verbose_name": "attachment",
                "verbose_name_plural": "attachments",
                "ordering": ["at", "pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("article", None)),
                        fields=["at"],
                        name="attachment_unclaimed",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Schedule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "confidence",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("wip", "Work in progress"),
                            ("not_validated", "Not validated"),
                            ("validated", "Validated"),
                            ("archived", "Archived"),
                        ],
                        default="",
                        max_length=13,
                        verbose_name="confidence",
                    ),
                ),
                (
                    "audience",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("internal", "Internal"),
                            ("partner", "Partner"),
                            ("customer", "Customer"),
                            ("public", "Public"),
                        ],
                        default="",
                        max_length=8,
                        verbose_name="audience",
                    ),
                ),
                ("due_at", models.DateTimeField(verbose_name="due")),
                (
                    "reason",
                    models.CharField(
                        blank=True, default="", max_length=300, verbose_name="reason"
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("done", "Done"),
                            ("failed", "Not done"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="waiting",
                        max_length=9,
                    ),
                ),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("outcome", models.CharField(blank=True, default="", max_length=500)),
                (
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="schedules",
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
            ],
            options={
                "verbose_name": "scheduled change",
                "verbose_name_plural": "scheduled changes",
                "ordering": ["due_at", "pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["due_at"],
                        name="schedule_waiting",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confidence", ""), _negated=True),
                            models.Q(("audience", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="schedule_sets_something",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Standard",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(unique=True, verbose_name="version")),
                ("title", models.CharField(max_length=120, verbose_name="title")),
                ("is_current", models.BooleanField(default=False, verbose_name="in use")),
                (
                    "made_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "content standard",
                "verbose_name_plural": "content standards",
                "ordering": ["-number"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_current", True)),
                        fields=("is_current",),
                        name="standard_one_current",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Criterion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.SlugField(max_length=40)),
                ("asks", models.CharField(max_length=200, verbose_name="question")),
                (
                    "why",
                    models.CharField(
                        blank=True, default="", max_length=500, verbose_name="why"
                    ),
                ),
                ("weight", models.PositiveSmallIntegerField(default=1, verbose_name="weight")),
                ("good", models.TextField(blank=True, default="", verbose_name="good example")),
                ("bad", models.TextField(blank=True, default="", verbose_name="bad example")),
                ("place", models.PositiveSmallIntegerField(default=0, verbose_name="place")),
                (
                    "standard",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="criteria",
                        to="articles.standard",
                    ),
                ),
            ],
            options={
                "verbose_name": "criterion",
                "verbose_name_plural": "criteria",
                "ordering": ["place", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("standard", "key"), name="criterion_key_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("weight__gte", 1), ("weight__lte", 10)),
                        name="criterion_weight_sane",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Translation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=300, verbose_name="title")),
                ("issue", models.TextField(blank=True, verbose_name="issue")),
                ("environment", models.TextField(blank=True, verbose_name="environment")),
                ("resolution", models.TextField(blank=True, verbose_name="resolution")),
                ("cause", models.TextField(blank=True, verbose_name="cause")),
                ("parts", models.JSONField(blank=True, default=dict)),
                ("language", models.CharField(max_length=12, verbose_name="language")),
                ("rendered", models.JSONField(default=dict, editable=False)),
                ("outside", models.JSONField(default=dict, editable=False)),
                ("version_number", models.PositiveIntegerField()),
                ("base", models.PositiveIntegerField()),
                ("outdated_at", models.DateTimeField(blank=True, null=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "changed_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="translations",
                        to="articles.article",
                    ),
                ),
                (
                    "changed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "translation",
                "verbose_name_plural": "translations",
                "ordering": ["language"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("article", "language"), name="translation_language_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("title", ""), _negated=True),
                        name="translation_has_title",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="article",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="articles.article",
            ),
        ),
        migrations.AddField(
            model_name="article",
            name="outside",
            field=models.JSONField(default=dict, editable=False),
        ),
        migrations.AddField(
            model_name="article",
            name="review_due_on",
            field=models.DateField(blank=True, null=True, verbose_name="review due"),
        ),
        migrations.AddField(
            model_name="article",
            name="review_every_days",
            field=models.PositiveSmallIntegerField(
                blank=True, null=True, verbose_name="review every (days)"
            ),
        ),
        migrations.AddField(
            model_name="article",
            name="significant_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="feedback",
            name="answer",
            field=models.CharField(
                blank=True, default="", max_length=2000, verbose_name="answer"
            ),
        ),
        migrations.AddField(
            model_name="feedback",
            name="answered_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="feedback",
            name="answered_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="feedback",
            name="email",
            field=models.EmailField(
                blank=True, default="", max_length=254, verbose_name="e-mail"
            ),
        ),
        migrations.AddField(
            model_name="feedback",
            name="language",
            field=models.CharField(blank=True, default="", max_length=12),
        ),
        migrations.AddField(
            model_name="feedback",
            name="owner",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="feedback_to_answer",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="feedback",
            name="state",
            field=models.CharField(
                choices=[
                    ("noted", "Noted"),
                    ("open", "Open"),
                    ("taken", "Taken"),
                    ("resolved", "Resolved"),
                    ("rejected", "Rejected"),
                ],
                default="noted",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="feedback",
            name="taken_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="feedback",
            name="visit",
            field=models.CharField(blank=True, default="", max_length=40),
        ),
        migrations.AddField(
            model_name="flag",
            name="passage",
            field=models.CharField(
                blank=True,
                default="",
                help_text="Where it is wrong.",
                max_length=1000,
                verbose_name="passage",
            ),
        ),
        migrations.AddField(
            model_name="flag",
            name="taken_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="suggestion",
            name="language",
            field=models.CharField(blank=True, default="", max_length=12),
        ),
        migrations.AddField(
            model_name="template",
            name="fixed",
            field=models.JSONField(
                blank=True,
                default=dict,
                help_text="What this template says of Issue, Environment, Resolution and Cause.",
                verbose_name="fixed parts",
            ),
        ),
        migrations.AddField(
            model_name="template",
            name="is_active",
            field=models.BooleanField(
                default=True,
                help_text="Articles that have it keep it either way.",
                verbose_name="offered",
            ),
        ),
        migrations.AddField(
            model_name="version",
            name="language",
            field=models.CharField(default="", max_length=12, verbose_name="language"),
        ),
        migrations.AddField(
            model_name="version",
            name="significance",
            field=models.CharField(
                choices=[("minor", "Minor"), ("material", "Material")],
                db_default="material",
                default="material",
                help_text="A material change marks the translations as outdated.",
                max_length=8,
                verbose_name="significance",
            ),
        ),
        migrations.AlterField(
            model_name="articleevent",
            name="verb",
            field=models.CharField(
                choices=[
                    ("created", "created"),
                    ("improved", "improved"),
                    ("restored", "restored an earlier version"),
                    ("confidence", "set confidence"),
                    ("audience", "set audience"),
                    ("governance", "set governance"),
                    ("described", "changed domain, tags or owner"),
                    ("suggested", "suggested a change"),
                    ("accepted", "accepted a suggestion"),
                    ("declined", "declined a suggestion"),
                    ("flagged", "flagged"),
                    ("flag_taken", "took a flag"),
                    ("flag_resolved", "resolved a flag"),
                    ("flag_rejected", "rejected a flag"),
                    ("rated", "gave feedback"),
                    ("linked", "linked it to a ticket"),
                    ("unlinked", "removed a link"),
                    ("imported", "imported"),
                    ("answered", "answered feedback"),
                    ("feedback_taken", "took feedback"),
                    ("handed_over", "was handed over"),
                    ("translated", "translated"),
                    ("master", "made another language the master"),
                    ("scheduled", "scheduled a change"),
                    ("cancelled", "cancelled a scheduled change"),
                    ("reviewed", "reviewed it and found it right"),
                    ("merged", "merged a duplicate into it"),
                    ("merged_away", "was merged into another"),
                    ("unmerged", "undid a merge"),
                    ("attached", "attached a file"),
                    ("detached", "removed a file"),
                    ("recalled", "recalled versions"),
                ],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="flag",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(
                condition=models.Q(("review_due_on__isnull", False)),
                fields=["review_due_on"],
                name="article_review_due",
            ),
        ),
        migrations.AddIndex(
            model_name="feedback",
            index=models.Index(fields=["article", "-at"], name="feedback_of_article"),
        ),
        migrations.AddIndex(
            model_name="feedback",
            index=models.Index(
                condition=models.Q(("state__in", ["open", "taken"])),
                fields=["-at"],
                name="feedback_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="article",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("merged_into", None), ("confidence", "archived"), _connector="OR"
                ),
                name="article_merged_is_archived",
            ),
        ),
        migrations.AddConstraint(
            model_name="article",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("review_due_on", None), ("governance", "compliance"), _connector="OR"
                ),
                name="article_calendar_under_compliance",
            ),
        ),
        migrations.AddConstraint(
            model_name="feedback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["resolved", "rejected"]), _negated=True),
                    models.Q(("answer", ""), _negated=True),
                    _connector="OR",
                ),
                name="feedback_closed_has_answer",
            ),
        ),
    ]
