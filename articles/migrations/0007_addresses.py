"""Linked addresses and what their servers said; the two orders of the queue of remarks."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("articles", "0006_outside_of_old_texts")]

    operations = [
        migrations.CreateModel(
            name="Address",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("url", models.TextField(verbose_name="address")),
                (
                    "found",
                    models.CharField(
                        choices=[
                            ("unknown", "not asked yet"),
                            ("there", "is there"),
                            ("gone", "says that it is gone"),
                            ("unresolved", "its host has no address"),
                            ("silent", "does not answer"),
                            ("refused", "is not asked from here"),
                        ],
                        default="unknown",
                        max_length=10,
                    ),
                ),
                ("status", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("failures", models.PositiveSmallIntegerField(default=0)),
                ("asked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "linked_at",
                    models.DateTimeField(help_text="when a run last found it in an article"),
                ),
            ],
            options={
                "verbose_name": "linked address",
                "verbose_name_plural": "linked addresses",
                "ordering": ["pk"],
                "indexes": [
                    models.Index(fields=["asked_at"], name="address_asked"),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="feedback",
            index=models.Index(
                condition=models.Q(("answered_at__isnull", False)),
                fields=["-answered_at", "-id"],
                name="feedback_answered",
            ),
        ),
        migrations.AddIndex(
            model_name="flag",
            index=models.Index(
                condition=models.Q(("state__in", ["open", "taken"])),
                fields=["at", "id"],
                name="flag_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="flag",
            index=models.Index(
                condition=models.Q(("answered_at__isnull", False)),
                fields=["-answered_at", "-id"],
                name="flag_answered",
            ),
        ),
    ]
