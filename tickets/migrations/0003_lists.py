"""Indexes of the lists: what is still to do, and requesters by a part of their name."""

import django.contrib.postgres.indexes
from django.db import migrations, models

UNDONE = models.Q(state__in=["new", "open", "pending"])


class Migration(migrations.Migration):
    dependencies = [("tickets", "0002_rules")]
    operations = [
        migrations.AddIndex(
            model_name="requester",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["name", "email"],
                name="requester_trgm",
                opclasses=["gin_trgm_ops", "gin_trgm_ops"],
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=UNDONE, fields=["-changed_at", "-id"], name="ticket_undone"
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=UNDONE,
                fields=["-priority", "created_at", "id"],
                name="ticket_undone_priority",
            ),
        ),
    ]
